"""`agent-guards pr-body`: write a description's three sections from what the change really contains, verified by the guards."""

import argparse
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from agent_guards import durations
from agent_guards.agent.pr_update import update
from agent_guards.change import resolve
from agent_guards.claims import listed_paths
from agent_guards.commands.output import moment, read_file
from agent_guards.context import Change, Context
from agent_guards.env import RunEnv
from agent_guards.errors import GuardError, UsageError
from agent_guards.escape import quote
from agent_guards.finding import Finding, Severity
from agent_guards.git import GitRepository
from agent_guards.growth import Growth
from agent_guards.guard import Guard, load_guards
from agent_guards.history import touched
from agent_guards.kind import Problem
from agent_guards.places import Layout, Place
from agent_guards.policy import Policy
from agent_guards.repository import Kind, Repository
from agent_guards.run import examine, policy_of
from agent_guards.sections import normalise, parse

EVIDENCE, HEARTBEAT, BAN = "MCP Evidence", "Heartbeat", "Dev MCP Check"
_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The sections of a change, and what still stands against it."""

    sections: Mapping[str, Sequence[str]]
    unlistable: tuple[str, ...]
    """Files that a description cannot name: their names say something else in Markdown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counted:
    """How many lines the change adds to a file."""

    path: str
    lines: int
    problems: tuple[Problem, ...] = ()


class Judge:
    """Asks the guards what they say of a change under some description; a guard that is switched off judges too."""

    def __init__(self, guards: Sequence[Guard], repository: Repository, change: Change, policy: Policy) -> None:
        self.repository = repository
        self.change = change
        self.policy = policy.with_mode("enforce")
        self._guards = {guard.name: guard for guard in guards}

    def has(self, name: str) -> bool:
        """Whether the guard is installed."""
        return name in self._guards

    def findings(self, body: str, *names: str) -> tuple[Finding, ...]:
        """What the named guards (or all) find in the change as `body` describes it."""
        change = replace(self.change, body=body)
        return tuple(
            finding for name in names or tuple(self._guards) for finding in self._examine(self._guards[name], change)
        )

    def layout(self, form: str) -> Layout | None:
        """Where files of a format lie, as the guard that owns it says."""
        formats = [one for guard in self._guards.values() for one in guard.formats]
        return next((one.layout for one in formats if one.name == form), None)

    def _examine(self, guard: Guard, change: Change) -> tuple[Finding, ...]:
        report = examine(guard, self.repository, change, self.policy)
        if report.verdict == "error":
            raise GuardError(f"{guard.name} could not judge: {' '.join(report.notes)}")
        return report.findings


def run(arguments: argparse.Namespace, env: RunEnv) -> int:
    """Print the sections, or bring a description up to date; tell what the guards would still say."""
    before = _decode(read_file(arguments.update, "The description")) if arguments.update else ""
    with GitRepository(Path(arguments.repo), trust=env.actions, environ=env.git) as repository:
        context = Context(base=arguments.base, worktree=arguments.worktree)
        change = resolve(context, repository, moment(arguments))
        policy, _ = policy_of(repository, change)
        judge = Judge(load_guards(), repository, change, policy)
        written = write(judge)
        plain = update("", written.sections)
        after = update(before, written.sections)
        standing = judge.findings(plain)
        _refuse_what_interferes(standing, judge.findings(after))
    _hand_out(arguments.update, before, after)
    return _tell(written, standing)


def write(judge: Judge) -> Written:
    """Make the sections of a change, each only with claims that its guard confirms."""
    evidence, unlistable = _listable(judge, "evidence")
    beats, unlistable_beats = _listable(judge, "heartbeat")
    sections: dict[str, Sequence[str]] = {}
    if judge.has("guard-mcp"):
        sections[EVIDENCE] = _listed(evidence, "call") or _exemption(
            judge, "guard-mcp", EVIDENCE, ("No MCP usage - non-code change",), "No evidence is in this change."
        )
    if judge.has("idle-guard"):
        sections[HEARTBEAT] = _listed(beats, "beat") or _exemption(
            judge, "idle-guard", HEARTBEAT, _short_sessions(judge.policy), "No heartbeat is in this change."
        )
    if judge.has("dev-mcp-ban"):
        sections[BAN] = _ban(judge)
    return Written(sections=sections, unlistable=(*unlistable, *unlistable_beats))


def _short_sessions(policy: Policy) -> tuple[str, ...]:
    """What a short session may call itself: two hours as people know it, and the policy's own limit."""
    limit = durations.show(policy.guards.idle_guard.long_limit)
    return tuple(dict.fromkeys(("<2h single session", f"<{limit} single session")))


def _exemption(judge: Judge, guard: str, title: str, claims: Sequence[str], otherwise: str) -> list[str]:
    """Claim an exemption that the guard finds true; else say that there is nothing to list."""
    for claim in claims:
        lines = [f"- {claim}"]
        faults = {finding.rule.id for finding in judge.findings(update("", {title: lines}), guard)}
        if not any(rule.endswith(("/false-exemption", "-listed")) for rule in faults):
            return lines
    return [otherwise]


def _ban(judge: Judge) -> list[str]:
    """Tick the statement only where nothing of the ban stands."""
    statement = f"Verified: No dev MCP imports in {_production(judge.policy)}"
    ticked = [f"- [x] {statement}"]
    standing = [
        one for one in judge.findings(update("", {BAN: ticked}), "dev-mcp-ban") if one.severity is Severity.ERROR
    ]
    found = [one for one in standing if one.rule.id != "dev-mcp-ban/false-statement"]
    if not standing:
        return ticked
    lines = [f"- [ ] {statement}", "", "Not verified. These findings stand:", ""]
    lines += [f"- {one.rule.id}" + (f" in {_code(one.path)}" if one.path else "") for one in found[:_SHOWN]]
    return lines if len(found) <= _SHOWN else [*lines, f"- and {len(found) - _SHOWN} more"]


def _production(policy: Policy) -> str:
    """What the statement speaks of: the one folder that is shipped, or all of them together."""
    patterns = policy.guards.dev_mcp_ban.production
    plain = len(patterns) == 1 and re.fullmatch(r"[\w./-]+/\*\*", patterns[0])
    return patterns[0].removesuffix("**") if plain else "production code"


def _listed(files: Mapping[str, int], noun: str) -> list[str]:
    return [f"- {_code(path)} ({count} {noun}{'s' if count > 1 else ''})" for path, count in files.items()]


def _listable(judge: Judge, form: str) -> tuple[dict[str, int], tuple[str, ...]]:
    """The files of a format to which the change adds lines; apart from them those that no description can name."""
    layout = judge.layout(form)
    if layout is None:
        return {}, ()
    added = {
        one.path: one.lines
        for one in touched(judge.repository, judge.change, layout, _count)
        if one.place and one.entry.kind is Kind.FILE and one.lines
    }
    unlistable = tuple(path for path in added if not _reads_back(path))
    return {path: lines for path, lines in sorted(added.items()) if path not in unlistable}, unlistable


def _count(path: str, place: Place | None, growth: Growth, data: bytes) -> _Counted:
    del place, data
    lines = sum(len(chunk.data.removesuffix(b"\n").split(b"\n")) for chunk in growth.added if chunk.data)
    return _Counted(path=path, lines=lines)


def _reads_back(path: str) -> bool:
    """Whether a guard that reads the written line finds the same path again, as somebody's and not the template's."""
    section = parse(f"## {EVIDENCE}\n\n- {_code(path)} (1 call)\n")[normalise(EVIDENCE)]
    found = listed_paths(section, os.path.splitext(path)[1])
    return [one.text for one in found if not one.placeholder] == [path]


def _code(path: str) -> str:
    """Put a path into a code span that it cannot end."""
    fence = "`"
    while fence in path:
        fence += "`"
    edge = " " if path.startswith("`") or path.endswith("`") else ""
    return f"{fence}{edge}{path}{edge}{fence}"


def _refuse_what_interferes(standing: Sequence[Finding], found: Sequence[Finding]) -> None:
    """Text that stays in a description may speak against what was written; nobody's text is deleted for that."""
    known = {(one.rule.id, one.path) for one in standing}
    new = next((one for one in found if (one.rule.id, one.path) not in known and one.severity is Severity.ERROR), None)
    if new:
        raise UsageError(
            f"Other text of the description belongs to one of the sections and contradicts it: {new.message}",
            "Move that text under a heading of its own, or take it out; then run again.",
        )


def _hand_out(path: str | None, before: str, after: str) -> None:
    if path is None or path == "-":
        sys.stdout.write(after.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))
    elif after != before:
        try:
            Path(path).write_bytes(after.encode("utf-8", "surrogateescape"))
        except OSError as error:
            raise UsageError(f"The description {quote(path)} cannot be written: {error.strerror}.") from error


def _tell(written: Written, standing: Sequence[Finding]) -> int:
    """Say on stderr what the guards would still find; the status is that of `check`."""
    from agent_guards.render.annotations import log_line

    for line in _remarks(written, standing):
        print(log_line(f"agent-guards: {line}"), file=sys.stderr)
    return int(any(finding.severity is Severity.ERROR for finding in standing))


def _remarks(written: Written, standing: Sequence[Finding]) -> Iterator[str]:
    for path in written.unlistable:
        yield f"{quote(path)} cannot be listed in a description; give the file a plain name."
    for finding in standing:
        if finding.severity is Severity.ERROR:
            place = ":".join(str(part) for part in (finding.path, finding.line) if part is not None)
            yield f"{finding.rule.id}{f' in {quote(place)}' if place else ''}: {finding.message}"
            yield f"  {finding.fix}"


def _decode(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
