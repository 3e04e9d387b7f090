"""Tells whether the agents' hooks run the recorder, and whether their matchers can ever match."""

import json
from collections.abc import Iterator

from agent_guards.agent.checks.line import Line, Setup, fail, ok, warn
from agent_guards.agent.hook_files import BEAT, HOOK_FILES, RECORD, commands, matcher_fault, runs
from agent_guards.escape import quote, quote_all

_EXTRA = (".claude/settings.local.json",)
Entries = list[tuple[str, object]]


def installed(setup: Setup) -> Iterator[Line]:
    """For each agent that is used here, calls record themselves."""
    for file in HOOK_FILES:
        signs = [sign for sign in file.signs if setup.tree.exists(sign)]
        if not signs and not setup.tree.exists(file.path):
            continue
        fix = f"Run `agent-guards init --agent {file.agent}`."
        entries = _entries(setup, file.path) + (_toml(setup) if file.agent == "codex" else [])
        lacking = sorted({event for event, entry in file.entries if not _there(entries, event, commands(entry)[0])})
        if not any(runs(entry, RECORD) for _, entry in entries):
            yield warn(
                "hooks-installed",
                f"{file.agent} is used here ({quote_all(signs)}), and its calls are not recorded.",
                fix,
                file.path,
            )
        elif lacking:
            yield warn(
                "hooks-events",
                f"The hooks of {file.agent} lack {quote_all(lacking)}: part of the work is not recorded.",
                fix,
                file.path,
            )
        else:
            yield ok("hooks-installed", f"{file.agent} records its calls.", file.path)


def _there(entries: Entries, event: str, command: str) -> bool:
    return any(name == event and runs(entry, command) for name, entry in entries)


def matchers(setup: Setup) -> Iterator[Line]:
    """Matchers that were written for MCP tools can match one."""
    for path in (*(file.path for file in HOOK_FILES), *_EXTRA):
        for event, entry in _entries(setup, path):
            if not isinstance(entry, dict) or "matcher" not in entry:
                continue
            matcher = entry["matcher"]
            meant = "mcp" in str(matcher).lower() or runs(entry, RECORD) or runs(entry, BEAT)
            reason = matcher_fault(matcher) if meant else ""
            if reason:
                yield fail(
                    "hook-matcher",
                    f"The matcher {quote(matcher)} of {quote(event)} in {quote(path)} can never match an MCP tool: {reason}.",
                    f"Write {quote(_suggested(str(matcher)))}.",
                    path,
                )


def _suggested(matcher: str) -> str:
    return f"{matcher.rstrip('_')}__.*" if matcher.startswith("mcp__") and matcher.count("__") == 1 else "mcp__.*"


def readable(setup: Setup) -> Iterator[Line]:
    """Settings are valid JSON, and do not switch hooks off."""
    for path in (*(file.path for file in HOOK_FILES), *_EXTRA):
        text = setup.tree.text(path)
        if text is None:
            continue
        try:
            document = json.loads(text)
        except (ValueError, RecursionError) as error:
            yield fail(
                "hooks-json",
                f"{quote(path)} is no valid JSON ({quote(error)}): the agent ignores it, or refuses to start.",
                "Mend the file, then run `agent-guards init`.",
                path,
            )
            continue
        if isinstance(document, dict) and document.get("disableAllHooks") is True:
            yield fail(
                "hooks-disabled",
                f"{quote(path)} switches all hooks off (`disableAllHooks`).",
                "Take the setting out.",
                path,
            )


def command(setup: Setup) -> Iterator[Line]:
    """The hooks' command is found when an agent calls it."""
    used = [file for file in HOOK_FILES if any(runs(entry, RECORD) for _, entry in _entries(setup, file.path))]
    if used and not _on_path(setup):
        yield warn(
            "hooks-command",
            "The hooks call `agent-guards`, and there is no such command on PATH: they fail without a word.",
            "Install it for whoever runs the agent, e.g. `pipx install agent-guards` or `uv tool install agent-guards`.",
        )


def _on_path(setup: Setup) -> bool:
    from shutil import which

    return which("agent-guards", path=setup.env.git.get("PATH")) is not None


def _entries(setup: Setup, path: str) -> Entries:
    """(event, entry) of a settings file; nothing of a broken one."""
    try:
        document = json.loads(setup.text(path) or "{}")
    except (ValueError, RecursionError):
        return []
    return _of_table(document.get("hooks") if isinstance(document, dict) else None)


def _toml(setup: Setup) -> Entries:
    import tomllib

    try:
        return _of_table(tomllib.loads(setup.text(".codex/config.toml").replace("\r\n", "\n")).get("hooks"))
    except tomllib.TOMLDecodeError:
        return []


def _of_table(table: object) -> Entries:
    if not isinstance(table, dict):
        return []
    return [(str(event), entry) for event, listed in table.items() if isinstance(listed, list) for entry in listed]
