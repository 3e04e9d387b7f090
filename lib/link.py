"""Put a new environment into its place: the locked packages and the project on its path, and the names of its guards beside them."""

import os
import re
import sys
import sysconfig
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

READY = "ready"
ATTEMPTS = 3


def link(root: Path, environment: Path, packages: Path) -> None:
    """Write what an editable install would write; nothing is built."""
    base = os.fspath(environment)
    paths = sysconfig.get_paths("venv", vars={"base": base, "platbase": base})
    site, scripts = Path(paths["purelib"]), Path(paths["scripts"])
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    source = (root / "lib/agent_guards/__init__.py").read_text(encoding="utf-8")
    version = re.search(r'__version__ = "(.+)"', source)[1]
    (site / "agent_guards.pth").write_text(f"{packages}\n{root / 'lib'}\n{root}\n", encoding="utf-8")
    metadata = site / f"agent_guards-{version}.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {version}\n", encoding="utf-8"
    )
    sections = {"console_scripts": project["scripts"], **project["entry-points"]}
    lines = [
        line
        for section, entries in sections.items()
        for line in (f"[{section}]", *(f"{name} = {target}" for name, target in entries.items()))
    ]
    (metadata / "entry_points.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for program in programs(packages):
        with suppress(OSError):  # Windows lets few people make links; only .ci/tool looks for programs here
            (scripts / program.name).symlink_to(program)


def programs(packages: Path) -> Iterator[Path]:
    """What the packages bring to be run."""
    for folder in ("bin", "Scripts"):
        if (packages / folder).is_dir():
            yield from (packages / folder).iterdir()


def settle(made: Path, place: Path) -> None:
    """Move what is finished to its place in one step. What is ready there stays; what is not ready makes way."""
    (made / READY).touch()
    for attempt in range(ATTEMPTS):
        try:
            made.rename(place)
        except OSError:
            if (place / READY).exists():
                return
            with suppress(OSError):
                place.rename(made.with_name(f"left.{attempt}"))
        else:
            return
    made.rename(place)


def main(root: Path, making: Path, packages: Path, environment: Path) -> None:
    """Settle the packages first: an environment is made for them where they lie."""
    if (making / "packages").exists():
        settle(making / "packages", packages)
    link(root, making / "environment", packages)
    settle(making / "environment", environment)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
