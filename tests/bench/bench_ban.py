"""Measure the search for banned packages against other tools: `python tests/bench/bench_ban.py`.

Every measurement is a whole process and the programs take turns; what is told is the median of the ratios to ripgrep in the same
round. ripgrep (PyPI) has to be on PATH or beside this Python. PEERS names a folder whose node_modules holds oxlint, dependency-cruiser and
TypeScript; left out, they are not measured.
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
# So many files the goals speak of; in fewer, starting is all that anybody measures.
FROM = 10_000
GOALS = {"clean": "1.5", "outside": "2", "chain": "6"}
# Of 10,000 files it made 22 minutes of work, and then ended with `Maximum call stack size exceeded` (17.4.3).
MOST_FOR_DEPENDENCY_CRUISER = 1_000
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
    large = count >= FROM
    yield f"{what}, against ripgrep", f"{ratio(runs, 'ripgrep'):.2f}", GOALS[kind] if large else "–"
    if kind == "chain" and os.environ.get("PEERS") and count <= MOST_FOR_DEPENDENCY_CRUISER:
        yield dependency_cruiser(tree, median(run.wall for run in runs["ours"]))
    if kind == "clean":
        yield "the same, against the seed's `grep -r`", f"{ratio(runs, 'grep'):.2f}", "1.1" if large else "–"
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


def dependency_cruiser(tree, ours):
    """One run of its rule `reachable`, in its fastest setting."""
    rule = {"name": "ban", "from": {"path": "^app/"}, "to": {"path": "chrome-devtools-mcp", "reachable": True}}
    options = {"tsPreCompilationDeps": True, "tsConfig": {"fileName": "tsconfig.json"}, "cache": False}
    (tree / "cruise.json").write_text(json.dumps({"forbidden": [rule | {"severity": "error"}], "options": options}))
    modules = Path(os.environ["PEERS"], "node_modules")
    (tree / "node_modules").symlink_to(modules)  # it looks for TypeScript there
    took = measure([str(modules / ".bin/depcruise"), "app", "--config", "cruise.json", "-T", "err"], tree)
    (tree / "node_modules").unlink()
    (tree / "cruise.json").unlink()
    if b"1 dependency violations" not in took.output:
        raise SystemExit("dependency-cruiser did not find the chain")
    return "the same, against dependency-cruiser's `reachable`", f"{ours / took.wall:.3f}", "0.05"


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


def table(counts=(1_000, 10_000, 50_000)):
    """Rows for the README."""
    rows = []
    for count in counts:
        for kind in GOALS:
            with tempfile.TemporaryDirectory(prefix="bench-ban-") as folder:
                rows += rows_of(generate(Path(folder, "tree"), count, kind), count, kind)
    return rows


if __name__ == "__main__":
    print_rows(table(tuple(map(int, sys.argv[1:])) or (1_000, 10_000, 50_000)))
