"""What the tests of the detector share: the default ban, and a scan in short words."""

from agent_guards.policy import Banned
from dev_mcp_ban.scan import scan
from dev_mcp_ban.specs import Ban

BAN = Ban(Banned().packages, Banned().patterns)


def found(code: str, path: str = "app/a.ts") -> list[tuple[str, str, int]]:
    """Kind, package and line of each hit."""
    return [(hit.kind, hit.package, hit.line) for hit in scan(path, code.encode(), BAN).hits]


def kinds(code: str, path: str = "app/a.ts") -> list[str]:
    return [kind for kind, _, _ in found(code, path)]


class Dice:
    """The same throws for the same seed, on every Python."""

    def __init__(self, seed):
        self.state = seed * 2 + 1

    def randrange(self, stop):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 33) % stop

    def randint(self, first, last):
        return first + self.randrange(last - first + 1)

    def choice(self, items):
        return items[self.randrange(len(items))]
