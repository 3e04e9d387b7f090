"""The places around an expression, in words that JavaScript, TypeScript and Python share."""

from collections.abc import Iterator
from typing import Literal, Protocol

from msgspec import Struct

# Stands in a text for what is only known when the program runs.
HOLE = "\ufffc"
# The name of the step that asks whether there is something at all.
CONDITION = "condition"

Kind = Literal[
    "import",  # the specifier of a module: name says in which form
    "type-import",  # the same, of types only
    "module",  # the name of a Python module that is imported
    "element",  # one of a list
    "argument",  # of a call: name is the callee
    "value",  # of an entry of an object: name is its key
    "named",  # a variable, a field or a default gets it: name says which; the walk ends
    "returned",  # by a function: name is its own; the walk ends
    "receiver",  # a method of it is called: name is the method
    "key",  # of an entry, of an index, of a member
    "compared",  # looked at, not used: name says whether only its being there is asked for
    "attribute",  # of an element of a page
    "type",  # of a variable
    "text",  # thrown, or a statement by itself
]


class Step(Struct, frozen=True, kw_only=True):
    """One place around an expression; the next step is the place around that."""

    kind: Kind
    name: str = ""
    index: int = 0
    texts: tuple[str | None, ...] = ()
    """The texts of a list, of a call's arguments (a list among them is flattened), or of the entry named `command`."""
    keys: frozenset[str] = frozenset()
    """The keys beside this entry of an object."""
    starts: bool = False
    """An object beside this entry says how to start something."""


class Place(Protocol):
    """An expression in a file."""

    def steps(self) -> Iterator[Step]:
        """The places around it, from the inside to the end of the statement."""
        ...

    def text(self) -> str | None:
        """The constant text that it is, or is a part of."""
        ...

    def uses(self) -> "list[Place]":
        """Where the variable that gets this expression is used; nothing when no variable does."""
        ...

    def shown(self) -> bool:
        """Whether markup around the script shows the variable that gets this expression."""
        ...

    def exported(self) -> bool:
        """Whether other files get what becomes of this expression."""
        ...

    def reads(self, key: str) -> "list[Place]":
        """Where the file reads an entry of this key, of any object."""
        ...

    def handed(self, callee: str) -> "list[Place]":
        """Where the function of the file that is called so uses what it gets this expression as."""
        ...
