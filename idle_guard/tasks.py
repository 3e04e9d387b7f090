"""The list of an agent's tasks: where it stands, and which of its tasks it says are being done."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from msgspec import Struct, field

from agent_guards.growth import Growth
from agent_guards.jsonl import LineError, Path, load, tokens
from agent_guards.kind import Problem
from agent_guards.places import Layout, Place

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

LAYOUT = Layout(
    tail=re.compile(r"tasks\.todo\.json"),
    glob="artifacts/*/*/tasks.todo.json",
    resembling=re.compile(r"artifacts/(?:.*/)?tasks\.todo\.json", re.DOTALL),
)
SCHEMA = __file__.removesuffix(".py") + ".schema.json"


class Task(msgspec.Struct, frozen=True, gc=False):
    """One task; what else stands there is the agent's own."""

    id: Annotated[str, msgspec.Meta(pattern=r"\S")]
    status: Literal["todo", "doing", "done", "blocked"]


class _Tasks(msgspec.Struct, frozen=True):
    tasks: tuple[Task, ...]


class TaskFile(Struct, frozen=True, kw_only=True):
    """One list of tasks, as far as it could be read."""

    path: str
    place: Place | None
    tasks: tuple[Task, ...] = ()
    problems: tuple[Problem, ...] = ()
    positions: Mapping[Task, tuple[int, int]] = field(default_factory=dict)
    """The line and the column of each task that is `doing`."""

    @property
    def doing(self) -> Iterable[Task]:
        """The tasks that are being done, each once."""
        return self.positions

    @property
    def lines(self) -> int:
        """How many tasks were judged."""
        return len(self.tasks)


def read_tasks(path: str, place: Place | None, growth: Growth, data: bytes) -> TaskFile:
    """Read a list of tasks, whatever the change did to it. The strict reader and the type accept it, or the published schema says why not."""
    del growth
    if not data.strip():
        problem = Problem(kind="empty-file", message="The file holds no list of tasks.", line=None, column=None)
        return TaskFile(path=path, place=place, problems=(problem,))
    try:
        value = load(data)
    except LineError as error:
        line, column = _position(data, error.column)
        problem = Problem(kind=error.kind, message=error.message, line=line, column=column)
        return TaskFile(path=path, place=place, problems=(problem,))
    try:
        tasks = msgspec.convert(value, _Tasks).tasks
    except msgspec.ValidationError:
        return TaskFile(path=path, place=place, problems=_problems(data, value))
    return TaskFile(path=path, place=place, tasks=tasks, positions=_positions(data, tasks))


def _positions(data: bytes, tasks: Sequence[Task]) -> dict[Task, tuple[int, int]]:
    """Find where the tasks stand that are being done."""
    wanted: dict[Path, Task] = {
        ("tasks", index, "id"): task for index, task in enumerate(tasks) if task.status == "doing"
    }
    found: dict[Task, tuple[int, int]] = {}
    for token in tokens(data.decode()) if wanted else ():
        task = None if token.is_key else wanted.get(token.path)
        if task is not None:
            found.setdefault(task, _position(data, token.column))
    return found


def _problems(data: bytes, value: object) -> tuple[Problem, ...]:
    """Let the published schema say what is wrong, and find where that stands."""
    from agent_guards.schema import faults

    found = faults(_reference(), value, {"name": "id", "task": "id", "key": "id", "state": "status", "todos": "tasks"})
    columns = {token.path: token.column for token in tokens(data.decode()) if not token.is_key}
    places = [_position(data, columns[fault.place]) for fault in found]
    return tuple(
        Problem(kind="schema", message=fault.message, line=line, column=column)
        for fault, (line, column) in zip(found, places, strict=True)
    )


@cache
def _reference() -> "Draft202012Validator":
    from agent_guards.schema import make_validator

    with open(SCHEMA, "rb") as file:
        return make_validator(msgspec.json.decode(file.read()))


def _position(data: bytes, column: int | None) -> tuple[int, int]:
    """Turn a place in the whole text into its line and its column there."""
    before = data.decode("utf-8", "replace")[: (column or 1) - 1]
    line_start = before.rfind("\n") + 1
    return before.count("\n") + 1, len(before) - line_start + 1
