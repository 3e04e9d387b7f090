"""Archive manifests: which record files a change moved into an archive, each with its digest (`agent-guards schema archive`)."""

import re
from collections.abc import Iterable, Iterator

from agent_guards.jsonl import LineError, load
from agent_guards.repository import ChangedFile, Kind, Repository

MANIFEST = re.compile(r"artifacts/archive/[^/]+\.manifest\.json")
LARGEST = 5 * 1024 * 1024


def archived_digests(repository: Repository, files: Iterable[ChangedFile]) -> frozenset[tuple[str, str]]:
    """The (path, SHA-256) pairs that manifests of this change hold. A manifest that cannot be read holds none."""
    manifests = [file.after.oid for file in files if file.after and _is_manifest(file)]
    sizes = repository.sizes(manifests)
    return frozenset(pair for oid in manifests if sizes[oid] <= LARGEST for pair in _pairs(repository.read(oid)))


def _is_manifest(file: ChangedFile) -> bool:
    return file.after is not None and file.after.kind is Kind.FILE and bool(MANIFEST.fullmatch(file.path))


def _pairs(data: bytes) -> Iterator[tuple[str, str]]:
    try:
        manifest = load(data)
    except LineError:
        return
    match manifest:
        case {"version": 1, "files": list(files)}:
            for file in files:
                match file:
                    case {"path": str(path), "sha256": str(digest)}:
                        yield path, digest
