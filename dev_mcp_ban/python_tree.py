"""Reads a Python tree: its nodes and their parents, constant texts, names and what calls call."""

import ast
from bisect import bisect_left
from collections.abc import Iterator

from dev_mcp_ban.steps import HOLE

LOADERS = frozenset(
    {
        "importlib.import_module",
        "import_module",
        "__import__",
        "importlib.util.find_spec",
        "find_spec",
        "runpy.run_module",
        "pytest.importorskip",
        "importlib.__import__",
    }
)
_DEEPEST = 6
_MOST_MENTIONS = 200
_MOST_FOLLOWED = 10_000
_LONGEST_TEXT = 200_000
_DEEPEST_CALLEE = 20


def _ends_text(operation: ast.BinOp, piece: ast.expr) -> bool:
    """Whether an operation makes something else of a text than a longer one: a path, a text with the piece in it."""
    return isinstance(operation.op, ast.Div) or (isinstance(operation.op, ast.Mod) and operation.right is piece)


class Tree:
    """A parsed file: all its nodes in order, and the parent of each."""

    def __init__(self, module: ast.Module, wanted: list[int]) -> None:
        self.module = module
        self.parents: dict[ast.AST, ast.AST] = {}
        self.nodes: list[ast.AST] = []
        """The nodes of the statements on the wanted lines (counted from zero)."""
        for statement in module.body:
            end = statement.end_lineno or statement.lineno
            at = bisect_left(wanted, statement.lineno - 1 - _decorated(statement))
            if at < len(wanted) and wanted[at] < end:
                self.nodes += self._grown(statement)
        self._names: dict[str, list[ast.Name]] | None = None
        self._reads: dict[str, list[ast.expr]] | None = None
        self._functions: list[ast.FunctionDef | ast.AsyncFunctionDef] | None = None
        self._constants: dict[ast.AST, str | None] = {}
        self._follows = _MOST_FOLLOWED

    def _grown(self, statement: ast.stmt) -> list[ast.AST]:
        self.parents[statement] = self.module
        nodes: list[ast.AST] = [statement]
        for node in nodes:
            for child in ast.iter_child_nodes(node):
                self.parents[child] = node
                nodes.append(child)
        return nodes

    def _walked(self) -> Iterator[ast.AST]:
        """All nodes of the file, each with its parent known."""
        for statement in self.module.body:
            yield from ast.walk(statement) if statement in self.parents else self._grown(statement)

    def names(self, name: str) -> list[ast.Name]:
        """Where a name stands."""
        if self._names is None:
            self._names = {}
            for node in self._walked():
                if isinstance(node, ast.Name) and len(known := self._names.setdefault(node.id, [])) < _MOST_MENTIONS:
                    known.append(node)
        return self._names.get(name, [])

    def reads(self, key: str) -> list[ast.expr]:
        """Where an entry of this key is read: `row["key"]`, `row.get("key")`, `row.key`; nothing when too much was asked."""
        if self._reads is None:
            self._reads = {}
            for node in self._walked():
                if isinstance(node, ast.expr) and (name := _read(node)):
                    known = self._reads.setdefault(name, [])
                    if len(known) < _MOST_MENTIONS:
                        known.append(node)
        found = self._reads.get(key, [])
        self._follows -= len(found)
        return found if self._follows > 0 else []

    def uses(self, name: str) -> list[ast.Name]:
        """Where the value of a name is read; nothing when too much was asked already."""
        known = [mention for mention in self.names(name) if isinstance(mention.ctx, ast.Load)]
        self._follows -= len(known)
        return known if self._follows > 0 else []

    def function(self, name: str) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        """The function of this name; nothing where there is none, or more than one."""
        if self._functions is None:
            self._functions = [
                node for node in self._walked() if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            ]
        found = [function for function in self._functions if function.name == name]
        return found[0] if len(found) == 1 else None

    def callee(self, call: ast.Call) -> str:
        """What a call calls, dotted."""
        names: list[str] = []
        function: ast.expr = call.func
        while isinstance(function, ast.Attribute) and len(names) < _DEEPEST_CALLEE:
            names.append(function.attr)
            function = function.value
        if isinstance(function, ast.Name):
            names.append(function.id)
        elif isinstance(function, ast.Call):
            names.append("it()")
        return ".".join(reversed(names)).removeprefix("self.")

    def constant(self, node: ast.AST | None, depth: int = 0) -> str | None:
        """The text of an expression, with a hole for each part that only a run knows; nothing for other expressions."""
        if isinstance(node, ast.Constant):
            return node.value if isinstance(node.value, str) else None
        if depth > _DEEPEST or node is None:
            return None
        if node not in self._constants:
            self._constants[node] = None  # a constant made of itself ends here
            text = self._constant(node, depth)
            self._constants[node] = text if text is None or len(text) <= _LONGEST_TEXT else None
        return self._constants[node]

    def _constant(self, node: ast.AST, depth: int) -> str | None:
        if isinstance(node, ast.JoinedStr):
            return "".join(self._piece(value, depth) for value in node.values)
        if isinstance(node, ast.BinOp):
            return self._operated(node, depth)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
            text = self.constant(node.func.value, depth + 1)
            return None if text is None else text.replace("{}", HOLE)
        return self._named(node.id, depth) if isinstance(node, ast.Name) else None

    def _piece(self, value: ast.expr, depth: int) -> str:
        inner = self.constant(value.value if isinstance(value, ast.FormattedValue) else value, depth + 1)
        return HOLE if inner is None else inner

    def _operated(self, node: ast.BinOp, depth: int) -> str | None:
        if isinstance(node.op, ast.Mod):
            text = self.constant(node.left, depth + 1)
            return None if text is None else text.replace("%s", HOLE)
        if isinstance(node.op, ast.Div):
            pieces = [self.constant(piece, depth + 1) for piece in (node.left, node.right)]
            return "/".join(HOLE if piece is None else piece for piece in pieces) if any(pieces) else None
        if not isinstance(node.op, ast.Add):
            return None
        parts: list[ast.expr] = []
        current: ast.expr = node
        while isinstance(current, ast.BinOp) and isinstance(current.op, ast.Add):
            parts.append(current.right)
            current = current.left
        texts = [self.constant(part, depth + 1) for part in [current, *reversed(parts)]]
        return (
            None if all(text is None for text in texts) else "".join(HOLE if text is None else text for text in texts)
        )

    def _named(self, name: str, depth: int) -> str | None:
        values = [
            parent.value
            for mention in self.names(name)
            if isinstance(mention.ctx, ast.Store)
            and isinstance(parent := self.parents.get(mention), ast.Assign | ast.AnnAssign)
        ]
        return self.constant(values[0], depth + 1) if len(values) == 1 else None

    def widest(self, node: ast.expr) -> ast.expr:
        """The whole constant text of which a literal is a part."""
        found: ast.expr = node
        parent = self.parents.get(node)
        while isinstance(parent, ast.BinOp | ast.JoinedStr | ast.FormattedValue):
            if isinstance(parent, ast.BinOp) and _ends_text(parent, found):
                break
            if not isinstance(parent, ast.FormattedValue):
                found = parent
            parent = self.parents.get(parent)
        return found if self.constant(found) is not None else node

    def first_piece(self, node: ast.expr) -> ast.AST:
        """The leftmost part of a sum."""
        current: ast.expr = node
        while isinstance(current, ast.BinOp):
            current = current.left
        return current

    def typing_only(self, node: ast.AST) -> bool:
        """Whether a statement stands under `if TYPE_CHECKING:`."""
        child, parent = node, self.parents.get(node)
        while parent is not None:
            if isinstance(parent, ast.If) and child in parent.body:
                test = parent.test
                name = test.id if isinstance(test, ast.Name) else test.attr if isinstance(test, ast.Attribute) else ""
                if name == "TYPE_CHECKING":
                    return True
            child, parent = parent, self.parents.get(parent)
        return False


def _read(node: ast.expr) -> str:
    """The key that an expression reads, if it does."""
    match node:
        case ast.Subscript(slice=ast.Constant(value=str(key)), ctx=ast.Load()):
            return key
        case ast.Attribute(attr=key, ctx=ast.Load()):
            return key
        case ast.Call(func=ast.Attribute(attr="get"), args=[ast.Constant(value=str(key)), *_]):
            return key
    return ""


def _decorated(statement: ast.stmt) -> int:
    """How many lines of decorators stand above a statement."""
    decorators = getattr(statement, "decorator_list", [])
    return statement.lineno - decorators[0].lineno if decorators else 0
