"""What a guard is, and how the installed guards are found."""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from importlib import import_module
from typing import Any, Protocol

from msgspec import Struct, field

from agent_guards.context import Change
from agent_guards.entry_points import entry_points
from agent_guards.errors import UsageError
from agent_guards.escape import quote
from agent_guards.finding import Finding, Rule
from agent_guards.places import Layout
from agent_guards.policy import Policy
from agent_guards.report import Fact, Table
from agent_guards.repository import Repository

_GROUP = "agent_guards.guards"
# The order in which guards report; guards that are not ours come behind, by name.
_ORDER = ("guard-mcp", "idle-guard", "dev-mcp-ban")


class Inputs(Protocol):
    """What a guard gathered: frozen values, so that its check can be called with literals."""

    @property
    def applies(self) -> bool:
        """Whether the change touches what the guard is about."""
        ...

    @property
    def exemption(self) -> str:
        """Why the change needs no more, verified; empty where it is not exempt."""
        ...

    @property
    def facts(self) -> Mapping[str, Fact]:
        """The numbers of the report."""
        ...

    @property
    def tables(self) -> tuple[Table, ...]:
        """What a reader of the report should see at a glance."""
        ...


class LooseFile(Struct, frozen=True, kw_only=True):
    """A file that `validate` was given, outside any change. `fault` says why its content was not read."""

    path: str
    data: bytes = b""
    size: int = 0
    """How large a file is that was not read because it is beyond the cap."""
    fault: str = ""


class FileVerdict(Struct, frozen=True, kw_only=True):
    """What `validate` found in one file."""

    lines: int
    findings: tuple[Finding, ...]


class FileFormat(Struct, frozen=True, kw_only=True):
    """A kind of file that a guard judges by itself, for `validate`."""

    name: str
    layout: Layout
    judge: Callable[[Iterable[LooseFile], Policy, datetime], Iterator[FileVerdict]]


class Guard(Struct, frozen=True, kw_only=True):
    """One guard: its rules, how it reads a change, and how it judges what it read."""

    name: str
    summary: str
    package: str
    rules: tuple[Rule, ...]
    gather: Callable[[Repository, Change, Policy], Inputs]
    check: Callable[[Any], Iterator[Finding]]
    prepare: Callable[[Repository], None] | None = None
    """Starts, before a whole tree is judged, what can run while we still get ready."""
    formats: tuple[FileFormat, ...] = ()
    schemas: Mapping[str, str] = field(default_factory=dict)
    """Published schemas: name -> file in the guard's package."""


def load_guards(names: Iterable[str] = ()) -> tuple[Guard, ...]:
    """Import the named guards, or all that are installed."""
    installed = dict(entry_points(_GROUP, sys.path))
    wanted = list(dict.fromkeys(names)) or sorted(installed, key=_rank)
    for name in wanted:
        if name not in installed:
            known = ", ".join(sorted(installed, key=_rank))
            raise UsageError(f"There is no guard {quote(name)}.", f"Installed guards: {known}.")
    return tuple(_load(installed[name]) for name in wanted)


def find_rule(guards: Iterable[Guard], rule_id: str) -> Rule:
    """The rule of this id; a bare name will do where only one guard has such a rule."""
    rules = [rule for guard in guards for rule in guard.rules]
    found = [rule for rule in rules if rule.id == rule_id] or [
        rule for rule in rules if rule.id.partition("/")[2] == rule_id
    ]
    if len(found) == 1:
        return found[0]
    from difflib import get_close_matches

    near = [rule.id for rule in found] or get_close_matches(rule_id, [rule.id for rule in rules], 3, cutoff=0.8)
    hint = f"Did you mean {' or '.join(near)}?" if near else "`agent-guards rules` lists them all."
    raise UsageError(f"{quote(rule_id)} names {'several rules' if found else 'no rule'}.", hint)


def _rank(name: str) -> tuple[int, str]:
    return (_ORDER.index(name) if name in _ORDER else len(_ORDER), name)


def _load(target: str) -> Guard:
    module, _, attribute = target.partition(":")
    guard: Guard = getattr(import_module(module), attribute)
    return guard
