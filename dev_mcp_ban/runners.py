"""Tells which words of a command name the package that it starts: the languages of `npx`, `npm exec`, `docker run` and their kin."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from dev_mcp_ban.steps import HOLE

RUNNERS = frozenset({"npx", "bunx", "pnpx", "uvx"})
MANAGERS = {
    "npm": frozenset({"exec", "x", "create", "init"}),
    "pnpm": frozenset({"dlx", "exec", "x"}),
    "yarn": frozenset({"dlx", "exec"}),
    "bun": frozenset({"x"}),
    "pipx": frozenset({"run"}),
    "uv": frozenset({"x"}),
    "deno": frozenset({"run"}),
    "docker": frozenset({"run"}),
    "podman": frozenset({"run"}),
}
INSTALLS = {
    "npm": frozenset({"install", "i", "add", "ci"}),
    "pnpm": frozenset({"add", "install", "i"}),
    "yarn": frozenset({"add", "global"}),
    "bun": frozenset({"add", "install"}),
}
IMAGES = frozenset({"docker", "podman"})
# The options of `docker run` behind which no value follows.
_STANDS_ALONE = re.compile(
    r"-[itdPq]+|-\w[^\w-].*|-\w\d.*|-.*=.*|--(?:rm|init|interactive|tty|detach|privileged|read-only|publish-all|quiet|no-healthcheck)"
)
# Options that only `run` of a container program takes.
_OF_CONTAINERS = re.compile(
    r"-[itd]+|--(?:rm|init|interactive|tty|detach|network|entrypoint|volume|mount|user)(?:=.*)?"
)
_SHORTEST_RUN = 2
_NAMES_PACKAGE = frozenset({"-p", "--package", "--from"})
_TAKES_VALUE = frozenset(
    {"-c", "--call", "--prefix", "--registry", "--cache", "--python", "-w", "--workspace", "--with", "--loader"}
)
YES = frozenset({"-y", "--yes"})


def program_of(word: str) -> str:
    """The name of a program without its folder, and without what Windows puts behind it."""
    name = re.split(r"[/\\]", word.strip("\"'"))[-1].lower()
    return name if name.startswith(".") else name.removesuffix(".cmd").removesuffix(".exe").removesuffix(".ps1")


def guessed(argv: Sequence[str | None]) -> Sequence[str | None]:
    """A command whose program is not known, with the one that its next word speaks for: it mostly was looked for on PATH."""
    program = argv[0] if argv else ""
    if program is not None and HOLE not in program:
        return argv
    after = argv[1] if len(argv) > 1 else None
    if after == "run" and len(argv) > _SHORTEST_RUN and _OF_CONTAINERS.fullmatch(argv[2] or ""):
        return ("docker", *argv[1:])
    managers = (one for one in ("npm", "pnpm", "yarn") if after in MANAGERS[one] | INSTALLS[one])
    return (next(managers, "npx"), *argv[1:])


def likely_at(argv: Sequence[str | None]) -> set[int]:
    """Which words of a command name the package that it starts, where its program may have to be guessed."""
    return package_at(guessed(argv))


def package_at(argv: Sequence[str | None]) -> set[int]:
    """Which words of a command name the package that it starts (or the code that it runs: never; see `code_at`)."""
    for at, word in enumerate(argv):
        program = program_of(word or "")
        if program in RUNNERS:
            return set(_positions(argv, at + 1))
        if program in MANAGERS:
            return set(_managed(program, argv, at + 1))
    for at, word in enumerate(argv):
        if word == "-m" and at and program_of(argv[at - 1] or "python").startswith("python"):
            return {at + 1}
        if word in YES:
            return set(_positions(argv, at + 1))
    return set()


def _managed(program: str, argv: Sequence[str | None], start: int) -> Iterator[int]:
    for at in range(start, len(argv)):
        word = argv[at]
        if word in MANAGERS[program]:
            yield from (_contained if program in IMAGES else _positions)(argv, at + 1)
            return
        if program == "uv" and word == "tool":
            continue
        if program == "uv" and word == "run" and argv[at - 1] == "tool":
            yield from _positions(argv, at + 1)
            return
        if word in INSTALLS.get(program, frozenset()):
            yield from range(at + 1, len(argv))
            return
        if word is not None and not word.startswith("-"):
            return


def _contained(argv: Sequence[str | None], start: int) -> Iterator[int]:
    """The image that a container is made of, the program that it runs, and the package that this one starts."""
    at = start
    while at < len(argv) and (word := argv[at]) is not None and word.startswith("-"):
        at += 1 if _STANDS_ALONE.fullmatch(word) else 2
    if at < len(argv) and argv[at] is None:
        # What is not known may be options as well.
        yield from range(at, len(argv))
        return
    inside = argv[at + 1 :]
    yield from {at, *(at + 1 + index for index in {0, *package_at(inside)})} & set(range(len(argv)))


def _positions(argv: Sequence[str | None], start: int) -> Iterator[int]:
    """The first word that is no option, and what `--package` names."""
    skip = False
    for at in range(start, len(argv)):
        word = argv[at]
        if skip:
            skip = False
        elif word in _NAMES_PACKAGE:
            if at + 1 < len(argv):
                yield at + 1
            skip = True
        elif word in _TAKES_VALUE:
            skip = True
        elif word is not None and word.startswith(("--package=", "-p=", "--from=")):
            yield at
        elif word is None or not word.startswith("-"):
            yield at
            yield from _handed_on(argv, at + 1)
            return


def _handed_on(argv: Sequence[str | None], at: int) -> Iterator[int]:
    """What `npx @a/b run @c/d` hands on: a scoped name is a package, a bare one may be the name of a task."""
    if at + 1 < len(argv) and argv[at] == "run" and (argv[at + 1] or "").startswith("@"):
        yield at + 1


def runs_module(argv: Sequence[str | None], text: str) -> bool:
    """Whether a text is the module that a command has Python run."""
    return any(flag == "-m" and word == text for flag, word in pairwise(argv))
