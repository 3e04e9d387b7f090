"""What an agent reads from strangers reaches its hooks: no payload writes elsewhere, leaks a secret or breaks a line."""

import json
import os

import pytest
from desk import Desk
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from agent_guards.agent import journal
from agent_guards.agent.append import Standing
from agent_guards.agent.calls import Call, compose, reference
from agent_guards.agent.checkout import locate
from agent_guards.agent.identity import Names, agent_of
from agent_guards.agent.payload import call_of, checkout_for, folders
from agent_guards.agent.recorder import recorder_for
from agent_guards.agent.words import clean, first_url, redact, scrub, slug
from agent_guards.env import RunEnv
from agent_guards.errors import GuardError, UsageError
from agent_guards.places import EVIDENCE
from agent_guards.records import read
from guard_mcp.evidence import KIND

TOKEN = "ghp_" + "a1B2" * 9
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl"


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path / "repo")


def payload(**changes):
    return {"session_id": "s", "tool_name": "mcp__a__b", "tool_input": {}, "tool_use_id": "toolu_12345678", **changes}


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "..",
        ".",
        "a/b\\c",
        "\x00",
        "\u202egnp.exe",
        "CON",
        "x" * 5000,
        "`id`",
        "::error::x",
        " ",
        "-rf",
        "é",
    ],
)
def test_a_servers_name_cannot_leave_the_folder(desk, name):
    done = desk.run("record", "hook", given=payload(tool_name=f"mcp__{name}__b"))
    assert (done.returncode, done.stdout) == (0, b"")
    for file in desk.path.rglob("*.jsonl"):
        assert EVIDENCE.locate(str(file.relative_to(desk.path)))
    assert {entry.name for entry in desk.path.parent.iterdir()} == {"repo"}
    desk.validate()


@pytest.mark.parametrize("agent", ["../../x", "/etc", "..", "a/b", "\n", "\u202e", "-"])
def test_an_agents_name_from_the_environment_cannot_either(desk, agent):
    desk.run("record", "hook", given=payload(), AGENT_NAME=agent, PATH="")
    for file in desk.path.rglob("*.jsonl"):
        assert EVIDENCE.locate(str(file.relative_to(desk.path)))
    assert {entry.name for entry in desk.path.parent.iterdir()} == {"repo"}


def test_links_that_the_repository_brings_along_are_not_followed(desk, tmp_path):
    (tmp_path / "outside").mkdir()
    (desk.path / "artifacts").symlink_to(tmp_path / "outside")
    done = desk.run("record", "hook", given=payload())
    assert (done.returncode, b"symbolic link" in done.stderr) == (0, True)
    assert desk.run("beat", "ENG-1").returncode == 3
    assert list((tmp_path / "outside").iterdir()) == []


def test_a_journal_that_is_a_link_is_not_followed_and_a_large_one_is_put_aside(desk, tmp_path, monkeypatch):
    journal.note(desk.checkout, "c", "failed", "one")
    monkeypatch.setattr(journal, "LARGEST", 10)
    journal.note(desk.checkout, "c", "failed", "two\n::error::" + "x" * 5000)
    assert [kind for kind, _ in desk.journal] == ["failed", "failed"]
    assert all(len(message) <= 1000 and "\n" not in message for _, message in desk.journal)
    file = desk.path / ".git" / journal.PATH
    assert file.with_name("journal.ndjson.old").exists()
    file.write_bytes(b"{\n[]\n" + b'{"kind": "x"}\n' + file.read_bytes())
    assert len(desk.journal) == 2
    file.unlink()
    file.symlink_to(tmp_path / "outside")
    journal.note(desk.checkout, "c", "failed", "three")
    assert not (tmp_path / "outside").exists()


def test_where_there_is_no_git_there_is_no_journal(tmp_path):
    bare = locate(str(tmp_path))
    journal.note(bare, "c", "failed", "x")
    journal.note(None, "c", "failed", "x")
    assert journal.read(bare) == []
    with journal.harmless("c", []):
        raise ValueError
    with pytest.raises(KeyboardInterrupt), journal.harmless("c", []):
        raise KeyboardInterrupt


def test_arguments_and_answers_are_never_stored(desk):
    secret = "the secret of the house"
    desk.run(
        "record", "hook", given=payload(tool_input={"q": secret, "n": [secret]}, tool_response=secret, error=secret)
    )
    stored = b"".join(file.read_bytes() for file in desk.path.rglob("*") if file.is_file())
    assert b"secret" not in stored


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://user:pass@x.example/a", "https://x.example/a"),
        ("https://x.example/a?q=how+to&token=abc", "https://x.example/a?q=how+to&token=REDACTED"),
        (
            "https://x.example/a?X-Amz-Signature=1&key=&api_key=2",
            "https://x.example/a?X-Amz-Signature=REDACTED&key=&api_key=REDACTED",
        ),
        ("https://x.example/a?v=a1b2c3d4e5f6a7b8c9d0e1f2&z=1", "https://x.example/a?v=REDACTED&z=1"),
        ("https://x.example/a?a1b2c3d4e5f6a7b8c9d0e1f2&flag", "https://x.example/a?REDACTED&flag"),
        ("https://x.example/a#access_token=abc", "https://x.example/a"),
        ("https://x.example/a#a1b2c3d4e5f6a7b8c9d0e1f2", "https://x.example/a"),
        ("https://x.example/a#the-anchor", "https://x.example/a#the-anchor"),
        (f"https://x.example/{TOKEN}/b", "https://x.example/REDACTED/b"),
        (f"https://x.example/{JWT}", "https://x.example/REDACTED"),
        ("https://hooks.slack.com/services/T0/B0/xyz", "https://hooks.slack.com/services/REDACTED"),
        ("https://x.example", "https://x.example"),
    ],
)
def test_addresses_lose_their_secrets(url, shown):
    assert redact(url) == shown
    assert first_url(f"look at <{url}>, please.") == shown


def test_texts_lose_theirs_too():
    assert scrub(f"use {TOKEN} and https://a:b@x.example/") == "use REDACTED and https://x.example/"
    assert first_url("no address") is None
    assert clean("a\x1b[31m\u202eb\ud800\n c", 99) == "a [31m b c"
    assert (slug("Größe / ../X"), slug("日本")) == ("groe-..-x", "")


def test_arguments_without_end_are_looked_at_for_a_while():
    deep = []
    for _ in range(20_000):
        deep = [deep, 1]
    call = Call(
        server="s",
        tool="t",
        arguments=["x"] * 20_000 + ["https://x.example"],
        request_id="i",
        session="s",
        outcome="ok",
    )
    assert reference(call).startswith("mcp://s/t#")
    assert reference(
        Call(server="a/b", tool="é\ud800", arguments="", request_id="i", session="s", outcome="ok")
    ).startswith("mcp://a%2Fb/%C3%A9%3F#")


def test_a_folder_in_the_payload_is_a_hint_and_no_more(desk, tmp_path, monkeypatch):
    assert folders({"cwd": "relative", "workspace_roots": "x"}) == []
    assert folders({"cwd": "/a\0b", "workspace_roots": [None, "/c"]}) == ["/c"]
    monkeypatch.chdir(tmp_path)
    assert checkout_for(None, json.dumps({"cwd": str(desk.path)}).encode()).root == str(desk.path)
    with pytest.raises(UsageError):
        checkout_for("missing", b"{}")
    with pytest.raises(UsageError, match="in no git repository"):
        checkout_for(None, json.dumps({"cwd": str(tmp_path)}).encode())
    monkeypatch.setattr(os, "getcwd", lambda: (_ for _ in ()).throw(FileNotFoundError()))
    assert checkout_for(None, json.dumps({"cwd": str(desk.path)}).encode()).root == str(desk.path)


def test_a_git_that_fails_tells_no_author(desk):
    (desk.path / "bin").mkdir()
    git = desk.path / "bin/git"
    git.write_text("#!/bin/sh\nexit 9\n")
    git.chmod(0o755)
    with pytest.raises(UsageError, match="Nothing tells"):
        recorder_for("c", desk.checkout, Names(), RunEnv(git={"PATH": str(git.parent)}), agent=None, purpose=None)
    assert agent_of(None, RunEnv(agent="x"), desk.checkout) == "x"


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from([TOKEN, "https://a:b@x.example/?key=1"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(["mcp__a__b", "mcp__", "MCP:a:b", "mcp_call_tool", "x", "mcp__plugin_a_b__c", "__"]) | st.text(
    max_size=30
)
KEYS = st.sampled_from([
    "tool_name", "toolName", "tool_input", "toolArgs", "tool_use_id", "session_id", "timestamp", "hook_event_name",
    "tool_response", "error", "mcp_context", "mcp_server_name", "cwd", "generation_id", "server_name", "is_interrupt",
])  # fmt: skip


EMPTY = Standing(os.open(os.devnull, os.O_RDONLY), 0)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(KEYS, JSON | NAMES, max_size=8), NAMES, st.text(max_size=20))
@example({"tool_name": "mcp__a__b", "tool_use_id": "\x1b"}, "mcp__a__b", "")
def test_whatever_the_payload_the_line_is_valid_evidence(given_payload, name, purpose):
    try:
        call = call_of({"tool_name": name, **given_payload}, lambda: ["a"], every=True)
    except GuardError:
        return
    if call is None:
        return
    said = clean(purpose, 100) or "not stated"
    line = compose(
        call, tool=clean(call.server, 100) or "unknown", purpose=said, timestamp="2026-01-02T10:00:00.000Z", chain="c" * 16,
        standing=EMPTY,
    )  # fmt: skip
    assert b"\n" not in line
    assert TOKEN.encode() not in line
    records = read(KIND, line + b"\n")
    assert records.problems == (), records.problems
