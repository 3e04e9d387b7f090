"""The port through which everything that a change contains is read: git objects at exact ids, never the checkout."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from enum import Enum
from typing import Protocol

from msgspec import Struct


class Kind(Enum):
    """What stands at a path of a tree."""

    FILE = "file"
    SYMLINK = "symbolic link"
    SUBMODULE = "submodule"
    DIRECTORY = "directory"


class Entry(Struct, frozen=True):
    """One path of a tree. `oid` is the object's id."""

    path: str
    kind: Kind
    oid: str
    size: int = -1
    """Bytes of a file where the listing was asked for sizes, else -1."""


class ChangedFile(Struct, frozen=True):
    """One path that differs between two trees; `before` or `after` is None where it does not stand."""

    path: str
    before: Entry | None
    after: Entry | None


class Commit(Struct, frozen=True):
    """What a commit says of itself. Times are what git holds, in UTC."""

    oid: str
    parents: tuple[str, ...]
    tree: str
    authored: datetime
    committed: datetime
    author: str
    author_email: str


class Searches(Protocol):
    """Searches in whole trees: git looks while we do something else, so each is started first and asked for later."""

    def ahead(self, texts: Sequence[str], globs: Sequence[str]) -> None:
        """Start what `lines` will ask for, before it is known of which tree."""
        ...

    def search(
        self, tree: str, texts: Sequence[str], globs: Sequence[str], *, few: bool = False
    ) -> Callable[[], tuple[str, ...]]:
        """Start to look for files that hold one of the texts in any case."""
        ...

    def lines(self, tree: str, texts: Sequence[str], globs: Sequence[str]) -> Callable[[], Iterator[tuple[str, bytes]]]:
        """Start to look for texts in any case; the answers are files, each with the lines around what was found."""
        ...

    def matching(self, tree: str, expression: str, globs: Sequence[str]) -> Callable[[], tuple[str, ...]]:
        """Start to look for files in which an expression matches."""
        ...

    def occurrences(
        self, tree: str, expression: str, globs: Sequence[str], *, few: bool = False
    ) -> Callable[[], bytes]:
        """Start to collect every match of an expression as `path NUL match LF`."""
        ...

    def contents(self, tree: str, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Files that are known to stand there, with what they hold."""
        ...

    def symlinks(self, tree: str) -> Callable[[], tuple[str, ...]]:
        """Start to list every symbolic link."""
        ...

    def names(self, tree: str, folder: str) -> tuple[str, ...]:
        """What stands in a folder."""
        ...

    def paths(self, tree: str, suffix: str) -> tuple[str, ...]:
        """Every path that ends so."""
        ...

    def tracked(self) -> int:
        """How many files the checkout tracks; 0 where there is none."""
        ...


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

    @property
    def searches(self) -> Searches:
        """Searches in whole trees."""
        ...
