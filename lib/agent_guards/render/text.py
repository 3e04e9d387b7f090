"""What a developer reads in the terminal: by guard the verdict, the findings of each file, the fix, what to do next."""

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import TypeVar

from msgspec import Struct

from agent_guards.escape import visible
from agent_guards.finding import Finding, Severity
from agent_guards.render.words import SAID, advice, conclusion, facts, location, tally, told_once, worst
from agent_guards.report import Outcome, Report, Table, Verdict

NARROWEST, WIDEST = 40, 120
IN_ONE_FILE, OF_ONE_RULE = 10, 40
"""How many findings of a rule are shown in one file, and in one guard's report; the rest is counted."""
OF_ONE_TABLE = 12
"""How many rows of a table are shown."""

Key = TypeVar("Key", bound=Hashable)
_MARKS = {
    Verdict.PASS: ("✓", "green"),
    Verdict.EXEMPT: ("✓", "green"),
    Verdict.NOT_APPLICABLE: ("-", "dim"),
    Verdict.WARN: ("!", "yellow"),
    Verdict.FAIL: ("✗", "red"),
    Verdict.ERROR: ("✗", "red"),
}
_HUES = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTICE: "blue"}
_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34", "cyan": "36"}
_PAINT = re.compile("\x1b\\[[0-9;]*m")


def text(outcome: Outcome, *, colour: bool, width: int) -> str:
    """Write the outcome for a terminal of `width` columns; it ends with one line that says it all."""
    outcome = told_once(outcome)
    page = _Page(colour=colour, width=min(max(width, NARROWEST), WIDEST))
    lines: list[str] = []
    for before, report in zip((None, *outcome.reports), outcome.reports, strict=False):
        if before and (before.findings or report.findings):
            lines.append("")
        lines += page.report(report)
    return "\n".join([*lines, "", *page.ending(outcome)]) + "\n"


def laid_out(table: Table, *, colour: bool, width: int) -> Iterator[str]:
    """Write one table by itself."""
    return _Page(colour=colour, width=min(max(width, NARROWEST), WIDEST)).table(table)


class _Page(Struct, frozen=True, kw_only=True):
    """How wide, and whether in colour."""

    colour: bool
    width: int

    def report(self, report: Report) -> Iterator[str]:
        """One guard: its verdict in a line, its findings, then what else is to be known."""
        mark, hue = _MARKS[report.verdict]
        mode = f" (mode {report.mode})" if report.mode != "enforce" else ""
        said = SAID[report.verdict] + mode + (f": {tally(report.findings)}" if report.findings else "")
        yield from self.wrap(said, "", f"{self.paint(mark, hue)} {self.paint(report.guard, 'bold')} ", hue)
        for known in filter(None, [", ".join(facts(report))]):
            yield from self.wrap(known, "  ", hue="dim")
        yield from self.findings(report.findings)
        for table in report.tables:
            yield ""
            yield from self.table(table)
        if (report.findings or report.tables) and report.notes:
            yield ""
        for note in report.notes:
            yield from self.wrap(note, "  ", self.paint("note: ", "bold"))

    def findings(self, findings: Iterable[Finding]) -> Iterator[str]:
        """The findings by file, in a file by rule; beyond the limits they are counted."""
        told: set[tuple[str, str]] = set()
        shown: dict[str, int] = {}
        unshown: dict[str, int] = {}
        for _, in_file in groupby(findings, key=lambda finding: finding.path):
            for group in _by(in_file, lambda finding: (finding.rule.id, finding.severity)).values():
                rule = group[0].rule.id
                room = min(IN_ONE_FILE, OF_ONE_RULE - shown.get(rule, 0))
                if room > 0:
                    shown[rule] = shown.get(rule, 0) + min(room, len(group))
                    yield from self.group(group, room, told)
                else:
                    unshown[rule] = unshown.get(rule, 0) + len(group)
        for rule, count in unshown.items():
            yield ""
            yield from self.rest(count, rule, "other files", "  ")

    def group(self, group: Sequence[Finding], room: int, told: set[tuple[str, str]]) -> Iterator[str]:
        """The findings of one rule in one file; a fix that several findings share stands once, below its first findings."""
        severity, rule = group[0].severity, group[0].rule.id
        yield ""
        yield self.paint(f"  {severity.word} {rule}", _HUES[severity])
        for fix, same in _by(group[:room], lambda finding: finding.fix).items():
            for finding in same:
                if finding.path is not None:
                    path, position = location(finding)
                    yield f"    {self.paint(path, 'bold')}{self.paint(position, 'dim')}"
                yield from self.wrap(finding.message, "    " if finding.path is None else "      ")
            if fix and (rule, fix) not in told:
                yield from self.wrap(fix, "    ", self.paint("fix: ", "green"))
            told.add((rule, fix))
        if len(group) > room:
            yield from self.rest(len(group) - room, rule, "this file", "    ")

    def table(self, table: Table) -> Iterator[str]:
        """A table in columns where the page is wide enough; else each row by itself, with the names of its values."""
        shown = [[visible(cell).replace("`", "") for cell in row] for row in table.rows[:OF_ONE_TABLE]]
        yield f"  {self.paint(table.title, 'bold')}"
        lines = list(_aligned(table.columns, shown))
        if _columns(lines[0]) + 4 <= self.width:
            yield f"    {self.paint(lines[0].rstrip(), 'dim')}"
            yield from (f"    {line}".rstrip() for line in lines[1:])
        else:
            for row in shown:
                named = (f"{name} {cell}" for name, cell in zip(table.columns[3:], row[3:], strict=True))
                yield f"    {self.paint(' '.join(row[:2]), 'bold')}  {row[2]}"
                yield from self.wrap(", ".join(named), "      ")
        left = len(table.rows) - len(shown) + table.unlisted
        more = f"and {left:,} more. " if left else ""
        yield from self.wrap(more + table.legend, "    ", hue="dim")

    def rest(self, count: int, rule: str, where: str, indent: str) -> Iterator[str]:
        """What was left out, and how to see it."""
        return self.wrap(f"and {count:,} more of {rule} in {where}; --format json shows all", indent, hue="dim")

    def ending(self, outcome: Outcome) -> Iterator[str]:
        """The last lines: one that sums up, then what to do."""
        mark, hue = _MARKS[outcome.verdict]
        yield from self.wrap(conclusion(outcome), "", self.paint(f"{mark} ", hue), hue)
        if advice(outcome):
            yield from self.wrap(advice(outcome), "  ", hue="dim")
        for finding in worst(outcome.findings)[:1]:
            yield f"  {self.paint('more:', 'dim')} {self.paint(f'agent-guards explain {finding.rule.id}', 'cyan')}"

    def wrap(self, message: str, indent: str, lead: str = "", hue: str = "") -> Iterator[str]:
        """A message in lines of at most the page's width; quoted values stand out, by colour or by their backticks."""
        quoted, hanging = False, " " * len(_PAINT.sub("", lead))
        for line in _lines(visible(message), self.width - len(indent + hanging)):
            parts = line.split("`")
            painted = [self.paint(part, "cyan" if quoted ^ index % 2 else hue) for index, part in enumerate(parts)]
            quoted ^= len(parts) % 2 == 0
            yield f"{indent}{lead}{('' if self.colour else '`').join(painted)}"
            lead = hanging

    def paint(self, words: str, hue: str) -> str:
        """Set words in a colour, where there is colour."""
        return f"\x1b[{_CODES[hue]}m{words}\x1b[0m" if self.colour and words and hue else words


def _aligned(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The lines of a table, every column as wide as its widest cell."""
    widths = [max(map(_columns, cells)) for cells in zip(columns, *rows, strict=True)]
    for row in (columns, *rows):
        yield "  ".join(cell + " " * (width - _columns(cell)) for cell, width in zip(row, widths, strict=True))


def _by(findings: Iterable[Finding], key: Callable[[Finding], Key]) -> dict[Key, list[Finding]]:
    """The findings in groups, in the order in which these first appear."""
    groups: dict[Key, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(key(finding), []).append(finding)
    return groups


def _lines(message: str, room: int) -> Iterator[str]:
    """Break a message at blanks; a word that is longer than the room stays whole, so that it can be copied."""
    line = ""
    for word in message.split(" "):
        longer = f"{line} {word}" if line else word
        if line and _columns(longer) > room:
            yield line
            longer = word
        line = longer
    yield line


def _columns(line: str) -> int:
    """How many columns a terminal gives a line."""
    if line.isascii():
        return len(line)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in line)
