import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from gitrepo import Repo
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))
from faults.origin import FAULTS, OTHERS, E, Fault, run, workflow

from agent_guards.agent import doctor
from agent_guards.agent.checks import alive, github_side, machine
from agent_guards.agent.checks.github_platform import GitHubPlatform, connect
from agent_guards.agent.checks.line import Setup, Status, ok
from agent_guards.agent.checks.platform import LastRun
from agent_guards.agent.plan import WorkTree
from agent_guards.api import Answer, Trouble
from agent_guards.api import Fault as ApiFault
from agent_guards.cli import main
from agent_guards.env import RunEnv
from agent_guards.errors import GitError
from agent_guards.git_command import command

NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)


def build(path, fault):
    repo = Repo(path)
    for number, files in enumerate((fault.files or {"README.md": "x\n"}, *fault.then)):
        for name, content in files.items():
            repo.write(name, content)
        repo.git("add", "--all", "--force")
        repo.git("commit", "--quiet", "--allow-empty", "--message", f"c{number}")
    for name, content in fault.unborn.items():
        repo.write(name, content)
    return repo


def setup(repo, **rest):
    env = RunEnv.from_environ(dict(repo.environ))
    tree = WorkTree(repo.path)
    return Setup(tree=tree, git=command(repo.path, env.git, trust=False), env=env, now=NOW, offline=True, **rest)


def lines(repo, **rest):
    return [line for group in doctor.examine(setup(repo, **rest)).values() for line in group]


@pytest.mark.parametrize("name", [*FAULTS, *OTHERS])
def test_each_fault_is_found_by_name(name, tmp_path):
    fault = {**FAULTS, **OTHERS}[name]
    repo = build(tmp_path / "repo", fault)
    found = [line for line in lines(repo) if line.check == fault.check and line.status in {Status.WARN, Status.FAIL}]
    assert found
    assert all(line.message and line.fix for line in found)
    assert not [line for line in lines(repo) if "could not be looked at" in line.message]


SOUND = Fault(
    "",
    {
        "app/a.ts": "1\n",
        ".github/workflows/other.yml": 'on: push\njobs:\n  a:\n    steps:\n      - run: |\n          echo "${{ github.event.number }} $(git log)" >> $GITHUB_OUTPUT\n          exit 0\n',
        ".github/workflows/notes.txt": "<<<<<<<\n",
        "scripts/tidy.sh": "rm -rf artifacts-old build\n",
        "docs/a.md": "Run `sed -n 1p`.\n",
    },
)


def test_a_sound_repository_after_init_has_no_fault(tmp_path, monkeypatch, capsys):
    repo = build(tmp_path / "repo", SOUND)
    repo.write(".claude/settings.json", "{}\n")
    monkeypatch.chdir(repo.path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert main(["init", "--yes"]) == 0
    repo.commit()
    capsys.readouterr()
    assert main(["doctor", "--offline"]) == 0
    told = capsys.readouterr().out
    assert "0 fail" in told
    assert "✗" not in told
    found = lines(repo)
    assert {line.check for line in found if line.status is Status.WARN} <= {"remote", "hooks-command"}


def test_a_first_pull_request_passes_after_init(tmp_path, monkeypatch, capsys):
    repo = build(tmp_path / "repo", SOUND)
    monkeypatch.chdir(repo.path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    main(["init", "--yes"])
    repo.commit(when="2026-01-02T11:00:00Z")
    repo.branch("first")
    repo.write("app/a.ts", "2\n")
    line = {
        "tool": "context7",
        "doc_ref": "/d",
        "request_id": "r1",
        "timestamp": "2026-01-02T11:30:00Z",
        "purpose": "p",
    }
    repo.write(E, json.dumps(line) + "\n")
    repo.commit(when="2026-01-02T12:00:00Z")
    body = tmp_path / "body.md"
    body.write_bytes((repo.path / ".github/PULL_REQUEST_TEMPLATE.md").read_bytes())
    assert main(["check", "--body-file", str(body)]) == 1
    assert main(["pr-body", "--update", str(body)]) == 0
    assert main(["check", "--body-file", str(body)]) == 0


def test_a_repository_that_was_never_set_up_is_told_what_mends_it(tmp_path, monkeypatch, capsys):
    repo = Repo(tmp_path / "repo")
    monkeypatch.chdir(repo.path)
    assert main(["doctor"]) == 1
    assert "Run `agent-guards init`." in capsys.readouterr().out


def test_the_json_is_for_machines(tmp_path, monkeypatch, capsys):
    repo = build(tmp_path / "repo", FAULTS["C21 the folder is ignored"])
    monkeypatch.chdir(repo.path)
    assert main(["doctor", "--format", "json", "--now", "2026-01-02T12:00:00Z"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["version"] == 1
    members = [line for group in document["groups"] for line in group["lines"]]
    assert sum(document["counts"].values()) == len(members)
    (line,) = [line for line in members if line["check"] == "excluded-parent"]
    assert (line["status"], line["path"], line["line"]) == ("fail", ".gitignore", 1)
    assert "can include nothing again" in line["message"]


def test_the_text_names_the_place(tmp_path, monkeypatch, capsys):
    repo = build(tmp_path / "repo", FAULTS["C21 the folder is ignored"])
    monkeypatch.chdir(repo.path)
    assert main(["doctor", "--offline"]) == 1
    assert "✗ excluded-parent (.gitignore:1): " in capsys.readouterr().out


def test_colours_are_for_terminals(tmp_path, monkeypatch, capsys):
    repo = Repo(tmp_path / "repo")
    monkeypatch.chdir(repo.path)
    monkeypatch.setenv("FORCE_COLOR", "1")
    main(["doctor", "--offline"])
    assert "\x1b[31m✗\x1b[0m" in capsys.readouterr().out


def test_outside_of_a_repository_it_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["doctor"]) == 3
    assert "is not a git repository" in capsys.readouterr().err


@pytest.mark.parametrize("error", [OSError("disk"), RecursionError("deep"), GitError("git broke", "x")])
def test_a_check_that_breaks_is_a_line_and_the_others_go_on(tmp_path, monkeypatch, error):
    def broken(setup):
        yield ok("broken", "so far")
        raise error

    monkeypatch.setattr(doctor, "GROUPS", {"a": (broken, machine.python)})
    found = lines(Repo(tmp_path / "repo"))
    assert [line.status for line in found] == [Status.OK, Status.UNKNOWN, Status.OK]
    assert "could not be looked at" in found[1].message


PLACES = (
    ".github/workflows/a.yml", ".github/workflows/guard-mcp.yml", ".github/PULL_REQUEST_TEMPLATE.md", ".github/agent-guards.yml",
    ".claude/settings.json", ".codex/config.toml", ".gemini/settings.json", ".gitignore", ".gitattributes", "package.json",
    "AGENTS.md", ".pre-commit-config.yaml", "scripts/guard-mcp.js", "artifacts/nora/2026-01-02/heartbeat.ndjson", E,
    "artifacts/nora/2026-01-02/tasks.todo.json", "artifacts/support/on-call-roster.md", ".git/agent-guards/journal.ndjson",
)  # fmt: skip
SEEDS = (
    "on:\n  pull_request:\njobs:\n  a:\n    needs: [a]\n    if: pull_request\n    steps:\n      - uses: agent-guards/agent-guards@v0\n      - run: |\n",
    "          python3 - <<'EOF'\nEOF\n", "${{ github.event.pull_request.body }}", "&a [*a]", '{"hooks": {"PostToolUse": [{"matcher": "mcp__(", "hooks": [',
    "]}]}}", '"type": "module"', "[[hooks.PostToolUse]]\n", "waivers: [{", "## MCP Evidence\n", "<!--", "artifacts/\n", "\x00", "\u2028", "node x.js", "x: &x {<<: *x}",
    '{"timestamp": "9999-12-31T23:59:59-23:59", "task": "a", "status": "doing"}\n', '{"tool": 1}\n', "| a |\n", "repos:\n- repo: x\n",
)  # fmt: skip
CONTENTS = st.one_of(st.lists(st.sampled_from(SEEDS), max_size=5).map("".join).map(str.encode), st.binary(max_size=40))


@settings(deadline=None, max_examples=20, suppress_health_check=list(HealthCheck))
@given(st.dictionaries(st.sampled_from(PLACES), CONTENTS, max_size=6))
def test_whatever_stands_in_the_files_every_check_comes_to_an_end(tmp_path_factory, files):
    repo = Repo(tmp_path_factory.mktemp("odd") / "repo")
    for path, content in files.items():
        repo.write(path, content)
    repo.git("add", "--all", "--force")
    assert not [line for line in lines(repo) if "could not be looked at" in line.message]
    assert main(["init", "--yes", "--repo", str(repo.path)]) == 0
    assert main(["init", "--repo", str(repo.path)]) == 0
    assert not [line for line in lines(repo) if "could not be looked at" in line.message]


# This machine.


@pytest.mark.parametrize(
    ("said", "status"),
    [("git version 2.47.1.windows.2\n", Status.OK), ("git version 2.30.9\n", Status.FAIL), ("", Status.UNKNOWN)],
)
def test_the_version_of_git_is_compared(tmp_path, monkeypatch, said, status):
    monkeypatch.setattr(Setup, "ask", lambda self, *_: said)
    (line,) = machine.git(setup(Repo(tmp_path / "repo")))
    assert line.status is status


@pytest.mark.parametrize(
    ("said", "status"),
    [("size: 10\nsize-pack: 2000\n", Status.OK), ("size: 1\nsize-pack: 1048576\n", Status.WARN), ("", Status.UNKNOWN)],
)
def test_a_large_repository_is_told(tmp_path, monkeypatch, said, status):
    monkeypatch.setattr(Setup, "ask", lambda self, *_: said)
    (line,) = machine.size(setup(Repo(tmp_path / "repo")))
    assert line.status is status


def remote(repo, **rest):
    asked = setup(repo)
    (line,) = machine.remote(Setup(tree=asked.tree, git=asked.git, env=asked.env, now=NOW, **rest))
    return line.status


def test_the_remote_is_asked(tmp_path):
    repo = Repo(tmp_path / "repo")
    repo.commit()
    assert remote(repo) is Status.WARN
    repo.git("remote", "add", "origin", str(repo.path))
    assert remote(repo) is Status.OK
    assert remote(repo, offline=True) is Status.UNKNOWN
    repo.git("remote", "set-url", "origin", str(tmp_path / "nowhere"))
    assert remote(repo) is Status.FAIL
    repo.git("remote", "set-url", "origin", "http://127.0.0.1:9/x/y.git")
    assert remote(repo) is Status.UNKNOWN


def test_a_remote_that_hangs_is_not_waited_for(tmp_path, monkeypatch):
    repo = Repo(tmp_path / "repo")
    repo.git("remote", "add", "origin", str(repo.path))

    def hang(*arguments, **options):
        if "ls-remote" in arguments:
            raise subprocess.TimeoutExpired("git", 10)
        return b"origin\n"

    monkeypatch.setattr("agent_guards.git_command.GitCommand.run", lambda self, *a, **o: hang(*a, **o))
    assert remote(repo) is Status.UNKNOWN


# Evidence.


def test_links_in_the_folder_are_told(tmp_path):
    repo = Repo(tmp_path / "repo")
    repo.write("x.jsonl", "{}\n")
    repo.symlink(E, "../../../../x.jsonl")
    repo.commit()
    assert "evidence-links" in {line.check for line in lines(repo)}
    other = Repo(tmp_path / "other")
    other.symlink("artifacts", "elsewhere")
    assert "is a symbolic link" in next(line.message for line in lines(other) if line.check == "evidence-folder")
    third = Repo(tmp_path / "third")
    third.write("artifacts", "x")
    assert "is no folder" in next(line.message for line in lines(third) if line.check == "evidence-folder")


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path, monkeypatch):
    repo = Repo(tmp_path / "repo")
    repo.write(E, "{}\n")
    real = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: not str(path).endswith("calls.jsonl") and real(path, mode))
    (line,) = [line for line in lines(repo) if line.check == "evidence-folder"]
    assert f"`{E}` cannot be written to" in line.message


def test_valid_evidence_is_said_to_be(tmp_path):
    good = {
        "tool": "context7",
        "doc_ref": "/d",
        "request_id": "r1",
        "timestamp": "2026-01-02T10:00:00Z",
        "purpose": "p",
    }
    repo = build(
        tmp_path / "repo",
        Fault(
            "",
            {E: json.dumps(good) + "\n"},
            then=({E: json.dumps(good) + "\n" + json.dumps(good | {"request_id": "r2"}) + "\n"},),
        ),
    )
    found = {line.check: line.status for line in lines(repo)}
    assert found["evidence-valid"] is Status.OK
    assert "evidence-rewritten" not in found


def test_evidence_that_the_policy_waives_is_no_fault(tmp_path):
    policy = "waivers: [{rule: guard-mcp/schema, paths: ['artifacts/**'], reason: r, owner: o, until: 2027-01-01}]\n"
    fault = Fault("", {E: '{"tool": "a"}\n', ".github/agent-guards.yml": policy})
    assert {line.check: line.status for line in lines(build(tmp_path / "repo", fault))}["evidence-valid"] is Status.OK


def test_a_shallow_clone_knows_no_past(tmp_path):
    repo = build(tmp_path / "repo", Fault("", {"a": "1"}, then=({"a": "2"},)))
    clone = repo.clone(tmp_path / "clone", "--depth", "1")
    (line,) = [line for line in lines(clone) if line.check == "evidence-rewritten"]
    assert line.status is Status.UNKNOWN


def test_a_rule_elsewhere_is_mended_by_hand(tmp_path):
    repo = build(tmp_path / "repo", Fault("", {"a": "1"}))
    repo.write(".git/info/exclude", "/artifacts\n")
    found = {line.check: line for line in lines(repo)}
    assert "by hand" in found["excluded-parent"].fix
    assert "can include nothing" not in found["excluded-parent"].message


# Agents.


def test_the_recorder_s_journal_is_shown(tmp_path):
    repo = Repo(tmp_path / "repo")
    entry = {"timestamp": "2026-01-01T10:00:00Z", "command": "record hook", "kind": "failed", "message": "disk full"}
    repo.write(".git/agent-guards/journal.ndjson", json.dumps(entry) + "\n")
    (line,) = alive.recorder(setup(repo))
    assert (line.check, line.status) == ("recorder-journal", Status.WARN)
    assert "disk full" in line.message
    repo.write(".git/agent-guards/journal.ndjson", json.dumps(entry | {"timestamp": "2025-10-01T10:00:00Z"}) + "\n")
    (line,) = alive.recorder(setup(repo))
    assert line.status is Status.OK


def test_people_on_call_are_enough(tmp_path):
    for number, until in enumerate(("2026-02-01", "always")):
        repo = Repo(tmp_path / f"repo{number}")
        repo.write("artifacts/support/on-call-roster.md", f"| who | until |\n|---|---|\n| Nora | {until} |\n")
        (line,) = alive.roster(setup(repo))
        assert line.status is Status.OK


def test_a_task_that_ended_is_no_silence(tmp_path):
    repo = Repo(tmp_path / "repo")
    repo.write(
        "artifacts/nora/2026-01-02/heartbeat.ndjson",
        '{"timestamp": "2026-01-02T10:00:00Z", "task": "A", "status": "done"}\n',
    )
    assert [line.status for line in alive.heartbeats(setup(repo))] == [Status.OK]


def test_hooks_of_codex_are_read_from_toml_too(tmp_path):
    repo = Repo(tmp_path / "repo")
    hook = '[[hooks.PostToolUse]]\nmatcher = "mcp__.*"\n[[hooks.PostToolUse.hooks]]\ntype = "command"\ncommand = "agent-guards {} hook"\n'
    repo.write(".codex/config.toml", hook.format("record") + hook.format("beat"))
    assert {line.check: line.status for line in lines(repo)}["hooks-installed"] is Status.OK
    repo.write(".codex/config.toml", "broken = ")
    assert {line.check: line.status for line in lines(repo)}["hooks-installed"] is Status.WARN


def test_settings_of_a_foreign_shape_have_no_hooks(tmp_path):
    repo = Repo(tmp_path / "repo")
    for content in ("[]", '{"hooks": 1}', '{"hooks": {"PostToolUse": 1}}', '{"hooks": {"PostToolUse": ["x"]}}'):
        repo.write(".claude/settings.json", content)
        assert {line.check: line.status for line in lines(repo)}["hooks-installed"] is Status.WARN


def test_the_command_on_path_is_enough(tmp_path, monkeypatch):
    repo = build(tmp_path / "repo", OTHERS["a command that is not there"])
    monkeypatch.setattr("shutil.which", lambda name, path: "/usr/bin/agent-guards")
    assert "hooks-command" not in {line.check for line in lines(repo)}


# Workflows.


@pytest.mark.parametrize(
    "files",
    [
        workflow(run("python3 - <<'PY'\nimport os\nprint(os)\nPY")),
        workflow(run("if x; then\n  exit 1\nfi\n./check\nexit 0\n# end")),
        workflow(run("echo 'a `b`' \"a \\`b\\`\"")),
        workflow(run("node scripts/a.js"), path="guard-mcp"),
        {"package-lock.json": "{}", **workflow(run("npm ci"))},
        workflow(run('echo "BODY<<$(uuidgen)" >> $GITHUB_OUTPUT')),
        workflow(
            run(
                "echo ${{ github.event.pull_request.number }} ${{ github.event.pull_request.head.sha }} ${{ github.sha }}"
            )
        ),
        {"package.json": "[", "scripts/a.js": "require('x')", **workflow(run("node ./scripts/a.js"))},
        {
            "scripts/package.json": "{}",
            "package.json": '{"type": "module"}',
            "scripts/a.js": "require('x')",
            **workflow(run("node scripts/a.js")),
        },
        {"a.js": "require('x')", **workflow(run("node a.js"))},
        workflow("uses: actions/checkout@v5", path="x", head="on: pull_request_target\n"),
    ],
)
def test_what_is_right_is_no_fault(tmp_path, files):
    repo = build(tmp_path / "repo", Fault("", files))
    wrong = {
        "heredoc-python", "unreachable-lines", "shell-backticks", "commonjs-in-module", "lockfile", "fixed-delimiter",
        "script-injection", "target-checkout",
    }  # fmt: skip
    assert not wrong & {line.check for line in lines(repo) if line.status is not Status.OK}


def test_a_template_of_plain_words_breaks_no_script(tmp_path):
    files = {
        ".github/PULL_REQUEST_TEMPLATE.md": "## What\n",
        **workflow(run("echo ${{ github.event.pull_request.body }}")),
    }
    found = {line.check for line in lines(build(tmp_path / "repo", Fault("", files)))}
    assert "script-injection" in found
    assert "template-in-shell" not in found


def test_a_waiver_that_holds_for_long_is_no_news(tmp_path):
    policy = "waivers: [{rule: guard-mcp/schema, paths: ['**'], reason: r, owner: o, until: 2027-01-01}]\n"
    found = {line.check for line in lines(build(tmp_path / "repo", Fault("", {".github/agent-guards.yml": policy})))}
    assert not {"waiver-expired", "waiver-ending"} & found


def test_an_action_by_path_is_a_gate_in_our_own_repository_alone(tmp_path):
    files = workflow("uses: ./", path="x")
    repo = build(tmp_path / "repo", Fault("", files))
    assert {line.check: line.status for line in lines(repo)}["workflow-present"] is Status.FAIL
    repo.write("action.yml", "run: python -I -m agent_guards check\n")
    assert {line.check: line.status for line in lines(repo)}["workflow-present"] is Status.OK


def test_another_use_of_our_action_beside_the_gate_is_no_gate(tmp_path):
    gate = "uses: agent-guards/agent-guards@v0.1.0"
    files = {**workflow(gate), **workflow(gate, path="ci", head="on: pull_request\n")}
    assert "trigger-edited" not in {line.check for line in lines(build(tmp_path / "repo", Fault("", files)))}


def test_filters_that_let_the_default_branch_through_are_no_fault(tmp_path):
    for number, branches in enumerate(("[main]", "['**']")):
        files = workflow(
            "uses: agent-guards/agent-guards@v0.1.0",
            head=f"on:\n  pull_request:\n    branches: {branches}\n  merge_group:\n",
        )
        repo = build(tmp_path / f"repo{number}", Fault("", files))
        assert "branch-filter" not in {line.check for line in lines(repo)}


def test_jobs_that_look_at_the_event_may_run_on_push(tmp_path):
    body = run("echo", PR_BODY="${{ github.event.pull_request.body }}")
    for before in ("    if: github.event_name == 'pull_request'\n", ""):
        files = workflow(
            body + ("" if before else "\n        if: github.event_name == 'pull_request'"),
            before=before,
            head="on: [push, pull_request]\n",
        )
        repo = build(tmp_path / f"r{len(before)}", Fault("", files))
        assert "body-on-push" not in {line.check for line in lines(repo)}


def test_aliases_in_a_workflow_are_followed_once(tmp_path):
    repo = build(
        tmp_path / "repo",
        Fault("", {".github/workflows/a.yml": "on: push\nx: &a {k: 1, k: 2}\ny: *a\nz: &l [*a, *a]\nw: *l\n"}),
    )
    assert len([line for line in lines(repo) if line.check == "duplicate-key"]) == 1


def test_a_workflow_of_a_foreign_shape_is_no_trouble(tmp_path):
    for number, text in enumerate(
        ("on: [a]\njobs: [1, {x: 2}]\n", "on: 1\njobs: {a: [b], c: 1, guard-mcp: {steps: x, needs: {y: 1}}}\n")
    ):
        repo = build(tmp_path / f"repo{number}", Fault("", {".github/workflows/a.yml": text}))
        assert not [line for line in lines(repo) if "could not be looked at" in line.message]


# GitHub.


class Known:
    """A GitHub that knows what it is told; an exception is raised instead of an answer."""

    def __init__(self, required=(), states=None, runs=()):
        self.required, self.states, self.runs = required, states, runs

    def default_branch(self):
        return "main"

    def required_checks(self, branch):
        return self._told(self.required)

    def workflow_states(self):
        return self._told(self.states)

    def last_runs(self, path, count):
        return self._told(self.runs)

    def _told(self, answer):
        if isinstance(answer, Exception):
            raise answer
        return answer


GATE = Fault("", workflow("uses: agent-guards/agent-guards@v0.1.0"))
DENIED = PermissionError("Resource not accessible")
PATH = ".github/workflows/guard-mcp.yml"


def asked(tmp_path, check, platform):
    return [(line.check, line.status) for line in check(setup(build(tmp_path / "repo", GATE), platform=platform))]


@pytest.mark.parametrize(
    ("required", "told"),
    [
        (frozenset({"guard"}), [("required-checks", Status.OK)]),
        (frozenset(), [("required-checks", Status.FAIL)]),
        (frozenset({"guard-mcp", "build"}), [("required-checks", Status.FAIL), ("required-names", Status.FAIL)]),
        (DENIED, [("required-checks", Status.UNKNOWN)]),
        (None, [("required-checks", Status.UNKNOWN)]),
    ],
)
def test_required_checks_are_compared_with_the_jobs(tmp_path, required, told):
    platform = None if required is None else Known(required=required)
    assert asked(tmp_path, github_side.required, platform) == told


def test_without_a_gate_nothing_is_required(tmp_path):
    repo = build(tmp_path / "repo", Fault(""))
    assert list(github_side.required(setup(repo, platform=Known(required=frozenset())))) == []


@pytest.mark.parametrize(
    ("states", "status"),
    [
        ({PATH: "active"}, Status.OK),
        ({PATH: "disabled_inactivity"}, Status.FAIL),
        ({}, Status.WARN),
        (DENIED, Status.UNKNOWN),
        (None, Status.UNKNOWN),
    ],
)
def test_workflows_that_are_switched_off_are_told(tmp_path, states, status):
    platform = None if states is None else Known(states=states)
    assert asked(tmp_path, github_side.states, platform) == [("workflow-state", status)]


def ran(conclusion="success", days=1, event="pull_request"):
    return LastRun(started=NOW - timedelta(days=days), conclusion=conclusion, event=event)


@pytest.mark.parametrize(
    ("runs", "told"),
    [
        ([ran(), ran("failure")], ("last-runs", Status.OK)),
        ([ran("")], ("last-runs", Status.OK)),
        ([ran("failure"), ran("startup_failure")], ("last-runs", Status.WARN)),
        ([], ("last-runs", Status.WARN)),
        ([ran(days=61, event="schedule")], ("schedule-dead", Status.FAIL)),
        ([ran(days=59, event="schedule")], ("last-runs", Status.OK)),
        (DENIED, ("last-runs", Status.UNKNOWN)),
        (None, ("last-runs", Status.UNKNOWN)),
    ],
)
def test_the_last_runs_are_told(tmp_path, runs, told):
    platform = None if runs is None else Known(runs=runs)
    assert asked(tmp_path, github_side.runs, platform) == [told]


def test_without_a_token_it_says_how_to_get_one(tmp_path):
    repo = build(tmp_path / "repo", GATE)
    known = setup(repo)
    online = Setup(tree=known.tree, git=known.git, env=known.env, now=NOW)
    (line,) = github_side.states(online)
    assert "gh auth token" in line.fix


ANSWERS = {
    "/repos/o/r": {"default_branch": "main"},
    "/repos/o/r/rules/branches/a%2Fb?per_page=100": [
        {"type": "required_status_checks", "parameters": {"required_status_checks": [{"context": "agent-guards"}]}},
        {"type": "deletion"},
    ],
    "/repos/o/r/branches/a%2Fb": {"protection": {"required_status_checks": {"contexts": ["ci"]}}},
    "/repos/o/r/rules/branches/plain?per_page=100": [],
    "/repos/o/r/branches/plain": {},
    "/repos/o/r/actions/workflows?per_page=100": {"workflows": [{"path": PATH, "state": "active"}]},
    "/repos/o/r/actions/workflows/guard-mcp.yml/runs?per_page=5": {
        "workflow_runs": [
            {"event": "push", "created_at": "2026-01-02T12:00:00Z", "conclusion": "success"},
            {"event": "push", "created_at": "?", "conclusion": None},
        ]
    },
}


def test_github_s_answers_are_read():
    platform = GitHubPlatform("o/r", lambda path: Answer(data=ANSWERS[path]))
    assert platform.default_branch() == "main"
    assert platform.required_checks("a/b") == {"agent-guards", "ci"}
    assert platform.required_checks("plain") == frozenset()
    assert platform.workflow_states() == {PATH: "active"}
    assert platform.last_runs(PATH, 5) == (
        LastRun(started=NOW, conclusion="success", event="push"),
        LastRun(started=datetime.min.replace(tzinfo=UTC), conclusion="", event="push"),
    )


def test_what_github_does_not_answer_is_not_known():
    denied = GitHubPlatform("o/r", lambda _: Answer(fault=ApiFault(trouble=Trouble.FORBIDDEN, message="no")))
    with pytest.raises(PermissionError, match="no"):
        denied.default_branch()
    odd = GitHubPlatform("o/r", lambda _: Answer(data=[]))
    with pytest.raises(PermissionError, match="not the shape"):
        odd.default_branch()


def test_github_is_asked_only_with_a_token_and_a_name():
    assert connect("o/r", RunEnv()) is None
    assert connect(None, RunEnv(token="t")) is None
    assert connect("o/r", RunEnv(token="t"))
