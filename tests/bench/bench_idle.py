"""Measure `check --all` over 1,000 heartbeat files of 200 beats against reading them and `orjson.loads` of every line.

`python tests/bench/bench_idle.py [ROUNDS]`. Every measurement is a whole process; the programs take turns, so that a busy machine is
busy for both. The Python needs the guards' dependencies and orjson; nothing is installed here.
"""

import sys
from pathlib import Path

FILES, BEATS_A_FILE = 1000, 200
ROOT = Path(__file__).resolve().parent.parent.parent
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


def publish(site):
    """Write the metadata by which the guards of this checkout are found."""
    import tomllib

    guards = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["entry-points"]
    folder = site / "agent_guards-0.dist-info"
    folder.mkdir()
    entries = "".join(f"{name} = {target}\n" for name, target in guards["agent_guards.guards"].items())
    (folder / "entry_points.txt").write_text(f"[agent_guards.guards]\n{entries}", encoding="utf-8")


def main(rounds):
    """Generate, take turns, print."""
    import os
    import tempfile
    from importlib.util import find_spec
    from statistics import median

    sys.path.insert(0, str(Path(__file__).parent))
    from bench_validate import measure

    lacking = [name for name in ("orjson", "msgspec", "jsonschema", "markdown_it", "yaml") if not find_spec(name)]
    if lacking:
        raise SystemExit(f"{sys.executable} lacks {', '.join(lacking)}: run this with a Python that has them.")
    paths = [str(ROOT / "lib"), str(ROOT)]
    start = "import sys; sys.path[:0] = {}; from agent_guards.cli import main; sys.exit(main())"
    with tempfile.TemporaryDirectory() as root, tempfile.TemporaryDirectory() as site:
        generate(root)
        publish(Path(site))
        programs = {
            "check --all": [sys.executable, "-I", "-c", start.format([site, *paths]), "check", "--all", "--repo", root],
            "read and orjson.loads": [sys.executable, "-I", "-c", READ, f"{root}/artifacts"],
            "pass": [sys.executable, "-I", "-c", "pass"],
        }
        runs = {name: [] for name in programs}
        for _ in range(rounds):
            for name, command in programs.items():
                runs[name].append(measure(command))
    print(
        f"{FILES * BEATS_A_FILE:,} beats in {FILES:,} files, {rounds} rounds, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    )
    print(
        f"{'':24}{'wall min':>9}{'median':>8}{'CPU min':>9}{'median':>8}{'MiB':>6}   check / this (wall min, median; CPU min)"
    )
    ours_wall, ours_cpu = ([run[i] for run in runs["check --all"]] for i in (0, 1))
    for name, measured in runs.items():
        wall, cpu = ([run[i] for run in measured] for i in (0, 1))
        ratios = (
            f"{min(ours_wall) / min(wall):.2f} {median(ours_wall) / median(wall):.2f} {min(ours_cpu) / min(cpu):.2f}"
        )
        memory = max(run[2] for run in measured)
        print(f"{name:24}{min(wall):9.3f}{median(wall):8.3f}{min(cpu):9.3f}{median(cpu):8.3f}{memory:6.0f}   {ratios}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 7)
