"""Gather what dev-mcp-ban judges: what a change brings into production, or what the whole tree holds."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from agent_guards.context import Change
from agent_guards.policy import Policy, Waiver
from agent_guards.report import Fact, Table
from agent_guards.repository import Repository
from dev_mcp_ban.brought import Brought, gather_change, gather_tree
from dev_mcp_ban.scope import Scope

if TYPE_CHECKING:
    from agent_guards.sections import Section

SECTION = "dev mcp check"
# Texts, not compiled: a run over a whole tree asks nothing of them.
_STATEMENT = r"(?i:(?:i (?:have )?)?verified\b[\s:–—-]*(?:that )?(?:there are )?no\b.*\bimports?\b)"
_TEMPLATE = r"<[^<>]*>|\bTODO\b|\bTBD\b|YYYY"


class Inputs(Struct, frozen=True, kw_only=True):
    """Everything that dev-mcp-ban's check looks at."""

    whole: bool
    described: bool
    """Whether there is a description to judge."""
    exempt_author: str = ""
    section: "Section | None" = None
    verified_on: int = 0
    """The line of the description that says it was verified, else 0."""
    unticked_on: int = 0
    """The same behind a box that is not ticked."""
    template: bool = False
    """The section holds nothing, or the template's own words."""
    production_files: tuple[str, ...] = ()
    """The production files that the change touches."""
    production_exists: bool = True
    production: tuple[str, ...] = ()
    """The policy's patterns, for the message."""
    brought: Brought
    listed: frozenset[str] = frozenset()
    """The packages that the policy lists, in small letters; others are banned by their words."""
    type_imports: str = "warn"
    require_section: str = "production"
    waivers: tuple[Waiver, ...] = ()
    expired: tuple[Waiver, ...] = ()

    @property
    def applies(self) -> bool:
        """Production, a manifest or a bundle changed, or something outside brings a finding."""
        return self.whole or bool(self.production_files) or self.brought.touched or self.brought.anything

    @property
    def exemption(self) -> str:
        """Nothing exempts from this guard; an author's exemption only spares the section."""
        return ""

    @property
    def tables(self) -> tuple[Table, ...]:
        """Nothing: a chain is told in its finding."""
        return ()

    @property
    def facts(self) -> Mapping[str, Fact]:
        """Count what was looked at."""
        return {
            "production_files": None if self.whole else len(self.production_files),
            "files_read": self.brought.read,
            "older_findings": self.brought.older,
        }


def gather(repository: Repository, change: Change, policy: Policy) -> Inputs:
    """Read the change and what it can reach; the whole tree only where that is asked for or may matter."""
    settings = policy.guards.dev_mcp_ban
    scope = Scope.of(settings)
    touched = tuple(file.path for file in change.files if scope.production(file.path))
    brought = gather_tree(repository, change.head, scope) if change.whole else gather_change(repository, change, scope)
    section = _section(change)
    said = [line for line in section.lines if re.match(_STATEMENT, line.text)] if section else []
    day = change.when.date()
    own = tuple(waiver for waiver in policy.waivers if waiver.rule.startswith("dev-mcp-ban/"))
    return Inputs(
        whole=change.whole,
        described=change.body is not None,
        exempt_author=change.author if change.author and change.author in policy.authors.exempt else "",
        section=section,
        verified_on=next((line.number for line in said if line.claimed), 0),
        unticked_on=next((line.number for line in said if not line.claimed), 0),
        template=section is None or all(re.search(_TEMPLATE, line.text) for line in section.claims),
        production_files=touched,
        production_exists=bool(touched) or scope.exists(repository, change.head),
        production=settings.production,
        brought=brought,
        listed=frozenset(package.lower() for package in settings.banned.packages),
        type_imports=settings.type_imports,
        require_section=settings.require_section,
        waivers=tuple(waiver for waiver in own if not waiver.expired(day)),
        expired=tuple(waiver for waiver in own if waiver.expired(day)),
    )


def _section(change: Change) -> "Section | None":
    """What the description says of this guard; of a whole tree nobody asks."""
    if change.body is None or change.whole:
        return None
    from agent_guards.sections import parse

    return parse(change.body).get(SECTION)
