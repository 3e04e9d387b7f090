"""Git behind the port, against real repositories."""

import os
import shutil
from datetime import UTC, datetime

import pytest
from gitrepo import Repo

from agent_guards.errors import GitError, UsageError
from agent_guards.git import GitRepository
from agent_guards.git_command import command, complaint
from agent_guards.repository import ChangedFile, Entry, Kind, Repository

EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


@pytest.fixture
def repo(tmp_path):
    return Repo(tmp_path / "repo")


def sides(changes):
    return {
        change.path: (change.before and change.before.kind, change.after and change.after.kind) for change in changes
    }


def test_it_is_the_port_that_the_guards_ask(repo):
    port: Repository = repo.opened()
    assert port.entries(EMPTY_TREE, ["a"]) == {}


def test_a_change_names_every_path_and_a_rename_is_a_deletion_and_an_addition(repo):
    for name in ("kept", "edited", "deleted", "moved", "mode"):
        repo.write(name, f"{name}\n" * 20)
    before = repo.commit()
    repo.write("edited", "other")
    repo.write("folder/added", "new")
    (repo.path / "deleted").unlink()
    (repo.path / "moved").rename(repo.path / "renamed")
    (repo.path / "mode").chmod(0o755)
    repo.symlink("link", "kept")
    repo.submodule("module")
    after = repo.commit()
    with repo.opened() as repository:
        changes = repository.changed(before, after)
        assert repository.changed(repository.commit(before).tree, repository.commit(after).tree) == changes
        assert repository.changed(after, after) == ()
        edited = next(change for change in changes if change.path == "edited")
        assert edited.before
        assert edited.after
        assert repository.read(edited.before.oid) == b"edited\n" * 20
        assert repository.read(edited.after.oid) == b"other"
    assert sides(changes) == {
        "edited": (Kind.FILE, Kind.FILE),
        "mode": (Kind.FILE, Kind.FILE),
        "deleted": (Kind.FILE, None),
        "moved": (Kind.FILE, None),
        "renamed": (None, Kind.FILE),
        "folder/added": (None, Kind.FILE),
        "link": (None, Kind.SYMLINK),
        "module": (None, Kind.SUBMODULE),
    }


def test_a_file_that_becomes_a_folder_and_a_folder_that_becomes_a_link_show_both_sides(repo):
    repo.write("one", "file")
    repo.write("two/inside", "file")
    repo.write("three", "file")
    before = repo.commit()
    for name in ("one", "two/inside", "three"):
        (repo.path / name).unlink()
    (repo.path / "two").rmdir()
    repo.write("one/inside", "file")
    repo.symlink("two", "one")
    repo.symlink("three", "one")
    after = repo.commit()
    with repo.opened() as repository:
        assert sides(repository.changed(before, after)) == {
            "one": (Kind.FILE, None),
            "one/inside": (None, Kind.FILE),
            "two": (None, Kind.SYMLINK),
            "two/inside": (Kind.FILE, None),
            "three": (Kind.FILE, Kind.SYMLINK),
        }


def test_a_change_is_the_same_whatever_the_repository_configures(repo):
    repo.write("z/b", "1")
    repo.write("a", "same text\n" * 30)
    repo.write(".gitmodules", '[submodule "m"]\n\tpath = m\n\turl = ./m\n\tignore = all\n')
    repo.submodule("m")
    before = repo.commit()
    repo.git("mv", "a", "c")
    repo.write("z/b", "2")
    repo.git("update-index", "--cacheinfo", f"160000,{'2' * 40},m")
    after = repo.commit()
    with repo.opened() as repository:
        plain = repository.changed(before, after)
    repo.write("order", "z*\n")
    for setting in ("diff.renames=copies", "diff.relative=true", "diff.ignoreSubmodules=all", "core.quotePath=true"):
        repo.git("config", *setting.split("="))
    repo.git("config", "diff.orderFile", str(repo.path / "order"))
    with Repo(repo.path / "z").opened() as repository:
        assert repository.changed(before, after) == plain
    assert [change.path for change in plain] == ["a", "c", "m", "z/b"]


def test_entries_say_what_stands_at_exactly_these_paths(repo):
    repo.write("a/b/file", "content")
    repo.write("top", "")
    repo.symlink("link", "a")
    repo.submodule("module")
    head = repo.commit()
    asked = ["a/b/file", "a", "top", "link", "module", "a/b", "absent", "a/absent"]
    never = [
        "",
        "/top",
        "top/",
        "a//b",
        "./top",
        "a/../top",
        "../top",
        "link/b",
        "module/x",
        "top/x",
        "*",
        "a\0",
        "\ud800",
    ]
    with repo.opened() as repository:
        found = repository.entries(head, asked + never)
        assert repository.entries(repository.commit(head).tree, asked) == found
        assert {path: entry.kind for path, entry in found.items()} == {
            "a/b/file": Kind.FILE,
            "a": Kind.DIRECTORY,
            "top": Kind.FILE,
            "link": Kind.SYMLINK,
            "module": Kind.SUBMODULE,
            "a/b": Kind.DIRECTORY,
        }
        assert repository.read(found["a/b/file"].oid) == b"content"
        assert found["top"] == Entry("top", Kind.FILE, repo.git("hash-object", "top"))
        assert repository.entries(found["a"].oid, ["b/file"])["b/file"].oid == found["a/b/file"].oid
        with pytest.raises(GitError, match="is missing from this clone"):
            repository.entries("1" * 40, ["a"])


def test_a_walk_lists_files_links_and_submodules_with_their_sizes_in_gits_order(repo):
    repo.write("b/c/file", "12345")
    repo.write("b.txt", "1")
    repo.write("b/a", "")
    repo.symlink("link", "b")
    repo.submodule("module")
    head = repo.commit()
    with repo.opened() as repository:
        assert [(entry.path, entry.kind, entry.size) for entry in repository.walk(head)] == [
            ("b.txt", Kind.FILE, 1),
            ("b/a", Kind.FILE, 0),
            ("b/c/file", Kind.FILE, 5),
            ("link", Kind.SYMLINK, 1),
            ("module", Kind.SUBMODULE, -1),
        ]
        assert [entry.path for entry in repository.walk(head, "b")] == ["b/a", "b/c/file"]
        assert [entry.path for entry in repository.walk(head, "b/c")] == ["b/c/file"]
        assert [list(repository.walk(head, prefix)) for prefix in ("b.txt", "link", "absent", "b/")] == [[], [], [], []]


def test_sizes_are_told_without_contents_and_a_missing_object_is_said(repo):
    first = repo.git("hash-object", "-w", "--stdin", given=b"x" * 1000)
    second = repo.git("hash-object", "-w", "--stdin", given=b"")
    with repo.opened() as repository:
        assert repository.sizes(iter([first, second, first])) == {first: 1000, second: 0}
        assert repository.sizes([]) == {}
        with pytest.raises(GitError, match=r"The object `1{40}` is missing"):
            repository.sizes([first, "1" * 40])


def test_reading_gives_the_bytes_as_git_holds_them(repo):
    repo.write(".gitattributes", "* text=auto eol=crlf\n*.txt working-tree-encoding=UTF-16LE\n")
    content = b"a\nb\r\nc\0\xff\n"
    oid = repo.git("hash-object", "-w", "--stdin", given=content)
    with repo.opened() as repository:
        assert repository.read(oid) == content
        assert repository.has(oid)
        assert not repository.has("1" * 40)
        with pytest.raises(GitError, match="is missing from this clone"):
            repository.read("1" * 40)
        with pytest.raises(GitError, match="is a blob where a commit was expected"):
            repository.commit(oid)


def test_a_commit_says_who_and_when_in_utc(repo):
    first = repo.commit(when="1970-01-01T01:00:00+01:00")
    second = repo.commit(when="2040-06-01T00:30:00+05:30", author="Zoë <zoe@example.org>")
    with repo.opened() as repository:
        assert repository.commit(first).committed == datetime(1970, 1, 1, tzinfo=UTC)
        commit = repository.commit(second)
    assert commit.authored == commit.committed == datetime(2040, 5, 31, 19, 0, tzinfo=UTC)
    assert commit.authored.utcoffset() == datetime(1, 1, 1, tzinfo=UTC).utcoffset()
    assert (commit.oid, commit.parents, commit.tree) == (second, (first,), EMPTY_TREE)
    assert (commit.author, commit.author_email) == ("Zoë", "zoe@example.org")


@pytest.mark.parametrize(
    ("person", "name", "email", "when"),
    [
        (b"A <a@b> -86400 +0000", "A", "a@b", datetime(1969, 12, 31, tzinfo=UTC)),
        (b"A <a@b> 4102444800 -1200", "A", "a@b", datetime(2100, 1, 1, tzinfo=UTC)),
        (b"A <a@b> 99999999999999 +0000", "A", "a@b", datetime(9998, 12, 31, tzinfo=UTC)),
        (b"A <a@b> 253402300799 +0000", "A", "a@b", datetime(9998, 12, 31, tzinfo=UTC)),
        (b"A <a@b> -99999999999999 +0000", "A", "a@b", datetime(2, 1, 1, tzinfo=UTC)),
        (b"A <a@b> " + b"9" * 5000 + b" +0000", "A", "a@b", datetime(9998, 12, 31, tzinfo=UTC)),
        (b"A <a@b>", "A", "a@b", datetime(1970, 1, 1, tzinfo=UTC)),
        (b"nobody", "", "", datetime(1970, 1, 1, tzinfo=UTC)),
        (b"Zo\xeb <z@b> 0 +0000", "Zoë", "z@b", datetime(1970, 1, 1, tzinfo=UTC)),
        (b" <> 0 +0000", "", "", datetime(1970, 1, 1, tzinfo=UTC)),
        (b"A <a>b@c> 7 +0000", "A", "a>b@c", datetime(1970, 1, 1, 0, 0, 7, tzinfo=UTC)),
    ],
)
def test_an_odd_author_or_date_is_read_and_clamped(repo, person, name, email, when):
    text = b"tree %s\nauthor %s\ncommitter %s\n" % (EMPTY_TREE.encode(), person, person)
    text += b"gpgsig one\n author Eve <eve@example.org> 1 +0000\n\nmessage\n\nauthor Eve <e> 1 +0000\n"
    oid = repo.git("hash-object", "-t", "commit", "--literally", "-w", "--stdin", given=text)
    with repo.opened() as repository:
        commit = repository.commit(oid)
    assert (commit.author, commit.author_email) == (name, email)
    assert commit.authored == commit.committed == when


def test_the_log_is_what_head_has_and_base_has_not_newest_first(repo):
    base = repo.commit("base", when="2026-01-01T00:00:00Z")
    repo.branch("feature")
    one = repo.commit("one", when="2026-01-01T01:00:00Z")
    repo.checkout("main")
    other = repo.commit("other", when="2026-01-01T02:00:00Z")
    repo.checkout("feature")
    merged = repo.merge("main", when="2026-01-01T03:00:00Z")
    with repo.opened() as repository:
        assert [commit.oid for commit in repository.log(base, merged)] == [merged, other, one]
        assert [commit.oid for commit in repository.log(other, merged)] == [merged, one]
        assert repository.log(merged, base) == ()
        assert repository.commit(merged).parents == (one, other)


def test_a_submodules_files_are_not_searched(repo, tmp_path):
    inner = Repo(tmp_path / "inner")
    inner.write("file", "x.y\n")
    inner.commit()
    repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", inner.path.as_uri(), "module")
    repo.git("config", "submodule.recurse", "true")
    repo.write("file", "x.y\n")
    head = repo.commit()
    with repo.opened() as repository:
        assert repository.holding(head, ["x.y"], ["**"]) == ("file",)


def test_git_finds_the_files_that_hold_a_text_within_the_globs(repo):
    repo.write("app/a.ts", 'import "x.y"\n')
    repo.write("app/deep/b.ts", b"\0binary x.y\n")
    repo.write("app/c.js", "x.y\n")
    repo.write("docs/d.ts", "x.y\n")
    repo.write("app/e.ts", "xzy X.Y\n")
    repo.write("app/latin.ts", b"caf\xe9\n")
    repo.write(".gitattributes", "*.ts -diff binary\n")
    head = repo.commit()
    repo.write("app/uncommitted.ts", "x.y\n")
    for setting in ("grep.lineNumber", "grep.column", "grep.fullName", "color.grep", "color.ui"):
        repo.git("config", setting, "always" if "color" in setting else "true")
    repo.git("config", "grep.patternType", "perl")
    with Repo(repo.path / "app").opened() as repository:
        assert repository.holding(head, ["x.y"], ["app/**/*.ts"]) == ("app/a.ts", "app/deep/b.ts")
        assert repository.holding(head, ["nothing", "x.y"], ["app/*.js", "docs/**"]) == ("app/c.js", "docs/d.ts")
        assert repository.holding(head, ["caf\udce9"], ["**"]) == ("app/latin.ts",)
        assert repository.holding(head, ["-e", "--cached"], ["**"]) == ()
        assert repository.holding(head, ["x.y"], ["-*", ":(exclude)app/a.ts", "absent/**"]) == ()
        assert repository.holding(head, [], ["**"]) == repository.holding(head, ["x.y"], []) == ()
        assert repository.holding(head, ["", "\ud800"], ["**"]) == ()
        assert repository.holding(head, ["x.y"], ["a\0"]) == ()
        many = [f"request-{number}" for number in range(5000)]
        assert repository.holding(head, [*many, "xzy"], ["**"]) == ("app/e.ts",)


def test_a_text_with_a_line_end_is_held_only_as_a_whole(repo):
    repo.write("whole", "first\nthe second\n")
    repo.write("crlf", "first\r\nthe second\n")
    repo.write("parts", "the second\nfirst\n")
    head = repo.commit()
    with repo.opened() as repository:
        assert repository.holding(head, ["first\nthe second"], ["**"]) == ("whole",)
        assert repository.holding(head, ["first\r\nthe"], ["**"]) == ("crlf",)
        assert repository.holding(head, ["first\r"], ["**"]) == ("crlf",)


def test_ignore_rules_that_swallow_a_path_are_named(repo):
    repo.write(".gitignore", "artifacts/\n*.log\n!kept.log\n")
    repo.write("sub/.gitignore", "# none\nodd[*\n:(glob)*\n")
    repo.write("tracked.log", "x")
    repo.git("add", "--force", "tracked.log")
    repo.symlink("link", "sub")
    repo.commit()
    asked = [
        "artifacts/a/x.jsonl",
        "b.log",
        "kept.log",
        "tracked.log",
        "plain",
        "sub/:(glob)x",
        "n\new.log",
        "\ud800",
        "",
    ]
    with Repo(repo.path / "sub").opened() as repository:
        assert repository.ignored(asked) == {
            "artifacts/a/x.jsonl": ".gitignore:1:artifacts/",
            "b.log": ".gitignore:2:*.log",
            "n\new.log": ".gitignore:2:*.log",
            "sub/:(glob)x": "sub/.gitignore:3::(glob)*",
        }
        assert repository.ignored([]) == {}
        assert repository.ignored(["b.log", "link/beyond", "c.log"]) == {"b.log": ".gitignore:2:*.log"}


def test_the_default_branch_is_the_remotes_before_the_local_one(repo, tmp_path):
    with repo.opened() as repository:
        assert repository.default_branch() is None
    repo.git("checkout", "--quiet", "--orphan", "master")
    master = repo.commit("master")
    with repo.opened() as repository:
        assert repository.default_branch() == ("master", master)
    repo.branch("main")
    main = repo.commit("main")
    with repo.opened() as repository:
        assert repository.default_branch() == ("main", main)
    repo.branch("trunk")
    trunk = repo.commit("trunk")
    clone = repo.clone(tmp_path / "clone")
    clone.commit("local only")
    with clone.opened() as repository:
        assert repository.default_branch() == ("trunk", trunk)
    clone.git("remote", "set-head", "origin", "--delete")
    with clone.opened() as repository:
        assert repository.default_branch() == ("main", main)


def test_the_current_branch_is_none_where_head_is_detached(repo):
    head = repo.commit()
    repo.branch("feature/ä")
    with repo.opened() as repository:
        assert repository.current_branch() == "feature/ä"
        repo.checkout(head)
        assert repository.current_branch() is None


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://github.com/octo/demo", "octo/demo"),
        ("https://github.com/octo/demo.git/", "octo/demo"),
        ("https://x-access-token:secret@github.com/octo/demo.git", "octo/demo"),
        ("http://ghes.example:8443/octo/de.mo", "octo/de.mo"),
        ("git@github.com:octo/demo.git", "octo/demo"),
        ("ssh://git@ssh.github.com:443/octo/demo.git", "octo/demo"),
        ("github:octo/demo", "octo/demo"),
        ("https://gitlab.example/group/sub/demo.git", None),
        ("/srv/git/demo.git", None),
        ("file:///srv/octo/demo.git", None),
        ("C:octo/demo", None),
        ("https://github.com/octo/de mo", None),
        ("https://github.com/octo", None),
    ],
)
def test_origin_is_owner_and_name_and_never_the_rest_of_the_url(repo, url, name):
    repo.git("remote", "add", "origin", url)
    with repo.opened() as repository:
        assert repository.origin() == name


def test_a_repository_without_origin_has_none(repo):
    with repo.opened() as repository:
        assert repository.origin() is None


def test_names_become_ids(repo):
    first = repo.commit("one")
    second = repo.commit("two")
    repo.git("tag", "--annotate", "--message", "v1", "v1", first)
    with repo.opened() as repository:
        assert repository.resolve_all(("HEAD", "main", "v1", "HEAD~1", first, second[:10])) == (
            second,
            second,
            first,
            first,
            first,
            second,
        )
        assert repository.merge_base(first, second) == first


@pytest.mark.parametrize("kind", ["top", "folder", "linked", "bare", "sha256"])
def test_every_kind_of_folder_gives_the_same_answers(tmp_path, kind):
    repo = Repo(tmp_path / "repo", *(["--object-format=sha256"] if kind == "sha256" else []))
    repo.write("folder/one", "1")
    before = repo.commit()
    repo.write("folder/two", "22")
    after = repo.commit()
    where = {
        "folder": lambda: Repo(repo.path / "folder"),
        "linked": lambda: repo.worktree(tmp_path / "linked", "side"),
        "bare": lambda: repo.clone(tmp_path / "bare", "--bare"),
    }.get(kind, lambda: repo)()
    two = repo.git("rev-parse", "HEAD:folder/two")
    with where.opened() as repository:
        assert repository.resolve_all(("HEAD~1", "HEAD")) == (before, after)
        assert repository.merge_base(before, after) == before
        assert repository.changed(before, after) == (
            ChangedFile("folder/two", None, Entry("folder/two", Kind.FILE, two)),
        )
        assert repository.entries(after, ["folder/two"]) == {"folder/two": Entry("folder/two", Kind.FILE, two)}
        assert [(entry.path, entry.size) for entry in repository.walk(after)] == [("folder/one", 1), ("folder/two", 2)]
        assert [commit.oid for commit in repository.log(before, after)] == [after]
        assert repository.holding(after, ["22"], ["folder/*"]) == ("folder/two",)
        assert repository.ignored(["folder/three"]) == {}
        assert repository.sizes([two]) == {two: 2}
        if kind == "bare":
            with pytest.raises(UsageError, match="is a bare repository"):
                repository.worktree_tree()


def test_a_hooks_environment_does_not_turn_git_to_another_repository(repo, tmp_path):
    repo.write("mine", "x")
    head = repo.commit()
    other = Repo(tmp_path / "other")
    other.write("theirs", "x")
    other.commit()
    repo.environ = {
        **repo.environ,
        "GIT_DIR": str(other.path / ".git"),
        "GIT_WORK_TREE": str(other.path),
        "GIT_INDEX_FILE": str(other.path / ".git/index"),
        "GIT_OBJECT_DIRECTORY": str(other.path / ".git/objects"),
        "GIT_PREFIX": "x/",
        "GIT_TRACE": "1",
    }
    with repo.opened() as repository:
        assert repository.resolve("HEAD") == head
        tree = repository.worktree_tree()
        assert [entry.path for entry in repository.walk(tree)] == ["mine"]


def test_git_speaks_english_asks_nobody_and_knows_nothing_else_of_gits_own_variables(repo, tmp_path):
    head = repo.commit()
    seen = tmp_path / "seen"
    wrapper = tmp_path / "bin/git"
    wrapper.parent.mkdir()
    wrapper.write_text(f'#!/bin/sh\n/usr/bin/env > {seen}\nexec {shutil.which("git")} "$@"\n')
    wrapper.chmod(0o755)
    environ = {
        "PATH": str(wrapper.parent),
        "LC_ALL": "de_DE.UTF-8",
        "GIT_EXTERNAL_DIFF": "x",
        "GIT_PAGER": "x",
        "A": "b",
    }
    with GitRepository(repo.path, environ=environ, fetch=False) as repository:
        repository.log(head, head)
    variables = dict(line.split("=", 1) for line in seen.read_text().splitlines())
    assert {name: value for name, value in variables.items() if name.startswith(("GIT_", "LC_"))} == {
        "LC_ALL": "C",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
    }
    assert variables["A"] == "b"


def test_closing_ends_the_process_and_so_does_letting_go(repo):
    head = repo.commit()
    repository = repo.opened()
    repository.resolve("HEAD")
    process = repository._objects._asked._process.pid
    assert os.waitpid(process, os.WNOHANG) == (0, 0)
    repository.close()
    repository.close()
    with pytest.raises(ChildProcessError):
        os.waitpid(process, os.WNOHANG)
    other = repo.opened()
    other.commit(head)
    process = other._objects._asked._process.pid
    del other
    with pytest.raises(ChildProcessError):
        os.waitpid(process, os.WNOHANG)


def test_a_folder_that_is_missing_or_no_repository_is_wrong_usage(repo, tmp_path):
    with pytest.raises(UsageError, match=r"There is no folder `.*/absent`\."):
        GitRepository(tmp_path / "absent", environ=repo.environ)
    outside = GitRepository(tmp_path, environ=repo.environ)
    with outside, pytest.raises(GitError, match=r"is not a git repository\.") as caught:
        outside.resolve("HEAD")
    assert "actions/checkout" in caught.value.hint


def test_git_is_looked_for_in_absolute_folders_of_path_only(repo, monkeypatch):
    marker = repo.path / "ran"
    repo.write("git", f"#!/bin/sh\ntouch {marker}\n").chmod(0o755)
    (repo.path / "folder/git").mkdir(parents=True)
    monkeypatch.chdir(repo.path)
    with pytest.raises(GitError, match=r"Git is not on PATH\.") as caught:
        GitRepository(repo.path, environ={"PATH": f".::{repo.path / 'folder'}"})
    assert "Install git" in caught.value.hint
    head = repo.commit()
    with GitRepository(repo.path, environ={**repo.environ, "PATH": f".:{repo.environ['PATH']}"}) as repository:
        assert repository.resolve("HEAD") == head
    assert not marker.exists()


def test_an_empty_repository_has_no_head(repo):
    with repo.opened() as repository:
        with pytest.raises(GitError, match=r"The repository has no commit yet\."):
            repository.resolve("HEAD")
        assert repository.current_branch() == "main"


def test_an_unknown_revision_is_wrong_usage_and_near_names_are_shown(repo):
    repo.write("file", "x")
    repo.commit()
    repo.branch("feature/login")
    blob = repo.git("rev-parse", "HEAD:file")
    with repo.opened() as repository:
        with pytest.raises(UsageError, match=r"There is no revision `feature/logn`\.") as caught:
            repository.resolve("feature/logn")
        assert caught.value.hint == "Did you mean `feature/login`?"
        for odd in ("", "x\ny", "HEAD\n", "\ud800", "--all", "HEAD:file", "HEAD^{tree}", "a" * 39):
            with pytest.raises(UsageError, match=r"There is no revision|is not a commit"):
                repository.resolve(odd)
        with pytest.raises(UsageError, match=r"is not a commit\."):
            repository.resolve(blob)
        with pytest.raises(GitError, match="log for 'feature/login' only has 1 entries"):
            repository.resolve("@{99}")
        assert repository.notes == []


def test_a_repository_of_another_user_is_refused_unless_it_is_trusted(repo, tmp_path):
    repo.write("folder/file", "x")
    head = repo.commit()
    wrapper = tmp_path / "bin/git"
    wrapper.parent.mkdir()
    # Git's own switch for its own tests of this; a real foreign owner needs root.
    wrapper.write_text(f'#!/bin/sh\nGIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec {shutil.which("git")} "$@"\n')
    wrapper.chmod(0o755)
    environ = {**repo.environ, "PATH": str(wrapper.parent)}
    refused = GitRepository(repo.path, environ=environ)
    with refused, pytest.raises(GitError, match=r"Git refuses to read `.*`: it belongs to another user\.") as caught:
        refused.resolve("HEAD")
    assert "safe.directory" in caught.value.hint
    with GitRepository(repo.path / "folder", environ=environ, trust=True) as repository:
        assert repository.resolve("HEAD") == head


def loose(repo, oid):
    path = repo.path / ".git/objects" / oid[:2] / oid[2:]
    path.chmod(0o600)
    return path


def test_a_damaged_object_is_said(repo):
    oid = repo.git("hash-object", "-w", "--stdin", given=b"content")
    loose(repo, oid).write_bytes(b"garbage")
    with repo.opened() as repository:
        with pytest.raises(GitError, match=r"The repository is damaged: `.*`\.") as caught:
            repository.read(oid)
        assert "git fsck" in caught.value.hint
        other = repo.git("hash-object", "-w", "--stdin", given=b"other")
        assert repository.read(other) == b"other"


def test_a_damaged_head_is_not_taken_for_an_empty_repository(repo):
    head = repo.commit()
    loose(repo, head).write_bytes(b"garbage")
    with repo.opened() as repository, pytest.raises(GitError, match="The repository is damaged"):
        repository.resolve("HEAD")
    loose(repo, head).unlink()
    with repo.opened() as repository, pytest.raises(GitError, match=f"The object `{head}` is missing"):
        repository.resolve("main")


def test_an_object_that_breaks_off_in_the_middle_is_said(repo):
    repo.git("config", "core.bigFileThreshold", "1")
    oid = repo.git("hash-object", "-w", "--stdin", given=os.urandom(100_000))
    path = loose(repo, oid)
    path.write_bytes(path.read_bytes()[:50_000])
    with repo.opened() as repository, pytest.raises(GitError):
        repository.read(oid)


def test_a_git_that_is_killed_is_said_and_started_anew(repo):
    oid = repo.git("hash-object", "-w", "--stdin", given=b"content")
    with repo.opened() as repository:
        repository.read(oid)
        repository._objects._asked._process.kill()
        with pytest.raises(GitError, match="Git ended while reading"):
            repository.read(oid)
        assert repository.read(oid) == b"content"


def test_any_other_failure_shows_gits_own_line_without_credentials(repo):
    with repo.opened() as repository, pytest.raises(GitError, match=r"git diff-tree failed in `.*`: `.*`\.") as caught:
        repository.changed("1" * 40, "2" * 40)
    assert "\n" not in caught.value.message


def test_what_a_url_says_of_the_user_is_cut_out(repo):
    error = command(repo.path, repo.environ, trust=False)._failure("fetch", b"fatal: no 'https://u:secret@host/o/r'\n")
    assert "`no 'https://host/o/r'`" in error.message


@pytest.mark.parametrize(
    ("stderr", "line"),
    [
        ("warning: a\nerror: b\nerror: e\nfatal: c\nhint: d\n", "b; c"),
        ("fatal: a\nfatal: b\n", "a"),
        ("hint: a\n\n  error: b\n", "b"),
        ("one\ntwo\n", "two"),
        ("", "no reason given"),
    ],
)
def test_the_line_that_says_what_is_wrong_is_found(stderr, line):
    assert complaint(stderr) == line
