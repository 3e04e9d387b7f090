"""Run git so that neither the repository, nor its configuration, nor the environment decides what else runs."""

import os
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from agent_guards.errors import GitError, GuardError, UsageError
from agent_guards.escape import quote
from agent_guards.git_line import environment, find_git, line
from agent_guards.running import Dialogue

FULL_HISTORY = "Give actions/checkout `fetch-depth: 0`, or run `git fetch --unshallow` in the clone."
COMPLETE_CLONE = (
    "Clone without `--filter` and `--depth` (actions/checkout: `fetch-depth: 0`, no `filter`), then run again."
)

_DAMAGE = ("corrupt", "inflate", "unable to unpack")
_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]*@")


class DamagedError(GitError):
    """An object is there and cannot be read."""


class GitCommand(NamedTuple):
    """Git in one folder, under one environment."""

    program: str
    folder: str
    environ: Mapping[str, str]
    trust: bool = False
    """Read the repository although it belongs to another user (container jobs)."""

    def run(
        self, *arguments: str | bytes, given: bytes = b"", accept: tuple[int, ...] = (0,), seconds: float | None = None
    ) -> bytes:
        """Run one git command to its end and return what it printed; any other exit status is an error."""
        # Most runs that judge a whole tree get by without it, and it takes time to import.
        import subprocess

        done = subprocess.run(
            self.line(arguments), input=given, capture_output=True, env=self.environ, timeout=seconds, check=False
        )
        if done.returncode not in accept:
            raise self._failure(os.fsdecode(arguments[0]), done.stderr)
        return done.stdout

    def ask(self, *arguments: str) -> Dialogue:
        """Start a git command that answers questions for as long as it is asked."""
        return Dialogue(self.line(arguments), self.environ)

    def under(self, **variables: str) -> "GitCommand":
        """The same git with further environment variables."""
        return self._replace(environ={**self.environ, **variables})

    def line(self, arguments: Sequence[str | bytes]) -> list[str | bytes]:
        """The whole command line of a git command."""
        return line(self.program, self.folder, arguments, trust=self.trust)

    def _failure(self, name: str, stderr: bytes) -> GuardError:
        text = _CREDENTIALS.sub("", stderr.decode("utf-8", "replace"))
        folder = quote(self.folder)
        if "dubious ownership" in text or "unsafe repository" in text:
            return GitError(
                f"Git refuses to read {folder}: it belongs to another user.",
                "Run as the folder's owner, or trust it: `git config --global --add safe.directory` with its path.",
            )
        if "not a git repository" in text:
            return GitError(
                f"{folder} is not a git repository.",
                "Name one with `--repo`; in a workflow, run actions/checkout before this step.",
            )
        if "must be run in a work tree" in text:
            return UsageError(
                f"{folder} is a bare repository: it has no working directory to judge.", "Leave out `--worktree`."
            )
        said = quote(complaint(text))
        if "promisor remote" in text:
            return GitError(
                f"An object is missing from this partial clone, and fetching it failed: {said}.", COMPLETE_CLONE
            )
        if any(mark in text for mark in _DAMAGE):
            return DamagedError(
                f"The repository is damaged: {said}.", "Run `git fsck --full`; where it reports errors, clone anew."
            )
        return GitError(f"git {name} failed in {folder}: {said}.", "Run `git fsck` and `git status` there to see more.")


def command(folder: "str | os.PathLike[str]", environ: Mapping[str, str], *, trust: bool) -> GitCommand:
    """Set git up for `folder`; what is wrong with the folder shows when the first command runs."""
    where = os.fspath(folder)
    if not os.path.isdir(where):
        raise UsageError(f"There is no folder {quote(where)}.", "Name an existing folder with `--repo`.")
    return GitCommand(program=find_git(environ), folder=where, environ=environment(environ), trust=trust)


def complaint(text: str) -> str:
    """Find in git's stderr what is wrong: the first error and what it was fatal to, else the last line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    found = [
        next((line.removeprefix(mark) for line in lines if line.startswith(mark)), "")
        for mark in ("error: ", "fatal: ")
    ]
    return "; ".join(filter(None, found)) or (lines[-1] if lines else "no reason given")
