"""What a failing guard does to its pull request, where the policy asks for it: a label, and the way back to a draft."""

from collections.abc import Mapping

import msgspec

from agent_guards.api import Fault, Trouble, Write
from agent_guards.delivery import Delivery, Status
from agent_guards.live import Page
from agent_guards.pull import Label
from agent_guards.report import Outcome, Verdict
from agent_guards.sinks import Writing, undelivered

LABELS, DRAFT = "labels", "draft"
PERMISSION = "pull-requests: write"
DRAFT_PERMISSION = "pull-requests: write, contents: write"
_COLOUR = "d93f0b"
_NAMES: Mapping[str, str] = {
    "guard-mcp": "needs-mcp-evidence",
    "idle-guard": "needs-heartbeat",
    "dev-mcp-ban": "has-dev-mcp",
}


def label_of(guard: str) -> str:
    """The label of a pull request at which this guard fails."""
    return _NAMES.get(guard, f"needs-{guard}")


class _Made(msgspec.Struct, kw_only=True):
    label: Label | None


def publish(page: Page, outcome: Outcome) -> Writing:
    """Put on the labels of the guards that fail and take off those of the guards that no longer do."""
    if page.pull is None or page.pull.labels is None:
        return Delivery(sink=LABELS, status=Status.SKIPPED, detail="There is no pull request to label.")
    worn = {label.name: label.id for label in page.pull.labels.nodes}
    judged = [report for report in outcome.reports if report.verdict is not Verdict.ERROR]
    due = [label_of(report.guard) for report in judged if report.verdict is Verdict.FAIL]
    off = [label_of(report.guard) for report in judged if report.verdict is not Verdict.FAIL]
    added = [name for name in due if name not in worn]
    removed = [name for name in off if name in worn]
    known = {label.name: label.id for label in page.labels}
    unknown = [name for name in added if name not in known]
    if unknown:
        answers = yield [_creation(page, name) for name in unknown]
        for name, answer in zip(unknown, answers, strict=True):
            made = msgspec.convert(answer.data, _Made).label if answer.fault is None else None
            if made is None:
                lost = answer.fault or Fault(trouble=Trouble.UNSURE, message=f"GitHub made no label {name}")
                return undelivered(LABELS, lost, PERMISSION)
            known[name] = made.id
    writes = []
    if added:
        given: dict[str, object] = {"labelableId": page.pull.id, "labelIds": [known[name] for name in added]}
        writes.append(Write(name="addLabelsToLabelable", given=given))
    if removed:
        given = {"labelableId": page.pull.id, "labelIds": [worn[name] for name in removed]}
        writes.append(Write(name="removeLabelsFromLabelable", given=given))
    for answer in (yield writes) if writes else ():
        if answer.fault:
            return undelivered(LABELS, answer.fault, PERMISSION)
    said = [f"+{name}" for name in added] + [f"-{name}" for name in removed]
    return Delivery(sink=LABELS, status=Status.SENT, detail=", ".join(said) or "They are right as they are.")


def draft(page: Page, outcome: Outcome) -> Writing:
    """Make a failing pull request a draft again. It never becomes ready by itself: that is its author's word."""
    if page.pull is None or outcome.verdict is not Verdict.FAIL or page.pull.is_draft:
        return Delivery(sink=DRAFT, status=Status.SKIPPED, detail="There is nothing to convert.")
    (answer,) = yield [Write(name="convertPullRequestToDraft", given={"pullRequestId": page.pull.id})]
    if answer.fault:
        return undelivered(DRAFT, answer.fault, DRAFT_PERMISSION)
    return Delivery(sink=DRAFT, status=Status.SENT, detail="Converted to a draft.")


def _creation(page: Page, name: str) -> Write:
    given: dict[str, object] = {
        "repositoryId": page.repository_id,
        "name": name,
        "color": _COLOUR,
        "description": "Set and taken off by Agent Guards",
    }
    return Write(name="createLabel", given=given, wanted="label { id name }")
