"""One writer for each place that a report goes to. A sink tells of its delivery and never touches the verdict."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass

from agent_guards.api import Answer, Fault, Trouble, Write
from agent_guards.delivery import Delivery, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What reports of this run are attached to."""

    repository: str
    head: str
    """The commit that carries check runs and statuses: of the event, never GITHUB_SHA."""
    run_id: int = 0
    run_attempt: int = 1
    details_url: str | None = None


Writing = Generator[Sequence[Write], tuple[Answer, ...], Delivery]
"""A sink at work: it yields what it wants to write and is sent the answers. Sinks run in step, one request for all."""


def undelivered(sink: str, fault: Fault, permission: str) -> Delivery:
    """Tell of the fault that prevented a delivery: what the token may not is skipped, everything else failed."""
    if fault.trouble is Trouble.FORBIDDEN:
        return Delivery(
            sink=sink, status=Status.SKIPPED, detail=f"The token may not: {fault.message}.", permission=permission
        )
    return Delivery(sink=sink, status=Status.FAILED, detail=f"{fault.message}.")
