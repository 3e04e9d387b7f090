"""A judged repository may configure programs and rewrite rules: none of them runs, none bends an answer."""

import pytest
from gitrepo import Repo


@pytest.fixture
def repo(tmp_path):
    return Repo(tmp_path / "repo")


def ask_everything(repo, before, after):
    with Repo(repo.path).opened() as repository:
        tree = repository.worktree_tree()
        changes = repository.changed(before, after)
        return (
            changes,
            repository.changed(after, tree),
            repository.entries(tree, ["a.txt", "hooks"]),
            tuple(repository.walk(after)),
            repository.log(before, after),
            repository.holding(after, ["two"], ["**"]),
            repository.ignored(["b.log"]),
            repository.default_branch(),
            repository.current_branch(),
            repository.resolve("HEAD"),
            repository.merge_base(before, after),
            [repository.read(change.after.oid) for change in changes if change.after],
        )


def test_no_program_of_the_repositorys_configuration_runs(repo, tmp_path):
    repo.write(".gitattributes", "*.txt diff=evil\n")
    repo.write(".gitignore", "*.log\n")
    repo.write("a.txt", "one\n")
    before = repo.commit()
    repo.write("a.txt", "two\n")
    after = repo.commit()
    repo.write("a.txt", "three\n")
    repo.write("untracked", "x")
    plain = ask_everything(repo, before, after)
    ran = tmp_path / "ran"
    program = repo.write(".git/evil", f'#!/bin/sh\necho "$0 $@" >> {ran}\nexec cat "$1"\n')
    program.chmod(0o755)
    for hook in ("reference-transaction", "post-index-change", "pre-auto-gc", "fsmonitor-watchman", "post-checkout"):
        repo.write(f".git/evil-hooks/{hook}", program.read_bytes()).chmod(0o755)
    for setting in (
        "diff.external",
        "diff.evil.command",
        "diff.evil.textconv",
        "core.fsmonitor",
        "core.pager",
        "pager.diff-tree",
        "pager.grep",
        "core.editor",
        "core.alternateRefsCommand",
        "core.askPass",
        "gpg.program",
        "remote.origin.vcs",
    ):
        repo.git("config", setting, str(program))
    repo.git("config", "core.hooksPath", str(repo.path / ".git/evil-hooks"))
    repo.git("config", "log.showSignature", "true")
    for command in ("add", "cat-file", "diff-tree", "grep", "ls-tree", "merge-base", "rev-list", "write-tree"):
        repo.git("config", f"alias.{command}", f"!{program}")
    assert ask_everything(repo, before, after) == plain
    assert not ran.exists()
    # The traps are real: git by itself springs them.
    repo.git("status")
    repo.git("diff")
    assert ran.exists()


def test_replaced_objects_and_remote_helpers_do_not_stand_in(repo, tmp_path):
    ran = tmp_path / "ran"
    repo.write("a", "true")
    before = repo.commit()
    repo.write("a", "changed")
    after = repo.commit()
    blob = repo.git("rev-parse", "HEAD:a")
    repo.git("replace", blob, repo.git("rev-parse", "HEAD~1:a"))
    repo.git("replace", after, before)
    repo.git("config", "protocol.ext.allow", "always")
    repo.git("config", "remote.origin.url", f"ext::touch {ran}")
    with repo.opened() as repository:
        assert repository.read(blob) == b"changed"
        assert [change.path for change in repository.changed(before, after)] == ["a"]
        assert [commit.oid for commit in repository.log(before, after)] == [after]
        with pytest.raises(Exception, match="fetching failed"):
            repository.resolve("1" * 40)
        assert repository.origin() is None
    assert not ran.exists()


def test_what_a_submodule_configures_does_not_run_either(repo, tmp_path):
    ran = tmp_path / "ran"
    inner = Repo(tmp_path / "inner")
    inner.write("a", "1")
    inner.commit()
    repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", inner.path.as_uri(), "module")
    repo.commit()
    program = repo.write(".git/evil", f"#!/bin/sh\ntouch {ran}\n")
    program.chmod(0o755)
    repo.git("config", "--file", ".git/modules/module/config", "core.fsmonitor", str(program))
    repo.write("module/a", "2")
    with repo.opened() as repository:
        repository.worktree_tree()
        assert not ran.exists()
    repo.git("status")
    assert ran.exists()
