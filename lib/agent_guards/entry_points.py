"""Reads what the installed distributions offer us: guards, and what those want started early."""

import os
from collections.abc import Iterable, Iterator


def entry_points(group: str, folders: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Read the entry points of a group, those of the folder that is first on the path last, so that they win.

    importlib.metadata does the same, but its import alone costs a fifth of what a whole check may cost (tests/bench).
    """
    for folder in reversed([folder for folder in folders if os.path.isdir(folder)]):
        for entry in os.scandir(folder):
            if entry.name.endswith((".dist-info", ".egg-info")):
                yield from _section(f"[{group}]", os.path.join(entry.path, "entry_points.txt"))


def _section(heading: str, path: str) -> Iterator[tuple[str, str]]:
    try:
        with open(path, encoding="utf-8") as file:
            lines = file.read().splitlines()
    except OSError:
        return
    inside = False
    for line in map(str.strip, lines):
        if line.startswith("["):
            inside = line == heading
        elif inside and "=" in line:
            name, _, target = line.partition("=")
            yield name.strip(), target.strip()
