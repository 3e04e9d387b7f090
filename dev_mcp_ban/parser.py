"""Runs the parser of JavaScript and TypeScript, in bounded work."""

from functools import cache
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Parser, Tree

# Of 6,000 real files none took more than a turn for 44 bytes.
_MOST_TURNS, _BYTES_A_TURN, _CHUNK = 600, 24, 1 << 16


@cache
def _parser(language: str) -> "Parser":
    import tree_sitter
    import tree_sitter_typescript as grammars

    grammar = grammars.language_typescript() if language == "ts" else grammars.language_tsx()
    return tree_sitter.Parser(tree_sitter.Language(grammar))


class TangledError(Exception):
    """The parser finds no way through a file in bounded work: it is broken too often."""


def parse(data: bytes, language: str) -> "Tree":
    """Parse, and give up after so much work as no real file takes; counted, so that a file always says the same."""
    parser = _parser(language)
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
