"""Tells as far as which paths a work tree holds the bytes of a tree, without reading its files.

The index has to be the tree's, the files have to be the index's, and nothing may stand between an object and its file.
"""

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import BinaryIO, cast

from agent_guards.git_command import GitCommand
from agent_guards.git_objects import decode

# With more differing paths it is cheaper to search the whole tree in the objects.
MOST_DIFFERING = 200
_NAMES = ("-z", "--name-only", "--no-renames", "--no-relative", "--no-ext-diff", "--ignore-submodules=all")
# A clone's settings could tell git to trust a file's size and time more than its bytes deserve.
_STRICT = ("-c", "core.checkStat=default", "-c", "core.trustctime=true", "-c", "core.ignoreStat=false")
_ATTRIBUTES = ("grep", "-a", "-l", "-F", "-e", "filter", "-e", "encoding", "--", ":(top,glob)**/.gitattributes")
_PLACES = ("--is-inside-work-tree", "--git-path", "index", "--git-path", "info/attributes", "--shared-index-path")


@dataclass(frozen=True, slots=True)
class Running:
    """A git command that was started and is waited for later."""

    process: "subprocess.Popen[bytes]"

    def output(self) -> tuple[int, bytes]:
        """Wait for its end: the exit status and what it printed."""
        found, _ = self.process.communicate()
        return self.process.returncode, found

    def stop(self) -> None:
        """End it, if it has not been waited for."""
        if self.process.returncode is None:
            self.process.kill()
            self.process.communicate()


def start(git: GitCommand, line: Sequence[str]) -> Running:
    """Start a git command that is asked nothing."""
    process = git.start(*line)
    cast("BinaryIO", process.stdin).close()
    process.stdin = None
    return Running(process)


class WorkTree:
    """The work tree of one clone, compared with its index once."""

    def __init__(self, git: GitCommand) -> None:
        self._git = git
        self._known: dict[str, tuple[str, ...] | None] = {}
        self._comparing: tuple[Running, Running] | None = None

    def close(self) -> None:
        """End what was started and not asked for."""
        for running in self._comparing or ():
            running.stop()

    def known(self, tree: str) -> bool:
        """Whether it is settled already that the work tree can stand in for a tree."""
        return self._known.get(tree) is not None

    def differing(self, tree: str) -> tuple[str, ...] | None:
        """The paths whose bytes in the work tree need not be the tree's; None where that can be any."""
        if tree not in self._known:
            self._known[tree] = self._compared(tree)
        return self._known[tree]

    def _compared(self, tree: str) -> tuple[str, ...] | None:
        modified = self._modified
        if modified is None:
            return None
        staged = self._git.run("diff-index", "--cached", *_NAMES, tree)
        paths = {*staged.split(b"\0")[:-1], *modified}
        return tuple(sorted(map(decode, paths))) if len(paths) <= MOST_DIFFERING else None

    def compare(self) -> tuple[Running, Running]:
        """Start to compare the work tree with the index, once."""
        if self._comparing is None:
            changed = start(self._git, (*_STRICT, "diff-files", *_NAMES))
            self._comparing = changed, start(self._git, _ATTRIBUTES)
        return self._comparing

    @cached_property
    def _modified(self) -> frozenset[bytes] | None:
        """The paths whose files need not hold what the index says; None where that can be any."""
        changed, attributes = self.compare()
        try:
            if not self._plain():
                return None
            filtered, _ = attributes.output()
            status, names = changed.output()
        finally:
            attributes.stop()
            changed.stop()
        return None if status or filtered != 1 else frozenset(names.split(b"\0")[:-1])

    def _plain(self) -> bool:
        """Whether this is a work tree in which every file is there, as its object holds it."""
        places = decode(self._git.run("rev-parse", *_PLACES, "--glob=refs/replace/*")).split("\n")
        # A shared index or a replaced object adds a line.
        if len(places) != len(("inside", "index", "attributes", "end")) or places[0] != "true":
            return False
        _, index, attributes, _ = places
        # In the second version of the index no entry can be marked as left out of the work tree, or as not added yet.
        if _content(self._git.folder / index)[:8] != b"DIRC\0\0\0\2":
            return False
        configured = decode(self._git.run("config", "--path", "--get", "core.attributesFile", accept=(0, 1))).strip(
            "\n"
        )
        home = self._git.environ.get("HOME", "")
        everyone = self._git.environ.get("XDG_CONFIG_HOME") or os.path.join(home, ".config")
        others = (
            self._git.folder / attributes,
            configured or os.path.join(everyone, "git/attributes"),
            "/etc/gitattributes",
        )
        return not any(
            b"filter" in content or b"encoding" in content for content in (_content(other) for other in others)
        )


def _content(path: str | os.PathLike[str]) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(1 << 20)
    except OSError:
        return b""
