"""Bytes to one strict JSON value, or to what keeps them from being one and where."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Literal, NoReturn

from msgspec import Struct

from agent_guards.escape import quote
from agent_guards.traps import explain

DEEPEST = 32
LONGEST_NUMBER = 4300
Path = tuple[str | int, ...]

# Every text is a row of these; a string that is not closed runs to the end, so that no text is looked at twice.
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)
# A surrogate pair or any other escape is passed over as a whole; only a surrogate without its other half has a group.
_LONE_SURROGATE = re.compile(r"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|(\\u[dD][89a-fA-F]..)|\\.", re.DOTALL)
_WIDE = "This is UTF-16 or UTF-32; write it as UTF-8."


class LineError(Exception):
    """The bytes are no strict JSON value. Where its fault `spreads`, the next lines may have a part in it (`together`)."""

    def __init__(
        self,
        message: str,
        column: int | None,
        *,
        kind: Literal["invalid-json", "invalid-encoding"] = "invalid-json",
        spreads: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.column = column
        self.kind = kind
        self.spreads = spreads


class Token(Struct, frozen=True):
    """A key or a value of a JSON text, with where it stands."""

    path: Path
    column: int
    text: str
    is_key: bool


def load(raw: bytes) -> object:
    """Read one JSON value, strictly: UTF-8, no key twice, nothing that RFC 8259 does not know. Raises LineError."""
    text = _decode(raw)
    if raw.count(b"{") + raw.count(b"[") > DEEPEST:
        _refuse_depth(text)
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        message, column, spreads = explain(text, error)
        raise LineError(message, column, spreads=spreads) from None
    except _TrapError:
        raise next(_traps(text)) from None
    if "\\u" in text:
        _refuse_lone_surrogates(text)
    return value


def tokens(text: str) -> Iterator[Token]:
    """Walk through a text that is JSON: every key and every value, with its path and its column."""
    path: list[str | int] = []
    is_key = False
    for found in _TOKEN.finditer(text):
        token = found[0]
        if token == ":":
            is_key = False
        elif token == ",":
            position = path[-1]
            is_key = isinstance(position, str)
            path[-1] = position if isinstance(position, str) else position + 1
        elif token in {"}", "]"}:
            path.pop()
        else:
            if is_key:
                path[-1] = json.loads(token)
            yield Token(tuple(path), found.start() + 1, token, is_key)
            if token in {"{", "["}:
                path.append("" if token == "{" else 0)
                is_key = token == "{"


def together(rest: Sequence[bytes], most: int | None = None) -> tuple[int, str]:
    """How many lines, beginning with the first of `rest`, have one fault in common, and which; 0 if it stands alone.

    An object or a list of more than `most` bytes is not followed to its end.
    """
    if not rest[0].strip():
        count = next((index for index, raw in enumerate(rest) if raw.strip()), len(rest))
        return count, f"{count} blank lines stand here; each line holds one object."
    if rest[0].startswith(b"<<<<<<<"):
        count = next((index for index, raw in enumerate(rest, 1) if raw.startswith(b">>>>>>>")), 1)
        return count, f"A merge conflict was committed: git's markers stand around the next {count} lines."
    if _is_wide(rest[0]):
        return next((index for index, raw in enumerate(rest) if index and b"\0" not in raw), len(rest)), _WIDE
    return _spread(b"\n".join(rest)[:most])


def _spread(data: bytes) -> tuple[int, str]:
    """Find one object or list that begins on the first line and ends at the end of a later one."""
    try:
        text = data.decode()
        value, end = json.JSONDecoder(strict=False).raw_decode(text, len(text) - len(text.lstrip()))
    except (ValueError, RecursionError):
        return 0, ""
    count = text.count("\n", 0, end) + 1
    if text[end:].partition("\n")[0].strip() not in {"", ","}:
        return 0, ""
    if isinstance(value, list):
        message = (
            f"A JSON list of {len(value)} is spread over {count} lines; write its objects one a line, no brackets."
        )
    else:
        message = f"One object is spread over {count} lines; write it on a single line."
    return count, message


def _decode(raw: bytes) -> str:
    """Bytes to text, or the word for what they are instead of UTF-8."""
    if _is_wide(raw):
        raise LineError(_WIDE, 1, kind="invalid-encoding", spreads=True)
    if raw.startswith(b"\xef\xbb\xbf"):
        raise _misencoded("A byte order mark stands at the beginning; write UTF-8 without one.", 1)
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        found = f"the byte {quote(f'0x{raw[error.start]:02x}')} stands"
        column = len(raw[: error.start].decode()) + 1
        raise _misencoded(f"This is not UTF-8: {found} where a character should.", column) from None
    if "\0" in text:
        raise _misencoded("A NUL byte stands here; plain UTF-8 text has none.", text.index("\0") + 1)
    return text


def _is_wide(raw: bytes) -> bool:
    """Whether these are characters of two or four bytes: a byte order mark tells, or that half of the bytes are NUL."""
    marked = raw.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff"))
    return marked or 1 < raw.count(0) >= len(raw) // 2


def _misencoded(message: str, column: int) -> LineError:
    return LineError(message, column, kind="invalid-encoding")


class _TrapError(ValueError):
    """What json.loads would let pass: found while parsing, named afterwards."""


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise _TrapError
    return value


def _integer(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise _TrapError
    return int(text)


def _float(text: str) -> float:
    value = float(text)
    if value in {float("inf"), float("-inf")}:
        raise _TrapError
    return value


def _constant(text: str) -> NoReturn:
    raise _TrapError(text)


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_int=_integer, parse_float=_float, parse_constant=_constant)


def _refuse_depth(text: str) -> None:
    depth = 0
    for found in _TOKEN.finditer(text):
        depth += (found[0] in {"{", "["}) - (found[0] in {"}", "]"})
        if depth > DEEPEST:
            message = f"This is nested deeper than {DEEPEST} levels; an entry of a line needs two or three."
            raise LineError(message, found.start() + 1)


def _refuse_lone_surrogates(text: str) -> None:
    for found in _LONE_SURROGATE.finditer(text):
        if found[1]:
            message = (
                f"The escape {quote(found[1])} is half of a surrogate pair, no character; write the character itself."
            )
            raise LineError(message, found.start() + 1)


def _traps(text: str) -> Iterator[LineError]:
    """Find the traps again, the first of which stopped the parsing, to say what and where they are."""
    seen: set[Path] = set()
    for token in tokens(text):
        if token.is_key:
            if token.path in seen:
                yield LineError(f"The key {quote(token.path[-1])} stands twice in one object.", token.column)
            seen.add(token.path)
        elif token.text in {"NaN", "Infinity", "-Infinity"}:
            message = f"{quote(token.text)} is no JSON value; leave the field out or write a number."
            yield LineError(message, token.column)
        elif token.text[0] in "-0123456789" and _is_excessive(token.text):
            yield LineError(f"The number {quote(token.text, 20)} is too large to be read.", token.column)


def _is_excessive(number: str) -> bool:
    try:
        _float(number) if re.search("[.eE]", number) else _integer(number)
    except _TrapError:
        return True
    return False
