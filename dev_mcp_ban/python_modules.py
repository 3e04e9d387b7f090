"""Tells which files of a tree a Python module name means, and with it which packages run before it."""

import sys

from dev_mcp_ban.tree import Tree, ancestors, folder_of

# Below these folders beside or above an importer a project keeps its packages.
_LAYOUTS = ("", "src", "lib", "python")


class Modules:
    """The Python modules of one tree."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._elsewhere: dict[str, tuple[str, ...]] | None = None

    def resolve(self, importer: str, name: str) -> tuple[str, ...]:
        """The files that run when this file imports a module: its packages' `__init__` and the module itself."""
        names = name.lstrip(".").split(".") if name.strip(".") else []
        if not all(part.isidentifier() for part in names):
            return ()
        level = len(name) - len(name.lstrip("."))
        if level:
            return self._relative(folder_of(importer), level, names)
        if not names:
            return ()
        for root in self._roots(folder_of(importer), names[0]):
            found = self._run(root, names)
            if found:
                return found
        return ()

    def _relative(self, folder: str, level: int, names: list[str]) -> tuple[str, ...]:
        for _ in range(level - 1):
            if not folder:
                return ()
            folder = folder_of(folder)
        own = self._file(_below(folder, "__init__.py"))
        return own if not names else self._run(folder, names)

    def _run(self, root: str, names: list[str]) -> tuple[str, ...]:
        """Walk down a dotted name; nothing where it ends nowhere. A folder without `__init__` is a package, too."""
        found: list[str] = []
        place = root
        for part in names[:-1]:
            place = _below(place, part)
            if self._tree.folder(place) is None:
                return ()
            found += self._file(f"{place}/__init__.py")
        last = _below(place, names[-1])
        module = self._file(f"{last}/__init__.py") or self._file(f"{last}.py") or self._file(f"{last}.pyw")
        if not module and self._tree.folder(last) is None:
            return ()
        return (*found, *module)

    def _roots(self, folder: str, top: str) -> list[str]:
        near = [_below(place, layout) for place in ancestors(folder) for layout in _LAYOUTS]
        # A module of ours may hide one of Python's own only from the files beside it.
        if top in sys.stdlib_module_names or any(self._holds(root, top) for root in near):
            return near
        if self._elsewhere is None:
            self._elsewhere = _holders(self._tree.source.paths(self._tree.oid, ".py"))
        return list(self._elsewhere.get(top, ()))

    def _holds(self, root: str, top: str) -> bool:
        place = _below(root, top)
        return self._tree.folder(place) is not None or bool(self._file(f"{place}.py") or self._file(f"{place}.pyw"))

    def _file(self, path: str) -> tuple[str, ...]:
        found = self._tree.file(path)
        return () if found is None else (found,)


def _holders(paths: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """The folders in which a name that could be imported stands, by that name."""
    found: dict[str, dict[str, None]] = {}
    for path in paths:
        for place in (path.removesuffix(".py"), *ancestors(folder_of(path))):
            folder, _, name = place.rpartition("/")
            found.setdefault(name, {})[folder] = None
    return {name: tuple(folders) for name, folders in found.items()}


def _below(folder: str, name: str) -> str:
    return "/".join(filter(None, (folder, name)))
