"""What a hook costs, and whether many writers lose anything: `python tests/bench/bench_record.py`.

CPU of the whole process and all that it starts, above that of `python -I -c pass`, interleaved; then 32 processes that append
1,000 lines each to one file, whose chains are verified.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 25
WRITERS, LINES = 32, 1000
POLICY = "version: 1\nrecorder:\n  tools: [{server: context7, tool: ctx}]\n"
EVIDENCE = "artifacts/nora/2026-01-02/mcp/x.jsonl"
PAYLOAD = {
    "session_id": "abc",
    "hook_event_name": "PostToolUse",
    "tool_name": "mcp__context7__get-library-docs",
    "tool_input": {"context7CompatibleLibraryID": "/vercel/next.js", "topic": "routing"},
    "tool_response": "x" * 20_000,
}
WRITER = """
import sys
from agent_guards.agent.append import append
from agent_guards.agent.calls import Call, compose
session = sys.argv[2]
for n in range(int(sys.argv[3])):
    call = Call(server="s", tool="t", arguments={"n": n}, request_id=f"{session}-{n}", session=session, outcome="ok")
    append(sys.argv[1], "artifacts/nora/2026-01-02/mcp/x.jsonl", lambda standing: compose(
        call, tool="s", purpose="p", timestamp="2026-01-02T10:00:00Z", chain=session, standing=standing), seconds=300)
"""


def cpu(command, folder, given=b""):
    """CPU seconds of one run with all that it starts."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environ = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    done = subprocess.run(command, cwd=folder, input=given, env=environ, capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.stderr:
        sys.exit(done.stderr.decode())
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def hooks(root):
    """Median CPU above the bare interpreter of the hooks, with a policy and git's author to ask, and without."""
    folders = {name: root / name for name in ("plain", "policy")}
    for name, folder in folders.items():
        subprocess.run(["git", "init", "-q", folder], check=True)
        subprocess.run(["git", "-C", folder, "config", "user.name", "Nora Example"], check=True)
        if name == "policy":
            (folder / ".github").mkdir()
            (folder / ".github/agent-guards.yml").write_text(POLICY)
    ours = [sys.executable, "-I", "-m", "agent_guards"]
    runs = {
        "record hook, --agent given": (folders["plain"], [*ours, "record", "hook", "--agent", "nora"]),
        "record hook, git asked for the author": (folders["plain"], [*ours, "record", "hook"]),
        "record hook, git and a policy": (folders["policy"], [*ours, "record", "hook"]),
        "beat hook, git asked for the author": (folders["plain"], [*ours, "beat", "hook", "--task", "ENG-1"]),
    }
    bare, costs = [], {name: [] for name in runs}
    for number in range(ROUNDS):
        bare.append(cpu([sys.executable, "-I", "-c", "pass"], root))
        for name, (folder, command) in runs.items():
            payload = PAYLOAD | {"tool_use_id": f"toolu_{name}_{number:06}"}
            costs[name].append(cpu(command, folder, json.dumps(payload).encode()))
    return {name: statistics.median(times) - statistics.median(bare) for name, times in costs.items()}


def writers(root):
    """Seconds for all lines; stops where one is lost, torn or out of its chain."""
    sys.path[:0] = [str(ROOT / "lib"), str(ROOT)]
    from agent_guards.records import read
    from guard_mcp.evidence import KIND, broken_links

    environ = {**os.environ, "PYTHONPATH": str(ROOT / "lib")}
    started = time.perf_counter()
    processes = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(root), f"{number:016x}", str(LINES)], env=environ)
        for number in range(WRITERS)
    ]
    if any(process.wait() for process in processes):
        sys.exit("a writer failed")
    seconds = time.perf_counter() - started
    data = (root / EVIDENCE).read_bytes()
    records = read(KIND, data)
    if records.problems or list(broken_links(data, records)) or len(records.values) != WRITERS * LINES:
        sys.exit("lines were lost or torn, or chains are broken")
    return seconds


def table():
    """Rows for the README."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        rows = [
            (f"`{name}`: CPU above `python -I -c pass`", f"{cost * 1000:.0f} ms", "80 ms")
            for name, cost in hooks(root).items()
        ]
        seconds = writers(root)
    lines = WRITERS * LINES
    rows.append(
        (
            f"{WRITERS} writers × {LINES:,} lines into one file, chains verified",
            f"{lines / seconds:,.0f} lines/s",
            "none lost",
        )
    )
    return rows


if __name__ == "__main__":
    for what, measured, goal in table():
        print(f"{what}: {measured} (goal: {goal})")
