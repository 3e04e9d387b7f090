"""The life of a task in its heartbeats: which state it is in, how long it was silent, and its line of life. Pure computation."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from enum import Enum
from itertools import chain, compress, islice, repeat
from operator import attrgetter, lt, sub
from typing import Literal, NamedTuple

from msgspec import Struct

from agent_guards import durations
from agent_guards.escape import quote
from agent_guards.report import Table

Status = Literal["doing", "done", "blocked"]

BEATING = 3
"""A writer that keeps well inside the limit beats so many times within it (every 5 minutes against 15)."""
CELLS = 20
_ALIVE, _SLOW, _SLOWEST, _SILENT, _BLOCKED, _ENDED = "█▅▂·░─"
_RANK = {mark: rank for rank, mark in enumerate((_ENDED, _BLOCKED, _ALIVE, _SLOW, _SLOWEST, _SILENT))}
MOST_ROWS = 100
_NOTHING = timedelta()
_moment = attrgetter("moment")
_moments = attrgetter("moments")
_statuses = attrgetter("statuses")


class State(Enum):
    """How a task stands, the gravest first."""

    STALE = "stale"
    NEVER = "never started"
    LATE = "late"
    FRESH = "fresh"
    BLOCKED = "blocked"
    DONE = "done"


class Beat(NamedTuple):
    """One heartbeat of a task, and where it stands."""

    moment: datetime
    status: Status
    path: str
    line: int


class Stretch(Struct, frozen=True):
    """Beats of one task that stand in one file, in columns, since there may be very many."""

    path: str
    lines: Sequence[int]
    moments: Sequence[datetime]
    statuses: Sequence[Status]
    ordered: bool = False
    """They are known to stand in the order of time."""


class Life(Struct, frozen=True, kw_only=True):
    """Every beat of one task of one agent, from all files that are known, in the order of time."""

    agent: str
    task: str
    stretches: Sequence[Stretch] = ()
    moments: Sequence[datetime] = ()
    statuses: Sequence[Status] = ()
    last: Beat | None = None
    """The beat that tells how the task stands."""

    def beat(self, index: int) -> Beat:
        """One of the beats, whole."""
        return next(islice(_beats(self.stretches), index, None))


class Silence(NamedTuple):
    """Two beats of a task that follow each other, the first of which says `doing`."""

    before: Beat
    after: Beat

    @property
    def length(self) -> timedelta:
        """How long nothing was heard."""
        return self.after.moment - self.before.moment


def live(agent: str, task: str, stretches: Sequence[Stretch]) -> Life:
    """Put the beats of a task in the order of time, as they were written; of equal moments the later line is later.

    Where that is another order, either end may be the last word: a task is not silent when one of them ends it.
    """
    written = _beat(stretches[-1], -1)
    moments = stretches[0].moments if len(stretches) == 1 else list(chain.from_iterable(map(_moments, stretches)))
    last = written
    if not (len(stretches) == 1 and stretches[0].ordered) and any(map(lt, moments[1:], moments)):
        beats = sorted(_beats(stretches), key=_moment)
        stretches = [Stretch(beat.path, (beat.line,), (beat.moment,), (beat.status,)) for beat in beats]
        moments = list(map(_moment, beats))
        ended = written.status != "doing" and beats[-1].status == "doing"
        last = written if ended else beats[-1]
    statuses = stretches[0].statuses if len(stretches) == 1 else list(chain.from_iterable(map(_statuses, stretches)))
    return Life(agent=agent, task=task, stretches=stretches, moments=moments, statuses=statuses, last=last)


def state(last: Beat | None, at: datetime, limit: timedelta) -> State:
    """Tell how a task stands at a moment. Exactly at the limit it is not stale yet; late is who has left out a beat."""
    if last is None:
        return State.NEVER
    if last.status != "doing":
        return State.DONE if last.status == "done" else State.BLOCKED
    age = at - last.moment
    if age > limit:
        return State.STALE
    return State.LATE if age > limit * 2 / BEATING else State.FRESH


def silences(life: Life, limit: timedelta) -> Iterator[Silence]:
    """The silences beyond the limit: between a beat that says `doing` and the next one, whatever that says."""
    lengths = list(map(sub, life.moments[1:], life.moments))
    if max(lengths, default=_NOTHING) > limit:
        for index, length in enumerate(lengths):
            if length > limit and life.statuses[index] == "doing":
                yield Silence(life.beat(index), life.beat(index + 1))


def longest_silence(life: Life, until: datetime) -> timedelta:
    """The longest time without a beat while the task was being done, the time since the last beat with it."""
    lengths: Iterator[timedelta] = map(sub, life.moments[1:], life.moments)
    lengths = compress(lengths, (status == "doing" for status in life.statuses))
    since = until - life.last.moment if life.last and life.last.status == "doing" else _NOTHING
    return max(_NOTHING, since, *lengths)


def line_of_life(life: Life, until: datetime, limit: timedelta, cells: int = CELLS) -> str:
    """Draw the beats against the limit, from the first beat to the last or, while the task is being done, `until` then.

    Each cell shows the longest silence that reaches into it: the lower the bar, the longer.
    """
    if life.last is None:
        return _ENDED * cells
    first, last = life.moments[0], life.moments[-1]
    end = max(last, until) if life.last.status == "doing" else last
    lengths = list(map(sub, (*life.moments[1:], end), life.moments))
    if first < end and max(lengths) * BEATING <= limit and set(life.statuses[:-1]) == {"doing"}:
        return _ALIVE * cells
    drawn = [_ENDED] * cells
    step = (end - first) / cells or timedelta.resolution
    for status, moment, length in zip(life.statuses, life.moments, lengths, strict=True):
        mark = _mark(status, length, limit)
        start = min((moment - first) // step, cells - 1)
        stop = min(-((first - moment - length) // step), cells)
        for cell in range(start, max(stop, start + 1)):
            drawn[cell] = max(drawn[cell], mark, key=_RANK.__getitem__)
    return "".join(drawn[: 1 if first == end else cells])


def table(lives: Sequence[Life], at: datetime, limit: timedelta) -> tuple[Table, ...]:
    """Show the lives, the gravest state first; beyond the first hundred they are counted. No table where there is none."""
    order = list(State)
    graded = sorted((order.index(state(life.last, at, limit)), life.agent, life.task, life) for life in lives)
    rows = tuple(_row(life, order[grade], at, limit) for grade, _, _, life in graded[:MOST_ROWS])
    legend = (
        f"{_ALIVE}{_SLOW}{_SLOWEST} silence within the limit of {durations.show(limit)}, the lower the longer; "
        f"{_SILENT} beyond it; {_BLOCKED} blocked; {_ENDED} done. Times in UTC."
    )
    columns = ("agent", "task", "life", "state", "first beat", "last beat", "longest silence")
    titled = Table(title="Lines of life", columns=columns, rows=rows, unlisted=len(graded) - len(rows), legend=legend)
    return (titled,) if lives else ()


def _row(life: Life, found: State, at: datetime, limit: timedelta) -> tuple[str, ...]:
    drawn = quote(line_of_life(life, at, limit))
    names = (quote(life.agent, 24), quote(life.task, 32), drawn, found.value)
    if not life.moments:
        return (*names, "–", "–", "–")
    first, last = (moment.astimezone(UTC) for moment in (life.moments[0], life.moments[-1]))
    closing = "%H:%M" if first.date() == last.date() else "%m-%d %H:%M"
    return (
        *names,
        f"{first:%Y-%m-%d %H:%M}",
        f"{last:{closing}}",
        durations.show(longest_silence(life, at)),
    )


def _mark(status: Status, silence: timedelta, limit: timedelta) -> str:
    if status != "doing":
        return _BLOCKED if status == "blocked" else _ENDED
    if silence > limit:
        return _SILENT
    thirds = -(-silence * BEATING // limit) if limit else 1
    return (_ALIVE, _ALIVE, _SLOW, _SLOWEST)[thirds]


def _beats(stretches: Iterable[Stretch]) -> Iterator[Beat]:
    for stretch in stretches:
        yield from map(Beat, stretch.moments, stretch.statuses, repeat(stretch.path), stretch.lines)


def _beat(stretch: Stretch, index: int) -> Beat:
    return Beat(stretch.moments[index], stretch.statuses[index], stretch.path, stretch.lines[index])
