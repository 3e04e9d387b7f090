"""Tells where a pull request could turn a workflow against the repository: injection, rights, foreign code, moving versions."""

import re
from collections.abc import Iterator

from agent_guards.agent.checks.line import Line, Setup, fail, ok, warn
from agent_guards.agent.checks.workflow import ACTION, Step, Workflow
from agent_guards.agent.init_files import templates
from agent_guards.escape import quote

_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
# What whoever opens a pull request may write freely. Numbers and ids cannot carry a command.
_FOREIGN = re.compile(
    r"github\.head_ref|github\.event\.(?!(?:[\w.]*\.)?(?:number|sha|id|node_id|draft|merged|full_name|before|after|action)\b)",
    re.IGNORECASE,
)
_SHA = re.compile(r"[0-9a-f]{40}")
_EXACT = re.compile(r"v?\d+\.\d+\.\d+[\w.-]*")
_HEAD = re.compile(r"github\.head_ref|pull_request\.head\.(?:sha|ref)|refs/pull/")
_DELIMITER = re.compile(r"<<-?\s*['\"]?([A-Za-z]+)['\"]?[^$\n]*>>\s*\"?\$\{?GITHUB_(?:OUTPUT|ENV)", re.IGNORECASE)
_RANDOM = re.compile(r"\$|uuid|RANDOM|openssl", re.IGNORECASE)
_WRITING = {"write", "admin"}
_ENOUGH = frozenset({"checks", "statuses", "pull-requests", "issues", "security-events"})


def injection(setup: Setup) -> Iterator[Line]:
    """No text of a pull request stands in a script: GitHub would paste it in before the shell reads it."""
    found = False
    for workflow in setup.workflows:
        for step in workflow.steps:
            script = step.run or (step.view.get("with").get("script").text if "github-script" in step.uses else "")
            for expression in _EXPRESSION.finditer(script):
                if _FOREIGN.search(expression[1]):
                    found = True
                    index = script.count("\n", 0, expression.start())
                    yield fail(
                        "script-injection",
                        f"{quote(workflow.path)} pastes {quote(expression[0])} into a script: whoever writes it runs commands.",
                        'Hand it over as a variable: `env:` at the step, and `"$NAME"` in the script.',
                        workflow.path,
                        step.script_line(index),
                    )
                    if "body" in expression[1]:
                        yield from _template_in_shell(setup, workflow)
    if setup.workflows and not found:
        yield ok("script-injection", "No workflow pastes text of a pull request into a script.")


def _template_in_shell(setup: Setup, workflow: Workflow) -> Iterator[Line]:
    """The untouched template already is such a text: its quotes and backticks end the script or run."""
    for path in templates(setup.tree):
        if re.search(r"[\"`]|\$\(", setup.text(path)):
            yield fail(
                "template-in-shell",
                f"{quote(path)} holds quotes or backticks, and {quote(workflow.path)} pastes descriptions into a script: "
                "the template itself breaks it, or runs.",
                "Take the description out of the script (see script-injection).",
                path,
            )


def fixed_delimiter(setup: Setup) -> Iterator[Line]:
    """Text of a pull request is not handed on behind a delimiter that it could contain."""
    for workflow in setup.workflows:
        for step in workflow.steps:
            for index, line in enumerate(step.run.split("\n")):
                found = re.search(r"echo\s+[\"']?\w+<<([A-Za-z_]+)[\"']?", line)
                into = "GITHUB_OUTPUT" in step.run or "GITHUB_ENV" in step.run
                if (found and into and not _RANDOM.search(found[1])) or _DELIMITER.search(line):
                    yield fail(
                        "fixed-delimiter",
                        f"{quote(workflow.path)} writes an output behind a fixed delimiter: a text with that line in it "
                        "ends the value and sets other outputs.",
                        "Use a random delimiter, or read the text from GITHUB_EVENT_PATH where it is needed.",
                        workflow.path,
                        step.script_line(index),
                    )
                    break


def permissions(setup: Setup) -> Iterator[Line]:
    """Guards' workflows say what their token may do, and it may not write code."""
    for workflow in setup.guard_workflows:
        if workflow.fault:
            continue
        views = [workflow.root.get("permissions"), *(job.get("permissions") for job in workflow.jobs.values())]
        if not any(view.there for view in views):
            yield warn(
                "permissions",
                f"{quote(workflow.path)} does not say what its token may do; the repository's default may be everything.",
                "Write `permissions: {contents: read, pull-requests: read}` at the top.",
                workflow.path,
                1,
            )
        for view in views:
            wide = [name for name, level in view.items() if level.text in _WRITING and name not in _ENOUGH]
            if wide or view.text == "write-all":
                yield fail(
                    "permissions",
                    f"{quote(workflow.path)} gives its token {quote(', '.join(wide) or view.text)} to write; a guard reads.",
                    "Give `contents: read`, and of `write` only what reports need: pull-requests, checks or statuses.",
                    workflow.path,
                    view.line,
                )


def pull_request_target(setup: Setup) -> Iterator[Line]:
    """With the rights of the repository, nothing of the pull request is checked out."""
    for workflow in setup.workflows:
        if not {"pull_request_target", "workflow_run"} & set(workflow.triggers.names()):
            continue
        for step in workflow.steps:
            given = step.view.get("with")
            if "actions/checkout" in step.uses and _HEAD.search(given.get("ref").text):
                yield fail(
                    "target-checkout",
                    f"{quote(workflow.path)} runs with the repository's rights and checks out the pull request's code.",
                    "Check out the base (leave `ref` out); our action fetches the head's objects and reads them as data.",
                    workflow.path,
                    step.view.line,
                )


def pins(setup: Setup) -> Iterator[Line]:
    """What the guards' workflows use stays what it was when somebody looked at it."""
    moving = []
    for workflow in setup.guard_workflows:
        for step in workflow.steps:
            name, at, version = step.uses.partition("@")
            if at and not _fixed(name, version):
                moving.append((workflow, step))
    for workflow, step in moving:
        yield warn(
            "pinned-versions",
            f"{quote(workflow.path)} uses {quote(step.uses)}, which can become something else at any time.",
            "Pin it to the commit's full id, with the version in a comment behind it.",
            workflow.path,
            step.view.get("uses").line,
        )
    if setup.guard_workflows and not moving:
        yield ok("pinned-versions", "The guards' workflows use fixed versions.")


def _fixed(name: str, version: str) -> bool:
    """A commit's id is fixed; of our own actions an exact version is, for its tags are never moved."""
    return bool(_SHA.fullmatch(version)) or (name.startswith(ACTION) and bool(_EXACT.fullmatch(version)))


def head_code(setup: Setup) -> Iterator[Line]:
    """The judge is not brought along by the judged: no guard's script comes from the pull request's checkout."""
    for workflow in setup.guard_workflows:
        if not workflow.on_pull_request:
            continue
        at: Step | None = next((step for step in workflow.steps if _runs_own_script(step.run)), None)
        if at:
            yield warn(
                "home-made-guard",
                f"{quote(workflow.path)} judges with a script of the checkout: a pull request can change its own judge.",
                f"Use the action `{ACTION}`, and remove the script.",
                workflow.path,
                at.view.line,
            )


def _runs_own_script(run: str) -> bool:
    return bool(
        re.search(
            r"(?:node|python3?|bash|sh)\s+\.?/?[\w./-]*(?:guard|verify|mcp|heartbeat)[\w.-]*\.(?:c?js|mjs|py|sh)", run
        )
    )
