"""Read the lines of a record file with two validators and one verdict: a typed decoder for what is right, the schema for the rest."""

from collections.abc import Sequence
from io import BytesIO
from typing import Generic, cast

from msgspec import Struct

from agent_guards.kind import LONGEST_LINE, Kind, Problem, R, decoder, holds

__all__ = ["Kind", "Problem", "Records", "read"]


class Records(Struct, Generic[R], frozen=True, kw_only=True):
    """The lines of a file that are right, each as a record, and what is wrong with the others."""

    values: list[R]
    numbers: Sequence[int]
    """The line of each value; a range where all lines are right."""
    problems: tuple[Problem, ...] = ()
    lines: int
    """How many lines there are, right or wrong."""


def read(kind: Kind[R], data: bytes, *, first_line: int = 1) -> Records[R]:
    """Read a file, or the part of it that begins with line `first_line`.

    A line is right where the strict JSON reader and the published schema say so. That is slow, so the typed decoder goes
    first: what it accepts, and what is then proven to hold nothing that it overlooks, those two would accept as well.
    """
    lines = BytesIO(data).readlines()  # takes a third of the time of split, and leaves the line ends on
    values, complete = _decode(kind, lines)
    if len(data) > LONGEST_LINE:
        complete = _drop_longest(lines, values) and complete
    if complete and data.endswith(b"\n") and holds(kind, data, cast("list[R]", values)):
        numbers = range(first_line, first_line + len(lines))
        return Records(values=cast("list[R]", values), numbers=numbers, lines=len(lines))
    if not data.strip():
        problem = Problem(kind="empty-file", message="The file holds no line.", line=None, column=None)
        return Records(values=[], numbers=(), problems=(problem,), lines=0)
    _sift(kind, lines, values, [index for index, value in enumerate(values) if value is not None])
    return _explained(kind, lines, values, first_line)


def _decode(kind: Kind[R], lines: Sequence[bytes]) -> tuple[list[R | None], bool]:
    """Decode line by line, in C from one bad line to the next. A bad line has None; tell whether there is none."""
    values: list[R | None] = []
    decoded = map(decoder(kind).decode, lines)
    complete = True
    while len(values) < len(lines):
        try:
            values.extend(decoded)
        except ValueError:
            values.append(None)  # extend kept what was decoded before
            complete = False
    return values, complete


def _drop_longest(lines: Sequence[bytes], values: list[R | None]) -> bool:
    """Drop lines beyond the cap; tell whether there is none."""
    longest = [index for index, raw in enumerate(lines) if len(raw.removesuffix(b"\n")) > LONGEST_LINE]
    for index in longest:
        values[index] = None
    return not longest


def _explained(kind: Kind[R], lines: list[bytes], values: list[R | None], first_line: int) -> Records[R]:
    """Let the reference look at what was not accepted: it accepts more, and names the problems of the rest."""
    from agent_guards.refusals import Refusals

    bare = [raw.removesuffix(b"\n") for raw in lines]
    problems = Refusals(kind, bare, values, first_line, finished=lines[-1].endswith(b"\n")).explain()
    return Records(
        values=[value for value in values if value is not None],
        numbers=[number for number, value in enumerate(values, first_line) if value is not None],
        problems=problems,
        lines=len(lines),
    )


def _sift(kind: Kind[R], lines: list[bytes], values: list[R | None], indexes: list[int]) -> None:
    """Drop what cannot be proven, by halves: a few such lines cost a few looks."""
    chosen = [value for index in indexes if (value := values[index]) is not None]
    if holds(kind, b"".join([lines[index] for index in indexes]), chosen):
        return
    if len(indexes) == 1:
        values[indexes[0]] = None
        return
    middle = len(indexes) // 2
    _sift(kind, lines, values, indexes[:middle])
    _sift(kind, lines, values, indexes[middle:])
