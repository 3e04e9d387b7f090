"""Tells the name of the JavaScript or TypeScript function that gives an expression back."""

from typing import TYPE_CHECKING

from dev_mcp_ban.syntax import Source

if TYPE_CHECKING:
    from tree_sitter import Node

_FUNCTIONS = frozenset({"function_declaration", "method_definition", "arrow_function", "function_expression"})
_HOLDERS = {"pair": "key", "variable_declarator": "name", "public_field_definition": "name"}


def giving_back(source: Source, node: "Node", parent: "Node") -> str | None:
    """The name of the function, or of what holds it; nothing where a parent only is a function around the node."""
    if parent.type == "arrow_function" and parent.child_by_field_name("body") != node:
        return None
    function: Node | None = parent
    while function is not None and function.type not in _FUNCTIONS:
        function = source.parent(function)
    name = function.child_by_field_name("name") if function is not None else None
    holder = source.parent(function) if function is not None and name is None else None
    if holder is not None and (field := _HOLDERS.get(holder.type)):
        name = holder.child_by_field_name(field)
    return source.text(name, 80).strip("\"'`") if name is not None else None
