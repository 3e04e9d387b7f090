"""Gather what guard-mcp judges: what the description lists, what the change adds, and what stands at the base."""

import re
from collections.abc import Iterable, Mapping

from msgspec import Struct

from agent_guards.claims import states
from agent_guards.context import Change
from agent_guards.described import Described, describe
from agent_guards.globs import Globs
from agent_guards.history import deleted, touched
from agent_guards.policy import Policy
from agent_guards.report import Fact, Table
from agent_guards.repository import ChangedFile, Repository
from guard_mcp.evidence import LAYOUT
from guard_mcp.history import Added, ids_at_base, read_file
from guard_mcp.lines import Limits

SECTION = "mcp evidence"
SUFFIX = ".jsonl"
EXEMPTION = re.compile(r"no mcp usage\s*[-–—:,(]*\s*non-?\s?code change\b(?!\s+(?:is|was|claim))", re.IGNORECASE)


class Inputs(Struct, frozen=True, kw_only=True):
    """Everything that guard-mcp's check looks at."""

    whole: bool
    base: str | None
    description: Described
    exempted_on: int = 0
    """The line of the description that claims the exemption, else 0."""
    exempt_author: str = ""
    code_files: tuple[str, ...] = ()
    added: tuple[Added, ...] = ()
    deleted: tuple[str, ...] = ()
    """Evidence files of the base that are gone and not archived."""
    at_base: Mapping[str, tuple[str, int]]
    """Request ids of the change that stand in evidence at the base: where they stand there."""
    limits: Limits
    require_section: str = "code"
    require_recorded: str = "off"

    @property
    def applies(self) -> bool:
        """Code changed, or the whole tree's evidence is judged."""
        return bool(self.code_files) or (self.whole and bool(self.added))

    @property
    def exemption(self) -> str:
        """A verified exemption, in words."""
        if self.exempt_author and self.code_files:
            return f"the policy exempts the author {self.exempt_author}"
        return "the description claims “non-code change”, and no code changed" if self.exempted else ""

    @property
    def exempted(self) -> bool:
        """The exemption is claimed, and true."""
        return bool(self.exempted_on) and not self.code_files

    @property
    def facts(self) -> Mapping[str, Fact]:
        """Count what was looked at."""
        lines = sum(added.lines for added in self.added)
        recorded = sum(added.file.recorded for added in self.added if added.file)
        return {
            "code_files": len(self.code_files),
            "evidence_files": len(self.added),
            "evidence_lines": lines,
            "recorded_lines": recorded,
            "self_reported_lines": lines - recorded,
            "exemption": self.exemption or None,
        }

    @property
    def tables(self) -> tuple[Table, ...]:
        """Nothing that wants to be seen as a table."""
        return ()


def gather(repository: Repository, change: Change, policy: Policy) -> Inputs:
    """Read what the change touches, and nothing else."""
    settings = policy.guards.guard_mcp
    added = tuple(touched(repository, change, LAYOUT, read_file))
    description = describe(repository, change, SECTION, SUFFIX, LAYOUT)
    exemption = states(description.section, EXEMPTION) if description.section else None
    return Inputs(
        whole=change.whole,
        base=change.base,
        description=description,
        exempted_on=exemption.number if exemption else 0,
        exempt_author=change.author if change.author and change.author in policy.authors.exempt else "",
        code_files=_code_files(change.files, settings.code, settings.not_code),
        added=added,
        deleted=deleted(repository, change, LAYOUT),
        at_base=ids_at_base(repository, change.base, added),
        limits=Limits(
            tools=frozenset(settings.tools),
            latest=change.when + settings.clock_skew,
            earliest=None if change.whole else change.when - settings.age_limit,
            head="the head commit" if change.head_commit else "now",
        ),
        require_section=settings.require_section,
        require_recorded=settings.require_recorded,
    )


def _code_files(files: Iterable[ChangedFile], code: Iterable[str], not_code: Iterable[str]) -> tuple[str, ...]:
    """The changed files that count as code; additions, deletions and both sides of a rename alike."""
    is_code, is_not_code = Globs(code), Globs(not_code)
    return tuple(file.path for file in files if is_code.match(file.path) and not is_not_code.match(file.path))
