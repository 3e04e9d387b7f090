"""Where every command begins: what takes git longest is started before the command itself is imported."""

import os
import sys

from agent_guards import early


def main() -> int:
    """Run the command; returns the exit status of spec/cli.md."""
    early.begin(sys.argv[1:], os.environ)
    from agent_guards import cli

    try:
        return cli.main()
    finally:
        early.end()
