"""Judge what was gathered. Pure: the same inputs give the same findings, today and in a year."""

from collections.abc import Iterator

from agent_guards.escape import quote_all
from agent_guards.finding import Finding, Severity
from agent_guards.listed import deleted_files, listed_files, missing_section, nothing_listed, touched_file, unlisted
from guard_mcp import rules
from guard_mcp.inputs import Inputs
from guard_mcp.lines import RequestIds, judge, replays


def check(inputs: Inputs) -> Iterator[Finding]:
    """Judge the description, then the files that it lists, then what the change did to evidence."""
    if inputs.description.told:
        yield from _section(inputs)
    yield from listed_files(rules.FILES, inputs.description, inputs.added, inputs.deleted)
    yield from _files(inputs)
    yield from deleted_files(rules.FILES, inputs.deleted, inputs.base)
    yield from _not_recorded(inputs)


def _section(inputs: Inputs) -> Iterator[Finding]:
    """Judge what the description says, and what it leaves out."""
    description, paths = inputs.description, [added.path for added in inputs.added]
    wanted = inputs.require_section == "always" or (inputs.require_section == "code" and bool(inputs.code_files))
    if description.section is None:
        if wanted and not inputs.exempt_author:
            yield missing_section(rules.FILES, description, _subject(inputs), paths)
        return
    if inputs.exempted_on and inputs.code_files:
        yield rules.FALSE_EXEMPTION.at(
            f"Line {inputs.exempted_on} of the description claims “non-code change”, "
            f"but the change touches code: {quote_all(inputs.code_files)}."
        )
    if description.paths and wanted:
        yield from unlisted(rules.FILES, description, inputs.added)
    elif wanted and not inputs.exempted_on and not inputs.exempt_author:
        yield nothing_listed(rules.FILES, description, paths)


def _subject(inputs: Inputs) -> str:
    """Begin a sentence about the description."""
    if not inputs.code_files:
        return "The"
    code = f"{len(inputs.code_files)} code files" if len(inputs.code_files) > 1 else quote_all(inputs.code_files)
    return f"The change touches {code}, but the"


def _files(inputs: Inputs) -> Iterator[Finding]:
    """Judge what the change did to evidence files, listed or not."""
    seen = RequestIds()
    listed = {listed.path for listed in inputs.description.listed}
    for added in inputs.added:
        yield from touched_file(rules.FILES, added, listed, inputs.base)
        if added.file:
            yield from judge(added.file, inputs.limits)
            if added.rewritten is None:
                yield from replays(added.file, inputs.at_base)
            yield from seen.add(added.file)


def _not_recorded(inputs: Inputs) -> Iterator[Finding]:
    if inputs.require_recorded == "off" or inputs.whole or not inputs.code_files:
        return
    lines = sum(added.lines for added in inputs.added)
    if lines and not any(added.file.recorded for added in inputs.added if added.file):
        severity = Severity.ERROR if inputs.require_recorded == "error" else Severity.WARNING
        count = "The one line" if lines == 1 else f"None of the {lines} lines"
        said = "was not written by a recorder" if lines == 1 else "was written by a recorder"
        yield rules.NOT_RECORDED.at(f"{count} of evidence in this change {said}.", severity=severity)
