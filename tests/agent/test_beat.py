"""`beat`: by hand, for as long as a command runs, from hooks, and how everything stands."""

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from desk import Desk

from agent_guards import cli
from agent_guards.agent import beat_status, heartbeats
from agent_guards.agent.heartbeats import Sign, beat, current_task, recent


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path / "repo")


@pytest.fixture
def run(desk, monkeypatch, capsys):
    """The command in this process: status, stdout and stderr."""

    def run(*arguments, **variables):
        with monkeypatch.context() as patch, open(os.devnull, encoding="utf-8") as nothing:
            patch.setattr(sys, "stdin", nothing)
            patch.chdir(desk.path)
            for name, value in (desk.environ | variables).items():
                patch.setenv(name, value)
            status = cli.main(["beat", *arguments])
        return (status, *capsys.readouterr())

    return run


def put(desk, age, status="doing", task="ENG-1", agent="nora"):
    """A beat that was written a while ago."""
    moment = datetime.now(UTC) - age
    file = desk.path / heartbeats.path_of(agent, moment)
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("ab") as lines:
        lines.write(Sign(task=task, status=status).line(moment) + b"\n")
    return file


def said(desk):
    return [(line["task"], line["status"], line.get("progress")) for line in desk.beats]


def test_a_beat_by_hand(desk, run):
    assert run("ENG-1")[0] == 0
    status, out, err = run("ENG-1", "--status", "done", "--progress", "all\tgreen", "--file", "app/x.ts")
    assert (status, err) == (0, "")
    assert out == f"done: artifacts/nora/{datetime.now(UTC):%Y-%m-%d}/heartbeat.ndjson\n"
    assert said(desk) == [("ENG-1", "doing", None), ("ENG-1", "done", "all green")]
    assert desk.beats[1]["file"] == "app/x.ts"
    desk.validate()


def test_options_may_stand_before_the_task_and_a_task_may_be_any_text(desk, run):
    assert run("--status", "blocked", "  wait for\nnora's  review ")[0] == 0
    assert said(desk) == [("wait for nora's review", "blocked", None)]


def test_wrong_usage_is_told(desk, run, tmp_path):
    assert run(" \n ")[0] == 2
    assert run("ENG-1", "--agent", "/etc")[0] == 2
    assert run("ENG-1", "--repo", str(tmp_path / "missing"))[0] == 2
    status, _, err = run("run", "ENG-1")
    assert (status, "The command is missing" in err) == (2, True)
    status, _, err = run("run", "ENG-1", "--interval", "soon", "--", "true")
    assert (status, "`soon` is no span of time" in err) == (2, True)
    with pytest.raises(SystemExit) as stopped:
        run("ENG-1", "--status", "finished")
    assert stopped.value.code == 2
    assert desk.beats == []


def test_help_names_the_short_form(desk):
    for arguments in (["beat"], ["beat", "--help"], ["beat", "run", "--help"], ["record", "--help"]):
        done = desk.run(*arguments)
        assert (done.returncode, b"usage: agent-guards" in done.stdout + done.stderr) == (
            0 if arguments[-1] == "--help" else 2,
            True,
        )


def test_a_command_is_beaten_for_and_its_end_is_told(desk, run):
    assert run("run", "ENG-1", "--interval", "1s", "--progress", "10%", "--", "sleep", "2.3")[0] == 0
    assert said(desk) == [("ENG-1", "doing", "10%")] * 3 + [("ENG-1", "done", None)]
    assert run("run", "ENG-2", "--", "sh", "-c", "exit 3")[0] == 3
    assert said(desk)[-1] == ("ENG-2", "blocked", "exit status 3")
    desk.validate()


def test_a_signal_ends_the_command_and_the_task_is_blocked(desk):
    process = desk.start("beat", "run", "ENG-1", "--", "sh", "-c", "echo up; exec sleep 60", stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"up\n"
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 128 + 15
    assert said(desk)[-1] == ("ENG-1", "blocked", "exit status 143")


def test_the_command_keeps_its_standard_streams(desk):
    done = desk.run("beat", "run", "ENG-1", "--", "cat", given=b"in\x00out")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"in\x00out", b"")


def test_a_beat_that_fails_does_not_end_the_command(desk, run):
    (desk.path / "artifacts").write_text("a file stands here")
    status, _, err = run("run", "ENG-1", "--", "true")
    assert (status, err.count("cannot be written")) == (0, 2)
    assert [kind for kind, _ in desk.journal] == ["failed", "failed"]


def test_hooks_beat_once_an_interval(desk, run):
    for _ in range(3):
        assert run("hook", "--task", "ENG-1") == (0, "", "")
    assert said(desk) == [("ENG-1", "doing", None)]
    assert run("hook", "--interval", "0s", AGENT_TASK="ENG-1")[0] == 0
    assert len(desk.beats) == 2


def test_a_hook_keeps_the_latest_task_alive_over_midnight_and_ended_ones_ended(desk, run):
    assert run("hook")[0] == 0
    assert desk.beats == []  # nothing says what the agent is at
    put(desk, timedelta(hours=24), task="ENG-1")
    put(desk, timedelta(minutes=4), task="ENG-2", status="done")
    run("hook")
    assert said(desk)[-1] == ("ENG-1", "doing", None)
    count = len(desk.beats)
    run("hook", "--task", "ENG-2")
    run("hook")
    assert len(desk.beats) == count


def test_a_hook_at_the_end_of_a_session_ends_what_is_being_done_and_nothing_else(desk, run):
    run("hook", "--status", "blocked", "--task", "ENG-1")
    assert desk.beats == []
    run("hook", "--task", "ENG-1")
    run("hook", "--status", "blocked")
    run("hook", "--status", "done", "--task", "ENG-1")
    assert said(desk) == [("ENG-1", "doing", None), ("ENG-1", "blocked", None)]


def test_two_hooks_at_once_beat_once(desk, monkeypatch):
    monkeypatch.setattr(heartbeats, "recent", lambda *_: {})  # as if the other had not beaten yet when we looked
    for _ in range(2):
        beat(desk.checkout, "beat hook", "nora", Sign(task="T", status="doing"), due=lambda last, _: last is None)
    assert len(desk.beats) == 1


def test_trouble_in_a_hook_is_one_line_and_the_agent_goes_on(desk, run):
    status, out, err = run("hook", "--interval", "soon")
    assert (status, out, err.count("\n")) == (0, "", 1)
    status, _, err = run("hook", "--bogus")
    assert (status, "passed over --bogus" in err) == (0, True)
    with pytest.raises(SystemExit) as stopped:
        run("hook", "--status", "asleep")
    assert stopped.value.code == 0


def test_the_name_may_come_from_the_policy(desk, run):
    desk.policy("recorder: {agents: [{author: Zoe, agent: nora}]}")
    assert run("ENG-1", AGENT_NAME="", GIT_AUTHOR_NAME="Zoe", GIT_AUTHOR_EMAIL="z@example.org")[0] == 0
    assert len(desk.beats) == 1


def test_what_is_no_beat_is_passed_over_and_old_names_are_read(desk):
    now = datetime.now(UTC)
    file = put(desk, timedelta())
    with file.open("ab") as more:
        more.write(b"{\n[]\n7\n" + b'{"ts":"2026-01-02T10:00:00Z","task":"old","status":"completed"}\n')
        more.write(
            b'{"timestamp":"yesterday","task":"x","status":"doing"}\n{"timestamp":"2026-01-02T10:00:00Z","task":" "}\n'
        )
        more.write(b'{"timestamp":"2026-01-02T10:00:00Z","task":7,"status":"doing"}\n{"status":[]}\n')
    last = recent(desk.checkout, "nora", now)
    assert [(one.task, one.status) for one in last.values()] == [("ENG-1", "doing"), ("old", "done")]
    assert current_task(last) == "ENG-1"
    assert current_task({}) is None


def test_a_link_is_no_heartbeat_file(desk, tmp_path):
    file = put(desk, timedelta())
    file.rename(tmp_path / "elsewhere")
    file.symlink_to(tmp_path / "elsewhere")
    assert recent(desk.checkout, "nora", datetime.now(UTC)) == {}


def test_status_shows_every_state_and_fails_where_somebody_is_silent(desk, run):
    assert run("status") == (0, "nora has no task with a heartbeat in the last 7 days.\n", "")
    assert run("status", "--all") == (0, "No agent has any task with a heartbeat in the last 7 days.\n", "")
    put(desk, timedelta(minutes=1), task="fresh")
    put(desk, timedelta(minutes=12), task="late")
    put(desk, timedelta(minutes=40), task="over", status="done")
    put(desk, timedelta(minutes=40), task="stuck", status="blocked")
    status, out, _ = run("status")
    assert (status, "stale" in out) == (0, False)
    put(desk, timedelta(minutes=40), task="gone", agent="rio")
    assert run("status")[0] == 0
    status, out, _ = run("status", "--all")
    assert status == 1
    rows = [line.split() for line in out.splitlines()[2:7]]
    states = [next(word for word in row[2:] if word.isalpha()) for row in rows]
    assert [row[1] for row in rows] == ["gone", "late", "fresh", "stuck", "over"]
    assert states == ["stale", "late", "fresh", "blocked", "done"]
    assert run("status", "--agent", "rio")[0] == 1
    assert run("status", "--agent", "rio", "--days", "0")[0] in {0, 1}


def test_status_for_machines(desk, run):
    put(desk, timedelta(minutes=70))
    put(desk, timedelta(minutes=40))
    (desk.path / f"artifacts/nora/{datetime.now(UTC):%Y-%m-%d}").mkdir(exist_ok=True)
    tasks = [{"id": "ENG-9", "status": "doing"}, {"id": "ENG-8", "status": "todo"}, {"id": 7, "status": "doing"}, "x"]
    (desk.path / f"artifacts/nora/{datetime.now(UTC):%Y-%m-%d}/tasks.todo.json").write_text(
        json.dumps({"tasks": tasks})
    )
    status, out, _ = run("status", "--format", "json")
    document = json.loads(out)
    assert (status, document["version"], document["stale_after_seconds"]) == (1, 1, 900)
    told = [(one["task"], one["state"], one["beats"]) for one in document["tasks"]]
    assert told == [("ENG-1", "stale", 2), ("ENG-9", "never started", 0)]
    assert document["tasks"][0]["longest_silence_seconds"] >= 2400
    assert document["tasks"][1]["first"] is None


def test_the_policy_says_from_when_on_a_task_is_stale_and_a_broken_one_is_told(desk, run):
    put(desk, timedelta(minutes=40))
    desk.policy("guards: {idle-guard: {stale-after: 2h}}")
    assert run("status")[0] == 0
    (desk.path / ".github/agent-guards.yml").write_text("guards: [")
    assert run("status")[0] == 2


def test_odd_things_in_the_folder_are_no_tasks(desk, run, tmp_path):
    folder = desk.path / "artifacts/nora"
    for name in ("2026-99", "notes"):
        (folder / name).mkdir(parents=True)
    today = folder / f"{datetime.now(UTC):%Y-%m-%d}"
    today.symlink_to(tmp_path)
    (desk.path / "artifacts/file").write_text("")
    assert run("status", "--all")[0] == 0
    today.unlink()
    today.mkdir()
    (today / "tasks.todo.json").write_text("{broken")
    assert run("status", "--all")[0] == 0
    (today / "tasks.todo.json").write_text('{"tasks": 7}')
    assert list(beat_status.lives_of(desk.checkout, None, datetime.now(UTC).date())) == []


def test_many_beats_at_once_stand_in_the_order_of_time(desk):
    processes = [desk.start("beat", "ENG-1", stdout=subprocess.DEVNULL) for _ in range(12)]
    for process in processes:
        assert process.wait(timeout=60) == 0
    moments = [line["timestamp"] for line in desk.beats]
    assert (len(moments), moments) == (12, sorted(moments))
