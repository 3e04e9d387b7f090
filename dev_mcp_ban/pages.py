"""Tells texts of a page that is written in pieces: what stands in an attribute that people see."""

import re
from typing import TYPE_CHECKING

from dev_mcp_ban.steps import Step
from dev_mcp_ban.syntax import Source

if TYPE_CHECKING:
    from tree_sitter import Node

_OPENS = rb"""\b(?:placeholder|title|alt|label|href|src|class|id|(?:aria|data)-[\w-]+)\s*=\s*\\?["']\Z"""
_NEAR = 60


def attribute(source: Source, node: "Node", parent: "Node") -> Step | tuple[()]:
    """The attribute in which a piece of a sum or of a template stands, right behind the quote that opens it."""
    if parent.type == "binary_expression":
        before = parent.child_by_field_name("left")
        if before == node:
            return ()
        while before is not None and before.type == "binary_expression":
            before = before.child_by_field_name("right")
        if before is None or before.type not in {"string", "template_string"}:
            return ()
        at = before.end_byte - 1
    else:
        at = parent.start_byte
    shown = re.search(_OPENS, source.data[max(0, at - _NEAR) : at])
    return Step(kind="attribute") if shown else ()
