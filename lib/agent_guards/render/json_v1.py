"""The report for machines, version 1: its keys are declared here, so that the inside may move and the outside stays.

Values are exact, not made visible: a machine compares them. The text is ASCII, so nothing that prints it acts on it.
"""

from agent_guards import __version__
from agent_guards.escape import as_json, exact
from agent_guards.finding import Finding
from agent_guards.report import Fact, Outcome, Report, Subject, Table

Json = dict[str, object]


def document(outcome: Outcome) -> str:
    """Write the outcome as report.schema.json describes it; equal outcomes give equal bytes."""
    return as_json(
        {
            "version": 1,
            "tool": {"name": "agent-guards", "version": __version__},
            "subject": _subject(outcome.subject),
            "verdict": outcome.verdict.value,
            "guards": [_report(report) for report in outcome.reports],
        }
    )


def _subject(subject: Subject) -> Json:
    return {
        "repository": _exact(subject.repository),
        "base": _exact(subject.base),
        "head": _exact(subject.head),
        "pull_request": subject.pull_request,
        "policy": exact(subject.policy),
    }


def _report(report: Report) -> Json:
    return {
        "guard": report.guard,
        "verdict": report.verdict.value,
        "mode": report.mode,
        "facts": {name: _exact(value) for name, value in report.facts.items()},
        "findings": [_finding(finding) for finding in report.findings],
        "notes": [exact(note) for note in report.notes],
        "tables": [_table(table) for table in report.tables],
    }


def _table(table: Table) -> Json:
    return {
        "title": table.title,
        "columns": list(table.columns),
        "rows": [[exact(cell) for cell in row] for row in table.rows],
        "unlisted": table.unlisted,
        "legend": exact(table.legend),
    }


def _finding(finding: Finding) -> Json:
    return {
        "rule": finding.rule.id,
        "severity": finding.severity.word,
        "message": exact(finding.message),
        "path": _exact(finding.path),
        "line": finding.line,
        "column": finding.column,
        "fix": exact(finding.fix),
        "docs": finding.rule.docs,
    }


def _exact(value: Fact) -> Fact:
    return exact(value) if isinstance(value, str) else value
