"""Read evidence with its past: what a change added to each file, what stood before, and what is gone."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from agent_guards.context import Change
from agent_guards.growth import Chunk, Growth, compare
from agent_guards.places import Place
from agent_guards.records import Records, read
from agent_guards.repository import ChangedFile, Entry, Kind, Repository
from guard_mcp.evidence import KIND, LAYOUT, Evidence, broken_links
from guard_mcp.lines import EvidenceFile

MEBIBYTE = 1024 * 1024
LARGEST_FILE = 5 * MEBIBYTE
LARGEST_CHANGE = 50 * MEBIBYTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """An evidence file that the change adds or grows (or, where the whole tree is judged, one that is there)."""

    path: str
    place: Place | None
    entry: Entry
    size: int = 0
    unread: bool = False
    """The file, or the change up to it, is beyond the caps: its lines were not read."""
    file: EvidenceFile | None = None
    rewritten: int | None = None

    @property
    def lines(self) -> int:
        """How many lines were judged."""
        return self.file.records.lines if self.file else 0

    @property
    def recorded(self) -> int:
        """How many of them a recorder wrote."""
        values = self.file.records.values if self.file else ()
        return sum(value.x_recorder is not None and value.x_recorder.basis == "recorded" for value in values)


def grown(repository: Repository, change: Change, evidence: Sequence[ChangedFile]) -> Iterator[Added]:
    """Read the evidence files that the change adds or touches: of each, the lines that it adds."""
    merged: bool | None = None
    for added, before in _within_caps(repository, ((file.after, file.before) for file in evidence if file.after)):
        if added.unread or added.entry.kind is not Kind.FILE:
            yield added
            continue
        after = repository.read(added.entry.oid)
        growth = compare(repository.read(before.oid) if before and before.kind is Kind.FILE else b"", after)
        if growth.interleaved and merged is None:
            merged = _has_merge(repository, change)
        if growth.interleaved and not merged:
            growth = replace(growth, rewritten=growth.added[0].first_line if growth.added else 1)
        yield _judged(added, growth, after)


def whole_tree(repository: Repository, tree: str) -> Iterator[Added]:
    """Read all evidence of a tree, every line of it."""
    found = (entry for entry in repository.walk(tree, "artifacts") if LAYOUT.resembling.fullmatch(entry.path))
    for entry in found:
        added = Added(path=entry.path, place=LAYOUT.locate(entry.path), entry=entry, size=entry.size)
        if entry.kind is not Kind.FILE:
            yield added
        elif entry.size > LARGEST_FILE:
            yield replace(added, unread=True)
        else:
            data = repository.read(entry.oid)
            yield _judged(added, Growth((Chunk(1, data),)), data)


def deleted(
    repository: Repository, evidence: Iterable[ChangedFile], archived: frozenset[tuple[str, str]]
) -> tuple[str, ...]:
    """The evidence files of the base that are gone and whose digest no manifest holds."""
    gone = [file for file in evidence if file.before and file.after is None and file.before.kind is Kind.FILE]
    return tuple(
        file.path
        for file in gone
        if file.before and (file.path, sha256(repository.read(file.before.oid)).hexdigest()) not in archived
    )


def ids_at_base(repository: Repository, base: str | None, added: Iterable[Added]) -> dict[str, tuple[str, int]]:
    """Find which request ids of the change stand in evidence at the base, and where.

    Git finds the files that hold one of them as text; only those are read.
    """
    files = [one.file for one in added if one.file and one.rewritten is None]
    wanted = {value.request_id for file in files for value in file.records.values}
    if base is None or not wanted:
        return {}
    paths = repository.holding(base, [f'"{request_id}"' for request_id in sorted(wanted)], [LAYOUT.glob])
    found: dict[str, tuple[str, int]] = {}
    for path, entry in repository.entries(base, paths).items():
        records = read(KIND, repository.read(entry.oid))
        for line, value in zip(records.numbers, records.values, strict=True):
            if value.request_id in wanted:
                found.setdefault(value.request_id, (path, line))
    return found


def _within_caps(
    repository: Repository, files: Iterable[tuple[Entry | None, Entry | None]]
) -> Iterator[tuple[Added, Entry | None]]:
    """Measure files before reading them: what is beyond the caps is never read."""
    pairs = [(after, before) for after, before in files if after]
    sizes = repository.sizes([after.oid for after, _ in pairs if after.kind is Kind.FILE])
    total = 0
    for after, before in pairs:
        size = sizes.get(after.oid, 0)
        unread = size > LARGEST_FILE or total + size > LARGEST_CHANGE
        total += 0 if unread else size
        yield (
            Added(path=after.path, place=LAYOUT.locate(after.path), entry=after, size=size, unread=unread),
            before,
        )


def _judged(added: Added, growth: Growth, data: bytes) -> Added:
    """Read the added lines; the chain is verified over the whole file, since a link reaches back."""
    # An empty file is read as one, unless somebody emptied it: that is told as what it is.
    chunks = growth.added if data or growth.rewritten else (Chunk(1, data),)
    parts = [read(KIND, chunk.data, first_line=chunk.first_line) for chunk in chunks]
    records = parts[0] if len(parts) == 1 else _joined(parts)
    chained = any(value.x_recorder is not None for value in records.values)
    whole = records if len(growth.added) == 1 and growth.added[0].data == data else None
    links = tuple(broken_links(data, whole or read(KIND, data))) if chained else ()
    file = EvidenceFile(path=added.path, place=added.place, records=records, broken_links=links)
    return replace(added, file=file, rewritten=growth.rewritten)


def _joined(parts: Sequence[Records[Evidence]]) -> Records[Evidence]:
    return Records(
        values=[value for part in parts for value in part.values],
        numbers=[number for part in parts for number in part.numbers],
        problems=tuple(problem for part in parts for problem in part.problems),
        lines=sum(part.lines for part in parts),
    )


def _has_merge(repository: Repository, change: Change) -> bool:
    """Whether the change holds a merge: only then may new lines stand among old ones."""
    if change.base is None or change.head_commit is None:
        return False
    return any(len(commit.parents) > 1 for commit in repository.log(change.base, change.head_commit))
