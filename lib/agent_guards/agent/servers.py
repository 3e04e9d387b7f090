"""The many ways in which agents name the tool of an MCP server, read as server and tool."""

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import NamedTuple

from agent_guards.agent.checkout import Checkout

CONFIGURATIONS = (
    ".mcp.json",
    ".cursor/mcp.json",
    ".vscode/mcp.json",
    ".gemini/settings.json",
    ".copilot/mcp-config.json",
    ".claude/settings.json",
)
BUILT_IN = ("github-mcp-server",)
"""What Copilot brings along without any configuration."""
LARGEST = 1024 * 1024
_SEPARATORS = ("__", "-", "/", ".", ":", "_")
_CONTEXT = ("mcp_context", "mcpContext")
_SERVER = ("mcp_server_name", "mcpServerName", "server_name", "serverName")
_TOOL = ("tool_name", "toolName")
_OTHER = re.compile(r"[^A-Za-z0-9_-]")


class McpTool(NamedTuple):
    """A tool of an MCP server, and what it was called with."""

    server: str
    tool: str
    arguments: object


def text(value: Mapping[str, object], keys: Iterable[str]) -> str:
    """Find the first of several keys that holds text."""
    found = (value.get(key) for key in keys)
    return next((one for one in found if isinstance(one, str) and one.strip()), "")


def mapping(value: object) -> Mapping[str, object]:
    """Take a value for a mapping; what is none is an empty one."""
    return value if isinstance(value, dict) else {}


def known_servers(checkout: Checkout, mapped: Iterable[str]) -> list[str]:
    """The servers that the policy and the agents' configurations name, the longest first."""
    found = {*mapped, *BUILT_IN}
    for path in CONFIGURATIONS:
        with suppress(OSError, ValueError, RecursionError), open(os.path.join(checkout.root, path), "rb") as file:
            settings = mapping(json.loads(file.read(LARGEST)))
            for key in ("mcpServers", "servers"):
                found.update(mapping(settings.get(key)))
    return sorted(found, key=lambda name: (-len(name), name))


def mcp_tool(payload: Mapping[str, object], name: str, arguments: object, servers: Iterable[str]) -> McpTool | None:
    """Tell which tool of which server was called; None where it was no MCP server's."""
    return next(_readings(payload, name, arguments, list(servers)), None)


def _readings(payload: Mapping[str, object], name: str, arguments: object, servers: list[str]) -> Iterator[McpTool]:
    given = mapping(arguments)
    if "mcp" in name.lower() and text(given, _SERVER) and text(given, _TOOL):  # a tool that calls the tool
        yield McpTool(text(given, _SERVER), text(given, _TOOL), given.get("arguments"))
    for context in (mapping(payload.get(key)) for key in _CONTEXT):
        if text(context, _SERVER):
            yield McpTool(text(context, _SERVER), text(context, _TOOL) or name, arguments)
    if name[:4].lower() == "mcp:":
        server, _, tool = name[4:].partition(":")
        yield McpTool(text(payload, _SERVER) or server, tool or server, arguments)
    if name.startswith("mcp__"):
        yield McpTool(*_split(name.removeprefix("mcp__"), servers), arguments)
    if text(payload, _SERVER):
        yield McpTool(text(payload, _SERVER), name, arguments)
    prefixes = ((server, server + separator) for server in servers for separator in _SEPARATORS)
    yield from (McpTool(server, name[len(prefix) :], arguments) for server, prefix in prefixes if _begins(name, prefix))
    if "mcp" in text(payload, ("hook_event_name",)).lower():  # Cursor's own event for MCP calls names no server
        yield McpTool(name, name, arguments)


def _begins(name: str, prefix: str) -> bool:
    return name.startswith(prefix) and len(name) > len(prefix)


def _split(rest: str, servers: list[str]) -> tuple[str, str]:
    """Split `server__tool`: at a server that is known, else at the first double underline."""
    for server in servers:
        spelled = _OTHER.sub("_", server)
        if rest.startswith(f"{spelled}__"):
            return server, rest.removeprefix(f"{spelled}__")
        # A plugin's server: plugin_<plugin>_<server>, and both names may hold underlines.
        found = re.match(rf"plugin_.+?_{re.escape(spelled)}__(?=.)", rest)
        if found:
            return server, rest[found.end() :]
    server, _, tool = rest.partition("__")
    if server.startswith("plugin_"):
        server = server.removeprefix("plugin_").partition("_")[2] or server
    return server, tool or server
