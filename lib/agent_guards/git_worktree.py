"""Turn the uncommitted files into a tree, without touching the user's index or object store."""

import os
from pathlib import Path

from agent_guards.git_command import GitCommand


def write_tree(git: GitCommand, folder: Path) -> tuple[str, GitCommand]:
    """Write the tree of the working directory below `folder`; return its id and a git that can read it."""
    paths = git.run("rev-parse", "--git-path", "index", "--git-path", "objects").removesuffix(b"\n")
    index, _, objects = paths.rpartition(b"index\n")
    _copy(Path(git.folder) / os.fsdecode(index + b"index"), folder / "index")
    (folder / "objects").mkdir()
    store = os.fspath((Path(git.folder) / os.fsdecode(objects)).absolute())
    reader = git.under(
        GIT_OBJECT_DIRECTORY=os.fspath(folder / "objects"),
        GIT_ALTERNATE_OBJECT_DIRECTORIES=_quoted(store),
    )
    writer = reader.under(GIT_INDEX_FILE=os.fspath(folder / "index"))
    writer.run("add", "--all")
    return writer.run("write-tree").decode().strip(), reader


def _copy(index: Path, copy: Path) -> None:
    if index.exists():
        copy.write_bytes(index.read_bytes())
        # Git looks again into files that changed in the index's last instant; a younger copy would make it trust them.
        times = index.stat()
        os.utime(copy, ns=(times.st_atime_ns, times.st_mtime_ns))


def _quoted(folder: str) -> str:
    """Write a path as git's list of alternates wants it: quoted, for it may hold the separator."""
    return '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'
