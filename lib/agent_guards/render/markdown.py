"""The page that a reviewer reads in a comment or a step summary: GitHub's Markdown, within a size that GitHub takes."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby

from agent_guards.escape import address, code, markdown, shorten, visible
from agent_guards.finding import Finding, Severity
from agent_guards.render.words import PATH_LIMIT, SAID, advice, conclusion, facts, location, number, tally, told_once
from agent_guards.report import Outcome, Report, Subject, Table, Verdict

COMMENT = 65_536
STEP_SUMMARY = 1_048_576
SMALLEST = 16_384
"""Below this many bytes not even the frame of a page is sure to fit."""
LONGEST, FACTS, ORIGIN = 1_000, 200, 80
"""Characters of a message, of a guard's facts, of what was judged, that are shown."""
OPEN_ROWS = 20
"""Findings of a guard that are shown before the rest is folded."""
FEW = 4
"""So few findings are not folded away behind others that are shown."""
OPEN_TABLE = 6
"""Rows of a table up to which it is not folded."""

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
    outcome = told_once(outcome)
    blob = _blob(outcome.subject, server_url)
    top, bottom = _top(outcome), _bottom(outcome)
    reports = [report for report in outcome.reports if report.findings or report.notes or report.tables]
    share = limit // (4 * max(len(reports), 1))
    tails = ["".join([*(_rows(table, share) for table in report.tables), _notes(report, share)]) for report in reports]
    heads = [f"\n### {_MARKS[report.verdict]} {report.guard}\n" for report in reports]
    room = limit - sum(map(_size, [top, bottom, *tails, *heads]))
    page = [top]
    for index, report in enumerate(reports):
        sharing = sum(bool(later.findings) for later in reports[index:])
        rows = _findings(report, blob, room // max(sharing, 1))
        room -= _size(rows)
        page += [heads[index], rows, tails[index]]
    return "".join([*page, bottom])


def _top(outcome: Outcome) -> str:
    """The verdict, what to do next, and the guards at a glance."""
    lines = [f"## {_MARKS[outcome.verdict]} Agent Guards: {conclusion(outcome)}", ""]
    if advice(outcome):
        lines += [advice(outcome), ""]
    lines += ["| Guard | Verdict | Facts |", "|---|---|---|"]
    for report in outcome.reports:
        mode = f" (mode {report.mode})" if report.mode != "enforce" else ""
        said = ", ".join(filter(None, (f"{SAID[report.verdict]}{mode}", tally(report.findings)))).replace(" ", "&nbsp;")
        known = markdown(shorten(", ".join(facts(report)), FACTS))
        lines.append(f"| {report.guard} | {_MARKS[report.verdict]}&nbsp;{said} | {known} |")
    return _text(lines)


def _findings(report: Report, blob: str, room: int) -> str:
    """The findings rule by rule, the gravest first: some open, more of them folded, the rest counted."""
    room -= _size(_left_out(len(report.findings)))
    openly, left = OPEN_ROWS, 0
    page: list[str] = []
    rules = [list(found) for _, found in groupby(sorted(report.findings, key=_by_rule), key=_by_rule)]
    for index, findings in enumerate(rules):
        # A share for each: a rule that fired a thousand times leaves room for the one that fired once.
        sharing = len(rules) - index
        text, shown = _of_rule(findings, blob, room // sharing, max(openly // sharing, FEW - 1))
        page.append(text)
        room -= _size(text)
        openly -= min(shown, openly)
        left += len(findings) - shown
    return "".join(page) + _left_out(left)


def _of_rule(findings: Sequence[Finding], blob: str, room: int, openly: int) -> tuple[str, int]:
    """What one rule found: said once what it is and how to mend it, then each place. And how many places fitted."""
    first = findings[0]
    fix, agreed = Counter(finding.fix for finding in findings).most_common(1)[0]
    fix = fix if agreed * 2 > len(findings) else ""
    title = f"\n{_GRAVITY[first.severity]} **[{first.rule.id.partition('/')[2]}]({first.rule.docs})** · "
    if len(findings) == 1:
        only = f"{title}{_place(first, blob, '')}\n"
        return (only, 1) if _size(only) <= room else ("", 0)
    head = title + number(len(findings), first.severity.word) + (f"<br>**Fix:** {_said(fix)}\n" if fix else "\n")
    room -= _size(head) + _size(_folded([""] * len(findings))) + 1
    items: list[str] = []
    for finding in findings:
        item = f"- {_place(finding, blob, fix)}\n"
        room -= _size(item)
        if room < 0:
            break
        items.append(item)
    if not items:
        return "", 0
    if len(items) - openly < FEW:
        openly = len(items)
    return head + _open(items[:openly]) + _folded(items[openly:]), len(items)


def _by_rule(finding: Finding) -> tuple[int, str]:
    """The gravest first, and what one rule found together; otherwise findings keep their order."""
    return -finding.severity, finding.rule.id


def _open(items: Sequence[str]) -> str:
    return "\n" + "".join(items)


def _folded(items: Sequence[str]) -> str:
    if not items:
        return ""
    return f"\n<details>\n<summary>{number(len(items), 'more place')}</summary>\n\n{''.join(items)}\n</details>\n"


def _left_out(count: int) -> str:
    if not count:
        return ""
    are = "finding does" if count == 1 else "findings do"
    return f"\n{count:,} more {are} not fit here; <code>agent-guards check --format json</code> shows all.\n"


def _place(finding: Finding, blob: str, fix: str) -> str:
    """One place, linked to its line, and what is wrong there; how to mend it unless `fix` has been said of all."""
    own = "" if finding.fix == fix else f"<br>**Fix:** {_said(finding.fix)}"
    path, position = location(finding)
    if not path:
        return f"{_said(finding.message)}{own}"
    place = code(path + position)
    link = address(finding.path or "") if blob and len(finding.path or "") <= PATH_LIMIT else None
    if link:
        place = f"[{place}]({blob}{link}{f'#L{finding.line}' if finding.line else ''})"
    return f"{place} {_said(finding.message)}{own}"


def _rows(table: Table, room: int) -> str:
    """A table of the guard's own, folded where it is long, as far as it fits."""
    head = f"\n| {' | '.join(table.columns)} |\n|{'---|' * len(table.columns)}\n"
    rows = [f"| {' | '.join(map(_said, row))} |\n" for row in table.rows]
    room -= _size(head) + _size(table.title) + _size(table.legend) * 2 + 200
    shown: list[str] = []
    for row in rows:
        room -= _size(row)
        if room < 0:
            break
        shown.append(row)
    left = len(rows) - len(shown) + table.unlisted
    more = f"And {left:,} more. " if left else ""
    page = f"{head}{''.join(shown)}\n<sub>{more}{_said(table.legend)}</sub>\n"
    title = f"{table.title}: {number(len(rows) + table.unlisted, 'row')}"
    if len(rows) > OPEN_TABLE:
        return f"\n<details>\n<summary>{title}</summary>\n{page}\n</details>\n"
    return f"\n**{table.title}**\n{page}"


def _notes(report: Report, room: int) -> str:
    """What the reader should know beside the findings, as far as it fits."""
    items = [f"- {_said(note)}" for note in report.notes]
    room -= 60
    for index, item in enumerate(items):
        room -= _size(item) + 1
        if room < 0:
            items[index:] = [f"- and {number(len(items) - index, 'more note')}"]
            break
    title = ["**Notes**", ""] if report.findings or report.tables else []
    return _text(["", *title, *items]) if items else ""


def _bottom(outcome: Outcome) -> str:
    """What was judged, and by which policy; commit ids are cut as people cut them. And where to read more."""
    subject = outcome.subject
    origins = (("commit", subject.head), ("compared with", subject.base), ("policy", subject.policy))
    short = [(label, shorten(_ID.sub(r"\1", value), ORIGIN)) for label, value in origins if value]
    judged = f"Judged: {', '.join(f'{label} {code(value)}' for label, value in short)}"
    gravest = sorted(outcome.findings, key=_by_rule)[:1]
    more = [f"<code>agent-guards explain {finding.rule.id}</code> tells more of a rule." for finding in gravest]
    return _text(["", f"<sub>{'. '.join([judged, *more])}</sub>"])


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
