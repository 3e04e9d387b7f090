"""The port through which everything that a change contains is read: git objects at exact ids, never the checkout."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol


class Kind(Enum):
    """What stands at a path of a tree."""

    FILE = "file"
    SYMLINK = "symbolic link"
    SUBMODULE = "submodule"
    DIRECTORY = "directory"


@dataclass(frozen=True, slots=True)
class Entry:
    """One path of a tree. `oid` is the object's id."""

    path: str
    kind: Kind
    oid: str
    size: int = -1
    """Bytes of a file where the listing was asked for sizes, else -1."""


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """One path that differs between two trees; `before` or `after` is None where it does not stand."""

    path: str
    before: Entry | None
    after: Entry | None


@dataclass(frozen=True, slots=True)
class Commit:
    """What a commit says of itself. Times are what git holds, in UTC."""

    oid: str
    parents: tuple[str, ...]
    tree: str
    authored: datetime
    committed: datetime
    author: str
    author_email: str


class Repository(Protocol):
    """What guards may ask. `tree` and `commit` arguments are object ids, never names.

    Paths are str: bytes that are no UTF-8 stand as lone surrogates (`surrogateescape`).
    """

    def changed(self, before: str, after: str) -> tuple[ChangedFile, ...]:
        """The paths that differ between two trees or commits, renames as a deletion and an addition."""
        ...

    def entries(self, tree: str, paths: Sequence[str]) -> dict[str, Entry]:
        """What stands at these exact paths; a path at which nothing stands is missing from the answer."""
        ...

    def walk(self, tree: str, prefix: str = "") -> Iterator[Entry]:
        """Every file, link and submodule below `prefix` (a folder without its slash), in git's order, with sizes."""
        ...

    def read(self, oid: str) -> bytes:
        """One blob, whole."""
        ...

    def sizes(self, oids: Iterable[str]) -> dict[str, int]:
        """The sizes of blobs, without their contents."""
        ...

    def commit(self, oid: str) -> Commit:
        """One commit."""
        ...

    def log(self, base: str, head: str) -> tuple[Commit, ...]:
        """The commits that `head` has and `base` has not, newest first."""
        ...

    def holding(self, tree: str, texts: Sequence[str], globs: Sequence[str]) -> tuple[str, ...]:
        """Paths of `tree` that match a glob of git's and hold one of the texts as bytes; git looks, we read only those."""
        ...

    def ignored(self, paths: Sequence[str]) -> dict[str, str]:
        """Which paths an ignore rule of the checkout swallows, with the rule as `file:line:pattern`; empty without one."""
        ...
