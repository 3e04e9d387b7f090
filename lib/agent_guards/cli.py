"""The command line: reads arguments, starts one command, and turns what went wrong into an exit status."""

import argparse
import gc
import os
import sys
from collections.abc import Callable, Sequence
from errno import ENOSPC
from types import ModuleType
from typing import cast

from agent_guards import __version__
from agent_guards.cli_agent import AGENT_COMMANDS
from agent_guards.cli_parser import Parser
from agent_guards.cli_record import parse
from agent_guards.env import RunEnv
from agent_guards.errors import GuardError

FORMATS = ("text", "json", "markdown", "sarif", "github")
INTERRUPTED = 130
BROKEN = 3

Command = Callable[[argparse.Namespace, RunEnv], int]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status of spec/cli.md."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    words = list(sys.argv[1:] if argv is None else argv)
    arguments = parse(_parser(words), words)
    try:
        return _run(arguments)
    except GuardError as error:
        _tell(error.message, error.hint)
        return error.status
    except BrokenPipeError:
        # Whoever reads our output has seen enough. Python would complain of it once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:
        if error.errno != ENOSPC:
            _report_bug(error)
        else:
            _tell("no space is left where the output goes; it is not whole.", "Make room there, then run again.")
        return BROKEN
    except Exception as error:  # noqa: BLE001
        _report_bug(error)
        return BROKEN


def _run(arguments: argparse.Namespace) -> int:
    command = _imported(arguments.command)
    status = command(arguments, RunEnv.from_environ(os.environ))
    if sys.stdout:
        sys.stdout.flush()
    return status


def _imported(find: Callable[[], Command]) -> Command:
    """Import the command that was asked for.

    msgspec would bring typing_extensions along wherever that is there for others (PyGithub): a seventh of a whole run,
    for what Python itself has had since 3.11.
    """
    known = "typing_extensions" in sys.modules
    if not known:
        sys.modules["typing_extensions"] = cast("ModuleType", None)
    try:
        return find()
    finally:
        if not known:
            del sys.modules["typing_extensions"]
        if not gc.isenabled():
            gc.freeze()
            gc.enable()


def _tell(message: str, hint: str) -> None:
    """Say what is wrong, and what mends it."""
    _say(f"agent-guards: {message}")
    if hint:
        _say(f"  {hint}")


def _say(text: str) -> None:
    """Write to stderr, which the runner reads as closely as stdout: no line may be a command of its."""
    from agent_guards.render.annotations import log_line

    for line in text.split("\n"):
        print(log_line(line), file=sys.stderr)


def _report_bug(error: Exception) -> None:
    """Print a report that can be pasted into an issue. It holds no environment, hence no token."""
    import platform
    import traceback

    from agent_guards.render.annotations import log_line

    print(
        "agent-guards: this is a bug of ours; nothing was judged. Please report it with the lines below.",
        file=sys.stderr,
    )
    print("```", file=sys.stderr)
    print(f"agent-guards {__version__}, Python {platform.python_version()}, {platform.platform()}", file=sys.stderr)
    for line in "".join(traceback.format_exception(error)).splitlines():
        print(log_line(line), file=sys.stderr)
    print("```", file=sys.stderr)


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    """Make the parser. Of all commands only the one that is asked for gets its options: they cost more than its work may."""
    parser = Parser(
        prog="agent-guards", description="Merge-blocking checks for repositories where AI agents write the code."
    )
    parser.add_argument("--version", action="version", version=f"agent-guards {__version__}")
    # With the name given argparse lays out no help text to find out how we are called.
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND", prog="agent-guards")
    for name, (summary, add_options) in _COMMANDS.items():
        command = commands.add_parser(name, help=summary)
        if name in words[:1]:
            add_options(command)
    return parser


def _add_check(check: argparse.ArgumentParser) -> None:
    check.add_argument("guards", nargs="*", metavar="GUARD", help="which guards (all)")
    check.add_argument("--repo", default=".", metavar="DIR", help="the repository (this folder)")
    check.add_argument("--base", metavar="REV", help="what to compare with (merge base with the default branch)")
    check.add_argument("--head", default="HEAD", metavar="REV", help="what to judge (HEAD)")
    check.add_argument("--worktree", action="store_true", help="judge the uncommitted tree; your index is not touched")
    check.add_argument("--all", action="store_true", help="judge the whole tree, not a change")
    check.add_argument("--body-file", metavar="FILE", help="the PR description (- for standard input)")
    check.add_argument("--author", metavar="LOGIN", help="who opened the pull request")
    check.add_argument("--event", metavar="FILE", help="replay a GitHub event payload")
    check.add_argument("--mode", choices=("enforce", "warn", "observe"), help="overrides the policy's mode")
    _add_judging(check)
    check.set_defaults(command=_check)


def _add_validate(validate: argparse.ArgumentParser) -> None:
    validate.add_argument("files", nargs="*", metavar="FILE")
    validate.add_argument("--repo", default=".", metavar="DIR", help="the repository (this folder)")
    validate.add_argument("--all", action="store_true", help="every such file of the working tree")
    validate.add_argument("--kind", metavar="KIND", help="evidence, heartbeat or tasks, where the path does not tell")
    _add_judging(validate)
    validate.set_defaults(command=_validate)


def _add_judging(parser: argparse.ArgumentParser) -> None:
    """Add the options that `check` and `validate` share."""
    parser.add_argument("--policy", metavar="FILE", help="a policy file instead of the one that binds")
    parser.add_argument("--now", metavar="TIME", help="judge as if it were this time (RFC 3339)")
    parser.add_argument("--format", choices=FORMATS, help="text; github under GitHub Actions")
    parser.add_argument("--output", metavar="FILE", help="write the report there, and its text here")
    parser.add_argument("--fail-on", choices=("error", "warning", "never"), help="what fails the run (error)")


def _add_rules(rules: argparse.ArgumentParser) -> None:
    rules.add_argument("guards", nargs="*", metavar="GUARD")
    rules.add_argument("--format", choices=("text", "markdown", "json"), default="text")
    rules.set_defaults(command=_rules)


def _add_explain(explain: argparse.ArgumentParser) -> None:
    explain.add_argument("rule", metavar="RULE")
    explain.set_defaults(command=_explain)


def _add_schema(schema: argparse.ArgumentParser) -> None:
    schema.add_argument("name", metavar="NAME", nargs="?", help="leave out to list the names")
    schema.set_defaults(command=_schema)


def _add_demo(demo: argparse.ArgumentParser) -> None:
    demo.add_argument("--keep", metavar="DIR", help="make the repository in this (new) folder and keep it")
    demo.set_defaults(command=_demo)


_COMMANDS: dict[str, tuple[str, Callable[[argparse.ArgumentParser], None]]] = {
    "check": ("judge a change: the main job", _add_check),
    "validate": ("judge evidence and heartbeat files by themselves, in bulk", _add_validate),
    "rules": ("list all rules", _add_rules),
    "explain": ("one rule: when it fires, why, and what to do", _add_explain),
    "schema": ("print a published JSON Schema", _add_schema),
    **AGENT_COMMANDS,
    "demo": ("make a small repository with a good and a bad change, and judge both", _add_demo),
}


# Each command is imported when it is asked for: `--help` starts nothing.


def _check() -> Command:
    from agent_guards.commands.check import run

    return run


def _validate() -> Command:
    from agent_guards.commands.validate import run

    return run


def _rules() -> Command:
    from agent_guards.commands.catalogue import rules

    return rules


def _explain() -> Command:
    from agent_guards.commands.catalogue import explain

    return explain


def _schema() -> Command:
    from agent_guards.commands.catalogue import schema

    return schema


def _demo() -> Command:
    from agent_guards.commands.demo import run

    return run
