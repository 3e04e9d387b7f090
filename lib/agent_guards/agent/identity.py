"""Who the agent is, what it is at, and how the policy calls the servers that it asks."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from agent_guards.agent.checkout import Checkout
from agent_guards.agent.heartbeats import Clock, current_task, recent, utc_now
from agent_guards.agent.journal import note
from agent_guards.agent.words import clean, slug
from agent_guards.env import RunEnv
from agent_guards.errors import GuardError, UsageError
from agent_guards.escape import quote

POLICY = ".github/agent-guards.yml"
NOT_STATED = "not stated"
LONGEST_PURPOSE = 300
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_HINT = "Name the agent with --agent or in AGENT_NAME: letters, digits, dots, underlines and hyphens."
_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Names:
    """What the policy's recorder section says: names of tools by server, and of agents by author."""

    tools: Mapping[str, str] = field(default_factory=dict)
    agents: Mapping[str, str] = field(default_factory=dict)


def names_of(checkout: Checkout, command: str) -> Names:
    """Read the recorder section of the working tree's policy; a policy that is broken is noted and says nothing."""
    try:
        with open(os.path.join(checkout.root, POLICY), "rb") as file:
            data = file.read()
    except OSError:
        return Names()
    if b"recorder" not in data:  # typing a policy costs half of what a hook may cost
        return Names()
    from agent_guards.policy import parse

    try:
        recorder = parse(data, POLICY).recorder
    except GuardError as error:
        note(checkout, command, "failed", f"The recorder goes on without the policy's names: {error.message}")
        return Names()
    return Names(
        {name.server: name.tool for name in recorder.tools}, {name.author: name.agent for name in recorder.agents}
    )


def agent_of(option: str | None, env: RunEnv, checkout: Checkout, names: Names = Names()) -> str:
    """The agent's name: as it is given, else in the environment, else the policy's for git's author, else git's own."""
    if option is not None:
        if not _NAME.fullmatch(option):
            raise UsageError(f"--agent {quote(option)} cannot be an agent's name.", _HINT)
        return option
    if env.agent:
        return _as_name(env.agent)
    author = env.author if len(env.author) > 1 else (*env.author, *_git_author(checkout, env))
    for known in author:
        if known in names.agents:
            return names.agents[known]
    return _as_name(next(iter(author), ""))


def purpose_of(option: str | None, env: RunEnv, checkout: Checkout, agent: str, clock: Clock = utc_now) -> str:
    """What calls are made for: as it is given, else the agent's task, else what its heartbeats say; never invented."""
    for given in (option, env.task, current_task(recent(checkout, agent, clock()))):
        said = clean(given or "", LONGEST_PURPOSE)
        if said:
            return said
    return NOT_STATED


def _as_name(text: str) -> str:
    name = text if _NAME.fullmatch(text) else slug(text)
    if not name:
        raise UsageError("Nothing tells the agent's name.", _HINT)
    return name


def _git_author(checkout: Checkout, env: RunEnv) -> tuple[str, ...]:
    """Ask git for user.name and user.email, in this order."""
    from pathlib import Path

    from agent_guards.git_command import command

    try:
        git = command(Path(checkout.root), env.git, trust=False)
        told = git.run("config", "--null", "--get-regexp", r"^user\.(name|email)$", accept=(0, 1), seconds=_SECONDS)
    except (GuardError, OSError, ValueError):
        return ()
    values = dict(entry.split("\n", 1) for entry in os.fsdecode(told).split("\0") if "\n" in entry)
    return tuple(values[key] for key in ("user.name", "user.email") if values.get(key, "").strip())
