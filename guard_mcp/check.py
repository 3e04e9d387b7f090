"""Judge what was gathered. Pure: the same inputs give the same findings, today and in a year."""

from collections.abc import Iterator

from agent_guards.escape import quote, quote_all
from agent_guards.finding import Finding, Severity
from agent_guards.repository import Kind
from agent_guards.sections import Section
from guard_mcp import rules
from guard_mcp.evidence import LAYOUT
from guard_mcp.history import LARGEST_CHANGE, LARGEST_FILE, MEBIBYTE, Added
from guard_mcp.inputs import Inputs, Listed
from guard_mcp.lines import RequestIds, judge, replays


def check(inputs: Inputs) -> Iterator[Finding]:
    """Judge the description, then the files that it lists, then what the change did to evidence."""
    if inputs.described and not inputs.whole:
        yield from _section(inputs)
    yield from _listed(inputs)
    yield from _files(inputs)
    for path in inputs.deleted:
        yield rules.DELETED_EVIDENCE.at(
            f"The change deletes {quote(path)}, which stood at the base.",
            path,
            fix=f"Restore it ({_restore(inputs, path)}), or archive it with a manifest in the same change.",
        )
    yield from _not_recorded(inputs)


def _section(inputs: Inputs) -> Iterator[Finding]:
    """Judge what the description says, and what it leaves out."""
    section = inputs.section
    wanted = inputs.require_section == "always" or (inputs.require_section == "code" and bool(inputs.code_files))
    if section is None:
        if wanted and not inputs.exempt_author:
            yield _missing_section(inputs)
        return
    if inputs.exempted_on and inputs.code_files:
        yield rules.FALSE_EXEMPTION.at(
            f"Line {inputs.exempted_on} of the description claims “non-code change”, "
            f"but the change touches code: {quote_all(inputs.code_files)}."
        )
    real = [listed for listed in inputs.listed if not listed.claim.placeholder]
    if real and wanted:
        yield from _unlisted(inputs)
    elif wanted and not inputs.exempted_on and not inputs.exempt_author:
        yield _nothing_listed(inputs, section)


def _missing_section(inputs: Inputs) -> Finding:
    code = f"{len(inputs.code_files)} code files" if len(inputs.code_files) > 1 else quote_all(inputs.code_files)
    subject = f"The change touches {code}, but the" if inputs.code_files else "The"
    if inputs.unheaded:
        return rules.MISSING_SECTION.at(
            f"{subject} description has no MCP Evidence section: line {inputs.unheaded} names it, but is no heading.",
            fix=f"Make line {inputs.unheaded} a heading: begin it with `## `, and leave a blank line before it.",
        )
    paths = [added.path for added in inputs.added]
    fix = f"Add a heading `## MCP Evidence` and list what this change adds: {quote_all(paths)}." if paths else ""
    return rules.MISSING_SECTION.at(f"{subject} description has no MCP Evidence section.", fix=fix)


def _nothing_listed(inputs: Inputs, section: Section) -> Finding:
    """The section stands there and says nothing: tell why, as far as it can be told."""
    where = f"The MCP Evidence section (line {section.number} of the description)"
    placeholders = [listed.claim.text for listed in inputs.listed if listed.claim.placeholder]
    if placeholders:
        return rules.PLACEHOLDER.at(f"{where} is still the template: it lists {quote(placeholders[0])}.")
    if inputs.unticked:
        return rules.NO_EVIDENCE_LISTED.at(
            f"{where} lists {quote_all(inputs.unticked)} only behind a box that is not ticked.",
            fix="Tick the box (`- [x]`), or list the path without one.",
        )
    paths = [added.path for added in inputs.added]
    fix = f"List what this change adds: {quote_all(paths)}." if paths else ""
    return rules.NO_EVIDENCE_LISTED.at(f"{where} lists no evidence file and claims no exemption.", fix=fix)


def _unlisted(inputs: Inputs) -> Iterator[Finding]:
    """Tell of evidence that the description is silent about. A path that is only misspelt there is told as that."""
    named = {listed.claim.text for listed in inputs.listed} | {_nearest(listed, inputs) for listed in inputs.listed}
    for added in inputs.added:
        if added.place and added.lines and not added.rewritten and added.path not in named:
            yield rules.UNLISTED_EVIDENCE.at(
                f"The change adds evidence in {quote(added.path)}, which the description does not list.", added.path
            )


def _nearest(listed: Listed, inputs: Inputs) -> str:
    """The file of this change that a listed path may have been meant for, where it names none itself."""
    if listed.entry or listed.claim.placeholder:
        return ""
    from difflib import get_close_matches

    return next(iter(get_close_matches(listed.claim.text, [added.path for added in inputs.added], 1, cutoff=0.8)), "")


def _listed(inputs: Inputs) -> Iterator[Finding]:
    added = {one.path: one for one in inputs.added}
    for listed in inputs.listed:
        # A file that the change deletes has its own finding.
        if not listed.claim.placeholder and listed.claim.text not in inputs.deleted:
            yield from _listed_path(listed, added.get(listed.claim.text), _nearest(listed, inputs))


def _listed_path(listed: Listed, added: Added | None, nearest: str) -> Iterator[Finding]:
    """Judge one listed path; one fault gives one finding."""
    path = listed.claim.text
    where = f"Line {listed.claim.line} of the description lists {quote(path)}"
    hint = f" Did you mean {quote(nearest)}?" if nearest else ""
    if not LAYOUT.locate(path):
        yield rules.MALFORMED_PATH.at(f"{where}: {LAYOUT.fault(path)}.{hint}")
    elif listed.ignored_by:
        yield rules.MISSING_FILE.at(
            f"{where}, but the file is not committed: the ignore rule {quote(listed.ignored_by)} swallows it.",
            path,
            fix="Add the file with `git add --force`, or let the ignore rule except evidence; then commit it.",
        )
    elif listed.entry is None:
        yield rules.MISSING_FILE.at(f"{where}, but no such file is committed.{hint}", path)
    elif listed.entry.kind is not Kind.FILE:
        if added is None:
            yield rules.NOT_A_FILE.at(f"{where}, which is a {listed.entry.kind.value}.", path)
    elif added is None or not (added.lines or added.unread or _has_problems(added) or added.rewritten):
        yield rules.EVIDENCE_NOT_IN_CHANGE.at(f"{where}, but this change adds no line to it.", path)


def _has_problems(added: Added) -> bool:
    return added.file is not None and bool(added.file.records.problems)


def _files(inputs: Inputs) -> Iterator[Finding]:
    """Judge what the change did to evidence files, listed or not."""
    seen = RequestIds()
    listed = {listed.claim.text for listed in inputs.listed}
    for added in inputs.added:
        if added.place is None and added.path not in listed:
            fault = LAYOUT.fault(added.path)
            yield rules.MALFORMED_PATH.at(f"{quote(added.path)} looks like evidence, but {fault}.", added.path)
        if added.entry.kind is not Kind.FILE:
            yield rules.NOT_A_FILE.at(f"{quote(added.path)} is a {added.entry.kind.value}.", added.path)
        elif added.unread:
            yield _too_large(added)
        if added.rewritten:
            yield rules.REWRITTEN_EVIDENCE.at(
                f"Line {added.rewritten} of {quote(added.path)} no longer stands as it stood at the base.",
                added.path,
                added.rewritten,
                1,
                fix=f"Restore the file ({_restore(inputs, added.path)}) and append new lines at its end.",
            )
        if added.file:
            yield from judge(added.file, inputs.limits)
            if added.rewritten is None:
                yield from replays(added.file, inputs.at_base)
            yield from seen.add(added.file)


def _restore(inputs: Inputs, path: str) -> str:
    return quote(f"git checkout {(inputs.base or 'BASE')[:12]} -- {path}", 400)


def _too_large(added: Added) -> Finding:
    if added.size > LARGEST_FILE:
        size = f"{added.size / MEBIBYTE:.1f} MiB; the cap is {LARGEST_FILE // MEBIBYTE} MiB a file"
    else:
        size = (
            f"{added.size / MEBIBYTE:.1f} MiB, with which the change's evidence passes {LARGEST_CHANGE // MEBIBYTE} MiB"
        )
    return rules.TOO_LARGE.at(f"{quote(added.path)} has {size}. It was not read.", added.path)


def _not_recorded(inputs: Inputs) -> Iterator[Finding]:
    if inputs.require_recorded == "off" or inputs.whole or not inputs.code_files:
        return
    lines = sum(added.lines for added in inputs.added)
    if lines and not any(added.recorded for added in inputs.added):
        severity = Severity.ERROR if inputs.require_recorded == "error" else Severity.WARNING
        count = "The one line" if lines == 1 else f"None of the {lines} lines"
        said = "was not written by a recorder" if lines == 1 else "was written by a recorder"
        yield rules.NOT_RECORDED.at(f"{count} of evidence in this change {said}.", severity=severity)
