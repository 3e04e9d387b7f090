"""Reads what an agent hands to a hook after a tool call, in the shape of whichever agent it is."""

import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping

from agent_guards.agent.calls import LONGEST_ID, Call, Outcome, made_up_id
from agent_guards.agent.checkout import Checkout, locate
from agent_guards.agent.servers import McpTool, mapping, mcp_tool, text
from agent_guards.agent.words import clean
from agent_guards.errors import GuardError, UsageError

LARGEST = 64 * 1024 * 1024
_CHUNK = 1024 * 1024
_SHORTEST_ID = 8
_EVENT = ("hook_event_name", "hookEventName")
_NAME = ("tool_name", "toolName")
_ID = ("tool_use_id", "toolUseId", "tool_call_id", "toolCallId", "call_id")
_SESSION = ("session_id", "sessionId", "conversation_id", "conversationId")
_ORIGIN = ("generation_id", "generationId", *_SESSION)
_INPUT = ("tool_input", "toolInput", "toolArgs", "tool_args")
_RESULT = ("tool_response", "toolResponse", "toolResult", "tool_result", "result_json", "tool_output")
_RESULT_TYPE = ("resultType", "result_type")
_DENIED = frozenset({"denied", "rejected"})
_FAILED = frozenset({"failure", "error", "timeout"})
# How the MCP libraries word an error of the protocol; everything else was said by the tool.
_PROTOCOL_ERROR = re.compile(r"\W*(?:McpError\W+)?MCP error -?\d+", re.IGNORECASE)


class PayloadError(GuardError):
    """What stood on standard input is no report of a tool call."""


def read_stdin() -> bytes:
    """Read the payload whole: an agent that cannot get rid of it would wait."""
    parts, size = [], 0
    while part := sys.stdin.buffer.read(_CHUNK):
        size += len(part)
        if size <= LARGEST:
            parts.append(part)
    if size > LARGEST:
        raise PayloadError(f"The payload is larger than {LARGEST // _CHUNK} MiB; the call was not recorded.")
    return b"".join(parts)


def parse(data: bytes) -> Mapping[str, object]:
    """Read the payload as what it is in all shapes: one JSON object."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        raise PayloadError("Standard input holds no JSON; an agent's hook is expected to call this.") from None
    if not isinstance(value, dict):
        raise PayloadError("Standard input holds no JSON object; an agent's hook is expected to call this.")
    return value


def checkout_for(repo: str | None, data: bytes) -> Checkout:
    """Find the repository: where the hook was started, else where the payload says that the agent works."""
    try:
        return locate(repo)
    except UsageError:
        if repo is not None:
            raise
        return locate(None, *folders(parse(data)))


def folders(payload: Mapping[str, object]) -> list[str]:
    """Where the agent says that it works."""
    roots = payload.get("workspace_roots")
    given = [payload.get("cwd"), *(roots if isinstance(roots, list) else ())]
    return [folder for folder in given if isinstance(folder, str) and os.path.isabs(folder) and "\0" not in folder]


def call_of(payload: Mapping[str, object], servers: Callable[[], Iterable[str]], *, every: bool) -> Call | None:
    """Make a call of the payload; None where there is nothing to record: no MCP server's tool, or one that never ran."""
    name, event = text(payload, _NAME), text(payload, _EVENT)
    if not name:
        raise PayloadError("The payload names no tool; register the hook for what comes after a tool call.")
    if event.lower().startswith(("pre", "before")):
        raise PayloadError(f"The hook is registered for {event}, before the call; register it for what comes after.")
    arguments = _unpacked(_first(payload, _INPUT))
    found = mcp_tool(payload, name, arguments, servers())
    scheme = "mcp" if found else "tool"
    found = found or (McpTool(name, name, arguments) if every else None)
    outcome = _outcome(payload, event)
    if found is None or outcome is None:
        return None
    return Call(
        server=found.server,
        tool=found.tool,
        arguments=found.arguments,
        request_id=_request_id(payload, found),
        session=text(payload, _SESSION) or "unknown",
        outcome=outcome,
        scheme=scheme,
    )


def _first(payload: Mapping[str, object], keys: Iterable[str]) -> object:
    return next((payload[key] for key in keys if payload.get(key) is not None), None)


def _unpacked(value: object) -> object:
    """Open a JSON text: some agents hand arguments and results over escaped."""
    if isinstance(value, str) and value.lstrip()[:1] in {"{", "["}:
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def _request_id(payload: Mapping[str, object], found: McpTool) -> str:
    own, session = clean(text(payload, _ID), LONGEST_ID), text(payload, _SESSION)
    if own:  # a short one counts the calls of a session
        return own if len(own) >= _SHORTEST_ID or not session else f"{session}:{own}"
    return made_up_id(text(payload, _ORIGIN), found.server, found.tool, found.arguments, _moment(payload))


def _moment(payload: Mapping[str, object]) -> str:
    """The payload's own time in milliseconds: one agent tells it as a number to one hook and as text to another."""
    told = payload.get("timestamp")
    if isinstance(told, str):
        from agent_guards.times import parse_rfc3339

        moment = parse_rfc3339(told)
        return str(round(moment.timestamp() * 1000)) if moment else told
    return str(told) if isinstance(told, int | float) else ""


def _outcome(payload: Mapping[str, object], event: str) -> Outcome | None:
    """Tell how the call ended; None where somebody forbade it."""
    result = _unpacked(_first(payload, _RESULT))
    told = mapping(result)
    kind = text(told, _RESULT_TYPE).lower()
    if kind in _DENIED:
        return None
    said = next((one for one in (payload.get("error"), told.get("error")) if one), "")
    failed = event.lower().endswith("failure") or kind in _FAILED or bool(said)
    if not failed and not any(flag in told and told[flag] is True for flag in ("isError", "is_error")):
        return "ok"
    told_in = said if isinstance(said, str) else text(mapping(said), ("message",))
    words = told_in or text(told, ("textResultForLlm", "text_result_for_llm"))
    if payload.get("is_interrupt") is True or _PROTOCOL_ERROR.match(words):
        return "error"
    return "tool-error"
