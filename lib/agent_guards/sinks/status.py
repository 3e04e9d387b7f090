"""One commit status a guard on the judged commit: the oldest and most widely granted way to block a merge."""

import msgspec

from agent_guards.api import Fault, GitHub, Trouble
from agent_guards.delivery import Delivery, Status
from agent_guards.escape import shorten, visible
from agent_guards.render.words import conclusion
from agent_guards.report import Outcome, Report, Verdict
from agent_guards.sinks import Target, undelivered

SINK = "commit status"
PERMISSION = "statuses: write"
LONGEST = 140
_STATES = {Verdict.FAIL: "failure", Verdict.ERROR: "error"}


def context_of(guard: str) -> str:
    """The context that a ruleset requires."""
    return f"agent-guards/{guard}"


class _Posted(msgspec.Struct, kw_only=True):
    id: int
    context: str
    state: str
    description: str | None = None
    target_url: str | None = None


def publish(github: GitHub, target: Target, outcome: Outcome, report: Report) -> Delivery:
    """Post the verdict of one guard; where the answer was lost, look before posting again."""
    body: dict[str, object] = {
        "state": _STATES.get(report.verdict, "success"),
        "context": context_of(report.guard),
        "description": shorten(visible(conclusion(Outcome(subject=outcome.subject, reports=(report,)))), LONGEST),
    }
    if target.details_url:
        body["target_url"] = target.details_url
    fault = _post(github, target, body)
    if fault and fault.trouble is Trouble.UNSURE:
        stands = _stands(github, target, body)
        if stands is False:
            fault = _post(github, target, body)
        fault = None if stands else fault
    if fault:
        return undelivered(SINK, fault, PERMISSION)
    return Delivery(sink=SINK, status=Status.SENT, detail=f"{context_of(report.guard)}: {body['state']}")


def _post(github: GitHub, target: Target, body: dict[str, object]) -> Fault | None:
    answer = github.write(f"/repos/{target.repository}/statuses/{target.head}", body)
    if answer.fault:
        return answer.fault
    try:
        # A redirect answers with a document as well: only an id proves that something was made.
        msgspec.convert(answer.data, _Posted)
    except msgspec.ValidationError:
        return Fault(trouble=Trouble.UNSURE, message="GitHub's answer shows no status")
    return None


def _stands(github: GitHub, target: Target, body: dict[str, object]) -> bool | None:
    """Whether this very status is the newest of its context; None where that cannot be told."""
    answer = github.read(f"/repos/{target.repository}/commits/{target.head}/statuses?per_page=100")
    try:
        posted = msgspec.convert(answer.data, tuple[_Posted, ...])
    except msgspec.ValidationError:
        return None
    newest = next((one for one in posted if one.context == body["context"]), None)
    if newest is None:
        return False
    return (newest.state, newest.description, newest.target_url) == (
        body["state"],
        body["description"],
        target.details_url,
    )
