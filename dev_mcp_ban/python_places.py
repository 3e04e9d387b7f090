"""Tells the places around an expression in a Python tree."""

import ast
import sys
from collections.abc import Callable, Iterator

from dev_mcp_ban.python_tree import LOADERS, Tree
from dev_mcp_ban.steps import Place, Step

_MOST = 100
_PASSING = (ast.Starred, ast.IfExp, ast.BoolOp, ast.Await, ast.JoinedStr, ast.FormattedValue, ast.BinOp, ast.NamedExpr)
_MUTATED = ("append", "insert", "extend", "appendleft")


class Expression:
    """An expression of a parsed file."""

    def __init__(self, tree: Tree, node: ast.AST) -> None:
        self.tree = tree
        self.node = node

    def steps(self) -> Iterator[Step]:
        """The places around it, from the inside to the end of the statement."""
        node = self.node
        while (parent := self.tree.parents.get(node)) is not None:
            handler = _AROUND.get(type(parent))
            if handler is not None:
                for step in handler(self.tree, node, parent):
                    yield step
                    if step.kind == "named":
                        return
            elif not isinstance(parent, _PASSING):
                return
            if isinstance(parent, ast.IfExp) and node is parent.test:
                yield Step(kind="compared")
            node = parent

    def text(self) -> str | None:
        """The constant text that it is, or is a part of."""
        return self.tree.constant(self.node)

    def uses(self) -> list[Place]:
        """Where the variable is used that this expression becomes, or becomes a part of."""
        name = next((step.name for step in self.steps() if step.kind == "named"), "")
        scope = self._scope()
        return [
            Expression(self.tree, self.tree.widest(mention))
            for mention in self.tree.names(name)
            if isinstance(mention.ctx, ast.Load) and not self._grows(mention) and scope[0] <= mention.lineno <= scope[1]
        ]

    def _scope(self) -> tuple[int, int]:
        """The lines of the function around it, or of the file."""
        node: ast.AST | None = self.node
        while node is not None and not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node = self.tree.parents.get(node)
        return (node.lineno, node.end_lineno or node.lineno) if node is not None else (0, sys.maxsize)

    def _grows(self, mention: ast.Name) -> bool:
        parent = self.tree.parents.get(mention)
        return isinstance(parent, ast.Attribute) and parent.attr in _MUTATED


def _texts(tree: Tree, items: list[ast.expr]) -> tuple[str | None, ...]:
    found: list[str | None] = []
    for item in items[:_MOST]:
        inner = item.value if isinstance(item, ast.Starred) else item
        if isinstance(inner, ast.List | ast.Tuple):
            found.extend(tree.constant(one) for one in inner.elts[:_MOST])
        else:
            found.append(tree.constant(inner))
    return tuple(found)


def _element(tree: Tree, node: ast.AST, parent: ast.AST) -> Iterator[Step]:
    items: list[ast.expr] = parent.elts if isinstance(parent, ast.List | ast.Tuple | ast.Set) else []
    index = next((at for at, item in enumerate(items[:_MOST]) if item is node), 0)
    yield Step(kind="element", texts=_texts(tree, items), index=index)


def _call(tree: Tree, node: ast.AST, parent: ast.AST) -> Iterator[Step]:
    if not isinstance(parent, ast.Call) or node is parent.func:
        return
    callee = tree.callee(parent)
    if callee in LOADERS:
        yield Step(kind="module", name=f"`{callee}()`")
        return
    index = next((at for at, item in enumerate(parent.args[:_MOST]) if item is node), 0)
    yield Step(kind="argument", name=callee, texts=_texts(tree, parent.args), index=index)
    head, _, last = callee.rpartition(".")
    if last in _MUTATED and head:
        yield Step(kind="named", name=head)


def _keyword(tree: Tree, _: ast.AST, parent: ast.AST) -> Iterator[Step]:
    call = tree.parents.get(parent)
    if not isinstance(call, ast.Call) or not isinstance(parent, ast.keyword):
        return
    beside = {one.arg.lower(): one.value for one in call.keywords if one.arg}
    if parent.arg:
        yield _entry(tree, parent.arg, dict(beside))
    texts = (tree.constant(beside.get("command")), *_texts(tree, call.args))
    yield Step(kind="argument", name=tree.callee(call), texts=texts, index=len(texts))


def _dict(tree: Tree, node: ast.AST, parent: ast.AST) -> Iterator[Step]:
    if not isinstance(parent, ast.Dict):
        return
    if any(key is node for key in parent.keys):
        yield Step(kind="key")
        return
    beside: dict[str, ast.expr] = {}
    mine = ""
    for key, value in zip(parent.keys[:_MOST], parent.values[:_MOST], strict=True):
        name = tree.constant(key) if key is not None else None
        if name is not None:
            beside[name.lower()] = value
            mine = name if value is node else mine
    yield _entry(tree, mine, beside)


def _entry(tree: Tree, name: str, beside: dict[str, ast.expr]) -> Step:
    command = next((beside[one] for one in ("command", "cmd", "program", "executable") if one in beside), None)
    return Step(kind="value", name=name, keys=frozenset(beside), texts=(tree.constant(command),))


def _attribute(tree: Tree, _: ast.AST, parent: ast.AST) -> Iterator[Step]:
    above = tree.parents.get(parent)
    if isinstance(parent, ast.Attribute) and isinstance(above, ast.Call) and above.func is parent:
        yield Step(kind="receiver", name=parent.attr)


def _assigned(tree: Tree, node: ast.AST, parent: ast.AST) -> Iterator[Step]:
    target: ast.expr | None = None
    if isinstance(parent, ast.Assign):
        target = parent.targets[0]
    elif isinstance(parent, ast.AnnAssign | ast.AugAssign | ast.NamedExpr):
        target = parent.target
        if isinstance(parent, ast.AnnAssign) and node is parent.annotation:
            yield Step(kind="type")
            return
    yield Step(kind="named", name=_target(tree, target))


def _target(tree: Tree, target: ast.expr | None) -> str:
    if isinstance(target, ast.Name):
        return target.id
    if isinstance(target, ast.Attribute):
        return target.attr
    return (tree.constant(target.slice) or "") if isinstance(target, ast.Subscript) else ""


def _default(_: Tree, node: ast.AST, parent: ast.AST) -> Iterator[Step]:
    if not isinstance(parent, ast.arguments):
        return
    names = [*parent.posonlyargs, *parent.args]
    pairs = list(zip(names[len(names) - len(parent.defaults) :], parent.defaults, strict=True))
    pairs += [
        (name, value) for name, value in zip(parent.kwonlyargs, parent.kw_defaults, strict=True) if value is not None
    ]
    yield Step(kind="named", name=next((name.arg for name, value in pairs if value is node), ""))


def _subscript(_: Tree, node: ast.AST, parent: ast.AST) -> Iterator[Step]:
    if isinstance(parent, ast.Subscript) and node is parent.slice:
        yield Step(kind="key")


def _always(step: Step) -> Callable[[Tree, ast.AST, ast.AST], Iterator[Step]]:
    return lambda *_: iter((step,))


def _statement(_: Tree, node: ast.AST, __: ast.AST) -> Iterator[Step]:
    if isinstance(node, ast.Constant | ast.JoinedStr):
        yield Step(kind="text")


_AROUND: dict[type[ast.AST], Callable[[Tree, ast.AST, ast.AST], Iterator[Step]]] = {
    ast.List: _element,
    ast.Tuple: _element,
    ast.Set: _element,
    ast.Call: _call,
    ast.keyword: _keyword,
    ast.Dict: _dict,
    ast.Attribute: _attribute,
    ast.Assign: _assigned,
    ast.AnnAssign: _assigned,
    ast.AugAssign: _assigned,
    ast.NamedExpr: _assigned,
    ast.arguments: _default,
    ast.Subscript: _subscript,
    ast.Compare: _always(Step(kind="compared")),
    ast.Assert: _always(Step(kind="compared")),
    ast.MatchValue: _always(Step(kind="compared")),
    ast.Raise: _always(Step(kind="text")),
    ast.Expr: _statement,
}
