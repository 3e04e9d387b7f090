"""Writes what was called into the evidence of the agent: the one way from a call to a line, for the hook and the proxy."""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace

from agent_guards.agent.append import Standing
from agent_guards.agent.calls import LONGEST_NAME, Call, chain_of, compose
from agent_guards.agent.checkout import Checkout
from agent_guards.agent.heartbeats import Clock, stamp, utc_now
from agent_guards.agent.identity import Names, agent_of, purpose_of
from agent_guards.agent.journal import add
from agent_guards.agent.words import clean, slug
from agent_guards.env import RunEnv

LARGEST = 4 * 1024 * 1024
"""From here on lines go to a further file: guard-mcp reads 5 MiB of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorder:
    """What all lines of an agent have in common."""

    command: str
    checkout: Checkout
    agent: str
    names: Names
    purpose: Callable[[], str]
    clock: Clock = utc_now

    def record(self, *calls: Call) -> bool:
        """Append the lines of calls of one server; False where they stand there already. Raises AppendError."""
        server = calls[0].server
        tool = clean(self.names.tools.get(server, server), LONGEST_NAME) or "unknown"
        purpose = self.purpose()
        chain = chain_of(calls[0].session, self.checkout.branch)

        def lines(standing: Standing) -> bytes | None:
            now = stamp(self.clock())
            made = b""
            for call in calls:
                standing = replace(standing, added=made)
                line = compose(call, tool=tool, purpose=purpose, timestamp=now, chain=chain, standing=standing)
                made += line + b"\n" if line else b""
            return made[:-1] or None

        return add(self.checkout, self.command, self._path(tool), lines)

    def _path(self, tool: str) -> str:
        """The file of the tool and the day; the second and further ones of a busy day have a number."""
        folder = f"artifacts/{self.agent}/{self.clock():%Y-%m-%d}/mcp"
        name = slug(tool) or "mcp"
        path, number = f"{folder}/{name}.jsonl", 1
        while _size(os.path.join(self.checkout.root, path)) > LARGEST:
            number += 1
            path = f"{folder}/{name}.{number}.jsonl"
        return path


def recorder_for(
    command: str, checkout: Checkout, names: Names, env: RunEnv, *, agent: str | None, purpose: str | None
) -> Recorder:
    """Find out once who the agent is; what a call is made for is asked at each call, for tasks change."""
    name = agent_of(agent, env, checkout, names)
    return Recorder(
        command=command,
        checkout=checkout,
        agent=name,
        names=names,
        purpose=lambda: purpose_of(purpose, env, checkout, name),
    )


def _size(path: str) -> int:
    try:
        return os.lstat(path).st_size
    except OSError:
        return 0
