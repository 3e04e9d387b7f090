"""Reads settings that a program writes out as JSON, TOML or YAML for the servers that they start, or arguments alone."""

import json
import re
from collections.abc import Iterator

from dev_mcp_ban import commands, runners
from dev_mcp_ban.specs import Ban
from dev_mcp_ban.steps import HOLE

# Read by lines: what is written into a template is no TOML before its holes are filled.
_TOML_LINE = rf"""|\[.*\]|[\w."'{HOLE}-]+\s*=.*|#.*|["'\]\}}{HOLE}].*"""
_TOML_TABLE = r"(?m)^\s*\[[^\]\n]+\]+\s*$"
_COMMAND = r"""\bcommand\s*=\s*["']([^"'\n]*)["']"""
_ARGUMENTS = r"\bargs\s*=\s*\[([^\]]*)\]"
_WORD = r"""["']([^"'\n]*)["']"""
_YAML_LINE = rf"""|(?:- +)*[\w."'/@{HOLE}-]+:(?: .*)?|- .*|#.*|[\[\]"'{HOLE}].*"""
_YAML_SERVER = r"(?m)^[ \t-]*command:[ \t]*"
_YAML_LIST = r"\bargs:\s*(?:\[([^\]]*)\]|((?:\n[ \t]*- .*)+))"

# What holds more objects or lists than this is no settings of anybody's, and may be nested deeper than Python can read.
_LONGEST, _MOST_HELD = 50_000, 500


def started(text: str, ban: Ban) -> list[str]:
    """The banned packages that a text starts, where it is settings or arguments from its beginning to its end."""
    bare = text.strip()
    if len(bare) > _LONGEST or max(map(bare.count, "{[")) > _MOST_HELD:
        return []
    if "=" in bare and all(re.fullmatch(_TOML_LINE, line.strip()) for line in bare.split("\n")):
        return [package for table in re.split(_TOML_TABLE, bare) for package in _package(_table(table), ban)]
    if "command:" in bare and all(re.fullmatch(_YAML_LINE, line.strip()) for line in bare.split("\n")):
        lines = map(_line, re.split(_YAML_SERVER, bare)[1:])
        return [package for line in lines for package in commands.in_line(line, ban, launched=True)]
    if not _is_settings(bare):
        return []
    try:
        settings: object = json.loads(bare.replace(HOLE, "0"))
    except (ValueError, RecursionError):
        return []
    if isinstance(settings, list):
        return list(_arguments(settings, ban))
    return [package for server in _servers(settings) for package in _package(server, ban)]


def _table(text: str) -> dict[str, object]:
    """What a table of TOML starts: its command and the arguments."""
    command = re.search(_COMMAND, text)
    arguments = re.search(_ARGUMENTS, text)
    return {
        "command": command[1] if command else None,
        "args": re.findall(_WORD, arguments[1]) if arguments else None,
    }


def _line(text: str) -> str:
    """The command line that an entry of YAML spells from its command on."""
    arguments = re.search(_YAML_LIST, text)
    words = re.split(r"[,\n]\s*(?:- )?", arguments[1] or arguments[2]) if arguments else []
    return " ".join([text.partition("\n")[0], *words])


def _is_settings(bare: str) -> bool:
    whole = bare[:1] + bare[-1:]
    return whole == "[]" or (whole == "{}" and '"command"' in bare)


def _arguments(settings: list[object], ban: Ban) -> Iterator[str]:
    """What a list starts that says so itself: by a runner, or by the option that a runner takes."""
    words = [word if isinstance(word, str) else None for word in settings]
    for at in sorted(runners.package_at(words)):
        word = words[at] if at < len(words) else None
        if word and (package := commands.in_word(word, ban.spec)):
            yield package


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
    chosen = {0, *runners.package_at(words)}
    for index, word in enumerate(words):
        package = commands.in_word(word, ban.spec if index in chosen else ban.listed) if word else None
        if package:
            yield package
