import pytest

from agent_guards.cli import main
from agent_guards.commands import demo
from agent_guards.errors import GitError


def test_the_demonstration_shows_an_honest_and_a_careless_change(capsys):
    assert main(["demo"]) == 0
    shown = capsys.readouterr().out
    assert "✓ guard-mcp passed" in shown
    assert "✗ guard-mcp failed" in shown
    for rule in (
        "false-exemption",
        "malformed-path",
        "rewritten-evidence",
        "duplicate-request-id",
        "schema",
        "invalid-json",
    ):
        assert f"guard-mcp/{rule}" in shown


def test_its_repository_can_be_kept_and_judged(tmp_path, capsys):
    folder = str(tmp_path / "shop")
    assert main(["demo", "--keep", folder]) == 0
    assert main(["check", "--repo", folder, "--base", "main", "--head", "free-shipping"]) == 0
    assert main(["check", "--repo", folder, "--base", "main", "--head", "rush-discount"]) == 1
    capsys.readouterr()
    assert main(["demo", "--keep", folder]) == 2
    assert "is not empty" in capsys.readouterr().err


def test_a_demonstration_that_does_not_show_what_it_should_fails(monkeypatch):
    monkeypatch.setattr(demo, "BAD", demo.GOOD)
    monkeypatch.setattr(demo, "make_repository", lambda *_: None)
    monkeypatch.setattr(demo, "_show", lambda *_: "pass")
    assert main(["demo"]) == 1


def test_without_git_it_says_so(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["demo"]) == 3
    assert "git is not on PATH" in capsys.readouterr().err


def test_a_git_that_fails_is_told(tmp_path, monkeypatch):
    (tmp_path / "git").write_text("#!/bin/sh\necho no >&2\nexit 1\n")
    (tmp_path / "git").chmod(0o755)
    with pytest.raises(GitError, match="git init failed: `no`"):
        demo.make_repository(tmp_path / "shop", {"PATH": f"{tmp_path}:/bin:/usr/bin"}, demo.datetime.now(demo.UTC))
