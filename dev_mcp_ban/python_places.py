"""Tells the places around an expression in a Python tree."""

import ast
import sys
from collections.abc import Iterable, Iterator

from dev_mcp_ban import vocabulary
from dev_mcp_ban.python_tree import LOADERS, Tree
from dev_mcp_ban.steps import CONDITION, Place, Step

_MOST = 100
_PASSING = (ast.Starred, ast.BoolOp, ast.Await, ast.JoinedStr, ast.FormattedValue)
_MUTATED = ("append", "insert", "extend", "appendleft")


class Expression:
    """An expression of a parsed file."""

    def __init__(self, tree: Tree, node: ast.AST) -> None:
        self.tree = tree
        self.node = node

    def steps(self) -> Iterator[Step]:
        """The places around it, from the inside to the end of the statement."""
        node, parent = self.node, self.tree.parents.get(self.node)
        while parent is not None and (steps := _around(self.tree, node, parent)) is not None:
            yield from steps
            node, parent = parent, self.tree.parents.get(parent)

    def text(self) -> str | None:
        """The constant text that it is, or is a part of."""
        return self.tree.constant(self.node)

    def uses(self) -> list[Place]:
        """Where the variable is used that this expression becomes, or becomes a part of."""
        name = next((step.name for step in self.steps() if step.kind == "named"), "")
        scope = self._scope()
        return [
            Expression(self.tree, self.tree.widest(mention))
            for mention in self.tree.uses(name)
            if not self._grows(mention) and scope[0] <= mention.lineno <= scope[1]
        ]

    def reads(self, key: str) -> list[Place]:
        """Where the file reads an entry of this key, or an attribute of this name, of any object."""
        return [Expression(self.tree, self.tree.widest(read)) for read in self.tree.reads(key)]

    def shown(self) -> bool:
        """Python stands in no markup."""
        return False

    def exported(self) -> bool:
        """Python has no word for it."""
        return False

    def handed(self, callee: str) -> list[Place]:
        """Where the function that is called so uses what it gets this expression as."""
        function = self.tree.function(callee)
        call = self.tree.parents.get(self.node)
        if function is None or not isinstance(call, ast.Call) or self.node not in call.args:
            return []
        taken = [one.arg for one in (*function.args.posonlyargs, *function.args.args)]
        mine = taken[call.args.index(self.node) + (taken[:1] in (["self"], ["cls"])) :][:1]
        lines = range(function.lineno, (function.end_lineno or function.lineno) + 1)
        mentions = [mention for name in mine for mention in self.tree.uses(name) if mention.lineno in lines]
        return [Expression(self.tree, self.tree.widest(mention)) for mention in mentions]

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


def _element(tree: Tree, node: ast.AST, items: list[ast.expr]) -> Iterator[Step]:
    index = next((at for at, item in enumerate(items[:_MOST]) if item is node), 0)
    yield Step(kind="element", texts=_texts(tree, items), index=index)


def _call(tree: Tree, node: ast.AST, parent: ast.Call) -> Iterator[Step]:
    callee = tree.callee(parent)
    if callee in LOADERS:
        yield Step(kind="module", name=f"`{callee}()`")
    else:
        index = next((at for at, item in enumerate(parent.args[:_MOST]) if item is node), 0)
        yield Step(kind="argument", name=callee, texts=_texts(tree, parent.args), index=index)
    head, _, last = callee.rpartition(".")
    if last in _MUTATED and head:
        yield Step(kind="named", name=head)


def _keyword(tree: Tree, parent: ast.keyword) -> Iterator[Step]:
    call = tree.parents.get(parent)
    if not isinstance(call, ast.Call):
        return
    beside = {one.arg.lower(): one.value for one in call.keywords if one.arg}
    if parent.arg:
        yield _entry(tree, parent.arg, dict(beside))
    texts = (tree.constant(beside.get("command")), *_texts(tree, call.args))
    yield Step(kind="argument", name=tree.callee(call), texts=texts, index=len(texts))


def _dict(tree: Tree, node: ast.AST, parent: ast.Dict) -> Step:
    if any(key is node for key in parent.keys):
        return Step(kind="key")
    beside: dict[str, ast.expr] = {}
    mine = ""
    for key, value in zip(parent.keys[:_MOST], parent.values[:_MOST], strict=True):
        name = tree.constant(key) if key is not None else None
        if name is not None:
            beside[name.lower()] = value
            mine = name if value is node else mine
    return _entry(tree, mine, beside)


def _entry(tree: Tree, name: str, beside: dict[str, ast.expr]) -> Step:
    command = vocabulary.command_among(beside)
    inside = [key for value in beside.values() if isinstance(value, ast.Dict) for key in value.keys[:_MOST]]
    starts = any(vocabulary.starts((tree.constant(key) or "").lower()) for key in inside)
    return Step(kind="value", name=name, keys=frozenset(beside), texts=(tree.constant(command),), starts=starts)


def _operated(tree: Tree, node: ast.AST, parent: ast.BinOp) -> Iterator[Step]:
    """A piece of a path that is put together with slashes; what a set is without is compared; others make a longer text."""
    if isinstance(parent.op, ast.Sub) and node is parent.right:
        yield Step(kind="compared")
    if not _is_slash(parent) or _is_slash(node):
        return
    top = parent
    for _ in range(_MOST):
        above = tree.parents.get(top)
        if not isinstance(above, ast.BinOp) or not _is_slash(above) or above.left is not top:
            break
        top = above
    pieces: list[ast.expr] = []
    current: ast.expr = top
    while isinstance(current, ast.BinOp) and _is_slash(current) and len(pieces) < 2 * _MOST:
        pieces.insert(0, current.right)
        current = current.left
    pieces.insert(0, current)
    index = next((at for at, piece in enumerate(pieces) if piece is node), 0)
    yield Step(kind="argument", name="joinpath", texts=_texts(tree, pieces), index=index)


def _function(tree: Tree, node: ast.AST) -> str:
    """The name of the function around it: a function is named after what it gives back."""
    around = tree.parents.get(node)
    while around is not None and not isinstance(around, ast.FunctionDef | ast.AsyncFunctionDef):
        around = tree.parents.get(around)
    return around.name if around is not None else ""


def _is_slash(node: ast.AST) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)


def _attribute(tree: Tree, parent: ast.Attribute) -> Iterator[Step]:
    above = tree.parents.get(parent)
    if isinstance(above, ast.Call) and above.func is parent:
        yield Step(kind="receiver", name=parent.attr)


def _annotated(tree: Tree, node: ast.AST, parent: ast.AnnAssign) -> Step:
    return Step(kind="type") if node is parent.annotation else Step(kind="named", name=_target(tree, parent.target))


def _target(tree: Tree, target: ast.expr) -> str:
    if isinstance(target, ast.Name):
        return target.id
    if isinstance(target, ast.Attribute):
        return target.attr
    return (tree.constant(target.slice) or "") if isinstance(target, ast.Subscript) else ""


def _default(node: ast.AST, parent: ast.arguments) -> Step:
    names = [*parent.posonlyargs, *parent.args]
    pairs = list(zip(names[len(names) - len(parent.defaults) :], parent.defaults, strict=True))
    pairs += [
        (name, value) for name, value in zip(parent.kwonlyargs, parent.kw_defaults, strict=True) if value is not None
    ]
    return Step(kind="named", name=next((name.arg for name, value in pairs if value is node), ""))


def _around(tree: Tree, node: ast.AST, parent: ast.AST | None) -> Iterable[Step] | None:
    """The places that a parent is; nothing where the walk ends."""
    if isinstance(parent, _PASSING):
        return ()
    for places in (_holding, _naming, _ending):
        found = places(tree, node, parent)
        if found is not None:
            return found
    return None


def _holding(tree: Tree, node: ast.AST, parent: ast.AST | None) -> Iterable[Step] | None:
    match parent:
        case ast.List() | ast.Tuple() | ast.Set():
            return _element(tree, node, parent.elts)
        case ast.Call():
            return _call(tree, node, parent) if node is not parent.func else ()
        case ast.keyword():
            return _keyword(tree, parent)
        case ast.Dict():
            return (_dict(tree, node, parent),)
        case ast.Attribute():
            return _attribute(tree, parent)
        case ast.BinOp():
            return _operated(tree, node, parent)
    return None


def _naming(tree: Tree, node: ast.AST, parent: ast.AST | None) -> Iterable[Step] | None:
    match parent:
        case ast.AnnAssign():
            return (_annotated(tree, node, parent),)
        case ast.Assign():
            return (Step(kind="named", name=_target(tree, parent.targets[0])),)
        case ast.AugAssign() | ast.NamedExpr():
            return (Step(kind="named", name=_target(tree, parent.target)),)
        case ast.arguments():
            return (_default(node, parent),)
        case ast.For() | ast.AsyncFor() | ast.comprehension():
            return (Step(kind="named", name=_target(tree, parent.target)),) if node is parent.iter else None
    return None


def _ending(tree: Tree, node: ast.AST, parent: ast.AST | None) -> Iterable[Step] | None:
    match parent:
        case ast.Subscript():
            return (Step(kind="key"),) if node is parent.slice else ()
        case ast.Compare() | ast.Assert() | ast.MatchValue():
            return (Step(kind="compared"),)
        case ast.Raise():
            return (Step(kind="text"),)
        case ast.Return():
            return (Step(kind="returned", name=_function(tree, parent)),)
        case ast.Expr():
            return (Step(kind="text"),) if isinstance(node, ast.Constant | ast.JoinedStr) else ()
        case ast.UnaryOp():
            return (Step(kind="compared", name=CONDITION),)
        case ast.IfExp() | ast.If() | ast.While():
            rest = () if isinstance(parent, ast.IfExp) else None
            return (Step(kind="compared", name=CONDITION),) if node is parent.test else rest
    return None
