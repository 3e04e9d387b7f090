"""What a description says of record files: its section, the paths that it lists, and what stands there in the judged tree."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from agent_guards.claims import ListedPath, listed_paths, unticked_paths
from agent_guards.context import Change
from agent_guards.places import Layout
from agent_guards.repository import Entry, Repository
from agent_guards.sections import Section, normalise, parse


class Listed(Struct, frozen=True, kw_only=True):
    """A path that the section lists, and what stands there in the head tree."""

    claim: ListedPath
    entry: Entry | None
    ignored_by: str = ""
    """The ignore rule that swallows the path, where one does."""

    @property
    def path(self) -> str:
        """The path as it was written."""
        return self.claim.text


class Described(Struct, frozen=True, kw_only=True):
    """What a guard's section says. `told` is False where there is no description to judge."""

    told: bool = False
    section: Section | None = None
    listed: tuple[Listed, ...] = ()
    unticked: tuple[str, ...] = ()
    """Paths that stand behind a box that is not ticked."""
    unheaded: int = 0
    """A line that names the section without being a heading, else 0."""

    @property
    def paths(self) -> tuple[Listed, ...]:
        """The listed paths that somebody wrote: not the template's."""
        return tuple(listed for listed in self.listed if not listed.claim.placeholder)

    def nearest(self, listed: Listed, touched: Sequence[str]) -> str:
        """The file of this change that a listed path may have been meant for, where it names none itself."""
        if listed.entry or listed.claim.placeholder:
            return ""
        from difflib import get_close_matches

        return next(iter(get_close_matches(listed.path, touched, 1, cutoff=0.8)), "")


def describe(repository: Repository, change: Change, title: str, suffix: str, layout: Layout) -> Described:
    """Read the section of this title; paths are those that end in `suffix` or lie where agents' files lie."""
    if change.body is None or change.whole:
        return Described()
    sections = parse(change.body)
    section = sections.get(title)
    return Described(
        told=True,
        section=section,
        listed=_listed(repository, change, listed_paths(section, suffix), layout) if section else (),
        unticked=unticked_paths(section, suffix) if section else (),
        unheaded=_unheaded(sections.values(), title),
    )


def _listed(repository: Repository, change: Change, claims: Sequence[ListedPath], layout: Layout) -> tuple[Listed, ...]:
    well_formed = [claim.text for claim in claims if layout.locate(claim.text)]
    entries = repository.entries(change.head, well_formed)
    ignored = repository.ignored([path for path in well_formed if path not in entries])
    return tuple(
        Listed(claim=claim, entry=entries.get(claim.text), ignored_by=ignored.get(claim.text, "")) for claim in claims
    )


def _unheaded(sections: Iterable[Section], title: str) -> int:
    """Find a line such as `**MCP Evidence:**` that was meant as a heading."""
    lines = (line for section in sections for line in section.lines)
    return next((line.number for line in lines if normalise(line.text).startswith(title)), 0)
