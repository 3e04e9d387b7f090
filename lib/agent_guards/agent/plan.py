"""What `init` would do to a repository, as values: shown first, then done, never more than was shown."""

import difflib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from agent_guards.errors import UsageError
from agent_guards.escape import quote, visible

MOST_DIFF = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One file: what it holds, what it should hold, and why. A step without `after` leaves the file alone and tells so."""

    path: str
    why: str
    before: bytes | None = None
    after: bytes | None = None

    @property
    def verb(self) -> str:
        """What happens to the file, in one word."""
        if self.after is None:
            return "leave"
        if self.before is None:
            return "create"
        return "keep" if self.before == self.after else "change"

    @property
    def acts(self) -> bool:
        """Whether anything is written."""
        return self.verb in {"create", "change"}


class WorkTree:
    """The files of a repository's working tree, read by their paths; links and folders are not read."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def read(self, path: str) -> bytes | None:
        """The content of an ordinary file; None where there is none."""
        file = self.root / path
        try:
            return None if self.linked(path) else file.read_bytes()
        except OSError:
            return None

    def text(self, path: str) -> str | None:
        """The same as text, whatever its bytes; line ends stay as they are."""
        data = self.read(path)
        return None if data is None else data.decode("utf-8", "surrogateescape")

    def linked(self, path: str) -> bool:
        """Whether the path is a link, or lies behind one: nothing is read or written there."""
        place = Path()
        return any((self.root / (place := place / part)).is_symlink() for part in Path(path).parts)

    def exists(self, path: str) -> bool:
        """Whether anything stands there."""
        return (self.root / path).exists()

    def names(self, folder: str) -> tuple[str, ...]:
        """What lies directly in a folder, by name."""
        try:
            return tuple(sorted(entry.name for entry in (self.root / folder).iterdir()))
        except OSError:
            return ()


def step(tree: WorkTree, path: str, after: str | bytes | None, why: str) -> Step:
    """Plan a file. A link is never written through, and a folder never replaced."""
    if tree.linked(path):
        return Step(path=path, why="is a symbolic link; nothing is written through links")
    before = tree.read(path)
    if before is None and tree.exists(path):
        return Step(path=path, why="is no file that could be read")
    data = after.encode("utf-8", "surrogateescape") if isinstance(after, str) else after
    return Step(path=path, why=why, before=before, after=data)


def show(steps: Sequence[Step], *, diffs: bool) -> Iterator[str]:
    """Describe the plan line by line, the changes with a short diff."""
    width = max((len(visible(one.path)) for one in steps), default=0)
    for one in steps:
        yield f"  {one.verb:<6}  {visible(one.path):<{width}}  {one.why}"
        if diffs and one.verb == "change":
            yield from _diff(one)


def apply(tree: WorkTree, steps: Iterable[Step]) -> None:
    """Write what was planned."""
    for one in steps:
        if not one.acts or one.after is None:
            continue
        file = tree.root / one.path
        if tree.linked(one.path) or tree.read(one.path) != one.before:
            raise UsageError(f"{quote(one.path)} changed while the plan was shown.", "Run `agent-guards init` again.")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(one.after)
        except OSError as error:
            raise UsageError(f"{quote(one.path)} cannot be written: {error.strerror}.") from error


def _diff(one: Step) -> Iterator[str]:
    before, after = ((data or b"").decode("utf-8", "replace").splitlines() for data in (one.before, one.after))
    lines = [
        line for line in difflib.unified_diff(before, after, n=1, lineterm="") if not line.startswith(("---", "+++"))
    ]
    for line in lines[:MOST_DIFF]:
        yield f"            {visible(line)}"
    if len(lines) > MOST_DIFF:
        yield f"            … {len(lines) - MOST_DIFF} more lines"
