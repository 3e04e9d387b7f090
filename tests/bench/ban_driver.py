"""What `agent-guards check dev-mcp-ban` does, without the report: `python -I tests/bench/ban_driver.py FOLDER [BASE]`."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "lib"), str(ROOT)]

from agent_guards.git import GitRepository  # noqa: E402
from agent_guards.git_search import GitSearch  # noqa: E402


class Source:
    """A repository together with its searches."""

    def __init__(self, folder):
        self.repository = GitRepository(Path(folder), environ=os.environ)
        self.searches = GitSearch(self.repository._git)

    def __getattr__(self, name):
        return getattr(self.searches, name, None) or getattr(self.repository, name)


def main(folder, base=None):
    source = Source(folder)
    if base is None:
        from dev_mcp_ban.files import GLOBS

        source.searches.ahead(["mcp"], GLOBS)
    head = source.repository.resolve("HEAD")
    from agent_guards.globs import Globs
    from agent_guards.policy import DevMcpBan
    from dev_mcp_ban import candidates, scan, tokens
    from dev_mcp_ban.specs import Ban

    policy = DevMcpBan()
    ban = Ban(policy.banned.packages, policy.banned.patterns)
    inside, allowed = Globs(policy.production), Globs(policy.allowed)

    def production(path):
        return inside.match(path) and not allowed.match(path)

    def hits(path, data):
        return scan.scan(path, data, ban).hits if tokens.survives(data, ban) else ()

    if base is not None:
        from dev_mcp_ban.forward import could_matter

        files = source.repository.changed(source.repository.resolve(base), head)
        held = lambda path, data: frozenset(hit.package for hit in hits(path, data))  # noqa: E731
        if not could_matter(source, head, files, production, held):
            print("nothing to look for")
            return
    found = {path: one for path, data in candidates.begin(source, head, ban)() if (one := hits(path, data))}
    if any(not production(path) for path in found):
        from dev_mcp_ban import reach
        from dev_mcp_ban.tree import Tree

        for chain in reach.chains(Tree(source, head), found, production, scan.edges):
            print(" <- ".join([chain.package, *(step.path for step in reversed(chain.steps))]))
    for path in filter(production, found):
        print(path)


main(*sys.argv[1:])
