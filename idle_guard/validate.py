"""Judge heartbeat files and lists of tasks by themselves, in bulk: every rule that needs no change around them."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from agent_guards.growth import whole
from agent_guards.guard import FileVerdict, LooseFile
from agent_guards.listed import problems
from agent_guards.loose import judge_loose
from agent_guards.policy import Policy
from idle_guard import heartbeat, rules, tasks
from idle_guard.lines import judge, read_file
from idle_guard.tasks import read_tasks


def judge_heartbeats(files: Iterable[LooseFile], policy: Policy, now: datetime) -> Iterator[FileVerdict]:
    """Judge one file after the other."""
    latest = now + policy.guards.guard_mcp.clock_skew

    def judged(loose: LooseFile) -> FileVerdict:
        file = read_file(loose.path, heartbeat.LAYOUT.locate(loose.path), whole(loose.data), loose.data)
        return FileVerdict(lines=file.lines, findings=tuple(judge(file, latest, "now")))

    return judge_loose(rules.FILES, files, judged)


def judge_tasks(files: Iterable[LooseFile], policy: Policy, now: datetime) -> Iterator[FileVerdict]:
    """Judge one list after the other; a list of tasks says nothing of time."""
    del policy, now

    def judged(loose: LooseFile) -> FileVerdict:
        file = read_tasks(loose.path, tasks.LAYOUT.locate(loose.path), whole(loose.data), loose.data)
        return FileVerdict(lines=file.lines, findings=tuple(problems(rules.TASK_FILES, file)))

    return judge_loose(rules.TASK_FILES, files, judged)
