"""Measure the validation of 200,000 evidence lines against Node and jq: `python tests/bench/bench_validate.py [ROUNDS]`.

Every measurement is a whole process. The programs take turns, so that a busy machine is busy for all of them.
"""

import os
import sys

FILES, LINES_A_FILE = 2000, 100
HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
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


def validate(root):
    """Apply every rule of single lines to a tree, as the command does."""
    import gc

    gc.disable()
    from datetime import UTC, datetime, time, timedelta

    from agent_guards.records import read
    from guard_mcp.evidence import KIND, LAYOUT, broken_links

    seen, lines, bad = set(), 0, 0
    for path in walk(root):
        descriptor = os.open(path, os.O_RDONLY)
        data = os.read(descriptor, os.fstat(descriptor).st_size + 1)
        os.close(descriptor)
        place = LAYOUT.locate(path[len(root) + 1 :])
        records = read(KIND, data)
        values, lines, bad = records.values, lines + records.lines, bad + len(records.problems)
        before, ids = len(seen), [value.request_id for value in values]
        seen.update(ids)
        bad += len(ids) - (len(seen) - before)
        opens = datetime.combine(place.day, time(), UTC) - timedelta(days=1)
        moments = [value.timestamp for value in values]
        if moments and not (opens <= min(moments) and max(moments) < opens + timedelta(days=3)):
            bad += 1
        if any(value.x_recorder is not None for value in values):
            bad += sum(1 for _ in broken_links(data, records))
    print(f'{{"lines":{lines},"bad":{bad}}}')


def measure(command):
    """Run one process; tell its wall time, its CPU time, its peak memory in MiB and what it printed."""
    import subprocess
    import time

    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - started
    if process.returncode:
        raise SystemExit(f"{command[0]} failed with {process.returncode}")
    process.stdout.close()
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, output


def main(rounds):
    """Generate, take turns, print."""
    import tempfile
    from statistics import median

    with tempfile.TemporaryDirectory() as folder:
        trees = {bad: f"{folder}/{bad}" for bad in ("none", "scattered", "clustered")}
        for bad, root in trees.items():
            generate(root, bad)
        files = list(walk(trees["none"]))
        ours = [sys.executable, "-I", __file__, "--validate"]
        fields = 'all(.tool, .doc_ref, .request_id, .timestamp, .purpose; type == "string" and length > 0)'
        programs = {
            "ours": [*ours, trees["none"]],
            "node, the same checks": ["node", f"{HERE}/check_lines.mjs", trees["none"]],
            "node, two fields": ["node", f"{HERE}/parse_lines.mjs", trees["none"]],
            "jq, one pass": ["jq", "-e", fields, *files],
            "ours, bad lines scattered": [*ours, trees["scattered"]],
            "ours, bad lines clustered": [*ours, trees["clustered"]],
        }
        runs = {name: [] for name in programs}
        for _ in range(rounds):
            for name, command in programs.items():
                runs[name].append(measure(command))
        print(
            f"{FILES * LINES_A_FILE:,} lines in {FILES:,} files, {rounds} rounds, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
        )
        print(
            f"{'':28}{'wall min':>9}{'median':>8}{'CPU min':>9}{'median':>8}{'MiB':>6}   ours / this (wall min, median; CPU min)"
        )
        ours_wall, ours_cpu = ([run[i] for run in runs["ours"]] for i in (0, 1))
        for name, measured in runs.items():
            wall, cpu = ([run[i] for run in measured] for i in (0, 1))
            memory = max(run[2] for run in measured)
            said = "" if name.startswith("jq") else measured[0][3].decode().strip()
            print(
                f"{name:28}{min(wall):9.3f}{median(wall):8.3f}{min(cpu):9.3f}{median(cpu):8.3f}{memory:6.0f}"
                f"   {min(ours_wall) / min(wall):.2f} {median(ours_wall) / median(wall):.2f} {min(ours_cpu) / min(cpu):.2f}   {said}"
            )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--validate"]:
        sys.path[:0] = [f"{ROOT}/lib", ROOT]
        validate(sys.argv[2])
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else 5)
