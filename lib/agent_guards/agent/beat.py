"""`agent-guards beat`: one sign of life by hand, by the hooks of an agent, or for as long as a command runs."""

import argparse
import subprocess
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from agent_guards import durations
from agent_guards.agent.checkout import Checkout, locate
from agent_guards.agent.heartbeats import LONGEST, Heartbeat, Sign, beat, current_task, recent, utc_now
from agent_guards.agent.identity import agent_of, names_of
from agent_guards.agent.journal import harmless
from agent_guards.agent.words import clean
from agent_guards.env import RunEnv
from agent_guards.errors import UsageError
from agent_guards.escape import quote


def say(arguments: argparse.Namespace, env: RunEnv) -> int:
    """Write one beat."""
    checkout = locate(arguments.repo)
    sign = Sign(task=_task(arguments.task), status=arguments.status, progress=arguments.progress, file=arguments.file)
    print(f"{arguments.status}: {beat(checkout, 'beat', _agent(arguments, env, checkout, 'beat'), sign)}")
    return 0


def run(arguments: argparse.Namespace, env: RunEnv) -> int:
    """Beat while a command runs; returns its exit status."""
    from agent_guards.agent.child import running, status_of

    if not arguments.argv:
        raise UsageError("The command is missing.", "Write it behind --.")
    seconds = _interval(arguments.interval).total_seconds()
    checkout = locate(arguments.repo)
    agent = _agent(arguments, env, checkout, "beat run")
    one = partial(beat, checkout, "beat run", agent)
    doing = Sign(task=_task(arguments.task), status="doing", progress=arguments.progress, file=arguments.file)
    with running(arguments.argv) as process:
        while True:
            with harmless("beat run", [checkout]):
                one(doing)
            try:
                status = status_of(process.wait(timeout=seconds))
            except subprocess.TimeoutExpired:
                continue
            break
    with harmless("beat run", [checkout]):
        if status:
            one(replace(doing, status="blocked", progress=f"exit status {status}"))
        else:
            one(replace(doing, status="done", progress=None))
    return status


def hook(arguments: argparse.Namespace, env: RunEnv) -> int:
    """Beat for the task that is being done, once an interval; a task that has ended stays ended."""
    from agent_guards.agent.payload import checkout_for, read_stdin

    where: list[Checkout] = []
    with harmless("beat hook", where):
        checkout = checkout_for(arguments.repo, read_stdin())
        where.append(checkout)
        interval = _interval(arguments.interval)
        agent = _agent(arguments, env, checkout, "beat hook")
        task = arguments.task or env.task or current_task(recent(checkout, agent, utc_now()))
        if not task:
            return 0
        ends = arguments.status != "doing"

        def due(last: Heartbeat | None, now: datetime) -> bool:
            if last is None or last.status != "doing":
                return last is None and not ends
            return ends or now - last.moment >= interval

        beat(checkout, "beat hook", agent, Sign(task=_task(task), status=arguments.status), due=due)
    return 0


def _agent(arguments: argparse.Namespace, env: RunEnv, checkout: Checkout, command: str) -> str:
    if arguments.agent is not None or env.agent:  # the policy has no say then, and need not be read
        return agent_of(arguments.agent, env, checkout)
    return agent_of(None, env, checkout, names_of(checkout, command))


def _task(given: str) -> str:
    task = clean(given, LONGEST)
    if not task:
        raise UsageError(f"{quote(given)} names no task.", "Give the task's id, such as ENG-42.")
    return task


def _interval(given: str) -> timedelta:
    try:
        return durations.parse(given)
    except ValueError as error:
        raise UsageError(f"--interval {quote(given)} is no span of time.", str(error)) from None
