"""Tells cheaply that a change cannot bring a new chain: it follows only what the change adds, forward, as far as it goes.

A new chain needs a banned thing that is new, or an import that is new and leads, outside production, to an old one.
What leads to production ends there: that file would be the beginning of the chain, before the change as after it.
"""

import re
from collections.abc import Callable, Iterator, Sequence

from agent_guards.repository import ChangedFile, Entry, Kind
from dev_mcp_ban.files import CODE
from dev_mcp_ban.importers import specifiers
from dev_mcp_ban.resolve import Resolver
from dev_mcp_ban.tree import Source, Tree, parse_settings

# Beyond this the whole tree is searched for less.
MOST_FILES = 200
_SETTINGS = re.compile(r"(?:.*/)?(?:package|tsconfig[^/]*|jsconfig[^/]*)\.json", re.IGNORECASE)
_LEADING = (
    *(
        "name",
        "exports",
        "imports",
        "main",
        "module",
        "browser",
        "source",
        "types",
        "typings",
        "svelte",
        "react-native",
    ),
    *("bin", "extends", "compilerOptions", "references"),
)


def could_matter(
    source: Source,
    tree: str,
    files: Sequence[ChangedFile],
    production: Callable[[str], bool],
    banned: Callable[[str, bytes], frozenset[str]],
) -> bool:
    """Whether a change that led to this tree could make production reach something that it did not reach before.

    `banned` names the packages that a file of this content imports or launches.
    """
    if any(_leads_elsewhere(source, file) for file in files):
        return True
    resolver = Resolver(Tree(source, tree))
    starts: set[str] = set()
    for file in files:
        if not file.path.lower().endswith(CODE):
            continue
        old = _content(source, file.before)
        if file.after is None:
            starts.update(_in_place_of(resolver, file.path))
            continue
        new = source.read(file.after.oid)
        if banned(file.path, new) - (banned(file.path, old) if file.before else frozenset()):
            return True
        # An added file may be found where another one, or none, was found before: then it is where the walk begins.
        if file.before is None:
            starts.add(file.path)
        added = set(specifiers(file.path, new)) - set(specifiers(file.path, old))
        starts.update(target for text in added for target in resolver.resolve(file.path, text))
    return _reaches(resolver, {path for path in starts if not production(path)}, production, banned)


def _reaches(
    resolver: Resolver,
    starts: set[str],
    production: Callable[[str], bool],
    banned: Callable[[str, bytes], frozenset[str]],
) -> bool:
    seen = set(starts)
    level = sorted(starts)
    while level:
        if len(seen) > MOST_FILES:
            return True
        following: set[str] = set()
        for path, data in resolver.tree.source.contents(resolver.tree.oid, level):
            if banned(path, data):
                return True
            for text in specifiers(path, data):
                following.update(resolver.resolve(path, text))
        level = sorted(path for path in following - seen if not production(path))
        seen.update(level)
    return False


def _leads_elsewhere(source: Source, file: ChangedFile) -> bool:
    """Whether a change of this file changes where the specifiers of others lead."""
    kinds = {entry.kind for entry in (file.before, file.after) if entry}
    if Kind.SYMLINK in kinds:
        return True
    if not _SETTINGS.fullmatch(file.path):
        return False
    old, new = (parse_settings(_content(source, entry)) for entry in (file.before, file.after))
    return any(old.get(key) != new.get(key) for key in _LEADING)


def _in_place_of(resolver: Resolver, path: str) -> Iterator[str]:
    """The files to which what named a deleted file may lead now."""
    stem = path.rpartition(".")[0]
    yield from resolver.find(path)
    yield from resolver.find(stem)
    yield from resolver.find(stem.removesuffix("/index").removesuffix("/__init__"))


def _content(source: Source, entry: Entry | None) -> bytes:
    return source.read(entry.oid) if entry and entry.kind is Kind.FILE else b""
