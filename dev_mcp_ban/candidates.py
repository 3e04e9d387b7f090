"""Finds the files of a tree that could hold something banned: git looks for the letters, nothing is parsed here."""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from agent_guards.globs import spellings
from dev_mcp_ban import tokens
from dev_mcp_ban.files import GLOBS
from dev_mcp_ban.specs import Ban

if TYPE_CHECKING:
    from dev_mcp_ban.tree import Source


def begin(source: "Source", tree: str, ban: Ban, more: Iterable[str] = ()) -> Callable[[], Iterator[tuple[str, bytes]]]:
    """Start to search and go on; the answer, when it is called for, are the files that could hold something, with contents.

    `more` are patterns of the policy (bundles) whose files are looked into besides code and manifests.
    """
    globs = (*GLOBS, *(spelling for pattern in more for spelling in spellings(pattern)))
    waiting = source.lines(tree, [literal.decode() for literal in tokens.literals(ban)], globs)

    def finish() -> Iterator[tuple[str, bytes]]:
        # A name that is put together over several lines needs the lines around it; of UTF-16 single lines say nothing.
        return source.contents(
            tree, (path for path, lines in waiting() if b"\0" in lines or tokens.survives(lines, ban))
        )

    return finish
