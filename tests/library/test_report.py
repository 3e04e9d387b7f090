import pytest

from agent_guards.finding import Rule, Severity
from agent_guards.report import Outcome, Report, Subject, Verdict, decide

RULE = Rule(id="guard-mcp/schema", severity=Severity.ERROR, what="w", why="y", fix="f")
ERROR, WARNING = Severity.ERROR, Severity.WARNING


def report(mode="enforce"):
    return Report(guard="guard-mcp", verdict=Verdict.NOT_APPLICABLE, mode=mode)


@pytest.mark.parametrize(
    ("severities", "mode", "applies", "exempt", "fail_on", "verdict"),
    [
        ([], "enforce", True, False, ERROR, "pass"),
        ([], "enforce", False, False, ERROR, "not-applicable"),
        ([], "enforce", False, True, ERROR, "exempt"),
        ([], "enforce", True, True, ERROR, "exempt"),
        ([ERROR], "enforce", True, False, ERROR, "fail"),
        ([ERROR], "enforce", False, True, ERROR, "fail"),
        ([WARNING], "enforce", True, False, ERROR, "pass"),
        ([WARNING], "enforce", True, False, WARNING, "fail"),
        ([ERROR], "enforce", True, False, None, "pass"),
        ([ERROR], "warn", True, False, ERROR, "warn"),
        ([WARNING], "observe", True, False, WARNING, "warn"),
        ([], "warn", True, False, ERROR, "pass"),
    ],
)
def test_the_verdict_follows_from_the_findings(severities, mode, applies, exempt, fail_on, verdict):
    findings = [RULE.at("m", severity=severity) for severity in severities]
    assert decide(report(mode), findings, applies=applies, exempt=exempt, fail_on=fail_on).verdict == verdict


def test_findings_are_ordered_by_path_line_and_rule_and_each_stands_once():
    other = Rule(id="guard-mcp/a", severity=WARNING, what="w", why="y", fix="f")
    findings = [
        RULE.at("m", "b", 2),
        RULE.at("m", "a", 10),
        RULE.at("m", "a", 9),
        other.at("m", "b", 2),
        RULE.at("m"),
        RULE.at("m", "a", 9),
    ]
    decided = decide(report(), findings, applies=True, exempt=False, fail_on=ERROR)
    assert [(finding.path, finding.line, finding.rule.id) for finding in decided.findings] == [
        (None, None, "guard-mcp/schema"),
        ("a", 9, "guard-mcp/schema"),
        ("a", 10, "guard-mcp/schema"),
        ("b", 2, "guard-mcp/a"),
        ("b", 2, "guard-mcp/schema"),
    ]
    assert decided.count(ERROR) == 4


@pytest.mark.parametrize(
    ("verdicts", "whole"),
    [
        ([], "not-applicable"),
        (["not-applicable", "pass"], "pass"),
        (["exempt", "not-applicable"], "exempt"),
        (["pass", "warn"], "warn"),
        (["warn", "fail", "pass"], "fail"),
        (["fail", "error"], "error"),
    ],
)
def test_the_verdict_of_a_run_is_the_worst_of_its_guards(verdicts, whole):
    reports = tuple(Report(guard="g", verdict=Verdict(verdict)) for verdict in verdicts)
    assert Outcome(subject=Subject(), reports=reports).verdict == whole


def test_a_rule_knows_its_guard_and_where_it_is_explained():
    assert RULE.guard == "guard-mcp"
    assert RULE.docs.endswith("/guard_mcp/README.md#schema")
    assert RULE.at("m").fix == "f"
    assert RULE.at("m", fix="other").fix == "other"
    assert Severity.NOTICE.word == "notice"
