"""One tree of the repository as a file system: what stands at a path, with symbolic links followed, and what it holds."""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from agent_guards.repository import Entry, Kind, Searches

LONGEST_PATH = 2000
LARGEST_SETTINGS = 1 << 20
_MOST_LINKS = 10
_COMMENT = re.compile(r'("(?:[^"\\\n]|\\.)*")|//[^\n]*|/\*.*?\*/', re.DOTALL)
_LAST_COMMA = re.compile(r'("(?:[^"\\\n]|\\.)*")|,(?=\s*[}\]])')
_NAME = re.compile(rb'"name"[ \t]*:[ \t]*"([^"\\]+)"')


class Source(Searches, Protocol):
    """What a tree is asked through: the repository port and the searches beside it."""

    def entries(self, tree: str, paths: Sequence[str]) -> dict[str, Entry]:
        """What stands at these paths."""
        ...

    def read(self, oid: str) -> bytes:
        """One blob, whole."""
        ...


class Tree:
    """A tree of the repository; what was asked once is remembered."""

    def __init__(self, source: Source, oid: str) -> None:
        self.source = source
        self.oid = oid
        self._entries: dict[str, Entry | None] = {}
        self._folders: dict[str, str | None] = {"": ""}
        self._settings: dict[str, Mapping[str, object]] = {}
        self._naming: Callable[[], bytes] | None = None
        self._packages: dict[str, tuple[str, ...]] | None = None

    def file(self, path: str) -> str | None:
        """The file that stands at a path: the path itself, or where its links lead."""
        return self._follow(path, Kind.FILE, 0)

    def folder(self, path: str) -> str | None:
        """The folder that stands at a path."""
        if path not in self._folders:
            self._folders[path] = self._follow(path, Kind.DIRECTORY, 0)
        return self._folders[path]

    def data(self, path: str) -> bytes:
        """The content of a file; nothing where there is none."""
        entry = self._look(path)
        return self.source.read(entry.oid) if entry and entry.kind is Kind.FILE else b""

    def settings(self, path: str) -> Mapping[str, object]:
        """A JSON file with comments and last commas; nothing where it is missing or broken."""
        if path not in self._settings:
            found = self.file(path)
            self._settings[path] = parse_settings(self.data(found)) if found else {}
        return self._settings[path]

    def look_for_packages(self) -> Callable[[], bytes]:
        """Start to look for the names of packages, once."""
        if self._naming is None:
            form = '"name"[ \t]*:[ \t]*"[^"]+"'
            self._naming = self.source.occurrences(self.oid, form, ("**/package.json",), few=True)
        return self._naming

    def packages(self) -> Mapping[str, tuple[str, ...]]:
        """The folders of the packages in this repository, by name."""
        if self._packages is None:
            waiting = self.look_for_packages()
            named: dict[str, tuple[str, ...]] = {}
            for path, match in _records(waiting()):
                if found := _NAME.fullmatch(match):
                    name = found[1].decode("utf-8", "replace")
                    named[name] = (*named.get(name, ()), folder_of(path))
            self._packages = named
        return self._packages

    def _look(self, path: str) -> Entry | None:
        if path not in self._entries:
            self._entries[path] = self.source.entries(self.oid, (path,)).get(path)
        return self._entries[path]

    def _follow(self, path: str, kind: Kind, links: int) -> str | None:
        if len(path) > LONGEST_PATH or "\0" in path or links > _MOST_LINKS:
            return None
        if not path:
            return path if kind is Kind.DIRECTORY else None
        above, _, name = path.rpartition("/")
        folder = self._follow(above, Kind.DIRECTORY, links + 1) if links else self.folder(above)
        if folder is None:
            return None
        there = f"{folder}/{name}" if folder else name
        entry = self._look(there)
        if entry is None or entry.kind is kind:
            return there if entry else None
        if entry.kind is not Kind.SYMLINK:
            return None
        target = join(folder, self.source.read(entry.oid).decode("utf-8", "surrogateescape"))
        return None if target is None else self._follow(target, kind, links + 1)


def parse_settings(data: bytes) -> Mapping[str, object]:
    """Read an object of JSON as TypeScript does: comments and last commas are forgiven."""
    if len(data) > LARGEST_SETTINGS:
        return {}
    text = data.decode("utf-8-sig", "replace")
    try:
        try:
            found = json.loads(text)
        except ValueError:
            text = _COMMENT.sub(lambda match: match[1] or " ", text)
            found = json.loads(_LAST_COMMA.sub(lambda match: match[1] or "", text))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def join(folder: str, path: str) -> str | None:
    """Walk a relative path from a folder; None where it leaves the repository."""
    if path.startswith("/") or len(path) > LONGEST_PATH:
        return None
    names = folder.split("/") if folder else []
    for name in path.split("/"):
        if name == "..":
            if not names:
                return None
            names.pop()
        elif name not in {"", "."}:
            names.append(name)
    return "/".join(names)


def folder_of(path: str) -> str:
    """The folder in which a path stands."""
    return path.rpartition("/")[0]


def ancestors(folder: str) -> Iterable[str]:
    """A folder and all above it, nearest first, the top of the repository last."""
    while folder:
        yield folder
        folder = folder_of(folder)
    yield ""


def _records(found: bytes) -> Iterable[tuple[str, bytes]]:
    for path, match in re.findall(rb"([^\0]+)\0([^\n]*)\n", found):
        yield path.decode("utf-8", "surrogateescape"), match
