"""What a record type lets its bytes be: the proof, at the speed of C, that lines hold its fields once each and well written."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from operator import attrgetter
from typing import cast

import msgspec
import msgspec.inspect
from msgspec import Struct

from agent_guards.times import parse_rfc3339

_QUOTE = ord('"')
_zone = attrgetter("tzinfo")
_year = attrgetter("year")


class Field(Struct, frozen=True):
    """One field: its key, and how to get it from a record."""

    key: str
    get: Callable[[Struct], object]
    inner: "Shape | None" = None
    moment: "re.Pattern[bytes] | None" = None
    """For a moment in time: its key and an RFC 3339 value, as bytes."""
    whole_number: bool = False


class Shape(Struct, frozen=True):
    """The fields of a record type. A field that may be missing has the default None; null is not taken for it."""

    fields: tuple[Field, ...]

    def proves(self, data: bytes, records: Sequence[Struct], quotes: int) -> bool:
        """Whether the lines `data`, each of which decoded to its record, hold no key twice, no null and no odd offset.

        The decoder takes the last of two equal keys, null for a default, and `+0100` for an offset. Each key more
        than a record needs shows as quotes more than the `quotes` that the records need.
        """
        return _quotes(data) == quotes and all(
            _well_written(field.moment, list(filter(None, map(field.get, records))), data)
            for field in self.fields
            if field.moment
        )

    def typed(self, value: Mapping[str, object]) -> dict[str, object] | None:
        """Prepare a strictly loaded object for msgspec.convert: known fields, moments read; None where null stands for one."""
        prepared: dict[str, object] = {}
        for field in self.fields:
            if field.key in value:
                one = value[field.key]
                if field.moment and isinstance(one, str):
                    one = parse_rfc3339(one)
                elif field.whole_number and isinstance(one, float) and one.is_integer():
                    one = int(one)
                elif field.inner and isinstance(one, dict):
                    one = field.inner.typed(one)
                if one is None:
                    return None
                prepared[field.key] = one
        return prepared


def shape_of(struct: type[msgspec.Struct]) -> Shape:
    """Derive the shape from the type's own annotations."""
    return _shape(cast("msgspec.inspect.StructType", msgspec.inspect.type_info(struct)))


def _shape(struct: msgspec.inspect.StructType) -> Shape:
    return Shape(tuple(map(_field, struct.fields)))


def _field(field: msgspec.inspect.Field) -> Field:
    kind = field.type
    if isinstance(kind, msgspec.inspect.UnionType):
        [kind] = [one for one in kind.types if not isinstance(one, msgspec.inspect.NoneType)]
    return Field(
        key=field.encode_name,
        get=attrgetter(field.name),
        inner=_shape(kind) if isinstance(kind, msgspec.inspect.StructType) else None,
        moment=_moment(field.encode_name) if isinstance(kind, msgspec.inspect.DateTimeType) else None,
        whole_number=isinstance(kind, msgspec.inspect.IntType),
    )


def _moment(key: str) -> "re.Pattern[bytes]":
    return re.compile(
        rb'"%s"[ \t\r]*:[ \t\r]*"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)"'
        % re.escape(key.encode())
    )


def _well_written(form: "re.Pattern[bytes]", moments: Sequence[object], data: bytes) -> bool:
    """Whether every moment is written as RFC 3339 wants it. In UTC only `+0000` could be wrong, and is looked for first."""
    if set(map(_zone, moments)) <= {UTC} and not _holds_bare_offset(data):
        return True
    if not {datetime.min.year, datetime.max.year}.isdisjoint(map(_year, moments)):
        return False  # the reference knows whether they have a place in UTC's calendar
    return len(form.findall(data)) == len(moments)


def _holds_bare_offset(data: bytes) -> bool:
    """Whether a text of `data` ends in `+0000` or `-0000`. From the right the search takes half of the time."""
    return data.rfind(b'-0000"') >= 0 or (b"+" in data and data.rfind(b'+0000"') >= 0)


def _quotes(data: bytes) -> int:
    """Count the quotes of lines that are JSON, without those that are escaped inside a text."""
    escaped = 0
    position = data.find(b"\\")
    while position >= 0:
        escaped += data[position + 1] == _QUOTE
        position = data.find(b"\\", position + 2)
    return data.count(b'"') - escaped
