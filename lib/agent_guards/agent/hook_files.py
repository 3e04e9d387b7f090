"""Which file each agent reads its hooks from, in which form, and what of it is ours."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

RECORD, BEAT = "agent-guards record hook", "agent-guards beat hook"
MCP, ANY = "mcp__.*", ".*"
# A matcher of these characters alone is a list of exact names to Claude Code, whatever it looks like.
_EXACT = re.compile(r"[A-Za-z0-9_\-, |]+")
_TOOLS = ("mcp__context7__get-library-docs", "mcp__plugin_docs_context7__query", "mcp__memory__read_graph")
Json = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class HookFile:
    """One agent's hooks: where they stand, what shows that the agent is used here, and what we add to which event."""

    agent: str
    path: str
    signs: tuple[str, ...]
    entries: tuple[tuple[str, Json], ...]
    """(event, what is appended to its list)."""
    start: Json
    """What a new file holds beside the hooks."""


def _nested(matcher: str, command: str, timeout: int) -> Json:
    return {"matcher": matcher, "hooks": [{"type": "command", "command": command, "timeout": timeout}]}


def _claude(event: str, timeout: int = 10) -> tuple[tuple[str, Json], ...]:
    return ((event, _nested(MCP, RECORD, timeout)), (event, _nested(ANY, BEAT, timeout)))


HOOK_FILES = (
    HookFile(
        agent="claude-code",
        path=".claude/settings.json",
        signs=(".claude", "CLAUDE.md"),
        # A call that ends in an error fires the second event and not the first.
        entries=(*_claude("PostToolUse"), ("PostToolUseFailure", _nested(MCP, RECORD, 10))),
        start={},
    ),
    HookFile(agent="codex", path=".codex/hooks.json", signs=(".codex",), entries=_claude("PostToolUse"), start={}),
    HookFile(
        agent="cursor",
        path=".cursor/hooks.json",
        signs=(".cursor", ".cursorrules"),
        entries=(
            ("afterMCPExecution", {"command": RECORD}),
            ("afterMCPExecution", {"command": BEAT}),
            ("afterFileEdit", {"command": BEAT}),
        ),
        start={"version": 1},
    ),
    HookFile(
        agent="gemini",
        path=".gemini/settings.json",
        signs=(".gemini", "GEMINI.md"),
        # Its names for MCP tools differ between versions, so all calls are handed over; the recorder knows which are MCP.
        # Its timeouts are milliseconds.
        entries=(("AfterTool", _nested(ANY, RECORD, 10_000)), ("AfterTool", _nested(ANY, BEAT, 10_000))),
        start={},
    ),
    HookFile(
        agent="copilot",
        path=".github/hooks/agent-guards.json",
        signs=(".github/copilot-instructions.md", ".github/hooks"),
        entries=tuple(
            (event, {"type": "command", "bash": command, "timeoutSec": 30})
            for event, command in (("postToolUse", RECORD), ("postToolUseFailure", RECORD), ("postToolUse", BEAT))
        ),
        start={"version": 1},
    ),
)


def commands(entry: object) -> tuple[str, ...]:
    """The commands that one entry of an event's list runs, in any agent's form."""
    if not isinstance(entry, dict):
        return ()
    own = [entry.get(key) for key in ("command", "bash", "powershell")]
    nested = entry.get("hooks")
    inner = [one for part in nested for one in commands(part)] if isinstance(nested, list) else []
    arguments = entry.get("args")
    words = [str(one) for one in arguments] if isinstance(arguments, list) else []
    return (*(" ".join((one, *words)) for one in own if isinstance(one, str)), *inner)


def runs(entry: object, command: str) -> bool:
    """Whether an entry runs one of our commands, from wherever it is installed and with whatever options."""
    return any(command in " ".join(one.replace('"', "").split()) for one in commands(entry))


def fires(entry: object) -> bool:
    """Whether the entry's matcher lets any MCP tool through."""
    return matcher_fault(entry.get("matcher") if isinstance(entry, dict) else None) == ""


def matcher_fault(matcher: object) -> str:
    """Say why a matcher can never match an MCP tool; empty where it can."""
    if matcher is None or matcher in {"", "*"}:
        return ""
    if not isinstance(matcher, str):
        return "it is no text"
    if _EXACT.fullmatch(matcher):
        names = [name.strip() for name in re.split(r"[|,]", matcher)]
        named = any(re.fullmatch(r"mcp__.+?__.+|MCP:.+", name) for name in names)
        return (
            "" if named else "without a character of a regular expression it is an exact name, and no tool is called so"
        )
    try:
        pattern = re.compile(matcher)
    except re.error as error:
        return f"it is no regular expression ({error.msg})"
    return (
        ""
        if "mcp" in matcher.lower() or any(map(pattern.search, (*_TOOLS, *_imagined(matcher))))
        else "no name of the form mcp__server__tool matches it"
    )


def _imagined(matcher: str) -> Sequence[str]:
    """Names that a matcher may have been written for: each alternative with its wildcards filled in."""
    filled = re.sub(r"(?:\.|\\w|\[[^\]]*\])[*+]?\??", "x", re.sub(r"[\^$()]|\?:", "", matcher))
    return [f"mcp__{name}" for name in filled.split("|") if "__" in name]
