"""Finds what one file imports and launches of the banned packages, and which modules it names."""

from typing import Literal

from msgspec import Struct

from dev_mcp_ban import tokens
from dev_mcp_ban.specs import Ban

Kind = Literal["import", "type-import", "launch"]

LARGEST = 1_000_000
LARGEST_PYTHON = 600_000
_TYPED = (".ts", ".mts", ".cts")
_SCRIPT = (".tsx", ".js", ".jsx", ".mjs", ".cjs")
_PAGES = (".vue", ".svelte", ".astro")
_PYTHON = (".py", ".pyi", ".pyw")


class Hit(Struct, frozen=True, kw_only=True):
    """A banned package at a place; line and column count from one, columns in characters."""

    kind: Kind
    package: str
    spec: str
    line: int
    column: int
    how: str


class Scan(Struct, frozen=True, kw_only=True):
    """What a file does, and, if it was not read whole, why."""

    hits: tuple[Hit, ...] = ()
    unparsed: str = ""


class Edge(Struct, frozen=True, kw_only=True):
    """A module that a file names; `carries` is false for types and mocks, which are gone when the program runs."""

    specifier: str
    line: int
    column: int
    kind: str
    carries: bool


def scan(path: str, data: bytes, ban: Ban) -> Scan:
    """Judge one file."""
    lower = path.lower()
    if not tokens.survives(data, ban):
        return Scan()
    data = utf8(data)
    if len(data) > (LARGEST_PYTHON if lower.endswith(_PYTHON) else LARGEST):
        return _too_large(path, data, ban)
    if lower.endswith(_PYTHON):
        from dev_mcp_ban import python_source

        return python_source.scan(data, ban)
    from dev_mcp_ban import script_source

    hits: list[Hit] = []
    unparsed = ""
    shown = _shown(lower, data)
    for script, grammar in _scripts(lower, data):
        found, broken = script_source.scan(script, grammar, ban, shown)
        hits += found
        unparsed = unparsed or broken
    return Scan(hits=tuple(sorted(set(hits), key=lambda hit: (hit.line, hit.column, hit.package))), unparsed=unparsed)


def utf8(data: bytes) -> bytes:
    """The text of a file as UTF-8 without a mark; what is neither UTF-8 nor UTF-16 is read as Latin-1."""
    if tokens.is_wide(data):
        big = data[:2] == b"\xfe\xff" or data[:1] == b"\0"
        text = data.decode("utf-16-be" if big else "utf-16-le", "replace")
        return text.removeprefix("\ufeff").encode("utf-8", "replace")
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1").encode()
    return data


def _too_large(path: str, data: bytes, ban: Ban) -> Scan:
    from dev_mcp_ban import bundles

    size = f"{len(data) / 1_000_000:.1f}"
    return Scan(
        hits=bundles.scan(path, data, ban), unparsed=f"{size} MB is too large to parse: searched as built output"
    )


def _scripts(path: str, data: bytes) -> list[tuple[bytes, str]]:
    if path.endswith(_PAGES):
        from dev_mcp_ban import blocks

        return blocks.scripts(path, data)
    if path.endswith(_TYPED):
        return [(data, "ts")]
    return [(data, "tsx")] if path.endswith(_SCRIPT) else []


def _shown(path: str, data: bytes) -> frozenset[str]:
    if not path.endswith(_PAGES):
        return frozenset()
    from dev_mcp_ban import blocks

    return blocks.shown(path, data)


def edges(path: str, data: bytes) -> tuple[Edge, ...]:
    """The modules that a file names, in the order of the file; nothing for a file too large to parse."""
    lower = path.lower()
    data = utf8(data)
    if len(data) > (LARGEST_PYTHON if lower.endswith(_PYTHON) else LARGEST):
        return ()
    if lower.endswith(_PYTHON):
        from dev_mcp_ban import python_source

        return python_source.edges(data)
    from dev_mcp_ban import edges as scripts

    found: list[Edge] = []
    for script, grammar in _scripts(lower, data):
        elides = grammar == "ts" or lower.endswith(".tsx")
        found += scripts.edges(script, grammar, elides=elides)
    return tuple(sorted(found, key=lambda edge: (edge.line, edge.column)))
