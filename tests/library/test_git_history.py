"""Shallow and partial clones: what is missing is fetched from origin, or said with the way out."""

import pytest
from gitrepo import Repo

from agent_guards import git_history
from agent_guards.errors import GitError, UsageError


@pytest.fixture
def server(tmp_path):
    return Repo(tmp_path / "server")


def pull_request(server, behind=2):
    """A base branch that has moved on, a pull request of two commits, and the merge of both that GitHub makes."""
    for number in range(3):
        server.commit(f"older {number}")
    server.write("file", "1")
    meeting = server.commit("meeting")
    server.branch("feature")
    server.write("feature", "1")
    server.commit("feature 1")
    server.write("feature", "2")
    head = server.commit("feature 2")
    server.checkout("main")
    for number in range(behind):
        server.write("file", f"main {number}")
        server.commit(f"main {number}")
    base = server.head
    server.git("checkout", "--quiet", "--detach")
    server.merge("feature")
    server.git("update-ref", "refs/pull/1/merge", "HEAD")
    server.checkout("main")
    return meeting, base, head


def checked_out(server, path):
    """What actions/checkout leaves behind: the merge commit alone, on no branch."""
    clone = Repo(path)
    server.git("config", "uploadpack.allowAnySHA1InWant", "true")
    clone.git("remote", "add", "origin", server.path.as_uri())
    clone.git("fetch", "--quiet", "--no-tags", "--depth=1", "origin", "+refs/pull/1/merge:refs/remotes/pull/1/merge")
    clone.git("checkout", "--quiet", "--detach", "refs/remotes/pull/1/merge")
    return clone


def refs(repo):
    return repo.git("for-each-ref"), (repo.path / ".git/FETCH_HEAD").exists()


def test_a_shallow_checkout_of_a_pull_request_fetches_both_ends_and_where_they_meet(server, tmp_path):
    meeting, base, head = pull_request(server)
    clone = checked_out(server, tmp_path / "clone")
    (clone.path / ".git/FETCH_HEAD").unlink()
    server.git("tag", "v1", base)
    clone.git("config", "remote.origin.tagOpt", "--tags")
    before = refs(clone)
    with clone.opened() as repository:
        assert not repository.has(head)
        assert repository.resolve_all((base, head)) == (base, head)
        assert repository.merge_base(base, head) == meeting
        assert [change.path for change in repository.changed(meeting, head)] == ["feature"]
        assert [commit.committed for commit in repository.log(meeting, head)]
        assert repository.notes == [
            f"Fetched commits `{base}`, `{head}` from origin, which the clone lacked.",
            "Fetched more history from origin (deepen=50): the clone is shallow.",
        ]
    assert refs(clone) == before


def test_one_missing_commit_is_fetched_without_its_history(server, tmp_path):
    _, _, head = pull_request(server)
    clone = checked_out(server, tmp_path / "clone")
    with clone.opened() as repository:
        assert repository.resolve(head) == head
        parent = repository.commit(head).parents[0]
        assert not repository.has(parent)
        assert repository.notes == [f"Fetched commit `{head}` from origin, which the clone lacked."]


def test_a_history_beyond_every_step_is_fetched_whole(server, tmp_path):
    meeting, base, head = pull_request(server, behind=4)
    clone = checked_out(server, tmp_path / "clone")
    steps = ("--deepen=1", "--deepen=1", "--unshallow")
    with pytest.MonkeyPatch.context() as patch, clone.opened() as repository:
        patch.setattr(git_history, "_DEEPER", steps)
        repository.resolve_all((base, head))
        assert repository.merge_base(base, head) == meeting
        assert [note for note in repository.notes if "unshallow" in note]
        assert not repository._history.shallow()


def criss_cross(server):
    """Within three commits of either end, only the old fork of `ancient` is an ancestor of both."""
    fork = server.commit("old")
    server.branch("ancient")
    server.commit("ancient work")
    server.checkout("main")
    server.commit("main 1")
    meeting = server.commit("main 2")
    server.branch("feature")
    head = server.commit("feature")
    server.checkout("main")
    for number in range(3, 6):
        server.commit(f"main {number}")
    return fork, meeting, server.merge("ancient"), head


def test_a_merge_base_that_a_cut_off_history_may_hide_is_not_taken(server, tmp_path):
    fork, meeting, base, head = criss_cross(server)
    clone = server.clone(tmp_path / "clone", "--depth=4", "--no-single-branch")
    assert clone.git("merge-base", base, head) == fork
    with clone.opened(fetch=False) as repository, pytest.raises(GitError, match="history is too short"):
        repository.merge_base(base, head)
    with clone.opened() as repository:
        assert repository.merge_base(base, head) == meeting


def test_a_remote_that_is_cut_off_itself_gives_what_it_has(server, tmp_path):
    fork, _, base, head = criss_cross(server)
    middle = server.clone(tmp_path / "middle", "--depth=4", "--no-single-branch")
    clone = middle.clone(tmp_path / "clone", "--depth=1", "--no-single-branch")
    with clone.opened() as repository:
        assert repository.resolve_all((base, head)) == (base, head)
        assert repository.merge_base(base, head) == fork
        assert [note.split("(")[1].split(")")[0] for note in repository.notes[1:]] == [
            "deepen=50",
            "deepen=500",
            "unshallow",
        ]
        assert repository._history.shallow()


def test_a_deep_enough_shallow_clone_fetches_nothing(server, tmp_path):
    meeting, base, head = pull_request(server)
    clone = server.clone(tmp_path / "clone", "--depth=4", "--no-single-branch")
    with clone.opened(fetch=False) as repository:
        assert repository._history.shallow()
        assert repository.merge_base(base, head) == meeting
        assert repository.notes == []


def test_an_id_that_is_no_commit_on_the_server_either_is_wrong_usage(server, tmp_path):
    server.write("file", "1")
    server.commit()
    clone = server.clone(tmp_path / "clone", "--depth=1")
    server.write("file", "2")
    server.commit()
    blob = server.git("rev-parse", "HEAD:file")
    with clone.opened() as repository, pytest.raises(UsageError, match=f"`{blob}` is not a commit"):
        repository.resolve(blob)


def test_a_complete_clone_that_lacks_a_commit_stays_complete(server, tmp_path):
    first = server.commit("one")
    server.commit("two")
    clone = server.clone(tmp_path / "clone")
    server.commit("three")
    late = server.commit("four")
    with clone.opened() as repository:
        assert repository.resolve(late) == late
        assert not repository._history.shallow()
        assert repository.merge_base(first, late) == first
        assert len(repository.log(first, late)) == 3
        assert len(repository.notes) == 1


@pytest.mark.parametrize("reason", ["off", "no origin", "gone"])
def test_where_fetching_is_impossible_the_way_out_is_told(server, tmp_path, reason):
    _, _, head = pull_request(server)
    clone = checked_out(server, tmp_path / "clone")
    if reason == "no origin":
        clone.git("remote", "remove", "origin")
    if reason == "gone":
        clone.git("remote", "set-url", "origin", "file:///x-access-token:secret@nowhere/gone")
    with clone.opened(fetch=reason != "off") as repository:
        with pytest.raises(GitError, match=f"^The clone lacks commit `{head}`") as caught:
            repository.resolve(head)
        assert ("fetching failed" in caught.value.message) is (reason != "off")
        assert "`fetch-depth: 0`" in caught.value.hint
        assert "`git fetch --unshallow`" in caught.value.hint
        assert repository.notes == []


def test_where_deepening_is_impossible_the_way_out_is_told(server, tmp_path):
    _, base, head = pull_request(server)
    clone = checked_out(server, tmp_path / "clone")
    with clone.opened() as repository:
        repository.resolve_all((base, head))
    with clone.opened(fetch=False) as repository:
        with pytest.raises(GitError, match=r"history is too short to show where `.*` and `.*` meet") as caught:
            repository.merge_base(base, head)
        assert "`fetch-depth: 0`" in caught.value.hint
        with pytest.raises(UsageError, match="There is no revision `HEAD~1`") as unknown:
            repository.resolve("HEAD~1")
        assert "The clone is shallow" in unknown.value.hint


def test_an_origin_that_lacks_the_commit_too_is_said(server, tmp_path):
    server.commit()
    clone = server.clone(tmp_path / "clone")
    with clone.opened() as repository, pytest.raises(GitError, match="fetching failed") as caught:
        repository.resolve("1" * 40)
    assert "`git fetch origin`" in caught.value.hint


def test_a_remote_that_never_answers_is_given_up(server, tmp_path, monkeypatch):
    server.commit()
    clone = server.clone(tmp_path / "clone", "--depth=1")
    clone.git("config", "remote.origin.uploadpack", "exec sleep 5 #")
    monkeypatch.setattr(git_history, "SECONDS", 0.2)
    with clone.opened() as repository, pytest.raises(GitError, match=r"origin did not answer within 0\.2 seconds\."):
        repository.resolve("1" * 40)


@pytest.mark.parametrize("shallow", [False, True])
def test_histories_without_a_common_commit_are_wrong_usage(server, tmp_path, shallow):
    one = server.commit("one")
    server.commit("two")
    server.git("checkout", "--quiet", "--orphan", "other")
    other = server.commit("other")
    server.commit("more")
    clone = server.clone(tmp_path / "clone", *(["--depth=1", "--no-single-branch"] if shallow else []))
    with clone.opened() as repository:
        repository.resolve_all((one, other))
        with pytest.raises(UsageError, match=r"`.*` and `.*` have no commit in common\.") as caught:
            repository.merge_base(one, other)
        assert "--base" in caught.value.hint


def test_a_partial_clone_fetches_contents_when_they_are_read(server, tmp_path):
    server.write("folder/file", "content")
    head = server.commit()
    clone = server.clone(tmp_path / "clone", "--filter=blob:none", "--no-checkout")
    with clone.opened() as repository:
        oid = repository.entries(head, ["folder/file"])["folder/file"].oid
        assert repository.read(oid) == b"content"


def test_a_partial_clone_that_cannot_fetch_says_so(server, tmp_path):
    server.write("file", "content")
    head = server.commit()
    clone = server.clone(tmp_path / "clone", "--filter=blob:none", "--no-checkout")
    clone.git("remote", "set-url", "origin", (tmp_path / "gone").as_uri())
    with clone.opened() as repository:
        oid = repository.entries(head, ["file"])["file"].oid
        with pytest.raises(GitError, match="partial clone") as caught:
            repository.read(oid)
    assert "--filter" in caught.value.hint


def test_a_url_with_a_token_never_reaches_a_message(server, tmp_path):
    server.commit()
    clone = server.clone(tmp_path / "clone")
    clone.git("remote", "set-url", "origin", "https://x-access-token:secret@127.0.0.1:1/octo/demo.git")
    with clone.opened() as repository, pytest.raises(GitError) as caught:
        repository.resolve("1" * 40)
    assert "fetching failed" in caught.value.message
    assert "secret" not in str(caught.value) + caught.value.hint
