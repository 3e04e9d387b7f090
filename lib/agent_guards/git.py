"""Git behind the Repository port: everything comes from objects at exact ids, nothing from the checkout."""

import re
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, Self

from agent_guards.errors import GitError, GuardError, UsageError
from agent_guards.escape import quote, quote_all
from agent_guards.git_command import FULL_HISTORY, command
from agent_guards.git_history import History
from agent_guards.git_objects import (
    ObjectReader,
    decode,
    encode,
    parse_changes,
    parse_commit,
    parse_listing,
)
from agent_guards.repository import ChangedFile, Commit, Entry, Kind

if TYPE_CHECKING:
    from os import PathLike

    from agent_guards.git_search import GitSearch

_DIFF = ("diff-tree", "-r", "-z", "--raw", "--no-abbrev", "--no-renames", "--ignore-submodules=none", "--no-ext-diff")
_GREP = ("grep", "-l", "-z", "-a", "-F", "--full-name", "--no-color", "--no-recurse-submodules")
_DEFAULTS = (
    "refs/remotes/origin/HEAD",
    "refs/remotes/origin/main",
    "refs/remotes/origin/master",
    "refs/heads/main",
    "refs/heads/master",
)
_LINE_END = re.compile(rb"[\r\n\0]")
_OID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
# `https://token@host/owner/name.git`, `ssh://git@host:22/owner/name`, `git@host:owner/name.git`; what stands before
# the host is never kept. A host has two letters at least: `C:owner/name` is a folder.
_ORIGIN = re.compile(
    r"(?:(?:https?|ssh|git)://(?:[^/@]*@)?[^/@:]+(?::\d+)?/|(?:[^/@:]+@)?[^/@:]{2,}:)"
    r"(?P<owner>[\w.-]+)/(?P<name>[\w.-]+?)(?:\.git)?/?",
    re.ASCII,
)


class GitRepository:
    """The Repository port over a git folder: a checkout or a part of it, a linked work tree, a bare repository.

    Close it, or use it as a context manager; one that is let go closes itself.
    """

    def __init__(
        self,
        folder: "str | PathLike[str]",
        *,
        trust: bool = False,
        fetch: bool = True,
        environ: Mapping[str, str],
        credentials: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._git = command(folder, environ, trust=trust)
        if not fetch:
            self._git = self._git.under(GIT_NO_LAZY_FETCH="1")
        self.notes: list[str] = []
        """What had to be fetched, as sentences for the reader."""
        self._history = History(self._git, fetch=fetch, notes=self.notes, credentials=credentials)
        self._closing = ExitStack()
        self._objects = self._reader()
        self._uncommitted: str | None = None
        self._searches: GitSearch | None = None
        self.close = weakref.finalize(self, self._closing.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def searches(self) -> "GitSearch":
        """Searches in whole trees; what they learn of the work tree is kept."""
        if self._searches is None:
            from agent_guards.git_search import GitSearch

            self._searches = GitSearch(self._git)
            self._closing.callback(self._searches.close)
        return self._searches

    # Revisions: names become ids here, and only here.

    def resolve(self, revision: str) -> str:
        """Return the commit that a revision names; fetched from origin where it is an id that the clone lacks."""
        return self.resolve_all((revision,))[0]

    def resolve_all(self, revisions: Sequence[str]) -> tuple[str, ...]:
        """Resolve several revisions; what the clone lacks of them is fetched at once."""
        lacking = [revision for revision in revisions if not self._commit_id(revision)]
        for revision in lacking:
            if not _OID.fullmatch(revision) or self.has(revision):
                raise self._unknown(revision)
        if lacking:
            self._history.bring(lacking)
        return tuple(self._named(revision) for revision in revisions)

    def merge_base(self, one: str, other: str) -> str:
        """Return the commit where two histories meet; a shallow clone is deepened until it shows."""
        return self._history.meeting(one, other)

    def default_branch(self) -> tuple[str, str] | None:
        """Return the default branch's name and its commit, the remote's before the local one."""
        listing = decode(self._git.run("for-each-ref", "--format=%(refname)%00%(objectname)%00%(symref)", *_DEFAULTS))
        refs: dict[str, tuple[str, str]] = {}
        for line in listing.split("\n")[:-1]:
            ref, oid, target = line.split("\0")
            name = (target or ref).removeprefix("refs/heads/").removeprefix("refs/remotes/origin/")
            refs[ref] = (name, oid)
        return next((refs[ref] for ref in _DEFAULTS if ref in refs), None)

    def current_branch(self) -> str | None:
        """Return the checked out branch's name; None where HEAD is detached."""
        return decode(self._git.run("symbolic-ref", "--quiet", "--short", "HEAD", accept=(0, 1))).strip() or None

    def origin(self) -> str | None:
        """Return `owner/name` of the remote origin; None where its URL has no such form."""
        url = decode(self._git.run("ls-remote", "--get-url", "origin")).strip()
        found = _ORIGIN.fullmatch(url)
        return f"{found['owner']}/{found['name']}" if found else None

    def has(self, oid: str) -> bool:
        """Whether the object is here."""
        return self._objects.find(oid) is not None

    def worktree_tree(self) -> str:
        """Write the uncommitted files as a tree beside the repository, readable until this object is closed.

        One run judges one state: asked again, it answers the same.
        """
        if self._uncommitted is None:
            from pathlib import Path
            from shutil import rmtree
            from tempfile import mkdtemp

            from agent_guards.git_worktree import write_tree

            folder = Path(mkdtemp(prefix="agent-guards-"))
            self._closing.callback(rmtree, folder, ignore_errors=True)
            self._uncommitted, self._git = write_tree(self._git, folder)
            self._objects.close()
            self._objects = self._reader()
        return self._uncommitted

    # The port.

    def changed(self, before: str, after: str) -> tuple[ChangedFile, ...]:
        """The paths that differ between two trees or commits, renames as a deletion and an addition."""
        return tuple(parse_changes(self._git.run(*_DIFF, before, after)))

    def entries(self, tree: str, paths: Sequence[str]) -> dict[str, Entry]:
        """What stands at these exact paths; only the folders on the way to them are read."""
        found: dict[str, Entry] = {}
        for path in paths:
            name = encode(path)
            place = self._objects.stands_at(tree, name) if name else None
            if place:
                found[path] = Entry(path, *place)
        return found

    def walk(self, tree: str, prefix: str = "") -> Iterator[Entry]:
        """Every file, link and submodule below `prefix`, in git's order, with sizes."""
        if prefix:
            folder = self.entries(tree, (prefix,)).get(prefix)
            if folder is None or folder.kind is not Kind.DIRECTORY:
                return
            tree = folder.oid
        listing = self._git.run("ls-tree", "-r", "-z", "-l", "--full-tree", tree)
        yield from parse_listing(listing, f"{prefix}/" if prefix else "")

    def read(self, oid: str) -> bytes:
        """One blob, whole."""
        return self._objects.get(oid, "blob")

    def sizes(self, oids: Iterable[str]) -> dict[str, int]:
        """The sizes of blobs, without their contents."""
        asked = "".join(f"{oid}\n" for oid in oids).encode()
        if not asked:
            return {}
        found: dict[str, int] = {}
        for line in self._git.run("cat-file", "--batch-check", "--buffer", given=asked).decode().splitlines():
            oid, _, about = line.partition(" ")
            if not about.startswith("blob "):
                raise self._objects.lost(oid)
            found[oid] = int(about.removeprefix("blob "))
        return found

    def commit(self, oid: str) -> Commit:
        """One commit."""
        return parse_commit(oid, self._objects.get(oid, "commit"))

    def log(self, base: str, head: str) -> tuple[Commit, ...]:
        """The commits that `head` has and `base` has not, newest first."""
        return tuple(self.commit(oid) for oid in self._git.run("rev-list", head, f"^{base}").decode().split())

    def holding(self, tree: str, texts: Sequence[str], globs: Sequence[str]) -> tuple[str, ...]:
        """Paths of `tree` that match one of git's globs and hold one of the texts; the cost is texts times bytes."""
        wanted = [found for text in texts if (found := _bytes(text))]
        where = [b":(top,glob)" + name for glob in globs if (name := encode(glob))]
        if not wanted or not where:
            return ()
        # Git looks line by line: of a text with a line end it looks for the longest line, and we look again.
        lines = [max(_LINE_END.split(text), key=len) for text in wanted]
        output = self._git.run(*_GREP, "-f", "-", tree, "--", *where, given=b"\n".join(lines), accept=(0, 1))
        paths = tuple(decode(path.removeprefix(tree.encode() + b":")) for path in output.split(b"\0")[:-1])
        if lines == wanted:
            return paths
        contents = ((path, self.read(entry.oid)) for path, entry in self.entries(tree, paths).items())
        return tuple(path for path, content in contents if any(text in content for text in wanted))

    def ignored(self, paths: Sequence[str]) -> dict[str, str]:
        """Which paths an ignore rule swallows, with the rule; a file that git tracks already is not swallowed."""
        names = {b":(top)" + name: path for path in paths if (name := encode(path))}
        if not names:
            return {}
        # 128: no work tree, or a path outside it or beyond a link. The answer is a hint: it ends there then.
        asked = b"".join(name + b"\0" for name in names)
        output = self._git.run("check-ignore", "-v", "-z", "--stdin", given=asked, accept=(0, 1, 128))
        fields = iter(output.split(b"\0")[:-1])
        rules = zip(fields, fields, fields, fields, strict=True)
        return {
            names[name]: decode(b":".join((source, line, pattern)))
            for source, line, pattern, name in rules
            if not pattern.startswith(b"!")
        }

    def _reader(self) -> ObjectReader:
        objects = ObjectReader(self._git)
        self._closing.callback(objects.close)
        return objects

    def _commit_id(self, revision: str) -> str | None:
        # What cannot be printed (a line end, a surrogate) is in no name and would break the question apart.
        found = self._objects.find(f"{revision}^{{commit}}") if revision.isprintable() else None
        return found.oid if found else None

    def _named(self, revision: str) -> str:
        oid = self._commit_id(revision)
        if oid is None:
            raise self._unknown(revision)
        return oid

    def _unknown(self, revision: str) -> GuardError:
        shown = quote(revision)
        if revision.isprintable():
            oid = self._git.run("rev-parse", "--verify", "--quiet", "--end-of-options", revision, accept=(0, 1, 128))
            if oid and self.has(revision):
                return UsageError(f"{shown} is not a commit.", "Name a branch, a tag or a commit's id.")
            if oid:
                return self._objects.lost(oid.decode().strip())
        if revision == "HEAD":
            return GitError("The repository has no commit yet.", "Make the first commit, then run again.")
        from difflib import get_close_matches

        names = decode(self._git.run("for-each-ref", "--count=1000", "--format=%(refname:short)")).split("\n")
        near = get_close_matches(revision, names)
        hints = [f"Did you mean {quote_all(near)}?"] if near else []
        if self._history.shallow():
            hints.append(f"The clone is shallow. {FULL_HISTORY}")
        return UsageError(f"There is no revision {shown}.", " ".join(hints) or "`git branch --all` lists the branches.")


def _bytes(text: str) -> bytes:
    """Turn a text to look for into bytes; one that no encoding has (a lone surrogate) is in no file."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return b""
