"""The options of `record` and `beat`, and how their command lines are read: an agent's hook is never sent away."""

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from agent_guards.cli_parser import Parser
from agent_guards.env import RunEnv
from agent_guards.escape import visible

Command = Callable[[argparse.Namespace, RunEnv], int]
BEAT_COMMANDS = frozenset({"say", "run", "hook", "status", "-h", "--help"})
STATUSES = ("doing", "done", "blocked")
_HOOKS = (["record", "hook"], ["beat", "hook"])
_RUNNERS = (["record", "proxy"], ["beat", "run"])


class _Parser(Parser):
    """Refuses wrong options as every parser does, except an agent's hook: with exit status 2 it would stop the agent."""

    def error(self, message: str) -> NoReturn:
        if self.prog.endswith(" hook"):
            print(visible(f"{self.prog}: {message}; nothing was done."), file=sys.stderr)
            self.exit(0)
        super().error(message)


def parse(parser: argparse.ArgumentParser, argv: Sequence[str]) -> argparse.Namespace:
    """Read a command line. `beat TASK` is short for `beat say TASK`; what a hook does not know it passes over.

    What stands behind `--` is another program's command line, and none of its words are ours.
    """
    words = list(argv)
    if words[:2] in _RUNNERS:
        at = words.index("--") if "--" in words else len(words)
        arguments = parser.parse_args(words[:at])
        arguments.argv = words[at + 1 :]
        return arguments
    if words[:1] == ["beat"] and words[1:] and words[1] not in BEAT_COMMANDS:
        words.insert(1, "say")
    if words[:2] not in _HOOKS:
        return parser.parse_args(words)
    arguments, unknown = parser.parse_known_args(words)
    if unknown:
        print(visible(f"agent-guards {' '.join(words[:2])}: passed over {' '.join(unknown)}"), file=sys.stderr)
    return arguments


def add_record(record: argparse.ArgumentParser) -> None:
    """Add what an agent's hooks and its configuration run to write evidence."""
    kinds = record.add_subparsers(
        title="how", required=True, metavar="hook|proxy", prog="agent-guards record", parser_class=_Parser
    )
    hook = kinds.add_parser("hook", help="from an agent's hook for what comes after a tool call (payload on stdin)")
    hook.add_argument("--all-tools", action="store_true", help="record every tool, not only those of MCP servers")
    hook.set_defaults(command=_record_hook)
    proxy = kinds.add_parser(
        "proxy", help="between an MCP client and a server that speaks on standard input and output"
    )
    proxy.add_argument("--server", metavar="NAME", help="the server's name (from its command line)")
    proxy.set_defaults(command=_record_proxy)
    for parser in (hook, proxy):
        _add_who(parser)
        parser.add_argument(
            "--purpose", metavar="TEXT", help="what the calls are made for (AGENT_TASK, the heartbeat's task)"
        )
    proxy.add_argument(
        "argv", nargs=argparse.REMAINDER, metavar="-- COMMAND", help="the command that starts the server"
    )


def add_beat(beat: argparse.ArgumentParser) -> None:
    """Add what an agent's hooks, its configuration and a person run to write a heartbeat."""
    beat.usage = (
        "agent-guards beat TASK [--status doing|done|blocked] [--progress TEXT] [--file FILE]\n"
        "       agent-guards beat run TASK -- COMMAND …\n"
        "       agent-guards beat hook | status"
    )
    kinds = beat.add_subparsers(
        title="how", required=True, metavar="TASK|run|hook|status", prog="agent-guards beat", parser_class=_Parser
    )
    say = kinds.add_parser("say", help="one beat by hand; `beat TASK` is short for it", prog="agent-guards beat")
    run = kinds.add_parser(
        "run",
        help="beat for as long as a command runs, then once more for how it ended",
        usage="agent-guards beat run TASK [--interval SPAN] [--progress TEXT] [--file FILE] [--agent NAME] [--repo DIR]\n"
        "                             -- COMMAND …",
    )
    hook = kinds.add_parser("hook", help="beat from an agent's hook, at most once an interval")
    status = kinds.add_parser("status", help="how every task stands now; fails where one has gone silent")
    for parser in (say, run, hook, status):
        _add_who(parser)
    for parser in (say, run):
        parser.add_argument("task", metavar="TASK", help="the task, such as ENG-42")
        parser.add_argument("--progress", metavar="TEXT", help="how far it is, such as 40%%")
        parser.add_argument("--file", metavar="FILE", help="the file that is being worked on")
    for parser in (say, hook):
        parser.add_argument("--status", choices=STATUSES, default="doing", help="how the task stands (doing)")
    for parser in (run, hook):
        parser.add_argument("--interval", metavar="SPAN", default="5m", help="the time between two beats (5m)")
    hook.add_argument("--task", metavar="TASK", help="the task (AGENT_TASK, else the latest that is being done)")
    status.add_argument("--all", action="store_true", help="the tasks of every agent")
    status.add_argument("--days", type=int, default=7, metavar="N", help="how far to look back (7)")
    status.add_argument("--format", choices=("text", "json"), default="text")
    for parser, command in ((say, _beat), (run, _beat_run), (hook, _beat_hook), (status, _beat_status)):
        parser.set_defaults(command=command)


def _add_who(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--repo", metavar="DIR", help="the repository (the one that this folder lies in)")
    parser.add_argument(
        "--agent", metavar="NAME", help="the agent (AGENT_NAME, the policy's for git's author, git's user)"
    )


def _record_hook() -> Command:
    from agent_guards.agent.record import run

    return run


def _record_proxy() -> Command:
    from agent_guards.agent.proxy import run

    return run


def _beat() -> Command:
    from agent_guards.agent.beat import say

    return say


def _beat_run() -> Command:
    from agent_guards.agent.beat import run

    return run


def _beat_hook() -> Command:
    from agent_guards.agent.beat import hook

    return hook


def _beat_status() -> Command:
    from agent_guards.agent.beat_status import run

    return run
