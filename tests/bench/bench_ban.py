"""Measure the search for banned packages against other tools: `python tests/bench/bench_ban.py [ROUNDS] [FILES...]`.

Every measurement is a whole process, the programs take turns, and what is told is the median of the ratios to ripgrep in the
same round. RIPGREP names ripgrep 14.1; PEERS a folder whose node_modules holds oxlint, dependency-cruiser and typescript
(both are left out where they are not named). PYTHON in front of this script is the one that runs the guard.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from ban_trees import generate

HERE = Path(__file__).resolve().parent
SEED = "mcp.*dev|dev.*mcp"
KINDS = ("clean", "outside", "chain")
RULES = {
    "forbidden": [
        {"name": "no", "severity": "error", "from": {"path": "^app"}, "to": {"path": "chrome-devtools-mcp", "reachable": True}}
    ],
    "options": {"tsPreCompilationDeps": True, "tsConfig": {"fileName": "tsconfig.json"}, "doNotFollow": {"path": "node_modules"}},
}  # fmt: skip


def programs():
    """What is measured: name -> command, run in the tree."""
    return {
        "ripgrep": [os.environ.get("RIPGREP", "rg"), "-il", SEED, "-g", "*.{ts,tsx,mts,cts,js,jsx,mjs,cjs}", "./"],
        "seed's grep": ["grep", "-rniE", SEED, "--include=*.ts", "--include=*.tsx", "."],
        "guard": [sys.executable, "-I", str(HERE / "ban_driver.py"), "."],
    }


def measure(command, tree):
    """One run: seconds, seconds of CPU, MiB of the largest process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=tree, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, own = os.wait4(process.pid, 0)
    process.returncode = 0
    seconds = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, cpu, own.ru_maxrss / 1024


def compare(tree, rounds):
    """Let the programs take turns, and print what they took."""
    runs = {name: [] for name in programs()}
    for _ in range(rounds):
        for name, command in programs().items():
            runs[name].append(measure(command, tree))
    base = runs["ripgrep"]
    for name, found in runs.items():
        ratio = median(mine[0] / its[0] for mine, its in zip(found, base, strict=True))
        cpu = median(mine[1] / its[1] for mine, its in zip(found, base, strict=True))
        seconds, _, size = (median(column) for column in zip(*found, strict=True))
        print(
            f"  {name:12} {seconds:7.3f} s  {ratio:6.2f} x ripgrep  {cpu:6.2f} x its CPU  {size:5.0f} MiB", flush=True
        )


def peers(tree, folder):
    """One run each of the tools that look for imports."""
    bin_ = Path(folder, "node_modules/.bin")
    (tree / "oxlint.json").write_text(
        json.dumps({"rules": {"no-restricted-imports": ["error", {"patterns": ["*mcp*"]}]}}), "utf-8"
    )
    (tree / "depcruise.json").write_text(json.dumps(RULES), "utf-8")
    for name, command in {
        "guard": programs()["guard"],
        "oxlint": [str(bin_ / "oxlint"), "-c", "oxlint.json", "-A", "all", "-D", "no-restricted-imports", "."],
        "depcruise": [str(bin_ / "depcruise"), "--config", "depcruise.json", "app", "packages", "scripts"],
    }.items():
        seconds, cpu, size = measure(command, tree)
        print(f"  {name:12} {seconds:7.3f} s  {cpu:7.3f} s of CPU  {size:5.0f} MiB (one run)", flush=True)


def pull_request(tree, rounds):
    """Touch ten files, and measure what judging the change costs above an empty Python."""
    touched = sorted((tree / "app/routes").rglob("*.ts"))[
        :: max(1, len(list((tree / "app/routes").rglob("*.ts"))) // 10)
    ][:10]
    for path in touched:
        with path.open("a", encoding="utf-8") as file:
            file.write('import { z } from "zod";\nexport const schema = z.string();\n')
    author = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    subprocess.run(["git", *author, "commit", "-qam", "Change"], cwd=tree, check=True)
    command = [*programs()["guard"], "HEAD~1"]
    ours = [measure(command, tree)[1] for _ in range(rounds)]
    empty = [measure([sys.executable, "-I", "-c", "pass"], tree)[1] for _ in range(rounds)]
    print(
        f"  ten files changed: {1000 * (median(ours) - median(empty)):.0f} ms of CPU above `python -I -c pass`",
        flush=True,
    )


def main(rounds="9", *counts):
    """Measure every size and kind of tree."""
    for count in [int(one) for one in counts] or [1_000, 10_000, 50_000]:
        for kind in KINDS:
            with tempfile.TemporaryDirectory(prefix="bench-ban-") as folder:
                tree = generate(Path(folder, "tree"), count, kind)
                print(f"{count:,} files, {kind}", flush=True)
                compare(tree, int(rounds))
                if kind == "clean":
                    pull_request(tree, int(rounds))
                    if os.environ.get("PEERS"):
                        peers(tree, os.environ["PEERS"])


main(*sys.argv[1:])
