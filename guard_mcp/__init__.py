"""guard-mcp: code changes carry evidence of the MCP calls behind them."""

from agent_guards.guard import FileFormat, Guard
from guard_mcp.check import check
from guard_mcp.evidence import LAYOUT
from guard_mcp.inputs import gather
from guard_mcp.rules import RULES
from guard_mcp.validate import judge_files

guard = Guard(
    name="guard-mcp",
    summary="Code changes carry valid evidence of the MCP tool calls behind them.",
    package="guard_mcp",
    rules=RULES,
    gather=gather,
    check=check,
    formats=(FileFormat(name="evidence", layout=LAYOUT, judge=judge_files),),
    schemas={"evidence": "evidence.schema.json", "archive": "archive.schema.json"},
)
