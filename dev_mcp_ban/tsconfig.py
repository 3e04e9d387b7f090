"""What a tsconfig.json or jsconfig.json says about where specifiers lead: `paths` and `baseUrl`, with what it extends."""

from collections.abc import Iterator, Mapping

from msgspec import Struct

from dev_mcp_ban.tree import Tree, ancestors, folder_of, join

NAMES = ("tsconfig.json", "jsconfig.json", "tsconfig.base.json")
_MOST_FILES = 50
_CONFIG_DIR = "${configDir}"


class PathMap(Struct, frozen=True, kw_only=True):
    """The mappings of one configuration, their targets from the top of the repository."""

    base: str | None = None
    """The folder of bare specifiers."""
    paths: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def targets(self, specifier: str) -> Iterator[tuple[str, ...]]:
        """Where a specifier may lead, the most exact mapping first; of one mapping's targets the first that stands counts."""
        fitting = [(pattern, star) for pattern, _ in self.paths if (star := fit(pattern, specifier)) is not None]
        templates = dict(self.paths)
        for pattern, star in sorted(fitting, key=lambda found: (-len(found[0].partition("*")[0]), "*" in found[0])):
            yield tuple(template.replace("*", star, 1) for template in templates[pattern])
        if self.base is not None:
            below = join(self.base, specifier)
            if below is not None:
                yield (below,)


def fit(pattern: str, text: str) -> str | None:
    """What the star of a pattern stands for in a text; nothing where they do not fit."""
    before, star, after = pattern.partition("*")
    if not star:
        return "" if pattern == text else None
    if len(text) < len(before) + len(after) or not (text.startswith(before) and text.endswith(after)):
        return None
    return text[len(before) : len(text) - len(after)]


class Configurations:
    """The configurations of a tree, read when first asked for."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._maps: dict[str, PathMap] = {}
        self._near: dict[str, tuple[PathMap, ...]] = {}

    def near(self, folder: str) -> tuple[PathMap, ...]:
        """The mappings that bind the files of a folder, nearest first; with those that a configuration refers to."""
        if folder not in self._near:
            files = [f"{place}/{name}" if place else name for place in ancestors(folder) for name in NAMES]
            seen: dict[str, None] = {}
            for file in files:
                self._refer(file, seen)
            found = tuple(self.read(file) for file in seen)
            self._near[folder] = tuple(one for one in found if one.paths or one.base is not None)
        return self._near[folder]

    def read(self, path: str) -> PathMap:
        """The mappings of one configuration file."""
        if path not in self._maps:
            base, paths = self._chain(path, folder_of(path), [])
            self._maps[path] = PathMap(base=base, paths=tuple(paths.items()))
        return self._maps[path]

    def _refer(self, path: str, seen: dict[str, None]) -> None:
        if path in seen or len(seen) >= _MOST_FILES or not self._tree.file(path):
            return
        seen[path] = None
        for reference in _list(self._tree.settings(path).get("references")):
            target = join(folder_of(path), str(_mapping(reference).get("path", "")))
            if target is not None:
                self._refer(f"{target}/tsconfig.json" if self._tree.folder(target) else target, seen)

    def _chain(self, path: str, leaf: str, seen: list[str]) -> tuple[str | None, dict[str, tuple[str, ...]]]:
        """Read a file after all that it extends: what stands later wins."""
        base: str | None = None
        paths: dict[str, tuple[str, ...]] = {}
        if path in seen or len(seen) >= _MOST_FILES:
            return base, paths
        seen.append(path)
        settings = self._tree.settings(path)
        extended = settings.get("extends")
        for name in [extended] if isinstance(extended, str) else _list(extended):
            above = self._extended(path, str(name))
            if above:
                inherited = self._chain(above, leaf, seen)
                base, paths = inherited[0] if inherited[0] is not None else base, inherited[1] or paths
        options = _mapping(settings.get("compilerOptions"))
        if isinstance(found := options.get("baseUrl"), str):
            base = _place(folder_of(path), found, leaf)
        if isinstance(found := options.get("paths"), dict):
            start = base if base is not None else folder_of(path)
            paths = {
                pattern: tuple(place for one in _list(targets) if (place := _place(start, str(one), leaf)) is not None)
                for pattern, targets in found.items()
            }
        return base, paths

    def _extended(self, path: str, name: str) -> str | None:
        """Find the file that a configuration extends: beside it, in a package of this repository, in a committed one."""
        if name.startswith("."):
            return self._named(join(folder_of(path), name))
        package, _, inside = name.partition("/")
        if package.startswith("@"):
            scoped, _, inside = inside.partition("/")
            package = f"{package}/{scoped}"
        beside = [
            f"{place}/node_modules/{package}" if place else f"node_modules/{package}"
            for place in ancestors(folder_of(path))
        ]
        folders = [folder for folder in beside if self._tree.folder(folder) is not None] or self._tree.packages().get(
            package, ()
        )
        found = (self._named(join(folder, inside or "tsconfig.json")) for folder in folders)
        return next(filter(None, found), None)

    def _named(self, path: str | None) -> str | None:
        names = (path, f"{path}.json", f"{path}/tsconfig.json") if path is not None else ()
        return next((name for name in names if self._tree.file(name)), None)


def _place(folder: str, path: str, leaf: str) -> str | None:
    if path.startswith(_CONFIG_DIR):
        return join(leaf, path.removeprefix(_CONFIG_DIR).lstrip("/"))
    return join(folder, path)


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}
