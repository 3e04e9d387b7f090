"""Finds the repository that an agent works in without starting git: its root, its own folder, its branch."""

import os
from dataclasses import dataclass

from agent_guards.errors import UsageError
from agent_guards.escape import quote

_SHORT = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkout:
    """A working tree; outside of git it has a root alone."""

    root: str
    git_dir: str | None = None
    common_dir: str | None = None
    """What all working trees of the repository share."""

    @property
    def branch(self) -> str:
        """The branch that is checked out, as `refs/heads/main`; empty where there is none."""
        head = _read(os.path.join(self.git_dir, "HEAD")) if self.git_dir else ""
        return head.removeprefix("ref:").strip() if head.startswith("ref:") else ""


def find(start: str) -> Checkout | None:
    """Look for a repository from a folder upwards."""
    folder = os.path.realpath(start)
    while True:
        git_dir = _git_dir(folder)
        if git_dir:
            return Checkout(root=folder, git_dir=git_dir, common_dir=_common_dir(git_dir))
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent


def locate(repo: str | None, *hints: str) -> Checkout:
    """Find the repository that is named, else the one of this folder, else the first that a hint lies in."""
    if repo is not None:
        if not os.path.isdir(repo):
            raise UsageError(f"--repo {quote(repo)} is no folder.")
        return find(repo) or Checkout(root=os.path.realpath(repo))
    for start in (_here(), *hints):
        found = find(start) if start and os.path.isdir(start) else None
        if found:
            return found
    raise UsageError("This folder lies in no git repository.", "Name one with `--repo`.")


def _here() -> str:
    try:
        return os.getcwd()
    except OSError:  # the folder was removed
        return ""


def _git_dir(folder: str) -> str | None:
    path = os.path.join(folder, ".git")
    if os.path.isfile(path):  # a linked working tree, or a submodule
        line = _read(path)
        path = os.path.join(folder, line.removeprefix("gitdir:").strip()) if line.startswith("gitdir:") else ""
    return os.path.normpath(path) if path and os.path.lexists(os.path.join(path, "HEAD")) else None


def _common_dir(git_dir: str) -> str:
    line = _read(os.path.join(git_dir, "commondir"))
    return os.path.normpath(os.path.join(git_dir, line)) if line else git_dir


def _read(path: str) -> str:
    """Read the first line of a file that git wrote; empty where there is none."""
    try:
        with open(path, "rb") as file:
            return os.fsdecode(file.read(_SHORT)).partition("\n")[0].strip()
    except OSError:
        return ""
