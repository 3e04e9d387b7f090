"""Runs the parser of JavaScript and TypeScript, in bounded work."""

from functools import cache
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from itertools import count
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Language, Parser, Tree

# Of 6,000 real files none took more than a turn for 44 bytes.
_MOST_TURNS, _BYTES_A_TURN, _CHUNK = 600, 24, 1 << 16


@cache
def _parser(grammar: str) -> "Parser":
    import tree_sitter

    return tree_sitter.Parser(language(grammar))


@cache
def language(grammar: str) -> "Language":
    """The grammar of TypeScript ("ts"), or of all else that is script ("tsx")."""
    import tree_sitter

    grammars = _grammars()
    return tree_sitter.Language(grammars.language_typescript() if grammar == "ts" else grammars.language_tsx())


def _grammars() -> ModuleType:
    """What was compiled of tree_sitter_typescript.

    The package around it gets ready to read query files, which nobody asks for here: that takes longer than to parse a file.
    """
    package = PathFinder.find_spec("tree_sitter_typescript")
    spec = package and PathFinder.find_spec("tree_sitter_typescript._binding", package.submodule_search_locations)
    if spec is None or spec.loader is None:
        import tree_sitter_typescript

        return tree_sitter_typescript
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class TangledError(Exception):
    """The parser finds no way through a file in bounded work: it is broken too often."""


def parse(data: bytes, grammar: str) -> "Tree":
    """Parse, and give up after so much work as no real file takes; counted, so that a file always says the same."""
    parser = _parser(grammar)
    turns, most = count(), _MOST_TURNS + len(data) // _BYTES_A_TURN
    views: list[memoryview] = []
    whole = memoryview(data)

    def read(at: int, _: object) -> memoryview:
        views.append(whole[at : at + _CHUNK])
        return views[-1]

    try:
        return parser.parse(read, progress_callback=lambda *_: next(turns) > most)
    except ValueError:
        parser.reset()
        raise TangledError from None
    finally:
        # The parser never lets go of what it was handed (py-tree-sitter 0.26); so that is emptied.
        for view in views:
            view.release()
