"""`agent-guards demo`: an agent opens a good and a bad pull request in a small repository, and both are judged."""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from agent_guards.change import resolve
from agent_guards.commands.demo_content import BAD, GOOD, PullRequest, start
from agent_guards.context import Context
from agent_guards.env import RunEnv
from agent_guards.errors import GitError, UsageError
from agent_guards.escape import quote
from agent_guards.git import GitRepository
from agent_guards.guard import load_guards
from agent_guards.render.text import text
from agent_guards.report import Outcome, Subject, Verdict
from agent_guards.run import examine, policy_of


def run(arguments: argparse.Namespace, env: RunEnv) -> int:
    """Make the repository, judge both changes, and say how to go on. Fails where a verdict is not the expected one."""
    if arguments.keep:
        folder = Path(arguments.keep)
        if folder.exists() and any(folder.iterdir()):
            raise UsageError(f"--keep {quote(arguments.keep)} is not empty.", "Name a folder that does not exist yet.")
        return _demonstrate(folder, env, kept=True)
    with tempfile.TemporaryDirectory(prefix="agent-guards-demo-") as temporary:
        return _demonstrate(Path(temporary), env, kept=False)


def _demonstrate(folder: Path, env: RunEnv, *, kept: bool) -> int:
    now = datetime.now(UTC).replace(microsecond=0)
    make_repository(folder, env.git, now)
    print("An agent opened two pull requests in the repository of a small shop.\n")
    verdicts = [_show(folder, env, pull, number, now) for number, pull in enumerate((GOOD, BAD), 1)]
    command = env.inputs.get("command", "agent-guards")
    if kept:
        print(f"The repository stays in {folder}:  {command} check --repo {folder} --base main --head {BAD.branch}")
    print(f"Judge your own repository:  {command} check --repo DIR")
    print(f"Learn about a rule:         {command} explain guard-mcp/false-exemption")
    return 0 if verdicts == [Verdict.PASS, Verdict.FAIL] else 1


def _show(folder: Path, env: RunEnv, pull: PullRequest, number: int, now: datetime) -> Verdict:
    """Show one pull request as a person sees it, then its report."""
    print(f"── Pull request {number}: {pull.title} {'─' * (60 - len(pull.title))}\n")
    for line in pull.describe(now).splitlines():
        print(f"  │ {line}".rstrip())
    print(f"\n  The agent committed: {', '.join(sorted(pull.contents(now)))}\n")
    outcome = judge_pull_request(folder, env, pull, number, now)
    terminal = sys.stdout.isatty()
    print(text(outcome, colour=env.colour(terminal=terminal), width=env.columns or 100))
    return outcome.verdict


def judge_pull_request(folder: Path, env: RunEnv, pull: PullRequest, number: int, now: datetime) -> Outcome:
    """Judge one pull request, as `check` would."""
    context = Context(base="main", head=pull.branch, body=pull.describe(now), author=pull.author, pull_request=number)
    with GitRepository(folder, environ=env.git) as repository:
        change = resolve(context, repository, now)
        policy, source = policy_of(repository, change)
        reports = tuple(examine(guard, repository, change, policy) for guard in load_guards())
    subject = Subject(base=change.base, head=change.head, pull_request=number, policy=source)
    return Outcome(subject=subject, reports=reports)


def make_repository(folder: Path, environ: Mapping[str, str], now: datetime) -> None:
    """Make the repository: what stood before, and a branch for each pull request."""
    folder.mkdir(parents=True, exist_ok=True)
    _git(folder, environ, now, "init", "--quiet", "--initial-branch=main")
    _commit(folder, environ, now - timedelta(days=1), "Open the shop", start(now))
    for pull in (GOOD, BAD):
        _git(folder, environ, now, "switch", "--quiet", "--create", pull.branch, "main")
        _commit(folder, environ, now, pull.title, pull.contents(now))
    _git(folder, environ, now, "switch", "--quiet", "main")


def _commit(folder: Path, environ: Mapping[str, str], when: datetime, message: str, files: Mapping[str, str]) -> None:
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode())
    _git(folder, environ, when, "add", "--all")
    _git(folder, environ, when, "commit", "--quiet", "--message", message)


def _git(folder: Path, environ: Mapping[str, str], when: datetime, *arguments: str) -> None:
    """Run git as nobody in particular: no configuration of the user's has a say in the demonstration."""
    identity = {
        f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in _identity(when).items()
    }
    settings = ("-c", "core.hooksPath=", "-c", "commit.gpgSign=false", "-c", "core.autocrlf=false")
    try:
        subprocess.run(
            ("git", *settings, *arguments),
            cwd=folder,
            env={**environ, **identity, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"},
            check=True,
            capture_output=True,
        )
    except FileNotFoundError as error:
        raise GitError(
            "git is not on PATH.", "Install git; the demonstration makes a small repository with it."
        ) from error
    except subprocess.CalledProcessError as error:
        raise GitError(f"git {arguments[0]} failed: {quote(error.stderr.decode(errors='replace').strip())}.") from error


def _identity(when: datetime) -> dict[str, str]:
    return {"NAME": "Demo agent", "EMAIL": "agent@demo.invalid", "DATE": when.isoformat()}
