"""Where the reports went, and what the token lacks for the rest: the same table for the log and for the summary."""

from collections.abc import Iterable, Sequence

from agent_guards.delivery import Delivery, Status
from agent_guards.escape import markdown

_MARKS = {Status.SENT: "✅", Status.READ: "✅", Status.SKIPPED: "➖", Status.FAILED: "⚠️"}
_FORK = (
    "The pull request comes from a fork: its token can only read, whatever `permissions:` says. The verdict stands all "
    "the same; the README, “Forks”, says how reports get written back."
)
_ALWAYS = "contents: read"


def lacking(deliveries: Iterable[Delivery]) -> list[str]:
    """The lines that the workflow's `permissions:` needs, those that it needs anyway among them."""
    lines = [line for delivery in deliveries if delivery.permission for line in delivery.permission.split(", ")]
    if not lines:
        return []
    writes = {line.partition(":")[0] for line in lines if line.endswith(": write")}
    kept = [line for line in (_ALWAYS, *lines) if line.endswith(": write") or line.partition(":")[0] not in writes]
    return sorted(dict.fromkeys(kept))


def table(deliveries: Sequence[Delivery], *, fork: bool, cost: str) -> list[str]:
    """The lines for a log."""
    wide = max((len(delivery.sink) for delivery in deliveries), default=0)
    lines = [f"{d.sink:{wide}}  {d.status.value:7}  {d.detail}".rstrip() for d in deliveries]
    lines += _advice(deliveries, fork=fork)
    return [*lines, cost] if cost else lines


def page(deliveries: Sequence[Delivery], *, fork: bool, cost: str) -> str:
    """The same in Markdown, folded unless there is something that the reader can do."""
    if not deliveries:
        return ""
    rows = [f"| {_MARKS[d.status]} {d.sink} | {d.status.value} | {markdown(d.detail)} |" for d in deliveries]
    advice = _advice(deliveries, fork=fork)
    shown = [markdown(advice[0]), *(["```yaml", *advice[1:], "```"] if advice[1:] else [])] if advice else []
    unfolded = " open" if any(delivery.permission for delivery in deliveries) else ""
    lines = [
        "",
        f"<details{unfolded}>",
        "<summary>Where this report went</summary>",
        "",
        "| Place | | |",
        "|---|---|---|",
        *rows,
        "",
        *shown,
        "",
        f"<sub>{markdown(cost)}</sub>",
        "",
        "</details>",
    ]
    return "".join(f"{line}\n" for line in lines)


def _advice(deliveries: Sequence[Delivery], *, fork: bool) -> list[str]:
    lines = lacking(deliveries)
    if not lines:
        return []
    if fork:
        return [_FORK]
    return [
        "The token lacks permissions. Where the report shall go there, give the job:",
        "permissions:",
        *(f"  {line}" for line in lines),
    ]
