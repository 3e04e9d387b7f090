"""Read evidence with its past: the lines of each file, their chains, and which of them stand at the base already."""

from collections.abc import Iterable

from agent_guards.growth import Growth
from agent_guards.history import Touched, read_added, read_whole
from agent_guards.places import Place
from agent_guards.records import read
from agent_guards.repository import Repository
from guard_mcp.evidence import KIND, LAYOUT, broken_links
from guard_mcp.lines import EvidenceFile

Added = Touched[EvidenceFile]


def read_file(path: str, place: Place | None, growth: Growth, data: bytes) -> EvidenceFile:
    """Read the added lines; the chain is verified over the whole file, since a link reaches back."""
    records = read_added(KIND, growth, data)
    chained = any(value.x_recorder is not None for value in records.values)
    links = tuple(broken_links(data, read_whole(KIND, growth, data, records))) if chained else ()
    return EvidenceFile(path=path, place=place, records=records, broken_links=links)


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
