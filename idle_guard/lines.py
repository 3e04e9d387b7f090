"""Judge the lines of heartbeat files: one file by itself, and the beats of all files put together into lives."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import compress, pairwise
from operator import attrgetter, lt, ne
from typing import cast

from msgspec import Struct

from agent_guards.beats import Life, Status, Stretch, live
from agent_guards.escape import quote
from agent_guards.finding import Finding
from agent_guards.growth import Growth
from agent_guards.history import read_added, read_whole
from agent_guards.kind import Problem
from agent_guards.listed import problems
from agent_guards.places import Place
from agent_guards.times import show
from idle_guard import rules
from idle_guard.heartbeat import KIND, moments, task_of

Name = tuple[str, str]
"""An agent, and one of its tasks."""

_status = attrgetter("status")
_ts = attrgetter("ts")
_MEANT: dict[str, Status] = {"doing": "doing", "blocked": "blocked", "done": "done", "completed": "done"}


class Times(Struct, frozen=True):
    """When each of some lines was."""

    numbers: Sequence[int]
    moments: Sequence[datetime]


class BeatFile(Struct, frozen=True, kw_only=True):
    """What one heartbeat file tells, without its records: of a whole tree's files nobody wants to hold them all."""

    path: str
    place: Place | None
    lines: int
    """How many lines are judged, right or wrong."""
    problems: Sequence[Problem]
    added: Times
    """The beats that are judged by themselves: all, or those that a change added."""
    whole: Times
    ordered: bool
    """No beat is earlier than the one before it."""
    stretches: Sequence[tuple[str, Stretch]]
    """The beats of the whole file, cut where the task changes."""
    old_names: Sequence[int]
    """Judged lines that say `ts`."""
    old_words: Sequence[int]
    """Judged lines that say `completed`."""


def read_file(path: str, place: Place | None, growth: Growth, data: bytes) -> BeatFile:
    """Read what was added to a file, and what it held before."""
    records = read_added(KIND, growth, data)
    all_records = read_whole(KIND, growth, data, records)
    added = Times(records.numbers, moments(records.values))
    whole = added if all_records is records else Times(all_records.numbers, moments(all_records.values))
    ordered = not any(map(lt, whole.moments[1:], whole.moments))
    statuses = list(map(_status, records.values))
    all_statuses = statuses if all_records is records else list(map(_status, all_records.values))
    return BeatFile(
        path=path,
        place=place,
        lines=records.lines,
        problems=records.problems,
        added=added,
        whole=whole,
        ordered=ordered,
        stretches=tuple(_stretches(path, list(map(task_of, all_records.values)), whole, all_statuses, ordered=ordered)),
        old_names=list(compress(records.numbers, map(_ts, records.values))),
        old_words=[number for number, word in zip(records.numbers, statuses, strict=True) if word == "completed"]
        if "completed" in statuses
        else (),
    )


def _stretches(
    path: str, names: Sequence[str], times: Times, words: Sequence[str], *, ordered: bool
) -> Iterator[tuple[str, Stretch]]:
    """Cut a file where the task changes."""
    statuses = [_MEANT[word] for word in words] if "completed" in words else cast("Sequence[Status]", words)
    starts = [0, *compress(range(1, len(names)), map(ne, names[1:], names))] if names else []
    for start, end in pairwise((*starts, len(names))):
        part = slice(start, end)
        yield names[start], Stretch(path, times.numbers[part], times.moments[part], statuses[part], ordered)


def lives(files: Iterable[BeatFile]) -> dict[Name, Life]:
    """Put the beats of each agent's task together: work that goes on after midnight goes on in another file."""
    stretches: dict[Name, list[Stretch]] = {}
    for file in sorted(files, key=attrgetter("path")):
        if file.place:
            for task, stretch in file.stretches:
                stretches.setdefault((file.place.agent, task), []).append(stretch)
    return {name: live(*name, its) for name, its in stretches.items()}


def judge(
    file: BeatFile, latest: datetime, head: str, *, ordered: bool = True, merged: bool = False
) -> Iterator[Finding]:
    """Judge one file by itself. An honest file costs a few passes in C, not a look at every line.

    The order of a file that was rewritten says nothing more.
    """
    yield from problems(rules.FILES, file)
    yield from _legacy(file)
    if max(file.added.moments, default=latest) > latest:
        yield _future(file, latest, head)
    if ordered and not file.ordered:
        yield from _out_of_order(file, merged=merged)


def _legacy(file: BeatFile) -> Iterator[Finding]:
    for lines, what in (
        (file.old_names, "`ts` is the old name of `timestamp`"),
        (file.old_words, "The status `completed` is the old word for `done`"),
    ):
        if lines:
            more = f"; it stands on {len(lines)} lines" if len(lines) > 1 else ""
            yield rules.LEGACY_FIELD.at(f"{what}{more}.", file.path, lines[0], 1)


def _future(file: BeatFile, latest: datetime, head: str) -> Finding:
    times = zip(file.added.numbers, file.added.moments, strict=True)
    late = [(number, moment) for number, moment in times if moment > latest]
    number, moment = late[0]
    more = f"; {len(late)} beats of this file lie beyond it" if len(late) > 1 else ""
    return rules.FUTURE.at(
        f"The beat {quote(show(moment))} lies in the future: {head} allows {quote(show(latest))} at the latest, "
        f"the clock skew included{more}.",
        file.path,
        number,
        1,
    )


def _out_of_order(file: BeatFile, *, merged: bool) -> Iterator[Finding]:
    """Compare each added beat with the one before it. After a merge only beats of one task tell of an order."""
    numbers, times = file.whole.numbers, file.whole.moments
    skipped = {stretch.lines[0] for _, stretch in file.stretches} if merged else set()
    candidates = set(file.added.numbers) - skipped
    found = [
        index for index in range(1, len(times)) if times[index] < times[index - 1] and numbers[index] in candidates
    ]
    for index in found[:1]:
        more = f"; {len(found)} beats of this file are so" if len(found) > 1 else ""
        yield rules.OUT_OF_ORDER.at(
            f"The beat {quote(show(times[index]))} is earlier than the one before it, "
            f"{quote(show(times[index - 1]))} on line {numbers[index - 1]}{more}.",
            file.path,
            numbers[index],
            1,
        )
