"""What the proxy adds to a real MCP client and server, side by side with the bare pipe: `python tests/bench/bench_proxy.py`.

The programs take turns. Latency: one small call after the other. Throughput: many calls in flight, and large answers. Then round
trips of a server and a client that hardly do anything, where there is nothing to hide behind.
"""

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SERVER = Path(__file__).resolve().parents[1] / "agent/mcp_server.py"
ROUNDS, CALLS, IN_FLIGHT = 7, 200, 16
ANSWER = (
    "import sys\nfor line in sys.stdin.buffer:\n"
    "    n = line.split(b'\"id\":')[1].split(b',')[0]\n"
    '    sys.stdout.buffer.write(b\'{"jsonrpc":"2.0","id":\' + n + b\',"result":{"content":[]}}\\n\'); sys.stdout.flush()'
)
LARGE, LARGE_CALLS = 200_000, 30


def prefix(folder):
    """What stands before a server's command line to record it."""
    ours = [sys.executable, "-I", "-m", "agent_guards", "record", "proxy", "--agent", "nora", "--purpose", "p"]
    return [*ours, "--repo", folder, "--server", "shop", "--"]


async def calls(command):
    """Seconds of each call by itself, calls a second with several in flight, and bytes a second of large answers."""
    from mcp import Client
    from mcp.client.stdio import StdioServerParameters

    parameters = StdioServerParameters(command=command[0], args=command[1:], env={"PATH": os.environ["PATH"]})
    async with Client(parameters) as client:
        single = []
        for number in range(CALLS):
            started = time.perf_counter()
            await client.call_tool("add", {"a": number, "b": 1})
            single.append(time.perf_counter() - started)
        started = time.perf_counter()
        for _ in range(CALLS // IN_FLIGHT):
            await asyncio.gather(*(client.call_tool("add", {"a": 1, "b": 2}) for _ in range(IN_FLIGHT)))
        rate = CALLS // IN_FLIGHT * IN_FLIGHT / (time.perf_counter() - started)
        started = time.perf_counter()
        for _ in range(LARGE_CALLS):
            await client.call_tool("text", {"size": LARGE})
        return single, rate, LARGE * LARGE_CALLS / (time.perf_counter() - started)


def round_trips(command, count=500):
    """Seconds of each round trip of a call with a client and a server that hardly do anything."""
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    times = []
    for number in range(count):
        line = b'{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"t","arguments":{"n":1}}}\n' % number
        started = time.perf_counter()
        process.stdin.write(line)
        process.stdin.flush()
        process.stdout.readline()
        times.append(time.perf_counter() - started)
    process.communicate()
    return times[20:]


def table():
    """Rows for the README."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["git", "init", "-q", folder], check=True)
        before = {"bare": [], "proxy": prefix(folder)}
        latency, rate, trips, bytes_ = ({name: [] for name in before} for _ in range(4))
        for _ in range(ROUNDS):
            for name, words in before.items():
                single, many, large = asyncio.run(calls([*words, sys.executable, str(SERVER)]))
                latency[name] += single
                rate[name].append(many)
                bytes_[name].append(large)
                trips[name] += round_trips([*words, sys.executable, "-c", ANSWER])
    added = statistics.median(latency["proxy"]) - statistics.median(latency["bare"])
    bare_added = statistics.median(trips["proxy"]) - statistics.median(trips["bare"])
    # The best round of each: a busy machine can only take away.
    ratio, large_ratio = (max(one["proxy"]) / max(one["bare"]) for one in (rate, bytes_))
    return [
        (
            "`record proxy`: added to a call of a real MCP client and server, median",
            f"{added * 1000:.2f} ms",
            "1 ms a message",
        ),
        (f"calls a second with {IN_FLIGHT} in flight, against the bare pipe", f"{ratio:.2f}", "0.8"),
        (f"bytes a second in answers of {LARGE // 1000} KB, against the bare pipe", f"{large_ratio:.2f}", "0.8"),
        (
            "added to a round trip of two programs that do nothing else, median",
            f"{bare_added * 1000:.2f} ms",
            "1 ms a message",
        ),
    ]


if __name__ == "__main__":
    for what, measured, goal in table():
        print(f"{what}: {measured} (goal: {goal})")
