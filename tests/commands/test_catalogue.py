import json

import jsonschema
import pytest

from agent_guards.cli import main
from agent_guards.guard import load_guards


def said(capsys, *arguments):
    assert main(list(arguments)) == 0
    return capsys.readouterr().out


def test_all_rules_are_listed_with_what_they_say(capsys):
    text = said(capsys, "rules")
    for guard in load_guards():
        assert f"{guard.name}: {guard.summary}" in text
        for rule in guard.rules:
            assert f"{rule.id} " in text
            assert rule.what in text


def test_the_rules_of_one_guard_can_be_read_by_a_machine(capsys):
    listed = json.loads(said(capsys, "rules", "guard-mcp", "--format", "json"))
    assert {rule["id"] for rule in listed} == {rule.id for rule in load_guards(["guard-mcp"])[0].rules}
    assert set(listed[0]) == {"id", "severity", "what", "why", "fix", "docs"}


def test_the_rules_can_be_printed_for_a_readme(capsys):
    assert '| <a id="schema"></a>`schema` | error |' in said(capsys, "rules", "guard-mcp", "--format", "markdown")


def test_a_rule_is_explained(capsys):
    text = said(capsys, "explain", "replayed-evidence")
    assert text.startswith("guard-mcp/replayed-evidence (error)\n")
    for word in ("When", "Why", "Fix", "Docs"):
        assert f"  {word}" in text


def test_an_unknown_rule_is_wrong_usage(capsys):
    assert main(["explain", "guard-mcp/shema"]) == 2
    assert "Did you mean guard-mcp/schema?" in capsys.readouterr().err


def test_every_published_schema_is_printed(capsys):
    names = said(capsys, "schema").split()
    assert {"policy", "report", "evidence", "archive"} <= set(names)
    for name in names:
        jsonschema.Draft202012Validator.check_schema(json.loads(said(capsys, "schema", name)))


def test_an_unknown_schema_is_told_with_those_there_are(capsys):
    assert main(["schema", "policies"]) == 2
    assert "There are: archive, evidence, " in capsys.readouterr().err


@pytest.mark.parametrize("guard", load_guards(), ids=lambda guard: guard.name)
def test_every_rule_says_what_why_and_what_to_do(guard):
    for rule in guard.rules:
        for text in (rule.what, rule.why, rule.fix):
            assert text[0].isupper() or not text[0].isalpha()
            assert text.endswith(".")
