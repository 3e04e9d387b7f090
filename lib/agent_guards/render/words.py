"""The words in which every renderer speaks of a verdict, so that terminal, log and page say the same."""

from collections.abc import Iterable

from msgspec.structs import replace

from agent_guards.escape import quote, shorten, visible
from agent_guards.finding import Finding, Severity
from agent_guards.report import Mode, Outcome, Report, Verdict

PATH_LIMIT = 400
SAID = {
    Verdict.PASS: "passed",
    Verdict.FAIL: "failed",
    Verdict.EXEMPT: "exempt",
    Verdict.NOT_APPLICABLE: "not applicable",
    Verdict.WARN: "not blocking",
    Verdict.ERROR: "could not judge",
}


def number(count: int, noun: str) -> str:
    """A count with its noun: `1 error`, `1,200 errors`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def tally(findings: Iterable[Finding]) -> str:
    """How many findings of each severity, the worst first; empty where there are none."""
    severities = [finding.severity for finding in findings]
    counts = [(severities.count(severity), severity.word) for severity in sorted(Severity, reverse=True)]
    return ", ".join(number(count, word) for count, word in counts if count)


def facts(report: Report) -> list[str]:
    """The report's numbers, each as a message of its own, without those that are not known."""
    return [
        f"{visible(name.replace('_', ' '))}: {f'{value:,}' if isinstance(value, int) else quote(value)}"
        for name, value in report.facts.items()
        if value is not None
    ]


def softened(finding: Finding, mode: Mode) -> Finding:
    """The finding as a place that counts severities may show it: what does not block is no error there."""
    most = {"enforce": Severity.ERROR, "warn": Severity.WARNING}.get(mode, Severity.NOTICE)
    return finding if finding.severity <= most else replace(finding, severity=most)


def conclusion(outcome: Outcome) -> str:
    """The whole outcome in a few words."""
    counts = tally(outcome.findings)
    if outcome.verdict in {Verdict.FAIL, Verdict.ERROR}:
        names = [report.guard for report in outcome.reports if report.verdict is outcome.verdict]
        said = f"{' and '.join(filter(None, (', '.join(names[:-1]), names[-1])))} {SAID[outcome.verdict]}"
    else:
        said = "nothing to judge" if outcome.verdict is Verdict.NOT_APPLICABLE else "passed"
    return f"{said}, {counts}" if counts else said


def told_once(outcome: Outcome) -> Outcome:
    """The outcome with what every report notes told by one alone: the first of those that decide the verdict."""
    shared = set.intersection(*({*report.notes} for report in outcome.reports)) if len(outcome.reports) > 1 else set()
    if not shared:
        return outcome
    teller = next(index for index, report in enumerate(outcome.reports) if report.verdict is outcome.verdict)
    reports = (
        report if index == teller else replace(report, notes=tuple(note for note in report.notes if note not in shared))
        for index, report in enumerate(outcome.reports)
    )
    return replace(outcome, reports=tuple(reports))


def advice(outcome: Outcome) -> str:
    """What the author of the change does next; empty where there is nothing to do."""
    if outcome.verdict is Verdict.ERROR:
        return "No verdict was reached. Mend what the notes name and run the check again."
    if outcome.verdict is Verdict.FAIL:
        return "Mend what is named here, then push or edit the description: the check runs again."
    return "None of this blocks the merge." if outcome.findings else ""


def worst(findings: Iterable[Finding]) -> list[Finding]:
    """The findings with the gravest first, otherwise in their order."""
    return sorted(findings, key=lambda finding: -finding.severity)


def location(finding: Finding) -> tuple[str, str]:
    """Where a finding stands, for people: the path made visible, and `:line:column` as far as it is known."""
    position = "".join(f":{part}" for part in (finding.line, finding.column) if part is not None)
    return visible(shorten(finding.path or "", PATH_LIMIT)), position
