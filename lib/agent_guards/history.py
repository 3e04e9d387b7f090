"""Read append-only record files with their past: what a change added to each, what stood before, and what is gone."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Generic, Protocol, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from agent_guards.archive import archived_digests
from agent_guards.context import Change
from agent_guards.growth import Chunk, Growth, compare, whole
from agent_guards.kind import Kind as RecordKind
from agent_guards.kind import Problem, R
from agent_guards.places import Layout, Place
from agent_guards.records import Records, read
from agent_guards.repository import ChangedFile, Entry, Kind, Repository

MEBIBYTE = 1024 * 1024
LARGEST_FILE = 5 * MEBIBYTE
LARGEST_CHANGE = 50 * MEBIBYTE


class JudgedFile(Protocol):
    """What is told of a read file in the same way for every kind of record."""

    @property
    def path(self) -> str:
        """Where it stands."""
        ...

    @property
    def problems(self) -> Sequence[Problem]:
        """What is wrong with lines of it."""
        ...

    @property
    def lines(self) -> int:
        """How many lines were judged."""
        ...


class RecordFile(Struct, Generic[R], frozen=True, kw_only=True):
    """The lines of one file that are to be judged: all of them, or those that a change added."""

    path: str
    place: Place | None
    records: Records[R]

    @property
    def problems(self) -> Sequence[Problem]:
        """What is wrong with lines of it."""
        return self.records.problems

    @property
    def lines(self) -> int:
        """How many lines are judged, right or wrong."""
        return self.records.lines


F_co = TypeVar("F_co", bound=JudgedFile, covariant=True)
Reading = Callable[[str, Place | None, Growth, bytes], F_co]
"""Makes a judged file of its path, its place, what was added to it, and its whole content."""


class Touched(Struct, Generic[F_co], frozen=True, kw_only=True):
    """A file that the change adds or touches (or, where the whole tree is judged, one that is there)."""

    path: str
    place: Place | None
    entry: Entry
    size: int = 0
    unread: bool = False
    """The file, or the change up to it, is beyond the caps: its lines were not read."""
    file: F_co | None = None
    rewritten: int | None = None

    @property
    def lines(self) -> int:
        """How many lines were judged."""
        return self.file.lines if self.file else 0

    @property
    def tells(self) -> bool:
        """Whether the change did anything to it that a finding or a line speaks of."""
        return bool(self.lines or self.unread or self.rewritten or (self.file and self.file.problems))


def resembling(change: Change, layout: Layout) -> tuple[ChangedFile, ...]:
    """The changed files that are meant to be of this layout; none where the whole tree is judged."""
    return () if change.whole else tuple(file for file in change.files if layout.resembling.fullmatch(file.path))


def touched(repository: Repository, change: Change, layout: Layout, reading: Reading[F_co]) -> Iterator[Touched[F_co]]:
    """Read the files of a layout: those that the change adds or touches, or all where the whole tree is judged."""
    if change.whole:
        return _whole_tree(repository, change.head, layout, reading)
    return _grown(repository, change, layout, reading)


def deleted(repository: Repository, change: Change, layout: Layout) -> tuple[str, ...]:
    """The files of the base that are gone and whose digest no manifest of the change holds."""
    gone = [file for file in resembling(change, layout) if file.before and file.after is None]
    files = [(file.path, file.before.oid) for file in gone if file.before and file.before.kind is Kind.FILE]
    archived = archived_digests(repository, change.files) if files else frozenset()
    return tuple(path for path, oid in files if (path, sha256(repository.read(oid)).hexdigest()) not in archived)


def read_added(kind: RecordKind[R], growth: Growth, data: bytes) -> Records[R]:
    """Read the lines that were added to a file, wherever they stand in it."""
    # An empty file is read as one, unless somebody emptied it: that is told as what it is.
    chunks = growth.added if data or growth.rewritten else (Chunk(1, data),)
    parts = [read(kind, chunk.data, first_line=chunk.first_line) for chunk in chunks]
    return parts[0] if len(parts) == 1 else _joined(parts)


def read_whole(kind: RecordKind[R], growth: Growth, data: bytes, added: Records[R]) -> Records[R]:
    """Read every line of a file whose added lines were read already: in a new file those are all."""
    return added if len(growth.added) == 1 and growth.added[0].data == data else read(kind, data)


def _grown(repository: Repository, change: Change, layout: Layout, reading: Reading[F_co]) -> Iterator[Touched[F_co]]:
    """Read the files that the change adds or touches: of each, the lines that it adds."""
    merged: bool | None = None
    pairs = [(file.after, file.before) for file in resembling(change, layout) if file.after]
    measured: Iterator[tuple[Touched[F_co], Entry | None]] = _within_caps(repository, layout, pairs)
    for one, before in measured:
        if one.unread or one.entry.kind is not Kind.FILE:
            yield one
            continue
        after = repository.read(one.entry.oid)
        growth = compare(repository.read(before.oid) if before and before.kind is Kind.FILE else b"", after)
        if growth.interleaved and merged is None:
            merged = _has_merge(repository, change)
        if growth.interleaved and not merged:
            growth = replace(growth, rewritten=growth.added[0].first_line if growth.added else 1)
        file = reading(one.path, one.place, growth, after)
        yield replace(one, file=file, rewritten=growth.rewritten)


def _whole_tree(repository: Repository, tree: str, layout: Layout, reading: Reading[F_co]) -> Iterator[Touched[F_co]]:
    """Read every file of the layout, every line of it."""
    for entry in _artifacts(repository.walk, tree):
        if not layout.resembling.fullmatch(entry.path):
            continue
        place = layout.locate(entry.path)
        unread = entry.size > LARGEST_FILE
        file = None
        if entry.kind is Kind.FILE and not unread:
            data = repository.read(entry.oid)
            file = reading(entry.path, place, whole(data), data)
        yield Touched(path=entry.path, place=place, entry=entry, size=entry.size, unread=unread, file=file)


@lru_cache(maxsize=1)
def _artifacts(walk: Callable[[str, str], Iterator[Entry]], tree: str) -> tuple[Entry, ...]:
    """Everything that agents left in a tree. A tree never changes, and every guard asks for each of its layouts."""
    return tuple(walk(tree, "artifacts"))


def _within_caps(
    repository: Repository, layout: Layout, pairs: Iterable[tuple[Entry, Entry | None]]
) -> Iterator[tuple[Touched[F_co], Entry | None]]:
    """Measure files before reading them: what is beyond the caps is never read."""
    pairs = list(pairs)
    sizes = repository.sizes([after.oid for after, _ in pairs if after.kind is Kind.FILE])
    total = 0
    for after, before in pairs:
        size = sizes.get(after.oid, 0)
        unread = size > LARGEST_FILE or total + size > LARGEST_CHANGE
        total += 0 if unread else size
        yield Touched(path=after.path, place=layout.locate(after.path), entry=after, size=size, unread=unread), before


def _joined(parts: Sequence[Records[R]]) -> Records[R]:
    return Records(
        values=[value for part in parts for value in part.values],
        numbers=[number for part in parts for number in part.numbers],
        problems=tuple(problem for part in parts for problem in part.problems),
        lines=sum(part.lines for part in parts),
    )


def _has_merge(repository: Repository, change: Change) -> bool:
    """Whether the change holds a merge: only then may new lines stand among old ones."""
    commits = repository.log(change.base, change.newest) if change.base else ()
    return any(len(commit.parents) > 1 for commit in commits)
