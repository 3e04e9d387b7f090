"""The uncommitted files as a tree: nothing of the user's is touched, and nothing of theirs is missed."""

import os
from pathlib import Path

import pytest
from gitrepo import Repo

from agent_guards.errors import GitError
from agent_guards.repository import Kind


@pytest.fixture
def repo(tmp_path):
    return Repo(tmp_path / "repo")


def contents(folder: Path):
    """Every file below a folder, with its bytes."""
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def files(repository, tree):
    return {
        entry.path: entry.kind.value if entry.kind is not Kind.FILE else repository.read(entry.oid)
        for entry in repository.walk(tree)
    }


def test_the_tree_holds_what_stands_in_the_folder(repo):
    repo.write(".gitignore", "*.log\n")
    for name in ("edited", "deleted", "staged", "becomes-link"):
        repo.write(name, name)
    repo.write("tracked.log", "tracked")
    repo.git("add", "--force", "tracked.log")
    head = repo.commit()
    repo.write("edited", "edited since")
    (repo.path / "deleted").unlink()
    repo.write("staged", "staged")
    repo.git("add", "staged")
    repo.write("staged", "changed after staging")
    repo.write("new/file", "untracked")
    repo.write("later", "intent")
    repo.git("add", "--intent-to-add", "later")
    repo.write("ignored.log", "ignored")
    repo.write("tracked.log", "tracked since")
    (repo.path / "becomes-link").unlink()
    repo.symlink("becomes-link", "edited")
    with repo.opened() as repository:
        tree = repository.worktree_tree()
        assert files(repository, tree) == {
            ".gitignore": b"*.log\n",
            "becomes-link": "symbolic link",
            "edited": b"edited since",
            "later": b"intent",
            "new/file": b"untracked",
            "staged": b"changed after staging",
            "tracked.log": b"tracked since",
        }
        assert {change.path for change in repository.changed(head, tree)} == {
            *("becomes-link", "deleted", "edited", "later", "new/file", "staged", "tracked.log")
        }
        new = repository.entries(tree, ["new/file"])["new/file"]
        assert repository.sizes([new.oid]) == {new.oid: 9}
        assert repository.holding(tree, ["untracked"], ["**"]) == ("new/file",)
        assert repository.commit(head).oid == head


def test_index_objects_status_and_folder_stay_as_they_were(repo, tmp_path, monkeypatch):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    repo.write("file", "1")
    repo.write("other", "1")
    repo.commit()
    repo.write("file", "2")
    repo.git("add", "file")
    repo.write("file", "3")
    repo.write("new", "4")
    repo.git("add", "--intent-to-add", "new")
    status = repo.git("status", "--porcelain=v2")
    before = contents(repo.path)
    with repo.opened() as repository:
        tree = repository.worktree_tree()
        repository.worktree_tree()
        assert contents(repo.path) == before
        assert len(list(temporary.iterdir())) == 1
    assert list(temporary.iterdir()) == []
    assert contents(repo.path) == before
    assert repo.git("status", "--porcelain=v2") == status
    with repo.opened() as repository:
        assert not repository.has(tree)


def test_one_run_judges_one_state(repo):
    repo.write("file", "1")
    with repo.opened() as repository:
        first = repository.worktree_tree()
        repo.write("file", "2")
        assert repository.worktree_tree() == first
    with repo.opened() as repository:
        assert repository.worktree_tree() != first


def test_an_edit_in_the_indexs_last_instant_is_seen(repo):
    # Same size, same times, and git told not to look at ctime: only the index's own age gives the edit away.
    repo.git("config", "core.trustctime", "false")
    instant = (1_700_000_000, 1_700_000_000)
    target = repo.write("file", "old")
    os.utime(target, instant)
    repo.git("add", "file")
    os.utime(repo.path / ".git/index", instant)
    target.write_bytes(b"new")
    os.utime(target, instant)
    with repo.opened() as repository:
        assert files(repository, repository.worktree_tree()) == {"file": b"new"}


def test_line_ends_are_stored_as_git_would_store_them(repo):
    repo.write(".gitattributes", "*.txt text\n*.bin -text\n")
    repo.git("config", "core.safecrlf", "true")
    repo.write("a.txt", "one\r\ntwo\n")
    repo.write("a.bin", "one\r\ntwo\n")
    with repo.opened() as repository:
        found = files(repository, repository.worktree_tree())
    assert (found["a.txt"], found["a.bin"]) == (b"one\ntwo\n", b"one\r\ntwo\n")


def test_executable_files_and_submodules_keep_their_kind(repo, tmp_path):
    inner = Repo(tmp_path / "inner")
    inner.write("file", "1")
    first = inner.commit("one")
    repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", inner.path.as_uri(), "module")
    repo.submodule("unfetched")
    head = repo.commit()
    second = Repo(repo.path / "module").commit("two")
    repo.write("tool", "#!/bin/sh\n").chmod(0o755)
    os.utime(repo.path / "module/file", (1_700_000_000, 1_700_000_000))
    before = contents(repo.path)
    with repo.opened() as repository:
        tree = repository.worktree_tree()
        found = repository.entries(tree, ["module", "unfetched", "tool"])
        assert (found["module"].kind, found["module"].oid) == (Kind.SUBMODULE, second)
        assert found["unfetched"].oid == "1" * 40
        assert [change.path for change in repository.changed(head, tree)] == ["module", "tool"]
    assert repo.git("ls-tree", head, "module").split()[2] == first
    assert contents(repo.path) == before


def test_a_sub_folder_gives_the_whole_tree_and_a_linked_work_tree_its_own(repo, tmp_path):
    repo.write("folder/one", "1")
    repo.commit()
    linked = repo.worktree(tmp_path / "linked", "side")
    linked.write("two", "2")
    repo.write("three", "3")
    with Repo(repo.path / "folder").opened() as repository:
        assert set(files(repository, repository.worktree_tree())) == {"folder/one", "three"}
    with linked.opened() as repository:
        assert set(files(repository, repository.worktree_tree())) == {"folder/one", "two"}


@pytest.mark.parametrize("name", ['odd:"name', "new\nline", "index\nobjects", "back\\slash"])
def test_an_odd_name_of_the_repositorys_folder_does_no_harm(tmp_path, name):
    repo = Repo(tmp_path / name)
    repo.write("committed", "1")
    head = repo.commit()
    repo.write("new", "2")
    with repo.opened() as repository:
        tree = repository.worktree_tree()
        assert files(repository, tree) == {"committed": b"1", "new": b"2"}
        assert repository.commit(head).oid == head


def test_a_split_index_is_read_and_left_alone(repo):
    repo.write("one", "1")
    repo.commit()
    repo.git("config", "core.splitIndex", "true")
    repo.git("config", "splitIndex.maxPercentChange", "0")
    repo.git("update-index", "--split-index")
    repo.write("two", "2")
    repo.git("add", "two")
    repo.write("three", "3")
    before = contents(repo.path)
    with repo.opened() as repository:
        assert set(files(repository, repository.worktree_tree())) == {"one", "two", "three"}
    assert contents(repo.path) == before


def test_a_file_that_cannot_be_added_stops_the_run(repo):
    (repo.path / "inner").mkdir()
    repo.git("init", "--quiet", "inner")
    repo.git("config", "add.ignoreErrors", "true")
    with (
        repo.opened() as repository,
        pytest.raises(GitError, match=r"git add failed in .*inner.* does not have a commit"),
    ):
        repository.worktree_tree()
