"""How long the work on a change took, from its data: the first and the last of commits, evidence and heartbeats."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec
from msgspec import Struct

from agent_guards import durations
from agent_guards.context import Change
from agent_guards.escape import quote
from agent_guards.growth import Growth
from agent_guards.history import touched
from agent_guards.kind import Problem
from agent_guards.places import EVIDENCE, Place
from agent_guards.repository import Commit, Repository
from agent_guards.sections import Line, Section
from agent_guards.times import parse_rfc3339, show

# As a policy writes it (`1h30m`), or in words (`2 hours`).
_BOUND = r"(?:<|≤|under|less than)\s*(?:(?P<span>(?:\d{1,9}[dhms])+)|(?P<count>\d{1,3})[\s-]*(?P<unit>h|m)(?:rs?|ours?|ins?|inutes?)?)\b"
_SESSION = r"single[-\s]session"
# “<2h single session is not what this was” claims nothing.
_AFFIRMED = r"(?!\s+(?:is|was|not|claim))"
_CLAIMS = (
    re.compile(rf"[*_]*{_BOUND}(?:[\s,]*{_SESSION})?+{_AFFIRMED}", re.IGNORECASE),
    re.compile(rf"[*_]*{_SESSION}[\s(:,–-]*{_BOUND}\)?+{_AFFIRMED}", re.IGNORECASE),
)


class End(NamedTuple):
    """One moment of the work, and where it came from, in words."""

    moment: datetime
    source: str


class Span(NamedTuple):
    """The first and the last moment of the work."""

    first: End
    last: End

    @property
    def length(self) -> timedelta:
        """How long the work took."""
        return self.last.moment - self.first.moment

    @property
    def words(self) -> str:
        """The two ends, and what lies between them."""
        ends = " to ".join(f"{end.source} at {quote(show(end.moment))}" for end in self)
        return f"from {ends}: {durations.spell(self.length)}"


class Claim(Struct, frozen=True, kw_only=True):
    """The statement that the work was short, and the line of the description that makes it."""

    text: str
    line: int
    bound: timedelta


def claim(section: Section) -> Claim | None:
    """Find the claim “<2h single session”, in any of the ways in which people write it, from a line's first word on."""
    return next(filter(None, map(_claim, section.claims)), None)


def _claim(line: Line) -> Claim | None:
    found = next(filter(None, (form.match(line.text) for form in _CLAIMS)), None)
    if found is None:
        return None
    written = (found["span"] or found["count"] + found["unit"]).lower()
    try:
        return Claim(text=found[0].strip("*_"), line=line.number, bound=durations.parse(written))
    except ValueError:
        return None


def span(ends: Iterable[End], latest: datetime) -> Span | None:
    """Find the two ends. What lies in the future is no work that was done; it has findings of its own."""
    known = [end for end in ends if end.moment <= latest]
    if not known:
        return None
    return Span(min(known, key=_moment), max(known, key=_moment))


def of_commits(commits: Iterable[Commit]) -> Iterator[End]:
    """Yield both dates of each commit: a rebase keeps the one and renews the other."""
    for commit in commits:
        name = f"commit {quote(commit.oid[:7])}"
        yield End(commit.authored, f"{name} (author date)")
        yield End(commit.committed, f"{name} (committer date)")


def of_evidence(repository: Repository, change: Change) -> Iterator[End]:
    """Yield the outermost moments of the lines that the change adds to each evidence file."""
    for one in touched(repository, change, EVIDENCE, _read):
        # The lines of a rewritten file are not of this work; that it was rewritten is a finding by itself.
        yield from one.file.ends if one.file and not one.rewritten else ()


class _Stamp(msgspec.Struct, frozen=True, gc=False):
    timestamp: str


class _Stamped(Struct, frozen=True, kw_only=True):
    """The moments of the lines that a change added to one evidence file; what is wrong with them is guard-mcp's to say."""

    path: str
    lines: int
    ends: tuple[End, ...]
    problems: tuple[Problem, ...] = ()


def _read(path: str, place: Place | None, growth: Growth, data: bytes) -> _Stamped:
    del place, data
    decode = msgspec.json.Decoder(_Stamp).decode
    found: list[tuple[datetime, int]] = []
    for chunk in growth.added:
        for number, line in enumerate(chunk.data.split(b"\n"), chunk.first_line):
            try:
                moment = parse_rfc3339(decode(line).timestamp)
            except ValueError:
                continue
            if moment:
                found.append((moment, number))
    outermost = (min(found), max(found)) if found else ()
    shown = tuple(End(moment, f"evidence line {number} of {quote(path)}") for moment, number in outermost)
    return _Stamped(path=path, lines=len(found), ends=shown)


def _moment(end: End) -> datetime:
    return end.moment
