import io
import json
import sys

import pytest
from gitrepo import Repo

from agent_guards.cli import main
from agent_guards.git import GitRepository

E = "artifacts/nora/2026-01-02/mcp/cart.jsonl"
LINE = json.dumps({
    "tool": "context7",
    "doc_ref": "/remix-run/remix",
    "request_id": "call-1",
    "timestamp": "2026-01-02T10:00:00Z",
    "purpose": "Look up loaders",
})  # fmt: skip
BODY = f"## MCP Evidence\n- {E}\n\n## Dev MCP Check\nVerified: No dev MCP imports in app/\n"


@pytest.fixture
def repo(tmp_path, monkeypatch):
    repo = Repo(tmp_path / "repo")
    repo.write("app/cart.ts", "1")
    repo.commit()
    repo.branch("change")
    repo.write("app/cart.ts", "2")
    repo.write(E, LINE + "\n")
    repo.commit()
    monkeypatch.chdir(repo.path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "body.md").write_text(BODY)
    return repo


def check(*arguments):
    return main(["check", *map(str, arguments)])


def report(capsys):
    return json.loads(capsys.readouterr().out)


def event(tmp_path, repo, **changes):
    pull = {
        "number": 12,
        "body": BODY,
        "draft": False,
        "user": {"login": "octocat"},
        "base": {"sha": repo.git("rev-parse", "main"), "repo": {"full_name": "octo/demo", "id": 1}},
        "head": {"sha": repo.head, "repo": {"full_name": "octo/demo", "id": 1}},
    }
    file = tmp_path / "event.json"
    file.write_text(
        json.dumps({"action": "edited", "repository": {"full_name": "octo/demo"}, "pull_request": pull | changes})
    )
    return file


def test_an_honest_change_passes(repo, tmp_path, capsys):
    assert check("--body-file", tmp_path / "body.md") == 0
    assert "guard-mcp passed" in capsys.readouterr().out


def test_findings_fail_the_run(repo, tmp_path, capsys):
    (tmp_path / "body.md").write_text("nothing\n")
    assert check("--body-file", tmp_path / "body.md", "--format", "json") == 1
    assert [finding["rule"] for finding in report(capsys)["guards"][0]["findings"]] == ["guard-mcp/missing-section"]


@pytest.mark.parametrize(("fail_on", "status"), [("warning", 1), ("error", 0), ("never", 0)])
def test_the_threshold_decides_what_fails(repo, tmp_path, fail_on, status):
    repo.write(E, LINE.replace("}", ', "own": 1}') + "\n")
    repo.commit()
    assert check("--body-file", tmp_path / "body.md", "--fail-on", fail_on) == status


def test_the_mode_can_be_lowered(repo, capsys):
    repo.write(E, "{}\n")
    repo.commit()
    assert check() == 1
    assert check("--mode", "warn") == 0


def test_without_a_description_the_section_rules_are_not_judged_and_it_is_said(repo, capsys):
    assert check() == 0
    assert "the section rules were not judged" in capsys.readouterr().out


def test_the_description_can_come_from_standard_input(repo, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"none\xff")))
    assert check("--body-file", "-") == 1


def test_the_uncommitted_tree_can_be_judged(repo, tmp_path, capsys):
    repo.write("artifacts/nora/2026-01-02/mcp/more.jsonl", "{}\n")
    assert check("--body-file", tmp_path / "body.md") == 0
    assert check("--worktree", "--now", "2026-01-02T12:00:00Z", "--body-file", tmp_path / "body.md") == 1
    assert repo.git("status", "--porcelain") == "?? artifacts/nora/2026-01-02/mcp/more.jsonl"


def test_the_whole_tree_can_be_judged(repo, capsys):
    assert check("--all", "--format", "json") == 0
    assert report(capsys)["guards"][0]["facts"]["evidence_lines"] == 1


def test_an_event_can_be_replayed(repo, tmp_path, capsys):
    assert check("guard-mcp", "--event", event(tmp_path, repo), "--format", "json") == 0
    subject = report(capsys)["subject"]
    assert (subject["repository"], subject["pull_request"], subject["head"]) == ("octo/demo", 12, repo.head)


def test_the_runner_s_own_event_is_read_under_its_name(repo, tmp_path, monkeypatch, capsys):
    file = event(tmp_path, repo, body=None)
    for name, value in {
        "ACTIONS": "true",
        "EVENT_NAME": "pull_request",
        "EVENT_PATH": str(file),
        "REPOSITORY": "octo/demo",
    }.items():
        monkeypatch.setenv(f"GITHUB_{name}", value)
    assert check("--event", file) == 1
    assert capsys.readouterr().out.startswith("::error title=guard-mcp/missing-section")


def test_inputs_of_the_action_are_read(repo, tmp_path, monkeypatch, capsys):
    policy = tmp_path / "policy.yml"
    policy.write_text("guards:\n  guard-mcp:\n    tools: [other]\n")
    monkeypatch.setenv("AGENT_GUARDS_POLICY", str(policy))
    assert check("--format", "json") == 1
    assert report(capsys)["subject"]["policy"] == "file"
    monkeypatch.setenv("AGENT_GUARDS_MODE", "observe")
    assert check() == 0


def test_the_report_can_go_to_a_file_and_its_text_to_the_terminal(repo, tmp_path, capsys):
    assert check("--format", "sarif", "--output", tmp_path / "out.sarif") == 0
    assert json.loads((tmp_path / "out.sarif").read_text())["version"] == "2.1.0"
    assert "guard-mcp passed" in capsys.readouterr().out


@pytest.mark.parametrize("chosen", ["text", "json", "markdown", "sarif", "github"])
def test_equal_input_gives_equal_bytes_in_every_format(repo, chosen, capsys):
    repo.write(E, "{}\n[]\n")
    repo.commit()
    outputs = set()
    for now in ("2026-01-02T12:00:00Z", "2027-01-02T12:00:00Z"):
        assert check("--format", chosen, "--now", now) == 1
        outputs.add(capsys.readouterr().out)
    assert len(outputs) == 1


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["--now", "today"], 2, "--now `today` is no time."),
        (["--base", "nowhere"], 2, "nowhere"),
        (["--body-file", "missing.md"], 2, "The PR description `missing.md` cannot be read"),
        (["--policy", "missing.yml"], 2, "The policy `missing.yml` cannot be read"),
        (["--event", "missing.json"], 2, "The event `missing.json` cannot be read"),
        (["--event", "x", "--base", "main"], 2, "it goes without --base"),
        (["--all", "--worktree"], 2, "--all judges the whole tree"),
        (["--output", "no/such/folder/x"], 2, "cannot be written"),
        (["gard-mcp"], 2, "There is no guard `gard-mcp`"),
        (["--repo", "/"], 3, "not a git repository"),
        (["--repo", "/no/such/folder"], 2, "there is no folder"),
    ],
)
def test_wrong_usage_gets_one_clear_message(repo, arguments, status, message, capsys):
    assert check(*arguments) == status
    error = capsys.readouterr().err
    assert message.lower() in error.lower()
    assert len(error.splitlines()) <= 2
    assert "Traceback" not in error


def test_wrong_inputs_of_the_action_are_told(repo, monkeypatch, capsys):
    for name, value in (("FAIL_ON", "sometimes"), ("MODE", "strict"), ("FORMAT", "xml")):
        monkeypatch.setenv(f"AGENT_GUARDS_{name}", value)
        assert check() == 2
        assert f"`{value}` is none of" in capsys.readouterr().err
        monkeypatch.delenv(f"AGENT_GUARDS_{name}")


def test_an_invalid_policy_is_never_a_silent_default(repo, capsys):
    repo.checkout("main")
    repo.write(".github/agent-guards.yml", "guards:\n  gard-mcp: {}\n")
    repo.commit()
    repo.checkout("change")
    assert check() == 2
    assert "guard-mcp" in capsys.readouterr().err


def test_a_guard_that_could_not_judge_is_never_green(repo, monkeypatch, capsys):
    from agent_guards.errors import GitError
    from agent_guards.git import GitRepository

    def fail(*_):
        raise GitError("The object is gone.", "Fetch it.")

    monkeypatch.setattr(GitRepository, "sizes", fail)
    assert check("--format", "json") == 3
    assert report(capsys)["verdict"] == "error"


@pytest.mark.parametrize(("form", "asked"), [("json", 1), ("markdown", 1), ("text", 0), ("sarif", 0)])
def test_git_is_asked_for_the_repository_s_name_where_the_report_says_it(repo, monkeypatch, form, asked):
    calls = []
    monkeypatch.setattr(GitRepository, "origin", lambda self: calls.append(1) or "octo/demo")
    assert check("guard-mcp", "--all", "--format", form) == 0
    assert len(calls) == asked
