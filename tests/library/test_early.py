"""Searches that are started before anything else, and used only where the same are wanted."""

import os
import sys

import pytest
from gitrepo import Repo

from agent_guards import early
from agent_guards import start as command
from agent_guards.git_line import environment, find_git, line, needed

ENVIRON = {"PATH": os.environ["PATH"], "HOME": "/nowhere", "GIT_DIR": "/elsewhere", "SECRET": "1"}


@pytest.fixture(autouse=True)
def _nothing_left():
    yield
    early.end()
    assert early._started == []


def started(*words, environ=ENVIRON):
    early.begin(words, environ)
    return [whole[whole.index("-C") + 1] for whole, _, _ in early._started]


@pytest.mark.parametrize(
    ("words", "folders"),
    [
        (["check", "--all"], ["."]),
        (["check", "dev-mcp-ban", "guard-mcp", "--all"], ["."]),
        (["check", "--all", "--repo", "/tmp"], ["/tmp"]),
        (["check", "--repo=/tmp", "--all"], ["/tmp"]),
        (["check", "guard-mcp", "--all"], []),
        (["check", "dev-mcp-ban"], []),
        (["validate", "--all"], []),
        ([], []),
    ],
)
def test_only_a_check_of_a_whole_tree_by_a_guard_that_searches_starts_one(words, folders):
    assert started(*words) == folders


def test_nothing_is_started_where_nothing_can_be_spawned_or_git_is_missing(monkeypatch):
    assert started("check", "--all", environ={"PATH": "/nowhere"}) == []
    monkeypatch.setattr(early.running, "SPAWNS", False)
    assert started("check", "--all") == []


def test_what_was_started_is_taken_once_and_only_by_the_same_command():
    variables = environment(needed(ENVIRON))
    assert not {"GIT_DIR", "SECRET"} & set(variables)
    started("check", "--all")
    [(whole, _, first)] = early._started
    other = early.start(line(find_git(variables), ".", ["version"], trust=False), variables)
    assert other is not first
    assert other.output()[1].startswith(b"git version")
    elsewhere = early.start(whole, variables | {"LC_ALL": "x"})
    assert elsewhere is not first
    elsewhere.stop()
    assert early.start(whole, variables) is first
    first.stop()
    again = early.start(whole, variables)
    assert again is not first
    again.stop()


def test_the_command_takes_what_was_started_and_leaves_nothing(tmp_path, monkeypatch, capsys):
    repo = Repo(tmp_path / "repo")
    repo.write("app/a.ts", "import 'chrome-devtools-mcp'\n")
    repo.commit()
    taken = []
    start = early.start

    def watched(whole, environ):
        before = len(early._started)
        running = start(whole, environ)
        taken.append(before - len(early._started))
        return running

    monkeypatch.setattr(early, "start", watched)
    monkeypatch.setattr(sys, "argv", ["agent-guards", "check", "dev-mcp-ban", "--all", "--repo", str(repo.path)])
    assert command.main() == 1
    assert "chrome-devtools-mcp" in capsys.readouterr().out
    assert sum(taken) == 1


def test_what_nobody_wanted_is_ended(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["agent-guards", "check", "--all", "--repo", str(tmp_path), "--mode", "warn"])
    assert command.main() == 3
    assert "is not a git repository" in capsys.readouterr().err
    assert early._started == []
