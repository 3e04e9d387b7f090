"""Options that `check` and `validate` share: the moment, the threshold, and where the report goes in which format."""

import argparse
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from msgspec import Struct

from agent_guards.env import RunEnv
from agent_guards.errors import GuardError, UsageError
from agent_guards.escape import quote
from agent_guards.finding import Severity
from agent_guards.guard import Guard
from agent_guards.report import Outcome, Verdict

_THRESHOLDS = {"error": Severity.ERROR, "warning": Severity.WARNING, "never": None}
_NARROW, _WIDE = 40, 120

Renderer = Callable[[Outcome], str]
"""Writes an outcome in one form."""


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


class Output(Struct, frozen=True):
    """Where a report goes, and what writes it."""

    page: Renderer
    path: str | None = None
    file: Renderer | None = None

    def publish(self, outcome: Outcome) -> int:
        """Print the report, and return the exit status that it means."""
        if self.path and self.file:
            _write(self.path, self.file(outcome))
        sys.stdout.write(self.page(outcome))
        if outcome.verdict is Verdict.ERROR:
            return GuardError.status
        return int(outcome.verdict is Verdict.FAIL)


def output(arguments: argparse.Namespace, guards: Iterable[Guard], env: RunEnv) -> Output:
    """Get ready to write the report: what is imported while git works is not waited for when the verdict is there."""
    chosen, terminal = _chosen(arguments, env), sys.stdout.isatty()
    if not arguments.output:
        return Output(renderer(chosen, guards, env, terminal=terminal))
    page = renderer("github" if env.actions else "text", guards, env, terminal=terminal)
    return Output(page, arguments.output, renderer(chosen, guards, env))


def renderer(chosen: str, guards: Iterable[Guard], env: RunEnv, *, terminal: bool = False) -> Renderer:
    """What writes an outcome in one form. Only what is asked for is imported."""
    match chosen:
        case "json":
            from agent_guards.render.json_v1 import document

            return document
        case "sarif":
            from agent_guards.render.sarif import sarif

            rules = {guard.name: guard.rules for guard in guards}
            return lambda outcome: sarif(outcome, rules)
        case "markdown":
            from agent_guards.render.markdown import summary

            return lambda outcome: summary(outcome, server_url=env.server_url)
        case "github":
            from agent_guards.render.annotations import github

            return github
        case "text":
            from agent_guards.render.text import text

            colour, columns = env.colour(terminal=terminal), width(env, terminal=terminal)
            return lambda outcome: text(outcome, colour=colour, width=columns)
        case _:
            raise UsageError(f"format: {quote(chosen)} is none of text, json, markdown, sarif, github.")


def width(env: RunEnv, *, terminal: bool) -> int:
    """How wide a page is: as wide as the terminal, within limits."""
    columns = env.columns or (_columns() if terminal else 100)
    return min(max(columns, _NARROW), _WIDE)


def _columns() -> int:
    from shutil import get_terminal_size

    return get_terminal_size().columns


def _write(path: str, text: str) -> None:
    try:
        with open(path, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(f"--output {quote(path)} cannot be written: {error.strerror}.") from error
