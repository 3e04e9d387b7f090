"""dev-mcp-ban: development-only MCP servers never reach production code."""

from agent_guards.guard import Guard
from dev_mcp_ban.check import check
from dev_mcp_ban.inputs import gather, prepare
from dev_mcp_ban.rules import RULES

guard = Guard(
    name="dev-mcp-ban",
    summary="Development-only MCP servers never reach production code.",
    package="dev_mcp_ban",
    rules=RULES,
    gather=gather,
    check=check,
    prepare=prepare,
)
