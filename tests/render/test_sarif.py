"""The findings for code scanning. GitHub refuses a whole file for one result that it dislikes."""

import json
import re
from urllib.parse import unquote_to_bytes

import outcomes
import pytest

import agent_guards
from agent_guards.finding import Severity
from agent_guards.render import sarif as module
from agent_guards.render.sarif import FINGERPRINT, NOWHERE, sarif
from agent_guards.report import Report, Verdict

RUN = {"tool", "automationDetails", "invocations", "originalUriBaseIds", "columnKind", "results"}
DRIVER = {"name", "organization", "semanticVersion", "informationUri", "rules"}
RULE = {"id", "name", "shortDescription", "fullDescription", "help", "helpUri", "defaultConfiguration"}
RESULT = {"ruleId", "ruleIndex", "level", "message", "locations", "partialFingerprints"}
URI = re.compile(r"(?:[A-Za-z0-9._~/-]|%[0-9A-F]{2})+")


def runs(outcome):
    return json.loads(sarif(outcome, outcomes.RULES))["runs"]


def results(*findings, **rest):
    return runs(outcomes.outcome(outcomes.report("guard-mcp", Verdict.FAIL, *findings, **rest)))[0]["results"]


def is_text(message):
    """A message object with plain text of at least one character."""
    return set(message) == {"text"} and isinstance(message["text"], str) and message["text"]


def assert_result(result, rules):
    assert set(result) == RESULT
    assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    assert result["level"] in {"error", "warning", "note"}
    assert is_text(result["message"])
    (location,) = result["locations"]
    assert set(location) == {"physicalLocation"}
    assert set(location["physicalLocation"]) == {"artifactLocation", "region"}
    artifact = location["physicalLocation"]["artifactLocation"]
    assert set(artifact) == {"uri", "uriBaseId"}
    assert URI.fullmatch(artifact["uri"])
    assert not artifact["uri"].startswith("/")
    assert artifact["uriBaseId"] == "%SRCROOT%"
    region = location["physicalLocation"]["region"]
    assert {"startLine"} <= set(region) <= {"startLine", "startColumn"}
    assert all(isinstance(value, int) and value >= 1 for value in region.values())
    assert re.fullmatch("[0-9a-f]{32}:[1-9][0-9]*", result["partialFingerprints"][FINGERPRINT])


def assert_run(run):
    assert set(run) == RUN
    driver = run["tool"]["driver"]
    assert set(run["tool"]) == {"driver"}
    assert set(driver) == DRIVER
    assert driver["semanticVersion"] == agent_guards.__version__
    for rule in driver["rules"]:
        assert set(rule) == RULE
        assert re.fullmatch("([A-Z][a-z]*)+", rule["name"])
        assert is_text(rule["shortDescription"])
        assert is_text(rule["fullDescription"])
        assert set(rule["help"]) == {"text", "markdown"}
        assert rule["helpUri"].startswith("https://")
        assert rule["defaultConfiguration"]["level"] in {"error", "warning", "note"}
    assert len({rule["id"] for rule in driver["rules"]}) == len(driver["rules"])
    (invocation,) = run["invocations"]
    assert isinstance(invocation["executionSuccessful"], bool)
    for notice in invocation["toolExecutionNotifications"]:
        assert notice["level"] == "note"
        assert is_text(notice["message"])
    assert run["columnKind"] == "unicodeCodePoints"
    assert run["automationDetails"]["id"] == f"agent-guards/{driver['name']}/"
    fingerprints = [result["partialFingerprints"][FINGERPRINT] for result in run["results"]]
    assert len(set(fingerprints)) == len(fingerprints)
    for result in run["results"]:
        assert_result(result, driver["rules"])


@pytest.mark.parametrize("name", outcomes.OUTCOMES)
def test_the_document_is_as_in_the_golden_file(golden, name):
    text = sarif(outcomes.OUTCOMES[name], outcomes.RULES)
    golden(f"{name}.sarif", text.replace(f'"semanticVersion": "{agent_guards.__version__}"', '"semanticVersion": "V"'))


@pytest.mark.parametrize("outcome", [*outcomes.OUTCOMES.values(), outcomes.outcome(), outcomes.many(30)])
def test_every_document_has_the_shape_that_github_takes(outcome):
    document = json.loads(sarif(outcome, outcomes.RULES))
    assert set(document) == {"$schema", "version", "runs"}
    assert document["version"] == "2.1.0"
    assert len(document["runs"]) == len(outcome.reports)
    for run in document["runs"]:
        assert_run(run)


def test_rules_are_listed_even_if_none_fired():
    for run, (guard, rules) in zip(runs(outcomes.GREEN), outcomes.RULES.items(), strict=True):
        assert run["tool"]["driver"]["name"] == guard
        assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == [rule.id for rule in rules]
        assert run["results"] == []


def test_a_rule_that_nobody_listed_is_listed_because_it_fired():
    (run,) = json.loads(sarif(outcomes.ONE, {}))["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["guard-mcp/schema"]
    assert_run(run)


def test_a_path_is_percent_encoded_byte_by_byte():
    for path in ("a b/ü#?%:日.md", "x\n`|\udcff.md", "\ud800.md", "a/..b/.c/d..", "c:/x"):
        (result,) = results(outcomes.SCHEMA.at("Wrong.", path, 3))
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert URI.fullmatch(uri)
        assert unquote_to_bytes(uri) == path.replace("\ud800", "\ufffd").encode("utf-8", "surrogateescape")


@pytest.mark.parametrize("path", [None, "", "/etc/passwd", "../x", "a/../../x", "a//b", "./a", "a/.", "a/"])
def test_what_is_at_no_file_of_the_repository_is_placed_at_the_policy(path):
    (result,) = results(outcomes.SCHEMA.at("Wrong.", path, 3, 4))
    place = result["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": NOWHERE, "uriBaseId": "%SRCROOT%"}, "region": {"startLine": 1}}


@pytest.mark.parametrize(
    ("line", "column", "region"),
    [
        (3, 4, {"startLine": 3, "startColumn": 4}),
        (3, None, {"startLine": 3}),
        (None, 4, {"startLine": 1}),
        (None, None, {"startLine": 1}),
    ],
)
def test_a_region_starts_where_the_finding_stands(line, column, region):
    (result,) = results(outcomes.SCHEMA.at("Wrong.", "a", line, column))
    assert result["locations"][0]["physicalLocation"]["region"] == region


def test_fingerprints_stay_when_lines_move_and_differ_otherwise():
    def fingerprint(message, path, line):
        (result,) = results(outcomes.SCHEMA.at(message, path, line))
        return result["partialFingerprints"][FINGERPRINT]

    first = fingerprint("`a` on line 3 is wrong.", "x", 3)
    assert fingerprint("`a` on line 14 is wrong.", "x", 14) == first
    assert fingerprint("`b` on line 3 is wrong.", "x", 3) != first
    assert fingerprint("`a` on line 3 is wrong.", "y", 3) != first


def test_two_findings_of_one_fingerprint_are_counted():
    pair = results(outcomes.SCHEMA.at("Wrong.", "a", 1), outcomes.SCHEMA.at("Wrong.", "a", 9))
    one, two = (result["partialFingerprints"][FINGERPRINT] for result in pair)
    assert one.removesuffix(":1") == two.removesuffix(":2")


def test_a_mode_that_does_not_block_has_no_errors():
    assert [result["level"] for result in results(outcomes.SCHEMA.at("Wrong."), mode="warn")] == ["warning"]
    assert [result["level"] for result in results(outcomes.SCHEMA.at("Wrong."), mode="observe")] == ["note"]
    assert [result["level"] for result in results(outcomes.SCHEMA.at("Wrong."))] == ["error"]


def test_the_limit_of_a_run_keeps_the_gravest_and_is_told(monkeypatch):
    monkeypatch.setattr(module, "MOST_RESULTS", 2)
    findings = [outcomes.SCHEMA.at("a.", "a", severity=severity) for severity in Severity]
    (run,) = runs(outcomes.outcome(outcomes.report("guard-mcp", Verdict.FAIL, *findings, notes=("A note.",))))
    assert [result["level"] for result in run["results"]] == ["error", "warning"]
    texts = [notice["message"]["text"] for notice in run["invocations"][0]["toolExecutionNotifications"]]
    assert texts == ["A note.", "Left out, because a run holds 2 results: 1 more finding."]


def test_the_limit_is_the_one_of_github():
    (run,) = runs(outcomes.many(25_001))
    assert len(run["results"]) == 25_000


def test_a_guard_that_could_not_judge_is_no_successful_execution():
    (run,) = runs(outcomes.outcome(Report(guard="guard-mcp", verdict=Verdict.ERROR, notes=("No base commit.",))))
    assert run["invocations"][0]["executionSuccessful"] is False
    assert_run(run)


def test_a_message_makes_no_link():
    (result,) = results(outcomes.SCHEMA.at("See `[here](https://evil.example)`."))
    assert "](" not in result["message"]["text"]
    assert "[here]\\(https" in result["message"]["text"]
