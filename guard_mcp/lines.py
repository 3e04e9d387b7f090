"""Judge the lines of evidence files: one file by itself, then what only shows across files."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta

from msgspec import Struct

from agent_guards.escape import quote, quote_all
from agent_guards.finding import Finding
from agent_guards.history import RecordFile
from agent_guards.listed import problems
from agent_guards.places import Place
from agent_guards.times import show
from guard_mcp import rules
from guard_mcp.evidence import Evidence

_DAY = timedelta(days=1)


class EvidenceFile(RecordFile[Evidence], frozen=True, kw_only=True):
    """The lines of one evidence file that are to be judged, and the first break of each session's chain."""

    broken_links: tuple[tuple[int, str], ...] = ()

    @property
    def recorded(self) -> int:
        """How many lines a recorder wrote."""
        return sum(
            value.x_recorder is not None and value.x_recorder.basis == "recorded" for value in self.records.values
        )


class Limits(Struct, frozen=True, kw_only=True):
    """What a line is measured against."""

    tools: frozenset[str] = frozenset()
    latest: datetime
    earliest: datetime | None = None
    """None where age does not matter: evidence of the past is meant to be old."""
    head: str = "the head commit"
    """What `latest` and `earliest` are counted from, for the message."""


def judge(file: EvidenceFile, limits: Limits) -> Iterator[Finding]:
    """Judge one file by itself. An honest file costs a few set operations, not a look at every line."""
    yield from problems(rules.FILES, file)
    values = file.records.values
    if values:
        yield from _tools(file, limits)
        yield from _timestamps(file, limits)
        if "not stated" in [value.purpose for value in values]:
            yield from _purposes(file)
    for line, message in file.broken_links:
        yield rules.BROKEN_CHAIN.at(message, file.path, line, 1)


class RequestIds:
    """Which request ids stood where; tells of each that comes a second time. Holds ids and numbers, no records."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._files: list[tuple[str, Sequence[int], list[str]]] = []
        """Of each file its path, its lines and their ids."""
        self._firsts: dict[str, tuple[int, int]] = {}
        """Where each id stood first, a file's index and a line: for the files before `_placed`."""
        self._placed = 0

    def add(self, file: EvidenceFile) -> Iterator[Finding]:
        """Take in one file. The ids of an honest file go in as a whole, and nobody asks where they stand."""
        ids = [value.request_id for value in file.records.values]
        before = len(self._known)
        self._known.update(ids)
        self._files.append((file.path, file.records.numbers, ids))
        if len(self._known) < before + len(ids):
            yield from self._repeated(file.path)

    def _repeated(self, path: str) -> Iterator[Finding]:
        """Tell of the ids of the latest file that stood somewhere before."""
        for index in range(self._placed, len(self._files)):
            _, numbers, ids = self._files[index]
            for number, request_id in zip(numbers, ids, strict=True):
                first = self._firsts.setdefault(request_id, (index, number))
                if first != (index, number) and index == len(self._files) - 1:
                    yield rules.DUPLICATE_REQUEST_ID.at(
                        f"The request id {quote(request_id)} stands already in {self._place(*first)}.", path, number, 1
                    )
        self._placed = len(self._files)

    def _place(self, index: int, line: int) -> str:
        path = self._files[index][0]
        return f"line {line}" if path == self._files[-1][0] else f"line {line} of {quote(path)}"


def replays(file: EvidenceFile, at_base: Mapping[str, tuple[str, int]]) -> Iterator[Finding]:
    """Tell which ids of a file stand in evidence at the base, once for each file of the base."""
    old: dict[str, list[tuple[int, str, int]]] = {}
    for line, value in zip(file.records.numbers, file.records.values, strict=True):
        if value.request_id in at_base:
            path, base_line = at_base[value.request_id]
            old.setdefault(path, []).append((line, value.request_id, base_line))
    for path, lines in old.items():
        first, request_id, base_line = lines[0]
        more = len(lines) - 1
        rest = (
            f", and so {'do those' if more > 1 else 'does that'} of {more} more line{'s' * (more > 1)}" if more else ""
        )
        yield rules.REPLAYED_EVIDENCE.at(
            f"The request id {quote(request_id)} stands at the base already, in line {base_line} of {quote(path)}{rest}.",
            file.path,
            first,
            1,
        )


def _tools(file: EvidenceFile, limits: Limits) -> Iterator[Finding]:
    if not limits.tools or limits.tools.issuperset(value.tool for value in file.records.values):
        return
    from difflib import get_close_matches

    for line, value in zip(file.records.numbers, file.records.values, strict=True):
        if value.tool not in limits.tools:
            near = get_close_matches(value.tool, sorted(limits.tools), 1)
            hint = f"did you mean {quote(near[0])}?" if near else f"valid are {quote_all(sorted(limits.tools), 8)}."
            yield rules.UNKNOWN_TOOL.at(f"The policy knows no tool {quote(value.tool)}; {hint}", file.path, line, 1)


def _purposes(file: EvidenceFile) -> Iterator[Finding]:
    for line, value in zip(file.records.numbers, file.records.values, strict=True):
        if value.purpose == "not stated":
            yield rules.PURPOSE_NOT_STATED.at(
                f"The purpose of the call {quote(value.request_id)} is `not stated`.", file.path, line, 1
            )


def _timestamps(file: EvidenceFile, limits: Limits) -> Iterator[Finding]:
    times = [value.timestamp for value in file.records.values]
    first, last = min(times), max(times)
    opens, closes = _folder_window(file.place)
    earliest = limits.earliest
    if opens <= first and last < closes and last <= limits.latest and (earliest is None or earliest <= first):
        return
    for line, moment in zip(file.records.numbers, times, strict=True):
        if moment > limits.latest:
            message = f"{quote(show(moment))} lies in the future of {limits.head} ({quote(show(limits.latest))} at the latest)."
        elif not opens <= moment < closes:
            day = file.place.day if file.place else None
            message = (
                f"{quote(show(moment))} is not on the day of its folder, {quote(day)} (a day of leeway for time zones)."
            )
        elif earliest is not None and moment < earliest:
            message = f"{quote(show(moment))} is too old: {limits.head} allows {quote(show(earliest))} at the earliest."
        else:
            continue
        yield rules.TIMESTAMP.at(f"The timestamp {message}", file.path, line, 1)


def _folder_window(place: Place | None) -> tuple[datetime, datetime]:
    """The folder's day, with a day before and after it: a local date may differ from the UTC day by one."""
    if place is None:
        return datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    day = datetime.combine(place.day, time(), UTC)
    opens = day - _DAY if place.day.toordinal() > 1 else day
    closes = day + 2 * _DAY if place.day.year < datetime.max.year else datetime.max.replace(tzinfo=UTC)
    return opens, closes
