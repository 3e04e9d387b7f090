"""What the runner itself takes: the step's summary, its outputs, and report files for the steps behind it."""

import os
from collections.abc import Mapping
from pathlib import Path

from agent_guards.delivery import Delivery, Status
from agent_guards.escape import exact, quote
from agent_guards.finding import Severity
from agent_guards.report import Outcome

SUMMARY, OUTPUTS = "summary", "outputs"
STEP_LIMIT = 1_048_576
"""Bytes of a step's summary; the runner drops a longer one whole."""


def write_summary(path: str, page: str) -> Delivery:
    """Add the page to what the step says already; `page` has been cut to `room_for_summary`."""
    try:
        with open(path, "a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(page)
    except OSError as error:
        return Delivery(sink=SUMMARY, status=Status.FAILED, detail=f"It cannot be written: {error.strerror}.")
    return Delivery(sink=SUMMARY, status=Status.SENT)


def room_for_summary(path: str) -> int:
    """How many bytes the step's summary may still take."""
    try:
        return STEP_LIMIT - os.path.getsize(path)
    except OSError:
        return STEP_LIMIT


def write_file(sink: str, path: str, text: str) -> Delivery:
    """Write a report file where the workflow wants it, through no link that a checkout may have laid there."""
    target = Path(os.path.abspath(path))
    try:
        if link := _link(target):
            detail = f"{quote(path)} was not written: {quote(link)} is a symbolic link."
            return Delivery(sink=sink, status=Status.FAILED, detail=detail)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", errors="backslashreplace")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no file has such a name"
        return Delivery(sink=sink, status=Status.FAILED, detail=f"{quote(path)} cannot be written: {reason}.")
    return Delivery(sink=sink, status=Status.SENT, detail=quote(path))


def _link(target: Path) -> Path | None:
    """The first link on the way from the folder that we run in, the checkout, down to the target."""
    here = Path.cwd()
    ways = [place for place in (target, *target.parents) if here in place.parents]
    return next((place for place in reversed(ways) if place.is_symlink()), None)


def outputs_of(outcome: Outcome, *, report_file: str, comment_url: str, check_run_url: str) -> Mapping[str, str]:
    """The outputs of the action, each on one line."""
    return {
        "verdict": outcome.verdict.value,
        "errors": str(sum(report.count(Severity.ERROR) for report in outcome.reports)),
        "warnings": str(sum(report.count(Severity.WARNING) for report in outcome.reports)),
        "report-file": exact(report_file),
        "comment-url": exact(comment_url),
        "check-run-url": exact(check_run_url),
    }


def write_outputs(path: str, outputs: Mapping[str, str]) -> Delivery:
    """Set the step's outputs with the runner's toolkit, which puts each between random delimiters into GITHUB_OUTPUT.

    Of the toolkit nothing else is used: its set_secret would print the token, which the runner masks by itself.
    """
    from actions_toolkit.core import set_output

    if not os.path.isfile(path):  # the toolkit raises a bare Exception
        return Delivery(sink=OUTPUTS, status=Status.FAILED, detail=f"There is no file {quote(path)}.")
    try:
        for name, value in outputs.items():
            set_output(name, value)
    except OSError as error:
        return Delivery(sink=OUTPUTS, status=Status.FAILED, detail=f"They cannot be written: {error.strerror}.")
    return Delivery(sink=OUTPUTS, status=Status.SENT)
