"""What the library is told of guard-mcp: its rules, its formats, and where each of its parts begins."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from agent_guards.context import Change
from agent_guards.finding import Finding
from agent_guards.guard import FileFormat, FileVerdict, Guard, LooseFile
from agent_guards.places import EVIDENCE
from agent_guards.policy import Policy
from agent_guards.repository import Repository
from guard_mcp.rules import RULES

if TYPE_CHECKING:
    from guard_mcp.inputs import Inputs

# Each part is imported when it is asked for: who lists the rules or judges loose files needs none of the others.


def _gather(repository: Repository, change: Change, policy: Policy) -> "Inputs":
    from guard_mcp import inputs

    return inputs.gather(repository, change, policy)


def _check(inputs: "Inputs") -> Iterator[Finding]:
    from guard_mcp import check

    return check.check(inputs)


def _judge(files: Iterable[LooseFile], policy: Policy, now: datetime) -> Iterator[FileVerdict]:
    from guard_mcp import validate

    return validate.judge_files(files, policy, now)


guard = Guard(
    name="guard-mcp",
    summary="Code changes carry valid evidence of the MCP tool calls behind them.",
    package="guard_mcp",
    rules=RULES,
    gather=_gather,
    check=_check,
    formats=(FileFormat(name="evidence", layout=EVIDENCE, judge=_judge),),
    schemas={"evidence": "evidence.schema.json", "archive": "archive.schema.json"},
)
