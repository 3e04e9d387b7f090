"""The README's chapter “For agents”, followed to the letter."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from gitrepo import Repo

from agent_guards.agent.init_files import template

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
CHAPTER = README.partition("## For agents\n")[2].partition("\n## ")[0]
SETUP, WORK = (
    [line.removeprefix("$ ") for line in block.splitlines()]
    for block in re.findall(r"```console\n(.*?)```", CHAPTER, re.DOTALL)
)


@pytest.fixture
def shell(tmp_path):
    """A shell in a fresh clone, in which `agent-guards` is a command."""
    repo = Repo(tmp_path / "origin")
    repo.write("src/cart.ts", "export const total = 0;\n")
    repo.write(".gitignore", "artifacts/\n")
    repo.write(".claude/settings.json", '{"permissions": {}}\n')
    repo.commit()
    repo.git("config", "receive.denyCurrentBranch", "ignore")
    clone = repo.clone(tmp_path / "clone")
    program = tmp_path / "bin/agent-guards"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -I -m agent_guards "$@"\n')
    program.chmod(0o755)
    identity = {
        f"GIT_{who}_{what}": value
        for who in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", "Nora"), ("EMAIL", "n@example.org"))
    }
    environ = {
        "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path / "home"),
        "AGENT_NAME": "nora",
        **identity,
    }

    def run(line, given=""):
        done = subprocess.run(
            ["bash", "-c", line], cwd=clone.path, env=environ, input=given, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    run.repo = clone
    return run


def test_the_chapter_can_be_followed_to_the_letter(shell):
    for line in SETUP:
        shell(line.replace("agent-guards init ", "agent-guards init --yes "))
    shell("git add --all && git commit --quiet --message 'Set up Agent Guards' && git push --quiet origin main")
    for line in WORK:
        shell(line)
        if "--status doing" in line:
            shell.repo.write("src/cart.ts", "export const total = 1;\n")
            shell("agent-guards record hook", given=json.dumps(call()))
    body = shell("cat ../pr.md")
    assert "(1 call)" in body
    assert re.search(r"heartbeat\.ndjson` \(\d+ beats\)", body)


def call():
    return {
        "session_id": "abc123",
        "cwd": ".",
        "hook_event_name": "PostToolUse",
        "tool_name": "mcp__context7__get-library-docs",
        "tool_input": {"context7CompatibleLibraryID": "/shopify/hydrogen"},
        "tool_response": "text",
        "tool_use_id": "toolu_01",
    }


def test_every_command_that_init_writes_is_in_the_chapter():
    for command in ("record hook", "beat", "pr-body", "doctor", "init"):
        assert f"`agent-guards {command}" in CHAPTER


def test_the_snippet_in_the_readme_is_what_init_writes(request):
    found = re.search(r"<!-- agents\.md -->\n\n```markdown\n(.*?)```\n\n<!-- /agents\.md -->", README, re.DOTALL)
    assert found
    assert found[1] == template("agents.md")
