"""Tells whether the template asks for the sections, in one place, and claims nothing by itself."""

import re
from collections.abc import Iterator

from agent_guards.agent.checks.homemade import looks_for_words
from agent_guards.agent.checks.line import INIT, Line, Setup, fail, ok, warn
from agent_guards.agent.init_files import SECTIONS
from agent_guards.agent.init_files import templates as find
from agent_guards.escape import quote, quote_all
from agent_guards.sections import Section, normalise, parse

# What would exempt or verify, were it said: found in the template's own words.
CLAIM = re.compile(r"non-?\s?code change|single[-\s]session|verified:\s*no\b|docs?-only", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"[<{\[][^<>{}\[\]/]*[>}\]]|YYYY|…|\.\.\.")


def one(setup: Setup) -> Iterator[Line]:
    """There is one template, and everybody knows which."""
    found = find(setup.tree)
    if not found:
        yield warn("template-present", "There is no pull request template, so nobody is asked for the sections.", INIT)
    if len(found) > 1:
        twins = len({path.lower() for path in found}) < len(found)
        yield fail(
            "template-twins",
            f"There are several templates{' whose names differ only in case' if twins else ''}: {quote_all(list(found))}. "
            "GitHub takes one of them, and edits go to the other.",
            "Keep one (`.github/PULL_REQUEST_TEMPLATE.md`) and delete the rest.",
            found[0],
        )


def sections(setup: Setup) -> Iterator[Line]:
    """Each template has the three sections, as headings."""
    for path in find(setup.tree):
        text = setup.text(path)
        read = parse(text)
        missing = [title for title in SECTIONS if normalise(title) not in read]
        for title in missing:
            yield _missing(path, text, title)
        if not missing:
            yield ok("template-sections", f"{quote(path)} has the three sections.", path)


def _missing(path: str, text: str, title: str) -> Line:
    """Tell a section that is not there from one that is only no heading."""
    named = [(number, line) for number, line in enumerate(text.splitlines(), 1) if title.lower() in line.lower()]
    if not named:
        return fail("template-sections", f"{quote(path)} has no section {title}.", INIT, path)
    number, line = named[0]
    if line.lstrip().startswith("#"):
        return fail(
            "template-fence",
            f"{quote(path)} shows the heading {title} only inside a code fence or a comment, where it is no section.",
            "Take it out of the fence or the comment.",
            path,
            number,
        )
    return fail(
        "template-heading",
        f"{quote(path)} names {title}, but not as a heading.",
        f"Write `## {title}` on a line of its own, with a blank line before it.",
        path,
        number,
    )


def claims(setup: Setup) -> Iterator[Line]:
    """Untouched, a template claims nothing: neither to us nor to a checker that looks for words."""
    for path in find(setup.tree):
        text = setup.text(path)
        said = [line for title in SECTIONS for line in _claimed(parse(text).get(normalise(title)))]
        for number, words in said:
            yield fail(
                "template-claims",
                f"{quote(path)} says {quote(words)}: left untouched, it claims an exemption or a verification.",
                "Put an unticked box before it (`- [ ] …`), or take it out; `agent-guards pr-body` writes what is true.",
                path,
                number,
            )
        found = CLAIM.search(text)
        if found and not said and looks_for_words(setup):
            yield fail(
                "template-claims",
                f"{quote(path)} contains {quote(found[0])}, and a checker of this repository looks for such words anywhere: "
                "left untouched, the template passes it as exempt.",
                "Replace the checker by our action, which reads claims only where somebody makes them.",
                path,
                text.count("\n", 0, found.start()) + 1,
            )


def _claimed(section: Section | None) -> list[tuple[int, str]]:
    lines = section.claims if section else ()
    return [
        (line.number, line.text) for line in lines if CLAIM.search(line.text) and not _PLACEHOLDER.search(line.text)
    ]


def headings(setup: Setup) -> Iterator[Line]:
    """Everywhere where people copy from, the sections are called by the same names."""
    spelt: dict[str, str] = {}
    for path in (
        path for path in setup.tracked if re.search(r"(?i)(?:pr_?body|pull_request)_?template.*\.md$|dangerfile", path)
    ):
        for found in re.finditer(r"^[#\s*>-]*(MCP Evidence\b[^\n*]*)", setup.text(path), re.MULTILINE | re.IGNORECASE):
            spelt.setdefault(found[0].strip(), path)
    if len(spelt) > 1:
        yield warn(
            "heading-spellings",
            f"The MCP Evidence section is spelt in {len(spelt)} ways: {quote_all(list(spelt))}. Our guards read all that are "
            "headings; other readers do not.",
            "Write `## MCP Evidence` everywhere.",
            next(iter(spelt.values())),
        )
