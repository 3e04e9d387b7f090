import json
import os
import shutil
from pathlib import Path

import pytest

from agent_guards.cli import main

FOLDER = "artifacts/nora/2026-01-02/mcp"


def line(request_id="call-1", **changes):
    fields = {
        "tool": "t",
        "doc_ref": "/d",
        "request_id": request_id,
        "timestamp": "2026-01-02T10:00:00Z",
        "purpose": "p",
    }
    return json.dumps({**fields, **changes}) + "\n"


@pytest.fixture
def tree(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(f"{FOLDER}/a.jsonl", line())
    return tmp_path


def write(path, text):
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text)


def validate(capsys, *arguments, status=0):
    assert main(["validate", "--format", "json", *map(str, arguments)]) == status
    guard, *_ = json.loads(capsys.readouterr().out)["guards"]
    return guard


def rules(guard):
    return [(finding["rule"].partition("/")[2], finding["path"], finding["line"]) for finding in guard["findings"]]


def test_every_file_of_the_tree_is_judged(tree, capsys):
    write(f"{FOLDER}/b.jsonl", line("call-2") + "{}\n" + line("call-1"))
    write("artifacts/rio/2026-01-03/mcp/c.jsonl", line("call-3", timestamp="2026-01-09T10:00:00Z"))
    write("artifacts/rio/notes.jsonl", "not evidence\n")
    guard = validate(capsys, "--all", status=1)
    assert guard["facts"] == {"evidence_files": 3, "evidence_lines": 5}
    assert [found for found in rules(guard) if found[0] != "schema"] == [
        ("duplicate-request-id", f"{FOLDER}/b.jsonl", 3),
        ("timestamp", "artifacts/rio/2026-01-03/mcp/c.jsonl", 1),
    ]
    assert {found[2] for found in rules(guard) if found[0] == "schema"} == {2}


def test_a_clean_tree_passes_and_an_empty_one_has_nothing_to_judge(tree, capsys):
    assert validate(capsys, "--all")["verdict"] == "pass"
    os.unlink(f"{FOLDER}/a.jsonl")
    assert validate(capsys, "--all")["verdict"] == "not-applicable"
    shutil.rmtree("artifacts")
    assert validate(capsys, "--all")["verdict"] == "not-applicable"


def test_files_are_judged_by_their_path_wherever_they_lie(tree, capsys):
    assert validate(capsys, tree / FOLDER / "a.jsonl")["findings"] == []
    write("elsewhere/artifacts/nora/2026-02-31/mcp/x.jsonl", line())
    assert (
        rules(validate(capsys, "elsewhere/artifacts/nora/2026-02-31/mcp/x.jsonl", status=1))[0][0] == "malformed-path"
    )


def test_a_kind_can_be_given_where_the_path_does_not_tell(tree, capsys):
    write("calls.txt", line() + line())
    assert rules(validate(capsys, "--kind", "evidence", "calls.txt", status=1)) == [
        ("duplicate-request-id", "calls.txt", 2)
    ]


def test_chains_are_verified(tree, capsys):
    recorder = {"basis": "recorded", "session": "s", "seq": 0, "prev": "1" * 64}
    write(f"{FOLDER}/a.jsonl", line(x_recorder=recorder))
    assert rules(validate(capsys, "--all", status=1)) == [("broken-chain", f"{FOLDER}/a.jsonl", 1)]


def test_the_working_tree_s_policy_binds(tree, capsys):
    write(".github/agent-guards.yml", "guards:\n  guard-mcp:\n    tools: [other]\n")
    assert rules(validate(capsys, "--all", status=1))[0][0] == "unknown-tool"
    write("lax.yml", "")
    assert validate(capsys, "--all", "--policy", "lax.yml")["findings"] == []


def test_a_waiver_holds_here_too(tree, capsys):
    write(f"{FOLDER}/a.jsonl", "{}\n")
    waiver = '{rule: guard-mcp/schema, paths: ["artifacts/**"], reason: old, owner: me, until: 2026-12-31}'
    write(".github/agent-guards.yml", f"waivers: [{waiver}]\n")
    guard = validate(capsys, "--all", "--now", "2026-06-01T00:00:00Z")
    assert guard["findings"] == []
    assert "waived until 2026-12-31" in guard["notes"][0]


def test_links_and_what_is_no_file_are_told_and_the_rest_is_judged(tree, capsys):
    os.symlink("a.jsonl", f"{FOLDER}/b.jsonl")
    os.mkfifo(f"{FOLDER}/c.jsonl")
    write(f"{FOLDER}/d.jsonl", "{}\n")
    found = {name: path for name, path, _ in rules(validate(capsys, "--all", status=1))}
    assert found == {"not-a-file": f"{FOLDER}/c.jsonl", "schema": f"{FOLDER}/d.jsonl"}


def test_a_file_beyond_the_cap_is_not_read_into_rows(tree, capsys):
    write(f"{FOLDER}/a.jsonl", line(purpose="x" * 6_000_000))
    assert rules(validate(capsys, "--all", status=1)) == [("too-large", f"{FOLDER}/a.jsonl", None)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Name the files to validate"),
        (["--all", "x"], "Name the files to validate"),
        (["notes.txt"], "The path of `notes.txt` does not tell what it is"),
        (["--kind", "proof", "x"], "--kind `proof` is not known"),
        ([f"{FOLDER}/missing.jsonl"], "cannot be read"),
        (["--all", "--repo", "missing"], "--repo `missing` is no folder"),
    ],
)
def test_wrong_usage_gets_one_clear_message(tree, capsys, arguments, message):
    assert main(["validate", *arguments]) == 2
    assert message in capsys.readouterr().err


def test_a_folder_that_cannot_be_read_is_told_and_not_passed_over(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    os.symlink("artifacts", "artifacts")
    assert main(["validate", "--all"]) == 2
    assert "artifacts` cannot be read: " in capsys.readouterr().err


def test_heartbeats_and_lists_of_tasks_are_judged_by_themselves(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    beat = {"timestamp": "2026-01-02T10:00:00Z", "task": "ENG-1", "status": "doing"}
    folder = "artifacts/nora/2026-01-02"
    write(
        f"{folder}/heartbeat.ndjson",
        json.dumps(beat) + "\n" + json.dumps(beat | {"timestamp": "9026-01-02T10:00:00Z"}) + "\n",
    )
    write(f"{folder}/logs/heartbeat.ndjson", json.dumps(beat | {"status": "Doing"}) + "\n")
    write(f"{folder}/tasks.todo.json", '{"tasks": [{"id": "ENG-1", "status": "going"}]}\n')
    guard = validate(capsys, "--all", status=1)
    assert guard["guard"] == "idle-guard"
    assert guard["facts"] == {"heartbeat_files": 2, "heartbeat_lines": 3, "tasks_files": 1, "tasks_lines": 0}
    assert rules(guard) == [
        ("future", f"{folder}/heartbeat.ndjson", 2),
        ("malformed-path", f"{folder}/logs/heartbeat.ndjson", None),
        ("schema", f"{folder}/logs/heartbeat.ndjson", 1),
        ("schema", f"{folder}/tasks.todo.json", 1),
    ]


def test_a_mode_that_does_not_block_merges_makes_no_file_right(tree, capsys):
    write(".github/agent-guards.yml", "guards:\n  guard-mcp:\n    mode: warn\n")
    write(f"{FOLDER}/a.jsonl", "{}\n")
    assert validate(capsys, "--all", status=1)["verdict"] == "fail"
