"""Tells which JavaScript or TypeScript function gives an expression back, and under which name one gets it."""

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


def parameter(source: Source, node: "Node", callee: str) -> "tuple[str, Node] | None":
    """The parameter by which the function of the file that is called so gets a node, and the function."""
    given = next(((one, above) for one, above in source.around(node) if above.type == "arguments"), None)
    if given is None or given[0] not in (items := source.items(given[1])):
        return None
    name = callee.removeprefix("this.")
    for mention in source.mentions(name):
        function = _declared(source, mention)
        taken = function.child_by_field_name("parameters") if function is not None else None
        names = source.items(taken)[items.index(given[0]) :] if taken is not None else []
        if function is not None and names:
            return source.text(_name(names[0])), function
    return None


def _declared(source: Source, mention: "Node") -> "Node | None":
    """The function that is declared by a name."""
    parent = source.parent(mention)
    if parent is None or parent.child_by_field_name(_HOLDERS.get(parent.type, "name")) != mention:
        return None
    function = parent.child_by_field_name("value") or parent
    return function if function.type in _FUNCTIONS else None


def _name(taken: "Node") -> "Node":
    """The name of a parameter without its type and its default."""
    for field in ("pattern", "left"):
        taken = taken.child_by_field_name(field) or taken
    return taken
