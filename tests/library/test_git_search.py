"""Searches in a tree: whatever the work tree is like, the answer is the tree's."""

import os
import subprocess

import pytest
from gitrepo import Repo

from agent_guards import git_clean, git_grep, git_search
from agent_guards.errors import GuardError
from agent_guards.git_search import GitSearch

GLOBS = ("**/*.ts", "**/package.json")


@pytest.fixture
def repo(tmp_path):
    made = Repo(tmp_path / "repo")
    made.write("app/a.ts", "uses mcp\n")
    made.write("app/b.TS", "const MCP = 1;\n")
    made.write("app/c.ts", "nothing\n")
    made.write("app/d.md", "mcp\n")
    made.write("package.json", '{"x": "mcp"}')
    made.commit()
    return made


@pytest.fixture
def searching():
    opened = []

    def search(repo):
        opened.append(repo.opened())
        return GitSearch(opened[-1]._git)

    yield search
    for repository in opened:
        repository.close()


def files_of(search, tree):
    return sorted(search.search(tree, ["mcp"], GLOBS)())


def test_files_are_found_by_what_they_hold_in_any_case(repo, searching):
    assert files_of(searching(repo), repo.head) == ["app/a.ts", "app/b.TS", "package.json"]


def test_the_work_tree_is_searched_where_it_is_the_tree(repo, searching, monkeypatch):
    monkeypatch.setattr(GitSearch, "_in_objects", None)
    assert files_of(searching(repo), repo.head) == ["app/a.ts", "app/b.TS", "package.json"]


@pytest.mark.parametrize("text", ["mcp", "m.p", "a+b", "x[1]", "(a|b)", "a\\b", "^a$", "{1}", "größe", "@a/b-c_d"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be"])
def test_a_text_is_looked_for_letter_by_letter_in_utf_16_too(repo, searching, text, encoding):
    if encoding != "utf-8" and not text.isascii():
        return
    repo.write("app/e.ts", f"x {text} y".encode(encoding))
    repo.write("app/f.ts", "mxp aab x1 a b \\b aa".encode(encoding))
    repo.commit()
    search = searching(repo)
    for few in (False, True):
        found = search.search(repo.head, [text], ["app/e.ts", "app/f.ts"], few=few)()
        assert found == ("app/e.ts",), few


def test_bytes_attributes_and_links_hide_nothing(repo, searching):
    repo.write("app/nul.ts", b"\0\0 mcp")
    repo.write("app/binary.ts", "mcp")
    repo.write(".gitattributes", "*.ts binary\n*.ts -diff\n")
    repo.symlink("app/link.ts", "a.ts")
    repo.submodule("app/sub.ts")
    repo.commit()
    expected = ["app/a.ts", "app/b.TS", "app/binary.ts", "app/nul.ts", "package.json"]
    assert files_of(searching(repo), repo.head) == expected


@pytest.mark.parametrize("setting", ["color.ui=always", "grep.lineNumber=true", "grep.column=true", "grep.fullName=false", "grep.patternType=fixed", "diff.relative=true", "core.quotePath=true", "grep.extendedRegexp=true", "submodule.recurse=true"])  # fmt: skip
def test_settings_of_the_clone_change_nothing(repo, searching, setting):
    repo.git("config", *setting.split("="))
    assert files_of(searching(repo), repo.head) == ["app/a.ts", "app/b.TS", "package.json"]
    assert dict(searching(repo).lines(repo.head, ["mcp"], GLOBS)())["app/a.ts"] == b"uses mcp"


def test_what_differs_from_the_tree_is_searched_in_the_objects(repo, searching):
    repo.write("app/a.ts", "gone\n")
    repo.write("app/c.ts", "now mcp\n")
    repo.write("app/new.ts", "mcp\n")
    (repo.path / "app/b.TS").unlink()
    repo.git("rm", "--quiet", "--cached", "package.json")
    repo.git("add", "app/new.ts")
    assert files_of(searching(repo), repo.head) == ["app/a.ts", "app/b.TS", "package.json"]
    found = dict(searching(repo).lines(repo.head, ["mcp"], GLOBS)())
    assert found == {"app/a.ts": b"uses mcp", "app/b.TS": b"const MCP = 1;", "package.json": b'{"x": "mcp"}'}


def test_another_tree_than_the_one_that_is_checked_out(repo, searching):
    before = repo.head
    repo.write("app/a.ts", "gone\n")
    repo.write("app/c.ts", "mcp\n")
    repo.commit()
    search = searching(repo)
    assert files_of(search, before) == ["app/a.ts", "app/b.TS", "package.json"]
    assert files_of(search, repo.head) == ["app/b.TS", "app/c.ts", "package.json"]


def test_where_much_differs_the_whole_tree_is_searched(repo, searching, monkeypatch):
    monkeypatch.setattr(git_clean, "MOST_DIFFERING", 0)
    repo.write("app/a.ts", "gone\n")
    assert files_of(searching(repo), repo.head) == ["app/a.ts", "app/b.TS", "package.json"]


@pytest.mark.parametrize("mark", ["--skip-worktree", "--assume-unchanged"])
def test_files_that_git_was_told_not_to_look_at_are_not_trusted(repo, searching, mark):
    repo.git("update-index", mark, "app/a.ts")
    repo.write("app/a.ts", "gone\n")
    assert files_of(searching(repo), repo.head) == ["app/a.ts", "app/b.TS", "package.json"]


def test_sparse_checkouts_are_searched_whole(repo, searching):
    repo.git("sparse-checkout", "set", "--no-cone", "docs")
    assert not (repo.path / "app/a.ts").exists()
    assert files_of(searching(repo), repo.head) == ["app/a.ts", "app/b.TS", "package.json"]


@pytest.mark.parametrize(
    "where", [".gitattributes", ".git/info/attributes", "app/.gitattributes", "home", "configured"]
)
def test_files_that_a_filter_or_an_encoding_changed_are_not_trusted(repo, searching, where):
    line = "a.ts filter=other\n"
    repo.git("config", "filter.other.smudge", "tr mcp xyz")
    repo.git("config", "filter.other.clean", "tr xyz mcp")
    if where == "home":
        place = repo.path.parent / "home/.config/git/attributes"
        place.parent.mkdir(parents=True)
        place.write_text(line)
    elif where == "configured":
        (repo.path.parent / "mine").write_text(line)
        repo.git("config", "core.attributesFile", str(repo.path.parent / "mine"))
    else:
        repo.write(where, line)
    repo.git("add", ".gitattributes" if where == ".gitattributes" else ".")
    (repo.path / "app/a.ts").unlink()
    repo.git("checkout", "--", "app/a.ts")
    assert "mcp" not in (repo.path / "app/a.ts").read_text("utf-8")
    repo.git("add", "--all")
    repo.git("commit", "--quiet", "--allow-empty", "--message", "x")
    assert files_of(searching(repo), repo.head) == ["app/a.ts", "app/b.TS", "package.json"]


def test_replaced_objects_are_not_what_the_tree_holds(repo, searching):
    other = repo.git("hash-object", "-w", "--stdin", given=b"gone\n")
    repo.git("replace", repo.git("rev-parse", "HEAD:app/a.ts"), other)
    (repo.path / "app/a.ts").unlink()
    repo.git("checkout", "--", "app/a.ts")
    assert files_of(searching(repo), repo.head) == ["app/a.ts", "app/b.TS", "package.json"]


@pytest.mark.parametrize("option", ["feature.manyFiles=true", "core.splitIndex=true"])
def test_other_kinds_of_index_are_searched_in_the_objects(repo, searching, option):
    repo.git("config", *option.split("="))
    repo.git("update-index", "--force-write-index", "--split-index" if "split" in option else "--index-version=4")
    assert files_of(searching(repo), repo.head) == ["app/a.ts", "app/b.TS", "package.json"]


def test_bare_repositories_and_linked_work_trees_and_folders_inside(repo, searching, tmp_path):
    expected = ["app/a.ts", "app/b.TS", "package.json"]
    repo.git("clone", "--quiet", "--bare", str(repo.path), str(tmp_path / "bare"))
    assert files_of(searching(Repo(tmp_path / "bare")), repo.head) == expected
    assert files_of(searching(repo.worktree(tmp_path / "linked", "other")), repo.head) == expected
    assert files_of(searching(Repo(repo.path / "app")), repo.head) == expected


@pytest.mark.parametrize("few", [False, True])
def test_a_git_without_pcre_finds_the_same(repo, searching, monkeypatch, few):
    search = searching(repo)
    run = search._git.run

    class Poor:
        """What git is like without PCRE."""

        folder, environ = search._git.folder, search._git.environ

        def line(self, arguments):
            return search_git.line(["--no-such" if one == "-P" else one for one in arguments])

        def run(self, *line, **options):
            return run(*("--no-such" if one == "-P" else one for one in line), **options)

    search_git = search._git
    monkeypatch.setattr(search, "_git", Poor())
    assert sorted(search.search(repo.head, ["mcp"], GLOBS, few=few)()) == ["app/a.ts", "app/b.TS", "package.json"]


def test_nothing_is_found_where_nothing_is_looked_for(repo, searching):
    search = searching(repo)
    assert search.search(repo.head, [], GLOBS)() == search.search(repo.head, ["mcp"], [])() == ()
    assert list(search.lines(repo.head, [], GLOBS)()) == list(search.contents(repo.head, [])) == []
    assert search.search(repo.head, ["no such text"], GLOBS)() == ()
    assert list(search.lines(repo.head, ["no such text"], GLOBS)()) == []


def test_lines_come_with_those_around_them(repo, searching):
    repo.write("app/long.ts", "".join(f"line {n}{' mcp' if n in (10, 50) else ''}\n" for n in range(99)))
    repo.commit()
    found = dict(searching(repo).lines(repo.head, ["mcp"], ["app/long.ts"])())["app/long.ts"].decode().split("\n")
    assert found == [f"line {n}{' mcp' if n in (10, 50) else ''}" for n in (*range(7, 14), *range(47, 54))]


def test_answers_are_taken_apart_wherever_their_portions_end(repo, searching):
    # Were the beginning of a long line looked at again and again, this test would not end today.
    whole = b"a.ts\0one\na.ts\0two\n--\nodd\nname\0three \0 mcp\n--\nb.js\0" + b"mcp;" * 200_000 + b"\nb.js\0end\n"
    expected = [(b"a.ts", b"one"), (b"a.ts", b"two"), (b"odd\nname", b"three \0 mcp")]
    expected += [(b"b.js", b"mcp;" * 200_000), (b"b.js", b"end")]
    for size in (len(whole), 300_000, 61_111):
        portions = [whole[start : start + size] for start in range(0, len(whole), size)]
        assert list(git_search._records(portions)) == expected
    short = whole[: whole.index(b"b.js")]
    assert list(git_search._records([bytes([byte]) for byte in short])) == expected[:3]


def test_what_was_started_ahead_is_used(repo, searching):
    search = searching(repo)
    search.ahead(["mcp"], GLOBS)
    assert len(search._ahead) == 1
    assert {path for path, _ in search.lines(repo.head, ["mcp"], GLOBS)()} == {"app/a.ts", "app/b.TS", "package.json"}
    assert not search._ahead


def test_matches_and_files_by_an_expression(repo, searching):
    search = searching(repo)
    assert search.matching(repo.head, "uses[ \t]", GLOBS)() == ("app/a.ts",)
    for few in (False, True):
        assert (
            search.occurrences(repo.head, "[a-z]+ mcp|MCP", GLOBS, few=few)() == b"app/a.ts\0uses mcp\napp/b.TS\0MCP\n"
        )
    assert search.occurrences(repo.head, "uses", GLOBS, few=True)() == b"app/a.ts\0uses\n"


def test_contents_come_in_order_whatever_the_names(repo, searching):
    names = [f"odd/{name}.ts" for name in ("new\nline", "sp ace", "größe", "-- dash", "q'u\"o`te", "[a]*?")]
    for name in names:
        repo.write(name, f"mcp {name}")
    repo.commit()
    search = searching(repo)
    found = search.search(repo.head, ["mcp"], ["odd/**"])()
    assert sorted(found) == sorted(names)
    assert dict(search.contents(repo.head, names)) == {name: f"mcp {name}".encode() for name in names}
    assert {path for path, _ in search.lines(repo.head, ["mcp"], ["odd/**"])()} == set(names)
    for path, _ in search.contents(repo.head, names):
        assert path == names[0]
        break


@pytest.mark.parametrize(("depth", "count"), [(0, 1), (0, 2), (0, 3), (1, 700), (20, 60)])
def test_many_contents_do_not_block(repo, searching, depth, count):
    names = [f"many/{'/'.join(['n' * 150] * depth)}{number}.ts" for number in range(10_000, 10_000 + count)]
    for name in names:
        repo.write(name, name * 20)
    repo.commit()
    assert [path for path, _ in searching(repo).contents(repo.head, names)] == names


def test_a_file_that_is_lost_is_said_so(repo, searching):
    with pytest.raises(GuardError, match=r"Git lost `none\.ts`"):
        list(searching(repo).contents(repo.head, ["none.ts"]))


def test_what_a_tree_is_made_of(repo, searching):
    repo.symlink("app/link.ts", "a.ts")
    repo.commit()
    search = searching(repo)
    assert search.symlinks(repo.head)() == ("app/link.ts",)
    assert search.names(repo.head, "app") == ("a.ts", "b.TS", "c.ts", "d.md", "link.ts")
    assert search.names(repo.head, "") == ("app", "package.json")
    assert search.names(repo.head, "none") == ()
    assert search.paths(repo.head, ".ts") == ("app/a.ts", "app/c.ts", "app/link.ts")


def test_a_search_that_nobody_waits_for_leaves_no_process(repo, searching):
    search = searching(repo)
    search.ahead(["mcp"], GLOBS)
    search.close()
    search.close()
    assert not subprocess.run(
        ["pgrep", "-P", str(os.getpid()), "-f", "grep -a -z"], capture_output=True, check=False
    ).stdout


@pytest.mark.parametrize(
    ("cores", "files", "threads"), [(2, 1, 1), (1, 12_000, 1), (2, 12_001, 3), (2, 0, 3), (4, 1, 3), (None, 1, 1)]
)
def test_a_search_beside_our_start_has_one_thread_where_that_is_through_with_the_files_by_then(
    tmp_path, monkeypatch, cores, files, threads
):
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    if files:
        (tmp_path / ".git").mkdir()
        (tmp_path / ".git/index").write_bytes(b"DIRC\0\0\0\2" + files.to_bytes(4) + b"more")
    asked = git_grep.meanwhile(str(tmp_path), git_grep.perl(["mcp"]), GLOBS)
    assert f"--threads={threads}" in asked


def test_what_is_no_index_counts_nothing(tmp_path):
    (tmp_path / "index").write_bytes(b"something else")
    assert git_grep.tracked(str(tmp_path / "index")) == 0


def test_so_much_is_asked_at_once_as_fits_into_a_pipe_that_nobody_reads():
    names = [(str(number), b"x" * 20_000) for number in range(3)] + [(str(number), b"x") for number in range(3, 12)]
    asked = [[path for path, _ in some] for some in git_search._fitting(iter(names))]
    assert asked == [["0"], ["1"], ["2", "3"], ["4", "5", "6", "7"], ["8", "9", "10", "11"]]
