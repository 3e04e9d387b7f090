"""What went wrong while recording, kept for `doctor` inside git's own folder: an agent is never stopped by it."""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType

from agent_guards.agent.append import Compose, append
from agent_guards.agent.checkout import Checkout
from agent_guards.errors import GuardError
from agent_guards.escape import visible

PATH = "agent-guards/journal.ndjson"
"""Below git's common folder: shared by all working trees, and part of no commit."""
LARGEST = 1024 * 1024
LONGEST_MESSAGE = 1000
_SECONDS = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One trouble."""

    timestamp: str
    command: str
    """Which command met it, such as `record hook`."""
    kind: str
    """`failed`: nothing was recorded; `dropped`: recording stopped or calls were lost; `mended`: a file was repaired."""
    message: str


class Caught:
    """Lets no trouble out of a `with` block; `tell` hears of it."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> bool:
        """End; an interrupt goes on."""
        if isinstance(error, Exception):
            self._tell(words_of(error))
            return True
        return False


def harmless(command: str, where: list[Checkout]) -> Caught:
    """Let no trouble out: one line on stderr, an entry in the journal of the first checkout in `where`."""

    def tell(message: str) -> None:
        say(command, message)
        note(where[0] if where else None, command, "failed", message)

    return Caught(tell)


def say(command: str, message: str) -> None:
    """Tell whoever reads stderr, in one line; nobody need."""
    with suppress(OSError, ValueError, AttributeError):
        print(visible(f"agent-guards {command}: {message}"), file=sys.stderr, flush=True)


def words_of(error: BaseException) -> str:
    """Say in one line what went wrong."""
    if isinstance(error, GuardError):
        return f"{error.message} {error.hint}".strip()
    return f"{type(error).__name__}: {error}"


def note(checkout: Checkout | None, command: str, kind: str, message: str) -> None:
    """Write an entry; where even that fails, it is left out."""
    if checkout is None or checkout.common_dir is None:
        return
    import json

    entry = {
        "timestamp": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "command": command,
        "kind": kind,
        "message": visible(message)[:LONGEST_MESSAGE],
    }
    line = json.dumps(entry).encode()
    with suppress(GuardError, OSError):
        path = os.path.join(checkout.common_dir, PATH)
        if os.path.exists(path) and os.path.getsize(path) > LARGEST:
            os.replace(path, f"{path}.old")
        append(checkout.common_dir, PATH, lambda _: line, seconds=_SECONDS)


def add(checkout: Checkout, command: str, path: str, compose: Compose) -> bool:
    """Append to a file of records, and note it where something had to be mended. Tells whether a line was written."""
    done = append(checkout.root, path, compose)
    if done.mended:
        note(checkout, command, "mended", f"{path}: {done.mended}")
    return done.written


def read(checkout: Checkout) -> list[Entry]:
    """Read the journal, the oldest entry first; what is no entry is passed over."""
    import json

    if checkout.common_dir is None:
        return []
    entries = []
    path = os.path.join(checkout.common_dir, PATH)
    for name in (f"{path}.old", path):
        with suppress(OSError), open(name, "rb") as file:
            for line in file:
                with suppress(ValueError, TypeError, AttributeError, RecursionError):
                    entries.append(Entry(**{key: str(value) for key, value in json.loads(line).items()}))
    return entries
