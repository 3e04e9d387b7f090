"""Tells where a JavaScript or TypeScript expression is only looked at: compared, asked for, a key of a table."""

from typing import TYPE_CHECKING

from dev_mcp_ban.pages import attribute
from dev_mcp_ban.steps import CONDITION, Step
from dev_mcp_ban.syntax import Source

if TYPE_CHECKING:
    from tree_sitter import Node

_COMPARISONS = frozenset({"===", "!==", "==", "!=", "<", ">", "<=", ">=", "in", "instanceof"})
_COMPARED = Step(kind="compared")
_ASKED = Step(kind="compared", name=CONDITION)


def binary(source: Source, node: "Node", parent: "Node") -> Step | tuple[()]:
    """A comparison looks at both sides, `&&` at its left one."""
    if shown := attribute(source, node, parent):
        return shown
    operator = parent.child_by_field_name("operator")
    kind = operator.type if operator is not None else ""
    if kind in _COMPARISONS:
        return _COMPARED
    return _ASKED if kind == "&&" and parent.child_by_field_name("left") == node else ()


def unary(source: Source, _: "Node", parent: "Node") -> Step | tuple[()]:
    """`!` asks whether there is something."""
    return _ASKED if source.text(parent, 1) == "!" else ()


def condition(_: Source, node: "Node", parent: "Node") -> Step | tuple[()] | None:
    """The condition of `if`, `while` and `? :`; a branch of `? :` is its value."""
    if parent.child_by_field_name("condition") == node:
        return _ASKED
    return () if parent.type == "ternary_expression" else None


def case(_: Source, node: "Node", parent: "Node") -> Step | None:
    """The value that a `case` compares with."""
    return _COMPARED if parent.child_by_field_name("value") == node else None


def keys_map(source: Source, node: "Node", parent: "Node") -> bool:
    """Whether an element is a key: the first of a pair in the list of pairs that becomes a `Map`."""
    pairs = source.parent(parent)
    arguments = source.parent(pairs) if pairs is not None and pairs.type == "array" else None
    call = source.parent(arguments) if arguments is not None and arguments.type == "arguments" else None
    made = call.child_by_field_name("constructor") if call is not None else None
    return made is not None and source.text(made) == "Map" and source.items(parent)[0] == node
