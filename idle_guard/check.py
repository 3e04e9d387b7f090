"""Judge what was gathered. Pure: the same inputs give the same findings, today and in a year."""

from collections.abc import Iterator
from datetime import timedelta

from agent_guards.beats import Beat, Life, Silence, State, silences, state
from agent_guards.durations import spell
from agent_guards.escape import quote, quote_all
from agent_guards.finding import Finding, Severity
from agent_guards.listed import (
    deleted_files,
    listed_files,
    missing_section,
    nothing_listed,
    problems,
    touched_file,
    unlisted,
)
from agent_guards.repository import Kind
from agent_guards.times import show
from idle_guard import heartbeat, rules, tasks
from idle_guard.inputs import Inputs
from idle_guard.lines import judge
from idle_guard.tasks import TaskFile
from idle_guard.trouble import Trouble, find_trouble


def check(inputs: Inputs) -> Iterator[Finding]:
    """Judge the description, then the files by themselves, then every task of every agent."""
    if inputs.description.told:
        yield from _section(inputs)
    yield from listed_files(rules.FILES, inputs.description, inputs.beats + inputs.tasks, inputs.deleted)
    yield from _files(inputs)
    yield from deleted_files(rules.FILES, inputs.deleted, inputs.base)
    trouble = find_trouble(inputs.beats, inputs.deleted)
    for life in inputs.lives.values():
        yield from _life(inputs, life, trouble)
    for file in (*(one.file for one in inputs.tasks if one.file), *inputs.beside):
        yield from _doing(inputs, file, trouble)


def _section(inputs: Inputs) -> Iterator[Finding]:
    """Judge what the description says, and what it leaves out."""
    description, paths = inputs.description, [one.path for one in inputs.beats]
    wanted = inputs.require_section == "always" or (inputs.require_section == "auto" and inputs.long)
    if description.section is None:
        if wanted and not inputs.exempt_author:
            yield missing_section(rules.FILES, description, _subject(inputs), paths)
        return
    if inputs.claim and inputs.span and inputs.false_claim:
        yield rules.FALSE_EXEMPTION.at(
            f"Line {inputs.claim.line} of the description claims {quote(inputs.claim.text)}, "
            f"but the work went on {inputs.span.words}."
        )
    if any(not tasks.LAYOUT.locate(listed.path) for listed in description.paths):
        yield from unlisted(rules.FILES, description, inputs.beats)
    elif wanted and not inputs.claim and not inputs.exempt_author:
        yield nothing_listed(rules.FILES, description, paths)
    if wanted and not inputs.claim and not inputs.exempt_author:
        yield from _only_old(inputs)


def _subject(inputs: Inputs) -> str:
    """Begin a sentence about the description."""
    if inputs.span and inputs.long:
        return f"The work took longer than {spell(inputs.long_limit)} ({inputs.span.words}), but the"
    return "The"


def _only_old(inputs: Inputs) -> Iterator[Finding]:
    """Tell of a section that lists heartbeats, but only such as were there before the work began."""
    listed = [one for one in inputs.description.paths if heartbeat.LAYOUT.locate(one.path)]
    added = {one.path for one in inputs.beats}
    if listed and all(one.entry and one.entry.kind is Kind.FILE and one.path not in added for one in listed):
        said = quote_all([one.path for one in listed])
        yield rules.NO_HEARTBEAT_LISTED.at(
            f"Line {listed[0].claim.line} of the description lists {said}, but this change adds no beat there: "
            "it tells of earlier work."
        )


def _files(inputs: Inputs) -> Iterator[Finding]:
    """Judge what the change did to heartbeats and lists of tasks, listed or not."""
    listed = {listed.path for listed in inputs.description.listed}
    for one in inputs.beats:
        yield from touched_file(rules.FILES, one, listed, inputs.base)
        if one.file:
            yield from judge(one.file, inputs.latest, inputs.head, ordered=not one.rewritten, merged=inputs.merged)
    for other in inputs.tasks:
        yield from touched_file(rules.TASK_FILES, other, listed, inputs.base)
        if other.file:
            yield from problems(rules.TASK_FILES, other.file)


def _life(inputs: Inputs, life: Life, trouble: Trouble) -> Iterator[Finding]:
    """Judge one task of one agent by its beats."""
    last = life.last
    if last is None:
        return
    if inputs.watches(life) and not trouble.after(last):
        found = state(last, inputs.at, inputs.stale_limit)
        if found is State.STALE:
            yield _stale(inputs, life.task, last)
        elif inputs.ready and last.status == "doing":
            yield rules.NO_TERMINAL_BEAT.at(
                f"The change is ready for review, but the task {quote(life.task)} is still `doing` "
                f"in its last beat, {quote(show(last.moment))}.",
                last.path,
                last.line,
                1,
            )
    gaps = [gap for gap in silences(life, inputs.stale_limit) if trouble.is_new(gap.after) and not trouble.within(gap)]
    if gaps:
        yield _gap(inputs, life.task, gaps)


def _stale(inputs: Inputs, task: str, last: Beat) -> Finding:
    return rules.STALE.at(
        f"The task {quote(task)} is `doing`, but its last beat, {quote(show(last.moment))}, lies "
        f"{_long(inputs.at - last.moment, inputs.stale_limit)} before {inputs.head} ({quote(show(inputs.at))}); "
        f"the limit is {spell(inputs.stale_limit)}.",
        last.path,
        last.line,
        1,
        severity=Severity.WARNING if inputs.whole else None,
    )


def _gap(inputs: Inputs, task: str, gaps: list[Silence]) -> Finding:
    longest = max(gaps, key=lambda gap: gap.length)
    before, after = longest
    since = f"line {before.line}" if before.path == after.path else f"line {before.line} of {quote(before.path)}"
    many = f" It is the longest of {len(gaps)} such silences." if len(gaps) > 1 else ""
    return rules.GAP.at(
        f"The task {quote(task)} was `doing` and silent for {_long(longest.length, inputs.stale_limit)}, "
        f"from {quote(show(before.moment))} ({since}) to {quote(show(after.moment))}; "
        f"the limit is {spell(inputs.stale_limit)}.{many}",
        after.path,
        after.line,
        1,
    )


def _doing(inputs: Inputs, file: TaskFile, trouble: Trouble) -> Iterator[Finding]:
    """Hold what a list of tasks says against the beats of its agent."""
    agent = file.place.agent if file.place else ""
    for task, (line, column) in file.positions.items():
        life = inputs.lives.get((agent, task.id))
        if life is None or trouble.hides(agent):
            continue
        if life.last is None:
            yield rules.DOING_WITHOUT_HEARTBEAT.at(
                f"The task {quote(task.id)} is `doing`, but {quote(agent)} has no heartbeat of it.",
                file.path,
                line,
                column,
                severity=Severity.WARNING if inputs.whole else None,
            )
        elif life.last.status != "doing" and inputs.watches(life) and inputs.at - life.last.moment > inputs.stale_limit:
            yield _outdated(inputs, file.path, (line, column), life.last, task.id)


def _outdated(inputs: Inputs, path: str, position: tuple[int, int], last: Beat, task: str) -> Finding:
    """The list says `doing`, and the last beat, long ago, says something else."""
    return rules.STALE.at(
        f"The task {quote(task)} is `doing` here, but its last beat says `{last.status}` and lies "
        f"{_long(inputs.at - last.moment, inputs.stale_limit)} before {inputs.head} "
        f"(line {last.line} of {quote(last.path)}); the limit is {spell(inputs.stale_limit)}.",
        path,
        *position,
        fix="Give the task the status that it has, or beat for it while it is `doing`.",
        severity=Severity.WARNING if inputs.whole else None,
    )


def _long(length: timedelta, limit: timedelta) -> str:
    """Say a length that is above the limit, and be it by a moment."""
    return f"a moment more than {spell(limit)}" if spell(length) == spell(limit) else spell(length)
