"""A Report is one guard's verdict, decided here and never changed by a delivery."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Literal

from msgspec import Struct, field
from msgspec.structs import replace

from agent_guards.finding import Finding, Severity

Mode = Literal["enforce", "warn", "observe", "off"]
Fact = str | int | None


class Verdict(StrEnum):
    """What a guard says of a change."""

    PASS = "pass"
    FAIL = "fail"
    EXEMPT = "exempt"
    NOT_APPLICABLE = "not-applicable"
    WARN = "warn"
    ERROR = "error"


class Subject(Struct, frozen=True, kw_only=True):
    """What was judged."""

    repository: str | None = None
    base: str | None = None
    head: str | None = None
    pull_request: int | None = None
    policy: str = "default"


class Table(Struct, frozen=True, kw_only=True):
    """What is better seen than said: rows of short cells. A cell is a message: foreign text in it has gone through `quote`.

    The first two columns name a row and the third draws it: a narrow page sets these apart from the rest.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    """The most telling first; a renderer may show fewer."""
    unlisted: int = 0
    """How many rows there are beside these, none of them more telling."""
    legend: str = ""


class Report(Struct, frozen=True, kw_only=True):
    """One guard's verdict on one subject, with everything that a renderer needs."""

    guard: str
    verdict: Verdict
    mode: Mode = "enforce"
    facts: Mapping[str, Fact] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    """What the reader should know beside the findings: what was not judged and why, what was waived."""
    tables: tuple[Table, ...] = ()

    def count(self, severity: Severity) -> int:
        """How many findings are of this severity."""
        return sum(finding.severity is severity for finding in self.findings)


class Outcome(Struct, frozen=True, kw_only=True):
    """The reports of one run: what every renderer and sink receives."""

    subject: Subject
    reports: tuple[Report, ...]

    @property
    def verdict(self) -> Verdict:
        """The worst verdict of all, `not-applicable` only where no guard had anything to judge."""
        verdicts = {report.verdict for report in self.reports}
        for verdict in (Verdict.ERROR, Verdict.FAIL, Verdict.WARN, Verdict.PASS, Verdict.EXEMPT):
            if verdict in verdicts:
                return verdict
        return Verdict.NOT_APPLICABLE

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, guard by guard."""
        return tuple(finding for report in self.reports for finding in report.findings)


def decide(
    report: Report, findings: Iterable[Finding], *, applies: bool, exempt: bool, fail_on: Severity | None
) -> Report:
    """Give `report` its findings, in order and each once, and the verdict that follows from them."""
    ordered = tuple(sorted(dict.fromkeys(findings), key=lambda finding: finding.order))
    blocking = fail_on is not None and any(finding.severity >= fail_on for finding in ordered)
    if ordered and report.mode != "enforce":
        verdict = Verdict.WARN
    elif blocking:
        verdict = Verdict.FAIL
    elif exempt:
        verdict = Verdict.EXEMPT
    else:
        verdict = Verdict.PASS if applies else Verdict.NOT_APPLICABLE
    return replace(report, findings=ordered, verdict=verdict)
