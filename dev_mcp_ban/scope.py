"""What the policy calls production, what it allows, and what it bans."""

from collections.abc import Sequence

from msgspec import Struct

from agent_guards.globs import Globs
from agent_guards.policy import DevMcpBan
from agent_guards.repository import Kind, Repository
from dev_mcp_ban.specs import Ban


class Scope(Struct, frozen=True, kw_only=True):
    """The policy of this guard, ready to be asked."""

    ban: Ban
    inside: Globs
    allowed: Globs
    bundled: Globs
    patterns: tuple[str, ...]
    bundles: tuple[str, ...]

    @classmethod
    def of(cls, settings: DevMcpBan) -> "Scope":
        """Prepare the settings of a policy."""
        return cls(
            ban=Ban(settings.banned.packages, settings.banned.patterns),
            inside=Globs(settings.production),
            allowed=Globs(settings.allowed),
            bundled=Globs(settings.bundles),
            patterns=settings.production,
            bundles=settings.bundles,
        )

    def production(self, path: str) -> bool:
        """Whether a file is production code."""
        return self.inside.match(path) and not self.allowed.match(path)

    def exists(self, repository: Repository, tree: str) -> bool:
        """Whether any file of the tree is what the policy calls production."""
        folders = [pattern.removesuffix("/**") for pattern in self.patterns if _is_folder(pattern)]
        if any(entry.kind is Kind.DIRECTORY for entry in repository.entries(tree, folders).values()):
            return True
        if len(folders) == len(self.patterns):
            return False
        return any(self.inside.match(entry.path) for entry in repository.walk(tree))


def owners(manifests: Sequence[str], files: Sequence[str]) -> frozenset[str]:
    """Of manifests of one name, those to which one of the files belongs: the nearest above it."""
    folders = {manifest.rpartition("/")[0]: manifest for manifest in manifests}
    found = set()
    for path in files:
        folder = path.rpartition("/")[0]
        while folder not in folders and folder:
            folder = folder.rpartition("/")[0]
        if folder in folders:
            found.add(folders[folder])
    return frozenset(found)


def _is_folder(pattern: str) -> bool:
    return pattern.endswith("/**") and not set("*?[{") & set(pattern[:-3])
