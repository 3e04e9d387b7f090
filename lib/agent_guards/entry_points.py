"""Reads what the installed distributions offer us: guards, and what those want started early."""

import os
from collections.abc import Iterable, Iterator

_read: dict[str, list[tuple[str, str, str]]] = {}


def entry_points(group: str, folders: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Read the entry points of a group, those of the folder that is first on the path last, so that they win.

    importlib.metadata does the same, but its import alone costs a fifth of what a whole check may cost (tests/bench).
    """
    for folder in reversed([folder for folder in folders if os.path.isdir(folder)]):
        if folder not in _read:
            _read[folder] = list(_offers(folder))
        yield from ((name, target) for section, name, target in _read[folder] if section == group)


def _offers(folder: str) -> Iterator[tuple[str, str, str]]:
    """What the distributions in a folder offer: group, name, target."""
    for entry in os.scandir(folder):
        if entry.name.endswith((".dist-info", ".egg-info")):
            yield from _lines(os.path.join(entry.path, "entry_points.txt"))


def _lines(path: str) -> Iterator[tuple[str, str, str]]:
    try:
        with open(path, encoding="utf-8") as file:
            lines = file.read().splitlines()
    except OSError:
        return
    section = ""
    for line in map(str.strip, lines):
        if line.startswith("["):
            section = line[1:-1]
        elif "=" in line:
            name, _, target = line.partition("=")
            yield section, name.strip(), target.strip()
