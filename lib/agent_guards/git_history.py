"""Find where two histories meet, and fetch what a shallow clone lacks for that: one commit, then depth by steps."""

from collections.abc import Mapping, Sequence

from agent_guards.errors import GitError, GuardError, UsageError
from agent_guards.escape import quote, quote_all
from agent_guards.git_command import FULL_HISTORY, GitCommand

# Shared by every fetch: objects arrive, no ref, tag, FETCH_HEAD or submodule of the clone changes.
_FETCH = (
    "fetch",
    "--quiet",
    "--no-tags",
    "--no-recurse-submodules",
    "--no-write-fetch-head",
)
_DEEPER = ("--deepen=50", "--deepen=500", "--unshallow")
_REMOTE = "origin"
_NO_SUCH_COMMIT = "Push it, or fetch it (`git fetch origin`), then run again."
SECONDS = 120.0


class History:
    """The clone's commits, and the remote's where fetching is allowed.

    What is fetched goes into `notes`, for the reader who wonders where the time went. `credentials` are variables that
    let git fetch what the clone's own set-up may not; used only when that has failed.
    """

    def __init__(self, git: GitCommand, *, fetch: bool, notes: list[str], credentials: Mapping[str, str]) -> None:
        self.git = git
        self.fetch = fetch
        self.notes = notes
        self.credentials = credentials

    def shallow(self) -> bool:
        """Whether the clone's history was cut off."""
        return self.git.run("rev-parse", "--is-shallow-repository").strip() == b"true"

    def bring(self, oids: Sequence[str]) -> None:
        """Fetch these commits; from a shallow clone's remote without their history."""
        what = f"{'commit' if len(oids) == 1 else 'commits'} {quote_all(tuple(oids))}"
        shallow = self.shallow()
        way_out = FULL_HISTORY if shallow else _NO_SUCH_COMMIT
        if not self.fetch:
            raise GitError(f"The clone lacks {what}.", way_out)
        # In a complete clone a depth would cut off the history that is there.
        self._fetch(("--depth=1",) if shallow else (), oids, f"The clone lacks {what}", way_out)
        self.notes.append(f"Fetched {what} from {_REMOTE}, which the clone lacked.")

    def meeting(self, one: str, other: str) -> str:
        """Return the merge base of two commits; a shallow clone is deepened until it is certain."""
        trouble = f"The clone's history is too short to show where {quote(one)} and {quote(other)} meet"
        found = self._merge_base(one, other)
        # After the last step a clone is still shallow where the remote is: what was found is then all there is.
        for step in _DEEPER:
            if not self.shallow() or (found and self._certain(one, other, found)):
                break
            if not self.fetch:
                raise GitError(f"{trouble}.", FULL_HISTORY)
            self._fetch((step,), (one, other), trouble, FULL_HISTORY)
            self.notes.append(f"Fetched more history from {_REMOTE} ({step.lstrip('-')}): the clone is shallow.")
            found = self._merge_base(one, other)
        if not found:
            raise UsageError(
                f"{quote(one)} and {quote(other)} have no commit in common.",
                "Name a revision that shares history with the change: `--base REV`; or judge the whole tree: `--all`.",
            )
        return found

    def _certain(self, one: str, other: str, found: str) -> bool:
        """Whether no history between the commits and their merge base is cut off: a nearer one could hide there."""
        return not self.git.run("rev-list", "--max-parents=0", "--max-count=1", one, other, f"^{found}")

    def _merge_base(self, one: str, other: str) -> str:
        return self.git.run("merge-base", one, other, accept=(0, 1)).decode().strip()

    def _fetch(self, depth: Sequence[str], oids: Sequence[str], trouble: str, way_out: str) -> None:
        from subprocess import TimeoutExpired

        try:
            try:
                self.git.run(*_FETCH, *depth, _REMOTE, *oids, seconds=SECONDS)
            except GuardError:
                if not self.credentials:
                    raise
                self.git.under(**self.credentials).run(*_FETCH, *depth, _REMOTE, *oids, seconds=SECONDS)
        except TimeoutExpired:
            raise GitError(
                f"{trouble}, and {_REMOTE} did not answer within {SECONDS:g} seconds.", FULL_HISTORY
            ) from None
        except GuardError as error:
            raise GitError(f"{trouble}; fetching failed. {error.message}", way_out) from error
