"""Repositories as they come: whatever shape one has, it is judged, or one clear line says why not."""

import json

import pytest
from gitrepo import Repo

from agent_guards.cli import main

E = "artifacts/nora/2026-01-02/mcp/cart.jsonl"
LINE = '{"tool": "t", "doc_ref": "/d", "request_id": "r1", "timestamp": "2026-01-02T10:00:00Z", "purpose": "p"}\n'


def judge(capsys, repo, *arguments):
    """The exit status, and the report or the complaint."""
    body = repo.path.parent / "body.md"
    body.write_text(f"## MCP Evidence\n- {E}\n\n## Dev MCP Check\nVerified: No dev MCP imports in app/\n")
    status = main(["check", "--repo", str(repo.path), "--body-file", str(body), "--format", "json", *arguments])
    captured = capsys.readouterr()
    return status, json.loads(captured.out) if captured.out else captured.err


def facts(report):
    return report["guards"][0]["facts"]


@pytest.fixture
def origin(tmp_path):
    repo = Repo(tmp_path / "origin")
    repo.write("app/cart.ts", "1")
    repo.commit()
    repo.branch("change")
    repo.write("app/cart.ts", "2")
    repo.write(E, LINE)
    repo.commit()
    return repo


def test_a_branch_is_compared_with_the_default_branch(origin, capsys):
    assert judge(capsys, origin)[0] == 0


def test_a_clone_is_compared_with_the_default_branch_of_its_origin(origin, tmp_path, capsys):
    clone = origin.clone(tmp_path / "clone", "--branch", "change")
    status, report = judge(capsys, clone, "--base", "origin/main")
    assert (status, facts(report)["code_files"]) == (0, 1)


def test_a_shallow_clone_fetches_what_it_lacks(origin, tmp_path, capsys):
    base = origin.git("rev-parse", "main")
    clone = origin.clone(tmp_path / "clone", "--depth", "1", "--branch", "change")
    status, report = judge(capsys, clone, "--base", base)
    assert (status, report["subject"]["base"]) == (0, base)


def test_a_shallow_clone_whose_origin_is_gone_says_what_to_do(origin, tmp_path, capsys):
    base = origin.git("rev-parse", "main")
    clone = origin.clone(tmp_path / "clone", "--depth", "1", "--branch", "change")
    clone.git("remote", "set-url", "origin", str(tmp_path / "gone"))
    status, complaint = judge(capsys, clone, "--base", base)
    assert status == 3
    assert "fetch-depth: 0" in complaint
    assert len(complaint.splitlines()) <= 3


def test_a_bare_clone_is_judged_from_its_objects(origin, tmp_path, capsys):
    bare = origin.clone(tmp_path / "bare.git", "--bare")
    assert judge(capsys, bare, "--base", "main", "--head", "change")[0] == 0


def test_a_linked_worktree_is_judged(origin, tmp_path, capsys):
    linked = origin.worktree(tmp_path / "linked", "linked")
    linked.write("app/cart.ts", "3")
    linked.commit()
    status, report = judge(capsys, linked)
    assert (status, facts(report)["code_files"]) == (0, 1)


def test_a_folder_inside_the_repository_will_do(origin, capsys):
    inner = Repo(origin.path / "app")
    assert main(["check", "--repo", str(inner.path)]) == 0
    assert "code files: 1" in capsys.readouterr().out


def test_submodules_links_and_strange_names_are_no_trouble(origin, capsys):
    origin.submodule("vendor/lib")
    origin.symlink("app/link.ts", "/etc/passwd")
    origin.write(b'app/\xff\n\t".ts', "x")
    origin.write("app/-rf.ts", "x")
    origin.commit()
    status, report = judge(capsys, origin)
    assert (status, facts(report)["code_files"]) == (0, 4)


def test_a_detached_head_is_judged(origin, capsys):
    origin.checkout(origin.head)
    assert judge(capsys, origin)[0] == 0


@pytest.mark.parametrize(
    ("prepare", "arguments", "status", "words"),
    [
        (lambda repo: None, [], 3, "no commit"),
        (lambda repo: repo.commit(), [], 2, "there is no change to judge"),
        (lambda repo: (repo.commit(), repo.git("branch", "-m", "trunk")), [], 2, "No default branch was found"),
        (lambda repo: repo.commit(), ["--base", "0" * 40], 3, "000000"),
        (lambda repo: repo.commit(), ["--base", "mian"], 2, "mian"),
        (lambda repo: repo.commit(), ["--head", "--output=x"], 2, "--output=x"),
    ],
    ids=[
        "empty",
        "nothing-to-judge",
        "no-default-branch",
        "missing-commit",
        "unknown-revision",
        "revision-like-an-option",
    ],
)
def test_what_cannot_be_judged_gets_one_clear_line(tmp_path, capsys, prepare, arguments, status, words):
    repo = Repo(tmp_path / "repo")
    prepare(repo)
    found, complaint = (
        judge(capsys, repo, *arguments)
        if "--head" not in arguments
        else judge(capsys, repo, "--base", "main", "--head=--output=x")
    )
    assert (found, words in complaint) == (status, True), complaint
    assert len(complaint.splitlines()) <= 2


def test_without_git_it_says_so(origin, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    status, complaint = judge(capsys, origin)
    assert status == 3
    assert "git" in complaint
    assert len(complaint.splitlines()) <= 2
