"""What setting up costs, cold and warm, against the way most Python actions do it: `python tests/bench/bench_setup.py`.

Wall time, interleaved over several rounds. The usual way is `python -m venv` and `pip install -r` of the same lock file. Every round
starts without a cache of pip's and without uv, as a job on a hosted runner does.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measuring import print_rows

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "lib/requirements.lock"
ROUNDS = 5


def timed(environ, *command):
    """Seconds of one command."""
    start = time.perf_counter()
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{command} failed:\n{done.stdout}{done.stderr}")
    return time.perf_counter() - start


def one_round(folder):
    """The usual way, ours from nothing, ours again."""
    python = os.path.realpath(sys.executable)
    scrubbed = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_", "PYTHON"))}
    environ = {
        **scrubbed, "HOME": str(folder), "PATH": os.pathsep.join([str(Path(python).parent), "/usr/bin", "/bin"]),
        "AGENT_GUARDS_CACHE": str(folder / "ours"), "AGENT_GUARDS_PYTHON": python,
    }  # fmt: skip
    usual = timed(environ, python, "-m", "venv", folder / "usual")
    usual += timed(environ, folder / "usual/bin/pip", "install", "--quiet", "--requirement", LOCK)
    cold, warm = (timed(environ, ROOT / "lib/setup.sh") for _ in range(2))
    return usual, cold, warm


def table():
    """Rows for the README: what, how much, goal."""
    rounds = []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            rounds.append(one_round(Path(folder)))
    usual, cold, warm = (statistics.median(times) for times in zip(*rounds, strict=True))
    usually = f"against `python -m venv` and `pip install` ({usual:.1f} s)"
    return [
        (f"setting up from nothing, {usually}", f"{cold / usual:.2f} ({cold:.1f} s)", "0.5"),
        ("setting up again in the same job", f"{warm:.2f} s", "0.3 s"),
    ]


if __name__ == "__main__":
    print_rows(table())
