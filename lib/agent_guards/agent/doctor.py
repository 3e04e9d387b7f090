"""`agent-guards doctor`: look at everything that must be right for the guards to do their work, and say what mends the rest."""

import argparse
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from agent_guards.agent.checks import (
    alive,
    evidence,
    github_side,
    homemade,
    hooks,
    machine,
    policy,
    scripts,
    security,
    templates,
    workflows,
)
from agent_guards.agent.checks.github_platform import connect
from agent_guards.agent.checks.line import Check, Line, Setup, Status, unknown
from agent_guards.agent.plan import WorkTree
from agent_guards.commands.output import moment
from agent_guards.env import RunEnv
from agent_guards.errors import GuardError
from agent_guards.escape import as_json, quote, visible
from agent_guards.git import GitRepository
from agent_guards.git_command import command

GROUPS: Mapping[str, Sequence[Check]] = {
    "machine": (machine.python, machine.git, machine.size, machine.remote),
    "workflows": (
        workflows.present,
        workflows.merge_markers,
        workflows.valid_yaml,
        workflows.triggers,
        workflows.never_skipped,
        workflows.skipped_needs,
        workflows.push,
        scripts.python_heredocs,
        scripts.unreachable,
        scripts.backticks,
        scripts.lockfile,
        scripts.commonjs,
    ),
    "security": (
        security.injection,
        security.fixed_delimiter,
        security.permissions,
        security.pull_request_target,
        security.pins,
        security.head_code,
    ),
    "policy": (policy.valid, policy.bound, policy.modes, policy.production, policy.waivers),
    "description": (templates.one, templates.sections, templates.claims, templates.headings),
    "evidence": (
        evidence.ignored,
        evidence.folder,
        evidence.uncommitted,
        evidence.valid,
        evidence.rewritten,
        evidence.tools,
        evidence.merging,
    ),
    "agents": (
        hooks.readable,
        hooks.installed,
        hooks.matchers,
        hooks.command,
        alive.heartbeats,
        alive.recorder,
        alive.roster,
    ),
    "home-made": (homemade.tricks,),
    "github": (github_side.required, github_side.states, github_side.runs),
}
_MARKS = {Status.OK: "✓", Status.WARN: "!", Status.FAIL: "✗", Status.UNKNOWN: "?"}
_COLOURS = {Status.OK: "32", Status.WARN: "33", Status.FAIL: "31", Status.UNKNOWN: "36"}


def run(arguments: argparse.Namespace, env: RunEnv) -> int:
    """Look, print, and return 1 where something fails."""
    groups = examine(_setup(arguments, env))
    lines = [line for group in groups.values() for line in group]
    if arguments.format == "json":
        print(_document(groups, lines), end="")
    else:
        import sys

        colour = env.colour(terminal=sys.stdout.isatty())
        print("\n".join(_text(groups, lines, colour=colour)))
    return int(any(line.status is Status.FAIL for line in lines))


def examine(setup: Setup) -> dict[str, tuple[Line, ...]]:
    """Carry out every check. One that cannot be carried out is a line itself, and the others go on."""
    return {
        name: tuple(line for check in checks for line in _carried_out(check, setup)) for name, checks in GROUPS.items()
    }


class _Kept:
    """Keeps what goes wrong in a check instead of letting it out."""

    error: BaseException | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> bool:
        self.error = error
        return isinstance(error, Exception)


def _carried_out(check: Check, setup: Setup) -> list[Line]:
    found: list[Line] = []
    with _Kept() as kept:
        found.extend(check(setup))
    if kept.error is not None:
        said = (
            kept.error.message if isinstance(kept.error, GuardError) else f"{type(kept.error).__name__}: {kept.error}"
        )
        name = f"{check.__module__.rpartition('.')[2]}.{check.__name__}"
        found.append(unknown(name, f"This could not be looked at: {quote(said, 300)}."))
    return found


def _setup(arguments: argparse.Namespace, env: RunEnv) -> Setup:
    """Find the repository, its name on GitHub and its default branch."""
    folder = Path(arguments.repo)
    git = command(folder, env.git, trust=env.actions)
    top = Path(git.run("rev-parse", "--show-toplevel").decode("utf-8", "surrogateescape").rstrip("\n"))
    given = {}
    with GitRepository(top, trust=env.actions, fetch=False, environ=env.git) as repository, _Kept():
        given["repository"] = env.repository or repository.origin() or ""
        default = repository.default_branch()
        if default:
            given["default-branch"] = default[0]
    return Setup(
        tree=WorkTree(top),
        git=command(top, env.git, trust=env.actions),
        env=env,
        now=moment(arguments),
        offline=arguments.offline,
        platform=None if arguments.offline else connect(given.get("repository"), env),
        given=given,
    )


def _text(groups: Mapping[str, Sequence[Line]], lines: Sequence[Line], *, colour: bool) -> Iterator[str]:
    for name, group in groups.items():
        if not group:
            continue
        yield name
        for line in sorted(group, key=lambda one: list(_MARKS).index(one.status), reverse=True):
            mark = f"\x1b[{_COLOURS[line.status]}m{_MARKS[line.status]}\x1b[0m" if colour else _MARKS[line.status]
            yield f"  {mark} {line.check}{f' {place}' if (place := _place(line)) else ''}: {line.message}"
            if line.fix and line.status is not Status.OK:
                yield f"      → {line.fix}"
        yield ""
    counts = Counter(line.status for line in lines)
    yield ", ".join(f"{counts[status]} {status}" for status in (Status.FAIL, Status.WARN, Status.UNKNOWN, Status.OK))


def _place(line: Line) -> str:
    if line.path is None or line.line is None:
        return ""
    return visible(f"({line.path}:{line.line})")


def _document(groups: Mapping[str, Sequence[Line]], lines: Sequence[Line]) -> str:
    """Version 1 of the document; add members, never rename."""
    counts = Counter(line.status.value for line in lines)
    return as_json(
        {
            "version": 1,
            "counts": {status.value: counts[status.value] for status in Status},
            "groups": [{"group": name, "lines": [_member(line) for line in group]} for name, group in groups.items()],
        }
    )


def _member(line: Line) -> dict[str, object]:
    return {
        "check": line.check,
        "status": line.status.value,
        "message": visible(line.message),
        "fix": visible(line.fix),
        "path": None if line.path is None else visible(line.path),
        "line": line.line,
    }
