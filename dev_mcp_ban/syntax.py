"""Parses JavaScript and TypeScript, and reads constant texts and names out of the tree."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from dev_mcp_ban.parser import parse
from dev_mcp_ban.steps import HOLE

if TYPE_CHECKING:
    from tree_sitter import Node

_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r\n|[\s\S]))")
_NAMED_ESCAPES = {
    "n": "\n",
    "t": "\t",
    "r": "\r",
    "b": "\b",
    "f": "\f",
    "v": "\v",
    "0": "\0",
    "\n": "",
    "\r\n": "",
    "\r": "",
}
_REQUIRE = re.compile(rb"\bcreateRequire\b|\brequire\s*(?:[;,\n]|\Z)")
_GETS = re.compile(rb"([\w$]+)\s*(?::[^=;\n]*)?=\s*(?:[\w$]+\.)*\Z")
_JOINS = r"(?:(?:node)?[pP]ath\.(?:(?:posix|win32)\.)?)?(?:join|resolve|pathJoin|joinPath)"
_NEAR = 200
_DEEPEST_TREE = 2000
_NAME = re.compile(rb"[A-Za-z_$\x80-\xff][\w$\x80-\xff]*")
_IDENTIFIERS = frozenset({"identifier", "shorthand_property_identifier", "property_identifier"})
_IN_LITERALS = frozenset(
    {"string_fragment", "escape_sequence", "template_substitution", "template_chars", '"', "'", "`"}
)
_MOST_ITEMS = 300
_MOST_FOLLOWED = 10_000
_MOST_STEPS = 200
_LONGEST_TEXT = 200_000
_DEEPEST = 6
_MOST_MENTIONS = 200
# An expression that only wraps another one.
WRAPPERS = frozenset(
    {
        "parenthesized_expression",
        "non_null_expression",
        "await_expression",
        "spread_element",
        "sequence_expression",
        "type_assertion",
    }
)
CASTS = frozenset({"as_expression", "satisfies_expression"})
_WRAPS = (WRAPPERS | CASTS) - {"spread_element"}
_PARTS = frozenset({"binary_expression", "template_substitution", "template_string", "parenthesized_expression"})
DECLARES = {
    "variable_declarator": ("name", "value"),
    "required_parameter": ("pattern", "value"),
    "optional_parameter": ("pattern", "value"),
    "public_field_definition": ("name", "value"),
    "field_definition": ("property", "value"),
    "enum_assignment": ("name", "value"),
    "assignment_pattern": ("left", "right"),
    "object_assignment_pattern": ("left", "right"),
    "assignment_expression": ("left", "right"),
    "augmented_assignment_expression": ("left", "right"),
    "for_in_statement": ("left", "right"),
}


class Source:
    """One parsed file or script block."""

    def __init__(self, data: bytes, grammar: str, shown: frozenset[str] = frozenset()) -> None:
        self.data = data
        self.shown = shown
        """The names that markup around the script shows."""
        self.tree = parse(data, grammar)
        self.root = self.tree.root_node
        self._mentions: dict[str, list[Node]] = {}
        self._items: dict[int, list[Node]] = {}
        self._required: frozenset[str] | None = None
        self._lines: list[int] | None = None
        self._parents: dict[int, Node] = {}
        self._words: dict[bytes, list[int]] | None = None
        self._uses: dict[str, list[Node]] = {}
        self._constants: dict[int, str | None] = {}
        self._values: dict[str, Node | None] = {}
        self._follows = _MOST_FOLLOWED
        self.too_deep = False

    def text(self, node: "Node", longest: int = 400) -> str:
        """The source of a node."""
        return self.data[node.start_byte : min(node.end_byte, node.start_byte + longest)].decode("utf-8", "replace")

    def place(self, at: int) -> tuple[int, int]:
        """The line and the column of a byte, from one; the column in characters."""
        if self._lines is None:
            self._lines = [0, *(match.end() for match in re.finditer(rb"\n", self.data))]
        line = bisect_right(self._lines, at)
        return line, len(self.data[self._lines[line - 1] : at].decode("utf-8", "replace")) + 1

    def path(self, at: int) -> "list[Node]":
        """The nodes around a byte, from the root; a tree that is nested too deep is cut off."""
        cursor = self.root.walk()
        nodes = [self.root]
        while (
            len(nodes) < _DEEPEST_TREE
            and cursor.goto_first_child_for_byte(at) is not None
            and (node := cursor.node) is not None
            and node.start_byte <= at
        ):
            self._parents[node.id] = nodes[-1]
            nodes.append(node)
        self.too_deep = self.too_deep or len(nodes) >= _DEEPEST_TREE
        return nodes

    def adopt(self, child: "Node", parent: "Node") -> None:
        """Learn of a parent: asking the tree costs a walk from the root."""
        self._parents[child.id] = parent

    def parent(self, node: "Node") -> "Node | None":
        """The node around a node; nothing above the root, and in a tree nested too deep."""
        if node.id not in self._parents:
            self.path(node.start_byte)
        return self._parents.get(node.id)

    def around(self, node: "Node") -> "Iterator[tuple[Node, Node]]":
        """A node and its parent, then the parent and its own, so far as anybody writes."""
        taken = 0
        while (parent := self.parent(node)) is not None and taken < _MOST_STEPS:
            yield node, parent
            node, taken = parent, taken + 1

    def literal_at(self, start: int) -> "Node | None":
        """The string, template or comment around a byte."""
        inside = [node for node in reversed(self.path(start)) if node.type not in _IN_LITERALS]
        return inside[0] if inside[0].type in {"string", "template_string", "comment"} else None

    def items(self, node: "Node") -> "list[Node]":
        """The first entries of a list, of arguments or of an object, without comments."""
        known = self._items.get(node.id)
        if known is None:
            known = self._items[node.id] = [
                child for child in node.named_children[:_MOST_ITEMS] if child.type != "comment"
            ]
        return known

    def required(self) -> frozenset[str]:
        """The names under which the file has a `require` of its own."""
        if self._required is None:
            names: set[str] = set()
            for match in _REQUIRE.finditer(self.data):
                named = _GETS.search(self.data[max(0, match.start() - _NEAR) : match.start()])
                if named:
                    names.add(named[1].decode("utf-8", "replace"))
            self._required = frozenset(names)
        return self._required

    def mentions(self, name: str) -> "list[Node]":
        """Where an identifier of this name stands, the first two hundred times."""
        known = self._mentions.get(name)
        if known is None:
            known = self._mentions[name] = list(self._find(name))
        return known

    def uses(self, name: str, is_use: "Callable[[Source, Node], bool]") -> "list[Node]":
        """Where a variable of this name is used."""
        known = self._uses.get(name)
        if known is None:
            known = self._uses[name] = [node for node in self.mentions(name) if is_use(self, node)]
        self._follows -= len(known)
        return known if self._follows > 0 else []

    def _find(self, name: str) -> "Iterator[Node]":
        if self._words is None:
            self._words = {}
            for match in _NAME.finditer(self.data):
                found = self._words.setdefault(match[0], [])
                if len(found) < _MOST_MENTIONS:
                    found.append(match.start())
        for start in self._words.get(name.encode(), ()):
            node = self.path(start)[-1]
            if node.type in _IDENTIFIERS:
                yield node

    def constant(self, node: "Node", depth: int = 0) -> str | None:
        """The text of an expression, with a hole for each part that only a run knows; nothing for other expressions."""
        if depth > _DEEPEST:
            return None
        if node.id not in self._constants:
            self._constants[node.id] = None  # a constant made of itself ends here
            text = self._constant(node, depth)
            self._constants[node.id] = text if text is None or len(text) <= _LONGEST_TEXT else None
        return self._constants[node.id]

    def _constant(self, node: "Node", depth: int) -> str | None:
        if node.type == "string":
            return unescape(self.text(node, _LONGEST_TEXT)[1:-1])
        if node.type in _WRAPS and node.named_child_count:
            return self.constant(node.named_children[0], depth + 1)
        readers = {
            "template_string": self._template,
            "binary_expression": self._sum,
            "identifier": self._named,
            "call_expression": self._path,
        }
        reader = readers.get(node.type)
        return reader(node, depth) if reader is not None else None

    def _path(self, node: "Node", depth: int) -> str | None:
        """A path that a call puts together: `path.join(root, 'node_modules')`."""
        function, given = (node.child_by_field_name(name) for name in ("function", "arguments"))
        if function is None or given is None or re.fullmatch(_JOINS, self.text(function, 80)) is None:
            return None
        texts = [self.constant(piece, depth + 1) for piece in self.items(given)]
        whole = "/".join(HOLE if text is None else text for text in texts)
        return whole if len(texts) > 1 and any(texts) else None

    def _template(self, node: "Node", depth: int) -> str:
        pieces: list[str] = []
        at = node.start_byte + 1
        for child in node.named_children:
            if child.type == "template_substitution":
                pieces.append(unescape(self.data[at : child.start_byte].decode("utf-8", "replace")))
                inner = self.constant(child.named_children[0], depth + 1) if child.named_child_count else None
                pieces.append(HOLE if inner is None else inner)
                at = child.end_byte
        pieces.append(unescape(self.data[at : max(at, node.end_byte - 1)].decode("utf-8", "replace")))
        return "".join(pieces)

    def _sum(self, node: "Node", depth: int) -> str | None:
        """A chain of `+`, from the left without recursion: a chain may be thousands long."""
        parts: list[Node] = []
        current = node
        while current.type == "binary_expression":
            left, operator, right = (current.child_by_field_name(name) for name in ("left", "operator", "right"))
            if left is None or operator is None or right is None or operator.type != "+":
                return None
            parts.append(right)
            current = left
        texts = [self.constant(part, depth + 1) for part in [current, *reversed(parts)]]
        return (
            None if all(text is None for text in texts) else "".join(HOLE if text is None else text for text in texts)
        )

    def _named(self, node: "Node", depth: int) -> str | None:
        """The text of a constant of this file that is declared once."""
        name = self.text(node)
        if name not in self._values:
            found = [value for mention in self.mentions(name) if (value := self._value_of(mention)) is not None]
            self._values[name] = found[0] if len(found) == 1 else None
        value = self._values[name]
        return self.constant(value, depth + 1) if value is not None else None

    def _value_of(self, mention: "Node") -> "Node | None":
        parent = self.parent(mention)
        if parent is None or parent.type not in {"variable_declarator", "enum_assignment"}:
            return None
        return parent.child_by_field_name("value") if parent.child_by_field_name("name") == mention else None


def unescape(text: str) -> str:
    """The text that a literal with backslashes means."""
    return _ESCAPE.sub(_unescaped, text) if "\\" in text else text


def _unescaped(match: re.Match[str]) -> str:
    code = match[1] or match[2] or match[3]
    if code is None:
        return _NAMED_ESCAPES.get(match[4], match[4])
    try:
        return chr(int(code, 16)).encode().decode()
    except ValueError:
        return "\ufffd"


def declaration(node: "Node") -> "tuple[Node | None, Node | None] | None":
    """The two sides of what declares or assigns: the name, and the value."""
    fields = DECLARES.get(node.type)
    if fields is None:
        return None
    return node.child_by_field_name(fields[0]), node.child_by_field_name(fields[1])


def widest(source: Source, node: "Node") -> "Node":
    """The whole constant text of which a literal is a part."""
    found = node
    parent = source.parent(node)
    while parent is not None and parent.type in _PARTS:
        if parent.type == "binary_expression":
            operator = parent.child_by_field_name("operator")
            if operator is None or operator.type != "+":
                break
        if parent.type in {"binary_expression", "template_string"}:
            found = parent
        parent = source.parent(parent)
    return found if source.constant(found) is not None else node
