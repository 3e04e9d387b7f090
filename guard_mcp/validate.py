"""Judge evidence files by themselves, in bulk: every line rule, without a change around them."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from agent_guards.escape import quote
from agent_guards.finding import Rule
from agent_guards.guard import FileVerdict, LooseFile
from agent_guards.policy import Policy
from agent_guards.records import read
from guard_mcp import rules
from guard_mcp.evidence import KIND, LAYOUT, broken_links
from guard_mcp.history import LARGEST_FILE, MEBIBYTE
from guard_mcp.lines import EvidenceFile, Limits, RequestIds, judge


def judge_files(files: Iterable[LooseFile], policy: Policy, now: datetime) -> Iterator[FileVerdict]:
    """Judge one file after the other; only request ids are remembered from one to the next."""
    settings = policy.guards.guard_mcp
    limits = Limits(tools=frozenset(settings.tools), latest=now + settings.clock_skew, head="now")
    seen = RequestIds()
    for loose in files:
        if loose.fault:
            yield _refused(rules.NOT_A_FILE, loose, loose.fault)
        elif len(loose.data) > LARGEST_FILE:
            size = f"has {len(loose.data) / MEBIBYTE:.1f} MiB; the cap is {LARGEST_FILE // MEBIBYTE} MiB a file"
            yield _refused(rules.TOO_LARGE, loose, size)
        else:
            yield _judged(loose, limits, seen)


def _judged(loose: LooseFile, limits: Limits, seen: RequestIds) -> FileVerdict:
    records = read(KIND, loose.data)
    chained = any(value.x_recorder is not None for value in records.values)
    file = EvidenceFile(
        path=loose.path,
        place=LAYOUT.locate(loose.path),
        records=records,
        broken_links=tuple(broken_links(loose.data, records)) if chained else (),
    )
    findings = [*judge(file, limits), *seen.add(file)]
    if file.place is None and LAYOUT.resembling.fullmatch(loose.path):
        fault = LAYOUT.fault(loose.path)
        findings.append(rules.MALFORMED_PATH.at(f"{quote(loose.path)} looks like evidence, but {fault}.", loose.path))
    return FileVerdict(lines=records.lines, findings=tuple(findings))


def _refused(rule: Rule, loose: LooseFile, fault: str) -> FileVerdict:
    return FileVerdict(lines=0, findings=(rule.at(f"{quote(loose.path)} {fault}.", loose.path),))
