"""Measure `check --all` over 1,000 heartbeat files of 200 beats against reading them and `orjson.loads` of every line.

`python tests/bench/bench_idle.py`. Every measurement is a whole process; the programs take turns, so that a busy machine is
busy for both. The Python needs the guards' dependencies and orjson; nothing is installed here.
"""

import sys
import tempfile
from pathlib import Path
from statistics import median

from measuring import print_rows, take_turns

FILES, BEATS_A_FILE = 1000, 200
READ = """
import os, sys
from orjson import loads
beats = 0
for folder, _, names in os.walk(sys.argv[1]):
    for name in names:
        with open(os.path.join(folder, name), "rb") as file:
            for line in file.read().splitlines():
                loads(line)
                beats += 1
print(beats)
"""


def generate(root):
    """Write and commit the files: fifty agents, twenty days, three tasks a day one after the other, all of them done.

    The repository is packed, as every clone is.
    """
    import json
    import os
    import subprocess
    from datetime import UTC, datetime, timedelta

    for number in range(FILES):
        day = datetime(2026, 1, 1, 8, tzinfo=UTC) + timedelta(days=number // 50)
        lines = []
        for beat in range(BEATS_A_FILE):
            moment = day + timedelta(minutes=3 * beat, milliseconds=number)
            last = beat % 67 == 66 or beat == BEATS_A_FILE - 1
            line = {
                "timestamp": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "task": f"ENG-{number * 3 + beat // 67}",
                "status": "done" if last else "doing",
                "progress": f"{beat % 67 * 100 // 67}%",
                "file": "app/routes/orders.tsx",
            }
            lines.append(json.dumps(line) + "\n")
        folder = Path(root, "artifacts", f"agent-{number % 50}", f"{day:%Y-%m-%d}")
        folder.mkdir(parents=True)
        (folder / "heartbeat.ndjson").write_text("".join(lines), encoding="utf-8")
    when = "2026-01-20T20:00:00Z"
    identity = ("-c", "user.name=bench", "-c", "user.email=bench@bench.invalid", "-c", "commit.gpgSign=false")
    commit = (*identity, "commit", "--quiet", "--message", "Beats")
    environ = {**os.environ, "GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when}
    for arguments in (("init", "--quiet", "."), ("add", "."), commit, ("repack", "-a", "-d", "-q")):
        subprocess.run(("git", *arguments), cwd=root, env=environ, check=True)


def table():
    """Rows for the README."""
    with tempfile.TemporaryDirectory() as root:
        generate(root)
        runs = take_turns(
            {
                "ours": [sys.executable, "-I", "-m", "agent_guards", "check", "idle-guard", "--all", "--repo", root],
                "bare": [sys.executable, "-I", "-c", READ, f"{root}/artifacts"],
            },
            9,
        )
    ratio = median(run.wall for run in runs["ours"]) / median(run.wall for run in runs["bare"])
    return [
        (
            "`check idle-guard --all` of 1,000 files with 200 beats, against reading and `orjson.loads` alone",
            f"{ratio:.2f}",
            "3",
        )
    ]


if __name__ == "__main__":
    print_rows(table())
