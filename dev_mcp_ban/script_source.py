"""Finds what a script in JavaScript or TypeScript imports and launches: only the literals around a token are looked at."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dev_mcp_ban import imports, tokens
from dev_mcp_ban.launches import Finding, judge
from dev_mcp_ban.parser import TangledError
from dev_mcp_ban.places import Expression
from dev_mcp_ban.scan import Hit, Kind
from dev_mcp_ban.specs import LONGEST, Ban
from dev_mcp_ban.steps import HOLE
from dev_mcp_ban.syntax import Source, widest

if TYPE_CHECKING:
    from tree_sitter import Node

# A file with more places than this is a list, not a program: the rest is left to the search of built output.
_MOST_PLACES = 1500
_LONGEST_COMMENT = 1_000_000


def scan(data: bytes, grammar: str, ban: Ban, shown: frozenset[str] = frozenset()) -> tuple[list[Hit], str]:
    """What a script does, and where the grammar lost its way; markup around it shows what has these names."""
    places = list(tokens.places(data, ban))
    if not places:
        return [], ""
    try:
        script = _Script(Source(data, grammar, shown), ban)
    except TangledError:
        return list(_as_bundle(data, ban)), "the parser gave up on it: searched as built output"
    hits = [hit for start, end in places[:_MOST_PLACES] for hit in script.at(start, end)]
    if len(places) > _MOST_PLACES:
        return hits, f"it names what could be banned {len(places)} times: only the first {_MOST_PLACES} were judged"
    if script.source.too_deep:
        return [*hits, *_as_bundle(data, ban)], "it is nested too deep: searched as built output"
    return hits, script.broken()


def _as_bundle(data: bytes, ban: Ban) -> tuple[Hit, ...]:
    from dev_mcp_ban import bundles

    return bundles.scan("", data, ban)


class _Script:
    """A parsed script; each of its literals is judged once."""

    def __init__(self, source: Source, ban: Ban) -> None:
        self.source = source
        self.ban = ban
        self._judged: dict[int, tuple[Node, str, Finding | None]] = {}

    def broken(self) -> str:
        """Where the grammar lost its way, in words."""
        node = self.source.root
        if not node.has_error:
            return ""
        while lost := [child for child in node.children if child.has_error or child.is_missing]:
            node = lost[0]
        return f"line {node.start_point[0] + 1} is no code that the parser knows"

    def at(self, start: int, end: int) -> Iterator[Hit]:
        """What stands at one token."""
        node = self.source.literal_at(start)
        if node is None:
            return
        if node.type == "comment":
            yield from self._comment(node, start)
            return
        known = self._judged.get(node.start_byte)
        if known is None:
            known = self._judged[node.start_byte] = self._judge(node)
        whole, text, finding = known
        if finding is None or commented(self.source.data, node.start_byte, start):
            return
        token = self.source.data[start:end].decode("utf-8", "replace")
        pieced = (whole.start_byte, whole.end_byte) != (node.start_byte, node.end_byte) or HOLE in text
        written = self.source.text(node)
        pieced = pieced or "\\" in written or "${" in written
        for package in _meant(finding.packages, token, pieced=pieced):
            named = package.lower() in token.lower()
            spec = text.replace(HOLE, "…") if len(text) < LONGEST else token
            yield self._hit(finding.kind, package, spec, start if named else whole.start_byte, finding.how)

    def _judge(self, node: "Node") -> "tuple[Node, str, Finding | None]":
        whole = widest(self.source, node)
        text = self.source.constant(whole)
        return whole, text or "", judge(text, Expression(self.source, whole), self.ban) if text else None

    def _comment(self, node: "Node", start: int) -> Iterator[Hit]:
        at = len(self.source.data[node.start_byte : start].decode("utf-8", "replace"))
        spec = imports.in_comment(self.source.text(node, _LONGEST_COMMENT), at)
        if spec and (package := self.ban.spec(spec)):
            yield self._hit("type-import", package, spec, start, "a type in a comment")

    def _hit(self, kind: Kind, package: str, spec: str, at: int, how: str) -> Hit:
        line, column = self.source.place(at)
        return Hit(kind=kind, package=package, spec=spec, line=line, column=column, how=how)


def commented(data: bytes, first: int, at: int) -> bool:
    """Whether a place in a text of several lines stands in what is a comment of the program that the text is."""
    line = data.rfind(b"\n", first, at)
    return line >= 0 and data[line:at].lstrip().startswith((b"#", b"//", b"* "))


def _meant(packages: tuple[str, ...], token: str, *, pieced: bool) -> Iterator[str]:
    """Those of a text's packages that this token of it names."""
    lower = token.lower().replace("_", "-")
    for package in dict.fromkeys(packages):
        name = package.lower().replace("_", "-")
        if pieced or name in lower or name.endswith(f"/{lower}"):
            yield package
