"""Judges a text by the places around it: an import, a launch, something for people, or none of these."""

import re
from collections.abc import Callable
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from dev_mcp_ban import callees, commands, documents, runners, vocabulary
from dev_mcp_ban.entries import CONFIGURED, value
from dev_mcp_ban.specs import Ban
from dev_mcp_ban.steps import CONDITION, HOLE, Place, Step
from dev_mcp_ban.subject import INSTALLED, State, Text

Outcome = Literal["import", "type-import", "launch", "never", "unknown"]

_DEEPEST = 4
_MOST_USES = 40
_LONGEST_PROGRAM = 20
_IN_PACKAGES = frozenset({"package.json", "build", "dist", "bin", "lib", "src", "index.js"})
_PROGRAMS = (".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".py", ".cmd", ".sh", ".exe")
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
    if state.how or not subject.labelled(step.name, state):
        return False
    return not (vocabulary.says_text(step.name) and subject.settings())


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
    for wanted in ("import", "launch", "type-import"):
        for outcome in outcomes:
            if outcome[0] == wanted:
                return outcome
    shown = not state.called and bool(outcomes) and all(outcome == "never" for outcome, _ in outcomes)
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


def _element(subject: Text, step: Step, state: State) -> State | None:
    if state.how:
        return state
    argv = step.texts
    if commands.finds(argv):
        return replace(state, sought=True)
    if commands.looks_only(argv) or _names_option(subject, step) or any(map(documents.fences, filter(None, argv))):
        return None
    state = replace(state, argv=argv, index=step.index)
    if inside := subject.installed(step):
        return state.launched(INSTALLED, inside)
    if package := subject.started(argv):
        chosen = runners.package_at(argv)
        if step.index in chosen or (subject.listed and chosen):
            return state.launched("a command line in a list", package)
    elif commands.code_at(argv, step.index):
        if packages := subject.code():
            return state.launched(f"program text for `{_shown(argv[0])}`", *packages)
        before = argv[: step.index]
        how = "a command line for a shell" if before[-1] == commands.SHELL_FLAG else "program text"
        return state.launched(how, *packages) if (packages := subject.told(before)) else state
    return state


def _names_option(subject: Text, step: Step) -> bool:
    """Whether it is the value of an option that takes a name, `--adapter`, and no path to what is installed."""
    before = step.texts[step.index - 1] if 0 < step.index <= len(step.texts) else None
    return before is not None and before.startswith("--") and vocabulary.takes_name(before) and not subject.path


def _shown(program: str | None) -> str:
    return runners.program_of(program) if program and len(program) < _LONGEST_PROGRAM else "-e"


def _argument(subject: Text, step: Step, state: State) -> State | None:
    callee = step.name
    if callees.finds(callee):
        # What comes back is a path: whatever has it, it is no label.
        return replace(state, machine=True)
    if (logged := callees.logs(callee)) or callees.compares(callee):
        # What is started may be looked at; what a call made of it was given to that call first, but for one that made a path.
        made = state.called and (state.named or not (logged or state.how == INSTALLED))
        return state if state.how and made else None
    kept = bool(state.how) and callees.stores(callee)
    state = replace(state, called=state.called or kept or not callees.holds(callee))
    if state.how:
        return state
    if callees.launches(callee):
        return _launch_call(subject, step, state)
    if callees.shows(callee, subject.text) and not _is_default(subject, step, state):
        return None
    if callees.joins(callee):
        return _joined(subject, step, state)
    if callees.keyed(callee, subject.text) and step.index == 0 and not state.entry:
        return None
    return _spelled(subject, step, state)


def _is_default(subject: Text, step: Step, state: State) -> bool:
    """Whether it is the default of an option: under its key, or behind the option's flags and text."""
    named = any(text and text.startswith("-") and vocabulary.takes_name(text.split()[0]) for text in step.texts)
    behind = state.default or (not state.entry and step.index > 1)
    return behind and callees.declares_option(step.name) and not (named and not {"@", "/"} & set(subject.text))


def _spelled(subject: Text, step: Step, state: State) -> State:
    """The arguments of any call that spell a command: `server('chrome', 'npx', '-y', …)`."""
    package = subject.started(step.texts)
    if package and _at(step, state) in runners.package_at(step.texts):
        return state.launched(f"`{step.name}(…)`", package)
    return state


def _at(step: Step, state: State) -> int:
    """Which of the words of a call's arguments a text is, lists among them taken apart."""
    return step.index + (state.index if state.argv is not None else 0)


def _launch_call(subject: Text, step: Step, state: State) -> State | None:
    how = f"`{step.name}(…)`"
    if commands.finds(step.texts) or (state.sought and not state.named):
        return replace(state, sought=True, argv=None, index=0)
    if commands.looks_only(step.texts):
        return None
    if state.part and (state.entry or not commands.runs_path(step.texts, _at(step, state))):
        return None
    package = subject.started(step.texts)
    if package:
        at = _at(step, state)
        return state.launched(how, package) if subject.listed or at == 0 or at in _chosen(step.texts) else state
    if _at(step, state) == 0 and (package := subject.program()):
        return state.launched(how, package)
    if state.argv is None and (packages := subject.line(launched=True)):
        return state.launched(how, *packages)
    return state


def _chosen(argv: tuple[str | None, ...]) -> set[int]:
    return runners.package_at(runners.guessed(argv))


def _joined(subject: Text, step: Step, state: State) -> State | None:
    """A part of a path: a package behind `node_modules`, or before what stands in packages."""
    if inside := subject.installed(step):
        return state.launched(INSTALLED, inside)
    before, after = step.texts[: step.index], step.texts[step.index + 1 :]
    if subject.listed and before and before[-1] is None and after and after[0] in _IN_PACKAGES:
        return state.launched("a path into a package", subject.listed)
    lone = len(step.texts) == 1 and "@" in subject.text[1:]
    if "/" in subject.text[1:] and len(step.texts) == 1 and callees.resolves(step.name):
        return state
    if subject.path or state.entry or lone:
        return state
    return replace(state, part=True) if subject.listed and not _is_data(before, after) else None


def _is_data(before: tuple[str | None, ...], after: tuple[str | None, ...]) -> bool:
    """Whether a path leads to no program: into a hidden folder, or to a file of another kind."""
    hidden = any(part and part[:1] == "." and part[1:2].isalnum() and part != ".bin" for part in before)
    last = after[-1] if after else None
    return hidden or (last is not None and "." in last and not last.endswith(_PROGRAMS))


def _receiver(_: Text, step: Step, state: State) -> State | None:
    looked_at = callees.compares(step.name) and not state.entry and not state.how
    return None if looked_at else state


_HANDLERS: dict[str, Callable[[Text, Step, State], State | None]] = {
    "element": _element,
    "value": value,
    "argument": _argument,
    "receiver": _receiver,
}
