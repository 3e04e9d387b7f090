"""What the library is told of dev-mcp-ban: its rules, and where each of its parts begins."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from agent_guards.context import Change
from agent_guards.finding import Finding
from agent_guards.guard import Guard
from agent_guards.policy import Policy
from agent_guards.repository import Repository
from dev_mcp_ban.files import EARLY
from dev_mcp_ban.rules import RULES

if TYPE_CHECKING:
    from dev_mcp_ban.inputs import Inputs

# Each part is imported when it is asked for: who lists the rules needs none of the others.


def _gather(repository: Repository, change: Change, policy: Policy) -> "Inputs":
    from dev_mcp_ban import inputs

    return inputs.gather(repository, change, policy)


def _check(inputs: "Inputs") -> Iterator[Finding]:
    from dev_mcp_ban import check

    return check.check(inputs)


def _prepare(repository: Repository) -> None:
    """Have git look for what every listed name and pattern of the default policy holds, while we read the policy itself."""
    repository.searches.ahead(*EARLY)


guard = Guard(
    name="dev-mcp-ban",
    summary="Development-only MCP servers never reach production code.",
    package="dev_mcp_ban",
    rules=RULES,
    gather=_gather,
    check=_check,
    prepare=_prepare,
)
