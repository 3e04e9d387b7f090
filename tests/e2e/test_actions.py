"""The actions as a consumer uses them: the README's own lines, on a real runner, against a stateful GitHub."""

import json
import re
import sys
from pathlib import Path

import pytest
import yaml
from fake_github import FakeGitHub
from gitrepo import Repo

from agent_guards.guard import load_guards

sys.path.insert(0, str(Path(__file__).parent))
import act

ROOT = Path(__file__).parents[2]
EVIDENCE = "artifacts/nora/2026-01-02/mcp/cart.jsonl"
BEATS = "artifacts/nora/2026-01-02/heartbeat.ndjson"
LINE = '{"tool": "t", "doc_ref": "/d", "request_id": "r1", "timestamp": "2026-01-02T10:00:00Z", "purpose": "p"}\n'
HONEST = f"## MCP Evidence\r\n- {EVIDENCE}\r\n\r\n## Dev MCP Check\r\n- [x] Verified: No dev MCP imports in app/\r\n"
CARELESS = f"## MCP Evidence\n- {EVIDENCE}\n## Heartbeat\n- {BEATS}\n"
GUARDS = [guard.name for guard in load_guards()]
USED = {
    "suite": "agent-guards/agent-guards@v0",
    **{guard.name: f"agent-guards/agent-guards/{guard.package}@v0" for guard in load_guards()},
}

pytestmark = pytest.mark.runner


def example(name):
    """A workflow that the README gives to copy."""
    (text,) = re.findall(rf"```yaml\n(name: {name}\n.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    return text


SUITE = example("agent guards")


def using(action, *settings):
    """The README's workflow with another of the actions in its last step."""
    head, _, _ = SUITE.partition(f"      - uses: {USED['suite']}")
    lines = ["      - id: guards", f"        uses: {USED[action]}"]
    return "\n".join(
        [head.rstrip(), *lines, *(["        with:"] if settings else []), *(f"          {one}" for one in settings), ""]
    )


@pytest.fixture
def repo(tmp_path):
    repo = Repo(tmp_path / "repo")
    repo.write("app/cart.ts", "1")
    repo.commit()
    repo.git("remote", "add", "origin", "https://github.com/octo/demo.git")
    repo.branch("change")
    repo.write("app/cart.ts", "2")
    repo.write(EVIDENCE, LINE)
    repo.commit()
    return repo


@pytest.fixture
def careless(repo):
    """A change in which every guard finds something at a line."""
    repo.write("app/cart.ts", 'export {};\nimport { serve } from "@shopify/dev-mcp";\nserve();\n')
    repo.write(EVIDENCE, LINE + "{}\n")
    repo.write(BEATS, '{"timestamp": "2026-01-02T11:59:00Z", "task": "E-1", "status": "done"}\n{}\n')
    repo.commit()
    return repo


@pytest.fixture
def fake():
    with FakeGitHub() as server:
        yield server


def pull_request(repo, body, action="opened", **changes):
    here = {"full_name": "octo/demo", "id": 1}
    pull = {
        "number": 7, "body": body, "title": "t", "draft": False, "user": {"login": "octocat"},
        "base": {"sha": repo.git("rev-parse", "main"), "ref": "main", "repo": here},
        "head": {"sha": repo.git("rev-parse", "change"), "ref": "change", "repo": here},
    }  # fmt: skip
    return {"action": action, "number": 7, "repository": here, "pull_request": {**pull, **changes}}


def judge(repo, workflow, fake, body, event="pull_request", **changes):
    """Run a workflow for a pull request that GitHub knows as the event tells it."""
    payload = pull_request(repo, body, **changes)
    fake.learn(payload)
    return act.run(repo, workflow, event, payload, api=fake.url)


def guards_of(run):
    return {rule.partition("/")[0] for rule in run.rules if rule}


def contexts(fake):
    return {status["context"]: status["state"] for status in fake.statuses}


def test_an_honest_pull_request_is_green_everywhere_and_needs_no_comment(repo, fake):
    run = judge(repo, SUITE, fake, HONEST)
    assert run.status == 0, run.all
    assert run.annotations == []
    assert run.outputs["verdict"] == "pass"
    assert (run.outputs["errors"], run.outputs["warnings"]) == ("0", "0")
    assert contexts(fake) == {f"agent-guards/{guard}": "success" for guard in GUARDS}
    assert {status["sha"] for status in fake.statuses} == {repo.head}
    assert fake.comments == []
    assert [summary.count("Agent Guards: passed") for summary in run.summaries] == [1]
    assert len(fake.requests) <= 6
    assert act.TOKEN not in run.text
    assert fake.tokens == {act.TOKEN}


@pytest.mark.parametrize("action", USED)
def test_a_careless_one_is_red_everywhere_with_every_action(careless, fake, action):
    run = judge(
        careless, using(action, "check-run: true", "sarif-file: out.sarif", "json-file: out.json"), fake, CARELESS
    )
    mine = GUARDS if action == "suite" else [action]
    assert run.status == 1, run.all
    assert "error" in run.levels
    assert guards_of(run) == set(mine)
    assert all(where["file"] and where["line"] for _, where, _ in run.annotations if "file" in where)
    assert run.outputs["verdict"] == "fail"
    assert int(run.outputs["errors"]) >= len(mine)
    assert run.outputs["comment-url"].startswith("http")
    assert run.outputs["check-run-url"].startswith("http")
    assert contexts(fake) == {f"agent-guards/{guard}": "failure" for guard in mine}
    assert {(check["status"], check["conclusion"], check["headSha"]) for check in fake.check_runs.values()} == {
        ("COMPLETED", "FAILURE", careless.head)
    }
    assert len(fake.check_runs) == len(mine)
    (comment,) = fake.comments
    (summary,) = run.summaries
    for guard in mine:
        assert guard in comment["body"]
        assert guard in summary
    assert f"/octo/demo/blob/{careless.head}/" in comment["body"]


@pytest.mark.parametrize("action", ["edited", "synchronize", "reopened", "ready_for_review"])
def test_what_the_description_says_now_is_judged_and_the_comment_follows(repo, fake, action):
    fake.learn(pull_request(repo, "nothing"))
    red = act.run(repo, SUITE, "pull_request", pull_request(repo, "nothing"), api=fake.url)
    assert red.status == 1, red.all
    assert len(fake.comments) == 1
    fake.learn(pull_request(repo, HONEST))
    # A re-run replays the old payload: only GitHub knows the new description.
    green = act.run(repo, SUITE, "pull_request", pull_request(repo, "nothing", action), api=fake.url)
    assert green.status == 0, green.all
    (comment,) = fake.comments
    assert "passed" in comment["body"]


def test_a_push_is_judged_as_a_whole_tree(repo, fake):
    head, base = repo.head, repo.git("rev-parse", "main")
    payload = {
        "ref": "refs/heads/main",
        "before": base,
        "after": head,
        "repository": {"full_name": "octo/demo", "id": 1},
    }
    run = act.run(repo, SUITE, "push", payload, api=fake.url)
    assert run.status == 0, run.all
    assert fake.comments == []
    assert {status["sha"] for status in fake.statuses} == {head}


def test_a_merge_group_is_judged_by_the_descriptions_of_its_pull_requests(repo, fake):
    base, head = repo.git("rev-parse", "main"), repo.head
    group = {
        "base_sha": base, "head_sha": head, "base_ref": "refs/heads/main",
        "head_ref": f"refs/heads/gh-readonly-queue/main/pr-7-{base}",
    }  # fmt: skip
    payload = {"action": "checks_requested", "merge_group": group, "repository": {"full_name": "octo/demo", "id": 1}}
    fake.learn(pull_request(repo, HONEST))
    fake.add_commit(head, 7)
    run = act.run(repo, SUITE, "merge_group", payload, api=fake.url)
    assert run.status == 0, run.all
    fake.learn(pull_request(repo, "nothing"))
    run = act.run(repo, SUITE, "merge_group", payload, api=fake.url)
    assert run.status == 1, run.all
    assert {status["sha"] for status in fake.statuses} == {head}


def test_a_dispatch_judges_the_pull_request_that_it_names_and_reports_on_its_head(repo, fake):
    fake.learn(pull_request(repo, "nothing"))
    repo.checkout("main")
    payload = {
        "inputs": {"pr-number": "7"},
        "ref": "refs/heads/main",
        "repository": {"full_name": "octo/demo", "id": 1},
    }
    run = act.run(repo, SUITE, "workflow_dispatch", payload, api=fake.url)
    assert run.status == 1, run.all
    assert "guard-mcp/missing-section" in run.rules
    assert {status["sha"] for status in fake.statuses} == {repo.git("rev-parse", "change")}
    assert len(fake.comments) == 1


FORK = {"full_name": "mallory/demo", "id": 2}


@pytest.mark.parametrize("fork", [True, False], ids=["fork", "dependabot"])
def test_a_token_that_may_only_read_changes_no_verdict_and_is_told(careless, fake, fork):
    fake.permissions = set()
    head = {"sha": careless.head, "ref": "change", "repo": FORK if fork else {"full_name": "octo/demo", "id": 1}}
    run = judge(careless, SUITE, fake, CARELESS, head=head)
    assert run.status == 1, run.all
    assert guards_of(run) == set(GUARDS)
    assert (fake.comments, fake.statuses) == ([], [])
    (summary,) = run.summaries
    advice = (
        "The pull request comes from a fork"
        if fork
        else "permissions:\n  contents: read\n  pull-requests: write\n  statuses: write\n"
    )
    assert advice in summary
    assert "Traceback" not in run.all


def test_a_fork_is_answered_where_the_default_branch_s_workflow_judges(careless, fake):
    head = {"sha": careless.head, "ref": "change", "repo": FORK}
    run = judge(careless, example("agent guards, out of reach"), fake, CARELESS, "pull_request_target", head=head)
    assert run.status == 1, run.all
    assert len(fake.comments) == 1
    assert contexts(fake) == {f"agent-guards/{guard}": "failure" for guard in GUARDS}


@pytest.mark.parametrize("body", [HONEST, "nothing"])
def test_a_github_that_is_down_changes_no_verdict(repo, body):
    with FakeGitHub("down") as fake:
        run = judge(repo, SUITE, fake, body)
    assert run.status == (0 if body == HONEST else 1), run.all
    assert run.outputs["verdict"] == ("pass" if body == HONEST else "fail")
    assert "Traceback" not in run.all
    assert len(run.summaries) == 1


def test_hostile_text_and_a_hostile_checkout_run_nothing_and_set_nothing(careless, fake, tmp_path):
    marker = tmp_path / "ran"
    attack = f"$(touch {marker}) `touch {marker}` \" ' ; touch {marker}\n::error::forged\n##[error]forged\nEOF\nverdict=pass\n"
    hijack = f"open({str(marker)!r}, 'w')\nraise SystemExit(0)\n"
    for name in (
        "yaml",
        "github/__init__",
        "agent_guards/__init__",
        "agent_guards/__main__",
        "guard_mcp/__init__",
        "sitecustomize",
    ):
        careless.write(f"{name}.py", hijack)
    careless.write("pip.conf", "[global]\nindex-url = http://127.0.0.1:9/\n")
    careless.write("uv.toml", 'index-url = "http://127.0.0.1:9/"\n')
    careless.write("pyvenv.cfg", "home = .\n")
    careless.write(".github/agent-guards.yml", "guards: {guard-mcp: {mode: off}}\n")
    careless.write(f"artifacts/nora/2026-01-02/mcp/$(touch {marker.name}).jsonl", "{}\n")
    careless.write("artifacts/nora/2026-01-02/mcp/::error::forged,file=x\n##[error]forged.jsonl", "{}\n")
    careless.commit()
    head = {"sha": careless.head, "ref": f"x;touch${{IFS}}{marker}", "repo": {"full_name": "octo/demo", "id": 1}}
    run = judge(careless, SUITE, fake, f"{attack}## MCP Evidence\n- {attack}", title=attack, head=head)
    assert run.status == 1, run.all
    assert not marker.exists()
    assert run.outputs["verdict"] == "fail"
    assert all("forged" not in (where.get("title") or "") for _, where, _ in run.annotations)
    # Every annotation is one of ours: a forged one would have no rule as its title.
    # (act takes the last `::` of a line for the end of its properties; the runner and its toolkit the first.)
    errors = [
        (where.get("title") or message).partition("::")[0]
        for level, where, message in run.annotations
        if level == "error"
    ]
    assert [title for title in errors if not re.match(r"[a-z-]+/[a-z-]+$", title)] == []


def test_what_dotenv_files_of_the_checkout_say_is_not_heard(careless, fake):
    # act itself reads `.env` of the folder it runs in, so the guards get it as the runner would hand it to every step.
    careless.write("sub/.env", "AGENT_GUARDS_MODE=observe\nAGENT_GUARDS_FAIL_ON=never\n")
    careless.commit()
    payload = pull_request(careless, CARELESS)
    fake.learn(payload)
    run = act.run(
        careless,
        SUITE,
        "pull_request",
        payload,
        api=fake.url,
        AGENT_GUARDS_MODE="observe",
        AGENT_GUARDS_FAIL_ON="never",
    )
    assert run.status == 1, "an input that is left out is not filled in by the job's environment"


def test_two_guards_in_one_job_keep_to_themselves(careless, fake):
    mine = GUARDS[:2]
    document = yaml.safe_load(SUITE)
    steps = document["jobs"]["agent-guards"]["steps"]
    steps[1:] = [{"id": guard, "uses": USED[guard], "continue-on-error": True} for guard in mine]
    run = judge(
        careless,
        yaml.safe_dump({"on" if key is True else key: value for key, value in document.items()}),
        fake,
        CARELESS,
    )
    assert run.status == 0, run.all
    assert contexts(fake) == {f"agent-guards/{guard}": "failure" for guard in mine}
    assert len(fake.comments) == len(mine)
    assert len(run.summaries) == len(mine)


def test_the_workflow_out_of_reach_judges_the_head_as_data(careless, fake, tmp_path):
    careless.checkout("main")
    base = careless.clone(tmp_path / "base", "--depth=1", "--branch=main")
    workflow = example("agent guards, out of reach")
    assert "ref:" not in workflow
    payload = pull_request(careless, CARELESS)
    fake.learn(payload)
    run = act.run(base, workflow, "pull_request_target", payload, api=fake.url)
    assert run.status == 1, run.all
    assert guards_of(run) == set(GUARDS)
    assert len(fake.comments) == 1


def test_our_own_workflow_judges_our_own_pull_requests(tmp_path, fake):
    repo = Repo(tmp_path / "repo")
    act.copy_of_ours(tmp_path / "copy")
    for file in (tmp_path / "copy").rglob("*"):
        if file.is_file():
            repo.write(str(file.relative_to(tmp_path / "copy")), file.read_bytes())
            (repo.path / file.relative_to(tmp_path / "copy")).chmod(file.stat().st_mode)
    repo.write(".github/agent-guards.yml", (ROOT / ".github/agent-guards.yml").read_bytes())
    repo.commit()
    repo.branch("change")
    repo.write("README.md", "A change of words.\n")
    repo.commit()
    run = judge(repo, (ROOT / ".github/workflows/agent-guards.yml").read_text(), fake, "Words only.")
    assert run.status == 0, run.all
    assert contexts(fake) == {f"agent-guards/{guard}": "success" for guard in GUARDS}


def test_a_mode_that_does_not_block_lets_the_job_pass(careless, fake):
    run = judge(careless, using("suite", "mode: warn"), fake, CARELESS)
    assert run.status == 0, run.all
    assert run.levels == {"warning"}
    assert run.outputs["verdict"] == "warn"


def test_what_is_switched_off_is_not_written(careless, fake):
    run = judge(careless, using("suite", "comment: false", "status: false", "summary: false"), fake, CARELESS)
    assert run.status == 1, run.all
    assert (fake.comments, fake.statuses, fake.check_runs, run.summaries) == ([], [], {}, [])


def test_the_files_of_the_report_are_what_the_outputs_say(careless, fake, tmp_path):
    files = {name: tmp_path / name for name in ("out.json", "out.sarif")}
    run = judge(
        careless, using("suite", f"json-file: {files['out.json']}", f"sarif-file: {files['out.sarif']}"), fake, CARELESS
    )
    report = json.loads(files["out.json"].read_text())
    assert run.outputs["report-file"] == str(files["out.json"])
    assert report["verdict"] == run.outputs["verdict"] == "fail"
    assert json.loads(files["out.sarif"].read_text())["version"] == "2.1.0"


def test_an_event_that_cannot_be_judged_is_never_green(repo, fake):
    text = SUITE.replace("  merge_group:\n", "  merge_group:\n  issues:\n")
    run = act.run(repo, text, "issues", {"action": "opened", "issue": {"number": 1}}, api=fake.url)
    assert run.status == 1, run.all
    assert "issues" in run.text
