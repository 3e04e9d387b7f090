"""Reports back after the verdict: files, GitHub, the step's summary and outputs, and one table that tells where it all went."""

import sys
from collections.abc import Iterable
from types import TracebackType
from typing import Self

from agent_guards.commands.output import renderer
from agent_guards.deliver import Errand
from agent_guards.delivery import Delivery, Status
from agent_guards.env import RunEnv
from agent_guards.guard import Guard
from agent_guards.policy import Policy
from agent_guards.render.annotations import endgroup, group, log_line
from agent_guards.render.deliveries import page, table
from agent_guards.render.markdown import SMALLEST, summary
from agent_guards.report import Outcome
from agent_guards.sinks import runner

FORKED = frozenset({"pull_request", "pull_request_review"})
"""The events whose token can only read where the pull request comes from a fork."""


class Shield:
    """Lets nothing that goes wrong inside reach the verdict; `error` is what it was."""

    error: Exception | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> bool:
        self.error = error if isinstance(error, Exception) else None
        return self.error is not None


def report_back(errand: Errand, outcome: Outcome, policy: Policy, guards: Iterable[Guard], env: RunEnv) -> None:
    """Deliver, and tell what became of it. The exit status is not decided here."""
    files = list(_files(errand, outcome, guards, env))
    with Shield() as shield:
        files += errand.deliver(outcome, policy)
    if shield.error:
        said = f"A bug of ours ({type(shield.error).__name__}); the verdict stands."
        files.append(Delivery(sink="GitHub", status=Status.FAILED, detail=said))
    fork = errand.context.fork and errand.context.event in FORKED
    told = [*files, *_summary(errand, outcome, files, env, fork=fork)]
    told += _outputs(errand, outcome, told, env)
    lines = [
        group("agent-guards: where the report went"),
        *map(log_line, table(told, fork=fork, cost=errand.cost)),
        endgroup(),
    ]
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def _files(errand: Errand, outcome: Outcome, guards: Iterable[Guard], env: RunEnv) -> Iterable[Delivery]:
    for form, path in (("json", errand.switches.json_file), ("sarif", errand.switches.sarif_file)):
        if path:
            yield runner.write_file(f"{form} file", path, renderer(form, guards, env)(outcome))


def _summary(
    errand: Errand, outcome: Outcome, deliveries: list[Delivery], env: RunEnv, *, fork: bool
) -> Iterable[Delivery]:
    if not errand.switches.summary or not env.step_summary:
        return
    below = page(deliveries, fork=fork, cost=errand.cost)
    room = runner.room_for_summary(env.step_summary) - len(below.encode())
    if room < SMALLEST:
        yield Delivery(sink=runner.SUMMARY, status=Status.FAILED, detail="The step has filled its summary already.")
    else:
        yield runner.write_summary(env.step_summary, summary(outcome, limit=room, server_url=env.server_url) + below)


def _outputs(errand: Errand, outcome: Outcome, deliveries: Iterable[Delivery], env: RunEnv) -> Iterable[Delivery]:
    if not env.output:
        return
    urls = {delivery.sink: delivery.url or "" for delivery in deliveries}
    yield runner.write_outputs(
        env.output,
        runner.outputs_of(
            outcome,
            report_file=errand.switches.json_file or errand.switches.sarif_file,
            comment_url=urls.get("comment", ""),
            check_run_url=urls.get("check run", ""),
        ),
    )
