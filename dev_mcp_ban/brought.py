"""What a change brings, or a whole tree holds: hits in production, chains that lead to others, dependencies, bundles."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from agent_guards.context import Change
from agent_guards.repository import ChangedFile, Entry, Kind, Repository
from dev_mcp_ban import candidates, tokens
from dev_mcp_ban.files import CODE
from dev_mcp_ban.scan import Hit, edges, scan
from dev_mcp_ban.scope import Scope, owners
from dev_mcp_ban.source import RepositorySource

if TYPE_CHECKING:
    from dev_mcp_ban.manifests import Dependency
    from dev_mcp_ban.reach import Chain, Search
    from dev_mcp_ban.tree import Source

# In most trees git finds nothing that is worth a second look: what looks closer is imported when it is needed.

# A larger file is no source, and no bundle that anybody would ship.
LARGEST = 64 * 1024 * 1024
# In a tree of more files than this, older findings are counted only where there are new ones to tell.
SMALL = 2_000

F = TypeVar("F", Hit, "Dependency")


class Located(Struct, frozen=True):
    """A hit in a file."""

    path: str
    hit: Hit


class Brought(Struct, frozen=True, kw_only=True):
    """What is to be told, and how much was looked at."""

    hits: tuple[Located, ...] = ()
    chains: "tuple[Chain, ...]" = ()
    dependencies: "tuple[tuple[str, Dependency], ...]" = ()
    bundled: tuple[Located, ...] = ()
    unparsed: tuple[tuple[str, str], ...] = ()
    touched: bool = False
    """The change touches a manifest or a bundle."""
    read: int = 0
    older: int | None = None
    """Findings that stood before the change; None where nobody counted them."""

    @property
    def count(self) -> int:
        """How many findings this is."""
        return len(self.hits) + len(self.chains) + len(self.dependencies) + len(self.bundled)

    @property
    def anything(self) -> bool:
        """Whether there is anything to tell."""
        return bool(self.count or self.unparsed)


class _Read(Struct):
    """What the files of one tree hold, as they are read one by one."""

    scope: Scope
    hits: dict[str, tuple[Hit, ...]] = field(default_factory=dict)
    dependencies: "dict[str, tuple[Dependency, ...]]" = field(default_factory=dict)
    bundled: dict[str, tuple[Hit, ...]] = field(default_factory=dict)
    unparsed: dict[str, str] = field(default_factory=dict)
    count: int = 0
    search: "Search | None" = None
    """Of a whole tree: the search for who reaches what stands outside production."""

    def take(self, path: str, data: bytes) -> None:
        """Read one file as what it is."""
        self.count += 1
        ban, code = self.scope.ban, path.lower().endswith(CODE)
        if not code and self._took_manifest(path, data):
            return
        if self.scope.bundled.match(path):
            from dev_mcp_ban import bundles

            self.bundled[path] = bundles.scan(path, data, ban)
        elif code and tokens.survives(data, ban):
            found = scan(path, data, ban)
            self.hits[path] = found.hits
            self._note(path, found.unparsed)

    def _took_manifest(self, path: str, data: bytes) -> bool:
        from dev_mcp_ban import manifests

        if not manifests.is_manifest(path):
            return False
        manifest = manifests.scan(path, data, self.scope.ban)
        self.dependencies[path] = manifest.found
        self._note(path, manifest.unparsed)
        return True

    def _note(self, path: str, reason: str) -> None:
        if reason:
            self.unparsed[path] = reason


def gather_tree(repository: Repository, tree: str, scope: Scope) -> Brought:
    """Everything that a tree holds."""
    source = RepositorySource(repository)
    read = _read_tree(source, tree, scope)
    owned = _owned(repository, tree, scope, [path for path, found in read.dependencies.items() if found])
    return Brought(
        hits=tuple(_located(read.hits, scope)),
        chains=_chains(read),
        dependencies=tuple((path, one) for path in sorted(owned) for one in read.dependencies[path]),
        bundled=tuple(Located(path, hit) for path, hits in sorted(read.bundled.items()) for hit in hits),
        unparsed=tuple(sorted(read.unparsed.items())),
        read=read.count,
    )


def gather_change(repository: Repository, change: Change, scope: Scope) -> Brought:
    """What a change brings that was not there before."""
    old, new = _Read(scope), _Read(scope)
    whole = cache(lambda tree: gather_tree(repository, tree, scope))
    moved = {file.before.oid for file in change.files if file.before and not file.after and scope.production(file.path)}
    for file, after in _readable(repository, change.files):
        new.take(file.path, repository.read(after.oid))
        before = after if file.before is None and after.oid in moved else file.before
        if before and before.kind is Kind.FILE and (new.hits.get(file.path) or file.path not in new.hits):
            old.take(file.path, repository.read(before.oid))
    owned = _owned(repository, change.head, scope, [path for path, found in new.dependencies.items() if found])
    brought = Brought(
        hits=tuple(
            _located(_foreign(RepositorySource(repository), change.head, scope, _newer(old.hits, new.hits)), scope)
        ),
        chains=_new_chains(repository, change, scope, whole),
        dependencies=tuple(
            (path, one)
            for path in sorted(owned)
            for one in _more(old.dependencies.get(path, ()), new.dependencies[path])
        ),
        bundled=tuple(
            Located(path, hit) for path, hits in sorted(_newer(old.bundled, new.bundled).items()) for hit in hits
        ),
        unparsed=tuple(sorted(new.unparsed.items())),
        touched=bool(new.dependencies or new.bundled),
        read=new.count,
    )
    if brought.count or repository.searches.tracked() <= SMALL:
        brought = replace(brought, older=max(0, whole(change.head).count - brought.count))
    return brought


def _readable(repository: Repository, files: Iterable[ChangedFile]) -> Iterator[tuple[ChangedFile, Entry]]:
    present = [(file, file.after) for file in files if file.after and file.after.kind is Kind.FILE]
    sizes = repository.sizes([after.oid for _, after in present])
    return ((file, after) for file, after in present if sizes[after.oid] <= LARGEST)


def _read_tree(source: "Source", tree: str, scope: Scope) -> _Read:
    read = _Read(scope)
    for path, data in candidates.begin(source, tree, scope.ban, scope.bundles)():
        read.take(path, data)
        if read.search is None and read.hits.get(path) and not scope.production(path):
            from dev_mcp_ban.reach import Search
            from dev_mcp_ban.tree import Tree

            # Git gathers what the search needs while it still looks for more of such files.
            read.search = Search(Tree(source, tree), scope.production, edges)
    read.hits = _foreign(source, tree, scope, read.hits, read.search)
    return read


def _foreign(
    source: "Source", tree: str, scope: Scope, hits: Mapping[str, tuple[Hit, ...]], search: "Search | None" = None
) -> dict[str, tuple[Hit, ...]]:
    """Leave out imports that only the words of a name make banned, where the name is that of a module of the repository."""
    if not any(hits.values()):
        return dict(hits)
    from dev_mcp_ban.resolve import Resolver
    from dev_mcp_ban.tree import Tree

    resolver = search.resolver if search else Resolver(Tree(source, tree))
    return {
        path: tuple(
            hit
            for hit in found
            if hit.kind == "launch" or scope.ban.listed(hit.package) or not resolver.resolve(path, hit.spec)
        )
        for path, found in hits.items()
    }


def _located(hits: Mapping[str, Sequence[Hit]], scope: Scope) -> Iterator[Located]:
    return (Located(path, hit) for path, found in sorted(hits.items()) if scope.production(path) for hit in found)


def _newer(old: Mapping[str, tuple[Hit, ...]], new: Mapping[str, tuple[Hit, ...]]) -> dict[str, tuple[Hit, ...]]:
    """Of each file the hits that it has more of than before."""
    return {path: tuple(_more(old.get(path, ()), hits)) for path, hits in new.items()}


def _more(old: Iterable[F], new: Iterable[F]) -> Iterator[F]:
    """What there is more of than before; where it stands makes no difference, lines move."""
    known = Counter(_same(one) for one in old)
    for one in new:
        if known[_same(one)]:
            known[_same(one)] -= 1
        else:
            yield one


def _same(found: "Hit | Dependency") -> tuple[str, str]:
    return (found.kind if isinstance(found, Hit) else found.where, found.package)


def _chains(read: _Read) -> "tuple[Chain, ...]":
    """How production reaches what other files import or launch; what is only a type is gone when the program runs."""
    targets = {path: [hit for hit in found if hit.kind != "type-import"] for path, found in read.hits.items()}
    return read.search.chains(targets) if read.search else ()


def _new_chains(
    repository: Repository, change: Change, scope: Scope, whole: Callable[[str], Brought]
) -> "tuple[Chain, ...]":
    """The chains that the change brings. Both trees are searched only where the change could bring one at all."""
    from dev_mcp_ban.forward import could_matter

    def banned(path: str, data: bytes) -> frozenset[str]:
        found = scan(path, data, scope.ban).hits if tokens.survives(data, scope.ban) else ()
        return frozenset(hit.package for hit in found if hit.kind != "type-import")

    source = RepositorySource(repository)
    if not could_matter(source, change.head, change.files, scope.production, banned):
        return ()
    found = whole(change.head).chains
    if not found or change.base is None:
        return found
    known = {chain.key for chain in whole(change.base).chains}
    return tuple(chain for chain in found if chain.key not in known)


def _owned(repository: Repository, tree: str, scope: Scope, found: Sequence[str]) -> frozenset[str]:
    """Of the manifests with a finding, those that production belongs to."""
    if not found:
        return frozenset()
    paths = [entry.path for entry in repository.walk(tree)]
    names = {path.rpartition("/")[2] for path in found}
    production = [path for path in paths if scope.production(path)]
    owned = {
        owner
        for name in names
        for owner in owners([path for path in paths if path.rpartition("/")[2] == name], production)
    }
    return frozenset(owned.intersection(found))
