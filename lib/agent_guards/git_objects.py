"""Read git's objects through one long-lived process, and turn git's bytes into entries, changes and commits."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from agent_guards.errors import GitError, GuardError
from agent_guards.escape import quote
from agent_guards.git_command import COMPLETE_CLONE, DamagedError, GitCommand
from agent_guards.repository import ChangedFile, Commit, Entry, Kind
from agent_guards.running import Dialogue

_KINDS = {
    b"120000": Kind.SYMLINK,
    b"160000": Kind.SUBMODULE,
    b"40000": Kind.DIRECTORY,
    b"040000": Kind.DIRECTORY,
}
_ABSENT = b"000000"
# An id fills as many bytes as half its hex digits: 20, or 32 in a SHA-256 repository.
_TREE_ENTRY = {digits: re.compile(rb"(\d+) ([^\0]+)\0(.{%d})" % (digits // 2), re.DOTALL) for digits in (40, 64)}
_PERSON = re.compile(rb"(?P<name>[^<]*)<(?P<email>.*)>(?: (?P<seconds>-?\d+))?", re.DOTALL)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# A year inside datetime's range, so that adding a limit or a zone to a clamped time cannot overflow.
_EARLIEST = datetime(2, 1, 1, tzinfo=UTC)
_LATEST = datetime(9998, 12, 31, tzinfo=UTC)


class Object(NamedTuple):
    """One object of the repository, whole."""

    oid: str
    type: str
    content: bytes


class ObjectReader:
    """One `git cat-file --batch`: every object of a run for the price of one process, started when first asked."""

    def __init__(self, git: GitCommand) -> None:
        self._git = git
        self._asked: Dialogue | None = None
        self._trees: dict[str, dict[bytes, tuple[Kind, str]]] = {}

    def find(self, name: str) -> Object | None:
        """Look an object up by its id, or by any name of git's that holds no line end; None where there is none."""
        if self._asked is None:
            self._asked = self._git.ask("cat-file", "--batch")
        line = name.encode() + b"\n"
        answers = self._asked.answers
        with suppress(BrokenPipeError):
            self._asked.questions.write(line)
            self._asked.questions.flush()
        header = answers.readline().split()
        if header:
            if not header[-1].isdigit():
                return None  # NAME missing, NAME ambiguous
            oid, kind, size = header
            content = answers.read(int(size))
            if answers.read(1) == b"\n":
                return Object(oid.decode(), kind.decode(), content)
        # The process is gone; asked once more by itself, git says why.
        self.close()
        self._git.run("cat-file", "--batch", given=line)
        raise GitError(f"Git ended while reading {quote(name)}.", "Run again; watch the machine's memory meanwhile.")

    def get(self, oid: str, kind: str) -> bytes:
        """Return the content of an object that has to be there, and be of this type."""
        found = self.find(oid)
        if found is None:
            raise self.lost(oid)
        if found.type != kind:
            raise GitError(
                f"{quote(oid)} is a {found.type} where a {kind} was expected.", "Report this as a bug of ours."
            )
        return found.content

    def stands_at(self, tree: str, path: bytes) -> tuple[Kind, str] | None:
        """Say what stands at exactly this path of a tree or commit, reading only the folders on the way."""
        place: tuple[Kind, str] | None = (Kind.DIRECTORY, tree)
        for name in path.split(b"/"):
            if place is None or place[0] is not Kind.DIRECTORY:
                return None
            place = self._tree(place[1]).get(name)
        return place

    def lost(self, oid: str) -> GitError:
        """Say why an object cannot be had. Git calls a damaged one missing, too; asked for its type, it complains."""
        try:
            self._git.run("cat-file", "-t", oid)
        except DamagedError as error:
            return error
        except GuardError:
            pass
        return GitError(f"The object {quote(oid)} is missing from this clone.", COMPLETE_CLONE)

    def close(self) -> None:
        """End the process."""
        asked, self._asked = self._asked, None
        if asked is not None:
            asked.close()

    def _tree(self, oid: str) -> dict[bytes, tuple[Kind, str]]:
        if oid not in self._trees:
            found = self.find(f"{oid}^{{tree}}")
            if found is None:
                raise self.lost(oid)
            entries = _TREE_ENTRY[len(oid)].findall(found.content)
            self._trees[oid] = {name: (_KINDS.get(mode, Kind.FILE), raw.hex()) for mode, name, raw in entries}
        return self._trees[oid]


def encode(path: str) -> bytes | None:
    """Turn a path into git's bytes; None for a text that no path of git's can be."""
    try:
        found = path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return None
    return None if not found or b"\0" in found else found


def decode(path: bytes) -> str:
    """Turn git's bytes into a path."""
    return path.decode("utf-8", "surrogateescape")


def parse_changes(output: bytes) -> Iterator[ChangedFile]:
    """Read `diff-tree -r -z --raw --no-abbrev`."""
    fields = output.split(b"\0")
    for change, name in zip(fields[0:-1:2], fields[1::2], strict=True):
        before_mode, after_mode, before, after, _ = change.removeprefix(b":").split()
        path = decode(name)
        yield ChangedFile(path, _side(path, before_mode, before), _side(path, after_mode, after))


def parse_listing(output: bytes, folder: str) -> Iterator[Entry]:
    """Read `ls-tree -r -z -l` of the tree at `folder`."""
    for record in output.split(b"\0")[:-1]:
        about, _, name = record.partition(b"\t")
        mode, _, oid, size = about.split()
        kind = _KINDS.get(mode, Kind.FILE)
        yield Entry(folder + decode(name), kind, oid.decode(), -1 if size == b"-" else int(size))


def parse_commit(oid: str, content: bytes) -> Commit:
    """Read a raw commit object. What a foreign tool wrote badly is read as git reads it: no name, the epoch."""
    fields: dict[bytes, list[bytes]] = {}
    for line in content.partition(b"\n\n")[0].split(b"\n"):
        key, _, value = line.partition(b" ")
        fields.setdefault(key, []).append(value)
    name, email, authored = _person(fields.get(b"author", [b""])[0])
    _, _, committed = _person(fields.get(b"committer", [b""])[0])
    return Commit(
        oid=oid,
        parents=tuple(parent.decode() for parent in fields.get(b"parent", ())),
        tree=fields[b"tree"][0].decode(),
        authored=authored,
        committed=committed,
        author=name,
        author_email=email,
    )


def _side(path: str, mode: bytes, oid: bytes) -> Entry | None:
    return None if mode == _ABSENT else Entry(path, _KINDS.get(mode, Kind.FILE), oid.decode())


def _person(line: bytes) -> tuple[str, str, datetime]:
    found = _PERSON.match(line)
    if found is None:
        return "", "", _EPOCH
    return _text(found["name"]), _text(found["email"]), _instant(found["seconds"] or b"0")


def _text(value: bytes) -> str:
    try:
        return value.decode().strip()
    except UnicodeDecodeError:
        return value.decode("latin-1").strip()


def _instant(seconds: bytes) -> datetime:
    # Nineteen characters are beyond every calendar already; int() refuses what is much longer.
    try:
        moment = _EPOCH + timedelta(seconds=int(seconds[:19]))
    except OverflowError:
        return _EARLIEST if seconds.startswith(b"-") else _LATEST
    return min(max(moment, _EARLIEST), _LATEST)
