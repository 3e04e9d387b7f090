"""What one `check` of a small change costs, and how that grows with the repository: `python tests/bench/bench_check.py`.

CPU time of the whole process and all that it starts, above that of `python -I -c pass`, interleaved over several rounds.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

EVIDENCE = "artifacts/nora/2026-01-02/mcp/cart.jsonl"
LINE = '{"tool": "t", "doc_ref": "/d", "request_id": "r%d", "timestamp": "2026-01-02T10:00:00Z", "purpose": "p"}\n'
BODY = f"## MCP Evidence\n- `{EVIDENCE}` (12 calls)\n\n## Dev MCP Check\nVerified: No dev MCP imports in app/\n"
POLICY = "version: 1\nguards:\n  guard-mcp:\n    tools: [t]\n"
ROUNDS = 15
SIZES = (8_000, 80_000)


def make(folder, files):
    """A repository of so many files in folders of fifty, with one branch that changes ten of them and brings evidence."""
    folder.mkdir()
    subprocess.run(["git", "init", "-q", "-b", "main", folder], check=True)
    names = [f"app/area{n // 2500}/part{n // 50}/file{n}.ts" for n in range(files)]
    stream = ["commit refs/heads/main", "mark :1", "committer A <a@b> 1767268800 +0000", "data 1", "x"]
    for name in names:
        text = f"export const value = '{name}';\n"
        stream += [f"M 100644 inline {name}", f"data {len(text)}", text]
    stream += ["M 100644 inline .github/agent-guards.yml", f"data {len(POLICY)}", POLICY]
    stream += ["commit refs/heads/change", "committer A <a@b> 1767355200 +0000", "data 1", "y", "from :1"]
    for name in names[:: files // 10][:10]:
        stream += [f"M 100644 inline {name}", "data 8", "changed\n"]
    lines = "".join(LINE % n for n in range(12))
    stream += [f"M 100644 inline {EVIDENCE}", f"data {len(lines)}", lines, ""]
    subprocess.run(["git", "fast-import", "--quiet"], cwd=folder, input="\n".join(stream).encode(), check=True)
    subprocess.run(["git", "checkout", "-q", "change"], cwd=folder, check=True)


def cpu(command, folder):
    """CPU seconds of one run with all that it starts."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"{command} failed:\n{done.stdout.decode()}{done.stderr.decode()}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(root):
    """Interleaved rounds of the bare interpreter and `check` on both repositories."""
    (root / "body.md").write_text(BODY)
    check = [
        sys.executable,
        "-I",
        "-m",
        "agent_guards",
        "check",
        "--base",
        "main",
        "--body-file",
        str(root / "body.md"),
    ]
    bare, costs = [], {size: [] for size in SIZES}
    for _ in range(ROUNDS):
        bare.append(cpu([sys.executable, "-I", "-c", "pass"], root))
        for size in SIZES:
            costs[size].append(cpu(check, root / str(size)))
    return statistics.median(bare), {size: statistics.median(times) for size, times in costs.items()}


def table():
    """Rows for the README."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for size in SIZES:
            make(root / str(size), size)
        os.sync()  # what was just written should not be written out at the measured one's cost
        bare, costs = measure(root)
    small, large = (costs[size] for size in SIZES)
    return [
        (
            "`check` of a small change, 8,000 files: CPU above `python -I -c pass`",
            f"{(small - bare) * 1000:.0f} ms",
            "150 ms",
        ),
        ("the same in 80,000 files, against 8,000", f"{large / small:.2f}", "1.5"),
    ]


if __name__ == "__main__":
    for what, measured, goal in table():
        print(f"{what}: {measured} (goal: at most {goal})")
