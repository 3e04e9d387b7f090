"""Reads settings that a program writes out as JSON for the servers that they start."""

import json
from collections.abc import Iterator

from dev_mcp_ban import commands
from dev_mcp_ban.specs import Ban
from dev_mcp_ban.steps import HOLE

_LONGEST = 50_000


def started(text: str, ban: Ban) -> list[str]:
    """The banned packages that a text starts, where it is an object of settings from its beginning to its end."""
    bare = text.strip()
    if len(bare) > _LONGEST or not (bare.startswith("{") and bare.endswith("}") and '"command"' in bare):
        return []
    try:
        settings: object = json.loads(bare.replace(HOLE, "0"))
    except (ValueError, RecursionError):
        return []
    return [package for server in _servers(settings) for package in _package(server, ban)]


def _servers(settings: object) -> Iterator[dict[str, object]]:
    """The objects in settings that have a command."""
    waiting = [settings]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting += one.values()
            if "command" in one:
                yield one
        elif isinstance(one, list):
            waiting += one


def _package(server: dict[str, object], ban: Ban) -> Iterator[str]:
    command, rest = server["command"], server.get("args")
    argv = [word for part in (command, rest) for word in (part if isinstance(part, list) else [part])]
    words = [word if isinstance(word, str) else None for word in argv]
    chosen = {0, *commands.package_at(words)}
    for index, word in enumerate(words):
        package = commands.in_word(word, ban.spec if index in chosen else ban.listed) if word else None
        if package:
            yield package
