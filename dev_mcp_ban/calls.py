"""Reads calls of a JavaScript or TypeScript tree: what is called, and what grows by it."""

import re
from typing import TYPE_CHECKING

from dev_mcp_ban.syntax import WRAPPERS, Source

if TYPE_CHECKING:
    from tree_sitter import Node

_SPACE = re.compile(r"\s+")
_GROWS = frozenset({"push", "unshift"})
_MOST_MEMBERS = 20


def grows(source: Source, member: "Node") -> bool:
    """Whether it is the `list.push` of a call: that adds to the list, and does nothing with what is in it."""
    call = source.parent(member) if member.type == "member_expression" else None
    name = member.child_by_field_name("property") if call is not None and call.type == "call_expression" else None
    return name is not None and source.text(name) in _GROWS


def grown(source: Source, parent: "Node") -> str:
    """The variable of `list.push(…)`: what is pushed becomes a part of it."""
    call = source.parent(parent) if parent.type == "arguments" else None
    if call is None or call.type != "call_expression":
        return ""
    head, _, last = callee_of(source, call).rpartition(".")
    return head.removeprefix("this.") if last in _GROWS else ""


def callee_of(source: Source, call: "Node", depth: int = 0) -> str:
    """What a call calls, dotted: `child_process.spawn`, `expect(…).toBe`."""
    function = call.child_by_field_name("function") or call.child_by_field_name("constructor") or call
    names: list[str] = []
    while function.type == "member_expression" and (inner := function.child_by_field_name("object")) is not None:
        member = function.child_by_field_name("property")
        names.append(source.text(member) if member is not None else "")
        function = inner
        while function.type in WRAPPERS and function.named_child_count:
            function = function.named_children[0]
    if function.type in {"call_expression", "new_expression"}:
        inner_name = callee_of(source, function, depth + 1) if depth < _MOST_MEMBERS else ""
        names.append("expect(" if inner_name.startswith("expect") else f"{inner_name.rpartition('.')[2] or 'it'}()")
    elif function.type == "regex":
        return "re.regex"
    else:
        names.append(_SPACE.sub("", source.text(function, 80)))
    return ".".join(reversed(names))
