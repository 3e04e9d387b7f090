"""What run is this, and which change does it judge? One Context from flags or from a GitHub event payload."""

from datetime import datetime

from msgspec import Struct

from agent_guards.repository import ChangedFile


class Context(Struct, frozen=True, kw_only=True):
    """What a run was asked to judge. Revisions are names or ids as given; `change.resolve` turns them into a Change."""

    event: str = "local"
    """`local`, or the name of the GitHub event."""
    repository: str | None = None
    base: str | None = None
    """The revision to compare with; None: the merge base with the default branch."""
    head: str = "HEAD"
    body: str | None = None
    """The PR description; None where there is none to judge (then the section rules are not judged)."""
    author: str | None = None
    pull_request: int | None = None
    draft: bool = False
    fork: bool = False
    """The head comes from another repository, or from one that is gone."""
    whole: bool = False
    """Judge the whole tree instead of a change (`--all`, push, audits)."""
    worktree: bool = False
    """Judge the uncommitted tree."""
    queue: str | None = None
    """The merge queue's branch, where one is judged."""
    notes: tuple[str, ...] = ()


class Change(Struct, frozen=True, kw_only=True):
    """What is judged, at exact ids: the files between `base` and `head`, and what the author says of them."""

    base: str | None
    """The merge base's commit id; None where the whole tree is judged."""
    head: str
    """The id of the judged commit, or of a tree made from the working directory."""
    head_commit: str | None
    """The judged commit's id; None for an uncommitted tree."""
    newest: str
    """The newest commit of the change: the judged one, or the one on which uncommitted files rest."""
    policy_at: str | None
    """The commit whose policy binds: the tip that is compared with, or the judged commit itself where the whole tree is."""
    when: datetime
    """The head commit's time (for an uncommitted tree: now). Ages are measured against it, never against the clock."""
    files: tuple[ChangedFile, ...]
    body: str | None = None
    author: str | None = None
    pull_request: int | None = None
    draft: bool = False
    whole: bool = False
    notes: tuple[str, ...] = ()
    """What the reader should know of how the change was found."""
