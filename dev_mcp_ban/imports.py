"""Recognises where JavaScript and TypeScript name a module: every form of import, and whether it is of types only."""

import re
from typing import TYPE_CHECKING

from dev_mcp_ban.calls import callee_of
from dev_mcp_ban.steps import Step
from dev_mcp_ban.syntax import CASTS, Source

if TYPE_CHECKING:
    from tree_sitter import Node

_MOCKS = re.compile(
    r"(?:jest|vi|vitest|mock|td|sinon)\.(?:mock|doMock|unmock|dontMock|deepUnmock|importActual|importMock|requireActual|requireMock|"
    r"setMock|unstable_mockModule|createMockFromModule|module|replace|replaceEsm)"
)
_REQUIRES = frozenset(
    {
        "require",
        "require.resolve",
        "require.resolve.paths",
        "require.main.require",
        "module.require",
        "module.createRequire()",
        "createRequire()",
        "__non_webpack_require__",
        "__non_webpack_require__.resolve",
        "requireActual",
        "import",
        "import.meta.resolve",
        "import.meta.resolveSync",
        "importScripts",
        "npxImport",
        "resolveFrom",
        "importFrom",
        "requireFrom",
        "resolvePackagePath",
        "resolvePackageJson",
        "resolvePackageEntry",
        "resolveModule",
        "importModule",
        "loadModule",
        "requireModule",
        "dynamicImport",
        "nativeImport",
        "pkgUp",
        "proxyquire",
        "rewiremock",
        "esmock",
        "System.import",
        "require.async",
        "require.ensure",
        "Bun.resolve",
        "Bun.resolveSync",
        "jiti.import",
        "jiti",
        "lazyRequire",
        "optionalRequire",
        "tryRequire",
        "safeRequire",
        "requireOptional",
        "importOptional",
        "optionalImport",
        "tryImport",
        "safeImport",
    }
)
_TYPE_NODES = frozenset(
    {
        "type_annotation",
        "type_arguments",
        "type_alias_declaration",
        "interface_declaration",
        "interface_body",
        "type_query",
        "union_type",
        "intersection_type",
        "array_type",
        "generic_type",
        "nested_type_identifier",
        "lookup_type",
        "conditional_type",
        "function_type",
        "tuple_type",
        "object_type",
        "parenthesized_type",
        "index_type_query",
        "extends_type_clause",
        "implements_clause",
        "constraint",
        "default_type",
        "type_predicate",
        "readonly_type",
        "optional_type",
        "rest_type",
        "literal_type",
    }
)
_LOST_FROM = re.compile(
    r"(?:^|[\s;}])(import|export)\s+(?P<type>type\s+)?[^;'\"`()=]*?\bfrom\s*$|(?:^|[\s;}])import\s+(?:defer\s+|source\s+)?$"
)
_EXPORTS_TYPES = re.compile(r"export\s+type\s+\*")
_REFERENCE = re.compile(r"""///\s*<reference\s+types\s*=\s*["']([^"']+)["']""")
_JSDOC = re.compile(
    r"""\{[^{}\n]*?(?:\{[^{}\n]*\}[^{}\n]*)*?\bimport\s*\(\s*["'`]([^"'`]+)["'`]\s*\)|@import\s+[^'"\n]*\bfrom\s+["']([^"']+)["']"""
)
_NEAR = 500
_DYNAMIC = {
    "import": "`import()`",
    "createRequire()": "`createRequire(…)(…)`",
    "module.createRequire()": "`createRequire(…)(…)`",
}


def role(source: Source, node: "Node", parent: "Node") -> Step | None:
    """The form of import whose specifier this expression is, if it is one."""
    kind = parent.type
    if kind in {"import_statement", "export_statement", "import_require_clause"}:
        if parent.child_by_field_name("source") != node:
            return None
        return _statement(source, parent if kind != "import_require_clause" else source.parent(parent) or parent, kind)
    if kind in {"module", "ambient_declaration"}:
        return Step(kind="import", name="`declare module`")
    if kind == "arguments":
        return _call(source, node, parent)
    if kind in {"ERROR", "expression_statement", "import_specifier", "program"}:
        return _lost(source, node)
    return None


def _statement(source: Source, statement: "Node", kind: str) -> Step:
    if kind == "import_require_clause":
        types = source.text(statement).startswith("import type")
        return Step(kind="type-import" if types else "import", name="`import … = require()`")
    types = types_only(source, statement)
    how = (
        f"`export {'type ' if types else ''}… from`"
        if kind == "export_statement"
        else f"`import {'type ' if types else ''}… from`"
    )
    if kind == "import_statement" and not any(child.type == "import_clause" for child in statement.named_children):
        how = "`import` for its side effects"
    return Step(kind="type-import" if types else "import", name=how)


def types_only(source: Source, statement: "Node") -> bool:
    """Whether an import or export statement names types alone."""
    if any(child.type in {"type", "typeof"} for child in statement.children[:3]) or _EXPORTS_TYPES.match(
        source.text(statement, 40)
    ):
        return True
    names: list[Node] = []
    for clause in statement.named_children:
        if clause.type == "import_clause":
            if any(child.type != "named_imports" for child in clause.named_children):
                return False
            names += [
                name
                for child in clause.named_children
                for name in child.named_children
                if name.type == "import_specifier"
            ]
        elif clause.type == "export_clause":
            names += [name for name in clause.named_children if name.type == "export_specifier"]
    return bool(names) and all(any(child.type in {"type", "typeof"} for child in name.children[:1]) for name in names)


def _call(source: Source, node: "Node", parent: "Node") -> Step | None:
    call = source.parent(parent)
    items = [child for child in parent.named_children if child.type != "comment"]
    index = items.index(node) if node in items else 0
    callee = callee_of(source, call).replace("?", "") if call is not None else ""
    if call is not None and call.type == "new_expression":
        return _constructed(source, callee, items, index)
    last = callee.rpartition(".")[2]
    from_folder = last in {"resolveFrom", "importFrom", "requireFrom"}
    if index != (1 if from_folder else 0):
        return None
    if callee == "import" and in_type(source, parent):
        return Step(kind="type-import", name="`import()` of a type")
    known = (
        callee in _REQUIRES
        or last in {"resolveFrom", "importFrom", "npxImport"}
        or _MOCKS.fullmatch(callee) is not None
    )
    if not known:
        head = callee.removesuffix(".resolve")
        known = head in _REQUIRES or head in source.required() or head.lower().endswith("require")
    return Step(kind="import", name=_DYNAMIC.get(callee, f"`{callee}()`")) if known else None


def _constructed(source: Source, callee: str, items: "list[Node]", index: int) -> Step | None:
    if index != 0:
        return None
    if callee in {"Worker", "SharedWorker", "worker_threads.Worker"}:
        return Step(kind="import", name=f"`new {callee}()`")
    if callee == "URL" and len(items) > 1 and source.text(items[1]) == "import.meta.url":
        return Step(kind="import", name="`new URL(…, import.meta.url)`")
    return None


def in_type(source: Source, node: "Node") -> bool:
    """Whether a call stands in a type: the grammar reads `import('x').T` there as a call."""
    while (parent := source.parent(node)) is not None:
        if parent.type in _TYPE_NODES:
            return True
        if parent.type in CASTS and parent.named_children[0] != node:
            return True
        if (
            parent.type.endswith(("statement", "declaration", "arguments", "function", "body"))
            or parent.type == "program"
        ):
            return False
        node = parent
    return False


def _lost(source: Source, node: "Node") -> Step | None:
    """A statement that the grammar does not know (`export type * from`, `import defer`) still says `from`."""
    if node.type != "string":
        return None
    before = source.data[max(0, node.start_byte - 2000) : node.start_byte].decode("utf-8", "replace")
    match = _LOST_FROM.search(before)
    if match is None:
        return None
    return Step(kind="type-import" if match["type"] else "import", name=f"`{match[1] or 'import'} … from`")


def in_comment(text: str, at: int) -> str | None:
    """The module that a comment imports types from, where a place in it lies in the specifier."""
    patterns = (_REFERENCE,) if text.startswith("///") else (_JSDOC,) if text.startswith("/**") else ()
    before = max(0, at - _NEAR)
    for pattern in patterns:
        for match in pattern.finditer(text, before, at + _NEAR):
            group = match.lastindex or 1
            if match.start(group) <= at < match.end(group):
                return match[group]
    return None
