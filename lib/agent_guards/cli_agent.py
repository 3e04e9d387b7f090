"""The commands of the agent's side: their options, and where each one's code is found once it is asked for."""

import argparse
from collections.abc import Callable

from agent_guards.cli_record import add_beat, add_record
from agent_guards.env import RunEnv

Command = Callable[[argparse.Namespace, RunEnv], int]
AGENTS = ("claude-code", "codex", "cursor", "gemini", "copilot")


def _add_pr_body(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--update", metavar="FILE", help="bring this description up to date, in place (- for a filter)")
    parser.add_argument("--repo", default=".", metavar="DIR", help="the repository (this folder)")
    parser.add_argument("--base", metavar="REV", help="what to compare with (merge base with the default branch)")
    parser.add_argument("--worktree", action="store_true", help="describe the uncommitted tree")
    parser.add_argument("--now", metavar="TIME", help="describe as if it were this time (RFC 3339)")
    parser.set_defaults(command=_pr_body)


def _add_init(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--repo", default=".", metavar="DIR", help="the repository (this folder)")
    parser.add_argument("--yes", action="store_true", help="do it without asking")
    parser.add_argument("--dry-run", action="store_true", help="show the plan and do nothing")
    parser.add_argument(
        "--agent",
        action="append",
        choices=AGENTS,
        default=[],
        help="set up this agent's hooks (those found); repeatable",
    )
    parser.add_argument("--action-ref", metavar="REF", help="pin our action to this tag or commit (this version's tag)")
    parser.set_defaults(command=_init)


def _add_doctor(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--repo", default=".", metavar="DIR", help="the repository (this folder)")
    parser.add_argument("--offline", action="store_true", help="ask neither the remote nor GitHub")
    parser.add_argument("--now", metavar="TIME", help="judge as if it were this time (RFC 3339)")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.set_defaults(command=_doctor)


AGENT_COMMANDS: dict[str, tuple[str, Callable[[argparse.ArgumentParser], None]]] = {
    "record": ("write evidence of MCP calls while they are made", add_record),
    "beat": ("write a heartbeat", add_beat),
    "pr-body": ("write the description's three sections from what the change contains", _add_pr_body),
    "init": ("set a repository up; shows a plan first", _add_init),
    "doctor": ("tell what is wrong with a repository's setup, and what mends it", _add_doctor),
}


def _pr_body() -> Command:
    from agent_guards.agent.pr_body import run

    return run


def _init() -> Command:
    from agent_guards.agent.init import run

    return run


def _doctor() -> Command:
    from agent_guards.agent.doctor import run

    return run
