"""Path patterns of the policy: which of git's paths they mean, decided without ever backtracking far.

A pattern speaks of the whole path, case-sensitively: `*` and `?` stay within one name, a name `**` stands for any
number of folders (at the end: for everything below), `[abc]` and `[!a-z]` for one character, `{a,b}` for either text.
A path is one that git could hold: names between slashes, none of them empty.
"""

import re
from collections.abc import Iterable, Iterator

LONGEST = 1000
MOST_SPELLINGS = 1000
DEEPEST = 10
_SPECIAL = re.compile(r"[*?\[]")
# One element of a pattern: a bracket that is closed and holds something, or one character.
_ELEMENT = re.compile(r"\[(?!!\])[^\]]+\]|.", re.DOTALL)
_MEMBER = re.compile(r"(.)-(.)|(.)", re.DOTALL)


class Globs:
    """Some patterns, matched together; without any, nothing matches."""

    __slots__ = ("_exact", "_prefixes", "_regex", "_suffixes")

    def __init__(self, patterns: Iterable[str]) -> None:
        exact: set[str] = set()
        prefixes: set[str] = set()
        suffixes: set[str] = set()
        others: list[str] = []
        for spelling in dict.fromkeys(spelling for pattern in patterns for spelling in spellings(pattern)):
            folder, name = spelling.removesuffix("/**"), spelling.removeprefix("**/")
            ending = name.removeprefix("*")
            if not _SPECIAL.search(spelling):
                exact.add(spelling)
            elif not _SPECIAL.search(folder):
                prefixes.add(folder + "/")
            elif _SPECIAL.search(ending) or "/" in ending or name == spelling:
                others.append(_regex(spelling))
            elif ending == name:
                exact.add(name)
                suffixes.add("/" + name)
            else:
                suffixes.add(ending)
        self._exact = frozenset(exact)
        self._prefixes = tuple(sorted(prefixes))
        self._suffixes = tuple(sorted(suffixes))
        self._regex = re.compile("|".join(others), re.DOTALL) if others else None

    def match(self, path: str) -> bool:
        """Whether one of the patterns means this path."""
        return (
            path.endswith(self._suffixes)
            or path.startswith(self._prefixes)
            or path in self._exact
            or (self._regex is not None and self._regex.fullmatch(path) is not None)
        )

    def matching(self, paths: Iterable[str]) -> tuple[str, ...]:
        """Those of the paths that one of the patterns means, in their order."""
        return tuple(path for path in paths if self.match(path))


def spellings(pattern: str) -> list[str]:
    """Write a pattern out without its braces; a ValueError says in a sentence what is wrong with it."""
    if not pattern or len(pattern) > LONGEST:
        raise ValueError(f"A path pattern has 1 to {LONGEST} characters.")
    if "\\" in pattern or "\0" in pattern:
        raise ValueError("A path pattern holds no backslash and no NUL character; folders are separated by `/`.")
    if pattern.startswith("!"):
        raise ValueError("A path pattern cannot be turned around with a leading `!`.")
    found = _expand(iter(_ELEMENT.findall(pattern)), 0)
    for spelling in found:
        _check_names(spelling)
    return found


def _expand(elements: Iterator[str], depth: int) -> list[str]:
    """Read up to the brace that closes this group (or to the end), and return every text that it can stand for."""
    if depth > DEEPEST:
        raise ValueError(f"The braces of a path pattern are nested at most {DEEPEST} deep.")
    before: list[str] = []
    texts = [""]
    for element in elements:
        if element == "{":
            inner = _expand(elements, depth + 1)
            if len(texts) * len(inner) > MOST_SPELLINGS:
                raise ValueError(f"The braces of a path pattern stand for at most {MOST_SPELLINGS} texts.")
            texts = [text + more for text in texts for more in inner]
        elif element == "," and depth:
            before += texts
            texts = [""]
        elif element == "}":
            if not depth:
                raise ValueError("A brace of the path pattern is closed that was never opened.")
            return before + texts
        else:
            _check_element(element)
            texts = [text + element for text in texts]
    if depth:
        raise ValueError("A brace of the path pattern is not closed.")
    return texts


def _check_element(element: str) -> None:
    if element == "[":
        raise ValueError("A bracket of the path pattern is not closed, or holds nothing.")
    if len(element) == 1:
        return
    if "/" in element:
        raise ValueError("A bracket of the path pattern holds a `/`, which no single character of a name can be.")
    if element[1] == "^":
        raise ValueError("A bracket of the path pattern starts with `^`: write `[!…]` for every other character.")
    if any(low > high for low, high, _ in _MEMBER.findall(_members(element))):
        raise ValueError("A range in a bracket of the path pattern runs backwards.")


def _check_names(spelling: str) -> None:
    if spelling.startswith("/"):
        raise ValueError("A path pattern starts at the top of the repository, without a leading `/`.")
    if spelling.endswith("/"):
        raise ValueError("A path pattern means files: for everything below a folder write `folder/**`.")
    if not {"", ".", ".."}.isdisjoint(spelling.split("/")):
        raise ValueError("A path pattern holds no empty name, no `.` and no `..`.")


def _regex(spelling: str) -> str:
    """Translate a pattern without braces.

    Between two stars everything has a fixed length, so that the first place where it fits is as good as any later one:
    atomic groups hold on to it, and a pattern of many stars costs no more than one.
    """
    runs: list[list[str]] = [[]]
    for name in spelling.split("/"):
        if name == "**":
            runs.append([])
        else:
            runs[-1].append(f"(?>{_name(name)})")
    first, *others = ["/".join(run) for run in runs]
    if not others:
        return first
    *middle, last = others
    found = f"{first}/" if first else ""
    found += "".join(f"(?>(?:[^/]+/)*?{run}/)" for run in middle if run)
    return found + (f"(?:[^/]+/)*{last}" if last else ".+")


def _name(name: str) -> str:
    """Translate one name of a pattern."""
    first, *others = _pieces(name)
    if not others:
        return first
    *middle, last = others
    return first + "".join(f"(?>[^/]*?{piece})" for piece in middle if piece) + f"[^/]*{last}"


def _pieces(name: str) -> list[str]:
    """Translate what stands before, between and after the stars of a name."""
    pieces = [""]
    for element in _ELEMENT.findall(name):
        if element == "*":
            pieces.append("")
        elif element == "?":
            pieces[-1] += "[^/]"
        elif len(element) > 1:
            members = "".join(_member(*member) for member in _MEMBER.findall(_members(element)))
            pieces[-1] += f"[^/{members}]" if element[1] == "!" else f"(?!/)[{members}]"
        else:
            pieces[-1] += re.escape(element)
    return pieces


def _members(bracket: str) -> str:
    return bracket[1:-1].removeprefix("!")


def _member(low: str, high: str, single: str) -> str:
    return re.escape(single) or f"{re.escape(low)}-{re.escape(high)}"
