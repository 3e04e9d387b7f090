"""Reads command lines, whole ones and lists of words, for the package that they start."""

import re
from collections.abc import Callable, Iterator, Sequence

from dev_mcp_ban import runners, vocabulary
from dev_mcp_ban.specs import Ban
from dev_mcp_ban.steps import HOLE

_INTERPRETERS = frozenset({"node", "bun", "deno", "tsx", "ts-node", "python", "python3"})
# Programs that look at a name instead of starting what has it.
LOOKERS = frozenset(
    "which where pgrep pkill killall kill grep rg egrep echo ls rm ps cat find test git printf type command hash taskkill tasklist "
    "lsof sed awk head tail wc open code curl wget jq".split()
)
# What tells where a program is.
_FINDERS = frozenset({"which", "where", "command"})
_ASKS = re.compile(r"-p?[vV]")
_LOOKING = frozenset(
    "view info show ls list uninstall remove rm search why outdated unlink owner pkg ps logs inspect images stats stop kill".split()
)
# What `claude mcp …` and its kin do with the name of a server that they have.
_OF_SERVERS = frozenset({"get", "remove", "rm", "list", "enable", "disable", "login", "logout"})
# What follows is for a shell, or Python; behind the others it is JavaScript.
SHELL_FLAG = "-c"
_CODE_FLAGS = frozenset({"-e", "--eval", "-p", "--print", "-pe", SHELL_FLAG})
_WORD = re.compile(r"""(?:[^\s"'`;&|()<>]|&(?=[^&\s])|"[^"]*"|'[^']*')+|&&|\|\||[;|&()]""")
_BREAKS = frozenset({"&&", "||", ";", "|", "&", "(", ")"})
_ASSIGNMENT = re.compile(r"\w+=.*")
_PREFIXES = frozenset(
    {
        "sudo",
        "env",
        "exec",
        "time",
        "nohup",
        "command",
        "cross-env",
        "cmd",
        "/c",
        "/d",
        "/s",
        "/k",
        "then",
        "do",
        "else",
        "$",
        ">",
        "start",
        "nice",
        "stdbuf",
    }
)
_CODE = re.compile(
    r"""(?:\brequire(?:\.resolve)?\s*\(\s*|\bimport\s*\(\s*|\bfrom\s+|\bimport\s+)\\?["'`]([^"'`\\]+)\\?["'`]"""
)
_PYTHON_CODE = re.compile(r"(?:^|[\n;])\s*(?:from|import)\s+([\w.]+)")
LONGEST_LINE = 2000

_IMAGE = re.compile(r"[\w.-]+(?::\d+)?(?:/[\w.-]+)*(?:[:@][\w.:-]+)?")
_PROGRAM = re.compile(r"(?:[^\s\"']*[/\\])?(\.)?bin[/\\]([^/\\\s]+?)(?:\.(?:cmd|exe|ps1))?")
_REGISTERS = re.compile(r"^\w+ mcp add\S*\s+")
_FEW = 6
_FEW_WORDS = 2

Judge = Callable[[str], str | None]


def split(line: str) -> list[list[str]]:
    """The simple commands of a command line, each as its words without quotes."""
    commands: list[list[str]] = [[]]
    for match in _WORD.finditer(line[:LONGEST_LINE]):
        word = match[0]
        if word in _BREAKS:
            commands.append([])
        else:
            commands[-1].append(word.strip("\"'"))
    return [command for command in commands if command]


def _without_prefixes(argv: Sequence[str | None]) -> list[str]:
    """The program and its arguments behind `sudo`, `env`, `X=1`, `cmd /c`; an unknown word is empty."""
    words = [word or "" for word in argv]
    for at, word in enumerate(words):
        if word == "command" and words[at + 1 : at + 2] and _ASKS.fullmatch(words[at + 1]):
            return words[at:]
        known = word.lower() in _PREFIXES or runners.program_of(word) in _PREFIXES
        if not known and not _ASSIGNMENT.fullmatch(word) and not (at and word.startswith("-")):
            return words[at:]
    return []


def looks_only(argv: Sequence[str | None]) -> bool:
    """Whether a command only looks at the names that it gets."""
    rest = _without_prefixes(argv)
    if not rest:
        return False
    program = runners.program_of(rest[0])
    if len(rest) > _FEW_WORDS and rest[1] == "mcp" and rest[2] in _OF_SERVERS:
        return True
    managing = program in runners.MANAGERS or program in {"", HOLE}
    return program in LOOKERS or (managing and len(rest) > 1 and rest[1] in _LOOKING)


def finds(argv: Sequence[str | None]) -> bool:
    """Whether a command tells where the program is whose name it gets."""
    return looks_only(argv) and runners.program_of(_without_prefixes(argv)[0]) in _FINDERS


def sought(line: str, ban: Ban) -> str | None:
    """The banned name of the program that a command line looks for, and does not start."""
    argv = next(iter(split(line)), [])
    if not finds(argv) or in_line(line, ban, launched=True):
        return None
    return next((word for word in argv if ban.spec(word)), None)


def code_at(argv: Sequence[str | None], at: int) -> bool:
    """Whether a word of a command is program text for `node -e` and its kin."""
    return 0 < at <= len(argv) and argv[at - 1] in _CODE_FLAGS


def in_word(word: str, judge: Judge) -> str | None:
    """The banned package that one word of a command names, behind `--package=` too; of an image, by its last part."""
    if not word.startswith("-"):
        return judge(word)
    option, _, value = word.strip("\"'").partition("=")
    return None if value and vocabulary.takes_name(option) else judge(value or option)


def runs_path(argv: Sequence[str | None], at: int) -> bool:
    """Whether a word of a command is the path of what it runs: the program, or what follows a runtime and its options."""
    if at == 0:
        return True
    own = argv[at] if at < len(argv) else None
    if own is not None and own.startswith("-"):
        return False
    runtime = argv[0] is None or runners.program_of(argv[0]) in _INTERPRETERS
    return runtime and all(word and word.startswith("-") and not vocabulary.takes_name(word) for word in argv[1:at])


def installs(line: str) -> bool:
    """Whether a command line only installs: nobody starts anything by it."""
    argv = next(iter(split(line)), [])
    rest = _without_prefixes(argv)
    return len(rest) > 1 and rest[1] in runners.INSTALLS.get(runners.program_of(rest[0]), frozenset())


def runs_image(argv: Sequence[str | None]) -> bool:
    """Whether a command runs a container."""
    return any(runners.program_of(word or "") in runners.IMAGES for word in argv[:_FEW])


def image(text: str, ban: Ban) -> str | None:
    """The banned package that a container image is named after, without its registry and its tag."""
    return ban.spec(re.split(r"[:@]", text.rpartition("/")[2])[0]) if _IMAGE.fullmatch(text) else None


def in_line(line: str, ban: Ban, *, launched: bool) -> list[str]:
    """The banned packages that a command line starts; `launched` says that something surely starts it."""
    found: list[str] = []
    for argv in split(line):
        found.extend(_in_command(argv, ban, launched=launched))
    return found


def _in_command(argv: list[str], ban: Ban, *, launched: bool) -> Iterator[str]:
    command = _without_prefixes(argv)
    if not command or looks_only(command):
        return
    if launched:
        command = [word or "" for word in runners.guessed(command)]
    program = runners.program_of(command[0])
    if (
        not launched
        and program not in runners.RUNNERS
        and program not in runners.MANAGERS
        and program not in _INTERPRETERS
        and program not in runners.YES
        and registered(" ".join(command)) == " ".join(command)
    ):
        return
    if not launched and program in runners.INSTALLS and len(command) > 1 and command[1] in runners.INSTALLS[program]:
        return
    chosen = runners.package_at(command)
    for index, word in enumerate(command):
        package = in_word(word, _judge_of(command, index, ban, named=index in chosen or (launched and index == 0)))
        if package is None and index in chosen and program in runners.IMAGES:
            package = image(word, ban)
        if package and (index in chosen or launched):
            yield package
        elif "node_modules/" in word and (inside := through_node_modules(word, ban)):
            yield inside
        elif code_at(command, index):
            yield from in_code(word, ban)
            yield from in_text(word.replace('\\"', '"'), command[:index], ban)


def in_text(text: str, before: Sequence[str | None], ban: Ban) -> list[str]:
    """The banned packages that the text behind a flag starts: a program's, or the line that a shell gets behind `-c`."""
    python = any(runners.program_of(word or "").startswith("python") for word in before)
    if before[-1] == SHELL_FLAG and not python:
        found = in_line(text, ban, launched=True)
        # Where the program stands elsewhere it can be either.
        if found or len(before) > 1:
            return found
        python = True
    from dev_mcp_ban import programs

    return programs.started(text, ban, python=python)


def _judge_of(command: list[str], index: int, ban: Ban, *, named: bool) -> Judge:
    """What tells the package of a word: a module is of the package that its first name is."""
    if not named:
        return ban.listed
    return ban.module if index and command[index - 1] == "-m" else ban.spec


def in_code(text: str, ban: Ban) -> list[str]:
    """The banned packages that a program text imports."""
    named = [ban.spec(match[1]) for match in _CODE.finditer(text)]
    named += [ban.module(match[1]) for match in _PYTHON_CODE.finditer(text)]
    named.append(through_node_modules(text, ban))
    return [package for package in named if package]


def registered(line: str) -> str:
    """What a command line has an agent start as a server: `claude mcp add x -- npx …` without its beginning."""
    return _REGISTERS.sub("", line)


def in_programs(path: str, ban: Ban) -> str | None:
    """The banned package that a program is named after; by its words only where packages put their programs."""
    match = _PROGRAM.fullmatch(path)
    if match is None:
        return None
    return ban.spec(match[2]) if match[1] else ban.listed(match[2])


def through_node_modules(text: str, ban: Ban) -> str | None:
    """The banned package that a path leads into."""
    for piece in re.split(r"node_modules[/\\]+", text)[1:]:
        parts = re.split(r"[/\\]+", piece.removeprefix(".bin/"))
        name = "/".join(parts[: 2 if piece.startswith("@") else 1])
        package = ban.spec(re.split(r"[\s\"'`);,]", name)[0])
        if package:
            return package
    return None
