"""The rules of idle-guard. Everything that is printed about a rule is printed from here."""

import re

from msgspec.structs import replace

from agent_guards.finding import Rule, Severity
from agent_guards.listed import FileRules, by_name
from agent_guards.places import Layout
from idle_guard import heartbeat, tasks

ERROR, WARNING, NOTICE = Severity.ERROR, Severity.WARNING, Severity.NOTICE


def _rule(name: str, severity: Severity, what: str, why: str, fix: str) -> Rule:
    return Rule(id=f"idle-guard/{name}", severity=severity, what=what, why=why, fix=fix)


MISSING_SECTION = _rule(
    "missing-section",
    ERROR,
    "The work on the change was long (or the policy always asks), and the description has no Heartbeat section.",
    "Whoever reviews hours of an agent's work should see that it was work, and when it stood still.",
    "Commit the heartbeats of the work and list their files under a heading `## Heartbeat` of the description.",
)
PLACEHOLDER = _rule(
    "placeholder",
    ERROR,
    "The Heartbeat section is still the template.",
    "A template that nobody filled in says nothing; taking it for a claim would let every change pass.",
    "Replace the template's text by the paths of the heartbeat files that this change adds to.",
)
NO_HEARTBEAT_LISTED = _rule(
    "no-heartbeat-listed",
    ERROR,
    "The Heartbeat section lists no heartbeat file of this change and claims no exemption.",
    "Without a heartbeat of this work there is nothing that could be checked.",
    "Commit the heartbeats of this work and list each file as `artifacts/<agent>/<YYYY-MM-DD>/heartbeat.ndjson`.",
)
FALSE_EXEMPTION = _rule(
    "false-exemption",
    ERROR,
    "“<2h single session” is claimed, but commits, evidence and heartbeats lie further apart.",
    "An exemption is a claim like any other, and is compared with what the data of the change say.",
    "Take the exemption out and list the heartbeat files of the work.",
)
MALFORMED_PATH = _rule(
    "malformed-path",
    ERROR,
    "A path is not of the form `artifacts/<agent>/<YYYY-MM-DD>/heartbeat.ndjson`.",
    "One form for all heartbeats is what lets tools and people find them, and keeps a path from leading elsewhere.",
    "Write the path as `artifacts/<agent>/<YYYY-MM-DD>/heartbeat.ndjson`.",
)
MISSING_FILE = _rule(
    "missing-file",
    ERROR,
    "A listed file is not in the change's tree.",
    "What is not committed cannot be checked by anybody.",
    "Commit the file (`git add` it; `git check-ignore -v PATH` tells whether an ignore rule swallows it), or correct the path.",
)
NOT_A_FILE = _rule(
    "not-a-file",
    ERROR,
    "A path of heartbeats or tasks is a symbolic link, a submodule or a directory.",
    "Links are not followed: they could show one thing to a reviewer and another to the guard.",
    "Commit the file itself as an ordinary file.",
)
TOO_LARGE = _rule(
    "too-large",
    ERROR,
    "Heartbeats are beyond the caps: 5 MiB a file, 64 KiB a line, 50 MiB a change.",
    "A sign of life is short; whoever stores logs in it makes the repository grow without bound.",
    "Keep output and logs out of the heartbeats.",
)
EMPTY_FILE = _rule(
    "empty-file",
    ERROR,
    "A file of heartbeats or tasks holds nothing.",
    "An empty file is no sign of life.",
    "Beat into it, or take it out of the change.",
)
INVALID_ENCODING = _rule(
    "invalid-encoding",
    ERROR,
    "The file is not plain UTF-8.",
    "Tools disagree on what such bytes mean, so that one would see another content than the next.",
    "Save the file as UTF-8 without a byte order mark.",
)
INVALID_JSON = _rule(
    "invalid-json",
    ERROR,
    "A line of heartbeats is not one JSON object, or the list of tasks is no JSON.",
    "Line tools read a line at a time; what is not one object a line is invisible to them or read in different ways.",
    "Write each beat as one JSON object on one line, ended by a line feed.",
)
SCHEMA = _rule(
    "schema",
    ERROR,
    "A required field is missing, empty or of the wrong type.",
    "Time, task and status together make a sign of life; with one missing nobody knows who lived, and when.",
    "Write the line as `agent-guards schema heartbeat` says: `timestamp`, `task`, `status` (`doing`, `done`, `blocked`).",
)
UNKNOWN_FIELD = _rule(
    "unknown-field",
    WARNING,
    "A field is neither known nor begins with `x_`.",
    "A typo in an optional field would otherwise pass unseen.",
    "Correct the name, or begin it with `x_` if it is your own.",
)
UNLISTED_HEARTBEAT = _rule(
    "unlisted-heartbeat",
    WARNING,
    "The change adds heartbeats that the description does not list.",
    "Reviewers look at what the description lists.",
    "Add the path to the Heartbeat section.",
)
STALE = _rule(
    "stale",
    ERROR,
    "A task is `doing`, and its last beat lies too long before the head commit (a whole tree: a warning).",
    "An agent that fell silent in the middle of a task has stopped, or works where nobody can see it.",
    "Append what is true now, `doing`, `done` or `blocked`, and commit it together with the work.",
)
GAP = _rule(
    "gap",
    WARNING,
    "Two beats of a task lie too far apart while it is `doing`.",
    "In a silence nobody knew whether the agent worked, waited or had died.",
    "Let the writer beat every few minutes while a task is `doing`; say `blocked` before a pause.",
)
FUTURE = _rule(
    "future",
    ERROR,
    "A beat lies after the head commit, beyond the clock skew.",
    "A sign of life from the future was not written by a clock; it would keep a silent task fresh for as long as it likes.",
    "Beat with the time of the machine's clock in UTC, and commit after the last beat.",
)
OUT_OF_ORDER = _rule(
    "out-of-order",
    WARNING,
    "A beat is earlier than the one before it in the file.",
    "Beats are appended as they happen; another order shows that lines were written later or by hand.",
    "Append beats when they happen. What is committed stays as it is.",
)
NO_TERMINAL_BEAT = _rule(
    "no-terminal-beat",
    WARNING,
    "The change is ready for review, but a task of it is still `doing`.",
    "Work that is handed in is done, or it is blocked; a task that stays open will look dead tomorrow.",
    "Append a beat with the status `done` (or `blocked`), or make the pull request a draft.",
)
DOING_WITHOUT_HEARTBEAT = _rule(
    "doing-without-heartbeat",
    ERROR,
    "`tasks.todo.json` says that a task is `doing`, and its agent has no heartbeat of it.",
    "What is said to be going on shows a sign of life.",
    "Beat for the task, under the id that stands in the list; or give it the status that it has.",
)
REWRITTEN_HEARTBEAT = _rule(
    "rewritten-heartbeat",
    ERROR,
    "A line that stood at the merge base was changed, removed or moved.",
    "Heartbeats are append-only: a record that may be edited later is no record.",
    "Restore the file (`git checkout BASE -- PATH`) and append new lines at its end.",
)
DELETED_HEARTBEAT = _rule(
    "deleted-heartbeat",
    ERROR,
    "A heartbeat file of the base is gone, and no archive manifest of this change holds its digest.",
    "A record that vanishes cannot be audited.",
    "Restore the file (`git checkout BASE -- PATH`), or archive it with a manifest in the same change.",
)
LEGACY_FIELD = _rule(
    "legacy-field",
    NOTICE,
    "A beat uses an old name: `ts` for timestamp, `completed` for done.",
    "It is read as what it meant; one name for one thing keeps other readers right.",
    "Let the writer use `timestamp` and `done` from now on; lines that are committed stay as they are.",
)

RULES = (
    MISSING_SECTION,
    PLACEHOLDER,
    NO_HEARTBEAT_LISTED,
    FALSE_EXEMPTION,
    MALFORMED_PATH,
    MISSING_FILE,
    NOT_A_FILE,
    TOO_LARGE,
    EMPTY_FILE,
    INVALID_ENCODING,
    INVALID_JSON,
    SCHEMA,
    UNKNOWN_FIELD,
    UNLISTED_HEARTBEAT,
    STALE,
    GAP,
    FUTURE,
    OUT_OF_ORDER,
    NO_TERMINAL_BEAT,
    DOING_WITHOUT_HEARTBEAT,
    REWRITTEN_HEARTBEAT,
    DELETED_HEARTBEAT,
    LEGACY_FIELD,
)

FILES = FileRules(
    rules=by_name(RULES),
    title="Heartbeat",
    name="heartbeat",
    noun="a heartbeat file",
    plural="heartbeats",
    layout=heartbeat.LAYOUT,
    # A list of tasks beside the heartbeats may be listed with them.
    listable=Layout(
        tail=re.compile(rf"{heartbeat.LAYOUT.tail.pattern}|{tasks.LAYOUT.tail.pattern}"),
        glob="artifacts/*/*/*",
        resembling=heartbeat.LAYOUT.resembling,
    ),
)
TASK_FILES = FileRules(
    rules={**FILES.rules}
    | {
        name: replace(FILES.rules[name], fix=fix)
        for name, fix in {
            "malformed-path": "Write the path as `artifacts/<agent>/<YYYY-MM-DD>/tasks.todo.json`.",
            "empty-file": "Write the list (`agent-guards schema tasks`), or take the file out of the change.",
            "invalid-json": "Write the file as one JSON object (`agent-guards schema tasks`).",
            "schema": "Write the list as `agent-guards schema tasks` says: each task with its `id` and its `status`.",
        }.items()
    },
    title=FILES.title,
    name=FILES.name,
    noun="a list of tasks",
    plural="tasks",
    layout=tasks.LAYOUT,
    listable=FILES.listable,
)
