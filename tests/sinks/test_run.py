"""The whole way: `check --event` as an action runs it, a real repository, a real socket, and the exit status that counts."""

import json
import re

import pytest
from fake_github import TOKEN
from gitrepo import Repo

from agent_guards import api
from agent_guards.cli import main
from agent_guards.guard import load_guards

E = "artifacts/nora/2026-01-02/mcp/cart.jsonl"
LINE = '{"tool": "t", "doc_ref": "/d", "request_id": "r1", "timestamp": "2026-01-02T10:00:00Z", "purpose": "p"}\n'
GOOD = f"## MCP Evidence\n- {E}\n\n## Dev MCP Check\n- [x] Verified: No Dev MCP imports in app/\n"
ON = {"check-run": "true", "status": "true", "comment": "true"}
GUARDS = [guard.name for guard in load_guards()]


@pytest.fixture
def repo(tmp_path):
    repo = Repo(tmp_path / "repo")
    repo.write("app/cart.ts", "1")
    repo.commit()
    repo.branch("change")
    repo.write("app/cart.ts", "2")
    repo.write(E, LINE)
    repo.commit()
    return repo


@pytest.fixture
def check(repo, fake, tmp_path, monkeypatch, capfd):
    """Run the command as the action does; the live pull request is the event's unless a test changes it."""
    monkeypatch.setattr(api.time, "sleep", lambda _: None)

    def run(event, *guards, name="pull_request", token=TOKEN, options=(), **inputs):
        fake.learn(event)
        files = {key: tmp_path / key for key in ("output", "summary")}
        for file in files.values():
            file.write_text("")
        (tmp_path / "event.json").write_text(json.dumps(event))
        environ = {
            "GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": name, "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
            "GITHUB_REPOSITORY": "octo/demo", "GITHUB_API_URL": fake.url, "GITHUB_RUN_ID": "50", "GITHUB_RUN_ATTEMPT": "1",
            "GITHUB_OUTPUT": str(files["output"]), "GITHUB_STEP_SUMMARY": str(files["summary"]),
            "AGENT_GUARDS_TOKEN": token,
            **{f"AGENT_GUARDS_{key.replace('-', '_').upper()}": value for key, value in inputs.items()},
        }  # fmt: skip
        for key, value in environ.items():
            monkeypatch.setenv(key, value)
        status = main(
            [
                "check",
                *guards,
                "--repo",
                str(repo.path),
                "--event",
                environ["GITHUB_EVENT_PATH"],
                "--format",
                "github",
                *options,
            ]
        )
        captured = capfd.readouterr()
        return Result(status, captured.out, captured.err, *(file.read_text() for file in files.values()))

    return run


class Result:
    """What a run left behind."""

    def __init__(self, status, out, err, output, summary):
        self.status, self.out, self.err, self.summary = status, out, err, summary
        self.outputs = {
            name: value for name, _, value in re.findall(r"([a-z-]+)<<(\S+)\n(.*?)\n\2\n", output, re.DOTALL)
        }
        self.table = out.partition("where the report went\n")[2].partition("::endgroup::")[0]
        self.everything = out + err + output + summary


def pull_request(repo, body=GOOD, **changes):
    here = {"full_name": "octo/demo", "id": 1}
    pull = {
        "number": 7, "body": body, "draft": False, "user": {"login": "octocat"},
        "base": {"sha": repo.git("rev-parse", "main"), "ref": "main", "repo": here},
        "head": {"sha": repo.head, "ref": "change", "repo": here},
    }  # fmt: skip
    return {"action": "opened", "number": 7, "repository": here, "pull_request": {**pull, **changes}}


def test_a_clean_pull_request_takes_six_requests_at_most_with_everything_on(repo, fake, check):
    result = check(pull_request(repo), **ON)
    assert result.status == 0, result.out
    assert len(fake.requests) <= 3 + len(GUARDS)
    assert {run["conclusion"] for run in fake.check_runs.values()} == {"SUCCESS"}
    assert [status["context"] for status in fake.statuses] == [f"agent-guards/{guard}" for guard in GUARDS]
    assert all(status["sha"] == repo.head for status in fake.statuses)
    assert fake.comments == []
    assert result.outputs["verdict"] == "pass"
    assert result.outputs["check-run-url"].endswith("/octo/demo/runs/1")


def test_a_failing_one_fails_and_says_so_everywhere(repo, fake, check):
    result = check(pull_request(repo, "nothing"), **ON)
    assert result.status == 1
    assert len(fake.requests) <= 3 + len(GUARDS)
    assert fake.comments[0]["body"].startswith("<!-- agent-guards: suite ")
    assert result.outputs["comment-url"].endswith("#issuecomment-" + fake.comments[0]["id"].partition("_")[2])
    assert int(result.outputs["errors"]) >= 1
    assert "## ❌ Agent Guards" in result.summary
    assert "Where this report went" in result.summary
    assert "comment        sent     Created." in result.table
    assert "description    read" in result.table


def test_one_guard_alone_has_its_own_comment_status_and_check_run(repo, fake, check):
    check(pull_request(repo, "nothing"), "guard-mcp", **ON)
    assert fake.comments[0]["body"].startswith("<!-- agent-guards: guard-mcp ")
    assert [status["context"] for status in fake.statuses] == ["agent-guards/guard-mcp"]
    assert [run["name"] for run in fake.check_runs.values()] == ["agent-guards: guard-mcp"]


def test_a_mended_description_is_judged_on_a_re_run_though_the_event_is_the_old_one(repo, fake, check):
    event = pull_request(repo, "nothing")
    fake.learn(event)
    fake.learn = lambda _: None
    fake.pulls[7].update(body=GOOD, edited="2026-01-02T13:00:00Z")
    result = check(event, **ON)
    assert result.status == 0, result.out
    assert result.out.count("the edit of `2026-01-02T13:00:00Z`") == 1


def test_a_description_that_was_spoilt_since_is_judged_as_it_is(repo, fake, check):
    event = pull_request(repo)
    fake.learn(event)
    fake.pulls[7]["body"] = "nothing"
    fake.learn = lambda _: None
    assert check(event).status == 1


@pytest.mark.parametrize(
    "trouble", [{"status": 500}, {"status": 404, "message": "Not Found"}, {"status": 200, "raw": "{"}]
)
@pytest.mark.parametrize(("body", "status"), [(GOOD, 0), ("nothing", 1)])
def test_an_api_in_trouble_changes_no_verdict(repo, fake, check, trouble, body, status):
    fake.fail(**trouble)
    result = check(pull_request(repo, body), **ON)
    assert result.status == status, result.out
    assert "an edit since then is not seen" in result.out
    assert result.table.count("failed") >= 4
    assert result.outputs["verdict"] == ("fail" if status else "pass")


def test_a_token_that_may_nothing_is_told_in_one_table_with_the_lines_to_add(repo, fake, check):
    fake.permissions.clear()
    result = check(pull_request(repo), **ON)
    assert result.status == 0
    assert result.table.count("skipped") == 3
    lines = "  checks: write\n  contents: read\n  statuses: write\n"
    assert f"permissions:\n{lines}" in result.table
    assert f"```yaml\npermissions:\n{lines}```" in result.summary
    assert "<details open>" in result.summary


def test_a_fork_is_told_that_no_permission_helps(repo, fake, check):
    fake.permissions.clear()
    event = pull_request(repo)
    event["pull_request"]["head"]["repo"] = {"full_name": "fork/demo", "id": 2}
    result = check(event, **ON)
    assert result.status == 0
    assert "comes from a fork" in result.table
    assert "checks: write" not in result.table


def test_without_a_token_nothing_is_asked_and_the_verdict_is_the_same(repo, fake, check):
    result = check(pull_request(repo), token="", **ON)
    assert result.status == 0, result.out
    assert fake.requests == []
    assert result.table.count("No token was given.") == 4


def test_a_token_goes_to_no_strange_address(repo, fake, check, monkeypatch):
    fake.url = "http://api.github.example"
    result = check(pull_request(repo), **ON)
    assert result.status == 0
    assert "GITHUB_API_URL is neither https nor this machine" in result.table


def test_nothing_but_the_description_is_asked_when_nothing_is_to_be_written(repo, fake, check):
    assert check(pull_request(repo)).status == 0
    assert len(fake.requests) == 1


def test_the_policy_puts_labels_on_and_makes_a_draft(repo, fake, check):
    repo.checkout("main")
    repo.write(".github/agent-guards.yml", "version: 1\non-failure:\n  labels: true\n  draft: true\n")
    repo.commit()
    repo.checkout("change")
    repo.merge("main")
    check(pull_request(repo, "nothing"), **ON)
    assert "needs-mcp-evidence" in fake.pulls[7]["labels"]
    assert fake.pulls[7]["draft"]
    event = pull_request(repo)
    event["pull_request"]["draft"] = True
    fake.learn(event)
    fake.labels["bug"] = {"name": "bug"}
    fake.pulls[7]["labels"] = ["needs-mcp-evidence", "bug"]
    fake.learn = lambda _: None
    result = check(event, **ON)
    assert result.status == 0, result.out
    assert fake.pulls[7]["labels"] == ["bug"]


def test_report_files_are_written_where_the_inputs_say(repo, check, tmp_path):
    result = check(
        pull_request(repo), **{"json-file": str(tmp_path / "r.json"), "sarif-file": str(tmp_path / "r.sarif")}
    )
    assert json.loads((tmp_path / "r.json").read_text())["verdict"] == "pass"
    assert json.loads((tmp_path / "r.sarif").read_text())["version"] == "2.1.0"
    assert result.outputs["report-file"] == str(tmp_path / "r.json")


def test_a_report_file_that_cannot_be_written_changes_no_verdict(repo, check):
    result = check(pull_request(repo), **{"json-file": "/proc/none/r.json"})
    assert result.status == 0
    assert "json file    failed" in result.table


def test_the_summary_can_be_switched_off(repo, check, tmp_path):
    assert check(pull_request(repo), summary="false").summary == ""


def test_a_step_that_filled_its_summary_is_told(repo, check, monkeypatch):
    monkeypatch.setattr("agent_guards.sinks.runner.STEP_LIMIT", 10_000)
    result = check(pull_request(repo))
    assert result.summary == ""
    assert "The step has filled its summary already." in result.table


def test_without_files_of_the_runner_s_nothing_is_written_to_them(repo, check, monkeypatch):
    original = monkeypatch.setenv
    dropped = {"GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_RUN_ID"}
    monkeypatch.setattr(monkeypatch, "setenv", lambda key, value: None if key in dropped else original(key, value))
    result = check(pull_request(repo), **ON)
    assert result.status == 0
    assert "summary" not in result.table


def test_a_bug_of_ours_before_the_verdict_leaves_nothing_open_and_nothing_green(repo, fake, check, monkeypatch):
    monkeypatch.setattr("agent_guards.commands.check.examine", lambda *_, **__: 1 / 0)
    result = check(pull_request(repo), **ON)
    assert result.status == 3
    assert {(run["status"], run["conclusion"]) for run in fake.check_runs.values()} == {("COMPLETED", "FAILURE")}
    assert {status["state"] for status in fake.statuses} == {"error"}
    assert len(fake.statuses) == len(GUARDS)


def test_a_policy_that_is_invalid_leaves_nothing_open_and_says_why(repo, fake, check):
    repo.checkout("main")
    repo.write(".github/agent-guards.yml", "version: 2\n")
    repo.commit()
    repo.checkout("change")
    repo.merge("main")
    result = check(pull_request(repo), **ON)
    assert result.status == 2
    run = next(iter(fake.check_runs.values()))
    assert run["conclusion"] == "FAILURE"
    assert "is not a valid policy" in run["output"]["summary"]


def test_a_bug_of_ours_after_the_verdict_cannot_change_it(repo, fake, check, monkeypatch):
    monkeypatch.setattr("agent_guards.sinks.status.publish", lambda *_: 1 / 0)
    result = check(pull_request(repo), **ON)
    assert result.status == 0
    assert "A bug of ours (ZeroDivisionError); the verdict stands." in result.table
    assert {(run["status"], run["conclusion"]) for run in fake.check_runs.values()} == {("COMPLETED", "FAILURE")}


def test_a_bug_of_ours_between_two_writes_leaves_what_was_written(repo, fake, check, monkeypatch):
    monkeypatch.setattr("agent_guards.deliver._joined", lambda _: 1 / 0)
    assert check(pull_request(repo), **{**ON, "check-run": "false"}).status == 0
    assert check(pull_request(repo), **ON).status == 0
    assert {run["conclusion"] for run in fake.check_runs.values()} == {"SUCCESS"}


def test_a_cancelled_run_leaves_nothing_open(repo, fake, check, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("agent_guards.commands.check.examine", interrupted)
    assert check(pull_request(repo), **ON).status == 130
    assert {run["conclusion"] for run in fake.check_runs.values()} == {"FAILURE"}


def test_a_mode_that_does_not_block_is_green_and_still_told(repo, fake, check):
    assert check(pull_request(repo, "nothing"), mode="warn", **ON).status == 0
    assert {status["state"] for status in fake.statuses} == {"success"}
    assert len(fake.comments) == 1


@pytest.mark.parametrize("inputs", [{"comment": "yes"}, {"pr-number": "x"}, {"pr-number": "8"}])
def test_wrong_inputs_are_wrong_usage(repo, fake, check, inputs):
    assert check(pull_request(repo), **inputs).status == 2
    assert fake.requests == []


def test_a_pr_number_that_is_the_event_s_own_is_no_contradiction(repo, check):
    assert check(pull_request(repo), **{"pr-number": "7"}).status == 0


def test_a_push_reports_on_the_pushed_commit_without_a_comment(repo, fake, check):
    event = {
        "before": repo.git("rev-parse", "main"),
        "after": repo.head,
        "repository": {"full_name": "octo/demo", "id": 1},
    }
    result = check(event, name="push", **ON)
    assert result.status == 0, result.out
    assert {run["headSha"] for run in fake.check_runs.values()} == {repo.head}
    assert "There is no pull request." in result.table
    assert "description" not in result.table


def test_a_dispatch_without_a_number_audits_and_reports_here_alone(repo, fake, check):
    event = {"inputs": {}, "repository": {"full_name": "octo/demo", "id": 1}}
    result = check(event, name="workflow_dispatch", **ON)
    assert result.status == 0, result.out
    assert (fake.check_runs, fake.statuses, fake.comments) == ({}, [], [])
    assert result.table.count("the summary has the report") == 2


def test_a_dispatch_with_a_number_judges_that_pull_request_and_reports_on_its_head(repo, fake, check):
    fake.learn(pull_request(repo, "nothing"))
    event = {"inputs": {}, "repository": {"full_name": "octo/demo", "id": 1}}
    result = check(event, name="workflow_dispatch", **ON, **{"pr-number": "7"})
    assert result.status == 1, result.out
    assert {status["sha"] for status in fake.statuses} == {repo.head}
    assert len(fake.comments) == 1
    fake.pulls[7]["body"] = GOOD
    assert check(event, name="workflow_dispatch", **ON, **{"pr-number": "7"}).status == 0
    assert fake.statuses[-1]["state"] == "success"


def test_a_dispatch_whose_pull_request_cannot_be_read_is_never_green(repo, fake, check):
    event = {"inputs": {}, "repository": {"full_name": "octo/demo", "id": 1}}
    assert check(event, name="workflow_dispatch", **{"pr-number": "8"}).status == 3
    assert check(event, name="workflow_dispatch", token="", **{"pr-number": "7"}).status == 3


def merge_group(repo, number=7):
    base = repo.git("rev-parse", "main")
    group = {
        "base_sha": base,
        "head_sha": repo.head,
        "head_ref": f"refs/heads/gh-readonly-queue/main/pr-{number}-{base}",
    }
    return {"action": "checks_requested", "merge_group": group, "repository": {"full_name": "octo/demo", "id": 1}}


def test_a_merge_group_judges_the_live_descriptions_of_its_pull_requests(repo, fake, check):
    fake.learn(pull_request(repo))
    result = check(merge_group(repo), name="merge_group", **ON)
    assert result.status == 0, result.out
    assert "The group brings #7" in result.out
    assert {status["sha"] for status in fake.statuses} == {repo.head}
    fake.pulls[7]["body"] = "nothing"
    spoilt = check(merge_group(repo), name="merge_group", **ON)
    assert spoilt.status == 1
    assert "#7: The change touches `app/cart.ts`, but the description has no MCP Evidence section." in spoilt.out


def test_in_a_group_of_two_each_is_held_to_its_own_words(repo, fake, check):
    first = repo.head
    base = repo.git("rev-parse", "main")
    fake.add_pull(7, body=GOOD, base=base, head=first)
    repo.checkout("main")
    repo.branch("docs")
    repo.write("docs/a.md", "x")
    second = repo.commit()
    fake.add_pull(8, body="Docs only.", base=base, head=second)
    repo.branch("queue")
    repo.merge("change")
    fake.add_commit(first, 7)
    fake.add_commit(second, 8)
    result = check({**merge_group(repo, 8)}, name="merge_group")
    assert result.status == 0, result.out
    assert "The group brings #7, #8" in result.out


def test_a_merge_group_without_a_token_says_what_was_not_judged(repo, check):
    result = check(merge_group(repo), name="merge_group", token="")
    assert result.status == 0
    assert "they were judged on the pull request" in result.out.replace("\n", " ").replace("        ", "")


def test_the_token_is_nowhere(repo, fake, check, tmp_path):
    fake.fail(match="statuses", status=422, message=f"bad {TOKEN}")
    files = {"json-file": str(tmp_path / "r.json"), "sarif-file": str(tmp_path / "r.sarif")}
    result = check(pull_request(repo, f"nothing {TOKEN[:8]}"), **ON, **files)
    assert fake.tokens == {TOKEN}
    assert TOKEN not in result.everything
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert all(TOKEN.encode() not in path.read_bytes() for path in written)
    assert TOKEN not in json.dumps([request["body"] for request in fake.requests])


@pytest.mark.parametrize("how", ["replay", "local"])
def test_a_replay_and_a_local_run_write_nothing_anywhere(repo, fake, tmp_path, monkeypatch, how):
    (tmp_path / "event.json").write_text(json.dumps(pull_request(repo)))
    monkeypatch.setenv("GITHUB_API_URL", fake.url)
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    monkeypatch.setenv("AGENT_GUARDS_COMMENT", "true")
    monkeypatch.setenv("AGENT_GUARDS_STATUS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary"))
    monkeypatch.setenv("GITHUB_EVENT_PATH", str(tmp_path / ("other.json" if how == "replay" else "event.json")))
    if how == "replay":
        monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert main(["check", "--repo", str(repo.path), "--event", str(tmp_path / "event.json")]) == 0
    assert fake.requests == []
    assert not (tmp_path / "summary").exists()


def test_hostile_text_of_github_s_side_reaches_the_log_harmless(repo, fake, check):
    fake.fail(match="statuses", status=422, message="::error::forged\n##[error]forged\r::set-output name=x::y")
    result = check(pull_request(repo), **ON)
    lines = re.split(r"[\r\n]", result.table)
    assert not any(line.lstrip().startswith("::error") or "##[" in line for line in lines)


def test_a_comment_whose_answer_was_lost_is_looked_for_and_not_doubled(repo, fake, check):
    fake.fail(match="addComment", status=502, times=1, after=True)
    result = check(pull_request(repo, "nothing"), comment="true")
    assert len(fake.comments) == 1
    assert "comment      sent     Created." in result.table


def test_dependabot_s_token_may_nothing_and_its_pull_request_is_judged_all_the_same(repo, fake, check):
    fake.permissions.clear()
    result = check(pull_request(repo, "Bumps x.", user={"login": "dependabot[bot]"}), "guard-mcp", **ON)
    assert (result.status, result.outputs["verdict"]) == (0, "exempt"), result.out
    assert result.table.count("skipped") == 3
    assert "permissions:\n" in result.table


def test_a_fork_under_the_base_s_own_workflow_is_told_the_lines_to_add(repo, fake, check):
    fake.permissions.clear()
    event = pull_request(repo)
    event["pull_request"]["head"]["repo"] = {"full_name": "fork/demo", "id": 2}
    result = check(event, name="pull_request_target", **ON)
    assert "checks: write" in result.table
