"""What the benchmarks share: whole processes that take turns, and rows for the README."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Run:
    """One process: seconds by the clock and of CPU, what it printed."""

    wall: float
    cpu: float
    output: bytes


# What a process takes is told with what it took before it became the program: a small one has to start it.
_WITNESS = """
import os, resource, sys
nothing = os.open(os.devnull, os.O_WRONLY)
os.waitpid(os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, nothing, 1)]), 0)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
"""


def memory(command, folder=None):
    """How many MiB one program takes at most; an interpreter that does nothing takes about nine."""
    witness = [sys.executable, "-I", "-S", "-c", _WITNESS, *command]
    return float(subprocess.run(witness, cwd=folder, check=True, capture_output=True).stdout)


def measure(command, folder=None):
    """Run one process to its end; a verdict of findings is no failure."""
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    output = process.stdout.read()
    process.stdout.close()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in {0, 1}:
        raise SystemExit(f"{command[:4]} failed with {process.returncode}")
    return Run(wall, usage.ru_utime + usage.ru_stime, output)


def take_turns(programs, rounds, folder=None):
    """Run every program once a round, so that a busy machine is busy for all of them."""
    runs = {name: [] for name in programs}
    for _ in range(rounds):
        for name, command in programs.items():
            runs[name].append(measure(command, folder))
    return runs


def print_rows(rows):
    """Print a table's rows one a line."""
    for what, measured, goal in rows:
        print(f"{what}: {measured} (goal: at most {goal})", flush=True)
