"""Judges a text as the value of an entry: a program, its arguments, a package, or something for people."""

from msgspec.structs import replace

from dev_mcp_ban import commands, runners, vocabulary
from dev_mcp_ban.steps import Step
from dev_mcp_ban.subject import State, Text

CONFIGURED = "an MCP server's configuration"


def value(subject: Text, step: Step, state: State) -> State | None:
    """What the entry of an object or a named argument makes of a text; nothing when it does nothing with it."""
    inside = state.entry
    state = replace(state, entry=True, default=step.name == "default")
    if state.how:
        return state
    if inside and vocabulary.tells_version(step.name):
        return None
    if state.argv is not None and commands.looks_only((*step.texts, *state.argv)):
        return None
    after = _argument_entry(subject, step, state) or _program_entry(subject, step, state)
    if after is not None:
        return after
    if subject.labelled(step.name, state) and not (subject.listed and _is_registered(step)):
        return state if _is_file(subject, step) else None
    machine = state.machine or vocabulary.says(step.name)
    if not machine and state.argv is None and _is_row(subject, step):
        return None
    return _package_entry(subject, step, replace(state, machine=machine))


def _is_registered(step: Step) -> bool:
    """Whether it is what a registry knows a package by: `{ registryType: 'npm', identifier: '@a/b' }`."""
    return step.name in {"identifier", "name"} and vocabulary.registered(step.keys)


def _is_file(subject: Text, step: Step) -> bool:
    """Whether it is settings that a program writes into a file: `{ path: '.mcp.json', content: '…' }`."""
    return vocabulary.names_file(step.keys) and subject.is_settings_called(step.name)


def _is_row(subject: Text, step: Step) -> bool:
    """Whether a bare name stands among texts for people: it names a row of what is shown."""
    return not vocabulary.SHOWN.isdisjoint(step.keys) and not {"@", "/", " "} & set(subject.text)


def _package_entry(subject: Text, step: Step, state: State) -> State | None:
    """`package`: beside a command it is started, in a catalogue it is shown."""
    if not subject.whole or not vocabulary.names_package(step.name):
        return state
    beside = step.keys - {step.name.lower()}
    started = any(vocabulary.starts(key) or key in vocabulary.STARTED for key in beside)
    # A name that only its words make banned needs a start around it, not in an object beside it.
    started = started or (subject.listed is not None and step.starts)
    if started or vocabulary.names_runner(step.name):
        return state.launched(CONFIGURED, subject.whole)
    return None if vocabulary.catalogued(step.keys) else state


def _argument_entry(subject: Text, step: Step, state: State) -> State | None:
    """`args` beside `command`: a list, or one text."""
    if not vocabulary.names_arguments(step.name):
        return None
    if vocabulary.LAUNCHED.isdisjoint(step.keys - {step.name}) and "type" not in step.keys:
        return None
    program = step.texts[0] if step.texts else None
    if state.argv is None:
        return _argument_text(subject, program, state)
    if state.part and not commands.runs_path((program, *state.argv), state.index + 1):
        return None
    package = subject.started((program, *state.argv))
    if package and (subject.listed or _starts(program, state.argv, state.index)):
        return state.launched(CONFIGURED, package)
    return None


def _argument_text(subject: Text, program: str | None, state: State) -> State | None:
    """All arguments in one text: `args: '-y a-package'`."""
    if " " not in subject.text or subject.text[:1] in {"[", "{"}:
        return None
    packages = commands.in_line(f"{program or 'npx'} {subject.text}", subject.ban, launched=True)
    return state.launched(CONFIGURED, *packages) if packages else None


def _starts(program: str | None, argv: tuple[str | None, ...], index: int) -> bool:
    """Whether a word of a list is the package that a program starts."""
    return index + 1 in runners.likely_at((program, *argv))


def _program_entry(subject: Text, step: Step, state: State) -> State | None:
    """`command`: a program, or a whole command line."""
    if state.argv is not None or not vocabulary.names_program(step.name):
        return None
    if subject.whole:
        started = not vocabulary.STARTED.isdisjoint(step.keys)
        return state.launched(CONFIGURED, subject.whole) if started else None
    if package := subject.program():
        return state.launched(CONFIGURED, package)
    if commands.installs(subject.text) or subject.reads_on():
        return None
    packages = subject.line(launched=True)
    return state.launched("a command line", *packages) if packages else None
