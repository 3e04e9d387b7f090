"""An agent's heartbeat files in the working tree: where they stand, what they tell, and one more beat."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple, cast

from agent_guards.agent.append import Standing
from agent_guards.agent.checkout import Checkout
from agent_guards.agent.journal import add
from agent_guards.agent.words import clean
from agent_guards.times import parse_rfc3339

if TYPE_CHECKING:  # a hook has no time for what a table needs
    from agent_guards.beats import Status

LONGEST = 200
RECENT = 256 * 1024
"""How much of a file's end tells what an agent is at."""
_MEANT: "dict[object, Status]" = {"doing": "doing", "blocked": "blocked", "done": "done", "completed": "done"}

Clock = Callable[[], datetime]


class Heartbeat(NamedTuple):
    """One beat as it stands in a file."""

    moment: datetime
    task: str
    status: "Status"
    line: int


def utc_now() -> datetime:
    """The clock of the recorder."""
    return datetime.now(UTC)


def stamp(moment: datetime) -> str:
    """Write a moment as lines have it."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def path_of(agent: str, moment: datetime) -> str:
    """Where the beats of an agent's day in UTC stand."""
    return f"artifacts/{agent}/{moment:%Y-%m-%d}/heartbeat.ndjson"


def parse(data: bytes) -> Iterator[Heartbeat]:
    """Read lines; what is no beat is passed over: judging it is idle-guard's."""
    for number, line in enumerate(data.split(b"\n"), 1):
        with suppress(ValueError, TypeError, AttributeError, RecursionError):
            value = cast("dict[str, object]", json.loads(line))
            moment = parse_rfc3339(str(value.get("timestamp") or value.get("ts")))
            status = _MEANT.get(value.get("status"))
            task = value.get("task")
            if moment and status and isinstance(task, str) and task.strip():
                yield Heartbeat(moment, task, status, number)


def recent(checkout: Checkout, agent: str, now: datetime) -> dict[str, Heartbeat]:
    """The last beat of each task of an agent, from today and, for what goes on after midnight, from yesterday."""
    last: dict[str, Heartbeat] = {}
    for day in (now - timedelta(days=1), now):
        for beat in parse(end_of(os.path.join(checkout.root, path_of(agent, day)))):
            last.pop(beat.task, None)  # the latest beat stands last
            last[beat.task] = beat
    return last


def current_task(last: dict[str, Heartbeat]) -> str | None:
    """What the agent is at: the task of its latest beat that says so."""
    return next((task for task in reversed(last) if last[task].status == "doing"), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """What a beat says."""

    task: str
    status: "Status"
    progress: str | None = None
    file: str | None = None

    def line(self, now: datetime) -> bytes:
        """The beat as a line."""
        said = {"timestamp": stamp(now), "task": self.task, "status": self.status}
        for key, value in (("progress", self.progress), ("file", self.file)):
            said |= {key: clean(value, LONGEST)} if value else {}
        return encode(said)


Due = Callable[[Heartbeat | None, datetime], bool]


def always(_: Heartbeat | None, __: datetime) -> bool:
    """Whoever beats by hand is not asked when."""
    return True


def beat(
    checkout: Checkout, command: str, agent: str, sign: Sign, *, due: Due = always, clock: Clock = utc_now
) -> str | None:
    """Append a beat if it is due after the last one of the task; returns the path of the file."""
    path = path_of(agent, clock())
    earlier = recent(checkout, agent, clock()).get(sign.task) if due is not always else None

    def compose(standing: Standing) -> bytes | None:
        # Both are looked at under the lock: another hook may have beaten, and beats stand in the order of time.
        now, last = clock(), earlier
        for one in parse(standing.end(RECENT)) if due is not always else ():
            last = one if one.task == sign.task else last
        return sign.line(now) if due(last, now) else None

    return path if add(checkout, command, path, compose) else None


def encode(line: object) -> bytes:
    """Write a record as one line, for people to read as well."""
    return json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode()


def end_of(path: str, most: int = RECENT) -> bytes:
    """Read the last whole lines of a file; nothing where there is none, or only a link."""
    with suppress(OSError):
        descriptor = os.open(
            path, os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"))
        )
        try:
            return Standing(descriptor, os.fstat(descriptor).st_size).end(most)
        finally:
            os.close(descriptor)
    return b""
