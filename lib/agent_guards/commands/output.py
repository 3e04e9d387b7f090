"""Options that `check` and `validate` share: the moment, the threshold, and where the report goes in which format."""

import argparse
import sys
from collections.abc import Iterable
from datetime import UTC, datetime

from agent_guards.env import RunEnv
from agent_guards.errors import GuardError, UsageError
from agent_guards.escape import quote
from agent_guards.finding import Severity
from agent_guards.guard import Guard
from agent_guards.report import Outcome, Verdict

_THRESHOLDS = {"error": Severity.ERROR, "warning": Severity.WARNING, "never": None}
_NARROW, _WIDE = 40, 120


def moment(arguments: argparse.Namespace) -> datetime:
    """The time of the run: `--now`, or the clock."""
    if arguments.now is None:
        return datetime.now(UTC)
    from agent_guards.times import parse_rfc3339

    now = parse_rfc3339(arguments.now)
    if now is None:
        raise UsageError(
            f"--now {quote(arguments.now)} is no time.", "Write it in RFC 3339 with a zone, e.g. 2026-01-02T14:30:00Z."
        )
    return now


def threshold(arguments: argparse.Namespace, env: RunEnv) -> Severity | None:
    """From which severity on findings fail the run: the flag, else the action's input, else errors."""
    word = arguments.fail_on or env.inputs.get("fail-on", "error")
    if word not in _THRESHOLDS:
        raise UsageError(f"fail-on: {quote(word)} is none of error, warning, never.")
    return _THRESHOLDS[word]


def read_file(path: str, what: str) -> bytes:
    """Read a file that the user names, or standard input for `-`."""
    if path == "-":
        return sys.stdin.buffer.read()
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise UsageError(f"{what} {quote(path)} cannot be read: {error.strerror}.") from error


def names_repository(arguments: argparse.Namespace, env: RunEnv) -> bool:
    """Whether a report will say of which repository it is: git need not be asked for what nobody reads."""
    return env.actions or _chosen(arguments, env) in {"json", "markdown"}


def _chosen(arguments: argparse.Namespace, env: RunEnv) -> str:
    chosen: str = arguments.format or env.inputs.get("format") or ("github" if env.actions else "text")
    return chosen


def publish(outcome: Outcome, guards: Iterable[Guard], arguments: argparse.Namespace, env: RunEnv) -> int:
    """Print the report, and return the exit status that it means."""
    chosen = _chosen(arguments, env)
    if arguments.output:
        _write(arguments.output, render(chosen, outcome, guards, env, terminal=False))
        chosen = "github" if env.actions else "text"
    sys.stdout.write(render(chosen, outcome, guards, env, terminal=sys.stdout.isatty()))
    if outcome.verdict is Verdict.ERROR:
        return GuardError.status
    return int(outcome.verdict is Verdict.FAIL)


def render(chosen: str, outcome: Outcome, guards: Iterable[Guard], env: RunEnv, *, terminal: bool) -> str:
    """Write the outcome in one form. Only the renderer that is asked for is imported."""
    match chosen:
        case "json":
            from agent_guards.render.json_v1 import document

            return document(outcome)
        case "sarif":
            from agent_guards.render.sarif import sarif

            return sarif(outcome, {guard.name: guard.rules for guard in guards})
        case "markdown":
            from agent_guards.render.markdown import summary

            return summary(outcome, server_url=env.server_url)
        case "github":
            from agent_guards.render.annotations import github

            return github(outcome)
        case "text":
            from agent_guards.render.text import text

            return text(outcome, colour=env.colour(terminal=terminal), width=width(env, terminal=terminal))
        case _:
            raise UsageError(f"format: {quote(chosen)} is none of text, json, markdown, sarif, github.")


def width(env: RunEnv, *, terminal: bool) -> int:
    """How wide a page is: as wide as the terminal, within limits."""
    from shutil import get_terminal_size

    columns = env.columns or (get_terminal_size().columns if terminal else 100)
    return min(max(columns, _NARROW), _WIDE)


def _write(path: str, text: str) -> None:
    try:
        with open(path, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(f"--output {quote(path)} cannot be written: {error.strerror}.") from error
