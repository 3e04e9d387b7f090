"""Measure the validation of 200,000 evidence lines against Node and jq: `python tests/bench/bench_validate.py`.

Every measurement is a whole process. The programs take turns, so that a busy machine is busy for all of them.
"""

import os
import sys
import tempfile
from statistics import median

from measuring import memory, print_rows, take_turns

FILES, LINES_A_FILE = 2000, 100
HERE = os.path.dirname(os.path.abspath(__file__))
TOOLS = ("context7", "shopify-dev-mcp", "web-search", "repo-search", "github", "sentry")
REFERENCES = (
    "https://reactrouter.com/start/framework/routing",
    "/remix-run/react-router",
    "scripts/policy/check-docs.mjs",
    "internal:lanes_manifest",
    "https://shopify.dev/docs/api/admin-graphql/latest/queries/orders",
)
PURPOSES = (
    "Review the docs policy guard before changing its exit codes",
    "Confirm that React Router 7 is the only router in use (no Remix imports)",
    "Verify the pagination cursor of the Admin GraphQL orders query for the nightly export",
    "Reference workflow patterns for guards that must not trust the pull request",
    "Find where the inventory webhook is retried, and how often",
    "Check the limits of the bulk operation API before batching the price update",
    "Prüfen, ob die Größenangaben in der Übersetzung stimmen",
    'Look up how "defer" was replaced before touching app/routes/orders.tsx',
)
BAD = (
    lambda line: line[: len(line) // 2],
    lambda line: line.replace(b'"purpose":', b'"purpos":'),
    lambda line: line.replace(b'"tool":"', b'"tool":"x","tool":"', 1).replace(
        b'"tool": "', b'"tool": "x","tool": "', 1
    ),
    lambda line: line.replace(b"T", b" at ", 1) if line.count(b"T") == 1 else line[:-1],
    lambda line: line.replace(b'"purpose":', b'"purpose":" ","x_was":', 1),
    lambda line: b"<" + line,
    lambda line: line.replace(b'"doc_ref":', b'"doc_ref":5,"x_was":', 1),
    lambda line: line[:-1] + b',"x_cost":NaN}',
)


def generate(root, bad="none"):
    """Write the tree: half of the files with recorder chains, two styles of white space; 1 % bad lines where asked for."""
    from datetime import UTC, datetime, timedelta
    from hashlib import sha256

    for number in range(FILES):
        day = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=number // 5 % 20)
        agent = f"agent-{number // 100}"
        prev, lines = "0" * 64, []
        for seq in range(LINES_A_FILE):
            line = make_line(number, seq, day, agent, prev)
            if (bad == "scattered" and seq == 50) or (bad == "clustered" and number % 100 == 0):
                line = BAD[(number + seq) % len(BAD)](line)
            prev = sha256(line).hexdigest()
            lines.append(line + b"\n")
        folder = f"{root}/artifacts/{agent}/{day:%Y-%m-%d}/mcp"
        os.makedirs(folder, exist_ok=True)
        with open(f"{folder}/session-{number}.jsonl", "wb") as file:
            file.writelines(lines)


def make_line(number, seq, day, agent, prev):
    """Write one line. What varies is drawn from a digest of its place: every tree is the same tree."""
    import json
    from datetime import timedelta
    from hashlib import sha256

    drawn = sha256(f"{number}/{seq}".encode()).digest()
    moment = day + timedelta(minutes=5 * seq, milliseconds=drawn[0])
    record = {
        "tool": TOOLS[drawn[1] % len(TOOLS)],
        "doc_ref": REFERENCES[drawn[2] % len(REFERENCES)],
        "request_id": f"{agent}-{drawn[4:16].hex()}",
        "timestamp": moment.isoformat(timespec="milliseconds" if drawn[3] % 2 else "seconds").replace("+00:00", "Z"),
        "purpose": f"ENG-{drawn[16] * 16 + drawn[17]}: {PURPOSES[drawn[18] % len(PURPOSES)]}",
    }
    if number % 2:
        writer = {"name": "agent-guards", "version": "0.1.0", "basis": "recorded"}
        record["x_recorder"] = {**writer, "session": f"session-{number}", "seq": seq, "prev": prev, "outcome": "ok"}
    separators = (",", ":") if number % 4 < 2 else (", ", ": ")
    return json.dumps(record, ensure_ascii=False, separators=separators).encode()


def walk(folder):
    """Find every file. os.walk asks again of each folder whether it is a link, which scandir has said already."""
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            if entry.is_dir(follow_symlinks=False):
                yield from walk(entry.path)
            elif entry.is_file(follow_symlinks=False):
                yield entry.path


def main(rounds):
    """Generate, take turns; every program's runs, and how much memory ours takes."""
    with tempfile.TemporaryDirectory() as folder:
        trees = {bad: f"{folder}/{bad}" for bad in ("none", "scattered", "clustered")}
        for bad, root in trees.items():
            generate(root, bad)
        ours = [sys.executable, "-I", "-m", "agent_guards", "validate", "--all", "--format", "json", "--repo"]
        fields = 'all(.tool, .doc_ref, .request_id, .timestamp, .purpose; type == "string" and length > 0)'
        programs = {
            "ours": [*ours, trees["none"]],
            "node, the same checks": ["node", f"{HERE}/check_lines.mjs", trees["none"]],
            "node, two fields": ["node", f"{HERE}/parse_lines.mjs", trees["none"]],
            "jq": ["jq", "-e", fields, *walk(trees["none"])],
            "ours, bad lines scattered": [*ours, trees["scattered"]],
            "ours, bad lines clustered": [*ours, trees["clustered"]],
        }
        return take_turns(programs, rounds), memory(programs["ours"])


def table():
    """Rows for the README."""
    runs, most = main(7)
    wall = {name: median(run.wall for run in found) for name, found in runs.items()}
    ours, worst = wall["ours"], max(wall["ours, bad lines scattered"], wall["ours, bad lines clustered"])
    reported = {name: runs[name][0].output.count(b'"severity": "error"') for name in runs if "bad" in name}
    if set(reported.values()) != {FILES}:
        raise SystemExit(f"Of {FILES} bad lines were reported: {reported}")
    return [
        (
            "`validate` of 200,000 lines in 2,000 files, against Node making the same checks",
            f"{ours / wall['node, the same checks']:.2f}",
            "0.9",
        ),
        (
            "the same, against Node that only parses and looks at two fields",
            f"{ours / wall['node, two fields']:.2f}",
            "1.7",
        ),
        ("the same, against one `jq` pass over the fields", f"{ours / wall['jq']:.2f}", "0.5"),
        ("the same with 1 % bad lines, every one reported, against itself", f"{worst / ours:.2f}", "2"),
        ("the same, memory", f"{most:.0f} MiB", "100 MiB"),
    ]


if __name__ == "__main__":
    print_rows(table())
