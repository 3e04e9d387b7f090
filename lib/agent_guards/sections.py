"""The PR description, read as the Markdown it is: headings become sections, and only what a reader sees is a claim.

Code fences, HTML comments, struck-out text and quotations are not claims; an unticked box is not one either, and neither is
anything nested under it. What remains is handed out line by line, with the line's number in the description.
"""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from agent_guards.errors import UsageError

if TYPE_CHECKING:
    from markdown_it.token import Token

# GitHub refuses descriptions beyond 65,536 characters; a file given by hand may be somewhat larger.
LARGEST = 262_144

_BOX = re.compile(r"\[([ xX])\](?:\s+|$)")
# Tags that GitHub renders. Any other, `<agent>` above all, is text that somebody typed.
_TAGS = frozenset(
    "a abbr b blockquote br center code dd del details div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li "
    "mark ol p picture pre q s samp source span strike strong sub summary sup table tbody td tfoot th thead tr tt ul var".split()
)
_TAG_NAME = re.compile(r"</?\s*([A-Za-z][A-Za-z0-9-]*)")


class Piece(Struct, frozen=True):
    """A stretch of one line: plain text, a code span, or a link with its target."""

    text: str
    code: bool = False
    target: str = ""


class Line(Struct, frozen=True):
    """One line that a reader sees. `ticked` is None where no box stands before it."""

    number: int
    pieces: tuple[Piece, ...]
    ticked: bool | None = None

    @property
    def text(self) -> str:
        """The line as a reader sees it, white space folded."""
        return " ".join("".join(piece.text for piece in self.pieces).split())

    @property
    def claimed(self) -> bool:
        """Whether the author says this: an unticked box takes it back."""
        return self.ticked is not False


class Section(Struct, frozen=True):
    """What stands under one heading, down to the next heading of its level or above."""

    title: str
    number: int
    lines: tuple[Line, ...]

    @property
    def claims(self) -> Iterator[Line]:
        """The lines that the author says."""
        return (line for line in self.lines if line.claimed)


def parse(description: str) -> dict[str, Section]:
    """Read a description: normalised title -> section. Sections of one title are one; "" holds what stands before any."""
    if len(description) > LARGEST:
        raise UsageError(
            f"The PR description has {len(description):,} characters; GitHub accepts 65,536.",
            "Shorten the description, or hand in the right file with --body-file.",
        )
    headings: dict[str, Line] = {"": Line(1, ())}
    contents: dict[str, list[Line]] = {"": []}
    open_sections: list[tuple[int, str]] = []
    for level, line in _walk(description):
        if level:
            open_sections = [(outer, key) for outer, key in open_sections if outer < level]
            key = normalise(line.text)
            open_sections.append((level, key))
            headings.setdefault(key, line)
            contents.setdefault(key, [])
        else:
            for _, key in open_sections or [(0, "")]:
                contents[key].append(line)
    return {key: Section(line.text, line.number, tuple(contents[key])) for key, line in headings.items()}


def normalise(title: str) -> str:
    """Compare titles without case, a parenthesis, a trailing colon, and what is no word at the ends (an emoji)."""
    title = re.sub(r"\([^()]*\)", " ", title)
    return re.sub(r"^\W+|\W+$", "", " ".join(title.split())).casefold()


def _walk(description: str) -> Iterator[tuple[int, Line]]:
    """Yield (heading level, or 0 for ordinary text; line)."""
    from markdown_it import MarkdownIt

    # Emphasis is left alone so that the stars and underscores of a path stay what they are.
    markdown = MarkdownIt("commonmark").enable(["table", "strikethrough"]).disable("emphasis")
    quotes = 0
    level = 0
    boxes: list[bool | None] = []
    fresh_item = False
    for token in markdown.parse(description):
        match token.type:
            case "blockquote_open" | "blockquote_close":
                quotes += token.nesting
            case "heading_open":
                level = int(token.tag[1:])
            case "heading_close":
                level = 0
            case "list_item_open":
                boxes.append(boxes[-1] if boxes else None)
                fresh_item = True
            case "list_item_close":
                boxes.pop()
                fresh_item = False  # an item of a quotation has said nothing
            case "inline" | "html_block" if not quotes:
                start = (token.map or [0])[0] + 1
                lines = _inline(token, start) if token.type == "inline" else _html(token.content, start)
                if fresh_item and lines:
                    lines[0], ticked = _unbox(lines[0])
                    boxes[-1] = boxes[-1] if ticked is None or boxes[-1] is False else ticked
                fresh_item = False
                ticked = boxes[-1] if boxes else None
                yield from ((level, Line(line.number, line.pieces, ticked)) for line in lines if line.text)
            case _:
                pass


def _unbox(line: Line) -> tuple[Line, bool | None]:
    """Take the task-list box off the first line of a list item."""
    box = _BOX.match(line.pieces[0].text) if line.pieces and not line.pieces[0].code else None
    if box is None:
        return line, None
    first = Piece(line.pieces[0].text[box.end() :])
    return Line(line.number, (first, *line.pieces[1:])), box[1] in "xX"


def _inline(token: "Token", start: int) -> list[Line]:
    """Flatten the inline content of one block into its lines."""
    lines: list[list[Piece]] = [[]]
    struck = 0
    link: list[str] = []
    for child in token.children or ():
        match child.type:
            case "softbreak" | "hardbreak":
                lines.append([])
            case "s_open" | "s_close":
                struck += child.nesting
            case "link_open":
                link = [str(child.attrs.get("href", ""))]
            case "link_close":
                lines[-1].append(Piece("".join(link[1:]), target=link[0]))
                link = []
            case _ if struck:
                pass
            case _:
                text = _tag_text(child.content) if child.type == "html_inline" else child.content
                if link:
                    link.append(text)
                else:
                    lines[-1].append(Piece(text, code=child.type == "code_inline"))
    return [Line(start + index, tuple(_joined(pieces))) for index, pieces in enumerate(lines)]


def _joined(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Join neighbouring plain text: an unknown tag such as `<agent>` splits the path that it stands in."""
    text = ""
    for piece in pieces:
        if piece.code or piece.target:
            if text:
                yield Piece(text)
            text = ""
            yield piece
        else:
            text += piece.text
    if text:
        yield Piece(text)


def _tag_text(tag: str) -> str:
    """What an HTML tag is to a reader: nothing for a comment, a break for a real tag, itself for `<agent>`."""
    name = _TAG_NAME.match(tag)
    if name is None:
        return ""
    return " " if name[1].lower() in _TAGS else tag


def _html(content: str, start: int) -> list[Line]:
    """Read a block of raw HTML as its visible text, line by line."""
    from html.parser import HTMLParser

    class Text(HTMLParser):
        """Collects what is no comment and no tag that GitHub knows."""

        def __init__(self) -> None:
            super().__init__(convert_charrefs=True)
            self.lines: dict[int, str] = {}

        def add(self, text: str) -> None:
            first = start + self.getpos()[0] - 1
            for index, part in enumerate(text.split("\n")):
                self.lines[first + index] = self.lines.get(first + index, "") + part

        def handle_data(self, data: str) -> None:
            self.add(data)

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            del attrs  # the tag stands as it was typed, attributes included
            self.add(_tag_text(self.get_starttag_text() or f"<{tag}>"))

    reader = Text()
    reader.feed(content)
    reader.close()
    return [Line(number, (Piece(text),)) for number, text in sorted(reader.lines.items()) if text.strip()]
