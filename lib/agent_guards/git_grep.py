"""The command lines of `git grep`: what is looked for, where, and with every setting of the clone out of the way."""

import os
from collections.abc import Iterable, Sequence

GREP = (
    "grep",
    "-a",
    "-z",
    "--full-name",
    "--no-color",
    "--no-line-number",
    "--no-column",
    "--no-textconv",
    "--no-recurse-submodules",
)
AROUND = ("-i", "-C", "3")
# Work tree files are opened in parallel; objects are unpacked one after the other, however many threads ask.
IN_FILES, IN_OBJECTS = 3, ("--threads", "1")
# So many files one thread has looked through by the time Python is ready; where Python needs the other of two cores,
# more threads cost more than they bring.
_FEW, _CORES = 12_000, 2
_SPECIAL = frozenset(".[]{}()*+?^$|\\")

Patterns = tuple[str, ...]
"""Expressions, one of which has to match."""


def perl(texts: Iterable[str]) -> Patterns:
    """Texts as expressions of PCRE for themselves and for their UTF-16; each alone has letters that PCRE can leap to."""
    letters = [[_escaped(letter) for letter in text] for text in texts]
    return (*map("".join, letters), *map("\\x00".join, letters))


def posix(texts: Iterable[str]) -> Patterns:
    """The same as extended expressions, which can't name a NUL byte."""
    return ("|".join("[^[:print:]]?".join(map(_escaped, text)) for text in texts),)


def in_work_tree(
    options: Sequence[str], patterns: Patterns, globs: Iterable[str], *, form: str = "-P", threads: int = IN_FILES
) -> list[str]:
    """The arguments of a search in the files of the work tree."""
    return [*GREP, f"--threads={threads}", *options, *expressions(form, patterns), "--", *map(pathspec, globs)]


def meanwhile(folder: str, patterns: Patterns, globs: Iterable[str]) -> list[str]:
    """The arguments of a search that runs while Python gets ready."""
    few = (os.cpu_count() or 1) <= _CORES and 0 < tracked(os.path.join(folder, ".git", "index")) <= _FEW
    return in_work_tree(AROUND, patterns, globs, threads=1 if few else IN_FILES)


def tracked(index: str) -> int:
    """How many files an index tells of, from its header alone; 0 where there is none."""
    try:
        with open(index, "rb") as file:
            header = file.read(12)
    except OSError:
        return 0
    return int.from_bytes(header[8:]) if header.startswith(b"DIRC") else 0


def expressions(form: str, patterns: Patterns) -> list[str]:
    """Patterns as arguments."""
    return [form, *(argument for pattern in patterns for argument in ("-e", pattern))]


def pathspec(glob: str) -> str:
    """A glob as git's own, in any case."""
    # Git compares a suffix many times faster than it matches `**`.
    simple = glob.startswith("**/*.") and glob[5:].isalnum()
    return f":(top,icase){glob[3:]}" if simple else f":(top,glob,icase){glob}"


def _escaped(letter: str) -> str:
    return "\\" + letter if letter in _SPECIAL else letter
