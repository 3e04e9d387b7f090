"""Judges a text as one of a list, or as what a call gets: a word of a command, an argument, a piece of a path."""

from msgspec.structs import replace

from dev_mcp_ban import callees, commands, documents, runners, vocabulary
from dev_mcp_ban.steps import Step
from dev_mcp_ban.subject import INSTALLED, State, Text

_LONGEST_PROGRAM = 20
_IN_PACKAGES = frozenset({"package.json", "build", "dist", "bin", "lib", "src", "index.js"})
_PROGRAMS = (".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".py", ".cmd", ".sh", ".exe")


def element(subject: Text, step: Step, state: State) -> State | None:
    """What a list makes of a text; nothing when it does nothing with it."""
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


def argument(subject: Text, step: Step, state: State) -> State | None:
    """What a call makes of a text that it gets."""
    callee = step.name
    if callees.finds(callee):
        # What comes back is a path: whatever has it, it is no label.
        return replace(state, machine=True)
    logged, visited = callees.logs(callee), state.how == INSTALLED and callees.visits(callee)
    if logged or visited or callees.compares(callee):
        # What is started may be looked at; what a call made of it was given to that call first, but for one that made a path.
        made = state.called and (state.named or not (logged or state.how == INSTALLED))
        return state if state.how and made and not visited else None
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
        return (
            state.launched(how, package) if subject.listed or at == 0 or at in runners.likely_at(step.texts) else state
        )
    if _at(step, state) == 0 and (package := subject.program()):
        return state.launched(how, package)
    if state.argv is None and (packages := subject.line(launched=True)):
        return state.launched(how, *packages)
    return state


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


def receiver(_: Text, step: Step, state: State) -> State | None:
    """What a method makes of the text, or list, that it belongs to."""
    looked_at = callees.compares(step.name) and not state.entry and not state.how
    return None if looked_at else state
