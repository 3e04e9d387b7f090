"""The argument parser that every command shares."""

import argparse
import os


class Parser(argparse.ArgumentParser):
    """Lays its help out as wide as the terminal is; asked in a way that imports nothing, for every option asks."""

    def __init__(self, *, prog: str, usage: str | None = None, description: str | None = None) -> None:
        super().__init__(prog=prog, usage=usage, description=description, formatter_class=_help)


def _help(prog: str) -> argparse.HelpFormatter:
    try:
        columns = os.get_terminal_size().columns
    except OSError:
        columns = 0
    return argparse.HelpFormatter(prog, width=(columns or 80) - 2)
