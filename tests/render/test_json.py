"""The report for machines."""

import json
from pathlib import Path

import jsonschema
import outcomes
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import agent_guards
from agent_guards.finding import Severity
from agent_guards.render.json_v1 import document
from agent_guards.report import Report, Subject, Verdict

SCHEMA = json.loads((Path(agent_guards.__file__).parent / "report.schema.json").read_bytes())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())
TEXT = st.text(st.characters())


def test_the_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", outcomes.OUTCOMES)
def test_the_document_is_as_in_the_golden_file(golden, name):
    text = document(outcomes.OUTCOMES[name]).replace(f'"version": "{agent_guards.__version__}"', '"version": "VERSION"')
    golden(f"report-{name}.json", text)


@pytest.mark.parametrize("outcome", [*outcomes.OUTCOMES.values(), outcomes.outcome(), outcomes.many(30)])
def test_every_document_is_valid(outcome):
    VALIDATOR.validate(json.loads(document(outcome)))


@pytest.mark.parametrize(
    "change",
    [
        lambda report: report.update(more=1),
        lambda report: report.update(version=2),
        lambda report: report.pop("verdict"),
        lambda report: report["guards"][0].update(mode="loud"),
        lambda report: report["guards"][0].pop("notes"),
        lambda report: report["guards"][0]["findings"][0].update(line=0),
        lambda report: report["guards"][0]["findings"][0].update(rule="schema"),
        lambda report: report["guards"][0]["findings"][0].update(severity="fatal"),
        lambda report: report["guards"][0]["facts"].update({"Code Files": 1}),
        lambda report: report["guards"][0]["facts"].update(code_files=[1]),
    ],
)
def test_the_schema_refuses_what_the_document_never_says(change):
    report = json.loads(document(outcomes.ONE))
    change(report)
    assert not VALIDATOR.is_valid(report)


def test_the_schema_names_every_key_that_is_written_and_in_that_order():
    report = json.loads(document(outcomes.MIXED))
    assert list(report) == list(SCHEMA["properties"])
    for part in ("tool", "subject"):
        assert list(report[part]) == list(SCHEMA["properties"][part]["properties"])
    assert list(report["guards"][0]) == list(SCHEMA["$defs"]["guard"]["properties"])
    assert list(report["guards"][0]["findings"][0]) == list(SCHEMA["$defs"]["finding"]["properties"])


def test_the_schema_knows_every_verdict_and_severity():
    assert SCHEMA["$defs"]["verdict"]["enum"] == list(Verdict)
    severities = [severity.word for severity in sorted(Severity, reverse=True)]
    assert SCHEMA["$defs"]["finding"]["properties"]["severity"]["enum"] == severities


def test_every_part_of_the_schema_that_is_not_plain_is_described():
    for part in (SCHEMA, *SCHEMA["$defs"].values(), *SCHEMA["properties"].values()):
        assert part["description"]


def test_equal_outcomes_give_equal_bytes():
    assert document(outcomes.many(40, files=3)) == document(outcomes.many(40, files=3))


def test_values_are_exact_but_for_bytes_that_are_no_text():
    path = "a\u202e\x1b\n##[error]日本語🎉"
    outcome = outcomes.outcome(
        outcomes.report("g", Verdict.FAIL, outcomes.SCHEMA.at("m", path), outcomes.SCHEMA.at("m", "b\udcff")),
        Report(guard="h", verdict=Verdict.PASS, facts={"n": 1, "none": None, "text": path}, notes=(path,)),
    )
    text = document(outcome)
    read = json.loads(text)
    assert [finding["path"] for finding in read["guards"][0]["findings"]] == [path, "b\\xff"]
    assert read["guards"][1]["facts"] == {"n": 1, "none": None, "text": path}
    assert read["guards"][1]["notes"] == [path]
    assert text.isascii()
    assert "##[" not in text
    assert text.endswith("}\n")


@settings(deadline=None)
@given(message=TEXT, path=st.none() | TEXT, fact=TEXT, subject=TEXT)
def test_any_text_makes_a_valid_and_harmless_document(message, path, fact, subject):
    finding = outcomes.SCHEMA.at(message or "m", path, 1, 1)
    report = Report(guard="g", verdict=Verdict.FAIL, findings=(finding,), facts={"fact": fact}, notes=(fact,))
    text = document(outcomes.outcome(report, subject=Subject(repository=subject, head=subject, policy=subject)))
    VALIDATOR.validate(json.loads(text))
    assert "##[" not in text
    assert all(" " <= character <= "~" or character == "\n" for character in text)
    assert not any(line.lstrip().startswith("::") for line in text.splitlines())
