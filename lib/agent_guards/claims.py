"""What a section claims: the files that it lists, its exemptions, and what is left of the template."""

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from agent_guards.sections import Line, Piece, Section

_WRAPPING = "()[]\"'“”‘’,;:!"
# `<agent>`, `YYYY-MM-DD`, `{tool}`, `[agent]`, an ellipsis: words that stand for a value in a template.
_PLACEHOLDER = re.compile(r"[<{\[][^<>{}\[\]/]*[>}\]]|YYYY|…|\.\.\.")
_EMPHASIS = re.compile(r"(\*{1,3}|_{1,3})(.+)\1")
_BLOB = re.compile(r"/[^/]+/[^/]+/(?:blob|raw|tree|edit)/[^/]+/(.+)")


class ListedPath(Struct, frozen=True):
    """A path that a section lists, as it was written, and the line of the description on which it stands."""

    text: str
    line: int

    @property
    def placeholder(self) -> bool:
        """Whether this is the template's own text."""
        return bool(_PLACEHOLDER.search(self.text))


def listed_paths(section: Section, suffix: str) -> tuple[ListedPath, ...]:
    """Find the paths that a section lists, each once: bare, in a list, in backticks, as a link, with text behind.

    A word is meant as a path when it ends in `suffix` or begins in the artifacts folder. A bare file name in the middle of a
    sentence is not: it is talked about.
    """
    found: dict[str, ListedPath] = {}
    for line in section.claims:
        for text in _paths(line, suffix):
            found.setdefault(text, ListedPath(text, line.number))
    return tuple(found.values())


def unticked_paths(section: Section, suffix: str) -> tuple[str, ...]:
    """The paths that stand behind an unticked box: no claims, but the likely reason why there is none."""
    return tuple(text for line in section.lines if not line.claimed for text in _paths(line, suffix))


def states(section: Section, phrase: "re.Pattern[str]") -> Line | None:
    """The first line that makes this statement from its first word on ("this is NOT …" is another statement)."""
    return next((line for line in section.claims if phrase.match(line.text)), None)


def _paths(line: Line, suffix: str) -> Iterator[str]:
    for piece in line.pieces:
        for word in _words(piece, suffix):
            set_apart = piece.code or piece.target or word == line.text
            if _is_path(word, suffix) and (set_apart or "/" in word or "\\" in word):
                yield _repository_path(word)


def _words(piece: Piece, suffix: str) -> list[str]:
    """The words of a piece that may be paths: code is taken whole where it is one path, a link by its text or its target."""
    whole = piece.text.strip()
    if piece.target:
        target = piece.target if "://" in piece.target else unquote(piece.target)
        return [whole if _is_path(whole, suffix) else target]
    if piece.code:
        return [whole] if _is_path(whole, suffix) else whole.split()
    return [_bare(word) for word in piece.text.split()]


def _bare(word: str) -> str:
    """Take punctuation, quotation marks and emphasis off a word."""
    word = word.lstrip(_WRAPPING).rstrip(_WRAPPING + ".")
    emphasised = _EMPHASIS.fullmatch(word)
    return emphasised[2] if emphasised else word


def _is_path(text: str, suffix: str) -> bool:
    """Whether somebody who writes this means a file of ours. Blanks belong to a path only where it begins like one."""
    ours = text.lstrip("./\\").replace("\\", "/").startswith("artifacts/")
    if any(character.isspace() for character in text):
        return ours and text.lower().endswith(suffix) and text.lower().count(suffix) == 1
    return ours or text.lower().endswith(suffix)


def _repository_path(text: str) -> str:
    """Read a link to a file on GitHub as the path of that file, `./x` as `x`; leave any other text as it is."""
    if text.startswith(("https://", "http://")):
        blob = _BLOB.fullmatch(unquote(urlsplit(text).path))
        return blob[1] if blob else text
    return text.removeprefix("./")
