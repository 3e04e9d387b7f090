"""Where a package of this repository leads: `exports`, `imports`, `main`, and the sources behind what is built from them."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from dev_mcp_ban.tree import Tree, ancestors, join
from dev_mcp_ban.tsconfig import fit

_ENTRIES = ("source", "main", "module", "browser", "types", "typings", "svelte", "react-native", "bin")
_BUILT = frozenset({"dist", "lib", "build", "out", "esm", "cjs", "es", "umd", "types", "_esm", "_cjs", ".output"})
_DEEPEST = 20

Find = Callable[[str], tuple[str, ...]]
"""The modules that a path without its ending may mean."""


def split(specifier: str) -> tuple[str, str]:
    """Take the name of the package off a bare specifier."""
    names = specifier.split("/")
    count = 2 if specifier.startswith("@") else 1
    return "/".join(names[:count]), "/".join(names[count:])


def imported(tree: Tree, folder: str, specifier: str) -> tuple[str, ...]:
    """What `#name` stands for in the nearest package that has `imports`: specifiers, the relative ones as `./` paths from the top."""
    for place in ancestors(folder):
        table = tree.settings(_manifest(place)).get("imports")
        if isinstance(table, dict):
            return tuple(_from_top(place, target) for target in _fitting(table, specifier))
    return ()


def entered(tree: Tree, folder: str, inside: str, find: Find) -> tuple[str, ...]:
    """The modules behind a package, or behind a path inside it."""
    manifest = tree.settings(_manifest(folder))
    exports = manifest.get("exports")
    if exports is not None and not (isinstance(exports, dict) and any(key.startswith(".") for key in exports)):
        exports = {".": exports}
    targets: Iterable[str] = ()
    if isinstance(exports, dict):
        targets = _fitting(exports, f"./{inside}" if inside else ".")
    elif not inside:
        targets = (leaf for name in _ENTRIES for leaf in _leaves(manifest.get(name), 0))
    found = _modules(folder, targets, find)
    if found:
        return found
    guesses = (
        f"{folder}/src/{inside or 'index'}",
        f"{folder}/{inside or 'index'}",
        f"{folder}/lib/{inside or 'index'}",
    )
    return next(filter(None, (find(guess.lstrip("/")) for guess in guesses)), ())


def mains(tree: Tree, folder: str, find: Find) -> tuple[str, ...]:
    """The modules that the package.json of a folder puts in the place of its index file."""
    manifest = tree.settings(_manifest(folder))
    return _modules(folder, (leaf for name in _ENTRIES[:-1] for leaf in _leaves(manifest.get(name), 0)), find)


def subpaths(tree: Tree, folder: str) -> Iterator[tuple[str, str]]:
    """Every `exports` and `imports` entry of a package with each of its targets."""
    manifest = tree.settings(_manifest(folder))
    for table in (manifest.get("exports"), manifest.get("imports")):
        if isinstance(table, dict):
            for key, value in table.items():
                for leaf in _leaves(value, 0):
                    yield (key if key.startswith((".", "#")) else "."), leaf


def sourced(folder: str, path: str, find: Find) -> tuple[str, ...]:
    """The modules at a path that a package.json of this folder names, or the sources behind them."""
    return next(filter(None, map(find, sources(folder, path))), ())


def _modules(folder: str, targets: Iterable[str], find: Find) -> tuple[str, ...]:
    paths = (path for target in targets if (path := join(folder, target)) is not None)
    return tuple(dict.fromkeys(file for path in paths for file in sourced(folder, path, find)))


def sources(folder: str, path: str) -> Iterator[str]:
    """A path, and where its source stands when the path is built and not committed: `dist/esm/x.js` comes from `src/x`."""
    yield path
    names = path.removeprefix(f"{folder}/" if folder else "").split("/")
    built = 0
    while built < len(names) - 1 and names[built] in _BUILT:
        built += 1
    if built:
        rest = "/".join(names[built:])
        above = f"{folder}/" if folder else ""
        yield f"{above}src/{rest.removeprefix('src/')}"
        yield f"{above}{rest}"


def _fitting(table: Mapping[str, object], wanted: str) -> tuple[str, ...]:
    """The targets of the entry that fits best: an exact one, else the pattern with the longest beginning."""
    if wanted in table and "*" not in wanted:
        return tuple(_leaves(table[wanted], 0))
    fitting = [(key, star) for key in table if "*" in key and (star := fit(key, wanted)) is not None]
    fitting += [(key, wanted[len(key) :]) for key in table if key.endswith("/") and wanted.startswith(key)]
    for key, star in sorted(fitting, key=lambda found: -len(found[0].partition("*")[0])):
        leaves = _leaves(table[key], 0)
        return tuple(leaf + star if leaf.endswith("/") else leaf.replace("*", star) for leaf in leaves)
    return ()


def _leaves(value: object, depth: int) -> Iterator[str]:
    """Every target below the conditions of an entry."""
    if isinstance(value, str):
        yield value
    elif depth < _DEEPEST and isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _leaves(one, depth + 1)


def _from_top(folder: str, target: str) -> str:
    if not target.startswith("."):
        return target
    return f"./{join(folder, target) or ''}"


def _manifest(folder: str) -> str:
    return f"{folder}/package.json" if folder else "package.json"
