"""An agent's desk for tests: a git folder made by hand in a millisecond, the command in it, and what the guards say of its files."""

import json
import os
import subprocess
import sys
from pathlib import Path

from agent_guards.agent.checkout import Checkout, find
from agent_guards.agent.journal import read

ROOT = Path(__file__).parents[1]
DAY = "artifacts/nora/*/"


class Desk:
    """A repository with one branch and no commit, and an agent called nora."""

    def __init__(self, path: Path):
        self.path = path
        (path / ".git").mkdir(parents=True)
        self.switch("main")
        self.environ = {"PATH": os.environ["PATH"], "HOME": str(path), "AGENT_NAME": "nora"}

    def switch(self, branch: str) -> None:
        (self.path / ".git/HEAD").write_text(f"ref: refs/heads/{branch}\n")

    @property
    def checkout(self) -> Checkout:
        return find(str(self.path))

    @property
    def journal(self) -> list[tuple[str, str]]:
        return [(entry.kind, entry.message) for entry in read(self.checkout)]

    def policy(self, text: str) -> None:
        (self.path / ".github").mkdir()
        (self.path / ".github/agent-guards.yml").write_text(text)

    def start(self, *arguments: str, **options) -> "subprocess.Popen":
        options = {"env": self.environ, "cwd": self.path, **options}
        return subprocess.Popen([sys.executable, "-I", "-m", "agent_guards", *arguments], **options)

    def run(self, *arguments: str, given: bytes | str | dict = b"", **variables: str) -> "subprocess.CompletedProcess":
        data = json.dumps(given) if isinstance(given, dict) else given
        return subprocess.run(
            [sys.executable, "-I", "-m", "agent_guards", *arguments],
            input=data.encode() if isinstance(data, str) else data,
            capture_output=True,
            cwd=self.path,
            env=self.environ | variables,
            timeout=60,
            check=False,
        )

    @property
    def evidence(self) -> list[dict]:
        """Every evidence line, file by file."""
        return [line for file in sorted(self.path.glob(f"{DAY}mcp/*.jsonl")) for line in lines(file)]

    @property
    def beats(self) -> list[dict]:
        return [line for file in sorted(self.path.glob(f"{DAY}heartbeat.ndjson")) for line in lines(file)]

    def validate(self) -> None:
        """What was written must pass the guards."""
        done = self.run("validate", "--all", "--fail-on", "error")
        assert done.returncode == 0, done.stdout.decode()


def lines(file: Path) -> list[dict]:
    data = file.read_bytes()
    assert data.endswith(b"\n")
    return [json.loads(line) for line in data.splitlines()]
