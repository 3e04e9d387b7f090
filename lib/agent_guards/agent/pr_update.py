"""Put sections into a description: replace those that are there, add those that are not, leave every other byte alone."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agent_guards.errors import UsageError
from agent_guards.sections import Line, normalise, parse

if TYPE_CHECKING:
    from markdown_it.token import Token

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
# How raw HTML begins that only its own end closes; everything else ends with a blank line.
_ENDS = (("<!--", "-->"), ("<?", "?>"), ("<![CDATA[", "]]>"), ("<!", ">"))
_ENDS_BY_TAG = re.compile(r"<(script|pre|style|textarea)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Heading:
    """A heading that counts: not one in a quotation. Lines are counted from 0, `body` is the line behind it."""

    start: int
    body: int
    level: int
    key: str
    nested: bool
    """It stands inside a list."""


@dataclass(frozen=True, slots=True)
class _Region:
    """The lines of a description that hold one of our sections, heading included."""

    start: int
    body: int
    end: int
    level: int
    key: str


def update(description: str, sections: Mapping[str, Sequence[str]]) -> str:
    """Return the description with these sections (title -> lines). Doing it twice changes nothing more."""
    lines = _LINE.findall(description)
    end_of_line = _end_of_line(description)
    titles = {normalise(title): title for title in sections}
    headings, borders = _structure(description)
    regions = list(_regions(headings, borders, len(lines), titles))
    first = {region.key: region for region in reversed(regions)}
    missing = {title: content for title, content in sections.items() if normalise(title) not in first}
    place = _place(regions, headings, len(lines))
    parts: list[str] = []
    at = 0
    for region in regions:
        parts += lines[at : region.start]
        at = region.end
        blocks = []
        if region is first[region.key]:
            heading = [line.rstrip("\r\n") for line in lines[region.start : region.body]]
            blocks.append([*heading, "", *sections[titles[region.key]]])
        if region is regions[-1] and place == at:
            blocks += _blocks(missing, region.level)
            missing = {}
        parts += _laid(blocks, end_of_line, more=at < len(lines))
    level = regions[-1].level if regions else 2
    if not missing:
        return "".join([*parts, *lines[at:]])
    if place < len(lines):
        added = _laid(_blocks(missing, level), end_of_line, more=True)
        return "".join([*parts, *lines[at:place], *added, *lines[place:]])
    return _appended("".join([*parts, *lines[at:]]), missing, level, end_of_line)


def _place(regions: Sequence[_Region], headings: Sequence[_Heading], count: int) -> int:
    """The line before which further sections go: behind the last of ours, with all that is below its heading."""
    if not regions:
        return count
    last = regions[-1]
    if not any(heading.start == last.end and heading.level > last.level for heading in headings):
        return last.end
    return next(
        (one.start for one in headings if one.start > last.end and one.level <= last.level and not one.nested), count
    )


def _appended(text: str, sections: Mapping[str, Sequence[str]], level: int, end_of_line: str) -> str:
    """Add sections at the end; whatever the description leaves open there is closed first."""
    added = _laid(_blocks(sections, level), end_of_line, more=False)
    for closer in ("", _closer(text)):
        parts = [text]
        if text.strip():
            _end_line(parts, end_of_line)
            parts += [closer + end_of_line] if closer else []
            parts += [end_of_line]
        written = "".join([*parts, *added])
        if all(_has(written, title, content) for title, content in sections.items()):
            return written
    raise UsageError(
        "The description leaves something open at its end (a code fence, an HTML comment), and nothing can be added.",
        "Close it by hand, then run again.",
    )


def _blocks(sections: Mapping[str, Sequence[str]], level: int) -> list[list[str]]:
    return [[f"{'#' * level} {title}", "", *content] for title, content in sections.items()]


def _has(written: str, title: str, content: Sequence[str]) -> bool:
    """Whether the section can be read in what was written, and holds what it should hold, and no more."""
    section = parse(written).get(normalise(title))
    alone = parse("\n".join((f"## {title}", "", *content)))[normalise(title)]
    return section is not None and _said(section.lines) == _said(alone.lines)


def _said(lines: Sequence[Line]) -> list[str]:
    return [line.text for line in lines]


def _regions(
    headings: Sequence[_Heading], borders: Sequence[int], count: int, titles: Mapping[str, str]
) -> Iterator[_Region]:
    """Find our sections. A region ends before the next heading, rule or closing tag, whatever its level."""
    for heading in headings:
        if heading.key not in titles:
            continue
        if heading.nested:
            raise UsageError(
                f"The heading in line {heading.start + 1} of the description stands inside a list.",
                "Move it to the beginning of a line of its own, outside the list, then run again.",
            )
        end = min((border for border in borders if border >= heading.body), default=count)
        yield _Region(heading.start, heading.body, end, heading.level, heading.key)


def _structure(description: str) -> tuple[list[_Heading], list[int]]:
    """Where headings stand, and where something else begins that is not a section's content."""
    from markdown_it import MarkdownIt

    # The same dialect as sections.py: what is a heading there is one here.
    markdown = MarkdownIt("commonmark").enable(["table", "strikethrough"]).disable("emphasis")
    tokens = markdown.parse(description)
    headings: list[_Heading] = []
    borders: list[int] = []
    quotes = 0
    for index, token in enumerate(tokens):
        quotes += token.nesting if token.type.startswith("blockquote_") else 0
        start, end = token.map or (0, 0)
        if token.type == "heading_open" and not quotes:
            headings.append(_Heading(start, end, int(token.tag[1:]), _key(tokens[index + 1]), nested=token.level > 0))
            borders.append(start)
        elif token.level == 0 and (
            token.type == "hr" or (token.type == "html_block" and token.content.lstrip().startswith("</"))
        ):
            borders.append(start)
    return headings, borders


def _key(inline: "Token") -> str:
    """The normalised title of a heading, read as sections.py reads it."""
    found = [key for key in parse(f"# {' '.join(inline.content.split())}") if key]
    return found[0] if found else ""


def _laid(blocks: Sequence[Sequence[str]], end_of_line: str, *, more: bool) -> list[str]:
    """Write blocks of lines with a blank line between them, and behind the last one where something follows."""
    lines = [line for block in blocks for line in (*block, "")]
    return [line + end_of_line for line in (lines if more else lines[:-1])]


def _closer(text: str) -> str:
    """What ends the code fence or the raw HTML that stands last and would swallow whatever is added behind it."""
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("commonmark").parse(text)
    last = tokens[-1] if tokens else None
    if last is None or last.type != "html_block":
        return last.markup if last and last.type == "fence" else ""
    content = last.content.lstrip()
    tag = _ENDS_BY_TAG.match(content)
    return f"</{tag[1]}>" if tag else next((end for begin, end in _ENDS if content.startswith(begin)), "")


def _end_line(parts: list[str], end_of_line: str) -> None:
    if parts and not parts[-1].endswith(("\n", "\r")):
        parts[-1] += end_of_line


def _end_of_line(description: str) -> str:
    """How the description ends its lines; GitHub's web editor writes CRLF."""
    found = re.search(r"\r\n|\r|\n", description)
    return found[0] if found else "\n"
