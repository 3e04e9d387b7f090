"""From what a run was asked to judge to exact ids, against real repositories."""

from datetime import UTC, datetime

import pytest
from gitrepo import Repo

from agent_guards.change import resolve
from agent_guards.context import Context
from agent_guards.errors import GitError, GuardError, UsageError

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


@pytest.fixture
def repo(tmp_path):
    """A default branch that moved on after `feature` left it; `feature` is checked out."""
    repo = Repo(tmp_path / "repo")
    repo.write("file", "1")
    repo.commit("meeting", when="2026-01-01T00:00:00Z")
    repo.branch("feature")
    repo.write("feature", "1")
    repo.commit("feature", when="2026-01-02T03:04:05+01:00")
    repo.checkout("main")
    repo.write("file", "2")
    repo.commit("main moves on", when="2026-01-03T00:00:00Z")
    repo.checkout("feature")
    return repo


def resolved(repo, **context):
    with repo.opened() as repository:
        return resolve(Context(**context), repository, NOW)


def ids(repo, *names):
    return tuple(repo.git("rev-parse", name) for name in names)


def paths(change):
    return [file.path for file in change.files]


def test_a_change_goes_from_where_the_branch_left_the_default_branch(repo):
    main, meeting, head = ids(repo, "main", "main~1", "HEAD")
    change = resolved(repo)
    assert (change.base, change.head, change.head_commit, change.policy_at) == (meeting, head, head, main)
    assert change.when == datetime(2026, 1, 2, 2, 4, 5, tzinfo=UTC)
    assert paths(change) == ["feature"]
    assert not change.whole


def test_a_given_base_and_head_are_names_of_any_kind(repo):
    main, meeting, head = ids(repo, "main", "main~1", "feature")
    repo.git("tag", "--annotate", "--message", "t", "start", "main")
    for base in ("main", main, "start", "refs/heads/main"):
        change = resolved(repo, base=base, head="feature")
        assert (change.base, change.head, change.policy_at) == (meeting, head, main)
    backwards = resolved(repo, base="feature", head="main")
    assert (backwards.base, backwards.head, paths(backwards)) == (meeting, main, ["file"])


def test_what_is_said_of_the_change_is_passed_on(repo):
    change = resolved(repo, base="main", body="text", author="octo", pull_request=7, draft=True, notes=("A note.",))
    assert (change.body, change.author, change.pull_request, change.draft, change.notes) == (
        *("text", "octo", 7, True),
        ("A note.",),
    )


def test_a_detached_head_is_judged_like_its_branch(repo):
    attached = resolved(repo)
    repo.checkout(repo.head)
    assert resolved(repo) == attached


def test_a_branch_without_a_commit_of_its_own_is_an_empty_change(repo):
    repo.checkout("main")
    repo.branch("fresh")
    change = resolved(repo)
    assert change.base == change.head
    assert change.files == ()


@pytest.mark.parametrize("how", ["on the branch", "detached", "behind", "given by name"])
def test_the_default_branch_itself_is_no_change(repo, how):
    if how != "given by name":
        repo.checkout({"on the branch": "main", "detached": repo.git("rev-parse", "main"), "behind": "main~1"}[how])
    head = "main" if how == "given by name" else "HEAD"
    with pytest.raises(
        UsageError, match=f"^`{head}` is part of the default branch `main`: there is no change"
    ) as caught:
        resolved(repo, head=head)
    assert all(option in caught.value.hint for option in ("--base", "--all", "--worktree"))


def test_commits_on_the_default_branch_that_are_not_pushed_are_a_change(repo, tmp_path):
    repo.checkout("main")
    clone = repo.clone(tmp_path / "clone")
    pushed = clone.head
    clone.write("new", "1")
    clone.commit()
    change = resolved(clone)
    assert (change.base, paths(change)) == (pushed, ["new"])
    clone.write("newer", "1")
    assert paths(resolved(clone, worktree=True)) == ["newer"]


def test_without_any_default_branch_a_base_is_asked_for(tmp_path):
    repo = Repo(tmp_path / "repo")
    repo.git("symbolic-ref", "HEAD", "refs/heads/trunk")
    head = repo.commit()
    with pytest.raises(UsageError, match="No default branch was found") as caught:
        resolved(repo)
    assert "--base" in caught.value.hint
    repo.write("new", "1")
    change = resolved(repo, worktree=True)
    assert (change.base, paths(change)) == (head, ["new"])


def test_the_uncommitted_tree_of_a_branch_holds_its_commits_too(repo):
    main, meeting = ids(repo, "main", "main~1")
    repo.write("new", "1")
    with repo.opened() as repository:
        change = resolve(Context(worktree=True), repository, NOW)
        assert (change.base, change.head_commit, change.policy_at, change.when) == (meeting, None, main, NOW)
        assert paths(change) == ["feature", "new"]
        assert repository.read(change.files[1].after.oid) == b"1"
        assert repository.entries(change.head, ["file"])


def test_the_uncommitted_tree_of_the_default_branch_is_compared_with_its_head(repo):
    repo.checkout("main")
    head = repo.head
    repo.write("new", "1")
    change = resolved(repo, worktree=True)
    assert (change.base, change.policy_at, paths(change)) == (head, head, ["new"])
    repo.checkout(head)
    assert paths(resolved(repo, worktree=True)) == ["new"]


def test_the_uncommitted_tree_can_be_compared_with_any_base(repo):
    main, meeting = ids(repo, "main", "main~1")
    repo.write("new", "1")
    change = resolved(repo, worktree=True, base="main")
    assert (change.base, change.policy_at, paths(change)) == (meeting, main, ["feature", "new"])


def test_the_working_directory_and_another_head_exclude_each_other(repo):
    with pytest.raises(UsageError, match="cannot both be judged"):
        resolved(repo, worktree=True, head="main")


@pytest.mark.parametrize("base", [None, "0" * 40, "1" * 40])
def test_a_whole_tree_has_no_base_and_its_own_policy_binds(repo, base):
    head = repo.head
    change = resolved(repo, event="push", whole=True, base=base, head=head)
    assert (change.base, change.head, change.head_commit, change.policy_at) == (None, head, head, head)
    assert (change.files, change.whole) == ((), True)
    assert change.when == datetime(2026, 1, 2, 2, 4, 5, tzinfo=UTC)


def test_a_shallow_checkout_of_a_pull_request_is_completed_and_it_is_said(repo, tmp_path):
    main, meeting, head = ids(repo, "main", "main~1", "feature")
    repo.git("checkout", "--quiet", "--detach", "main")
    repo.merge("feature")
    repo.git("branch", "merged")
    clone = repo.clone(tmp_path / "clone", "--depth=1", "--branch=merged")
    change = resolved(clone, event="pull_request", base=main, head=head, notes=("First.",))
    assert (change.base, change.head, change.policy_at, paths(change)) == (meeting, head, main, ["feature"])
    assert change.notes[0] == "First."
    assert [note.split()[0] for note in change.notes[1:]] == ["Fetched", "Fetched"]


def test_unrelated_histories_cannot_be_compared(repo):
    repo.git("checkout", "--quiet", "--orphan", "other")
    repo.commit()
    with pytest.raises(UsageError, match="have no commit in common"):
        resolved(repo, base="main")


@pytest.mark.parametrize("asked", [{}, {"base": "main"}, {"whole": True}, {"worktree": True}])
def test_an_empty_repository_has_nothing_to_judge(tmp_path, asked):
    repo = Repo(tmp_path / "repo")
    with pytest.raises(GuardError, match=r"The repository has no commit yet\.|There is no revision `main`"):
        resolved(repo, **asked)


def test_a_head_that_nobody_has_is_said(repo, tmp_path):
    clone = repo.clone(tmp_path / "clone", "--depth=1")
    with pytest.raises(GitError, match=r"^The clone lacks commit `1{40}`"):
        resolved(clone, event="pull_request", base=clone.head, head="1" * 40)
