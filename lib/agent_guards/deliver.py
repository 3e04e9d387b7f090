"""Everything around the verdict: asks GitHub before it, brings the reports to their places after it, and never changes it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from agent_guards.api import Answer, Fault, GitHub, Trouble
from agent_guards.context import Context
from agent_guards.delivery import Delivery, Status
from agent_guards.env import RunEnv
from agent_guards.errors import GuardError, UsageError
from agent_guards.escape import markdown
from agent_guards.github import usable
from agent_guards.live import Page, of_number, read, refreshed
from agent_guards.policy import Policy
from agent_guards.report import Outcome, Report, Subject, Verdict
from agent_guards.sinks import Target, Writing, check_run, comment, labels, status, undelivered
from agent_guards.switches import Switches

DESCRIPTION = "description"
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_CRASHED = "The guards could not finish: this is a bug of ours, and nothing was judged. The log of the job tells more."
_LOST = "The report could not be written: this is a bug of ours. The job has the verdict; its log tells more."
_NO_TOKEN = Fault(trouble=Trouble.REFUSED, message="No token was given")
_NO_HOST = Fault(
    trouble=Trouble.REFUSED, message="GITHUB_API_URL is neither https nor this machine: no token goes there"
)
_NO_COMMIT = "What was judged is no commit of a pull request, a push or a merge group; the summary has the report."
_NO_PULL = "There is no pull request."


@dataclass(kw_only=True)
class Errand:
    """One run's business with GitHub, as a context manager: whatever is thrown out of it leaves nothing open or green."""

    env: RunEnv
    switches: Switches
    guards: tuple[str, ...]
    github: GitHub | None = None
    context: Context = field(default_factory=Context)
    page: Page | Fault = _NO_TOKEN
    target: Target | None = None
    check_runs: check_run.CheckRuns | None = None
    done: bool = False

    def __enter__(self) -> Self:
        if self.github is None and self.env.token and usable(self.env.api_url):
            self.github = GitHub(api_url=self.env.api_url, token=self.env.token, ca_bundle=self.env.ca_bundle)
        if self.env.token and self.github is None:
            self.page = _NO_HOST
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if error is not None and not self.done:
            self._abandon(error)

    def begin(self, context: Context) -> Context:
        """Find out what is judged as GitHub knows it now, and open the check runs."""
        number = self._number(context)
        if number is not None or self.switches.check_run:
            self._read(context, number)
        if number is not None:
            context = refreshed(context, self.page) if context.pull_request else of_number(context, self.page)
        self.context = context
        if context.repository and _COMMIT.fullmatch(context.head):
            self.target = _target(self.env, context.repository, context.head)
        if self.switches.check_run and self.target and self.github and isinstance(self.page, Page):
            self.check_runs = check_run.CheckRuns(
                github=self.github, target=self.target, repository_id=self.page.repository_id, guards=self.guards
            )
            self.check_runs.open()
        return context

    def deliver(self, outcome: Outcome, policy: Policy) -> list[Delivery]:
        """Bring the reports to GitHub. From here on nothing that happens can make the verdict another."""
        self.done = True
        try:
            found = [*self._description(), *self._statuses(outcome)]
            return _joined([*found, *in_step(self.github, list(self._writings(outcome, policy)))])
        except BaseException:
            if self.check_runs:
                self.check_runs.abandon(_LOST)
            raise

    @property
    def cost(self) -> str:
        """What GitHub was asked and how long that took, of how long it may."""
        if self.github is None or not self.github.requests:
            return ""
        took, most = self.github.waited, self.github.seconds
        return f"GitHub was asked {self.github.requests} times in {took:.1f} s, of at most {most:.0f} s."

    # Before.

    def _number(self, context: Context) -> int | None:
        asked = self.switches.pr_number
        if asked is None or asked == context.pull_request:
            return context.pull_request
        if context.pull_request is not None or context.queue is not None or context.event == "push":
            raise UsageError(
                f"pr-number: the event names what is judged; it is not pull request {asked}.",
                "Give pr-number with workflow_dispatch alone.",
            )
        return asked

    def _read(self, context: Context, number: int | None) -> None:
        if self.github and context.repository:
            wanted = tuple(labels.label_of(guard) for guard in self.guards) if number else ()
            self.page = read(self.github, context.repository, number, comments=self.switches.comment, labels=wanted)

    # After.

    def _description(self) -> Iterator[Delivery]:
        if self.context.pull_request is None:
            return
        if isinstance(self.page, Fault):
            yield self._undone(DESCRIPTION, "pull-requests: read")
        else:
            yield Delivery(sink=DESCRIPTION, status=Status.READ, detail="From GitHub, when the run began.")

    def _statuses(self, outcome: Outcome) -> Iterator[Delivery]:
        if not self.switches.status:
            return
        if self.target is None:
            yield Delivery(sink=status.SINK, status=Status.SKIPPED, detail=_NO_COMMIT)
        elif self.github is None:
            yield self._undone(status.SINK, status.PERMISSION)
        else:
            for report in outcome.reports:
                delivery = status.publish(self.github, self.target, outcome, report)
                yield delivery
                if delivery.status is Status.SKIPPED:
                    return  # the token may not: asking for the next guard changes nothing

    def _writings(self, outcome: Outcome, policy: Policy) -> Iterator[Writing]:
        """The sinks that write by GraphQL, in the order in which their writes are carried out: check runs end last."""
        if self.switches.comment:
            yield self._comment(outcome)
        on_failure = policy.on_failure
        if isinstance(self.page, Page) and self.page.pull:
            if on_failure.labels:
                yield labels.publish(self.page, outcome)
            if on_failure.draft:
                yield labels.draft(self.page, outcome)
        if self.switches.check_run:
            for report in outcome.reports:
                yield self._check_run(outcome, report)

    def _comment(self, outcome: Outcome) -> Writing:
        github, target = self.github, self.target
        if self.context.pull_request is None or target is None:
            return _only(Delivery(sink=comment.SINK, status=Status.SKIPPED, detail=_NO_PULL))
        if isinstance(self.page, Fault) or github is None:
            return _only(self._undone(comment.SINK, comment.PERMISSION))
        number = self.context.pull_request

        def look() -> Page | Fault:
            return read(github, target.repository, number, comments=True)

        action = self.guards[0] if len(self.guards) == 1 else "suite"
        return comment.publish(self.page, target, outcome, action, server_url=self.env.server_url, look=look)

    def _check_run(self, outcome: Outcome, report: Report) -> Writing:
        if self.check_runs:
            return self.check_runs.publish(outcome.subject, report, self.env.server_url)
        if self.target is None:
            return _only(Delivery(sink=check_run.SINK, status=Status.SKIPPED, detail=_NO_COMMIT))
        return _only(self._undone(check_run.SINK, check_run.PERMISSION))

    def _undone(self, sink: str, permission: str) -> Delivery:
        """Tell why there was nothing to ask or to write to."""
        if self.github is None and not self.env.token:
            return Delivery(sink=sink, status=Status.SKIPPED, detail=f"{_NO_TOKEN.message}.")
        return undelivered(sink, self.page if isinstance(self.page, Fault) else _NO_TOKEN, permission)

    def _abandon(self, error: BaseException) -> None:
        """Close what is open as failed, and put a red status where an older green one may stand."""
        why = _CRASHED
        if isinstance(error, GuardError):
            why = "\n\n".join(markdown(line.strip()) for line in f"{error.message}\n{error.hint}".splitlines())
        if self.check_runs:
            self.check_runs.abandon(why)
        reports = tuple(Report(guard=guard, verdict=Verdict.ERROR) for guard in self.guards)
        for _ in self._statuses(Outcome(subject=Subject(), reports=reports)):
            pass


def in_step(github: GitHub | None, writings: Sequence[Writing]) -> list[Delivery]:
    """Run the sinks side by side: what they want to write at the same time goes in one request, in their order."""
    deliveries: dict[int, Delivery] = {}
    waiting: dict[int, tuple[Answer, ...] | None] = dict.fromkeys(range(len(writings)))
    while waiting:
        asked = {}
        for index, answers in waiting.items():
            try:
                asked[index] = tuple(writings[index].send(answers) if answers else next(writings[index]))
            except StopIteration as stop:
                deliveries[index] = stop.value
        writes = [write for wanted in asked.values() for write in wanted]
        got = iter(github.mutate(writes) if github and writes else ())
        waiting = {index: tuple(next(got) for _ in wanted) for index, wanted in asked.items()}
    return [deliveries[index] for index in sorted(deliveries)]


def _only(delivery: Delivery) -> Writing:
    """A sink that has nothing to write."""
    yield from ()
    return delivery


def _joined(deliveries: Sequence[Delivery]) -> list[Delivery]:
    """One row for each sink and fate: three check runs that were sent are told together."""
    rows: dict[tuple[str, Status, str], list[Delivery]] = {}
    for delivery in deliveries:
        said = "" if delivery.status is Status.SENT else delivery.detail
        rows.setdefault((delivery.sink, delivery.status, said), []).append(delivery)
    return [
        Delivery(
            sink=sink,
            status=fate,
            detail=", ".join(dict.fromkeys(one.detail for one in several)),
            url=next((one.url for one in several if one.url), None),
            permission=several[0].permission,
        )
        for (sink, fate, _), several in rows.items()
    ]


def _target(env: RunEnv, repository: str, head: str) -> Target:
    page = f"{env.server_url}/{repository}/actions/runs/{env.run_id}" if env.run_id else None
    return Target(
        repository=repository, head=head, run_id=env.run_id or 0, run_attempt=env.run_attempt or 1, details_url=page
    )
