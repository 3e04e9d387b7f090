"""idle-guard: long work left a heartbeat."""

from agent_guards.guard import FileFormat, Guard
from idle_guard import heartbeat, tasks
from idle_guard.check import check
from idle_guard.inputs import gather
from idle_guard.rules import RULES
from idle_guard.validate import judge_heartbeats, judge_tasks

guard = Guard(
    name="idle-guard",
    summary="Long work left a heartbeat, and no agent fell silent in the middle of a task.",
    package="idle_guard",
    rules=RULES,
    gather=gather,
    check=check,
    formats=(
        FileFormat(name="heartbeat", layout=heartbeat.LAYOUT, judge=judge_heartbeats),
        FileFormat(name="tasks", layout=tasks.LAYOUT, judge=judge_tasks),
    ),
    schemas={"heartbeat": "heartbeat.schema.json", "tasks": "tasks.schema.json"},
)
