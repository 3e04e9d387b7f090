"""`record proxy`: bytes pass unchanged, signals and statuses as well, calls are written down, and nothing of ours stops them."""

import asyncio
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import npm
import pytest
from desk import Desk

from agent_guards.agent import child, proxy, tap
from agent_guards.agent.calls import Call
from agent_guards.agent.child import StartError, make_binary, start, status_of
from agent_guards.agent.proxy import server_name
from agent_guards.agent.tap import Tap, Writer

SERVER = Path(__file__).with_name("mcp_server.py")
ECHO = "import sys, os\nwhile data := os.read(0, 65536): os.write(1, data)"
CALL = b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add","arguments":{}}}\n'
ANSWER = b'{"jsonrpc":"2.0","id":1,"result":{}}\n'


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path / "repo")


def proxied(desk, *command, options=(), **start_options):
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return desk.start("record", "proxy", *options, "--", *command, **(pipes | start_options))


def python(desk, script, **options):
    return proxied(desk, sys.executable, "-c", script, **options)


async def use(client):
    results = [await client.call_tool("add", {"a": 1, "b": 2}), await client.call_tool("fail", {})]
    results += await asyncio.gather(*(client.call_tool("slow", {"seconds": seconds}) for seconds in (0.2, 0.05)))
    results.append(await client.call_tool("order", {}))
    return [result.content[0].text for result in results]


@pytest.mark.parametrize("mode", ["2026-07-28", "legacy"])
def test_a_real_client_and_a_real_server_notice_nothing_and_every_call_is_recorded(desk, mode):
    from mcp import Client
    from mcp.client.stdio import StdioServerParameters
    from mcp.types import ElicitResult

    async def elicit(context, params):
        return ElicitResult(action="accept", content={"size": 42})

    async def talk(*prefix):
        command = [*prefix, sys.executable, str(SERVER)]
        parameters = StdioServerParameters(command=command[0], args=command[1:], env=desk.environ, cwd=desk.path)
        async with Client(parameters, mode=mode, elicitation_callback=elicit) as client:
            return await use(client)

    ours = [sys.executable, "-I", "-m", "agent_guards", "record", "proxy", "--server", "shop", "--purpose", "p", "--"]
    through = asyncio.run(talk(*ours))
    assert through == asyncio.run(talk()) == ["3", "Error executing tool fail: no such order", "slept", "slept", "42"]
    recorded = [(line["doc_ref"].split("#")[0], line["x_recorder"]["outcome"]) for line in desk.evidence]
    tools = [("add", "ok"), ("fail", "tool-error"), ("slow", "ok"), ("slow", "ok"), ("order", "ok")]
    assert recorded == [(f"mcp://shop/{tool}", outcome) for tool, outcome in tools]
    assert {line["tool"] for line in desk.evidence} == {"shop"}
    desk.validate()
    assert desk.journal == []


@pytest.mark.npm
def test_an_official_server_from_npm_works_through_the_proxy(desk):
    from mcp import Client
    from mcp.client.stdio import StdioServerParameters

    package = npm.package("@modelcontextprotocol/server-everything")
    [program] = json.loads((package / "package.json").read_text())["bin"].values()
    node = ["node", str(package / program), "stdio"]

    async def talk():
        arguments = ["-I", "-m", "agent_guards", "record", "proxy", "--server", "everything", "--", *node]
        parameters = StdioServerParameters(command=sys.executable, args=arguments, env=desk.environ, cwd=desk.path)
        async with Client(parameters) as client:
            echo = await client.call_tool("echo", {"message": "see https://a.example/doc?token=abc"})
            wrong = await client.call_tool("echo", {})
            return echo.content[0].text, wrong.is_error

    assert asyncio.run(talk()) == ("Echo: see https://a.example/doc?token=abc", True)
    assert [(line["doc_ref"][:5], line["x_recorder"]["outcome"]) for line in desk.evidence] == [
        ("https", "ok"),
        ("mcp:/", "tool-error"),
    ]
    assert desk.evidence[0]["doc_ref"] == "https://a.example/doc?token=REDACTED"
    desk.validate()


def test_bytes_pass_unchanged_in_both_directions_whatever_they_are(desk):
    data = bytes(range(256)) * 2000 + b"\n\n{broken\n\xff\xfe" + os.urandom(300_000) + CALL[:-1]
    done = python(desk, ECHO).communicate(data, timeout=30)
    assert done == (data, b"")


def test_what_is_written_passes_at_once(desk):
    process = python(desk, ECHO)
    for part in (b"a", b"bc", CALL, b"\n"):
        process.stdin.write(part)
        process.stdin.flush()
        assert os.read(process.stdout.fileno(), 1000) == part
    assert process.communicate(timeout=30) == (b"", b"")
    assert process.returncode == 0


@pytest.mark.parametrize("reads", ["into a buffer", "into new memory"])
@pytest.mark.parametrize(
    ("text", "ahead"),
    [
        (b"{}\n", 0),
        (b"x" * 30_000, 30_000),
        (b"x" * 30_000 + b"\n", 30_000),
        (b"x" * 20_000 + b"\n" + b"y" * 9_000 + b"\n", 20_000),
    ],
)
def test_what_ends_is_listened_to_before_anybody_can_answer_it(monkeypatch, reads, text, ahead):
    if reads == "into new memory":
        monkeypatch.delattr(os, "readv")
    (source, into), (result, sink) = os.pipe(), os.pipe()
    os.set_blocking(result, False)
    heard = []

    def see(buffer, size):
        with suppress(BlockingIOError):
            heard.append(os.read(result, 1 << 20))
        heard.append(bytes(buffer[:size]))

    os.write(into, text)
    os.close(into)
    proxy._Pump(source, sink, see).run()
    assert heard == ([text[:ahead]] if ahead else []) + [text]
    assert os.read(result, 1 << 20) == text[ahead:]
    for end in (source, sink, result):
        os.close(end)


def test_stderr_and_the_exit_status_are_the_servers(desk):
    process = python(desk, "import sys; sys.stderr.write('mine\\n'); sys.exit(7)")
    assert process.communicate(timeout=30) == (b"", b"mine\n")
    assert process.returncode == 7


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP"])
def test_signals_reach_the_server_and_its_death_is_told(desk, name):
    number = getattr(signal, name)
    script = (
        f"import signal, os, time; signal.signal({number.value}, signal.SIG_DFL); os.write(1, b'up'); time.sleep(60)"
    )
    process = python(desk, script)
    assert os.read(process.stdout.fileno(), 2) == b"up"
    process.send_signal(number)
    process.communicate(timeout=30)
    assert process.returncode == 128 + number.value


def test_threads_are_started_where_signals_cannot_be_masked(monkeypatch):
    from agent_guards.agent.child import start_deaf

    monkeypatch.delattr(signal, "pthread_sigmask")
    done = []
    thread = threading.Thread(target=done.append, args=[1])
    start_deaf(thread)
    thread.join()
    assert done == [1]


def test_a_server_that_handles_the_signal_ends_as_it_likes(desk):
    script = (
        "import signal, os, sys, time; signal.signal(15, lambda *_: sys.exit(5)); os.write(1, b'up'); time.sleep(60)"
    )
    process = python(desk, script)
    assert os.read(process.stdout.fileno(), 2) == b"up"
    process.terminate()
    process.communicate(timeout=30)
    assert process.returncode == 5


def test_a_call_that_the_server_did_not_survive_leaves_a_trail(desk):
    process = python(desk, "import os, sys; os.read(0, 65536); sys.exit(1)")
    process.communicate(CALL, timeout=30)
    [line] = desk.evidence
    assert (line["x_recorder"]["outcome"], line["x_error"]) == ("error", "no answer")
    desk.validate()


def keep_writing(pipe):
    for _ in range(100):
        pipe.write(b"y" * 100_000)
        pipe.flush()
        time.sleep(0.01)


def test_a_server_that_closes_its_input_early_and_a_client_that_closes_its_output_are_survived(desk):
    process = python(desk, "import os, time; os.close(0); os.write(1, b'x'); time.sleep(.3)")
    assert os.read(process.stdout.fileno(), 1) == b"x"
    with pytest.raises(BrokenPipeError):
        keep_writing(process.stdin)
    with suppress(BrokenPipeError):
        process.stdin.close()
    assert process.wait(timeout=30) == 0
    process.stdout.close()
    process.stderr.close()
    process = python(
        desk, "import os\ntry:\n    while True: os.write(1, b'x' * 65536)\nexcept BrokenPipeError: os._exit(9)"
    )
    os.read(process.stdout.fileno(), 1)
    process.stdout.close()
    assert process.wait(timeout=30) == 9
    process.stdin.close()
    process.stderr.close()


def test_a_process_that_outlives_the_server_does_not_hold_us(desk):
    script = "import subprocess, os; subprocess.Popen(['sleep', '30'], stderr=subprocess.DEVNULL); os.write(1, b'bye')"
    process = python(desk, script)
    started = time.monotonic()
    assert os.read(process.stdout.fileno(), 3) == b"bye"
    assert process.wait(timeout=20) == 0
    assert time.monotonic() - started < 20
    for pipe in (process.stdin, process.stdout, process.stderr):
        pipe.close()


def test_when_recording_fails_it_goes_on_and_the_journal_says_what_is_missing(desk):
    (desk.path / "artifacts").write_text("a file stands here")
    answers = CALL.replace(b'"id":1', b'"id":2')
    script = (
        f"import os, sys\nos.read(0, 65536); os.write(1, {ANSWER!r} + {ANSWER.replace(b':1', b':2')!r}); os.read(0, 1)"
    )
    process = python(desk, script)
    process.stdin.write(CALL + answers)
    process.stdin.flush()
    time.sleep(0.5)
    out, err = process.communicate(timeout=30)
    assert (out.count(b"result"), err, process.returncode) == (2, b"", 0)
    assert [kind for kind, _ in desk.journal] == ["dropped", "dropped"]
    assert "cannot be written" in desk.journal[0][1]
    assert desk.journal[1][1] == "2 calls of this session are not in the evidence."


def test_outside_of_a_repository_it_forwards_and_says_so_once(desk, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    process = python(desk, ECHO, cwd=outside)
    out, err = process.communicate(CALL + ANSWER, timeout=30)
    assert (out, process.returncode) == (CALL + ANSWER, 0)
    assert err.count(b"\n") == 1
    assert b"in no git repository" in err


def test_a_command_that_cannot_be_started_has_the_shells_status(desk, tmp_path):
    (tmp_path / "text").write_text("no program")
    for command, status in (("no-such-program", 127), (str(tmp_path / "text"), 126)):
        process = proxied(desk, command)
        _, err = process.communicate(timeout=30)
        assert process.returncode == status
        assert b"cannot be started" in err
    done = desk.run("record", "proxy")
    assert (done.returncode, b"command of the server is missing" in done.stderr) == (2, True)
    with pytest.raises(StartError):
        start(["no-such-program"])


@pytest.mark.parametrize(
    ("command", "name"),
    [
        (["npx", "-y", "@modelcontextprotocol/server-memory@2026.8.31"], "server-memory"),
        (["npx", "@upstash/context7-mcp"], "context7-mcp"),
        (["python3", "-m", "mcp_server_git"], "mcp_server_git"),
        (["node", "/srv/tools/search.js"], "search"),
        (["docker", "run", "-i", "--rm", "ghcr.io/github/github-mcp-server:1.2"], "github-mcp-server"),
        (["C:\\tools\\docs.exe"], "docs"),
        (["npx", "-y"], "mcp"),
    ],
)
def test_the_servers_name_is_guessed_from_its_command_line(command, name):
    assert server_name(command) == name


# In this process: what cannot be brought about from outside.


def writer(desk, opens):
    return Writer(command="record proxy", where=[desk.checkout], open=opens)


def call(number):
    return Call(server="s", tool="t", arguments={}, request_id=f"id-{number:06}", session="s", outcome="ok")


class Slow:
    """A recorder that waits."""

    def __init__(self):
        self.gate = threading.Event()

    def record(self, *_):
        self.gate.wait(10)


def test_calls_beyond_what_can_wait_are_counted(desk, monkeypatch):
    slow = Slow()
    one = writer(desk, lambda: slow)
    one._queue = queue.Queue(2)
    for number in range(10):
        one.put(call(number))
    assert one.dropped >= 7
    slow.gate.set()
    one.close()
    assert "faster than they could be written" in desk.journal[0][1]


def test_a_file_that_stays_locked_does_not_hold_the_end(desk, monkeypatch):
    monkeypatch.setattr(tap, "_CLOSING_SECONDS", 0.05)
    slow = Slow()
    one = writer(desk, lambda: slow)
    for number in range(3):
        one.put(call(number))
    time.sleep(0.2)
    one.close(lost=1)
    assert [message for _, message in desk.journal] == [
        "A call is not in the evidence: answers were too long or could not be read",
        "4 calls of this session are not in the evidence.",
    ]
    slow.gate.set()


def test_a_full_queue_does_not_hold_the_end_either(desk, monkeypatch):
    monkeypatch.setattr(tap, "_CLOSING_SECONDS", 0.05)
    monkeypatch.setattr(tap, "MOST_AT_ONCE", 1)
    slow = Slow()
    one = writer(desk, lambda: slow)
    one._queue = queue.Queue(1)
    one.put(call(0))
    time.sleep(0.1)
    one.put(call(1))
    one.close()
    assert one.dropped == 1
    slow.gate.set()


def test_lines_of_one_burst_form_one_chain(desk):
    from agent_guards.agent.identity import Names
    from agent_guards.agent.recorder import Recorder

    recorder = Recorder(command="c", checkout=desk.checkout, agent="nora", names=Names(), purpose=lambda: "p")
    recorder.record(*map(call, range(3)))
    [file] = desk.path.glob("artifacts/nora/*/mcp/s.jsonl")
    file.write_bytes(file.read_bytes()[:-1])
    recorder.record(*map(call, (2, 3, 3, 4)))
    assert [line["x_recorder"]["seq"] for line in desk.evidence] == [0, 1, 2, 3, 4]
    assert not recorder.record(call(4))
    desk.validate()


def test_a_bug_in_the_listening_ends_it_and_not_the_forwarding(desk, monkeypatch):
    one = writer(desk, lambda: None)
    listener = Tap("s", "s", one)

    def fail(*_):
        raise RuntimeError("a bug")

    listener._sent.feed = fail
    listener.sent(CALL)
    listener.received(ANSWER)
    listener.sent(CALL)
    listener.close()
    assert [message for _, message in desk.journal] == [
        "A call is not in the evidence: listening ended: RuntimeError: a bug"
    ]


def test_a_bug_at_the_very_end_is_noted(desk):
    def fail(_):
        raise RuntimeError("a bug")

    one = writer(desk, lambda: None)
    listener = Tap("s", "s", one)
    listener.sent(CALL)
    listener._connection.ended = fail
    listener.close()
    assert "a bug" in desk.journal[0][1]


def test_outside_of_a_repository_the_place_is_looked_for_again(desk, tmp_path, monkeypatch, capfd):
    import argparse

    from agent_guards.env import RunEnv

    monkeypatch.chdir(tmp_path)
    taps = []
    monkeypatch.setattr(
        proxy, "_forward", lambda process, *_: taps[0].sent(CALL) or taps[0].received(ANSWER) or process.wait()
    )
    monkeypatch.setattr(proxy, "Tap", lambda *given: taps.append(Tap(*given)) or taps[0])
    arguments = argparse.Namespace(argv=["true"], repo=None, agent="nora", purpose="p", server="s")
    assert proxy.run(arguments, RunEnv()) == 0
    assert "in no git repository" in capfd.readouterr().err


def test_outside_of_a_repository_dropping_has_no_journal():
    one = Writer(command="record proxy", where=[], open=lambda: None)
    one.close(lost=2)
    assert one.dropped == 2


def test_windows_translates_no_line_ends(monkeypatch):
    import types

    windows, modes = types.ModuleType("msvcrt"), []
    windows.setmode = lambda descriptor, mode: modes.append((descriptor, mode))
    monkeypatch.setitem(sys.modules, "msvcrt", windows)
    make_binary(7)
    monkeypatch.setattr(child.os, "name", "nt")
    monkeypatch.setattr(child.os, "O_BINARY", 0x8000, raising=False)
    make_binary(8, 9)
    assert modes == [(8, 0x8000), (9, 0x8000)]


def test_a_terminal_is_asked_only_where_there_is_one(monkeypatch):
    def none(_):
        raise OSError

    monkeypatch.setattr(child.os, "tcgetpgrp", none)
    assert not child._in_foreground()


def test_the_terminal_has_told_its_foreground_group_already(monkeypatch):
    monkeypatch.setattr(child.os, "tcgetpgrp", lambda _: os.getpgrp())
    monkeypatch.delattr(signal, "SIGUSR2")  # as where a signal is unknown
    sent = []

    def start_late(*given, **options):
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGUSR1)  # before there is anybody to hand it on to
        process = start(*given, **options)
        process.send_signal = sent.append
        return process

    monkeypatch.setattr(child, "start", start_late)
    with child.running(["true"]) as process:
        process.wait()
    assert sent == [signal.SIGUSR1]
    assert status_of(-9) == 137


def test_where_pipes_cannot_be_widened_they_stay_as_they_are(monkeypatch):
    import fcntl

    monkeypatch.delattr(fcntl, "F_SETPIPE_SZ")
    for end in proxy._pipe():
        os.close(end)


def test_a_server_without_a_command_is_wrong_usage():
    import argparse

    from agent_guards.env import RunEnv
    from agent_guards.errors import UsageError

    with pytest.raises(UsageError, match="command of the server is missing"):
        proxy.run(argparse.Namespace(argv=[]), RunEnv())


@pytest.mark.parametrize("leaves", ["", "import subprocess; subprocess.Popen(['sleep', '3'], stderr=-3)"])
def test_the_whole_of_it_in_this_process(desk, monkeypatch, leaves):
    """For the coverage of what otherwise runs in processes of its own."""
    import argparse

    from agent_guards.env import RunEnv

    monkeypatch.setattr(proxy, "_QUIET_SECONDS", 0.2)

    asked, told = os.pipe(), os.pipe()
    kept = os.dup(0), os.dup(1)
    os.dup2(asked[0], 0)
    os.dup2(told[1], 1)
    try:
        os.write(asked[1], CALL)
        os.close(asked[1])
        arguments = argparse.Namespace(
            argv=[sys.executable, "-c", f"import os; os.read(0, 999); os.write(1, {ANSWER!r}); {leaves}"],
            repo=str(desk.path), agent="nora", purpose="p", server=None,
        )  # fmt: skip
        assert proxy.run(arguments, RunEnv()) == 0
    finally:
        for number, one in enumerate(kept):
            os.dup2(one, number)
            os.close(one)
        sys.setswitchinterval(0.005)
        os.close(asked[0])
        os.close(told[1])
    assert os.read(told[0], 999) == ANSWER
    os.close(told[0])
    [line] = desk.evidence
    assert line["x_recorder"]["outcome"] == "ok"
