"""Run the benchmarks, all of them without a name, and with `--write` put their rows into the README."""

import sys
from importlib import import_module
from pathlib import Path

HERE = Path(__file__).parent
README = HERE.parents[1] / "README.md"
OPENING, CLOSING = "<!-- bench -->\n", "<!-- /bench -->"


def main(arguments):
    """Measure one after the other, print each row as it is known, and write the table at the end."""
    sys.path.insert(0, str(HERE))
    names = [argument for argument in arguments if argument != "--write"]
    rows = ["| what | measured | goal: at most (the proxy's rates: at least) |", "|---|---|---|"]
    for name in names or ("check", "validate", "idle", "ban", "requests", "setup", "record", "proxy"):
        for what, measured, goal in import_module(f"bench_{name}").table():
            rows.append(f"| {what} | {measured} | {goal} |")
            print(rows[-1], flush=True)
    if "--write" in arguments:
        before, _, rest = README.read_text(encoding="utf-8").partition(OPENING)
        _, _, after = rest.partition(CLOSING)
        README.write_text(f"{before}{OPENING}\n{chr(10).join(rows)}\n\n{CLOSING}{after}", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
