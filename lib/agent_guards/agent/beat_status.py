"""`agent-guards beat status`: how every task stands now, by the clock on the wall."""

import argparse
import json
import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import cast

from agent_guards.agent.checkout import Checkout, locate
from agent_guards.agent.heartbeats import Heartbeat, end_of, parse, utc_now
from agent_guards.agent.identity import POLICY, agent_of, names_of
from agent_guards.agent.servers import mapping
from agent_guards.beats import Life, State, Stretch, live, longest_silence, state, table
from agent_guards.commands.output import width as page_width
from agent_guards.env import RunEnv
from agent_guards.escape import as_json
from agent_guards.policy import IdleGuard
from agent_guards.policy import parse as parse_policy
from agent_guards.render.text import laid_out
from agent_guards.times import show

LARGEST = 5 * 1024 * 1024
SILENT = frozenset({State.STALE, State.NEVER})
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def run(arguments: argparse.Namespace, env: RunEnv) -> int:
    """Print the states; fails where a task that is being done has gone silent."""
    checkout, now = locate(arguments.repo), utc_now()
    agent = None if arguments.all else agent_of(arguments.agent, env, checkout, names_of(checkout, "beat status"))
    limit = stale_limit(checkout)
    lives = lives_of(checkout, agent, now.date() - timedelta(days=arguments.days))
    if arguments.format == "json":
        print(as_json(document(lives, now, limit)), end="")
    else:
        terminal = sys.stdout.isatty()
        colour, width = env.colour(terminal=terminal), page_width(env, terminal=terminal)
        for one in table(lives, now, limit):
            print(*laid_out(one, colour=colour, width=width), sep="\n")
        if not lives:
            print(_nothing(agent, arguments.days))
    return int(any(state(life.last, now, limit) in SILENT for life in lives))


def stale_limit(checkout: Checkout) -> timedelta:
    """From when on a task counts as stale: the policy's word, else the default."""
    try:
        with open(os.path.join(checkout.root, POLICY), "rb") as file:
            return parse_policy(file.read(), POLICY).guards.idle_guard.stale_limit
    except OSError:
        return IdleGuard().stale_limit


def lives_of(checkout: Checkout, agent: str | None, since: date) -> list[Life]:
    """Put together the life of every task of an agent, or of all, from the files of the days since then."""
    stretches: dict[tuple[str, str], list[Stretch]] = {}
    for name, folder in _folders(checkout, agent, since):
        for task in _listed(os.path.join(checkout.root, folder, "tasks.todo.json")):
            stretches.setdefault((name, task), [])
        path = f"{folder}/heartbeat.ndjson"
        by_task: dict[str, list[Heartbeat]] = {}
        for beat in parse(end_of(os.path.join(checkout.root, path), LARGEST)):
            by_task.setdefault(beat.task, []).append(beat)
        for task, beats in by_task.items():
            moments, _, statuses, numbers = zip(*beats, strict=True)
            stretches.setdefault((name, task), []).append(Stretch(path, numbers, moments, statuses))
    return [live(name, task, its) if its else Life(agent=name, task=task) for (name, task), its in stretches.items()]


def document(lives: Sequence[Life], now: datetime, limit: timedelta) -> dict[str, object]:
    """Say the same for machines."""
    tasks = [
        {
            "agent": life.agent,
            "task": life.task,
            "state": state(life.last, now, limit).value,
            "beats": len(life.moments),
            "first": show(life.moments[0]) if life.moments else None,
            "last": show(life.moments[-1]) if life.moments else None,
            "longest_silence_seconds": int(longest_silence(life, now).total_seconds()),
        }
        for life in sorted(lives, key=lambda life: (life.agent, life.task))
    ]
    return {"version": 1, "now": show(now), "stale_after_seconds": int(limit.total_seconds()), "tasks": tasks}


def _nothing(agent: str | None, days: int) -> str:
    who = f"{agent} has" if agent else "No agent has"
    return f"{who} {'no ' if agent else 'any '}task with a heartbeat in the last {days} days."


def _folders(checkout: Checkout, agent: str | None, since: date) -> Iterator[tuple[str, str]]:
    for name in [agent] if agent else _names(checkout, "artifacts"):
        for day in _names(checkout, f"artifacts/{name}"):
            if _DAY.fullmatch(day) and day >= since.isoformat():
                yield name, f"artifacts/{name}/{day}"


def _names(checkout: Checkout, path: str) -> list[str]:
    """The folders in a folder, in order; links are not followed."""
    with suppress(OSError), os.scandir(os.path.join(checkout.root, path)) as entries:
        return sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
    return []


def _listed(path: str) -> Iterator[str]:
    """The tasks that a list says are being done."""
    with suppress(ValueError, RecursionError):
        found = mapping(json.loads(end_of(path, LARGEST) or b"{}")).get("tasks")
        for task in cast("list[object]", found) if isinstance(found, list) else ():
            name = mapping(task).get("id")
            if mapping(task).get("status") == "doing" and isinstance(name, str) and name.strip():
                yield name
