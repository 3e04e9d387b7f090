"""Judges a text by the places around it: an import, a launch, something for people, or none of these."""

import re
from collections.abc import Callable
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from dev_mcp_ban import callees, commands, given, vocabulary
from dev_mcp_ban.entries import CONFIGURED, value
from dev_mcp_ban.specs import Ban
from dev_mcp_ban.steps import CONDITION, HOLE, Place, Step
from dev_mcp_ban.subject import INSTALLED, State, Text

Outcome = Literal["import", "type-import", "launch", "never", "unknown"]

_DEEPEST = 4
_MOST_USES = 40
# A hole that is the value of an option.
_OPTION = re.compile(rf"(?:^|\s)-[^\s=]*={HOLE}")
_NEVER = frozenset({"key", "compared", "attribute", "type", "text"})


class Finding(Struct, frozen=True, kw_only=True):
    """What a text does: the kind, the banned packages in question, and how to say it."""

    kind: Literal["import", "type-import", "launch"]
    packages: tuple[str, ...]
    how: str


def judge(text: str, place: Place, ban: Ban) -> Finding | None:
    """Judge one text of a file at its place."""
    return _concluded(Text(text, ban), place, 0)


def _concluded(subject: Text, place: Place, depth: int) -> Finding | None:
    name = commands.sought(subject.text, subject.ban) if " " in subject.text else None
    outcome, state = _follow(Text(name, subject.ban) if name else subject, place, State(sought=name is not None), depth)
    if outcome in {"import", "type-import"}:
        package = state.packages or tuple(filter(None, (subject.whole or subject.path,)))
        return Finding(kind=outcome, packages=package, how=state.how) if package else None
    if outcome == "never":
        return None
    if outcome == "launch":
        return Finding(kind="launch", packages=state.packages, how=state.how)
    if subject.listed or subject.path:
        how = "named in full" if subject.listed else INSTALLED
        return Finding(kind="launch", packages=tuple(filter(None, (subject.listed or subject.path,))), how=how)
    if packages := subject.line(launched=False):
        return Finding(kind="launch", packages=packages, how="a command line")
    packages = subject.settings()
    return Finding(kind="launch", packages=packages, how=CONFIGURED) if packages else None


def _follow(subject: Text, place: Place, state: State, depth: int) -> tuple[Outcome, State]:
    subject.follows -= 1
    step = Step(kind="text")
    for step in place.steps():
        if step.kind in {"import", "type-import"}:
            return ("import" if step.kind == "import" else "type-import"), replace(state, how=step.name)
        if step.kind == "module":
            package = subject.ban.module(subject.text)
            return ("import", replace(state, how=step.name, packages=(package,))) if package else ("never", state)
        if step.name == CONDITION and step.kind == "compared" and state.called:
            # What a call made of it is asked for: the call was made.
            continue
        if step.kind in _NEVER:
            return "never", state
        if step.kind == "returned":
            return ("never" if _is_label(subject, step, state) else _outcome(state)), state
        if step.kind == "named":
            return _by_uses(subject, place, step, state, depth)
        after = _HANDLERS[step.kind](subject, step, state)
        if after is None:
            return _by_reads(subject, place, step, state, depth)
        state = _by_parameter(subject, place, step, after, depth)
        if state.how and step.kind == "argument" and callees.runs(step.name):
            break
    sought = step.kind == "argument" and callees.finds(step.name)
    return "never" if sought else _outcome(state), state


def _may_follow(subject: Text, depth: int) -> bool:
    """Whether it is looked further: a file may lead from one thing to the next without an end."""
    return depth < _DEEPEST and subject.follows > 0


def _outcome(state: State) -> Outcome:
    if state.how:
        return "launch"
    return "never" if state.part or state.sought else "unknown"


def _is_label(subject: Text, step: Step, state: State) -> bool:
    """Whether the variable or function of this name is for people; one that only says it is a text may hold settings."""
    return not state.how and subject.labelled(step.name, state) and not subject.is_settings_called(step.name)


def _by_reads(subject: Text, place: Place, step: Step, state: State, depth: int) -> tuple[Outcome, State]:
    """The package of a row that is shown: it is started where the file starts what it reads under that key."""
    packaged = step.kind == "value" and subject.whole and vocabulary.names_package(step.name)
    if packaged and _may_follow(subject, depth):
        for read in place.reads(step.name)[:_MOST_USES]:
            outcome, after = _follow(subject, read, State(), depth + 1)
            if outcome == "launch":
                return outcome, after
    return "never", state


def _by_uses(subject: Text, place: Place, step: Step, state: State, depth: int) -> tuple[Outcome, State]:
    """A variable gets the text: what its uses make of it."""
    outcomes: list[tuple[Outcome, State]] = []
    if _may_follow(subject, depth):
        outcomes = [_used(subject, use, state, depth + 1) for use in place.uses()[:_MOST_USES]]
        outcomes += [("never", state)] if place.shown() else []
    for wanted in ("import", "launch", "type-import"):
        for outcome in outcomes:
            if outcome[0] == wanted:
                return outcome
    shown = (
        (not state.called or state.how == INSTALLED)
        and bool(outcomes)
        and all(outcome == "never" for outcome, _ in outcomes)
    )
    # What a file only looks at, and hands on as something to start, is started elsewhere.
    shown = shown and not (state.how and place.exported())
    if shown or _is_label(subject, step, state):
        return "never", state
    return _outcome(state), state


def _by_parameter(subject: Text, place: Place, step: Step, state: State, depth: int) -> State:
    """A text that says nothing by itself, given to a function of the file: what that one starts with it."""
    lone = step.kind == "argument" and not state.how and not state.entry and state.argv is None
    if not lone or subject.listed or not _may_follow(subject, depth):
        return state
    for use in place.handed(step.name)[:_MOST_USES]:
        outcome, after = _used(subject, use, state, depth + 1)
        if outcome == "launch":
            return replace(after, called=True)
    return state


def _used(subject: Text, use: Place, state: State, depth: int) -> tuple[Outcome, State]:
    """One use of a variable; where it is a part of a longer text, that text says whether it is started."""
    state = replace(state, named=True)
    text = use.text()
    if state.part and text and _OPTION.search(text):
        return "never", state
    if text is not None and text.count(HOLE) == 1 and subject.text not in text:
        text = text.replace(HOLE, subject.text)
    # A variable that begins empty gets the text later.
    if not text or text == subject.text or state.how:
        return _follow(subject, use, state, depth)
    longer = Text(text, subject.ban)
    longer.follows = subject.follows
    finding = _concluded(longer, use, depth)
    subject.follows = longer.follows
    if finding is not None:
        return finding.kind, replace(state, how=finding.how, packages=finding.packages)
    outcome, after = _follow(subject, use, state, depth)
    return ("unknown", state) if outcome == "launch" and HOLE not in text else (outcome, after)


_HANDLERS: dict[str, Callable[[Text, Step, State], State | None]] = {
    "element": given.element,
    "value": value,
    "argument": given.argument,
    "receiver": given.receiver,
}
