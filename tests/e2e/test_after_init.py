"""From nothing to a merge: `init`, then a first pull request, judged by the workflow that init wrote, on a real runner."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from gitrepo import Repo

from agent_guards import __version__

sys.path.insert(0, str(Path(__file__).parent))
import act

EVIDENCE = "artifacts/nora/2026-01-02/mcp/cart.jsonl"
LINE = '{"tool": "t", "doc_ref": "/d", "request_id": "r1", "timestamp": "2026-01-02T10:00:00Z", "purpose": "p"}\n'

pytestmark = pytest.mark.runner


def command(repo, *arguments):
    done = subprocess.run(
        [sys.executable, "-I", "-m", "agent_guards", *arguments],
        cwd=repo.path, capture_output=True, text=True, check=False, env={**repo.environ, "PATH": os.environ["PATH"]},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def pull_request(repo, body):
    here = {"full_name": "octo/demo", "id": 1}
    pull = {
        "number": 7, "body": body, "title": "t", "draft": False, "user": {"login": "octocat"},
        "base": {"sha": repo.git("rev-parse", "main"), "ref": "main", "repo": here},
        "head": {"sha": repo.git("rev-parse", "first"), "ref": "first", "repo": here},
    }  # fmt: skip
    return {"action": "opened", "number": 7, "repository": here, "pull_request": pull}


@pytest.fixture
def repo(tmp_path):
    repo = Repo(tmp_path / "repo")
    repo.write("src/cart.ts", "1")
    repo.write(".gitignore", "artifacts/\n")
    repo.commit()
    repo.git("remote", "add", "origin", "https://github.com/octo/demo.git")
    command(repo, "init", "--yes")
    repo.commit(when="2026-01-02T09:00:00Z")
    repo.branch("first")
    repo.write("src/cart.ts", "2")
    repo.write(EVIDENCE, LINE)
    repo.commit(when="2026-01-02T10:30:00Z")
    return repo


def judge(repo, body):
    workflow = (repo.path / ".github/workflows/agent-guards.yml").read_text()
    return act.run(repo, workflow, "pull_request", pull_request(repo, body), version=f"v{__version__}")


def test_doctor_finds_no_fault(repo):
    document = json.loads(command(repo, "doctor", "--offline", "--format", "json"))
    assert document["counts"]["fail"] == 0


def test_a_first_pull_request_passes(repo):
    run = judge(repo, command(repo, "pr-body"))
    assert run.status == 0, run.all
    assert "error" not in run.levels


def test_the_untouched_template_does_not(repo):
    run = judge(repo, (repo.path / ".github/PULL_REQUEST_TEMPLATE.md").read_text())
    assert run.status == 1, run.all
    assert "guard-mcp/placeholder" in run.rules
