"""What `doctor` asks of GitHub, as a protocol: a client answers it in a run, a few values in a test."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class LastRun:
    """One run of a workflow."""

    started: datetime
    conclusion: str
    """`success`, `failure`, … or empty while it runs."""
    event: str


class Platform(Protocol):
    """What GitHub knows of the repository. An answer that the token may not have raises PermissionError."""

    def default_branch(self) -> str:
        """The name of the default branch."""
        ...

    def required_checks(self, branch: str) -> frozenset[str]:
        """The names of the checks that rulesets and branch protection require on a branch."""
        ...

    def workflow_states(self) -> Mapping[str, str]:
        """Path of each workflow -> `active`, `disabled_manually`, `disabled_inactivity`, …."""
        ...

    def last_runs(self, path: str, count: int) -> Sequence[LastRun]:
        """The latest runs of a workflow, newest first."""
        ...
