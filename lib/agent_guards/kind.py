"""What a record format is: a type, a published schema, and the questions that both of them answer."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Generic, Literal, TypeVar

import msgspec
from msgspec import Struct, field

from agent_guards.shape import Shape, shape_of

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

LONGEST_LINE = 64 * 1024
ProblemKind = Literal["empty-file", "invalid-encoding", "invalid-json", "schema", "too-large", "unknown-field"]
R = TypeVar("R", bound=msgspec.Struct)


class Problem(Struct, frozen=True, kw_only=True):
    """What is wrong with a line (or, without a line, with the file). Foreign text is quoted already."""

    kind: ProblemKind
    message: str
    line: int | None
    column: int | None
    fix: str = ""


class Kind(Struct, Generic[R], frozen=True, kw_only=True, eq=False):
    """One record format: its type, its published schema, and what the type cannot say."""

    name: str
    struct: type[R]
    """A frozen Struct that forbids unknown fields; what may be missing has the default None."""
    schema: str
    """Where the published schema lies."""
    quotes: Callable[[Sequence[R]], int | None]
    """How many quotes these records need in JSON, two for each key and each text; None where one of them has the right
    types and yet breaks the schema, such as by a blank text."""
    aliases: Mapping[str, str] = field(default_factory=dict)
    """Foreign names of fields, in small letters and digits alone, and the field that is meant by each."""


@cache
def decoder(kind: Kind[R]) -> msgspec.json.Decoder[R]:
    """Make the fast judge of single lines."""
    return msgspec.json.Decoder(kind.struct)


@cache
def shape(kind: Kind[R]) -> Shape:
    """Derive the shape of the kind's records from their type."""
    return shape_of(kind.struct)


@cache
def reference(kind: Kind[R]) -> "Draft202012Validator":
    """Make the judge that the kind's published schema is."""
    from agent_guards.schema import make_validator

    with open(kind.schema, "rb") as file:
        return make_validator(msgspec.json.decode(file.read()))


def holds(kind: Kind[R], data: bytes, values: Sequence[R]) -> bool:
    """Whether lines that the decoder accepted are right in all that it overlooks."""
    quotes = kind.quotes(values)
    return quotes is not None and shape(kind).proves(data, values, quotes)


def convert(kind: Kind[R], value: Mapping[str, object]) -> R | None:
    """Make a record of a strictly loaded object; None where it is none."""
    prepared = shape(kind).typed(value)
    if prepared is None:
        return None
    try:
        record = msgspec.convert(prepared, kind.struct)
    except msgspec.ValidationError:
        return None
    return None if kind.quotes([record]) is None else record
