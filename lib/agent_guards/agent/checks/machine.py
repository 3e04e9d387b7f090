"""Tells whether this machine can do its part: Python, git, the remote, the size of the repository."""

import re
import subprocess
import sys
from collections.abc import Iterator

from agent_guards.agent.checks.line import Line, Setup, fail, ok, unknown, warn
from agent_guards.errors import GuardError
from agent_guards.escape import quote

GIT = (2, 31)
LARGE = 1024 * 1024
"""KiB from which on a repository wants cleaning up: 1 GiB."""
SECONDS = 10


def python(setup: Setup) -> Iterator[Line]:
    """The guards run here, so this is new enough; said for whoever compares machines."""
    del setup
    yield ok("python", f"Python {'.'.join(map(str, sys.version_info[:3]))}.")


def git(setup: Setup) -> Iterator[Line]:
    """Git has what the guards ask of it."""
    found = re.search(r"(\d+)\.(\d+)[\w.]*", setup.ask("version"))
    if found is None:
        yield unknown("git", "Git does not tell its version.")
    elif (int(found[1]), int(found[2])) < GIT:
        yield fail("git", f"Git {found[0]} is too old.", f"Install git {'.'.join(map(str, GIT))} or newer.")
    else:
        yield ok("git", f"Git {found[0]}.")


def size(setup: Setup) -> Iterator[Line]:
    """The repository is not so large that every run suffers."""
    counted = dict(re.findall(r"^(size|size-pack): (\d+)$", setup.ask("count-objects", "-v"), re.MULTILINE))
    if not counted:
        yield unknown("repository-size", "Git does not tell the size of the repository.")
        return
    total = sum(map(int, counted.values()))
    said = f"The repository's objects have {total / 1024:,.1f} MiB."
    if total > LARGE:
        yield warn(
            "repository-size",
            said,
            "Run `git gc`; archive old evidence; find large files with `git rev-list --objects --all`.",
        )
    else:
        yield ok("repository-size", said)


def remote(setup: Setup) -> Iterator[Line]:
    """The remote can be reached with the rights that this machine has."""
    if not setup.ask("remote").split():
        yield warn(
            "remote", "The repository has no remote: pull requests happen elsewhere.", "`git remote add origin URL`"
        )
        return
    if setup.offline:
        yield unknown("remote", "The remote was not asked (--offline).")
        return
    try:
        setup.git.run("ls-remote", "--exit-code", "--quiet", "origin", "HEAD", seconds=SECONDS)
    except subprocess.TimeoutExpired:
        yield unknown(
            "remote", f"The remote did not answer within {SECONDS} seconds.", "Look at the network, then run again."
        )
    except GuardError as error:
        if re.search(r"resolve|unable to access|connect|unreachable|timed out|network", error.message, re.IGNORECASE):
            yield unknown(
                "remote", f"The remote cannot be reached: {error.message}", "Look at the network, then run again."
            )
        else:
            yield fail(
                "remote",
                f"The remote refuses: {error.message}",
                "Sign in again (`gh auth login`, or your SSH key), or correct `git remote -v`.",
            )
    else:
        yield ok("remote", f"The remote answers ({quote(setup.ask('remote').split()[0])}).")
