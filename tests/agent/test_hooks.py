"""`record hook`: every agent's payload becomes the same evidence line, and whatever happens the agent goes on."""

import json
import os
import subprocess
import sys
from hashlib import sha256

import pytest
from desk import Desk
from gitrepo import Repo

from agent_guards import cli
from agent_guards.agent import record
from agent_guards.agent.calls import Call, compose
from agent_guards.agent.checkout import find, locate
from agent_guards.agent.servers import known_servers, mcp_tool
from agent_guards.errors import UsageError

LIBRARY = {"context7CompatibleLibraryID": "/vercel/next.js", "topic": "routing"}
CLAUDE = {
    "session_id": "abc123",
    "prompt_id": "550e8400-e29b-41d4-a716-446655440000",
    "transcript_path": "/home/u/.claude/projects/x/00893aaf.jsonl",
    "cwd": "/home/u/project",
    "permission_mode": "default",
    "hook_event_name": "PostToolUse",
    "tool_name": "mcp__context7__get-library-docs",
    "tool_input": LIBRARY,
    "tool_response": '[{"type":"text","text":"the answer"}]',
    "tool_use_id": "toolu_01ABC123def",
    "duration_ms": 12,
}
CODEX = CLAUDE | {"model": "gpt-5", "turn_id": "t1", "tool_use_id": "call_9f8e7d6c", "transcript_path": None}
CURSOR = {
    "conversation_id": "c-1",
    "generation_id": "g-1",
    "hook_event_name": "afterMCPExecution",
    "workspace_roots": ["/home/u/project"],
    "tool_name": "get-library-docs",
    "mcp_server_name": "context7",
    "tool_input": json.dumps(LIBRARY),
    "result_json": '{"content": []}',
    "duration": 12,
}
GEMINI = {
    "session_id": "s-1",
    "hook_event_name": "AfterTool",
    "timestamp": "2026-11-20T10:00:00.000Z",
    "tool_name": "get-library-docs",
    "tool_input": LIBRARY,
    "tool_response": {"llmContent": [], "returnDisplay": ""},
    "mcp_context": {"server_name": "context7", "tool_name": "get-library-docs", "command": "npx"},
}
COPILOT = {
    "sessionId": "p-1",
    "timestamp": 1795168800000,
    "cwd": "/home/u/project",
    "toolName": "context7-get-library-docs",
    "toolArgs": json.dumps(LIBRARY),
    "toolResult": {"resultType": "success", "textResultForLlm": "the answer"},
}
COPILOT_SNAKE = {
    "session_id": "p-1",
    "timestamp": "2026-11-20T10:00:00Z",
    "hook_event_name": "PostToolUse",
    "tool_name": "context7-get-library-docs",
    "tool_input": LIBRARY,
    "tool_result": {"result_type": "success", "text_result_for_llm": "the answer"},
}
DEVIN = CLAUDE | {
    "tool_name": "mcp_call_tool",
    "tool_input": {"server_name": "context7", "tool_name": "get-library-docs", "arguments": LIBRARY},
}
SHAPES = {
    "claude-code": CLAUDE,
    "codex": CODEX,
    "cursor": CURSOR,
    "gemini": GEMINI,
    "copilot": COPILOT,
    "copilot-snake": COPILOT_SNAKE,
    "devin": DEVIN,
}
OWN_IDS = {"claude-code": "toolu_01ABC123def", "codex": "call_9f8e7d6c", "devin": "toolu_01ABC123def"}


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path / "repo")


@pytest.fixture
def hook(desk, tmp_path, monkeypatch, capsys):
    """The command in this process: its stderr, after it said that all is well."""

    def run(payload, *options, **variables):
        data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        (tmp_path / "stdin").write_bytes(data)
        with open(tmp_path / "stdin", encoding="utf-8") as stdin, monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", stdin)
            patch.chdir(desk.path)
            for name, value in (desk.environ | variables).items():
                patch.setenv(name, value)
            assert cli.main(["record", "hook", *options]) == 0
        out, err = capsys.readouterr()
        assert out == ""
        return err

    return run


def only(desk):
    [line] = desk.evidence
    return line


@pytest.mark.parametrize("shape", SHAPES)
def test_every_agents_payload_becomes_the_same_line(desk, hook, shape):
    (desk.path / ".mcp.json").write_text('{"mcpServers": {"context7": {"command": "npx"}}}')
    assert hook(SHAPES[shape], "--purpose", "ENG-1: routing") == ""
    line = only(desk)
    assert (line["tool"], line["doc_ref"], line["purpose"]) == ("context7", "/vercel/next.js", "ENG-1: routing")
    recorder = line["x_recorder"]
    assert (recorder["basis"], recorder["outcome"], recorder["seq"], recorder["prev"]) == (
        "recorded",
        "ok",
        0,
        "0" * 64,
    )
    assert line["request_id"] == OWN_IDS.get(shape, line["request_id"])
    assert "answer" not in json.dumps(line)
    assert "routing" not in json.dumps(line | {"purpose": ""})
    desk.validate()


def test_the_command_itself_records_and_prints_nothing(desk):
    done = desk.run("record", "hook", given=CLAUDE)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert only(desk)["purpose"] == "not stated"
    assert desk.journal == []


def test_lines_of_a_session_form_a_chain_that_the_guard_accepts(desk, hook):
    for number in range(5):
        hook(CLAUDE | {"tool_use_id": f"toolu_{number:08}", "session_id": "ab"[number % 2]})
    assert [line["x_recorder"]["seq"] for line in desk.evidence] == [0, 0, 1, 1, 2]
    file = next(desk.path.glob("artifacts/nora/*/mcp/context7.jsonl"))
    lines = file.read_bytes().splitlines()
    assert json.loads(lines[4])["x_recorder"]["prev"] == sha256(lines[2]).hexdigest()
    desk.validate()


def test_another_branch_begins_another_chain(desk, hook):
    hook(CLAUDE)
    desk.switch("other")
    hook(CLAUDE | {"tool_use_id": "toolu_on_the_other"})
    first, second = desk.evidence
    assert first["x_recorder"]["session"] != second["x_recorder"]["session"]
    assert second["x_recorder"]["seq"] == 0


def test_a_call_that_two_hooks_tell_of_is_recorded_once(desk, hook):
    hook(CLAUDE)
    hook(CLAUDE)
    assert len(desk.evidence) == 1
    (desk.path / ".mcp.json").write_text('{"mcpServers": {"context7": {}}}')
    hook(COPILOT | {"timestamp": 1795168800000})
    hook(COPILOT_SNAKE | {"timestamp": "2026-11-20T10:00:00.000+00:00"})
    assert len(desk.evidence) == 2


def test_calls_without_an_id_get_ids_of_their_own(desk, hook):
    for _ in range(3):
        hook(CURSOR)
    hook({key: value for key, value in CURSOR.items() if not key.endswith("_id")})
    ids = [line["request_id"] for line in desk.evidence]
    assert len(set(ids)) == 4
    assert [one.partition(":")[0] for one in ids] == ["g-1", "g-1", "g-1", "call"]
    desk.validate()


@pytest.mark.parametrize(
    ("change", "request_id"),
    [
        ({"tool_use_id": "7"}, "abc123:7"),
        ({"tool_use_id": "7", "session_id": ""}, "7"),
        ({"tool_use_id": " \n x" * 300}, None),
    ],
)
def test_short_ids_are_counted_in_their_session(desk, hook, change, request_id):
    hook(CLAUDE | change)
    found = only(desk)["request_id"]
    assert found == request_id or (request_id is None and len(found) == 200)


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({"hook_event_name": "PostToolUseFailure", "error": "Invalid departure date"}, "tool-error"),
        ({"hook_event_name": "PostToolUseFailure", "error": "MCP error -32602: Unknown tool"}, "error"),
        ({"hook_event_name": "PostToolUseFailure", "error": "x", "is_interrupt": True}, "error"),
        ({"hook_event_name": "PostToolUseFailure"}, "tool-error"),
        ({"tool_response": {"isError": True, "content": []}}, "tool-error"),
        ({"tool_response": '{"isError": true}'}, "tool-error"),
        ({"tool_response": {"error": {"message": "MCP error -32000: Connection closed"}}}, "error"),
        ({"tool_response": {"error": {"type": "x"}}}, "tool-error"),
        ({"tool_response": {"isError": False}}, "ok"),
        ({"tool_response": {"resultType": "failure", "textResultForLlm": "MCP error -32602: no"}}, "error"),
        ({"tool_response": {"resultType": "failure"}}, "tool-error"),
        ({"tool_response": "{not json"}, "ok"),
        ({"tool_response": None}, "ok"),
    ],
)
def test_failures_leave_a_trail_and_are_told_apart(desk, hook, change, outcome):
    hook(CLAUDE | change)
    assert only(desk)["x_recorder"]["outcome"] == outcome
    desk.validate()


@pytest.mark.parametrize("kind", ["denied", "rejected"])
def test_what_was_forbidden_never_ran(desk, hook, kind):
    assert hook(CLAUDE | {"tool_response": {"resultType": kind}}) == ""
    assert desk.evidence == []


def test_other_tools_are_recorded_only_when_asked_for(desk, hook):
    write = CLAUDE | {"tool_name": "Write", "tool_input": {"file_path": "/x", "content": "secret"}}
    assert hook(write) == ""
    assert desk.evidence == []
    hook(write, "--all-tools")
    assert only(desk)["doc_ref"].startswith("tool://Write/Write#")
    desk.validate()


@pytest.mark.parametrize(
    ("name", "more", "servers", "expected"),
    [
        ("mcp__memory__read_graph", {}, [], ("memory", "read_graph")),
        ("mcp__a__b__c", {}, [], ("a", "b__c")),
        ("mcp__a__b__c", {}, ["a__b"], ("a__b", "c")),
        ("mcp__my_server__x", {}, ["my server"], ("my server", "x")),
        ("mcp__plugin_docs_context7__query", {}, [], ("context7", "query")),
        ("mcp__plugin_my_docs_context7__query", {}, ["context7"], ("context7", "query")),
        ("mcp__plugin_docs__query", {}, [], ("plugin_docs", "query")),
        ("mcp__lonely", {}, [], ("lonely", "lonely")),
        ("MCP:context7:query", {}, [], ("context7", "query")),
        ("MCP:query", {}, [], ("query", "query")),
        ("MCP:query", {"mcp_server_name": "context7"}, [], ("context7", "query")),
        ("github-mcp-server-get_file", {}, ["github-mcp-server", "github"], ("github-mcp-server", "get_file")),
        ("context7/query", {}, ["context7"], ("context7", "query")),
        ("context7-", {}, ["context7"], None),
        ("query", {"hook_event_name": "afterMCPExecution"}, [], ("query", "query")),
        ("query", {"mcpContext": {"server_name": "context7"}}, [], ("context7", "query")),
        ("Write", {}, ["context7"], None),
    ],
)
def test_server_and_tool_are_found_in_every_form_of_the_name(name, more, servers, expected):
    found = mcp_tool({"tool_name": name, **more}, name, {}, servers)
    assert (found and (found.server, found.tool)) == expected


def test_servers_are_known_from_the_policy_and_the_agents_configurations(desk):
    (desk.path / ".cursor").mkdir()
    (desk.path / ".cursor/mcp.json").write_text('{"mcpServers": {"cur": {}}}')
    (desk.path / ".vscode").mkdir()
    (desk.path / ".vscode/mcp.json").write_text('{"servers": {"code": {}}}')
    (desk.path / ".mcp.json").write_text("broken")
    assert known_servers(desk.checkout, ["policy"]) == ["github-mcp-server", "policy", "code", "cur"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"url": "https://react.dev/learn#state"}, "https://react.dev/learn#state"),
        ({"a": {"b": ["see (https://a.example/x), then https://b.example"]}}, "https://a.example/x"),
        ({"libraryId": "/org/lib/v1.2"}, "/org/lib/v1.2"),
        ({"path": "/home/nora/secret"}, None),
        ({"url": "https://x.example/" + "a" * 2000}, None),
        ("https://plain.example/text", "https://plain.example/text"),
        ({"n": 1, "b": None}, None),
        ("", None),
    ],
)
def test_the_reference_is_the_first_address_or_library(desk, hook, arguments, expected):
    hook(CLAUDE | {"tool_input": arguments})
    canonical = json.dumps(arguments, sort_keys=True, separators=(",", ":")).encode()
    digest = f"mcp://context7/get-library-docs#{sha256(canonical).hexdigest()}"
    assert only(desk)["doc_ref"] == (expected or digest)


def test_the_policy_maps_servers_and_authors(desk, hook):
    desk.policy(
        "recorder:\n  tools: [{server: context7, tool: ctx}]\n  agents: [{author: ann@example.org, agent: ann}]\n"
    )
    hook(CLAUDE, AGENT_NAME="", GIT_AUTHOR_NAME="Ann", GIT_AUTHOR_EMAIL="ann@example.org")
    [file] = desk.path.glob("artifacts/*/*/mcp/*.jsonl")
    assert (file.parts[-4], file.name, json.loads(file.read_text())["tool"]) == ("ann", "ctx.jsonl", "ctx")


def test_a_policy_that_is_broken_is_noted_and_does_not_stop_the_recording(desk, hook):
    desk.policy("recorder: [")
    assert hook(CLAUDE) == ""
    assert only(desk)["tool"] == "context7"
    assert "goes on without the policy's names" in desk.journal[0][1]


def test_a_policy_without_a_word_for_the_recorder_is_not_parsed(desk, hook):
    desk.policy("guards: [")
    assert hook(CLAUDE) == ""
    assert (len(desk.evidence), desk.journal) == (1, [])


def test_the_agents_name_comes_from_the_option_the_environment_or_git(tmp_path, hook, desk):
    def agent(*options, **variables):
        hook(CLAUDE, *options, **variables)
        [folder] = (desk.path / "artifacts").iterdir()
        for file in folder.rglob("*.jsonl"):
            file.unlink()
        for inner in sorted(folder.rglob("*"), reverse=True):
            inner.rmdir()
        folder.rmdir()
        return folder.name

    assert agent("--agent", "Zoe.1") == "Zoe.1"
    assert agent(AGENT_NAME="Nóra Example") == "nora-example"
    assert agent(AGENT_NAME="", GIT_AUTHOR_NAME="Émile Zola", GIT_AUTHOR_EMAIL="e@z") == "emile-zola"
    (desk.path / ".gitconfig").write_text("[user]\n\tname = Git Person\n\temail = p@example.org\n")
    assert agent(AGENT_NAME="", GIT_AUTHOR_NAME="", GIT_AUTHOR_EMAIL="") in {"git-person", "p-example.org"}


def test_gits_own_author_names_the_agent(tmp_path):
    repo = Repo(tmp_path / "repo")
    repo.git("config", "user.name", "Mia Müller")
    repo.git("config", "user.email", "mia@example.org")
    desk = object.__new__(Desk)
    desk.path, desk.environ = repo.path, {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    desk.run("record", "hook", given=CLAUDE)
    assert list(repo.path.glob("artifacts/mia-muller/*/mcp/context7.jsonl"))
    desk.policy("recorder: {agents: [{author: mia@example.org, agent: mia}]}")
    desk.run("record", "hook", given=CLAUDE)
    assert list(repo.path.glob("artifacts/mia/*/mcp/context7.jsonl"))


def test_without_any_name_nothing_is_recorded_and_it_is_said(desk, hook):
    err = hook(CLAUDE, AGENT_NAME="", PATH="")
    assert "Nothing tells the agent's name" in err
    err = hook(CLAUDE, AGENT_NAME="", GIT_AUTHOR_NAME="")
    assert "Nothing tells the agent's name" in err
    err = hook(CLAUDE, "--agent", "../x")
    assert "`../x` cannot be an agent's name" in err
    assert desk.evidence == []
    assert [kind for kind, _ in desk.journal] == ["failed"] * 3


def test_the_purpose_is_the_option_the_task_or_the_heartbeats_and_never_invented(desk, hook):
    def purpose(*options, **variables):
        hook(CLAUDE | {"tool_use_id": f"toolu_{os.urandom(6).hex()}"}, *options, **variables)
        return desk.evidence[-1]["purpose"]

    assert purpose() == "not stated"
    desk.run("beat", "ENG-7")
    desk.run("beat", "ENG-8", "--status", "done")
    assert purpose() == "ENG-7"
    assert purpose(AGENT_TASK="ENG-9") == "ENG-9"
    assert purpose("--purpose", "  look\nup ", AGENT_TASK="ENG-9") == "look up"
    desk.run("beat", "ENG-7", "--status", "blocked")
    assert purpose() == "not stated"


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b"{}", b'{"tool_name": 7}', b'{"tool_name": "  "}'],
    ids=["empty", "torn", "list", "null", "bytes", "deep", "nothing", "number", "blank"],
)
def test_broken_payloads_are_one_line_and_a_journal_entry(desk, hook, data):
    err = hook(data)
    assert err.startswith("agent-guards record hook: ")
    assert err.count("\n") == 1
    assert [kind for kind, _ in desk.journal] == ["failed"]


@pytest.mark.parametrize("event", ["PreToolUse", "beforeMCPExecution", "BeforeTool"])
def test_a_hook_before_the_call_is_told_that_it_is_the_wrong_one(desk, hook, event):
    assert f"registered for {event}" in hook(CLAUDE | {"hook_event_name": event})
    assert desk.evidence == []


def test_options_that_are_wrong_do_not_stop_the_agent(desk):
    done = desk.run("record", "hook", "--no-such-option", given=CLAUDE)
    assert (done.returncode, done.stdout) == (0, b"")
    assert b"passed over --no-such-option" in done.stderr
    assert len(desk.evidence) == 1
    done = desk.run("record", "hook", "--agent", given=CLAUDE)
    assert (done.returncode, done.stdout) == (0, b"")
    assert b"expected one argument; nothing was done" in done.stderr
    assert desk.run("record", "proxy", "--server").returncode == 2
    assert cli.main(["record", "proxy"]) == 2


def test_a_payload_beyond_the_limit_is_taken_from_the_agent_and_not_recorded(desk, monkeypatch, tmp_path):
    from agent_guards.agent import payload

    monkeypatch.setattr(payload, "LARGEST", 10)
    monkeypatch.setattr(payload, "_CHUNK", 4)
    (tmp_path / "big").write_bytes(b"x" * 100)
    with open(tmp_path / "big", encoding="utf-8") as file, monkeypatch.context() as patch:
        patch.setattr(sys, "stdin", file)
        with pytest.raises(payload.PayloadError, match="larger than"):
            payload.read_stdin()
        assert file.buffer.read() == b""


def test_the_agent_may_start_its_hooks_elsewhere(desk, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()

    def started(payload, *options):
        command = [sys.executable, "-I", "-m", "agent_guards", "record", "hook", *options]
        done = subprocess.run(
            command,
            input=json.dumps(payload),
            cwd=elsewhere,
            env=desk.environ,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stderr

    assert started(CURSOR | {"workspace_roots": [7, "/no", str(desk.path)]}) == ""
    assert started(CLAUDE | {"cwd": str(desk.path / "artifacts")}) == ""
    assert started(DEVIN, "--repo", str(desk.path)) == ""
    assert len(desk.evidence) == 2  # Devin's has the id of Claude's
    assert "in no git repository" in started(CLAUDE)
    assert "--repo `nowhere` is no folder" in started(CLAUDE, "--repo", "nowhere")


def test_a_folder_that_is_gone_does_not_stop_the_agent(desk, tmp_path):
    gone = tmp_path / "gone"
    gone.mkdir()
    script = "import os, sys; os.rmdir(os.getcwd()); sys.path[:] = [p for p in sys.path if p]\nimport runpy; sys.argv=['x','record','hook']; runpy.run_module('agent_guards', run_name='__main__')"
    payload = json.dumps(CLAUDE | {"cwd": str(desk.path)}).encode()
    done = subprocess.run(
        [sys.executable, "-I", "-c", script],
        input=payload,
        cwd=gone,
        env=desk.environ,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert len(desk.evidence) == 1


def test_a_repository_is_found_upwards_in_working_trees_and_submodules(tmp_path):
    repo = Repo(tmp_path / "repo")
    repo.commit()
    tree = repo.worktree(tmp_path / "tree", "side")
    (tree.path / "deep/er").mkdir(parents=True)
    found = find(str(tree.path / "deep/er"))
    assert (found.root, found.branch) == (str(tree.path), "refs/heads/side")
    assert found.common_dir == str(repo.path / ".git")
    repo.git("checkout", "--quiet", "--detach")
    assert find(str(repo.path)).branch == ""
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd/.git").write_text("nonsense")
    assert find(str(tmp_path / "odd")) is None
    bare = locate(str(tmp_path / "odd"))
    assert (bare.root, bare.git_dir, bare.branch) == (str(tmp_path / "odd"), None, "")
    with pytest.raises(UsageError, match="no folder"):
        locate(str(tmp_path / "missing"))


def test_a_busy_day_goes_on_in_another_file(desk, hook):
    hook(CLAUDE)
    [file] = desk.path.glob("artifacts/nora/*/mcp/context7.jsonl")
    with file.open("ab") as more:
        more.truncate(5_000_000)
    hook(CLAUDE | {"tool_use_id": "toolu_the_next"})
    [line] = [json.loads(text) for text in file.with_name("context7.2.jsonl").read_text().splitlines()]
    assert line["request_id"] == "toolu_the_next"


def test_a_chain_is_found_again_far_up_in_the_file_and_through_strange_lines(tmp_path):
    from agent_guards.agent.append import append

    def record(session, number):
        call = Call(
            server="s", tool="t", arguments={}, request_id=f"{session}-{number:06}", session=session, outcome="ok"
        )
        append(
            str(tmp_path),
            "x",
            lambda standing: compose(
                call, tool="s", purpose="p", timestamp="2026-01-02T10:00:00Z", chain=session, standing=standing
            ),
        )

    record("first", 0)
    with (tmp_path / "x").open("ab") as file:
        file.write(b'{"tool":"first"}\n{"x_recorder":{"session":"first","seq":"x"}}\n[first\n')
        file.write(b'{"tool":"filler"}\n' * 20_000)
    record("first", 1)
    last = json.loads((tmp_path / "x").read_bytes().splitlines()[-1])
    assert last["x_recorder"]["seq"] == 1


def test_a_bug_of_ours_does_not_stop_the_agent_either(desk, hook, monkeypatch):
    def fail(*_):
        raise RuntimeError("##[error]boom\n::error::x")

    monkeypatch.setattr(record, "names_of", fail)
    err = hook(CLAUDE)
    assert (err.count("\n"), "##[" in err, "RuntimeError" in err) == (1, False, True)
    assert desk.journal[0][0] == "failed"


def test_a_read_only_or_full_place_is_told_and_survived(desk, hook):
    (desk.path / "artifacts").write_text("a file stands here")
    assert "cannot be written" in hook(CLAUDE)
    assert "cannot be written" in desk.journal[0][1]


def test_what_a_killed_hook_left_is_mended_and_noted(desk, hook):
    hook(CLAUDE)
    [file] = desk.path.glob("artifacts/nora/*/mcp/context7.jsonl")
    with file.open("ab") as torn:
        torn.write(b'{"tool":"con')
    hook(CLAUDE | {"tool_use_id": "toolu_the_next"})
    assert len(desk.evidence) == 2
    assert desk.journal[0][0] == "mended"
    desk.validate()
