"""What the library is told of idle-guard: its rules, its formats, and where each of its parts begins."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from agent_guards.context import Change
from agent_guards.finding import Finding
from agent_guards.guard import FileFormat, FileVerdict, Guard, LooseFile
from agent_guards.policy import Policy
from agent_guards.repository import Repository
from idle_guard import heartbeat, tasks
from idle_guard.rules import RULES

if TYPE_CHECKING:
    from idle_guard.inputs import Inputs

# Each part is imported when it is asked for: who lists the rules or judges loose files needs none of the others.


def _gather(repository: Repository, change: Change, policy: Policy) -> "Inputs":
    from idle_guard import inputs

    return inputs.gather(repository, change, policy)


def _check(inputs: "Inputs") -> Iterator[Finding]:
    from idle_guard import check

    return check.check(inputs)


def _judge_heartbeats(files: Iterable[LooseFile], policy: Policy, now: datetime) -> Iterator[FileVerdict]:
    from idle_guard import validate

    return validate.judge_heartbeats(files, policy, now)


def _judge_tasks(files: Iterable[LooseFile], policy: Policy, now: datetime) -> Iterator[FileVerdict]:
    from idle_guard import validate

    return validate.judge_tasks(files, policy, now)


guard = Guard(
    name="idle-guard",
    summary="Long work left a heartbeat, and no agent fell silent in the middle of a task.",
    package="idle_guard",
    rules=RULES,
    gather=_gather,
    check=_check,
    formats=(
        FileFormat(name="heartbeat", layout=heartbeat.LAYOUT, judge=_judge_heartbeats),
        FileFormat(name="tasks", layout=tasks.LAYOUT, judge=_judge_tasks),
    ),
    schemas={"heartbeat": "heartbeat.schema.json", "tasks": "tasks.schema.json"},
)
