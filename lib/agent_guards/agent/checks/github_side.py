"""Tells what GitHub knows: which checks are required, which workflows are switched on, how they ran lately."""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from typing import TypeVar

from agent_guards.agent.checks.line import Line, Setup, fail, ok, unknown, warn
from agent_guards.agent.checks.platform import LastRun
from agent_guards.escape import quote, quote_all

LAST = 5
INACTIVE = timedelta(days=60)
"""After so long without activity GitHub switches scheduled workflows of public repositories off."""
Answer = TypeVar("Answer")


def required(setup: Setup) -> Iterator[Line]:
    """The gate's jobs are what must pass, under the names that they have."""
    platform = setup.platform
    if platform is None:
        yield _not_asked(setup, "required-checks")
        return
    names = {gate.check_name(job) for gate in setup.gates for job in gate.our_jobs}
    asked = _ask(lambda: platform.required_checks(platform.default_branch()))
    if isinstance(asked, str):
        yield unknown(
            "required-checks",
            f"Which checks are required could not be read: {asked}.",
            "Use a token that may read the repository's administration.",
        )
        return
    missing = sorted(names - asked)
    if missing and asked & names != names:
        fix = "`agent-guards init` prints the line that requires them."
        yield fail("required-checks", f"{quote_all(missing)} is not required: a merge is not blocked by it.", fix)
    elif names:
        yield ok("required-checks", f"{quote_all(sorted(names))} is required.")
    for name in sorted(asked - names):
        if "guard" in name.lower() or "mcp" in name.lower():
            yield fail(
                "required-names",
                f"{quote(name)} is required, and no workflow reports under this name: every pull request waits for ever.",
                "Take it out of the ruleset, or name the job so.",
            )


def states(setup: Setup) -> Iterator[Line]:
    """The workflows are switched on."""
    platform = setup.platform
    if platform is None:
        yield _not_asked(setup, "workflow-state")
        return
    asked = _ask(platform.workflow_states)
    if isinstance(asked, str):
        yield unknown("workflow-state", f"The state of the workflows could not be read: {asked}.")
        return
    for workflow in setup.guard_workflows:
        found = asked.get(workflow.path)
        if found is None:
            yield warn(
                "workflow-state",
                f"GitHub does not know {quote(workflow.path)} yet.",
                "Bring it to the default branch.",
                workflow.path,
            )
        elif found != "active":
            yield fail(
                "workflow-state",
                f"{quote(workflow.path)} is switched off ({quote(found)}).",
                f"{quote(f'gh workflow enable {workflow.path}')}",
                workflow.path,
            )
        else:
            yield ok("workflow-state", f"{quote(workflow.path)} is active.", workflow.path)


def runs(setup: Setup) -> Iterator[Line]:
    """The last runs of each gate: there are some, and not all of them failed."""
    platform = setup.platform
    if platform is None:
        yield _not_asked(setup, "last-runs")
        return
    for workflow in setup.guard_workflows:
        asked = _ask(partial(platform.last_runs, workflow.path, LAST))
        if isinstance(asked, str):
            yield unknown("last-runs", f"The runs of {quote(workflow.path)} could not be read: {asked}.")
            continue
        yield _told(setup, workflow.path, asked)


def _told(setup: Setup, path: str, found: Sequence[LastRun]) -> Line:
    if not found:
        return warn("last-runs", f"{quote(path)} has never run.", "Open a pull request, and look at its checks.", path)
    words = ", ".join(run.conclusion or "running" for run in found)
    if all(run.conclusion in {"failure", "startup_failure"} for run in found):
        return warn(
            "last-runs",
            f"The last {len(found)} runs of {quote(path)} all failed: {words}.",
            f"{quote(f'gh run list --workflow {path}')}",
            path,
        )
    if any(run.event == "schedule" for run in found) and setup.now - found[0].started > INACTIVE:
        return fail(
            "schedule-dead",
            f"{quote(path)} has not run for {(setup.now - found[0].started).days} days: its schedule is dead.",
            f"{quote(f'gh workflow enable {path}')}",
            path,
        )
    return ok("last-runs", f"The last runs of {quote(path)}: {words}.", path)


def _not_asked(setup: Setup, check: str) -> Line:
    why = (
        "GitHub was not asked (--offline)"
        if setup.offline
        else "there is no token (GITHUB_TOKEN), or no repository on GitHub is known"
    )
    return unknown(
        check, f"Not known: {why}.", "" if setup.offline else "`GITHUB_TOKEN=$(gh auth token) agent-guards doctor`"
    )


def _ask(question: Callable[[], Answer]) -> Answer | str:
    """The answer, or in words why there is none."""
    try:
        return question()
    except PermissionError as error:
        return str(error)
