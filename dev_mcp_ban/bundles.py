"""Searches built output for banned packages, linear in its size: no parser, one finding for each package."""

import re

from dev_mcp_ban import tokens
from dev_mcp_ban.scan import Hit, utf8
from dev_mcp_ban.specs import Ban

_NEAR = 120
# What stands before the quote of a specifier that is imported, or of a program that is started.
_USES = re.compile(
    rb"""(?:\bfrom|\bimport|\brequire(?:\.resolve)?\s*\(|\bimport\s*\(|\.resolve\s*\(|__require\d*\s*\()\s*["'`]$|"""
    rb"""["'`](?:-y|--yes|npx|bunx|pnpx|uvx|dlx|exec|npx\.cmd)["'`]\s*,\s*["'`]$|\b(?:npx|bunx|pnpx|uvx|dlx)\s+(?:-\S+\s+)*$"""
)
_COMMAND = re.compile(rb"\b(?:npx|bunx|pnpx|uvx|dlx|npm exec)\s+(?:-\S+\s+)*$")
_INDEXED = re.compile(rb"[\w$)\]]\[$")


def scan(path: str, data: bytes, ban: Ban) -> tuple[Hit, ...]:
    """The first place of each banned package in a bundle, and how often it is there."""
    if path.endswith(".map"):  # a source map quotes what the bundle was made of; nothing of it runs
        return ()
    data = utf8(data)
    first: dict[str, int] = {}
    counts: dict[str, int] = {}
    for start, end in tokens.places(data, ban):
        package = _package(data, start, end, ban)
        if package:
            first.setdefault(package, start)
            counts[package] = counts.get(package, 0) + 1
    return tuple(
        _hit(data, package, at, counts[package]) for package, at in sorted(first.items(), key=lambda one: one[1])
    )


def _package(data: bytes, start: int, end: int, ban: Ban) -> str | None:
    token = data[start:end].decode("utf-8", "replace")
    before = data[max(0, start - _NEAR) : start]
    if "node_modules" in token:
        from dev_mcp_ban.commands import through_node_modules

        if inside := through_node_modules(token.replace("\\\\", "/"), ban):
            return inside
    spec = token.partition("\\")[0]
    quoted = before[-1:] in {b'"', b"'", b"`"} and data[end : end + 1] in {before[-1:], b"$"}
    if quoted and (listed := ban.listed(spec)):
        return None if _names_entry(data, start, end) else listed
    if (quoted and _USES.search(before)) or _COMMAND.search(before):
        return ban.spec(spec)
    return None


def _names_entry(data: bytes, start: int, end: int) -> bool:
    """Whether a quoted name is a key or an index: `{"chrome-devtools-mcp":…}`, `bin["chrome-devtools-mcp"]`."""
    after = data[end + 1 : end + 2]
    return after == b":" or (after == b"]" and _INDEXED.search(data[max(0, start - 3) : start - 1]) is not None)


def _hit(data: bytes, package: str, at: int, count: int) -> Hit:
    line_start = data.rfind(b"\n", 0, at) + 1
    column = len(data[line_start:at].decode("utf-8", "replace")) + 1
    how = "built output" if count == 1 else f"built output, {count} times"
    return Hit(kind="launch", package=package, spec=package, line=data.count(b"\n", 0, at) + 1, column=column, how=how)
