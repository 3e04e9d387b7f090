"""Where every command begins and ends: what takes git longest is started before the command itself is imported."""

import gc
import os
import sys

from agent_guards import early


def run() -> None:
    """Run the command and leave at once.

    To take Python apart in order costs as much as to start it, and frees nothing that the system does not.
    """
    status = main()
    from contextlib import suppress

    for stream in (sys.stdout, sys.stderr):
        # Gone, broken or closed: the command has said so where it mattered.
        with suppress(AttributeError, OSError, ValueError):
            stream.flush()
    os._exit(status)


def main() -> int:
    """Run the command; returns the exit status of spec/cli.md."""
    early.begin(sys.argv[1:], os.environ)
    # Of what imports make nothing goes away again: looking for it takes a twentieth of a run.
    gc.disable()
    from agent_guards import cli

    try:
        return cli.main()
    finally:
        early.end()
