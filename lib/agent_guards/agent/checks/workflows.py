"""Tells whether the workflows are there, can be read, and start when they should."""

import re
from collections.abc import Iterator

from agent_guards.agent.checks.line import INIT, Line, Setup, fail, ok, warn
from agent_guards.agent.checks.workflow import EVENTS, GUARDS, View, Workflow
from agent_guards.escape import quote, quote_all

_MARKER = re.compile(r"^(?:<{7}|>{7}|\|{7})(?: .*)?$|^={7}$", re.MULTILINE)
_HEREDOC = re.compile(r"<<-?\s*\\?['\"]?(\w+)['\"]?")
TYPES = frozenset({"opened", "synchronize", "reopened", "edited"})
_MENDED = "Take the file as `agent-guards init` writes it (remove yours, run it), or mend it as told here."


def present(setup: Setup) -> Iterator[Line]:
    """Some workflow runs the guards on pull requests, and all of them."""
    if not setup.gates:
        yield fail("workflow-present", "No workflow runs the guards on pull requests, so nothing is judged.", INIT)
        return
    run = frozenset[str]().union(*(names for gate in setup.gates for names in gate.our_jobs.values()))
    for name in GUARDS:
        if name not in run:
            yield warn(
                "guard-missing", f"No workflow runs {name} on pull requests.", "Use the suite's action, which runs all."
            )
    yield ok("workflow-present", f"{quote_all([gate.path for gate in setup.gates])} runs {', '.join(sorted(run))}.")


def merge_markers(setup: Setup) -> Iterator[Line]:
    """No file of ours was committed in the middle of a merge."""
    for workflow in setup.workflows:
        found = _MARKER.search(workflow.text)
        if found:
            line = workflow.text.count("\n", 0, found.start()) + 1
            yield fail(
                "merge-markers",
                f"{quote(workflow.path)} holds a merge conflict that was committed.",
                "Settle the conflict, take the marker lines out, and commit.",
                workflow.path,
                line,
            )


def valid_yaml(setup: Setup) -> Iterator[Line]:
    """Every workflow is YAML, with each key once."""
    broken = [one for one in setup.workflows if one.fault]
    for one in broken:
        cause = _column_0(one)
        if cause:
            yield fail(
                "heredoc-column-0",
                f"{quote(one.path)} is no YAML: a heredoc of a `run` block stands at column 0 and ends the block.",
                "Indent the heredoc with its block (YAML takes the indentation off again), or move it to a file.",
                one.path,
                cause,
            )
        yield fail(
            "workflow-yaml",
            f"{quote(one.path)} is no YAML ({quote(one.fault)}): it never runs.",
            _MENDED,
            one.path,
            one.fault_line,
        )
    for one in setup.workflows:
        for key, first, second in one.duplicates:
            yield fail(
                "duplicate-key",
                f"{quote(one.path)}: the key {quote(key)} stands on line {first} and again here; GitHub refuses the file.",
                "Keep one of the two.",
                one.path,
                second,
            )
    if setup.workflows and not broken:
        yield ok("workflow-yaml", "Every workflow file is YAML.")


def _column_0(workflow: Workflow) -> int:
    """The line of a heredoc's content that stands at column 0 before the file stops being YAML, else 0."""
    lines = workflow.text.splitlines()
    for index, line in enumerate(lines):
        found = _HEREDOC.search(line) if line.startswith(" ") else None
        if (
            found
            and index + 1 < len(lines)
            and re.match(r"[^\s#]", lines[index + 1])
            and index + 2 <= workflow.fault_line + 1
        ):
            return index + 2
    return 0


def triggers(setup: Setup) -> Iterator[Line]:
    """Gates start when the description is edited and in the merge queue, and on no push that has no description."""
    for gate in setup.gates:
        event = next(gate.triggers.get(name) for name in EVENTS if name in gate.triggers.names())
        types = set(event.get("types").names())
        lacking = sorted(TYPES - types) if types else ["edited"]
        if lacking:
            yield fail(
                "trigger-edited",
                f"{quote(gate.path)} does not start on {quote_all(lacking)}: who mends the description is not judged again.",
                "Write `types: [opened, synchronize, reopened, edited, ready_for_review]`.",
                gate.path,
                event.line or gate.triggers.line,
            )
        if "merge_group" not in gate.triggers.names():
            yield warn(
                "trigger-merge-group",
                f"{quote(gate.path)} does not start on `merge_group`: a required check would never report in a merge queue.",
                "Add `merge_group:` under `on:`.",
                gate.path,
                gate.triggers.line,
            )
        yield from _filters(setup, gate, event)


def _filters(setup: Setup, gate: Workflow, event: View) -> Iterator[Line]:
    """A filter keeps a required check from reporting: the pull request waits for ever."""
    for name in ("paths", "paths-ignore"):
        if event.get(name).there:
            yield fail(
                "path-filter",
                f"{quote(gate.path)} has a `{name}` filter: where it keeps the workflow from starting, the check stays pending.",
                f"Take `{name}` out; the guards find out themselves what a change touches, and cost seconds.",
                gate.path,
                event.get(name).line,
            )
    branches = event.get("branches")
    default = setup.given.get("default-branch", "main")
    if branches.there and default not in branches.names() and not any("*" in name for name in branches.names()):
        yield fail(
            "branch-filter",
            f"{quote(gate.path)} starts only for {quote_all(list(branches.names()))}, and not for the default branch {quote(default)}.",
            "Take `branches` out, or name the default branch.",
            gate.path,
            branches.line,
        )


def never_skipped(setup: Setup) -> Iterator[Line]:
    """A gate's job always reports its own verdict: no `if`, no cancelling."""
    for gate in setup.gates:
        for job in gate.our_jobs:
            condition = gate.jobs[job].get("if")
            if condition.there:
                yield fail(
                    "gate-if",
                    f"The job {quote(job)} has an `if`: where it is false the job is skipped, and a skipped check counts as passed.",
                    "Take the `if` out.",
                    gate.path,
                    condition.line,
                )
        for view in (gate.root, *gate.jobs.values()):
            cancels = view.get("concurrency").get("cancel-in-progress")
            if cancels.there and cancels.text != "false":
                yield fail(
                    "cancel-in-progress",
                    f"{quote(gate.path)} cancels runs: two events of one commit leave a cancelled check, which blocks the merge.",
                    "Write `cancel-in-progress: false`.",
                    gate.path,
                    cancels.line,
                )


def skipped_needs(setup: Setup) -> Iterator[Line]:
    """No job wants success of jobs that are skipped on some of the workflow's events."""
    for one in setup.guard_workflows:
        conditional = {
            name
            for name, job in one.jobs.items()
            if "event_name" in job.get("if").text or "pull_request" in job.get("if").text
        }
        for name, job in one.jobs.items():
            wanted = conditional & set(job.get("needs").names())
            own = " ".join(
                [job.get("if").text, *(step.run + step.view.get("if").text for step in one.steps if step.job == name)]
            )
            if wanted and len(one.triggers.names()) > 1 and "success" in own and "skipped" not in own:
                yield fail(
                    "needs-skipped",
                    f"The job {quote(name)} wants success of {quote_all(sorted(wanted))}, which are skipped on other events: it fails there.",
                    "Use one job with the suite's action, which needs no such job.",
                    one.path,
                    job.line,
                )


def push(setup: Setup) -> Iterator[Line]:
    """What judges a description does not run on a push, which has none."""
    for one in setup.guard_workflows:
        if "push" not in one.triggers.names():
            continue
        for name, job in one.jobs.items():
            steps = [step for step in one.steps if step.job == name]
            if "event_name" in job.get("if").text or "pull_request" in job.get("if").text:
                continue
            at = next((step for step in steps if _BODY.search(step.run) or _BODY.search(_environment(step.view))), None)
            if at and not at.view.get("if").there:
                yield fail(
                    "body-on-push",
                    f"The job {quote(name)} reads the description on a push, which has none: every push fails.",
                    "Use our action, which judges a push as a whole tree.",
                    one.path,
                    at.view.line,
                )


_BODY = re.compile(r"pull_request\.body|PR_BODY|pull_request\['body'\]")


def _environment(step: View) -> str:
    return " ".join(view.text for _, view in step.get("env").items())
