"""The published JSON Schemas as judges, and their findings in words for people: one fault a field."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from agent_guards.escape import quote, quote_all
from agent_guards.times import parse_rfc3339, trouble

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator, ValidationError

Path = tuple[str | int, ...]
Schema = Mapping[str, object]
T = TypeVar("T")

_TYPES = {
    "object": "an object",
    "array": "a list",
    "string": "text in double quotes",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "`true` or `false`",
    "null": "`null`",
}
# Of several faults of one field the first of these tells the author most.
_TELLING = ("required", "type", "enum", "format", "minLength", "maxLength", "pattern")
# Beyond these nobody meant a field of ours, and looking for one would cost too much.
_LONGEST_SLIP = 40
_MOST_SLIPS = 20


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with the field at `path`; `instead` is the unknown field that stands where it was meant."""

    path: Path
    message: str
    missing: bool = False
    instead: str | None = None

    @property
    def place(self) -> Path:
        """The path of what is there to be shown: the field, or the object that lacks it."""
        return self.path[:-1] if self.missing else self.path


def make_validator(schema: Schema) -> "Draft202012Validator":
    """Make the judge of a schema. It never fetches what a `$ref` points to, and it knows our one format."""
    from jsonschema import Draft202012Validator, FormatChecker
    from referencing import Registry

    formats = FormatChecker(formats=())
    formats.checks("date-time")(_is_moment)
    return Draft202012Validator(schema, registry=Registry(), format_checker=formats)


def faults(
    validator: "Draft202012Validator", instance: object, aliases: Mapping[str, str] | None = None
) -> list[Fault]:
    """Judge a value; of each field the most telling fault."""
    found: dict[Path, tuple[int, Fault]] = {}
    for error in validator.iter_errors(instance):
        rank = _TELLING.index(error.validator) if error.validator in _TELLING else len(_TELLING)
        for fault in _word(error, aliases or {}):
            if fault.path not in found or rank < found[fault.path][0]:
                found[fault.path] = rank, fault
    return [fault for _, fault in found.values()]


def meant(unknown: str, known: Mapping[str, object], aliases: Mapping[str, str]) -> str | None:
    """Which known field somebody meant who wrote `unknown`: another spelling, a foreign name, a slip of the hand."""
    plain = _plain(unknown)
    for name in known:
        if _plain(name) == plain or aliases.get(plain) == name:
            return name
    if len(unknown) > _LONGEST_SLIP:
        return None
    from difflib import get_close_matches

    return next(iter(get_close_matches(plain, list(known), 1, 0.75)), None)


def _plain(name: str) -> str:
    return "".join(filter(str.isalnum, name)).lower()


def _is_moment(value: object) -> bool:
    return not isinstance(value, str) or parse_rfc3339(value) is not None


def _word(error: "ValidationError", aliases: Mapping[str, str]) -> Iterator[Fault]:
    """Turn an error of the judge into faults; a missing field is a fault of its own path."""
    path = tuple(error.absolute_path)
    match error.validator, error.validator_value, error.instance:
        case "required", list(names), dict(instance):
            known: Mapping[str, object] = _part(error, "properties", {})
            for name in names:
                if name not in instance:
                    yield _missing(path, name, instance, known, aliases)
        case "dependentRequired", dict(groups), dict(instance):
            for name, others in groups.items():
                for other in others if name in instance else ():
                    if other not in instance:
                        field, together = _shown((*path, other)), quote_all([name, *others])
                        yield Fault((*path, other), f"{field} is missing; {together} come together.", missing=True)
        case _:
            wanted = error.validator_value
            title = _part(error, "title", f"of the form {quote(wanted)}")
            yield Fault(path, f"{_shown(path)} {_what(str(error.validator), wanted, error.instance, title)}.")


def _part(error: "ValidationError", key: str, default: T) -> T:
    """What the schema that refused the value says under `key`."""
    return error.schema.get(key, default) if isinstance(error.schema, Mapping) else default


def _missing(
    path: Path, name: str, instance: Mapping[str, object], known: Mapping[str, object], aliases: Mapping[str, str]
) -> Fault:
    unknown = (key for key in instance if key not in known and not key.startswith("x_"))
    instead = next((key for key in islice(unknown, _MOST_SLIPS) if meant(key, known, aliases) == name), None)
    field = _shown((*path, name))
    hint = f"; the line has {quote(instead)}: did you mean {field}?" if instead else "."
    return Fault((*path, name), f"{field} is missing{hint}", missing=True, instead=instead)


def _what(keyword: str, wanted: object, value: object, title: str) -> str:
    """Say of a value what it is and what it has to be."""
    said = f"does not fit the published schema ({quote(keyword)})"
    match keyword, wanted:
        case "type", str(name):
            said = f"is {_type(value)}; it has to be {_TYPES[name]}"
        case "enum", list(choices):
            said = f"is {quote(value)}; it has to be one of {quote_all([str(one) for one in choices], 10)}"
        case "format", _:
            example = "write RFC 3339 with a zone, e.g. `2026-01-02T14:30:00Z`"
            said = f"is {quote(value)}: {trouble(str(value))}; {example}"
        case "minLength" | "pattern", _ if not str(value).strip():
            said = f"is {'blank' if value else 'empty'}; it has to say something"
        case "minLength" | "maxLength" | "pattern", _:
            said = f"is {quote(value)}; it has to be {title}"
        case "minimum" | "maximum", _:
            said = f"is {quote(value, 30)}; the {'least' if keyword == 'minimum' else 'most'} is {quote(wanted)}"
    return said


def _shown(path: Path) -> str:
    return quote(".".join(map(str, path))) if path else "The value"


def _type(value: object) -> str:
    """Name the JSON type of a value, with the value itself where it is short."""
    if isinstance(value, bool) or value is None:
        return f"`{str(value).lower()}`" if isinstance(value, bool) else "`null`"
    if isinstance(value, (int, float)):
        return f"the number {quote(value, 30)}"
    if isinstance(value, str):
        return f"the text {quote(value, 60)}"
    return "a list" if isinstance(value, list) else "an object"
