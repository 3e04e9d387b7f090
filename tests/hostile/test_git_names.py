"""Paths are bytes that the author of a change chose: every one has to come through unharmed."""

import pytest
from gitrepo import Repo

from agent_guards.repository import Kind

NAMES = (
    b"tab\tname",
    b"new\nline",
    b"carriage\rreturn",
    b'quo"te',
    b"back\\slash",
    b"trailing space ",
    b" leading space",
    b"-leading-dash",
    b"--all",
    b":(glob)**",
    b":!excluded",
    b":/top",
    b"*",
    b"[a-z]?",
    b"#comment",
    b"!negated",
    b"100644 blob x",
    b"HEAD",
    b"name missing",
    b"caf\xc3\xa9",
    b"cafe\xcc\x81",
    b"latin-\xe9",
    b"\xff\xfe\x80",
    b"\xe2\x80\xae\xe2\x80\xa8bidi",
    b"case/Twin",
    b"case/twin",
    b"Case/twin",
    b"deep/" * 60 + b"end",
    b"\x01\x1b[31m\x7f",
    b"::error::x",
)


@pytest.fixture
def repo(tmp_path):
    repo = Repo(tmp_path / "repo")
    repo.commit()
    for number, name in enumerate(NAMES):
        repo.write(name, f"content {number}\n")
    return repo


def expected():
    return {
        name.decode("utf-8", "surrogateescape"): f"content {number}\n".encode() for number, name in enumerate(NAMES)
    }


def read_all(repository, entries):
    return {entry.path: repository.read(entry.oid) for entry in entries}


def test_every_name_comes_through_the_change_the_walk_and_the_lookup(repo):
    head = repo.commit()
    with repo.opened() as repository:
        changes = repository.changed(repository.resolve("HEAD~1"), head)
        assert {change.before for change in changes} == {None}
        assert read_all(repository, [change.after for change in changes]) == expected()
        assert read_all(repository, repository.walk(head)) == expected()
        found = repository.entries(head, list(expected()))
        assert read_all(repository, found.values()) == expected()
        assert {path: entry.path for path, entry in found.items()} == {path: path for path in expected()}


def test_every_name_comes_through_the_search(repo):
    head = repo.commit()
    with repo.opened() as repository:
        assert set(repository.holding(head, ["content"], ["**"])) == set(expected())
        twin = repository.holding(head, [f"content {NAMES.index(b'case/Twin')}"], ["case/*"])
        assert twin == ("case/Twin",)


def test_every_name_comes_through_the_uncommitted_tree_and_the_ignore_rules(repo):
    repo.write(".git/info/exclude", "lost/\n")
    with repo.opened() as repository:
        assert read_all(repository, repository.walk(repository.worktree_tree())) == expected()
        assert repository.ignored([f"lost/{name}" for name in expected()]) == {
            f"lost/{name}": ".git/info/exclude:1:lost/" for name in expected()
        }


def test_a_walk_below_an_oddly_named_folder_keeps_the_whole_path(repo):
    for folder in (":(top)", "-r", "new\nline folder", "é\udcff", "*"):
        (repo.path / folder).unlink(missing_ok=True)
        repo.write(f"{folder}/inside", "x")
    head = repo.commit()
    with repo.opened() as repository:
        for folder in (":(top)", "-r", "new\nline folder", "é\udcff", "*"):
            assert [entry.path for entry in repository.walk(head, folder)] == [f"{folder}/inside"]


def test_a_tree_that_no_checkout_could_hold_is_read_as_data(repo):
    blob = repo.git("hash-object", "-w", "--stdin", given=b"x")
    inner = repo.git("mktree", given=f"100644 blob {blob}\tconfig\n".encode())
    raw = b"".join(
        mode + b" " + name + b"\0" + bytes.fromhex(oid)
        for mode, name, oid in ((b"40000", b"..", inner), (b"40000", b".git", inner), (b"100664", b"a", blob))
    )
    tree = repo.git("hash-object", "-t", "tree", "--literally", "-w", "--stdin", given=raw)
    with repo.opened() as repository:
        assert [(entry.path, entry.kind) for entry in repository.walk(tree)] == [
            ("../config", Kind.FILE),
            (".git/config", Kind.FILE),
            ("a", Kind.FILE),
        ]
        assert repository.read(repository.entries(tree, ["../config"])["../config"].oid) == b"x"
        assert len(repository.changed(repo.git("mktree"), tree)) == 3
