"""What setting up costs, cold and warm, against the way most Python actions do it: `python tests/bench/bench_setup.py`.

Wall time, interleaved over several rounds. The usual way is `python -m venv` and `pip install -r` of the same lock file. Every round
starts without any cache of pip's or uv's, as a job on a hosted runner does.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROUNDS = 5
LOCKS = (ROOT / "lib/requirements.lock",)


def timed(command, environ):
    """Seconds of one command."""
    start = time.perf_counter()
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{command} failed:\n{done.stdout}{done.stderr}")
    return time.perf_counter() - start


def one_round(folder, lock, *, uv):
    """The usual way, ours from nothing, ours again; `uv` says whether the machine has uv, as hosted runners may."""
    python = os.path.realpath(sys.executable)
    path = [str(Path(python).parent), *([str(uv)] if uv else []), "/usr/bin", "/bin"]
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_", "PYTHON"))},
        "HOME": str(folder), "PATH": os.pathsep.join(path), "AGENT_GUARDS_CACHE": str(folder / "ours"), "AGENT_GUARDS_PYTHON": python,
    }  # fmt: skip
    usual = timed([python, "-m", "venv", folder / "usual"], environ)
    usual += timed([folder / "usual/bin/pip", "install", "--quiet", "--requirement", lock], environ)
    ours = [ROOT / "lib/setup.sh", lock]
    return usual, timed(ours, environ), timed(ours, environ)


def measure(lock, uv=None):
    """Medians of the usual way, cold and warm."""
    rounds = []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            rounds.append(one_round(Path(folder), lock, uv=uv))
    return [statistics.median(times) for times in zip(*rounds, strict=True)]


def table():
    """Rows for the README."""
    lock = ROOT / "lib/requirements.lock"
    usual, cold, warm = measure(lock)
    return [
        (
            f"setting up from nothing, against `python -m venv` and `pip install` ({usual:.1f} s)",
            f"{cold / usual:.2f} ({cold:.1f} s)",
            "0.5",
        ),
        ("setting up again in the same job", f"{warm:.2f} s", "0.3 s"),
    ]


if __name__ == "__main__":
    for what, measured, goal in table():
        print(f"{what}: {measured} (goal: at most {goal})")
