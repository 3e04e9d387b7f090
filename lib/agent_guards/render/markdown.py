"""The page that a reviewer reads in a comment or a step summary: GitHub's Markdown, within a size that GitHub takes."""

import re
from collections.abc import Container, Iterable, Sequence

from agent_guards.escape import address, code, markdown, shorten, visible
from agent_guards.finding import Finding, Severity
from agent_guards.render.words import PATH_LIMIT, SAID, advice, conclusion, facts, location, number, tally, worst
from agent_guards.report import Outcome, Report, Subject, Verdict

COMMENT = 65_536
STEP_SUMMARY = 1_048_576
SMALLEST = 16_384
"""Below this many bytes not even the frame of a page is sure to fit."""
LONGEST, FACTS, ORIGIN = 1_000, 200, 80
"""Characters of a message, of a guard's facts, of what was judged, that are shown."""
OPEN_ROWS = 20
"""Findings of a guard that are shown before the rest is folded."""

_MARKS = {
    Verdict.PASS: "✅",
    Verdict.EXEMPT: "✅",
    Verdict.NOT_APPLICABLE: "➖",
    Verdict.WARN: "⚠️",
    Verdict.FAIL: "❌",
    Verdict.ERROR: "❌",
}
_GRAVITY = {Severity.ERROR: "❌", Severity.WARNING: "⚠️", Severity.NOTICE: "ℹ️"}
_REPOSITORY = re.compile(r"(?!\.)[\w.-]+/(?!\.)[\w.-]+", re.ASCII)
_COMMIT = re.compile(r"[0-9a-f]{7,64}")
_ID = re.compile(r"\b([0-9a-f]{10})[0-9a-f]{30,54}\b")


def summary(outcome: Outcome, *, limit: int = COMMENT, server_url: str = "https://github.com") -> str:
    """Write the outcome as a page of at most `limit` bytes; findings that do not fit are left out whole, and counted."""
    blob = _blob(outcome.subject, server_url)
    top, bottom = _top(outcome), _bottom(outcome.subject)
    reports = [report for report in outcome.reports if report.findings or report.notes]
    tails = [_notes(report, limit // (4 * len(reports))) for report in reports]
    heads = [f"\n### {_MARKS[report.verdict]} {report.guard}\n" for report in reports]
    room = limit - sum(map(_size, [top, bottom, *tails, *heads]))
    page = [top]
    for index, report in enumerate(reports):
        rows = _findings(report, blob, room // (len(reports) - index))
        room -= _size(rows)
        page += [heads[index], rows, tails[index]]
    return "".join([*page, bottom])


def _top(outcome: Outcome) -> str:
    """The verdict, what to do next, and the guards at a glance."""
    lines = [f"## {_MARKS[outcome.verdict]} Agent Guards: {conclusion(outcome)}", ""]
    gravest = worst(outcome.findings)[:1]
    more = [f"<code>agent-guards explain {finding.rule.id}</code> tells more of a rule." for finding in gravest]
    if advice(outcome):
        lines += [" ".join([advice(outcome), *more]), ""]
    lines += ["| Guard | Verdict | Findings | Facts |", "|---|---|---|---|"]
    for report in outcome.reports:
        mode = f" (mode {report.mode})" if report.mode != "enforce" else ""
        said = f"{_MARKS[report.verdict]} {SAID[report.verdict]}{mode}"
        known = markdown(shorten(", ".join(facts(report)), FACTS))
        lines.append(f"| {report.guard} | {said} | {tally(report.findings) or 'none'} | {known} |")
    return _text(lines)


def _findings(report: Report, blob: str, room: int) -> str:
    """The findings, the gravest first: some in an open table, more in a folded one, the rest counted."""
    if not report.findings:
        return ""
    told: set[tuple[str, str]] = set()
    rows: list[str] = []
    room -= sum(map(_size, (_table([]), _folded([""] * len(report.findings)), _left_out(len(report.findings)))))
    for finding in worst(report.findings):
        row = _row(finding, blob, told)
        room -= _size(row)
        if room < 0:
            break
        told.add((finding.rule.id, finding.fix))
        rows.append(row)
    left = len(report.findings) - len(rows)
    return _table(rows[:OPEN_ROWS]) + _folded(rows[OPEN_ROWS:]) + _left_out(left)


def _table(rows: Sequence[str]) -> str:
    return "\n| Where | Rule | What | How to mend |\n|---|---|---|---|\n" + "".join(rows)


def _folded(rows: Sequence[str]) -> str:
    if not rows:
        return ""
    return f"\n<details>\n<summary>{number(len(rows), 'more finding')}</summary>\n{_table(rows)}\n</details>\n"


def _left_out(count: int) -> str:
    if not count:
        return ""
    are = "finding does" if count == 1 else "findings do"
    return f"\n{count:,} more {are} not fit here; <code>agent-guards check --format json</code> shows all.\n"


def _row(finding: Finding, blob: str, told: Container[tuple[str, str]]) -> str:
    """One finding; a fix that an earlier row of the same rule gave is not said again."""
    path, position = location(finding)
    place = code(path + position) if path else "–"
    link = address(finding.path or "") if blob and len(finding.path or "") <= PATH_LIMIT else None
    if link:
        place = f"[{place}]({blob}{link}{f'#L{finding.line}' if finding.line else ''})"
    rule = f"{_GRAVITY[finding.severity]}&nbsp;[{finding.rule.id.partition('/')[2]}]({finding.rule.docs})"
    fix = "as above" if (finding.rule.id, finding.fix) in told else _said(finding.fix)
    return f"| {place} | {rule} | {_said(finding.message)} | {fix} |\n"


def _notes(report: Report, room: int) -> str:
    """What the reader should know beside the findings, as far as it fits."""
    items = [f"- {_said(note)}" for note in report.notes]
    room -= 40
    for index, item in enumerate(items):
        room -= _size(item) + 1
        if room < 0:
            items[index:] = [f"- and {number(len(items) - index, 'more note')}"]
            break
    return _text(["", *items]) if items else ""


def _bottom(subject: Subject) -> str:
    """What was judged, and by which policy; commit ids are cut as people cut them."""
    origins = (("commit", subject.head), ("compared with", subject.base), ("policy", subject.policy))
    short = [(label, shorten(_ID.sub(r"\1", value), ORIGIN)) for label, value in origins if value]
    return _text(["", f"<sub>Judged: {', '.join(f'{label} {code(value)}' for label, value in short)}</sub>"])


def _blob(subject: Subject, server_url: str) -> str:
    """Where the files of the judged commit are shown; empty where that is not known for sure."""
    repository, head = subject.repository or "", subject.head or ""
    known = _REPOSITORY.fullmatch(repository) and _COMMIT.fullmatch(head)
    return f"{server_url}/{repository}/blob/{head}/" if known else ""


def _said(message: str) -> str:
    return markdown(shorten(visible(message), LONGEST))


def _text(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _size(text: str) -> int:
    return len(text.encode())
