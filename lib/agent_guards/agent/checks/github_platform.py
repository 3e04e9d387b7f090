"""GitHub's own answers to what `doctor` asks, read through the one client of the house."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import quote as url_part

import msgspec

from agent_guards.agent.checks.platform import LastRun
from agent_guards.api import Answer, GitHub
from agent_guards.env import RunEnv
from agent_guards.times import parse_rfc3339

Read = Callable[[str], Answer]
Shape = TypeVar("Shape")


class _Repository(msgspec.Struct):
    default_branch: str


class _Check(msgspec.Struct):
    context: str


class _Parameters(msgspec.Struct):
    required_status_checks: list[_Check] = []


class _Rule(msgspec.Struct):
    type: str
    parameters: _Parameters | None = None


class _Checks(msgspec.Struct):
    contexts: list[str] = []


class _Protection(msgspec.Struct):
    required_status_checks: _Checks | None = None


class _Branch(msgspec.Struct):
    protection: _Protection | None = None


class _Workflow(msgspec.Struct):
    path: str
    state: str


class _Workflows(msgspec.Struct):
    workflows: list[_Workflow]


class _Run(msgspec.Struct):
    event: str
    created_at: str
    conclusion: str | None = None


class _Runs(msgspec.Struct):
    workflow_runs: list[_Run]


class GitHubPlatform:
    """One repository on GitHub."""

    def __init__(self, repository: str, read: Read) -> None:
        self._root = f"/repos/{repository}"
        self._read = read

    def default_branch(self) -> str:
        """The name of the default branch."""
        return self._get("", _Repository).default_branch

    def required_checks(self, branch: str) -> frozenset[str]:
        """What rulesets require, and what branch protection requires: both count."""
        name = url_part(branch, safe="")
        rules = self._get(f"/rules/branches/{name}?per_page=100", list[_Rule])
        names = {check.context for rule in rules if rule.parameters for check in rule.parameters.required_status_checks}
        protection = self._get(f"/branches/{name}", _Branch).protection
        protected = protection.required_status_checks if protection else None
        return frozenset(names) | frozenset(protected.contexts if protected else ())

    def workflow_states(self) -> Mapping[str, str]:
        """Path of each workflow -> its state."""
        found = self._get("/actions/workflows?per_page=100", _Workflows).workflows
        return {workflow.path: workflow.state for workflow in found}

    def last_runs(self, path: str, count: int) -> Sequence[LastRun]:
        """The latest runs of a workflow, newest first."""
        name = url_part(path.rsplit("/", 1)[-1], safe="")
        found = self._get(f"/actions/workflows/{name}/runs?per_page={count}", _Runs).workflow_runs
        return tuple(
            LastRun(
                started=parse_rfc3339(run.created_at) or datetime.min.replace(tzinfo=UTC),
                conclusion=run.conclusion or "",
                event=run.event,
            )
            for run in found
        )

    def _get(self, path: str, shape: type[Shape]) -> Shape:
        answer = self._read(self._root + path)
        if answer.fault:
            raise PermissionError(answer.fault.message)
        try:
            return msgspec.convert(answer.data, shape)
        except msgspec.ValidationError:
            raise PermissionError("GitHub's answer has not the shape that was asked for") from None


def connect(repository: str | None, env: RunEnv) -> GitHubPlatform | None:
    """The platform, where there is a token and a repository to ask about."""
    if not env.token or not repository:
        return None
    return GitHubPlatform(repository, GitHub(api_url=env.api_url, token=env.token).read)
