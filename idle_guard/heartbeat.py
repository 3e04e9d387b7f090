"""The heartbeat format: where such files stand, the type of a line, and the old names that are read as what they meant."""

import re
from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter
from typing import Annotated, Literal, cast

from msgspec import Meta, Struct

from agent_guards.places import Layout
from agent_guards.records import Kind

LAYOUT = Layout(
    tail=re.compile(r"heartbeat\.ndjson"),
    glob="artifacts/*/*/heartbeat.ndjson",
    resembling=re.compile(r"artifacts/(?:.*/)?heartbeat\.ndjson", re.DOTALL),
)

task_of = attrgetter("task")
_timestamp = attrgetter("timestamp")

Moment = Annotated[datetime, Meta(tz=True)]


class Heartbeat(Struct, frozen=True, gc=False, forbid_unknown_fields=True, kw_only=True):
    """A sign of life: what an agent is at, and how it stands. One of the two times is there."""

    task: Annotated[str, Meta(min_length=1)]
    status: Literal["doing", "done", "blocked", "completed"]
    timestamp: Moment | None = None
    ts: Moment | None = None
    progress: str | None = None
    file: str | None = None


def moments(lines: Sequence[Heartbeat]) -> list[datetime]:
    """When each beat was, under the name of today or the old one."""
    found: list[datetime | None] = list(map(_timestamp, lines))
    if not all(found):
        found = [line.timestamp or line.ts for line in lines]
    return cast("list[datetime]", found)


def _quotes(lines: Sequence[Heartbeat]) -> int | None:
    """Count the quotes that lines need; None where one names no task, or has no time under either name."""
    quotes = 24 * len(lines)  # six fields, all of them texts
    for line in lines:
        if line.task.isspace():
            return None
        if line.timestamp is None or line.ts is None:
            if line.timestamp is line.ts:
                return None
            quotes -= 4
        if line.progress is None:
            quotes -= 4
        if line.file is None:
            quotes -= 4
    return quotes


KIND = Kind(
    name="heartbeat",
    struct=Heartbeat,
    schema=__file__.removesuffix(".py") + ".schema.json",
    quotes=_quotes,
    aliases={
        "time": "timestamp",
        "date": "timestamp",
        "datetime": "timestamp",
        "at": "timestamp",
        "id": "task",
        "taskid": "task",
        "job": "task",
        "cmd": "task",
        "state": "status",
        "action": "status",
        "event": "status",
        "percent": "progress",
        "message": "progress",
        "msg": "progress",
        "notes": "progress",
        "path": "file",
    },
)
