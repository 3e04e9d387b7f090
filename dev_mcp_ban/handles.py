"""By which last word a specifier can name a file: what has to stand in every file that imports it."""

from collections.abc import Iterable, Iterator
from functools import cached_property

from dev_mcp_ban import packages
from dev_mcp_ban.files import PYTHON
from dev_mcp_ban.resolve import Resolver
from dev_mcp_ban.tree import ancestors, join
from dev_mcp_ban.tsconfig import PathMap, fit

_CONFIGURATIONS = ("**/tsconfig*.json", "**/jsconfig*.json")
DOTS = ""
"""The last word of `.`, `..` and `./`."""


def last_word(specifier: str) -> str:
    """The last name of a specifier up to its first dot; of dots alone it is empty."""
    name = specifier.partition("?")[0].rstrip("/").rpartition("/")[2].rpartition("!")[2]
    return name.partition(".")[0] if name[:1] != "#" else "#" + name[1:].partition(".")[0]


class Handles:
    """The last words of a tree's files."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._tree = tree = resolver.tree
        # Asked for together, they take as long as the longest of them.
        self._linked = tree.source.symlinks(tree.oid)
        self._configured = tree.source.search(tree.oid, ('"paths"', '"baseUrl"'), _CONFIGURATIONS, few=True)
        tree.look_for_packages()

    def of(self, path: str) -> frozenset[str]:
        """The last words by which a file can be named, its own links included."""
        names = {path, *self.links.get(path, ())}
        return frozenset(word for name in names for word in self._words(name, path))

    @cached_property
    def links(self) -> dict[str, tuple[str, ...]]:
        """The symbolic links to a file or folder."""
        tree = self._tree
        found: dict[str, tuple[str, ...]] = {}
        for link in self._linked():
            target = tree.file(link) or tree.folder(link)
            if target:
                found[target] = (*found.get(target, ()), link)
        return found

    @cached_property
    def bases(self) -> frozenset[str]:
        """The folders in which bare specifiers may begin."""
        return frozenset(one.base for one in self._configurations if one.base is not None)

    @cached_property
    def patterns(self) -> tuple[str, ...]:
        """What the mappings of all configurations begin with."""
        return tuple(dict.fromkeys(pattern for pattern, _ in self._maps))

    @cached_property
    def _configurations(self) -> tuple[PathMap, ...]:
        return tuple(map(self._resolver.configurations.read, self._configured()))

    @cached_property
    def _maps(self) -> tuple[tuple[str, str], ...]:
        """Every mapping of every configuration: pattern and target."""
        paths = [path for one in self._configurations for path in one.paths]
        return tuple((pattern, target) for pattern, targets in paths for target in targets)

    def _words(self, name: str, path: str) -> Iterator[str]:
        yield last_word(name)
        folder, _, file = name.rpartition("/")
        if name.endswith(PYTHON):
            if file == "__init__.py":
                yield last_word(folder)
                yield DOTS
            return
        spellings = [name, name.rpartition(".")[0]]
        if last_word(name) == "index":
            spellings.append(folder)
        for above in ancestors(folder):
            if self._tree.file(f"{above}/package.json" if above else "package.json"):
                if path in packages.mains(self._tree, above, self._resolver.find):
                    spellings.append(above)
                yield from self._package_words(above, spellings, path)
        for place in spellings[2:]:
            yield DOTS
            yield from map(last_word, (place, *self.links.get(place, ())))
        for pattern, target in self._maps:
            yield from _turned(pattern, (target,), spellings)

    def _package_words(self, folder: str, spellings: list[str], path: str) -> Iterator[str]:
        names = [name for name, folders in self._tree.packages().items() if folder in folders]
        for name in names:
            if path in packages.entered(self._tree, folder, "", self._resolver.find):
                yield last_word(name)
        for key, target in packages.subpaths(self._tree, folder):
            place = join(folder, target)
            if place is not None:
                yield from _turned(key, packages.sources(folder, place), spellings)


def _turned(pattern: str, targets: Iterable[str], spellings: list[str]) -> Iterator[str]:
    """The last words of the specifiers that a mapping leads to one of these spellings."""
    for target in targets:
        for spelling in spellings:
            for template in (target, target.rpartition(".")[0]):
                star = fit(template, spelling) if template else None
                if star is not None:
                    yield last_word(pattern.replace("*", star, 1))
