"""Finds how production code reaches what is banned through modules of the repository: backwards, from the banned thing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise

from msgspec import Struct

from dev_mcp_ban.importers import Importers
from dev_mcp_ban.resolve import Resolver
from dev_mcp_ban.scan import Edge, Hit
from dev_mcp_ban.tree import Tree

MOST_CHAINS = 1000
# So many importers are parsed at once to see whether the search can end there, so many steps back from the banned thing.
_FEW = 20
_STEPS = 3


Edges = Callable[[str, bytes], Sequence[Edge]]


class Step(Struct, frozen=True, kw_only=True):
    """One import on the way: where it stands, and what it says."""

    path: str
    line: int
    column: int
    specifier: str


class Chain(Struct, frozen=True, kw_only=True):
    """How a production file reaches a banned package: import by import, to the file that holds it."""

    package: str
    steps: tuple[Step, ...]
    path: str
    hit: Hit

    @property
    def key(self) -> tuple[str, str]:
        """What makes it the same chain in another tree: the production file and the package."""
        return self.steps[0].path, self.package


class Search:
    """The walk backwards through one tree. Git looks for what it needs from the moment that it is made."""

    def __init__(self, tree: Tree, production: Callable[[str], bool], edges: Edges) -> None:
        self._tree = tree
        self._production = production
        self._edges = edges
        self.resolver = Resolver(tree)
        self._importers = Importers(self.resolver)
        self._carried: dict[str, Mapping[str, Step]] = {}
        self._links: dict[str, tuple[str, ...]] = {}

    def chains(self, targets: Mapping[str, Sequence[Hit]]) -> tuple[Chain, ...]:
        """The shortest chain from each production file to each banned package, shortest first.

        `targets` are the files that hold something banned. A walk backwards ends at the first production file that it meets;
        what stands in production itself needs no chain.
        """
        outside = {path: hits for path, hits in targets.items() if hits and not self._production(path)}
        if not outside or not self._possible(outside):
            return ()
        found = [chain for package in _packages(outside) for chain in self._walk(package, outside)]
        return tuple(sorted(found, key=lambda chain: (len(chain.steps), chain.key))[:MOST_CHAINS])

    def _possible(self, targets: Mapping[str, Sequence[Hit]]) -> bool:
        """Whether anything imports the targets at all; then everything that the walk needs is at hand.

        The first steps back are looked for one by one: a short chain, or one that ends soon, costs less than all literals.
        """
        level, seen = set(targets), set(targets)
        for _ in range(_STEPS):
            if not self._importers.nearest(level):
                break
            near = {path: self._above(path) for path in level}
            if level == set(targets) and not any(near.values()):
                return False
            onward = {one for importers in near.values() for one in importers if not self._production(one)}
            if len(onward) > _FEW:
                break
            level = {
                one
                for path, importers in near.items()
                for one in importers
                if one in onward and one not in seen and self._step(one, path)
            }
            if not level:
                return True
            seen |= level
        self._importers.everything()
        return True

    def _walk(self, package: str, targets: Mapping[str, Sequence[Hit]]) -> Iterator[Chain]:
        """Every chain to one package. An import that turns out to carry nothing is taken out, and the walk begins anew."""
        hits = {path: hit for path, found in targets.items() for hit in reversed(found) if hit.package == package}
        told: set[str] = set()
        broken: set[tuple[str, str]] = set()
        while True:
            onward = self._shortest(hits, broken)
            before = len(broken)
            for entry in [path for path in onward if path not in told and self._production(path)]:
                steps, end = self._verified(entry, onward, broken)
                if steps:
                    told.add(entry)
                    yield Chain(package=package, steps=steps, path=end, hit=hits[end])
            if len(broken) == before:
                return

    def _shortest(self, hits: Mapping[str, Hit], broken: set[tuple[str, str]]) -> dict[str, str]:
        """Walk backwards level by level; for every file that is met, the next one on its way."""
        onward: dict[str, str] = {}
        level = sorted(hits)
        while level:
            above: list[str] = []
            for path in level:
                for importer in self._above(path):
                    if importer in onward or importer in hits or (importer, path) in broken:
                        continue
                    onward[importer] = path
                    if not self._production(importer):
                        above.append(importer)
            level = above
        return onward

    def _verified(
        self, entry: str, onward: Mapping[str, str], broken: set[tuple[str, str]]
    ) -> tuple[tuple[Step, ...], str]:
        """Ask the parser for every import on the way; the first that carries nothing breaks it."""
        way = [entry]
        while way[-1] in onward:
            way.append(onward[way[-1]])
        steps: list[Step] = []
        for path, following in reversed(list(pairwise(way))):
            step = self._step(path, following)
            if step is None:
                broken.add((path, following))
                return (), ""
            steps.append(step)
        return tuple(reversed(steps)), way[-1]

    def _above(self, path: str) -> tuple[str, ...]:
        """The files that may import a file, and the links in production that are it, or a folder around it."""
        if path not in self._links:
            links = self._importers.handles.links
            self._links[path] = tuple(
                link
                for target, there in links.items()
                if path == target or path.startswith(f"{target}/")
                for link in there
                if self._production(link)
            )
        return (*self._importers.of(path), *self._links[path])

    def _step(self, path: str, following: str) -> Step | None:
        """The first import of a file that carries to another one."""
        if path in self._links.get(following, ()):
            return Step(path=path, line=1, column=1, specifier=following)
        if path not in self._carried:
            self._carried[path] = self._carrying(path)
        return self._carried[path].get(following)

    def _carrying(self, path: str) -> Mapping[str, Step]:
        found: dict[str, Step] = {}
        for edge in self._edges(path, self._tree.data(path)):
            if edge.carries:
                for target in self.resolver.resolve(path, edge.specifier):
                    step = Step(path=path, line=edge.line, column=edge.column, specifier=edge.specifier)
                    found.setdefault(target, step)
        return found


def _packages(targets: Mapping[str, Sequence[Hit]]) -> list[str]:
    return sorted({hit.package for hits in targets.values() for hit in hits})
