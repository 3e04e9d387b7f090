"""Measure the search for banned packages against other tools: `python tests/bench/bench_ban.py`.

Every measurement is a whole process and the programs take turns; what is told is the median of the ratios to ripgrep in the same
round. ripgrep (PyPI) has to be on PATH or beside this Python. PEERS names a folder whose node_modules holds oxlint; left out, it is
not measured.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from ban_trees import generate
from measuring import measure, memory, print_rows, take_turns

ROUNDS = 9
SEED = "mcp.*dev|dev.*mcp"
CHECK = [sys.executable, "-I", "-m", "agent_guards", "check", "dev-mcp-ban"]
RIPGREP = shutil.which("rg", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}") or "rg"
PROGRAMS = {
    "ours": [*CHECK, "--all"],
    "ripgrep": [RIPGREP, "-il", SEED, "-g", "*.{ts,tsx,mts,cts,js,jsx,mjs,cjs}", "./"],
    "grep": ["grep", "-rniE", SEED, "--include=*.ts", "--include=*.tsx", "."],
}
GOALS = {"clean": "1.5", "outside": "2", "chain": "6"}
SHOWN = {
    "clean": "clean",
    "outside": "with banned things outside production that nothing imports",
    "chain": "with one real chain",
}


def ratio(runs, name):
    """How long ours took against another program, round by round."""
    return median(mine.wall / its.wall for mine, its in zip(runs["ours"], runs[name], strict=True))


def rows_of(tree, count, kind):
    """Measure one tree."""
    runs = take_turns(PROGRAMS, ROUNDS, tree)
    what = f"`check dev-mcp-ban --all` of {count:,} files, {SHOWN[kind]}"
    yield f"{what}, against ripgrep", f"{ratio(runs, 'ripgrep'):.2f}", GOALS[kind]
    if kind == "clean":
        yield "the same, against the seed's `grep -r`", f"{ratio(runs, 'grep'):.2f}", "1.1"
        yield "the same, memory", f"{memory(PROGRAMS['ours'], tree):.0f} MiB", "60 MiB at 10,000 files"
        if os.environ.get("PEERS"):
            yield oxlint(tree, median(run.wall for run in runs["ours"]))
        yield pull_request(tree, count)


def oxlint(tree, ours):
    """One run of the fastest linter that knows restricted imports."""
    (tree / "oxlint.json").write_text(
        json.dumps({"rules": {"no-restricted-imports": ["error", {"patterns": ["*mcp*"]}]}})
    )
    program = Path(os.environ["PEERS"], "node_modules/.bin/oxlint")
    took = measure([str(program), "-c", "oxlint.json", "-A", "all", "-D", "no-restricted-imports", "."], tree).wall
    (tree / "oxlint.json").unlink()
    return "the same, against oxlint's `no-restricted-imports`", f"{ours / took:.2f}", "0.4"


def pull_request(tree, count):
    """Touch ten files, and measure what judging the change costs above an empty Python."""
    sources = sorted((tree / "app/routes").rglob("*.ts"))
    for path in sources[:: max(1, len(sources) // 10)][:10]:
        with path.open("a", encoding="utf-8") as file:
            file.write('import { z } from "zod";\nexport const schema = z.string();\n')
    author = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    subprocess.run(["git", *author, "commit", "-qam", "Change"], cwd=tree, check=True)
    runs = take_turns(
        {"ours": [*CHECK, "--base", "HEAD~1"], "bare": [sys.executable, "-I", "-c", "pass"]}, ROUNDS, tree
    )
    above = median(run.cpu for run in runs["ours"]) - median(run.cpu for run in runs["bare"])
    what = f"`check dev-mcp-ban` of a change of ten files among {count:,}: CPU above `python -I -c pass`"
    return what, f"{above * 1000:.0f} ms", "100 ms at 50,000 files"


def table(counts=(1_000, 10_000)):
    """Rows for the README."""
    rows = []
    for count in counts:
        for kind in GOALS:
            with tempfile.TemporaryDirectory(prefix="bench-ban-") as folder:
                rows += rows_of(generate(Path(folder, "tree"), count, kind), count, kind)
    return rows


if __name__ == "__main__":
    print_rows(table([int(one) for one in sys.argv[1:]] or (1_000, 10_000, 50_000)))
