"""Decides by bytes alone, in linear time, which files can hold a banned package, and where in them to look."""

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from dev_mcp_ban.specs import Ban, matches, words

_WORD = re.compile(r"[a-z0-9]+")
_INSIDE = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@/._-~\\:%"
_ASCII = 0x7F
_SPACED = bytes(byte if byte in _INSIDE or byte > _ASCII else 0x20 for byte in range(256))
# What follows or precedes a piece of a name that is put together in the source: a quote and a plus (or, in Python, the
# next quote), or a substitution of a template.
_GOES_ON = re.compile(rb"""["'`]\s*(?:\+|[rRuUfFbB]{0,2}["'])|\$?\{""")
_WENT_ON = re.compile(rb"""(?:\+|["'])\s*[rRuUfFbB]{0,2}["'`]$|\}$""")
_LONGEST = 400
_NEAR = 80


@cache
def literals(ban: Ban) -> tuple[bytes, ...]:
    """Lower-case bytes, one of which stands in every file that holds a banned package."""
    found: list[str] = []
    for pattern in ban.patterns:
        parts = pattern.split("*")
        found.append("mcp" if "mcp" in parts else max(parts, key=len))
    for package in sorted(ban.packages, key=len):
        name = package.lower()
        if not any(literal in name for literal in found):
            found.append(max(_WORD.findall(name), key=len, default=name))
    needed = {one for one in found if not any(other != one and other in one for other in found)}
    return tuple(sorted(literal.encode() for literal in needed))


def survives(data: bytes, ban: Ban) -> bool:
    """Whether a parser could find something in these bytes: never no when it could."""
    if is_wide(data):
        return True
    return next(places(data, ban), None) is not None


def is_wide(data: bytes) -> bool:
    """Whether this is UTF-16: its mark tells, or that a third of the bytes are NUL."""
    return data[:2] in {b"\xff\xfe", b"\xfe\xff"} or data.count(b"\0") > len(data) // 3


def places(data: bytes, ban: Ban) -> Iterator[tuple[int, int]]:
    """Where the tokens stand that could be, or be part of, a banned package's name: start and end, in order."""
    lower = data.lower()
    spaced = lower.translate(_SPACED)
    for start, end in _tokens(spaced, literals(ban)):
        judged = _could_be_short if end - start <= _LONGEST else _could_be
        if judged(data[start:end], ban) or _is_piece(data, start, end):
            yield start, end


def _tokens(spaced: bytes, needles: tuple[bytes, ...]) -> Iterator[tuple[int, int]]:
    """The tokens that hold one of the needles, each once, in order."""
    at = 0
    following = {needle: spaced.find(needle) for needle in needles}
    while True:
        for needle, position in following.items():
            if 0 <= position < at:
                following[needle] = spaced.find(needle, at)
        ahead = [position for position in following.values() if position >= 0]
        if not ahead:
            return
        position = min(ahead)
        start = spaced.rfind(b" ", at, position) + 1 or at
        end = spaced.find(b" ", position)
        at = end if end >= 0 else len(spaced)
        yield start, at


def _could_be(token: bytes, ban: Ban) -> bool:
    if b"\\" in token:
        return True
    if len(token) > _LONGEST and b"node_modules" not in token:
        return False
    lower = token.decode("utf-8", "replace").lower()
    flat = lower.replace("_", "-")
    if any(package.lower() in flat for package in ban.packages):
        return True
    # Words alone make no address a package. And every word that stands for a word of a pattern begins with it.
    name = token.partition(b"://")[0].decode("utf-8", "replace")
    lower = name.lower()
    likely = [parts for parts in _patterns(ban) if all(part in lower for part in parts)]
    mine = words(name) if likely else []
    return any(all(any(matches(part, word) for word in mine) for part in parts) for parts in likely)


# The files of a repository say the same few things.
_could_be_short = lru_cache(maxsize=4096)(_could_be)


@cache
def _patterns(ban: Ban) -> tuple[list[str], ...]:
    return tuple(pattern.split("*") for pattern in ban.patterns)


def _is_piece(data: bytes, start: int, end: int) -> bool:
    """Whether the source goes on putting a name together beside this token."""
    after = data[end : end + _NEAR]
    before = data[max(0, start - _NEAR) : start]
    return (after[:1] in b"\"'`${" and _GOES_ON.match(after) is not None) or (
        before[-1:] in b"\"'`}" and _WENT_ON.search(before) is not None
    )
