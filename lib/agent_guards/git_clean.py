"""Tells as far as which paths a work tree holds the bytes of a tree, without reading its files.

What git says differs from the tree does, and nothing may stand between an object and its file.
"""

import os
from collections.abc import Sequence
from functools import cached_property

from agent_guards import early
from agent_guards.git_command import GitCommand
from agent_guards.git_objects import decode
from agent_guards.running import Running

# With more differing paths it is cheaper to search the whole tree in the objects.
MOST_DIFFERING = 200
_NAMES = ("-z", "--name-only", "--no-renames", "--no-relative", "--no-ext-diff", "--ignore-submodules=all")
# A clone's settings could tell git to trust a file's size and time more than its bytes deserve.
_STRICT = ("-c", "core.checkStat=default", "-c", "core.trustctime=true", "-c", "core.ignoreStat=false")
_ATTRIBUTES = ("grep", "-a", "-l", "-F", "-e", "filter", "-e", "encoding", "--", ":(top)*.gitattributes")
_PLACES = (
    *("rev-parse", "--is-inside-work-tree", "--git-path", "index", "--git-path", "info/attributes"),
    "--glob=refs/replace/*",
)
_CONFIGURED = ("config", "--path", "--get", "core.attributesFile")


def start(git: GitCommand, arguments: Sequence[str]) -> Running:
    """Start a git command that is asked nothing."""
    return early.start(git.line(arguments), git.environ)


class WorkTree:
    """The work tree of one clone, compared with trees."""

    def __init__(self, git: GitCommand) -> None:
        self._git = git
        self._known: dict[str, tuple[str, ...] | None] = {}
        self._comparing: dict[str, Running] = {}
        self._asking: tuple[Running, ...] = ()

    def close(self) -> None:
        """End what was started and not asked for."""
        for running in (*self._asking, *self._comparing.values()):
            running.stop()

    def known(self, tree: str) -> bool:
        """Whether it is settled already that the work tree can stand in for a tree."""
        return self._known.get(tree) is not None

    def ask(self) -> None:
        """Start to find out what the clone is like, once."""
        if not self._asking:
            self._asking = tuple(start(self._git, question) for question in (_PLACES, _CONFIGURED))

    def compare(self, tree: str) -> None:
        """Start to compare the work tree with a tree, once."""
        self.ask()
        if tree not in self._known and tree not in self._comparing:
            self._comparing[tree] = start(self._git, (*_STRICT, "diff-index", *_NAMES, tree))

    def differing(self, tree: str) -> tuple[str, ...] | None:
        """The paths whose bytes in the work tree need not be the tree's; None where that can be any."""
        if tree not in self._known:
            self.compare(tree)
            self._known[tree] = self._compared(tree)
        return self._known[tree]

    def _compared(self, tree: str) -> tuple[str, ...] | None:
        running = self._comparing.pop(tree)
        if not self._plain:
            running.stop()
            return None
        status, names = running.output()
        paths = names.split(b"\0")[:-1]
        return tuple(sorted(map(decode, paths))) if not status and len(paths) <= MOST_DIFFERING else None

    def _at(self, path: str) -> str:
        return os.path.join(self._git.folder, path)

    @cached_property
    def _plain(self) -> bool:
        """Whether this is a work tree in which every file is there, as its object holds it."""
        (status, places), (_, configured) = [running.output() for running in self._asking]
        lines = decode(places).split("\n")
        # A replaced object adds a line.
        if status or len(lines) != len(("inside", "index", "attributes", "end")) or lines[0] != "true":
            return False
        _, index, attributes, _ = lines
        # Of a split index only a part stands here. Git tells of it too, and reads the whole index for that.
        if any(name.startswith("sharedindex.") for name in os.listdir(os.path.dirname(self._at(index)))):
            return False
        # In the second version of the index no entry can be marked as left out of the work tree, or as not added yet.
        entries = _content(self._at(index))
        if entries[:8] != b"DIRC\0\0\0\2":
            return False
        # To have git look through them costs more than all else that is asked here.
        if b".gitattributes" in entries and start(self._git, _ATTRIBUTES).output()[0] != 1:
            return False
        home = self._git.environ.get("HOME", "")
        everyone = self._git.environ.get("XDG_CONFIG_HOME") or os.path.join(home, ".config")
        others = (
            self._at(attributes),
            decode(configured).strip("\n") or os.path.join(everyone, "git/attributes"),
            "/etc/gitattributes",
        )
        return not any(
            b"filter" in content or b"encoding" in content for content in (_content(other) for other in others)
        )


def _content(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""
