"""`agent-guards check`: judge a change with the guards that are asked for."""

import argparse
from collections.abc import Mapping
from pathlib import Path

from agent_guards.change import resolve
from agent_guards.commands.output import moment, publish, read_file, threshold
from agent_guards.context import Context
from agent_guards.env import RunEnv
from agent_guards.errors import UsageError
from agent_guards.escape import quote
from agent_guards.git import GitRepository
from agent_guards.guard import load_guards
from agent_guards.policy import Policy, parse
from agent_guards.report import Mode, Outcome, Subject
from agent_guards.run import examine, policy_of

_MODES: Mapping[str, Mode] = {"enforce": "enforce", "warn": "warn", "observe": "observe"}


def run(arguments: argparse.Namespace, env: RunEnv) -> int:
    """Judge, print, and return the exit status."""
    guards = load_guards(arguments.guards)
    fail_on = threshold(arguments, env)
    word = arguments.mode or env.inputs.get("mode")
    if word and word not in _MODES:
        raise UsageError(f"mode: {quote(word)} is none of {', '.join(_MODES)}.")
    given_policy = _given_policy(arguments, env)
    context = _context(arguments, env)
    with GitRepository(Path(arguments.repo), trust=env.actions, environ=env.git) as repository:
        change = resolve(context, repository, moment(arguments))
        policy, source = given_policy or policy_of(repository, change)
        policy = policy.with_mode(_MODES[word]) if word else policy
        reports = tuple(examine(guard, repository, change, policy, fail_on=fail_on) for guard in guards)
        subject = Subject(
            repository=context.repository or repository.origin(),
            base=change.base,
            head=change.head,
            pull_request=change.pull_request,
            policy=source,
        )
    return publish(Outcome(subject=subject, reports=reports), guards, arguments, env)


def _given_policy(arguments: argparse.Namespace, env: RunEnv) -> tuple[Policy, str] | None:
    path = arguments.policy or env.inputs.get("policy")
    return (parse(read_file(path, "The policy"), path), "file") if path else None


def _context(arguments: argparse.Namespace, env: RunEnv) -> Context:
    """Read what to judge from the event, or from the flags."""
    if arguments.event:
        return _event(arguments, env)
    if arguments.all and (arguments.worktree or arguments.base):
        raise UsageError("--all judges the whole tree of a commit; it goes with neither --base nor --worktree.")
    body = None
    notes: tuple[str, ...] = ()
    if arguments.body_file:
        body = read_file(arguments.body_file, "The PR description").decode("utf-8", "replace")
    elif not arguments.all:
        notes = ("There is no PR description, so the section rules were not judged (give one with `--body-file`).",)
    return Context(
        base=arguments.base,
        head=arguments.head,
        body=body,
        author=arguments.author,
        whole=arguments.all,
        worktree=arguments.worktree,
        notes=notes,
    )


def _event(arguments: argparse.Namespace, env: RunEnv) -> Context:
    """Read an event; its name is known where it is the runner's own."""
    from agent_guards.events import from_event

    for flag in ("base", "worktree", "all", "body_file", "author"):
        if getattr(arguments, flag):
            raise UsageError(f"--event says what to judge; it goes without --{flag.replace('_', '-')}.")
    own = env.event_path and Path(arguments.event) == Path(env.event_path)
    return from_event(
        env.event_name if own else None,
        read_file(arguments.event, "The event"),
        repository=env.repository if own else None,
    )
