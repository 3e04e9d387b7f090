"""Turn what a run was asked to judge into a Change: exact ids, the head's time and the files between."""

from datetime import datetime

from agent_guards.context import Change, Context
from agent_guards.errors import UsageError
from agent_guards.escape import quote
from agent_guards.git import GitRepository

_NAME_ONE = (
    "Name the revision to compare with: `--base REV`; "
    "or judge the whole tree with `--all`, the uncommitted files with `--worktree`."
)


def resolve(context: Context, repository: GitRepository, now: datetime) -> Change:
    """Find the two ends of the change; `now` stands for the head commit's time where the files are uncommitted."""
    if context.worktree and context.head != "HEAD":
        raise UsageError(
            f"The working directory and the revision {quote(context.head)} cannot both be judged.",
            "Leave out `--head` or `--worktree`.",
        )
    tip, base, head = _ends(context, repository)
    commit = None if context.worktree else repository.commit(head)
    judged = commit.oid if commit else repository.worktree_tree()
    return Change(
        base=base,
        head=judged,
        head_commit=commit.oid if commit else None,
        newest=head,
        policy_at=tip or head,
        when=commit.committed if commit else now,
        files=() if base is None else repository.changed(base, judged),
        body=context.body,
        author=context.author,
        pull_request=context.pull_request,
        draft=context.draft,
        whole=context.whole,
        notes=(*context.notes, *repository.notes),
    )


def _ends(context: Context, repository: GitRepository) -> tuple[str | None, str | None, str]:
    """Find the tip to compare with, the merge base (a whole tree has neither), and the head."""
    if context.base is not None and not context.whole:
        tip, head = repository.resolve_all((context.base, context.head))
        return tip, repository.merge_base(tip, head), head
    head = repository.resolve(context.head)
    if context.whole:
        return None, None, head
    return *_beside_default(context, repository, head), head


def _beside_default(context: Context, repository: GitRepository, head: str) -> tuple[str, str]:
    """Compare with the default branch. On that branch itself, what is not committed yet is the change."""
    default = repository.default_branch()
    if default is None:
        if context.worktree:
            return head, head
        raise UsageError("No default branch was found: neither origin/HEAD nor main nor master exists.", _NAME_ONE)
    name, tip = default
    if context.worktree and repository.current_branch() == name:
        return head, head
    base = repository.merge_base(tip, head)
    if base == head and not context.worktree:
        # A branch that has no commit of its own yet is an empty change. Anything else would be judged in vain.
        branch = repository.current_branch() if context.head == "HEAD" else None
        if branch in {None, name}:
            raise UsageError(
                f"{quote(context.head)} is part of the default branch {quote(name)}: there is no change to judge.",
                _NAME_ONE,
            )
    return tip, base
