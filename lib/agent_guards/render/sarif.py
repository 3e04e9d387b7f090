"""The findings for code scanning: SARIF 2.1.0 within the limits that GitHub sets.

GitHub refuses a whole file for one result without a location. A finding that is about no file (the description lacks a
section) is therefore placed at the policy file, which is where a maintainer would change what is asked.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence

from agent_guards import __version__
from agent_guards.escape import address, as_json, visible
from agent_guards.finding import Finding, Rule, Severity
from agent_guards.render.words import number, softened, worst
from agent_guards.report import Outcome, Report, Verdict

MOST_RESULTS = 25_000
"""Results that GitHub takes of one run."""
NOWHERE = ".github/agent-guards.yml"
FINGERPRINT = "agentGuards/v1"

Json = dict[str, object]
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTICE: "note"}
_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_HOME = "https://github.com/agent-guards/agent-guards"


def sarif(outcome: Outcome, rules: Mapping[str, Sequence[Rule]]) -> str:
    """Write the outcome as one run for each guard; `rules` lists every rule of each, fired or not."""
    runs = [_run(report, rules.get(report.guard, ())) for report in outcome.reports]
    return as_json({"$schema": _SCHEMA, "version": "2.1.0", "runs": runs})


def _run(report: Report, rules: Sequence[Rule]) -> Json:
    listed = {rule.id: rule for rule in (*rules, *(finding.rule for finding in report.findings))}
    places = {name: index for index, name in enumerate(listed)}
    kept = worst(report.findings)[:MOST_RESULTS]
    notices = [_notice(note) for note in report.notes]
    if len(kept) < len(report.findings):
        left = number(len(report.findings) - len(kept), "more finding")
        notices.append(_notice(f"Left out, because a run holds {MOST_RESULTS:,} results: {left}."))
    seen: dict[str, int] = {}
    return {
        "tool": {
            "driver": {
                "name": report.guard,
                "organization": "Agent Guards",
                "semanticVersion": __version__,
                "informationUri": _HOME,
                "rules": [_rule(rule) for rule in listed.values()],
            }
        },
        "automationDetails": {"id": f"agent-guards/{report.guard}/"},
        "invocations": [
            {"executionSuccessful": report.verdict is not Verdict.ERROR, "toolExecutionNotifications": notices}
        ],
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The root of the repository."}}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(softened(finding, report.mode), places, seen) for finding in kept],
    }


def _rule(rule: Rule) -> Json:
    return {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in rule.id.partition("/")[2].split("-")),
        "shortDescription": {"text": rule.what},
        "fullDescription": {"text": f"{rule.what} {rule.why}"},
        "help": {
            "text": f"{rule.why}\n\nHow to mend: {rule.fix}",
            "markdown": f"{rule.why}\n\n**How to mend:** {rule.fix}",
        },
        "helpUri": rule.docs,
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }


def _result(finding: Finding, places: Mapping[str, int], seen: dict[str, int]) -> Json:
    uri = address(finding.path or "")
    region = {"startLine": finding.line or 1}
    if finding.line and finding.column:
        region["startColumn"] = finding.column
    return {
        "ruleId": finding.rule.id,
        "ruleIndex": places[finding.rule.id],
        "level": _LEVELS[finding.severity],
        "message": {"text": _plain(f"{finding.message} {finding.fix}")},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": uri or NOWHERE, "uriBaseId": "%SRCROOT%"},
                    "region": region if uri else {"startLine": 1},
                }
            }
        ],
        "partialFingerprints": {FINGERPRINT: _fingerprint(finding, seen)},
    }


def _fingerprint(finding: Finding, seen: dict[str, int]) -> str:
    """Name the finding by what stays when lines move; the second of the same name is `…:2`."""
    words = re.sub("[0-9]+", "", visible(finding.message))
    named = "\n".join((finding.rule.id, visible(finding.path or ""), words))
    digest = hashlib.sha256(named.encode()).hexdigest()[:32]
    seen[digest] = seen.get(digest, 0) + 1
    return f"{digest}:{seen[digest]}"


def _notice(text: str) -> Json:
    return {"level": "note", "message": {"text": _plain(text)}}


def _plain(text: str) -> str:
    """One line without the `[words](address)` that SARIF's viewers turn into a link."""
    return visible(text).replace("](", "]\\(")
