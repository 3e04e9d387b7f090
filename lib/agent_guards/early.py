"""Starts the searches of a whole tree before anything else is imported: git then works while Python gets ready.

What is started here is used only where the very same command line, under the very same environment, is wanted later.
"""

import sys
from collections.abc import Mapping, Sequence
from importlib import import_module

from agent_guards import running
from agent_guards.entry_points import entry_points
from agent_guards.errors import GuardError
from agent_guards.git_grep import meanwhile, perl
from agent_guards.git_line import environment, find_git, line, needed

_started: list[tuple[list[str | bytes], dict[str, str], running.Running]] = []


def begin(words: Sequence[str], environ: Mapping[str, str]) -> None:
    """Start what the guards want looked for in a whole tree, where the command line alone says that they are to judge one."""
    if "check" not in words[:1] or "--all" not in words or not running.SPAWNS:
        return
    named = {name for name, _ in entry_points("agent_guards.guards", sys.path)}.intersection(words)
    variables = environment(needed(environ))
    trust, folder = environ.get("GITHUB_ACTIONS") == "true", _folder(words)
    for guard, target in dict(entry_points("agent_guards.early", sys.path)).items():
        if named and guard not in named:
            continue
        module, _, attribute = target.partition(":")
        texts, globs = getattr(import_module(module), attribute)
        try:
            whole = line(find_git(variables), folder, meanwhile(folder, perl(texts), globs), trust=trust)
        except GuardError:
            return  # said where git is needed
        _started.append((whole, variables, running.Running(whole, variables)))


def start(whole: list[str | bytes], environ: Mapping[str, str]) -> running.Running:
    """Start a command, or take the one that was started early."""
    for index, (line_, variables, early) in enumerate(_started):
        if line_ == whole and variables == environ:
            del _started[index]
            return early
    return running.Running(whole, environ)


def end() -> None:
    """End what nobody wanted."""
    while _started:
        _started.pop()[2].stop()


def _folder(words: Sequence[str]) -> str:
    for word, following in zip(words, (*words[1:], ""), strict=True):
        if word == "--repo":
            return following
        if word.startswith("--repo="):
            return word.removeprefix("--repo=")
    return "."
