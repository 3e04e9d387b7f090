"""Gather what idle-guard judges: the heartbeats and tasks of the change, what they go on from, and how long the work took."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from agent_guards import durations
from agent_guards.beats import Life, table
from agent_guards.context import Change
from agent_guards.described import Described, describe
from agent_guards.escape import quote
from agent_guards.growth import whole
from agent_guards.history import LARGEST_FILE, Touched, deleted, touched
from agent_guards.places import Layout, Place
from agent_guards.policy import Policy
from agent_guards.report import Fact, Table
from agent_guards.repository import Commit, Kind, Repository
from idle_guard import heartbeat, tasks
from idle_guard.lines import BeatFile, Name, lives, read_file
from idle_guard.rules import FILES
from idle_guard.span import Claim, End, Span, claim, of_commits, of_evidence, span
from idle_guard.tasks import TaskFile, read_tasks

SECTION = "heartbeat"
SUFFIX = ".ndjson"
WATCHED = timedelta(days=31)
"""How long a silent task of a whole tree is waited for: what was left open longer ago is history, which nobody mends."""


class Inputs(Struct, frozen=True, kw_only=True):
    """Everything that idle-guard's check looks at."""

    whole: bool
    base: str | None
    at: datetime
    """The head commit's time, against which freshness is measured."""
    head: str
    """What that is called in a message."""
    latest: datetime
    """The latest moment that a beat may have."""
    stale_limit: timedelta
    long_limit: timedelta
    require_section: str = "auto"
    ready: bool = False
    """The change is handed in for review."""
    merged: bool = False
    """The change holds a merge."""
    description: Described
    claim: Claim | None = None
    exempt_author: str = ""
    beats: tuple[Touched[BeatFile], ...] = ()
    tasks: tuple[Touched[TaskFile], ...] = ()
    deleted: tuple[str, ...] = ()
    beside: tuple[TaskFile, ...] = ()
    """Lists of tasks that the change leaves as they are, in folders in which it beats."""
    lives: Mapping[Name, Life]
    """Every task that the judged files tell of, with its beats in other files of its agent."""
    span: Span | None = None

    @property
    def long(self) -> bool:
        """Whether the work on the change was long; exactly at the limit it was not."""
        return self.span is not None and self.span.length > self.long_limit

    @property
    def false_claim(self) -> bool:
        """The description claims that the work was short, and it was not."""
        return bool(self.claim and self.span and self.span.length > min(self.long_limit, self.claim.bound))

    @property
    def applies(self) -> bool:
        """There are heartbeats or tasks to judge, or there should be."""
        wanted = self.long or self.require_section == "always" or self.description.section is not None
        return bool(self.beats or self.tasks) or (wanted and not self.whole)

    @property
    def exemption(self) -> str:
        """A verified exemption, in words."""
        if self.exempt_author and self.long:
            return f"the policy exempts the author {self.exempt_author}"
        if self.claim and not self.false_claim and not self.beats:
            return "the description claims a short single session, and nothing in the change says otherwise"
        return ""

    @property
    def facts(self) -> Mapping[str, Fact]:
        """Count what was looked at."""
        return {
            "heartbeat_files": len(self.beats),
            "heartbeats": sum(one.lines for one in self.beats),
            "tasks": len(self.lives),
            "span": durations.show(self.span.length) if self.span and self.span.length else None,
            "exemption": self.exemption or None,
        }

    @property
    def tables(self) -> tuple[Table, ...]:
        """Show the life of each task."""
        return table([life for life in self.lives.values() if self.watches(life)], self.at, self.stale_limit)

    def watches(self, life: Life) -> bool:
        """Whether anybody still waits for this task: in a change always, in a whole tree for a month."""
        return not self.whole or life.last is None or self.at - life.last.moment <= WATCHED


def gather(repository: Repository, change: Change, policy: Policy) -> Inputs:
    """Read what the change touches, and of its agents what stands beside it."""
    settings = policy.guards.idle_guard
    latest = change.when + policy.guards.guard_mcp.clock_skew
    description = describe(repository, change, SECTION, SUFFIX, FILES.listable)
    beats = tuple(touched(repository, change, heartbeat.LAYOUT, read_file))
    lists: Iterator[Touched[TaskFile]] = touched(repository, change, tasks.LAYOUT, read_tasks)
    task_files = tuple(replace(one, rewritten=None) for one in lists)  # a list of tasks is edited as they go on
    beside = () if change.whole else tuple(_lists_beside(repository, change.head, beats, task_files))
    commits = _commits(repository, change)
    return Inputs(
        whole=change.whole,
        base=change.base,
        at=change.when,
        head="the head commit" if change.head_commit else "now",
        latest=latest,
        stale_limit=settings.stale_limit,
        long_limit=settings.long_limit,
        require_section=settings.require_section,
        ready=change.pull_request is not None and not change.draft,
        merged=any(len(commit.parents) > 1 for commit in commits),
        description=description,
        claim=claim(description.section) if description.section else None,
        exempt_author=change.author if change.author and change.author in policy.authors.exempt else "",
        beats=beats,
        tasks=task_files,
        deleted=deleted(repository, change, heartbeat.LAYOUT),
        beside=beside,
        lives=_lives(repository, change, description, beats, [*_files(task_files), *beside]),
        span=None if change.whole else span(_ends(repository, change, commits, beats), latest),
    )


def _files(touched_lists: Iterable[Touched[TaskFile]]) -> Iterator[TaskFile]:
    return (one.file for one in touched_lists if one.file)


def _commits(repository: Repository, change: Change) -> tuple[Commit, ...]:
    return () if change.whole or change.base is None else repository.log(change.base, change.newest)


def _ends(
    repository: Repository, change: Change, commits: Iterable[Commit], beats: Iterable[Touched[BeatFile]]
) -> Iterator[End]:
    """Yield every moment that the work is known to have had."""
    yield from of_commits(commits)
    yield from of_evidence(repository, change)
    for one in beats:
        if one.file and one.file.added.moments and not one.rewritten:
            found = list(zip(one.file.added.moments, one.file.added.numbers, strict=True))
            for moment, number in (min(found), max(found)):
                yield End(moment, f"heartbeat line {number} of {quote(one.path)}")
    if change.head_commit is None:
        yield End(change.when, "the uncommitted files")


def _lists_beside(
    repository: Repository, tree: str, beats: Iterable[Touched[BeatFile]], lists: Iterable[Touched[TaskFile]]
) -> Iterator[TaskFile]:
    """Read the lists of tasks that stand beside heartbeats of the change and that it leaves as they are."""
    beside = {f"{one.path.rpartition('/')[0]}/tasks.todo.json" for one in beats if one.place}
    for path, place, data in _read(repository, tree, tasks.LAYOUT, sorted(beside - {one.path for one in lists})):
        yield read_tasks(path, place, whole(data), data)


def _lives(
    repository: Repository,
    change: Change,
    description: Described,
    beats: Iterable[Touched[BeatFile]],
    lists: Sequence[TaskFile],
) -> dict[Name, Life]:
    """Put together what is known of the tasks that are judged: those of the change and those that it lists."""
    files = [one.file for one in beats if one.file]
    if change.whole:
        watched = [file for file in lists if file.place and change.when.date() - file.place.day <= WATCHED]
        return {name: Life(agent=name[0], task=name[1]) for name in doing(watched)} | lives(files)
    known = {one.path for one in beats}
    files += _beat_files(repository, change.head, [one.path for one in description.paths if one.path not in known])
    judged = {**lives(files), **dict.fromkeys(doing(lists))}
    places = {place for place in (*(file.place for file in files), *(file.place for file in lists)) if place}
    folders = {(place.agent, day) for place in places for day in (*_around(place.day), *_around(change.when.date()))}
    known |= {file.path for file in files}
    near = {f"artifacts/{agent}/{day}/heartbeat.ndjson" for agent, day in folders}
    found = lives([*files, *_beat_files(repository, change.head, sorted(near - known))])
    return {name: found.get(name) or Life(agent=name[0], task=name[1]) for name in judged}


def doing(lists: Iterable[TaskFile]) -> dict[Name, None]:
    """Name the tasks that lists of tasks call `doing`."""
    return {(file.place.agent, task.id): None for file in lists if file.place for task in file.doing}


def _beat_files(repository: Repository, tree: str, paths: Sequence[str]) -> Iterator[BeatFile]:
    for path, place, data in _read(repository, tree, heartbeat.LAYOUT, paths):
        yield read_file(path, place, whole(data), data)


def _read(
    repository: Repository, tree: str, layout: Layout, paths: Sequence[str]
) -> Iterator[tuple[str, Place, bytes]]:
    """Read what stands at these paths of a tree, as far as it is a file of this layout and within the caps."""
    places = {path: place for path in paths if (place := layout.locate(path))}
    found = {path: entry for path, entry in repository.entries(tree, list(places)).items() if entry.kind is Kind.FILE}
    sizes = repository.sizes([entry.oid for entry in found.values()])
    for path, entry in found.items():
        if sizes[entry.oid] <= LARGEST_FILE:
            yield path, places[path], repository.read(entry.oid)


def _around(day: date) -> Iterator[date]:
    """A day with those before and after it: an agent's date is local, and work goes on after midnight."""
    for number in range(max(day.toordinal() - 1, 1), min(day.toordinal() + 1, date.max.toordinal()) + 1):
        yield date.fromordinal(number)
