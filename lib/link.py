"""Put the project onto its environment's path, with the metadata by which its guards are found; builds nothing."""

import re
import sys
import sysconfig
import tomllib
from pathlib import Path


def link(root: Path, site: Path) -> None:
    """Write what an editable install would write."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    source = (root / "lib/agent_guards/__init__.py").read_text(encoding="utf-8")
    version = re.search(r'__version__ = "(.+)"', source)[1]
    (site / "agent_guards.pth").write_text(f"{root / 'lib'}\n{root}\n", encoding="utf-8")
    metadata = site / f"agent_guards-{version}.dist-info"
    metadata.mkdir(exist_ok=True)
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


if __name__ == "__main__":
    link(Path(sys.argv[1]), Path(sysconfig.get_path("purelib")))
