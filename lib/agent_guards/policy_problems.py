"""What is wrong with a policy that was refused: every problem with its line, its place and what would be right."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import msgspec

from agent_guards import durations, policy_yaml
from agent_guards.errors import PolicyError
from agent_guards.escape import quote, quote_all
from agent_guards.globs import spellings

if TYPE_CHECKING:
    from jsonschema import ValidationError

SCHEMA = Path(__file__).with_name("policy.schema.json")
MOST = 10
_HINT = "Correct the file; `agent-guards schema policy` prints what it may hold, with the defaults."
_KINDS = {"object": "a mapping of keys", "array": "a list"}


Words = Callable[[], str]
"""What is to be said of a problem, worded only if it is said: a file may hold thousands."""
Problem = tuple[policy_yaml.Path, Words]


class _Waiver(msgspec.Struct, frozen=True):
    rule: str
    paths: frozenset[str]


class _Waivers(msgspec.Struct):
    waivers: tuple[_Waiver, ...] = ()


def explain(document: object, lines: Mapping[policy_yaml.Path, int], name: str, refusal: str) -> PolicyError:
    """Say everything that is wrong. Where nothing is found, `refusal` says why the typed policy did not take it."""
    found: dict[policy_yaml.Path, Words] = {}
    for path, words in (*_against_schema(document), *_twice(document, lines)):
        found.setdefault(path, words)
    if ("version",) in found:  # another version may mean anything: the rest would be noise
        found = {("version",): found["version",]}
    order = sorted(found, key=lambda path: (lines.get(path, 1), [str(part) for part in path]))
    told = [f"line {lines.get(path, 1)}, {found[path]()}" for path in order[:MOST]] or [refusal]
    count = f"{len(found)} problems" if len(found) > 1 else "1 problem"
    rest = [f"and {len(found) - MOST} more"] if len(found) > MOST else []
    return PolicyError("\n  ".join([f"{quote(name)} is not a valid policy: {count}.", *told, *rest]), _HINT)


def violations(document: object) -> list["ValidationError"]:
    """Hold a document against the published schema and the formats that it names, those first: they word it best."""
    from jsonschema import Draft202012Validator, FormatChecker
    from referencing import Registry

    checker = FormatChecker(formats=())
    for name, read in _FORMATS.items():
        checker.checks(name, raises=ValueError)(_accepts(read))
    validator = Draft202012Validator(json.loads(SCHEMA.read_bytes()), format_checker=checker, registry=Registry())
    return sorted(validator.iter_errors(document), key=lambda error: error.validator != "format")


def _accepts(read: Callable[[str], object]) -> Callable[[object], bool]:
    def accepts(value: object) -> bool:
        if isinstance(value, str):
            read(value)
        return True

    return accepts


def _day(text: str) -> date:
    try:
        return msgspec.convert(text, date)
    except msgspec.ValidationError:
        raise ValueError("A day is one of the calendar, written as 2026-12-31.") from None


_FORMATS: Mapping[str, Callable[[str], object]] = {
    "agent-guards-span": durations.parse,
    "agent-guards-glob": spellings,
    "date": _day,
}


def _against_schema(document: object) -> Iterator[Problem]:
    for error in violations(document):
        path = tuple(error.absolute_path)
        if error.validator == "additionalProperties":
            known = tuple(_schema(error)["properties"])
            unknown = (key for key in cast("Mapping[str, object]", error.instance) if key not in known)
            yield from (((*path, key), partial(_unknown, path, key, known)) for key in unknown)
        else:
            yield path, partial(_reword, path, error)


def _schema(error: "ValidationError") -> Mapping[str, Any]:
    """Return the part of our schema that the error is about; all of its parts are mappings."""
    return cast("Mapping[str, Any]", error.schema)


def _unknown(path: policy_yaml.Path, key: str, known: Sequence[str]) -> str:
    return f"{_place(path)}: the key {quote(key)} is unknown; {_instead(key, known)}"


def _reword(path: policy_yaml.Path, error: "ValidationError") -> str:
    """Say what is wrong with one value, and what would be right."""
    value, shown, schema = cast("Any", error.instance), _shown(error.instance), _schema(error)
    match error.validator:
        case _ if value is None:
            text = "there is no value; write one, or remove the key."
        case "format":
            text = f"{shown} is not valid. {error.cause}"
        case "type":
            quotes = "; put it in quotes" if isinstance(value, int) and "format" not in schema else ""
            text = f"{shown} is not {_KINDS.get(schema['type']) or schema['title']}{quotes}."
        case "enum":
            text = f"{shown} is unknown; {_instead(shown.strip('`'), schema['enum'])}"
        case "const":
            text = f"{shown} is no version that this release reads; it reads {schema['const']}, written without quotes."
        case "required":
            text = f"{quote_all([key for key in schema['required'] if key not in value])} must be given."
        case "minItems":
            text = "the list is empty."
        case "maxItems":
            text = f"the list is too long; it holds at most {schema['maxItems']} items."
        case _:
            text = f"{shown} is not {schema['title']}."
    return f"{_place(path)}: {text}"


def _twice(document: object, lines: Mapping[policy_yaml.Path, int]) -> Iterator[Problem]:
    """Find waivers that speak of the same rule and paths as an earlier one."""
    try:
        waivers = msgspec.convert(document, _Waivers).waivers
    except msgspec.ValidationError:
        return
    first: dict[_Waiver, int] = {}
    for index, waiver in enumerate(waivers):
        before = first.setdefault(waiver, index)
        if before != index:
            yield ("waivers", index), partial(_same, index, lines.get(("waivers", before), 1))


def _same(index: int, line: int) -> str:
    return f"`waivers[{index}]`: the waiver on line {line} has the same rule and paths."


def _instead(word: str, known: Sequence[str]) -> str:
    """Name the nearest of the known words, or all of them."""
    from difflib import get_close_matches

    near = get_close_matches(word[:100].lower().replace("_", "-"), known, n=1)
    return f"did you mean `{near[0]}`?" if near else f"known are {quote_all(list(known), most=20)}."


def _place(path: policy_yaml.Path) -> str:
    """Write a path of known keys as `guards.guard-mcp.mode` or `waivers[0].until`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return quote(text.removeprefix(".")) if text else "the file"


def _shown(value: object) -> str:
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    return quote(value if isinstance(value, str) else json.dumps(value))
