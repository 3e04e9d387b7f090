"""Bytes of YAML become plain values (text, true and false, whole numbers, lists, mappings) or one PolicyError.

YAML is read as a stream of events and put together here, so that nothing of it is clever: no aliases, no tags, no
dates, no octal or sexagesimal numbers, no `off` that means false, no key that stands twice. Whatever is not written as
`true`, `false`, `null`, `~` or a plain whole number is the text that was written.
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct, field

from agent_guards.errors import PolicyError
from agent_guards.escape import quote

if TYPE_CHECKING:
    import yaml

Path = tuple[str | int, ...]

LARGEST = 256 * 1024
DEEPEST = 50
_CONSTANTS: Mapping[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}
# Texts, not compiled: many repositories have no policy of their own.
_NUMBER = r"(?:0|-?[1-9][0-9]{0,15})\Z"
_SAVE = "Save the file as UTF-8 without a byte order mark."
_LAYOUT = (
    "Indent with spaces, put a space behind each colon, and put text in quotes that holds a colon or a # "
    "or starts with one of * & ! | > % @ [ {."
)
# What one YAML library accepts and another does not, or what nobody who reads the file can see.
_REFUSED = (
    (r"\t", "a tab", "Lay YAML out with spaces; in quoted text write \\t."),
    (r"(?m)^%", "a YAML directive", "Remove the line: the file is plain YAML and needs none."),
    (
        r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]",
        "a character that cannot be seen",
        "Remove the character, or write it as an escape in double quotes.",
    ),
)


class _Mark(Protocol):
    """A place in the file, counted from 0."""

    @property
    def line(self) -> int: ...
    @property
    def column(self) -> int: ...


class _Open(Struct):
    """A list or a mapping that is not closed yet."""

    path: Path
    value: list[object] | dict[str, object]
    key: str | None = None
    """The key of a mapping that waits for its value."""


class _Document(Struct):
    """What the events have made so far."""

    name: str
    begun: bool = False
    value: object = None
    lines: dict[Path, int] = field(default_factory=dict)
    open: list[_Open] = field(default_factory=list)


def load(data: bytes, name: str) -> object:
    """Read one YAML document; an empty one is None. `name` is the file's, for the messages."""
    return _read(data, name).value


def lines(data: bytes, name: str) -> Mapping[Path, int]:
    """On which line each key and each item of a list stands, by its path from the top."""
    return _read(data, name).lines


def _read(data: bytes, name: str) -> _Document:
    import yaml

    text = _text(data, name)
    loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
    document = _Document(name)
    try:
        for event in yaml.parse(text, Loader=loader):
            _take(document, event)
    except yaml.MarkedYAMLError as error:
        problem = f"this is not valid YAML ({quote(error.problem)})"
        raise _refusal(name, error.problem_mark, problem, _LAYOUT) from None
    return document


def _text(data: bytes, name: str) -> str:
    """Decode the file, or say what it is instead of UTF-8."""
    if len(data) > LARGEST:
        raise PolicyError(
            f"{quote(name)} is larger than {LARGEST // 1024} KiB.", "Shorten it, with globs for lists of paths."
        )
    if data.startswith(b"\xef\xbb\xbf"):
        raise PolicyError(f"{quote(name)} starts with a byte order mark.", _SAVE)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise PolicyError(f"{quote(name)} is UTF-16.", _SAVE)
    if b"\0" in data:
        raise PolicyError(f"{quote(name)} holds NUL bytes: it is no text, or no UTF-8.", _SAVE)
    try:
        text = data.decode().replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise PolicyError(f"{quote(name)}, line {line}: this is not UTF-8.", _SAVE) from None
    for pattern, what, hint in _REFUSED:
        if found := re.search(pattern, text):
            line = text.count("\n", 0, found.start()) + 1
            column = found.start() - text.rfind("\n", 0, found.start())
            raise PolicyError(f"{quote(name)}, line {line}, column {column}: {what}.", hint)
    return text


def _take(document: _Document, event: "yaml.Event") -> None:
    """Add what one event says to the document."""
    import yaml

    mark = event.start_mark
    if getattr(event, "anchor", None) is not None:
        raise _refusal(
            document.name, mark, "aliases (*) and anchors (&) are not read", "Write the value out, or quote it."
        )
    if getattr(event, "tag", None) is not None:
        raise _refusal(document.name, mark, "tags (!) are not read", "Remove the tag, or put the text in quotes.")
    if isinstance(event, yaml.DocumentStartEvent):
        if document.begun:
            raise _refusal(document.name, mark, "a second document begins", "Keep one document, without a further ---.")
        document.begun = True
    elif isinstance(event, yaml.ScalarEvent):
        _add(document, _meaning(event), event)
    elif isinstance(event, yaml.CollectionStartEvent):
        value: list[object] | dict[str, object] = {} if isinstance(event, yaml.MappingStartEvent) else []
        if len(document.open) >= DEEPEST:
            raise _refusal(document.name, mark, f"this is nested more than {DEEPEST} deep", "Flatten the structure.")
        document.open.append(_Open(_add(document, value, event), value))
    elif isinstance(event, yaml.CollectionEndEvent):
        document.open.pop()


def _meaning(event: "yaml.ScalarEvent") -> object:
    """Give the value of a scalar: only what is written without quotes can be more than text."""
    text = event.value
    if not event.implicit[0]:
        return text
    return int(text) if re.match(_NUMBER, text) else _CONSTANTS.get(text, text)


def _add(document: _Document, value: object, event: "yaml.Event") -> Path:
    """Put a value where the innermost open list or mapping wants it, and return its path."""
    if not document.open:
        document.value = value
        return ()
    parent = document.open[-1]
    if isinstance(parent.value, list):
        path = (*parent.path, len(parent.value))
        document.lines[path] = _line(event.start_mark)
        parent.value.append(value)
    elif parent.key is None:
        path = _open_key(document, parent, value, event)
    else:
        path = (*parent.path, parent.key)
        parent.value[parent.key] = value
        parent.key = None
    return path


def _open_key(document: _Document, parent: _Open, key: object, event: "yaml.Event") -> Path:
    """Take a mapping's next key, which must be text and new."""
    mark = event.start_mark
    if not isinstance(key, str):
        raise _refusal(document.name, mark, "this key is not text", "Put the key in quotes, or write a word.")
    path = (*parent.path, key)
    if path in document.lines:
        first = document.lines[path]
        raise _refusal(
            document.name, mark, f"the key {quote(key)} stands on line {first} already", "Remove one of the two."
        )
    document.lines[path] = _line(mark)
    parent.key = key
    return path


def _line(mark: _Mark | None) -> int:
    """Count lines from 1; 0 where a library gives no place."""
    return mark.line + 1 if mark else 0


def _refusal(name: str, mark: _Mark | None, problem: str, hint: str) -> PolicyError:
    where = f", line {_line(mark)}, column {mark.column + 1}" if mark else ""
    return PolicyError(f"{quote(name)}{where}: {problem}.", hint)
