"""Append-only files: what a change added to one, and whether everything that stood before still stands, in order."""

from collections import Counter
from itertools import groupby

from msgspec import Struct


class Chunk(Struct, frozen=True):
    """Neighbouring lines that a change added, and the number of the first of them."""

    first_line: int
    data: bytes


class Growth(Struct, frozen=True):
    """What became of a file between two commits."""

    added: tuple[Chunk, ...]
    rewritten: int | None = None
    """The first line of the old file that was changed, removed or moved; None where all of them stand as they stood."""
    interleaved: bool = False
    """Every old line is still there in order, but new ones stand among them: what a merge of two appends leaves."""


def whole(data: bytes) -> Growth:
    """All of a file, as if it had just been added."""
    return Growth((Chunk(1, data),))


def compare(before: bytes, after: bytes) -> Growth:
    """Tell the appended part of a file from what was there; the plain append costs one comparison."""
    if after.startswith(before):
        rest = after[len(before) :]
        if not before or before.endswith(b"\n"):
            return Growth(_chunk(before.count(b"\n") + 1, rest))
        if not rest or rest.startswith(b"\n"):
            return Growth(_chunk(before.count(b"\n") + 2, rest[1:]))
    return _compare_lines(_lines(before), _lines(after))


def _compare_lines(before: list[bytes], after: list[bytes]) -> Growth:
    """Compare line by line. Old lines are matched greedily, which finds them in order whenever they stand in order."""
    matched = 0
    among: list[int] = []
    for index, line in enumerate(after):
        if matched < len(before) and line == before[matched]:
            matched += 1
        else:
            among.append(index)
    if matched == len(before):
        return Growth(_chunks(after, among), interleaved=True)
    kept = Counter(before)
    kept.subtract(after)  # negative: how often a line stands that did not stand before
    new = [index for index, line in reversed(list(enumerate(after))) if _take(kept, line)]
    first = next(index for index, line in enumerate(before) if after[index : index + 1] != [line])
    return Growth(_chunks(after, new[::-1]), rewritten=first + 1)


def _take(kept: "Counter[bytes]", line: bytes) -> bool:
    """Whether this line is one of those that are new; each is taken once."""
    if kept[line] >= 0:
        return False
    kept[line] += 1
    return True


def _lines(data: bytes) -> list[bytes]:
    lines = data.split(b"\n")
    return lines[:-1] if not lines[-1] else lines


def _chunk(first_line: int, data: bytes) -> tuple[Chunk, ...]:
    return (Chunk(first_line, data),) if data else ()


def _chunks(lines: list[bytes], indexes: list[int]) -> tuple[Chunk, ...]:
    """Join neighbouring lines into chunks; their distance from their rank is the same within a chunk."""
    chunks = []
    for _, run in groupby(enumerate(indexes), key=lambda ranked: ranked[1] - ranked[0]):
        span = [index for _, index in run]
        chunks.append(Chunk(span[0] + 1, b"".join(lines[index] + b"\n" for index in span)))
    return tuple(chunks)
