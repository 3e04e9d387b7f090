"""Tells to which files of a tree a specifier leads, as TypeScript, Node and the common bundlers would look for it.

Where they disagree (a source beside what is built from it, the conditions of `exports`), every file that one of them would
take is an answer. What leads out of the repository has none.
"""

import re

from dev_mcp_ban import packages, python_modules
from dev_mcp_ban.files import PYTHON, SCRIPTS
from dev_mcp_ban.tree import LONGEST_PATH, Tree, ancestors, folder_of, join
from dev_mcp_ban.tsconfig import Configurations

_IN_PLACE = {".js": (".ts", ".tsx"), ".jsx": (".tsx", ".ts"), ".mjs": (".mts",), ".cjs": (".cts",)}
# What a bundler puts after a name (`./x?raw`), and what it puts before (`worker-loader!./x`).
_QUERY = re.compile(r"[?#].*", re.DOTALL)
_PROTOCOL = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
# Aliases that need no configuration of their own: the folders that they are by convention, below any folder above the importer.
_ALIASES = (
    ("~~/", ("",)),
    ("@@/", ("",)),
    ("~/", ("app/", "src/", "")),
    ("@/", ("src/", "app/", "")),
    ("$lib/", ("src/lib/",)),
    ("src/", ("src/",)),
    ("app/", ("app/",)),
)
_DEEPEST = 5


class Resolver:
    """Specifiers of one tree; what was found once is remembered."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.configurations = Configurations(tree)
        self._python = python_modules.Modules(tree)
        self._known: dict[tuple[str, str], tuple[str, ...]] = {}
        self._found: dict[str, tuple[str, ...]] = {}

    def resolve(self, importer: str, specifier: str) -> tuple[str, ...]:
        """The files to which a specifier of this file leads."""
        if len(specifier) > LONGEST_PATH:
            return ()
        if importer.lower().endswith(PYTHON):
            return self._python.resolve(importer, specifier)
        key = folder_of(importer), specifier
        if key not in self._known:
            wanted = specifier.rpartition("!")[2]
            wanted = wanted[:1] + _QUERY.sub("", wanted[1:])
            self._known[key] = tuple(dict.fromkeys(self._lead(key[0], wanted, 0)))
        return self._known[key]

    def find(self, path: str) -> tuple[str, ...]:
        """The modules that a path from the top may mean: a file, one with an ending, one in the place of what is built from it, a folder's index."""
        if path not in self._found:
            self._found[path] = self._files(path) or self._index(path)
        return self._found[path]

    def _lead(self, folder: str, specifier: str, depth: int) -> tuple[str, ...]:
        if specifier.startswith("."):
            return self._relative(folder, specifier)
        if specifier.startswith("/"):
            return self._below_any(folder, (specifier.lstrip("/"),))
        if specifier.startswith("#"):
            found = self._imports(folder, specifier, depth)
            if found:
                return found
        elif not specifier or _PROTOCOL.match(specifier):
            return ()
        return self._mapped(folder, specifier) or self._package(specifier) or self._alias(folder, specifier)

    def _relative(self, folder: str, specifier: str) -> tuple[str, ...]:
        path = join(folder, specifier)
        if path is None:
            return ()
        # What ends in a slash or in dots is a folder, also where a file has the same name.
        return self._index(path) if specifier.rpartition("/")[2] in {"", ".", ".."} else self.find(path)

    def _mapped(self, folder: str, specifier: str) -> tuple[str, ...]:
        for configuration in self.configurations.near(folder):
            for targets in configuration.targets(specifier):
                found = next(filter(None, map(self.find, targets)), ())
                if found:
                    return found
        return ()

    def _package(self, specifier: str) -> tuple[str, ...]:
        name, inside = packages.split(specifier)
        folders = self.tree.packages().get(name, ())
        return tuple(file for folder in folders for file in packages.entered(self.tree, folder, inside, self.find))

    def _imports(self, folder: str, specifier: str, depth: int) -> tuple[str, ...]:
        targets = packages.imported(self.tree, folder, specifier) if depth < _DEEPEST else ()
        return tuple(
            file
            for target in targets
            for file in (self._built(target) if target.startswith("./") else self._lead(folder, target, depth + 1))
        )

    def _built(self, target: str) -> tuple[str, ...]:
        """A path from the top that a package.json names, or the source behind it."""
        path = target.removeprefix("./")
        home = next(
            place for place in ancestors(folder_of(path)) if not place or self.tree.file(f"{place}/package.json")
        )
        return packages.sourced(home, path, self.find)

    def _alias(self, folder: str, specifier: str) -> tuple[str, ...]:
        for prefix, places in _ALIASES:
            if specifier.startswith(prefix):
                rest = specifier.removeprefix(prefix)
                return self._below_any(folder, tuple(place + rest for place in places))
        return ()

    def _below_any(self, folder: str, paths: tuple[str, ...]) -> tuple[str, ...]:
        """Look for paths below the folder of the importer and all above it; the nearest counts."""
        for place in ancestors(folder):
            for path in paths:
                below = join(place, path)
                found = self.find(below) if below else ()
                if found:
                    return found
        return ()

    def _files(self, path: str) -> tuple[str, ...]:
        name = path.rpartition("/")[2]
        if not name or self.tree.folder(folder_of(path)) is None:
            return ()
        stem, dot, ending = path.rpartition(".")
        spellings = [path] if f".{ending}".lower() in SCRIPTS else []
        spellings += [stem + other for other in _IN_PLACE.get(dot + ending, ())]
        spellings += [path + ending for ending in SCRIPTS]
        return self._standing(spellings)

    def _index(self, path: str) -> tuple[str, ...]:
        if self.tree.folder(path) is None:
            return ()
        above = f"{path}/" if path else ""
        found = packages.mains(self.tree, path, self._files)
        return found or self._standing([f"{above}index{ending}" for ending in SCRIPTS])

    def _standing(self, spellings: list[str]) -> tuple[str, ...]:
        files = (self.tree.file(spelling) for spelling in spellings)
        return tuple(dict.fromkeys(file for file in files if file is not None))
