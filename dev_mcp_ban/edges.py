"""Tells which modules a JavaScript or TypeScript file names, and which of them are still there when it runs."""

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from dev_mcp_ban import imports
from dev_mcp_ban.calls import callee_of
from dev_mcp_ban.parser import TangledError, language
from dev_mcp_ban.scan import Edge
from dev_mcp_ban.steps import HOLE, Step
from dev_mcp_ban.syntax import Source

if TYPE_CHECKING:
    from tree_sitter import Node, Query

_QUERY = """
[
  (import_statement source: (string) @specifier) @around
  (export_statement source: (string) @specifier) @around
  (import_statement (import_require_clause source: (string) @specifier) @around) @call
  (module name: (string) @specifier) @around
  (ERROR (string) @specifier) @around
  (expression_statement (string) @specifier) @around
  (call_expression arguments: (arguments [(string) (template_string) (binary_expression) (identifier) (as_expression)] @specifier) @around) @call
  (new_expression arguments: (arguments [(string) (template_string) (binary_expression) (identifier) (as_expression)] @specifier) @around) @call
]
"""
_KINDS = (
    (re.compile(r"export"), "export"),
    (re.compile(r"import\(\)|mport\.meta\.glob"), "dynamic"),
    (re.compile(r"Worker"), "worker"),
    (re.compile(r"URL|resolve"), "url"),
    (re.compile(r"mock|Mock|Actual|esmock|proxyquire|replace"), "mock"),
    (re.compile(r"declare module"), "declare"),
    (re.compile(r"require|Require"), "require"),
)
_GONE = frozenset({"mock", "declare"})
_FORKS = frozenset({"fork", "child_process.fork", "cp.fork", "cluster.fork"})
_GLOBS = frozenset({"import.meta.glob", "import.meta.globEager", "require.context"})
_DECORATOR = re.compile(rb"(?:^|[\s(,])@[A-Za-z_$][\w$.]*", re.MULTILINE)
_FACTORIES = frozenset({"React", "h", "preact"})
_NEAR = 60
_MODULE_CALL = re.compile(
    rb"(?:[iI]mport|[rR]equire|[mM]ock|Actual|[rR]esolve|Worker|URL|fork|glob|Eager|context|[mM]odule|From|jiti|esm|pkgUp|proxyquire|replace)"
)
_LAST_NAME = re.compile(rb"([\w$]+)(?:\?\.)?\s*$")
_MOST_CHECKS = 3000
_MOST_OPEN = 200
_MOST_SPECIFIERS = 10_000
_JSX = re.compile(rb"<[A-Za-z>]")


@cache
def _query(grammar: str) -> "Query":
    import tree_sitter

    return tree_sitter.Query(language(grammar), _QUERY)


def edges(data: bytes, grammar: str, *, elides: bool) -> Iterator[Edge]:
    """The module specifiers of a script; `elides` says that a compiler drops imports whose names are all types."""
    import tree_sitter

    try:
        source = Source(data, grammar)
    except TangledError:
        return
    compiler = _Compiler(source) if elides else None
    for _, found in tree_sitter.QueryCursor(_query(grammar), match_limit=_MOST_OPEN).matches(source.root)[
        :_MOST_SPECIFIERS
    ]:
        node, around = found["specifier"][0], found["around"][0]
        if around.type == "arguments" and not _may_import(source, around.start_byte):
            continue
        source.adopt(node, around)
        if call := found.get("call"):
            source.adopt(around, call[0])
        step = _role(source, node, around)
        text = source.constant(node) if step is not None else None
        if step is not None and text and HOLE not in text:
            yield _edge(source, node, around, text, step, compiler)


def _may_import(source: Source, at: int) -> bool:
    """Whether what is called before these arguments could name a module: most calls do not."""
    before = source.data[max(0, at - _NEAR) : at]
    if _MODULE_CALL.search(before) is not None:
        return True
    name = _LAST_NAME.search(before)
    return name is not None and name[1].decode("utf-8", "replace") in source.required()


def _role(source: Source, node: "Node", around: "Node") -> Step | None:
    step = imports.role(source, node, around)
    call = source.parent(around) if around.type == "arguments" else None
    if step is not None or call is None or source.items(around)[:1] != [node]:
        return step
    callee = callee_of(source, call)
    if callee in _FORKS:
        return Step(kind="import", name="`fork()` of a worker: Worker")
    return Step(kind="import", name="import.meta.glob") if callee in _GLOBS else None


def _edge(source: Source, node: "Node", statement: "Node", text: str, step: Step, compiler: "_Compiler | None") -> Edge:
    kind = next((kind for pattern, kind in _KINDS if pattern.search(step.name)), "import")
    carries = step.kind == "import" and kind not in _GONE
    if carries and compiler is not None and statement.type == "import_statement":
        carries = not compiler.drops(statement)
    line, column = source.place(node.start_byte)
    return Edge(specifier=text, line=line, column=column, kind=kind, carries=carries)


class _Compiler:
    """Knows which imports a compiler drops: those of which no name is used as a value."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.checks = _MOST_CHECKS
        # Decorators may keep the types of what they decorate.
        self.keeps_all = _DECORATOR.search(source.data) is not None
        self.has_elements = _JSX.search(source.data) is not None

    def drops(self, statement: "Node") -> bool:
        """Whether no imported name is used as a value."""
        names = list(_locals(statement))
        self.checks -= 1
        if not names or self.keeps_all or self.checks < 0:
            return False
        return not any(self._is_value(self.source.text(name), statement) for name in names)

    def _is_value(self, name: str, statement: "Node") -> bool:
        if name in _FACTORIES and self.has_elements:
            return True
        for mention in self.source.mentions(name):
            inside = statement.start_byte <= mention.start_byte < statement.end_byte
            if not inside and mention.type != "property_identifier" and not imports.in_type(self.source, mention):
                return True
        return False


def _locals(statement: "Node") -> "Iterator[Node]":
    """The names by which the file knows what the statement imports."""
    for clause in statement.named_children:
        if clause.type != "import_clause":
            continue
        for child in clause.named_children:
            if child.type == "identifier":
                yield child
            elif child.type == "namespace_import":
                yield from child.named_children[:1]
            elif child.type == "named_imports":
                for specifier in child.named_children:
                    name = specifier.child_by_field_name("alias") or specifier.child_by_field_name("name")
                    if name is not None and not any(one.type in {"type", "typeof"} for one in specifier.children[:1]):
                        yield name
