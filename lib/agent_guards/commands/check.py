"""`agent-guards check`: judge a change with the guards that are asked for."""

import argparse
import gc
import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from msgspec.structs import replace

from agent_guards.change import resolve
from agent_guards.commands.output import moment, names_repository, output, read_file, threshold
from agent_guards.context import Change, Context
from agent_guards.env import RunEnv
from agent_guards.errors import UsageError
from agent_guards.escape import quote
from agent_guards.git import GitRepository
from agent_guards.guard import Guard, load_guards
from agent_guards.policy import Policy, parse
from agent_guards.report import Mode, Outcome, Report, Subject
from agent_guards.run import examine, policy_of

if TYPE_CHECKING:
    from agent_guards.deliver import Errand

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
    # The run ends with the command, and what it reads holds no cycles: looking for them would cost much of the time.
    gc.disable()
    with _errand(arguments, env, guards) as errand:
        context = errand.begin(context) if errand else context
        with GitRepository(
            arguments.repo, trust=env.actions, environ=env.git, credentials=env.git_credentials
        ) as repository:
            for guard in guards if context.whole else ():
                if guard.prepare:
                    guard.prepare(repository)
            out = output(arguments, guards, env)
            change = resolve(context, repository, moment(arguments))
            policy, source = given_policy or policy_of(repository, change)
            policy = policy.with_mode(_MODES[word]) if word else policy

            def judge(change: Change) -> tuple[Report, ...]:
                return tuple(examine(guard, repository, change, policy, fail_on=fail_on) for guard in guards)

            reports = _group(errand, context, change, repository, judge) if errand and context.queue else judge(change)
            subject = Subject(
                repository=context.repository or (repository.origin() if names_repository(arguments, env) else None),
                base=change.base,
                head=change.head,
                pull_request=change.pull_request,
                policy=source,
            )
        outcome = Outcome(subject=subject, reports=reports)
        status = out.publish(outcome)
        if errand:
            from agent_guards.commands.reporting import report_back

            report_back(errand, outcome, policy, guards, env)
    return status


def _errand(
    arguments: argparse.Namespace, env: RunEnv, guards: Iterable[Guard]
) -> "AbstractContextManager[Errand | None]":
    """Business with GitHub there is only where the runner's own event is judged; a replay or a local run has none."""
    if not (env.actions and _own_event(arguments, env)):
        return nullcontext()
    from agent_guards.deliver import Errand
    from agent_guards.switches import Switches

    return Errand(env=env, switches=Switches.of_inputs(env.inputs), guards=tuple(guard.name for guard in guards))


def _group(
    errand: "Errand",
    context: Context,
    change: Change,
    repository: GitRepository,
    judge: Callable[[Change], tuple[Report, ...]],
) -> tuple[Report, ...]:
    """Judge a merge group: as a whole, and each of its pull requests by its own description."""
    from agent_guards.merge_queue import judge_group, members

    commits = [commit.oid for commit in repository.log(change.base, change.head)] if change.base else []
    pulls, notes = members(errand.github, context, commits)
    return judge_group(
        pulls,
        context,
        judge(replace(change, notes=(*notes, *repository.notes))),
        lambda own: judge(resolve(own, repository, change.when)),
    )


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
    own = _own_event(arguments, env)
    return from_event(
        env.event_name if own else None,
        read_file(arguments.event, "The event"),
        repository=env.repository if own else None,
    )


def _own_event(arguments: argparse.Namespace, env: RunEnv) -> bool:
    """Whether the event is the runner's own, not one that is replayed."""
    return bool(
        arguments.event and env.event_path and os.path.abspath(arguments.event) == os.path.abspath(env.event_path)
    )
