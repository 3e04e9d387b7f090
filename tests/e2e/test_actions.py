"""The actions as a consumer uses them: the README's own lines, on a real runner."""

import re
import sys
from pathlib import Path

import pytest
from gitrepo import Repo

sys.path.insert(0, str(Path(__file__).parent))
import act

ROOT = Path(__file__).parents[2]
E = "artifacts/nora/2026-01-02/mcp/cart.jsonl"
LINE = '{"tool": "t", "doc_ref": "/d", "request_id": "r1", "timestamp": "2026-01-02T10:00:00Z", "purpose": "p"}\n'

pytestmark = pytest.mark.runner


def workflow():
    """The workflow that the README gives to copy."""
    (text,) = re.findall(r"```yaml\n(name: agent guards\n.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    return text


@pytest.fixture
def repo(tmp_path):
    repo = Repo(tmp_path / "repo")
    repo.write("app/cart.ts", "1")
    repo.commit()
    repo.git("remote", "add", "origin", "https://github.com/octo/demo.git")
    repo.branch("change")
    repo.write("app/cart.ts", "2")
    repo.write(E, LINE)
    repo.commit()
    return repo


def pull_request(repo, body, action="opened", **changes):
    here = {"full_name": "octo/demo", "id": 1}
    pull = {
        "number": 7, "body": body, "title": "t", "draft": False, "user": {"login": "octocat"},
        "base": {"sha": repo.git("rev-parse", "main"), "ref": "main", "repo": here},
        "head": {"sha": repo.head, "ref": "change", "repo": here},
    }  # fmt: skip
    return {"action": action, "number": 7, "repository": here, "pull_request": {**pull, **changes}}


def test_an_honest_pull_request_passes(repo):
    run = act.run(repo, workflow(), "pull_request", pull_request(repo, f"## MCP Evidence\r\n- {E}\r\n"))
    assert run.status == 0, run.all
    assert run.annotations == []
    assert "guard-mcp passed" in run.text


def test_a_careless_one_fails_with_annotations_at_the_line(repo):
    repo.write(E, LINE + "{}\n")
    repo.commit()
    run = act.run(repo, workflow(), "pull_request", pull_request(repo, f"## MCP Evidence\n- {E}\n", "edited"))
    assert run.status == 1, run.all
    places = {(level, where.get("title"), where.get("file"), where.get("line")) for level, where, _ in run.annotations}
    assert ("error", "guard-mcp/schema", E, "2") in places


def test_hostile_text_runs_nothing(repo, tmp_path):
    marker = tmp_path / "ran"
    attack = f"$(touch {marker}) `touch {marker}` \" ' ; touch {marker}\n::error::forged\n##[error]forged\nEOF\n"
    repo.write("yaml.py", f"open({str(marker)!r}, 'w')")
    repo.write("agent_guards/__init__.py", f"open({str(marker)!r}, 'w')")
    repo.write("sitecustomize.py", f"open({str(marker)!r}, 'w')")
    repo.write("pip.conf", "[global]\nindex-url = http://127.0.0.1:9/\n")
    repo.write(f"artifacts/nora/2026-01-02/mcp/$(touch {marker.name}).jsonl", "{}\n")
    repo.commit()
    run = act.run(repo, workflow(), "pull_request", pull_request(repo, f"{attack}## MCP Evidence\n- {attack}", title=attack))
    assert run.status == 1, run.all
    assert not marker.exists()
    assert all("forged" not in message for _, _, message in run.annotations)


def test_a_mode_that_does_not_block_lets_the_job_pass(repo):
    lines = workflow().rstrip() + "\n        with:\n          mode: warn\n"
    run = act.run(repo, lines, "pull_request", pull_request(repo, "nothing"))
    assert run.status == 0, run.all
    assert [level for level, _, _ in run.annotations] == ["warning"]


def test_a_push_is_judged_as_a_whole_tree(repo):
    text = workflow().replace("pull_request:\n    types: [opened, synchronize, reopened, edited, ready_for_review]", "push:")
    assert "push:" in text
    head, base = repo.head, repo.git("rev-parse", "main")
    payload = {"ref": "refs/heads/main", "before": base, "after": head, "repository": {"full_name": "octo/demo", "id": 1}}
    assert act.run(repo, text, "push", payload).status == 0


def test_an_event_that_cannot_be_judged_is_never_green(repo):
    text = workflow().replace("pull_request:\n    types: [opened, synchronize, reopened, edited, ready_for_review]", "issues:")
    run = act.run(repo, text, "issues", {"action": "opened", "issue": {"number": 1}})
    assert run.status == 1, run.all
    assert "issues" in run.text
