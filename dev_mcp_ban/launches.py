"""Judges a text by the places around it: an import, a launch, something for people, or none of these."""

import re
from collections.abc import Callable, Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from dev_mcp_ban import commands, vocabulary
from dev_mcp_ban.specs import Ban
from dev_mcp_ban.steps import Place, Step

Outcome = Literal["import", "type-import", "launch", "never", "unknown"]

_SENTENCE = re.compile(r"[.!?:,]$|(?: [a-z]+){4}")
_DEEPEST = 3
_MOST_USES = 40
_LONGEST_PROGRAM = 20
_MOST_FOLLOWED = 100
_IN_PACKAGES = frozenset({"package.json", "build", "dist", "bin", "lib", "src", "index.js"})
_NEVER = frozenset({"key", "compared", "attribute", "type", "text"})


class Finding(Struct, frozen=True, kw_only=True):
    """What a text does: the kind, the banned packages in question, and how to say it."""

    kind: Literal["import", "type-import", "launch"]
    packages: tuple[str, ...]
    how: str


class _State(Struct, frozen=True, kw_only=True):
    """What the places so far made of the text."""

    how: str = ""
    packages: tuple[str, ...] = ()
    argv: tuple[str | None, ...] | None = None
    index: int = 0
    entry: bool = False


class _Text:
    """A text and the banned packages in it, as each form of text names them."""

    def __init__(self, text: str, ban: Ban) -> None:
        self.text = text
        self.ban = ban
        stripped = text.strip()
        self.whole = commands.in_word(stripped, ban.spec)
        self.listed = commands.in_word(stripped, ban.listed)
        self.follows = _MOST_FOLLOWED
        self.path = commands.through_node_modules(stripped, ban) if " " not in stripped else None

    def started(self, argv: Sequence[str | None]) -> str | None:
        """The package that it names as a word of a command; of a container, the one that the image is named after."""
        if self.whole is None and commands.runs_image(argv):
            return commands.image(self.text.strip(), self.ban)
        return self.whole

    def line(self, *, launched: bool) -> tuple[str, ...]:
        """What it starts as a command line."""
        if launched or not _reads_on(self.text):
            return tuple(commands.in_line(self.text, self.ban, launched=launched))
        return ()

    def code(self) -> tuple[str, ...]:
        """What it imports as a program."""
        return tuple(commands.in_code(self.text, self.ban))


def _reads_on(text: str) -> bool:
    """Whether a text is more than one command line: several lines, or a sentence."""
    stripped = text.strip()
    return "\n" in stripped or len(stripped) > commands.LONGEST_LINE or _SENTENCE.search(stripped) is not None


def judge(text: str, place: Place, ban: Ban) -> Finding | None:
    """Judge one text of a file at its place."""
    return _concluded(_Text(text, ban), place, 0)


def _concluded(subject: _Text, place: Place, depth: int) -> Finding | None:
    outcome, state = _follow(subject, place, _State(), depth)
    if outcome in {"import", "type-import"}:
        package = state.packages or tuple(filter(None, (subject.whole or subject.path,)))
        return Finding(kind=outcome, packages=package, how=state.how) if package else None
    if outcome == "never":
        return None
    if outcome == "launch":
        return Finding(kind="launch", packages=state.packages, how=state.how)
    if subject.listed or subject.path:
        how = "named in full" if subject.listed else "a path into `node_modules`"
        return Finding(kind="launch", packages=tuple(filter(None, (subject.listed or subject.path,))), how=how)
    packages = subject.line(launched=False)
    return Finding(kind="launch", packages=packages, how="a command line") if packages else None


def _follow(subject: _Text, place: Place, state: _State, depth: int) -> tuple[Outcome, _State]:
    subject.follows -= 1
    for step in place.steps():
        if step.kind in {"import", "type-import"}:
            return ("import" if step.kind == "import" else "type-import"), replace(state, how=step.name)
        if step.kind == "module":
            package = subject.ban.module(subject.text)
            return ("import", replace(state, how=step.name, packages=(package,))) if package else ("never", state)
        if step.kind in _NEVER:
            return "never", state
        if step.kind == "named":
            return _by_uses(subject, place, step, state, depth)
        after = _HANDLERS[step.kind](subject, step, state)
        if after is None:
            return "never", state
        state = after
    return ("launch" if state.how else "unknown"), state


def _by_uses(subject: _Text, place: Place, step: Step, state: _State, depth: int) -> tuple[Outcome, _State]:
    """A variable gets the text: what its uses make of it."""
    outcomes: list[tuple[Outcome, _State]] = []
    if depth < _DEEPEST and subject.follows > 0:
        outcomes = [_used(subject, use, state, depth + 1) for use in place.uses()[:_MOST_USES]]
    for wanted in ("import", "launch", "type-import"):
        for outcome in outcomes:
            if outcome[0] == wanted:
                return outcome
    if (outcomes and all(outcome == "never" for outcome, _ in outcomes)) or (
        not state.how and vocabulary.labels(step.name, subject.text)
    ):
        return "never", state
    return ("launch" if state.how else "unknown"), state


def _used(subject: _Text, use: Place, state: _State, depth: int) -> tuple[Outcome, _State]:
    """One use of a variable; where it is a part of a longer text, that text is judged first."""
    text = use.text()
    if text is not None and text != subject.text and not state.how:
        longer = _Text(text, subject.ban)
        longer.follows = subject.follows
        finding = _concluded(longer, use, depth)
        subject.follows = longer.follows
        if finding is not None:
            return finding.kind, replace(state, how=finding.how, packages=finding.packages)
    return _follow(subject, use, state, depth)


def _launched(state: _State, how: str, *packages: str) -> _State:
    return state if state.how else replace(state, how=how, packages=packages)


def _element(subject: _Text, step: Step, state: _State) -> _State | None:
    if state.how:
        return state
    argv = step.texts
    if commands.looks_only(argv):
        return None
    state = replace(state, argv=argv, index=step.index)
    if subject.whole and _installed(step):
        return _launched(state, "a path into `node_modules`", subject.whole)
    if package := subject.started(argv):
        chosen = commands.package_at(argv)
        if step.index in chosen or (subject.listed and chosen):
            return _launched(state, "a command line in a list", package)
    elif commands.code_at(argv, step.index):
        if packages := subject.code():
            return _launched(state, f"program text for `{_shown(argv[0])}`", *packages)
        if packages := subject.line(launched=True):
            return _launched(state, "a command line for a shell", *packages)
    return state


def _shown(program: str | None) -> str:
    return commands.program_of(program) if program and len(program) < _LONGEST_PROGRAM else "-e"


def _value(subject: _Text, step: Step, state: _State) -> _State | None:
    state = replace(state, entry=True)
    if state.how:
        return state
    if state.argv is not None and commands.looks_only((*step.texts, *state.argv)):
        return None
    after = _argument_entry(subject, step, state) or _program_entry(subject, step, state)
    if after is not None:
        return after
    if vocabulary.labels(step.name, subject.text):
        return None
    return _package_entry(subject, step, state)


def _package_entry(subject: _Text, step: Step, state: _State) -> _State | None:
    """`package`: beside a command it is started, in a catalogue it is shown."""
    if not subject.whole or not vocabulary.names_package(step.name):
        return state
    if not vocabulary.LAUNCHED.isdisjoint(step.keys):
        return _launched(state, _CONFIGURED, subject.whole)
    return state if vocabulary.CATALOGUE.isdisjoint(step.keys) else None


_CONFIGURED = "an MCP server's configuration"


def _argument_entry(subject: _Text, step: Step, state: _State) -> _State | None:
    """`args` beside `command`."""
    if state.argv is None or not vocabulary.names_arguments(step.name):
        return None
    if vocabulary.LAUNCHED.isdisjoint(step.keys - {step.name}) and "type" not in step.keys:
        return None
    program = step.texts[0] if step.texts else None
    package = subject.started((program, *state.argv))
    if package and (subject.listed or _starts(program, state.argv, state.index)):
        return _launched(state, _CONFIGURED, package)
    return None


def _starts(program: str | None, argv: tuple[str | None, ...], index: int) -> bool:
    """Whether a word of a list is the package that a program starts."""
    return index + 1 in commands.package_at((program or "npx", *argv))


def _program_entry(subject: _Text, step: Step, state: _State) -> _State | None:
    """`command`: a program, or a whole command line."""
    if state.argv is not None or not vocabulary.names_program(step.name):
        return None
    if subject.whole:
        started = not vocabulary.STARTED.isdisjoint(step.keys)
        return _launched(state, _CONFIGURED, subject.whole) if started else None
    if commands.installs(subject.text) or _reads_on(subject.text):
        return None
    packages = subject.line(launched=True)
    return _launched(state, "a command line", *packages) if packages else None


def _argument(subject: _Text, step: Step, state: _State) -> _State | None:
    callee = step.name
    if vocabulary.logs(callee) or vocabulary.compares(callee):
        return None
    if state.how:
        return state
    if vocabulary.launches(callee):
        return _launch_call(subject, step, state)
    if vocabulary.shows(callee):
        return None
    if vocabulary.joins(callee):
        return _joined(subject, step, state)
    return None if vocabulary.keyed(callee) and step.index == 0 and not state.entry else state


def _launch_call(subject: _Text, step: Step, state: _State) -> _State | None:
    how = f"`{step.name}(…)`"
    if commands.looks_only(step.texts):
        return None
    if package := subject.started(step.texts):
        program = step.index == 0 and state.argv is None
        at = step.index + (state.index if state.argv is not None else 0)
        return _launched(state, how, package) if subject.listed or program or at in _chosen(step.texts) else state
    if state.argv is None and (packages := subject.line(launched=True)):
        return _launched(state, how, *packages)
    return state


def _chosen(argv: tuple[str | None, ...]) -> set[int]:
    if argv and argv[0] is None:
        return commands.package_at(("npx", *argv[1:]))
    return commands.package_at(argv)


def _joined(subject: _Text, step: Step, state: _State) -> _State | None:
    """A part of a path: a package behind `node_modules`, or before what stands in packages."""
    if subject.whole and _installed(step):
        return _launched(state, "a path into `node_modules`", subject.whole)
    before, after = step.texts[: step.index], step.texts[step.index + 1 :]
    if subject.listed and before and before[-1] is None and after and after[0] in _IN_PACKAGES:
        return _launched(state, "a path into a package", subject.listed)
    lone = len(step.texts) == 1 and "@" in subject.text[1:]
    return state if subject.path or state.entry or lone else None


def _installed(step: Step) -> bool:
    """Whether the part before it is the folder of installed packages."""
    before = [text for text in step.texts[: step.index] if text]
    return bool(before) and before[-1].rstrip("/\\").endswith("node_modules")


def _receiver(_: _Text, step: Step, state: _State) -> _State | None:
    looked_at = vocabulary.compares(step.name) and not state.entry and not state.how
    return None if looked_at else state


_HANDLERS: dict[str, Callable[[_Text, Step, _State], _State | None]] = {
    "element": _element,
    "value": _value,
    "argument": _argument,
    "receiver": _receiver,
}
