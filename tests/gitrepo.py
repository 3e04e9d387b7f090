"""Real git repositories for tests: pinned dates and authors, none of the machine's configuration."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from agent_guards.git import GitRepository

WHEN = "2026-01-02T12:00:00Z"
AUTHOR = "Ann Example <ann@example.org>"


class Repo:
    """A repository in `path`, made when it is not there: `Repo(tmp_path / "repo")`."""

    def __init__(self, path: Path, *init: str):
        self.path = path
        home = path.parent / "home"
        self.environ: Mapping[str, str] = {"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C"}
        if not path.exists():
            home.mkdir(parents=True, exist_ok=True)
            path.mkdir()
            self.git("init", "--quiet", "--initial-branch=main", *init)

    def git(self, *arguments: str | bytes, given: bytes = b"", **variables: str) -> str:
        """Run git and return what it prints, without the last line end."""
        done = subprocess.run(
            ["git", "-C", str(self.path), *arguments],
            input=given,
            capture_output=True,
            env={**self.environ, "GIT_CONFIG_NOSYSTEM": "1", **_identity(WHEN, AUTHOR), **variables},
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode(errors="replace")
        return done.stdout.decode("utf-8", "surrogateescape").removesuffix("\n")

    def write(self, path: str | bytes, content: bytes | str) -> Path:
        target = self.path / os.fsdecode(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
        return target

    def symlink(self, path: str | bytes, target: str) -> Path:
        link = self.path / os.fsdecode(path)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(target)
        return link

    def submodule(self, path: str, oid: str = "1" * 40) -> None:
        """Put a submodule's commit at `path`, with the empty folder that an unfetched submodule is."""
        (self.path / path).mkdir(parents=True)
        self.git("update-index", "--add", "--cacheinfo", f"160000,{oid},{path}")

    def commit(self, message: str = "Change", when: str = WHEN, author: str = AUTHOR) -> str:
        """Commit everything that is in the folder; returns the commit's id."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message, **_identity(when, author))
        return self.head

    def branch(self, name: str) -> None:
        """Make a branch here and go on there."""
        self.git("switch", "--quiet", "--create", name)

    def checkout(self, revision: str) -> None:
        self.git("checkout", "--quiet", revision)

    def merge(self, name: str, when: str = WHEN, author: str = AUTHOR) -> str:
        self.git("merge", "--quiet", "--no-ff", "--message", f"Merge {name}", name, **_identity(when, author))
        return self.head

    @property
    def head(self) -> str:
        return self.git("rev-parse", "HEAD")

    def clone(self, path: Path, *options: str) -> "Repo":
        """Clone as from a server, which hands out every commit that it has, as GitHub does."""
        self.git("config", "uploadpack.allowAnySHA1InWant", "true")
        self.git("config", "uploadpack.allowFilter", "true")
        self.git("clone", "--quiet", *options, self.path.as_uri(), str(path))
        return Repo(path)

    def worktree(self, path: Path, branch: str) -> "Repo":
        self.git("worktree", "add", "--quiet", "-b", branch, str(path))
        return Repo(path)

    def opened(self, *, trust: bool = False, fetch: bool = True) -> GitRepository:
        """Our own view of it: `with repo.opened() as repository`."""
        return GitRepository(self.path, trust=trust, fetch=fetch, environ=self.environ)


def _identity(when: str, author: str) -> dict[str, str]:
    name, _, email = author.rstrip(">").partition(" <")
    return {
        f"GIT_{who}_{what}": value
        for who in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", name), ("EMAIL", email), ("DATE", when))
    }
