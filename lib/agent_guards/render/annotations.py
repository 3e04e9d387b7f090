"""What the runner turns into annotations and a foldable log: workflow commands, all written by `command`."""

from collections.abc import Mapping

from agent_guards.escape import visible
from agent_guards.finding import Finding, Severity
from agent_guards.render.text import text
from agent_guards.render.words import conclusion, softened, tally
from agent_guards.report import Outcome

LIMIT = 10
"""Annotations of one level that the runner keeps of one step."""
LONGEST = 4096
"""UTF-16 units of a message that the runner keeps."""
WIDTH = 100


def command(name: str, properties: Mapping[str, str | int | None], message: str) -> str:
    """Write one workflow command as GitHub's own toolkit does: the one encoder of commands."""
    pairs = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items() if value)
    return f"::{name}{' ' if properties else ''}{pairs}::{_data(message)}"


def log_line(text: str) -> str:
    """Make one line of any text that a runner's log shows and never obeys."""
    line = visible(text)
    return line.replace("::", ":\\x3a", 1) if line.lstrip().startswith("::") else line


def group(title: str) -> str:
    """Open a group of log lines, folded until someone opens it."""
    return command("group", {}, log_line(title))


def endgroup() -> str:
    """Close the group."""
    return command("endgroup", {}, "")


def annotations(outcome: Outcome, *, limit: int = LIMIT) -> str:
    """One command for each finding, the gravest first; what the runner would drop is told in a line."""
    findings = [softened(finding, report.mode) for report in outcome.reports for finding in report.findings]
    lines: list[str] = []
    unshown: list[Finding] = []
    for severity in sorted(Severity, reverse=True):
        of_level = [finding for finding in findings if finding.severity is severity]
        lines += [_annotation(finding) for finding in of_level[:limit]]
        unshown += of_level[limit:]
    if unshown:
        lines.append(f"Not annotated, as a step may have {limit} of a level: {tally(unshown)}. The report names them.")
    return "".join(f"{line}\n" for line in lines)


def github(outcome: Outcome) -> str:
    """What a step prints: the annotations, the whole report in a group, the verdict."""
    report = [log_line(line) for line in text(outcome, colour=False, width=WIDTH).splitlines()]
    lines = [group("agent-guards: the report"), *report, endgroup(), f"agent-guards: {log_line(conclusion(outcome))}"]
    return annotations(outcome) + "".join(f"{line}\n" for line in lines)


def _annotation(finding: Finding) -> str:
    properties = {
        "title": finding.rule.id,
        "file": visible(finding.path or ""),
        "line": finding.line,
        "col": finding.column if finding.line else None,
    }
    message = f"{visible(finding.message)}\n{visible(finding.fix)}".strip()
    return command(finding.severity.word, properties, _cut(message))


def _cut(message: str) -> str:
    """Cut a message before the runner does, so that the reader sees that it was."""
    units = message.encode("utf-16-le")
    if len(units) <= 2 * LONGEST:
        return message
    return units[: 2 * (LONGEST - 1)].decode("utf-16-le", "ignore") + "…"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
