"""One check run a guard: opened before it judges, annotated fifty findings a request, completed last, never left open."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import quote as percent

import msgspec

from agent_guards.api import Answer, Fault, GitHub, Trouble, Write
from agent_guards.delivery import Delivery, Status
from agent_guards.escape import address, shorten, visible
from agent_guards.finding import Finding, Severity
from agent_guards.render.markdown import summary
from agent_guards.render.words import conclusion, number, softened, worst
from agent_guards.report import Outcome, Report, Subject, Verdict
from agent_guards.sinks import Target, Writing, undelivered

SINK = "check run"
PERMISSION = "checks: write"
BATCH = 50
"""Annotations that GitHub takes in one request."""
MOST = 250
"""Annotations of a guard; what lies beyond stands in the summary, as far as that goes."""
TEXT, MESSAGE, TITLE = 65_535, 8_000, 255
_LEVELS = {Severity.ERROR: "FAILURE", Severity.WARNING: "WARNING", Severity.NOTICE: "NOTICE"}
_GREEN = frozenset({Verdict.PASS, Verdict.EXEMPT, Verdict.NOT_APPLICABLE, Verdict.WARN})
_LONE = re.compile("[\\ud800-\\udfff]")
_BARE = "GitHub refused the whole report; the summary of the job has it."
_WANTED = "checkRun { id url }"
_NODES = (
    "query($ids: [ID!]!) { nodes(ids: $ids) { ... on CheckRun { id status annotations(first: 1) { totalCount } } } }"
)

Json = dict[str, object]


def name_of(guard: str) -> str:
    """The name that a ruleset requires. No job and no status of ours bears it, so neither can stand in for the other."""
    return f"agent-guards: {guard}"


class _Run(msgspec.Struct, kw_only=True):
    id: str
    url: str = ""


class _Payload(msgspec.Struct, rename="camel", kw_only=True):
    check_run: _Run | None


class _Count(msgspec.Struct, rename="camel", kw_only=True):
    total_count: int


class _State(msgspec.Struct, kw_only=True):
    id: str
    status: str
    annotations: _Count


class _States(msgspec.Struct, kw_only=True):
    nodes: tuple[_State | None, ...]


class _Listed(msgspec.Struct, kw_only=True):
    node_id: str
    external_id: str | None = None
    html_url: str | None = None


class _Listing(msgspec.Struct, kw_only=True):
    check_runs: tuple[_Listed, ...]


_Shape = TypeVar("_Shape")


@dataclass(kw_only=True)
class CheckRuns:
    """The check runs of one run, by guard."""

    github: GitHub
    target: Target
    repository_id: str
    guards: tuple[str, ...]
    opened: dict[str, _Run] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    fault: Fault | None = None
    """Why there are none, where there are none."""

    def open(self) -> None:
        """Create them in progress. Where the answer was lost they are looked for before any is created again."""
        self.fault = self._create(self.guards)
        if self.fault is None or self.fault.trouble is not Trouble.UNSURE:
            return
        for guard in self._missing():
            lost = self._look_for(guard)
            if lost:
                self.fault = lost
                return
        self.fault = self._create(self._missing())

    def abandon(self, why: str) -> None:
        """Complete what is open as failed: we crashed, and nothing may look as if it went on."""
        output: Json = {"title": "could not judge", "summary": why}
        writes = [self._update(guard, output, "FAILURE") for guard in self.opened if guard not in self.closed]
        if writes:
            self.github.mutate(writes)

    def publish(self, subject: Subject, report: Report, server_url: str) -> Writing:
        """Bring one guard's report: as many annotated updates as it takes, the last of which completes the run."""
        guard = report.guard
        run = self.opened.get(guard)
        if run is None:
            fault = self.fault or Fault(trouble=Trouble.UNSURE, message="GitHub created no check run")
            return undelivered(SINK, fault, PERMISSION)
        notes = annotations(report)
        output = _output(subject, report, len(notes), server_url)
        batches = [notes[start : start + BATCH] for start in range(0, len(notes), BATCH)] or [[]]
        conclusion_ = "SUCCESS" if report.verdict in _GREEN else "FAILURE"
        for index, batch in enumerate(batches):
            last = index == len(batches) - 1
            write = self._update(guard, {**output, "annotations": batch}, conclusion_ if last else None)
            (answer,) = yield [write]
            if answer.fault and answer.fault.trouble is Trouble.UNSURE:
                arrived = self._arrived(run.id, index * BATCH + len(batch), completed=last)
                if arrived is False:
                    (answer,) = yield [write]
                answer = Answer() if arrived else answer
            if answer.fault:
                if answer.fault.trouble is Trouble.REFUSED:
                    yield [self._update(guard, {"title": output["title"], "summary": _BARE}, conclusion_)]
                return undelivered(SINK, answer.fault, PERMISSION)
        self.closed.add(guard)
        return Delivery(sink=SINK, status=Status.SENT, detail=name_of(guard), url=run.url)

    def _create(self, guards: Sequence[str]) -> Fault | None:
        """Create check runs in one request; the last fault where not all of them were."""
        fault = None
        answers = self.github.mutate([self._creation(guard) for guard in guards]) if guards else ()
        for guard, answer in zip(guards, answers, strict=True):
            payload = _convert(answer, _Payload)
            if payload and payload.check_run:
                self.opened[guard] = payload.check_run
            else:
                fault = answer.fault or Fault(trouble=Trouble.UNSURE, message="GitHub answered without a check run")
        return fault

    def _missing(self) -> tuple[str, ...]:
        return tuple(guard for guard in self.guards if guard not in self.opened)

    def _look_for(self, guard: str) -> Fault | None:
        """Look for the check run that this very run may have created; a fault where that cannot be told."""
        path = f"/repos/{self.target.repository}/commits/{self.target.head}/check-runs"
        answer = self.github.read(f"{path}?check_name={percent(name_of(guard))}&filter=all&per_page=100")
        listing = _convert(answer, _Listing)
        if listing is None:
            return answer.fault or Fault(
                trouble=Trouble.UNSURE, message="GitHub's list of check runs has another shape"
            )
        for run in listing.check_runs:
            if run.external_id == self._external(guard):
                self.opened[guard] = _Run(id=run.node_id, url=run.html_url or "")
        return None

    def _arrived(self, run: str, annotated: int, *, completed: bool) -> bool | None:
        """Whether an update took effect though its answer was lost: a second one would append its annotations again."""
        states = _convert(self.github.query(_NODES, {"ids": [run]}), _States)
        state = states.nodes[0] if states and states.nodes else None
        if state is None:
            return None
        return state.annotations.total_count >= annotated and (state.status == "COMPLETED" or not completed)

    def _creation(self, guard: str) -> Write:
        given: Json = {
            "repositoryId": self.repository_id,
            "name": name_of(guard),
            "headSha": self.target.head,
            "externalId": self._external(guard),
            "status": "IN_PROGRESS",
            "startedAt": _now(),
        }
        if self.target.details_url:
            given["detailsUrl"] = self.target.details_url
        return Write(name="createCheckRun", given=given, wanted=_WANTED)

    def _update(self, guard: str, output: Mapping[str, object], conclusion_: str | None) -> Write:
        given: Json = {"repositoryId": self.repository_id, "checkRunId": self.opened[guard].id, "output": output}
        if conclusion_:
            given |= {"status": "COMPLETED", "conclusion": conclusion_, "completedAt": _now()}
        return Write(name="updateCheckRun", given=given, wanted=_WANTED)

    def _external(self, guard: str) -> str:
        """What tells this run's check run from those of other runs and attempts."""
        return f"{self.target.run_id}.{self.target.run_attempt}.{guard}"


def annotations(report: Report) -> list[Json]:
    """The findings that stand at a place of a file, the gravest first, as GitHub annotates them."""
    found = [
        annotation for finding in worst(report.findings) if (annotation := _annotation(softened(finding, report.mode)))
    ]
    return found[:MOST]


def _annotation(finding: Finding) -> Json | None:
    path = finding.path or ""
    if address(path) is None or _LONE.search(path):
        return None
    line = finding.line or 1
    location = {"startLine": line, "endLine": line}
    if finding.line and finding.column:
        location |= {"startColumn": finding.column, "endColumn": finding.column}
    said = "\n\n".join(filter(None, (visible(finding.message), visible(finding.fix))))
    return {
        "path": path,
        "location": location,
        "annotationLevel": _LEVELS[finding.severity],
        "title": shorten(finding.rule.id, TITLE),
        "message": shorten(said, MESSAGE),
    }


def _output(subject: Subject, report: Report, annotated: int, server_url: str) -> Json:
    """Title and page. How many findings are annotated is said where it is not all of them."""
    outcome = Outcome(subject=subject, reports=(report,))
    output: Json = {
        "title": shorten(conclusion(outcome), TITLE),
        "summary": summary(outcome, limit=TEXT, server_url=server_url),
    }
    if annotated < len(report.findings):
        output["text"] = f"{annotated:,} of {number(len(report.findings), 'finding')} are annotated in the files."
    return output


def _convert(answer: Answer, shape: type[_Shape]) -> _Shape | None:
    try:
        return None if answer.data is None else msgspec.convert(answer.data, shape)
    except msgspec.ValidationError:
        return None


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
