"""Finds what a Python file imports and launches, by Python's own parser; a file it refuses is read statement by statement."""

import ast
import re
import warnings
from collections.abc import Iterator
from itertools import islice

from dev_mcp_ban import tokens
from dev_mcp_ban.launches import judge
from dev_mcp_ban.python_places import Expression
from dev_mcp_ban.python_tree import LOADERS, Tree
from dev_mcp_ban.scan import Edge, Hit, Scan
from dev_mcp_ban.specs import Ban
from dev_mcp_ban.steps import HOLE

_LONGEST_STATEMENT = 60
_MOST_PLACES = 1500
_COMMENTS = ("#", "//", "* ")
_NAMES_MODULE = re.compile(r"\bimport|find_spec|run_module")


def scan(data: bytes, ban: Ban) -> Scan:
    """Judge one file."""
    text = data.decode("utf-8", "replace")
    lines = text.split("\n")
    wanted = [data.count(b"\n", 0, start) for start, _ in islice(tokens.places(data, ban), _MOST_PLACES)]
    hits: set[Hit] = set()
    trees, unparsed = _parsed(text, wanted)
    for first, tree in trees:
        hits.update(
            _moved(hit, first) for hit in _judged(Tree(tree, [line - first for line in wanted]), lines[first:], ban)
        )
    return Scan(hits=tuple(sorted(hits, key=lambda hit: (hit.line, hit.column, hit.package))), unparsed=unparsed)


def edges(data: bytes) -> tuple[Edge, ...]:
    """The modules that a file names; a relative one keeps its dots."""
    text = data.decode("utf-8", "replace")
    named = [number for number, line in enumerate(text.split("\n")) if _NAMES_MODULE.search(line)]
    trees, _ = _parsed(text, named)
    return tuple(edge for first, tree in trees for edge in _edges(Tree(tree, [line - first for line in named]), first))


def _parsed(text: str, wanted: list[int]) -> tuple[list[tuple[int, ast.Module]], str]:
    """The file as one tree, or as a tree for each statement that parses, with the line before each; and what is wrong."""
    whole = _parse(text)
    if isinstance(whole, ast.Module):
        return [(0, whole)], ""
    return list(_statements(text.split("\n"), wanted)), whole


def _parse(text: str) -> ast.Module | str:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except SyntaxError as refusal:
        return f"line {refusal.lineno or 1} is no code that Python 3 knows"
    except (ValueError, RecursionError, MemoryError):
        return "Python's parser gave up on it"


def _statements(lines: list[str], wanted: list[int]) -> Iterator[tuple[int, ast.Module]]:
    """Each statement on the wanted lines that parses by itself; the brackets say where it begins and ends."""
    done = 0
    depths = _depths(lines)
    for line in wanted:
        if line < done:
            continue
        for first in range(line, max(done, line - _LONGEST_STATEMENT) - 1, -1):
            last = _end(depths, first)
            statement = "\n".join(lines[first:last]).strip()
            tree = _parse(_whole(statement)) if last > line and statement else ""
            if isinstance(tree, ast.Module):
                yield first, tree
                done = last
                break


def _depths(lines: list[str]) -> list[int]:
    """How many brackets each line leaves open; less than nothing when it closes more than it opens."""
    return [sum(map(line.count, "([{")) - sum(map(line.count, ")]}")) for line in lines]


def _end(depths: list[int], first: int) -> int:
    """The line behind a statement that begins here."""
    depth = 0
    for at in range(first, min(len(depths), first + _LONGEST_STATEMENT)):
        depth += depths[at]
        if depth <= 0:
            return at + 1
    return first + 1


def _whole(statement: str) -> str:
    """A statement that opens a block, with a body."""
    return (
        f"{statement} pass"
        if statement.endswith(":") and not statement.startswith(("else", "elif", "except", "finally"))
        else statement
    )


def _moved(hit: Hit, lines: int) -> Hit:
    if lines == 0:
        return hit
    return Hit(kind=hit.kind, package=hit.package, spec=hit.spec, line=hit.line + lines, column=hit.column, how=hit.how)


def _judged(tree: Tree, lines: list[str], ban: Ban) -> Iterator[Hit]:
    for node in tree.nodes:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from _imported(node, lines, ban)
        elif isinstance(node, ast.Constant | ast.JoinedStr):
            yield from _said(tree, node, lines, ban)


def _imported(node: ast.Import | ast.ImportFrom, lines: list[str], ban: Ban) -> Iterator[Hit]:
    if isinstance(node, ast.ImportFrom):
        if node.level == 0 and node.module and (package := ban.module(node.module)):
            yield _hit("import", package, node.module, _place(lines, node, node.module), "`from … import`")
        return
    for alias in node.names:
        if package := ban.module(alias.name):
            yield _hit("import", package, alias.name, _place(lines, node, alias.name), "`import`")


def _said(tree: Tree, node: ast.Constant | ast.JoinedStr, lines: list[str], ban: Ban) -> Iterator[Hit]:
    if isinstance(node, ast.Constant) and not isinstance(node.value, str):
        return
    if isinstance(tree.parents.get(node), ast.JoinedStr | ast.FormattedValue):
        return
    own = tree.constant(node) or ""
    whole = tree.widest(node)
    pieced = whole is not node
    text = tree.constant(whole) if pieced else own
    if text is None or not tokens.survives(
        own.encode("utf-8", "replace") if not pieced else text.encode("utf-8", "replace"), ban
    ):
        return
    finding = judge(text, Expression(tree, whole), ban)
    if finding is None:
        return
    for package in dict.fromkeys(finding.packages):
        if _brought(tree, whole, package):
            continue
        if (
            not pieced
            or package.lower() in own.lower()
            or (package.lower() not in own.lower() and tree.first_piece(whole) is node)
        ):
            for place in _places(lines, node, package):
                yield _hit(finding.kind, package, text.replace(HOLE, "…")[:200], place, finding.how)


def _brought(tree: Tree, text: ast.AST, package: str) -> bool:
    """Whether only a name in a longer text brings a package along: that is told where the name gets it."""
    pieces = [node for node in ast.walk(text) if isinstance(node, ast.Name | ast.Constant)]
    bring = {type(piece) for piece in pieces if package.lower() in (tree.constant(piece) or "").lower()}
    return bring == {ast.Name}


def _place(lines: list[str], node: ast.stmt | ast.expr, text: str) -> tuple[int, int]:
    """Where a text stands in the lines of a node for the first time; else where the node begins."""
    return next(_places(lines, node, text))


def _places(lines: list[str], node: ast.stmt | ast.expr, text: str) -> Iterator[tuple[int, int]]:
    """Each line of a node on which a text stands, but for comments of the program that the node holds; else its beginning."""
    last = node.end_lineno or node.lineno
    anywhere = False
    for number in range(node.lineno, min(last, node.lineno + 2000, len(lines)) + 1):
        line = lines[number - 1]
        start = len(line.encode()[: node.col_offset].decode("utf-8", "replace")) if number == node.lineno else 0
        found = _flat(line).find(_flat(text), start)
        if found >= 0:
            anywhere = True
            if number == node.lineno or not line.lstrip().startswith(_COMMENTS):
                yield number, found + 1
    if not anywhere:
        yield node.lineno, node.col_offset + 1


def _flat(text: str) -> str:
    """A text as names are compared: a module has underscores where its package has hyphens."""
    return text.lower().replace("_", "-")


def _hit(kind: str, package: str, spec: str, place: tuple[int, int], how: str) -> Hit:
    return Hit(
        kind="import" if kind == "import" else "launch",
        package=package,
        spec=spec,
        line=place[0],
        column=place[1],
        how=how,
    )


def _edges(tree: Tree, first: int) -> Iterator[Edge]:
    for node in tree.nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield _edge(alias.name, node, first, "import", carries=not tree.typing_only(node))
        elif isinstance(node, ast.ImportFrom):
            carries = not tree.typing_only(node)
            dots = "." * node.level
            yield _edge(dots + (node.module or ""), node, first, "import", carries=carries)
            for alias in node.names:
                if alias.name != "*":
                    separator = "." if node.module else ""
                    yield _edge(
                        f"{dots}{node.module or ''}{separator}{alias.name}", node, first, "member", carries=carries
                    )
        elif isinstance(node, ast.Call) and tree.callee(node) in LOADERS and node.args:
            name = tree.constant(node.args[0])
            if name and HOLE not in name:
                yield _edge(name, node, first, "dynamic", carries=not tree.typing_only(node))


def _edge(specifier: str, node: ast.stmt | ast.expr, first: int, kind: str, *, carries: bool) -> Edge:
    return Edge(specifier=specifier, line=node.lineno + first, column=node.col_offset + 1, kind=kind, carries=carries)
