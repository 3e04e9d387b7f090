"""Tells the places around an expression in a JavaScript or TypeScript tree."""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from dev_mcp_ban import asked, documents, imports, vocabulary
from dev_mcp_ban.calls import callee_of, grown, grows
from dev_mcp_ban.functions import giving_back, parameter
from dev_mcp_ban.pages import attribute
from dev_mcp_ban.steps import Place, Step
from dev_mcp_ban.syntax import CASTS, DECLARES, WRAPPERS, Source, declaration, widest

if TYPE_CHECKING:
    from tree_sitter import Node

_KEYS = frozenset(
    {
        "property_signature",
        "method_definition",
        "method_signature",
        "abstract_method_signature",
        "computed_property_name",
    }
)
_NAMED_ONLY = frozenset(
    {"import_specifier", "export_specifier", "function_declaration", "formal_parameters", "labeled_statement"}
)
_SCOPED = frozenset(
    {"variable_declarator", "for_in_statement", "required_parameter", "optional_parameter", "assignment_pattern"}
)
_SCOPES = frozenset(
    {"statement_block", "function_declaration", "method_definition", "arrow_function", "function_expression"}
)
_TYPES = frozenset(
    {"literal_type", "template_literal_type", "type_annotation", "index_signature", "mapped_type_clause"}
)
_PASSES: tuple[()] = ()
_MOST = 100
_MOST_KEYS = 24


class Expression:
    """An expression of a parsed file."""

    def __init__(self, source: Source, node: "Node") -> None:
        self.source = source
        self.node = node

    def steps(self) -> Iterator[Step]:
        """The places around it, from the inside to the end of the statement."""
        for node, parent in self.source.around(self.node):
            step = imports.role(self.source, node, parent) or _around(self.source, node, parent)
            if step is None:
                return
            if isinstance(step, Step):
                yield self._told(step)
                if name := grown(self.source, parent):
                    yield self._told(Step(kind="named", name=name))

    def _told(self, step: Step) -> Step:
        """What becomes a part of a document is for people."""
        told = step.kind == "named" and documents.gathers(self.source.data, step.name)
        return Step(kind="text") if told else step

    def text(self) -> str | None:
        """The constant text that it is, or is a part of."""
        return self.source.constant(self.node)

    def uses(self) -> list[Place]:
        """Where the variable is used that this expression becomes, or becomes a part of."""
        return self._mentioned(*self._variable())

    def shown(self) -> bool:
        """Whether markup around the script shows the variable that gets this expression."""
        return self._variable()[0] in self.source.shown

    def exported(self) -> bool:
        """Whether other files get what becomes of this expression."""
        return any(parent.type == "export_statement" for _, parent in self.source.around(self.node))

    def handed(self, callee: str) -> list[Place]:
        """Where the function that is called so uses what it gets this expression as."""
        name, scope = parameter(self.source, self.node, callee) or ("", self.source.root)
        return self._mentioned(name, scope)

    def _mentioned(self, name: str, scope: "Node") -> list[Place]:
        return [
            Expression(self.source, widest(self.source, node))
            for node in (self.source.uses(name, _is_use) if name else ())
            if scope.start_byte <= node.start_byte < scope.end_byte
        ]

    def reads(self, key: str) -> list[Place]:
        """Where the file reads a member of this name, of any object."""
        return [Expression(self.source, widest(self.source, node)) for node in self.source.uses(key, _is_use)]

    def _variable(self) -> "tuple[str, Node]":
        """The name of the variable at the end of the steps, and where it is known."""
        found = (self._named(node, parent) for node, parent in self.source.around(self.node))
        return next((one for one in found if one is not None), ("", self.source.root))

    def _named(self, node: "Node", parent: "Node") -> "tuple[str, Node] | None":
        sides = declaration(parent)
        if sides is not None:
            target = sides[0]
            return self.source.text(target) if target is not None and target != node else "", self._scope(parent)
        name = grown(self.source, parent)
        return (name, self.source.root) if name else None

    def _scope(self, declared: "Node") -> "Node":
        """The block in which a declared name is known."""
        node: Node | None = declared if declared.type in _SCOPED else None
        while node is not None and node.type not in _SCOPES:
            node = self.source.parent(node)
        return node or self.source.root


def _is_use(source: Source, node: "Node") -> bool:
    parent = source.parent(node)
    if parent is None or grows(source, parent):
        return False
    if node.type == "property_identifier":
        # `this.args`, `Names.Browser`: the member is the use.
        return parent.type == "member_expression"
    sides = declaration(parent)
    if sides is not None:
        return sides[0] != node
    if parent.type == "call_expression" and parent.child_by_field_name("function") == node:
        return False
    return parent.type not in _NAMED_ONLY


def _texts(source: Source, items: "list[Node]", node: "Node") -> tuple[tuple[str | None, ...], int]:
    """The constant texts of a list, a list among them taken apart; and where the text of a node stands among them."""
    found: list[str | None] = []
    index = -1
    for item in items[:_MOST]:
        if item.start_byte <= node.start_byte < item.end_byte:
            index = len(found)
        inner = item.named_children[0] if item.type == "spread_element" and item.named_child_count else item
        while inner.type in CASTS and inner.named_child_count:
            inner = inner.named_children[0]
        if inner.type == "array":
            found.extend(source.constant(one) for one in source.items(inner)[:_MOST])
        else:
            found.append(source.constant(inner))
    return tuple(found), index if index >= 0 else len(found)


def _array(source: Source, node: "Node", parent: "Node") -> Step:
    if asked.keys_map(source, node, parent):
        return Step(kind="key")
    texts, index = _texts(source, source.items(parent), node)
    return Step(kind="element", texts=texts, index=index)


def _arguments(source: Source, node: "Node", parent: "Node") -> Step:
    call = source.parent(parent)
    texts, index = _texts(source, source.items(parent), node)
    name = callee_of(source, call) if call is not None else ""
    return Step(kind="argument", name=name, texts=texts, index=index)


def _call(source: Source, node: "Node", parent: "Node") -> Step | tuple[()] | None:
    """Behind `arguments` the call goes on; a template behind a callee is its argument."""
    if node.type == "template_string" and parent.child_by_field_name("arguments") == node:
        return Step(kind="argument", name=callee_of(source, parent), texts=(source.constant(node),))
    return _PASSES


def _member(source: Source, _: "Node", parent: "Node") -> Step | tuple[()]:
    above = source.parent(parent)
    if above is not None and above.type == "call_expression" and above.child_by_field_name("function") == parent:
        member = parent.child_by_field_name("property")
        return Step(kind="receiver", name=source.text(member) if member is not None else "")
    return _PASSES


def _pair(source: Source, node: "Node", parent: "Node") -> Step:
    key = parent.child_by_field_name("key")
    if key == node:
        return Step(kind="key")
    beside: dict[str, Node | None] = {}
    holder = source.parent(parent)
    for entry in holder.named_children[:_MOST_KEYS] if holder is not None else ():
        named = entry.child_by_field_name("key") if entry.type == "pair" else entry
        if named is not None and named.type != "comment":
            beside[_bare(source, named).lower()] = entry.child_by_field_name("value")
    command = vocabulary.command_among(beside)
    text = source.constant(command) if command is not None else None
    name = _bare(source, key) if key is not None else ""
    return Step(kind="value", name=name, keys=frozenset(beside), texts=(text,), starts=_start(source, beside.values()))


def _start(source: Source, values: "Iterable[Node | None]") -> bool:
    """Whether an object beside an entry says how to start something: `{ package, config: { command, args } }`."""
    entries = [
        entry for value in values if value is not None and value.type == "object" for entry in source.items(value)
    ]
    keys = [entry.child_by_field_name("key") for entry in entries[:_MOST_KEYS]]
    return any(vocabulary.starts(_bare(source, key).lower()) for key in keys if key is not None)


def _bare(source: Source, name: "Node") -> str:
    """The name of a key; a computed one has a name when it is a constant."""
    if name.type == "computed_property_name":
        return source.constant(name.named_children[0]) or "" if name.named_child_count else ""
    return source.text(name, 80).strip("\"'`")


def _shorthand(source: Source, node: "Node", parent: "Node") -> Step | tuple[()]:
    """`{ command, args }`: the variable is the value of the key of its name."""
    if node.type != "shorthand_property_identifier":
        return _PASSES
    names = frozenset(
        _bare(source, entry.child_by_field_name("key") or entry).lower() for entry in parent.named_children[:_MOST_KEYS]
    )
    return Step(kind="value", name=source.text(node), keys=names, texts=(None,))


def _declared(source: Source, node: "Node", parent: "Node") -> Step | None:
    sides = declaration(parent)
    if sides is None or sides[1] != node:
        return None
    return Step(kind="named", name=source.text(sides[0], 80) if sides[0] is not None else "")


def _subscript(_: Source, node: "Node", parent: "Node") -> Step | tuple[()]:
    return Step(kind="key") if parent.child_by_field_name("index") == node else _PASSES


def _cast(_: Source, node: "Node", parent: "Node") -> Step | tuple[()]:
    return _PASSES if parent.named_children and parent.named_children[0] == node else Step(kind="type")


def _returned(source: Source, node: "Node", parent: "Node") -> Step | None:
    name = giving_back(source, node, parent)
    return Step(kind="returned", name=name) if name is not None else None


def _always(step: Step) -> "Callable[[Source, Node, Node], Step]":
    return lambda *_: step


def _passing(*_: object) -> tuple[()]:
    return _PASSES


def _statement(_: Source, node: "Node", __: "Node") -> Step | None:
    """A string that is a statement by itself (`"use strict"`) says nothing to the program."""
    return Step(kind="text") if node.type in {"string", "template_string"} else None


def _around(source: Source, node: "Node", parent: "Node") -> Step | tuple[()] | None:
    handler = _AROUND.get(parent.type)
    return handler(source, node, parent) if handler is not None else None


_AROUND: "dict[str, Callable[[Source, Node, Node], Step | tuple[()] | None]]" = {
    "array": _array,
    "arguments": _arguments,
    "call_expression": _call,
    "new_expression": _passing,
    "member_expression": _member,
    "pair": _pair,
    "pair_pattern": _pair,
    "object": _shorthand,
    "binary_expression": asked.binary,
    "unary_expression": asked.unary,
    "ternary_expression": asked.condition,
    "if_statement": asked.condition,
    "while_statement": asked.condition,
    "subscript_expression": _subscript,
    "switch_case": asked.case,
    "template_substitution": attribute,
    "template_string": _passing,
    "jsx_attribute": _always(Step(kind="attribute")),
    "jsx_expression": _always(Step(kind="attribute")),
    "return_statement": _returned,
    "arrow_function": _returned,
    "throw_statement": _always(Step(kind="text")),
    "expression_statement": _statement,
    **dict.fromkeys(WRAPPERS, _passing),
    **dict.fromkeys(_TYPES, _always(Step(kind="type"))),
    **dict.fromkeys(_KEYS, _always(Step(kind="key"))),
    **dict.fromkeys(CASTS, _cast),
    **dict.fromkeys(DECLARES, _declared),
}
