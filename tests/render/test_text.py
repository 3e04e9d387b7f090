"""What a developer reads in the terminal."""

import re
import unicodedata

import outcomes
import pytest

from agent_guards.finding import Severity
from agent_guards.render.text import IN_ONE_FILE, OF_ONE_RULE, text
from agent_guards.report import Outcome, Report, Subject, Verdict

ANSI = re.compile(r"\x1b\[[0-9;]*m")


def plain(outcome: Outcome, width: int = 80) -> str:
    return text(outcome, colour=False, width=width)


def one(*findings, verdict=Verdict.FAIL, **rest) -> Outcome:
    return outcomes.outcome(outcomes.report("guard-mcp", verdict, *findings, **rest))


@pytest.mark.parametrize("name", outcomes.OUTCOMES)
@pytest.mark.parametrize("width", [60, 100])
def test_the_page_is_as_in_the_golden_file(golden, name, width):
    golden(f"text-{name}-{width}.txt", plain(outcomes.OUTCOMES[name], width))


def test_the_page_in_colour_is_as_in_the_golden_file(golden):
    golden("text-mixed-colour.txt", text(outcomes.MIXED, colour=True, width=100))


@pytest.mark.parametrize("name", outcomes.OUTCOMES)
def test_colour_adds_nothing_but_colour_and_takes_the_backticks(name):
    outcome = outcomes.OUTCOMES[name]
    coloured = ANSI.sub("", text(outcome, colour=True, width=80))
    assert coloured == re.sub("(?<!x60)`(?!x`)", "", plain(outcome)) or name == "hostile"
    assert "\x1b" not in coloured
    assert "\x1b" not in plain(outcome)


def test_every_colour_is_ended_on_its_line():
    for line in text(outcomes.MIXED, colour=True, width=60).splitlines():
        codes = ANSI.findall(line)
        assert codes[1::2] == ["\x1b[0m"] * (len(codes) // 2)
        assert len(codes) % 2 == 0


def test_a_quoted_value_keeps_its_colour_over_a_line_break():
    finding = outcomes.SCHEMA.at(f"Before `{'word ' * 20}end` after.")
    lines = text(one(finding), colour=True, width=40).splitlines()
    values = [line for line in lines if "word" in line]
    assert len(values) > 2
    assert all("\x1b[36m" in line for line in values)
    assert "\x1b[36m" not in lines[lines.index(values[-1]) + 1]


@pytest.mark.parametrize("width", [1, 40, 60, 100, 120, 500])
def test_no_line_is_longer_than_the_width_unless_one_word_is(width):
    room = min(max(width, 40), 120)
    for line in plain(outcomes.MIXED, width).splitlines():
        columns = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)
        assert columns <= room or len(line.split()) == 1 or line.startswith("  more: agent-guards explain ")


def test_wide_and_combining_characters_are_counted_as_the_terminal_counts_them():
    wide = plain(one(outcomes.SCHEMA.at(" ".join(["日本語"] * 12))), 40)
    assert max(len(line) for line in wide.splitlines() if "日" in line) == 4 + 5 * 3 + 4
    marked = plain(one(outcomes.SCHEMA.at(" ".join(["e\u0301e\u0301e\u0301"] * 9))), 40)
    assert [line for line in marked.splitlines() if "e\u0301" in line] == [
        "    " + " ".join(["e\u0301e\u0301e\u0301"] * 9)
    ]


def test_a_place_stands_in_one_piece_so_that_a_terminal_can_open_it():
    path = "a/very/long/path/" * 6 + "file.jsonl"
    assert f"    {path}:7:1\n" in plain(one(outcomes.SCHEMA.at("It is wrong.", path, 7, 1)), 40)


def test_a_finding_without_a_place_is_only_its_message():
    page = plain(one(outcomes.SCHEMA.at("It is wrong.")))
    assert "  error guard-mcp/schema\n    It is wrong.\n" in page


def test_a_fix_that_findings_share_stands_once_and_another_fix_by_its_own_finding():
    page = plain(
        one(
            outcomes.SCHEMA.at("First.", "a.jsonl", 1),
            outcomes.SCHEMA.at("Second.", "a.jsonl", 2, fix="Do another thing."),
            outcomes.SCHEMA.at("Third.", "a.jsonl", 3),
            outcomes.SCHEMA.at("Fourth.", "b.jsonl", 1),
        ),
        width=100,
    )
    assert page.count("fix: Write the line again") == 1
    assert re.findall("First|Second|Third|Fourth|fix: Write|fix: Do", page) == [
        *("First", "Third", "fix: Write", "Second", "fix: Do", "Fourth"),
    ]


def test_a_finding_may_have_no_fix():
    rule = outcomes.rule("guard-mcp/schema")
    bare = type(rule)(id=rule.id, severity=rule.severity, what="", why="", fix="")
    assert "fix:" not in plain(one(bare.at("It is wrong.")))


def test_one_rule_of_two_severities_is_told_apart():
    page = plain(one(outcomes.SCHEMA.at("A.", "a", 1), outcomes.SCHEMA.at("B.", "a", 2, severity=Severity.NOTICE)))
    assert "  error guard-mcp/schema\n" in page
    assert "  notice guard-mcp/schema\n" in page


def test_many_findings_in_one_file_are_folded():
    page = plain(outcomes.many(200))
    assert page.count("`timestamp` is missing.") == IN_ONE_FILE
    assert "and 190 more of guard-mcp/schema in this file; --format json shows all\n" in page
    assert "200 errors" in page


def test_as_many_as_may_be_shown_are_not_folded():
    page = plain(outcomes.many(IN_ONE_FILE))
    assert page.count("`timestamp` is missing.") == IN_ONE_FILE
    assert "more of" not in page


def test_many_findings_in_many_files_are_folded():
    page = plain(outcomes.many(5000, files=5000))
    assert page.count("`timestamp` is missing.") == OF_ONE_RULE
    assert f"and {5000 - OF_ONE_RULE:,} more of guard-mcp/schema in other files; --format json shows all\n" in page
    assert len(page.splitlines()) < 200


def test_the_limit_of_a_rule_may_fall_inside_a_file():
    page = plain(outcomes.many(45, files=5))
    assert page.count("`timestamp` is missing.") == OF_ONE_RULE
    assert "and 5 more of guard-mcp/schema in this file" in page


def test_the_mode_is_told_where_it_does_not_enforce():
    page = plain(one(outcomes.GAP.at("A gap."), verdict=Verdict.WARN, mode="observe"))
    assert page.startswith("! guard-mcp not blocking (mode observe): 1 warning\n")
    assert "None of this blocks the merge." in page


def test_what_could_not_judge_says_so_and_why():
    page = plain(one(verdict=Verdict.ERROR, notes=("The commit is missing: the clone is shallow.",)))
    assert page.startswith("✗ guard-mcp could not judge\n  note: The commit is missing")
    assert "No verdict was reached." in page


def test_the_ending_names_the_guards_that_decide_and_the_gravest_rule():
    page = plain(
        outcomes.outcome(
            outcomes.report("guard-mcp", Verdict.FAIL, outcomes.UNKNOWN_FIELD.at("A."), outcomes.SCHEMA.at("B.")),
            outcomes.report("dev-mcp-ban", Verdict.FAIL, outcomes.IMPORT.at("C.")),
            outcomes.report("idle-guard", Verdict.FAIL, outcomes.LEGACY.at("D.")),
        )
    )
    assert "\n✗ guard-mcp, dev-mcp-ban and idle-guard failed, 2 errors, 1 warning, 1 notice\n" in page
    assert page.endswith("\n  more: agent-guards explain guard-mcp/schema\n")


def test_no_guard_at_all_is_nothing_to_judge():
    assert plain(Outcome(subject=Subject(), reports=())) == "\n- nothing to judge\n"


def test_unknown_facts_are_left_out():
    report = Report(guard="guard-mcp", verdict=Verdict.PASS, facts={"code_files": None, "lines": 1200, "why": "a`b"})
    assert plain(outcomes.outcome(report)).startswith("✓ guard-mcp passed\n  lines: 1,200, why: `a\\x60b`\n")
