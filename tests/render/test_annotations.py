"""What the runner turns into annotations; GitHub's own toolkit is the judge of every byte."""

import json
import subprocess

import npm
import outcomes
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent_guards.finding import Severity
from agent_guards.render.annotations import LONGEST, annotations, command, endgroup, github, group, log_line
from agent_guards.report import Verdict

NAMES = {"title": "title", "file": "file", "startLine": "line", "endLine": "endLine"}
NAMES |= {"startColumn": "col", "endColumn": "endColumn"}
SCRIPT = """
import { createInterface } from 'node:readline';
const core = await import(process.argv[1]);
for await (const line of createInterface({ input: process.stdin })) {
  const { level, message, properties } = JSON.parse(line);
  if (level === 'group') core.startGroup(message);
  else if (level === 'endgroup') core.endGroup();
  else core[level](message, properties);
}
"""
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
PROPERTIES = st.fixed_dictionaries(
    {},
    optional={"title": TEXT, "file": TEXT}
    | {name: st.integers(0, 10**6) for name in ("startLine", "endLine", "startColumn", "endColumn")},
)
CASES = [
    ("a%b\r\nc::d", {"title": "t:1,2%", "file": "a,b:c.py", "startLine": 3}),
    ("", {}),
    ("", {"title": ""}),
    ("plain", {"startLine": 0, "file": "a"}),
    ("::stop-commands::x", {"endColumn": 9, "startColumn": 2, "endLine": 4, "startLine": 3, "file": "f", "title": "t"}),
    ("##[error]\u2028\u0085\x1b[31m\x00", {"title": "##[x]\n,::", "file": "\r%0A"}),
    ("%25%0A%3A%2C", {"title": "%25%0A%3A%2C"}),
    ("日本語 🎉", {"file": "日本語/🎉.md"}),
]


@pytest.fixture(scope="module")
def toolkit():
    """One node process in which GitHub's toolkit prints what it is asked to."""
    core = npm.package("@actions/core") / "lib" / "core.js"
    arguments = ["node", "--input-type=module", "--eval", SCRIPT, core.as_uri()]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:

        def printed(level, message, properties):
            case = {"level": level, "message": message, "properties": properties}
            process.stdin.write(json.dumps(case).encode() + b"\n")
            process.stdin.flush()
            return process.stdout.readline().decode().removesuffix("\n")

        yield printed
        process.stdin.close()


def ours(level, message, properties):
    """The same call in our words: all properties in the toolkit's order, or none."""
    ordered = {short: properties.get(long) for long, short in NAMES.items()} if properties else {}
    return command(level, ordered, message)


@pytest.mark.npm
@pytest.mark.parametrize("level", ["error", "warning", "notice"])
@pytest.mark.parametrize(("message", "properties"), CASES)
def test_a_command_is_byte_for_byte_what_the_toolkit_prints(toolkit, level, message, properties):
    assert ours(level, message, properties) == toolkit(level, message, properties)


@pytest.mark.npm
@settings(deadline=None)
@given(level=st.sampled_from(["error", "warning", "notice"]), message=TEXT, properties=PROPERTIES)
def test_any_command_is_byte_for_byte_what_the_toolkit_prints(toolkit, level, message, properties):
    assert ours(level, message, properties) == toolkit(level, message, properties)


@pytest.mark.npm
def test_groups_are_what_the_toolkit_prints(toolkit):
    assert group("a % b") == toolkit("group", "a % b", {})
    assert endgroup() == toolkit("endgroup", "", {})


@pytest.mark.npm
@pytest.mark.parametrize("name", outcomes.OUTCOMES)
def test_our_annotations_are_what_the_toolkit_prints_for_the_same_values(toolkit, name):
    for line in annotations(outcomes.OUTCOMES[name]).splitlines():
        level, properties, message = parsed(line)
        longer = {long: properties[short] for long, short in NAMES.items() if short in properties}
        assert toolkit(level, message, longer) == line


def parsed(line):
    """Read a command as the runner does."""
    head, _, data = line.removeprefix("::").partition("::")
    level, _, pairs = head.partition(" ")
    properties = dict(pair.split("=", 1) for pair in pairs.split(",")) if pairs else {}
    unescaped = {name: unescape(value.replace("%3A", ":").replace("%2C", ",")) for name, value in properties.items()}
    return level, unescaped, unescape(data)


def unescape(value):
    return value.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")


def of(*findings, mode="enforce"):
    return outcomes.outcome(outcomes.report("guard-mcp", Verdict.FAIL, *findings, mode=mode))


@pytest.mark.parametrize("name", outcomes.OUTCOMES)
def test_the_log_is_as_in_the_golden_file(golden, name):
    golden(f"github-{name}.txt", github(outcomes.OUTCOMES[name]))


def test_an_annotation_names_rule_file_line_and_column_and_says_how_to_mend():
    finding = outcomes.SCHEMA.at("It is wrong: 5%.", "a,b.jsonl", 7, 2, fix="Mend it.")
    line = "::error title=guard-mcp/schema,file=a%2Cb.jsonl,line=7,col=2::It is wrong: 5%25.%0AMend it.\n"
    assert annotations(of(finding)) == line


def test_an_annotation_without_a_place_has_a_title_only():
    assert annotations(of(outcomes.SCHEMA.at("Wrong.", fix="Mend it."))) == (
        "::error title=guard-mcp/schema::Wrong.%0AMend it.\n"
    )


@pytest.mark.parametrize(
    ("mode", "levels"),
    [
        ("enforce", ["error", "warning", "notice"]),
        ("warn", ["warning", "warning", "notice"]),
        ("observe", ["notice", "notice", "notice"]),
        ("off", ["notice", "notice", "notice"]),
    ],
)
def test_a_mode_that_does_not_block_shows_no_errors(mode, levels):
    findings = [outcomes.SCHEMA.at(f"{severity}.", severity=severity) for severity in sorted(Severity)]
    assert [parsed(line)[0] for line in annotations(of(*findings, mode=mode)).splitlines()] == levels


def test_what_the_runner_would_drop_is_told_in_one_line():
    findings = [outcomes.SCHEMA.at(f"{n}.", "a", n) for n in range(1, 26)]
    findings += [outcomes.UNKNOWN_FIELD.at(f"{n}.", "a", n) for n in range(1, 12)]
    lines = annotations(of(*findings)).splitlines()
    assert [line.split(" ")[0] for line in lines[:-1]] == ["::error"] * 10 + ["::warning"] * 10
    assert lines[-1] == (
        "Not annotated, as a step may have 10 of a level: 15 errors, 1 warning. The report names them."
    )
    assert "may have" not in annotations(of(*findings[:10]))
    assert len(annotations(of(*findings), limit=3).splitlines()) == 7


@pytest.mark.parametrize("character", ["a", "日", "🎉"])
def test_a_long_message_is_cut_before_the_runner_cuts_it(character):
    for length in (LONGEST - 1, LONGEST, LONGEST + 1, 3 * LONGEST):
        message = parsed(annotations(of(outcomes.SCHEMA.at(character * length))).strip())[2]
        units = len(message.encode("utf-16-le")) // 2
        assert units <= LONGEST
        assert message.endswith("…")
        assert units >= LONGEST - 1


def test_a_message_that_just_fits_stays_whole():
    line = annotations(of(outcomes.SCHEMA.at("a" * (LONGEST - 2), fix="b")))
    assert line.endswith("a%0Ab\n")


def test_the_report_is_grouped_and_the_verdict_stands_behind_it():
    lines = github(outcomes.ONE).splitlines()
    assert lines[1] == "::group::agent-guards: the report"
    assert lines[2] == "✗ guard-mcp failed: 1 error"
    assert lines[-2:] == ["::endgroup::", "agent-guards: guard-mcp failed, 1 error"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("plain", "plain"),
        ("::error::a", ":\\x3aerror::a"),
        (" \t\u00a0::error::a", " \\x09\\xa0::error::a"),
        ("   ::error::a", "   :\\x3aerror::a"),
        ("a ##[error]", "a #\\x23[error]"),
        ("####[x", "###\\x23[x"),
        ("a\r::error::b", "a\\x0d::error::b"),
        ("a\n::error::b", "a\\x0a::error::b"),
    ],
)
def test_a_log_line_commands_nothing(text, line):
    assert log_line(text) == line
