"""Tells which banned package a specifier names: in full, or by the words of its name."""

import re
from collections.abc import Sequence

# A bare specifier: an optional protocol, a scope, a name, a version, a path inside. Anything else (relative, absolute,
# `#alias`, `~alias`, `node:`, an address) names no package.
# Texts, not compiled: the trees are many in which nothing is ever asked of them.
_SPECIFIER = (
    r"(?i:np[mx]:|jsr:/?)?(?P<name>(?:@[A-Za-z0-9~][\w.~-]*/)?[A-Za-z0-9][\w.~-]*)"
    r"(?:\[[\w,.\s-]*\])?(?:@[^/\s]*|[=~!<>]=[^/\s]*)?(?P<path>/\S*)?"
)
_FILE = r"(?i)\.(?:[cm]?[jt]sx?|json[c5]?|py|vue|svelte|astro|css|html?|md|sh|toml|ya?ml|ndjson|log|txt|lock)$"
_VERSION = r"/v?[\d.]+"
_PARTS = re.compile(r"[^A-Za-z0-9]+")
_WORDS = re.compile(r"[A-Z]+(?![a-z])[0-9]*|[A-Z]?[a-z0-9]+|[0-9]+")
# What a word of a pattern stands for besides itself.
_KIN = {"dev": frozenset({"dev", "devel", "develop", "developer", "developers", "development", "devtool", "devtools"})}
_ADDRESS_ENDS = frozenset(
    {"dev", "com", "io", "org", "net", "ai", "app", "sh", "cloud", "local", "localhost", "internal"}
)
LONGEST = 300


def words(name: str) -> list[str]:
    """Split a name at everything that is no letter or digit, and at capitals."""
    return [word.lower() for part in _PARTS.split(name) for word in _WORDS.findall(part)]


class Ban:
    """The banned packages of a policy."""

    __slots__ = ("_by_words", "_listed", "packages", "patterns")

    def __init__(self, packages: Sequence[str], patterns: Sequence[str]) -> None:
        self.packages = tuple(packages)
        self.patterns = tuple(patterns)
        self._listed = {package.lower(): package for package in packages}
        self._by_words: dict[str, bool] = {}

    def spec(self, text: str) -> str | None:
        """Name the banned package that a whole specifier denotes, or nothing."""
        return self.listed(text) or self.by_words(text)

    def listed(self, text: str) -> str | None:
        """Name the listed package that a specifier denotes: any version, any path inside."""
        match = _specifier(text)
        # On Windows, its program ends with `.cmd`.
        return self._listed.get(match["name"].lower().removesuffix(".cmd").removesuffix(".exe")) if match else None

    def by_words(self, text: str) -> str | None:
        """Name the package that a specifier denotes when its words make it a dev MCP."""
        match = _specifier(text)
        if match is None or match["name"].lower() in self._listed:
            return None
        name = match["name"]
        return name.lower() if self._worded(name) and not _is_place(name) else None

    def module(self, name: str) -> str | None:
        """Name the banned package whose Python module this is: hyphens are written as underscores."""
        top = name.partition(".")[0]
        for package in self._listed:
            if not package.startswith("@") and package.replace("-", "_") == top.lower():
                return self._listed[package]
        return top if self._worded(top) else None

    def _worded(self, name: str) -> bool:
        known = self._by_words.get(name)
        if known is None:
            mine = words(name)
            known = self._by_words[name] = any(_in_order(pattern.split("*"), mine) for pattern in self.patterns)
        return known


def _specifier(text: str) -> re.Match[str] | None:
    match = re.fullmatch(_SPECIFIER, text) if len(text) <= LONGEST else None
    # `name/1.0` is how a program introduces itself to a server.
    return None if match and match["path"] and re.fullmatch(_VERSION, match["path"]) else match


def _is_place(name: str) -> bool:
    """Whether an unscoped name is a file (`dev-mcp.js`) or a host (`mcp.sentry.dev`) instead of a package."""
    if name.startswith("@"):
        return False
    return re.search(_FILE, name) is not None or ("." in name and name.rpartition(".")[2].lower() in _ADDRESS_ENDS)


def matches(wanted: str, word: str) -> bool:
    """Whether a word of a name is what a word of a pattern asks for."""
    return word in _KIN[wanted] if wanted in _KIN else word == wanted


def _in_order(wanted: list[str], words_of_name: list[str]) -> bool:
    left = iter(words_of_name)
    return all(any(matches(part, word) for word in left) for part in wanted)
