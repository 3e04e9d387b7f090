"""The page in a comment or a step summary, looked at as GitHub renders it."""

import re

import outcomes
import pytest
from rendered import render

from agent_guards.escape import code, markdown
from agent_guards.finding import Severity
from agent_guards.render.markdown import COMMENT, OPEN_ROWS, SMALLEST, STEP_SUMMARY, summary
from agent_guards.report import Report, Subject, Verdict

DOCS = "https://github.com/agent-guards/agent-guards/blob/main/"
FILES = f"https://github.com/octo/demo/blob/{outcomes.SUBJECT.head}/"


def of(*findings, subject=outcomes.SUBJECT, verdict=Verdict.FAIL, **rest):
    return outcomes.outcome(outcomes.report("guard-mcp", verdict, *findings, **rest), subject=subject)


def links(outcome, **options):
    return [link for link in render(summary(outcome, **options)).links if not link.startswith(DOCS)]


@pytest.mark.parametrize("name", outcomes.OUTCOMES)
def test_the_page_is_as_in_the_golden_file(golden, name):
    golden(f"summary-{name}.md", summary(outcomes.OUTCOMES[name]))


def test_the_verdict_comes_first_then_what_to_do():
    lines = summary(outcomes.MIXED).splitlines()
    assert lines[0] == "## ❌ Agent Guards: guard-mcp failed, 6 errors, 2 warnings, 1 notice"
    assert lines[2].startswith("Mend what is named here, then push or edit the description: the check runs again.")


def test_a_green_page_is_a_heading_and_a_table():
    page = render(summary(outcomes.GREEN))
    assert [element for element in page.elements if re.fullmatch("h[1-6]|details|a", element)] == ["h2"]
    assert page.rows == [0, 3, 3, 3]
    assert "li" not in page.elements


def test_every_finding_is_one_item_under_its_rule_the_gravest_first():
    page = render(summary(of(*(outcomes.SCHEMA.at(f"{s.word}.", "a", s, severity=s) for s in Severity))))
    assert "li" not in page.elements, "one finding of a rule needs no list"
    assert re.findall("(error|warning|notice)\\.", page.prose) == ["error", "warning", "notice"]
    page = render(
        summary(of(*(rule.at(f"{rule.id}.", "a", n) for n in (1, 2) for rule in (outcomes.SCHEMA, outcomes.REWRITTEN))))
    )
    assert re.findall("(schema|rewritten-evidence) · 2 errors", page.prose) == ["rewritten-evidence", "schema"]


def test_a_place_links_to_the_line_at_the_judged_commit():
    outcome = of(outcomes.SCHEMA.at("Wrong.", "a b/ü#(1).md", 7, 2))
    assert links(outcome) == [f"{FILES}a%20b/%C3%BC%23%281%29.md#L7"]
    assert links(of(outcomes.SCHEMA.at("Wrong.", "a"))) == [f"{FILES}a"]
    assert links(of(outcomes.SCHEMA.at("Wrong."))) == []
    assert links(outcome, server_url="https://ghe.example")[0].startswith("https://ghe.example/octo/demo/blob/9d2e")
    assert "a b/ü#(1).md:7:2" in render(summary(outcome)).code


@pytest.mark.parametrize("path", ["/etc/passwd", "../x", "a/../../x", "a//b", "."])
def test_a_path_that_leaves_the_repository_is_no_link(path):
    assert links(of(outcomes.SCHEMA.at("Wrong.", path, 1))) == []


@pytest.mark.parametrize(
    "repository", [None, "", "octo", "octo/demo/x", "octo/..", "./demo", "octo/d](x", "octo/demo\n"]
)
def test_a_repository_that_is_none_is_no_link(repository):
    subject = Subject(repository=repository, head=outcomes.SUBJECT.head)
    assert links(of(outcomes.SCHEMA.at("Wrong.", "a", 1), subject=subject)) == []


@pytest.mark.parametrize("head", [None, "", "main", "9d2e0000)[x](y", "9D2E0000", "abc123"])
def test_a_commit_that_is_none_is_no_link(head):
    assert links(of(outcomes.SCHEMA.at("Wrong.", "a", 1), subject=Subject(repository="octo/demo", head=head))) == []


def test_a_fix_is_said_once_for_a_rule_and_again_where_it_is_another():
    findings = [outcomes.SCHEMA.at("Wrong.", "a", n, fix=f"Mend {min(n, 3)}.") for n in (1, 2, 3, 4, 5)]
    text = summary(of(*findings, outcomes.REWRITTEN.at("x.", "b")))
    assert re.findall(r"Fix:\*\* (\w+ \w+)", text) == ["Write the", "Mend 3", "Mend 1", "Mend 2"]
    text = summary(of(*(outcomes.SCHEMA.at("Wrong.", "a", n, fix=f"Mend {n}.") for n in (1, 2))))
    assert "· 2 errors\n" in text
    assert re.findall(r"Wrong.<br>\*\*Fix:\*\* Mend (\d)", text) == ["1", "2"]


def folded(count):
    page = render(summary(outcomes.many(count)))
    assert page.elements.count("li") == count
    return re.findall(r"\d+ (?:more )?places?", page.prose)


def test_findings_beyond_the_first_are_folded():
    assert folded(30) == ["10 more places"]
    assert folded(OPEN_ROWS) == []
    assert folded(OPEN_ROWS + 1) == [], "one is not worth a fold"


@pytest.mark.parametrize("limit", [SMALLEST, COMMENT])
def test_a_rule_that_fired_often_hides_none_that_fired_once(limit):
    often = [outcomes.REWRITTEN.at("Often.", "b", n) for n in range(1, 3001)]
    text = summary(
        of(*often, outcomes.SCHEMA.at("Once.", "a", 1), outcomes.UNKNOWN_FIELD.at("Rarely.", "a", 2)), limit=limit
    )
    assert "rewritten-evidence" in text
    assert text.index("</details>") < text.index("Once.") < text.index("Rarely.")
    assert re.search(r"2,\d\d\d more findings do not fit", text)


@pytest.mark.parametrize("limit", [SMALLEST, 20_001, COMMENT, STEP_SUMMARY])
@pytest.mark.parametrize("count", [1, 30, 5000])
def test_a_page_keeps_within_its_limit_and_counts_what_it_leaves_out(limit, count):
    text = summary(outcomes.many(count, files=7), limit=limit)
    page = render(text)
    shown = page.prose.count(" is missing.")
    assert len(text.encode()) <= limit
    if shown < count:
        assert f"{count - shown:,} more finding" in page.prose
        assert len(text.encode()) > limit - 1_000
    else:
        assert "fit here" not in page.prose


def test_no_limit_is_missed_by_a_byte():
    findings = outcomes.many(1500).findings
    outcome = outcomes.outcome(*(outcomes.report(guard, Verdict.FAIL, *findings) for guard in ("a", "b")))
    for limit in range(COMMENT, COMMENT + 400, 7):
        size = len(summary(outcome, limit=limit).encode())
        assert limit - 1_000 < size <= limit


def test_one_finding_left_out_is_one_finding():
    full = len(summary(outcomes.many(100)).encode())
    assert "\n1 more finding does not fit here; " in summary(outcomes.many(100), limit=full)


def test_wide_text_is_counted_in_bytes():
    finding = [outcomes.SCHEMA.at("日" * 900, f"{n}", fix="語" * 900) for n in range(40)]
    assert SMALLEST - 6_000 < len(summary(of(*finding), limit=SMALLEST).encode()) <= SMALLEST


def test_guards_share_the_room_and_what_one_leaves_the_next_may_use():
    many = [outcomes.SCHEMA.at("`a` is wrong.", f"{n:04}", n) for n in range(1, 500)]
    few = outcomes.report("idle-guard", Verdict.FAIL, outcomes.GAP.at("A gap.", "z"))
    outcome = outcomes.outcome(outcomes.report("guard-mcp", Verdict.FAIL, *many), few)
    text = summary(outcome, limit=SMALLEST)
    assert "A gap." in text
    backwards = summary(outcomes.outcome(*outcome.reports[::-1]), limit=SMALLEST)
    assert backwards.count("is wrong.") > text.count("is wrong.")


def test_a_message_without_end_is_cut_within_its_value():
    page = render(summary(of(outcomes.SCHEMA.at(f"Before `{'x' * 5000}` behind."))))
    assert max(map(len, page.code)) < 1_000
    assert page.prose.count("`") == 0


@pytest.mark.parametrize(("notes", "more"), [(1000, "more notes"), (99, "")])
def test_notes_beyond_their_share_are_counted(notes, more):
    report = Report(guard="guard-mcp", verdict=Verdict.PASS, notes=tuple(f"Note {n}." for n in range(notes)))
    text = summary(outcomes.outcome(report), limit=SMALLEST)
    assert "Note 98." in text
    assert ("more note" in text) == bool(more)
    assert len(text.encode()) < SMALLEST


def test_what_fits_in_no_case_still_keeps_the_page_within_its_limit():
    bad = "@|" * 300
    reports = [
        Report(
            guard=guard,
            verdict=Verdict.FAIL,
            facts={"a": bad, "b": bad},
            findings=tuple(outcomes.SCHEMA.at(f"`{bad}`", bad, n, fix=f"`{bad}`") for n in range(1, 30)),
            notes=(f"`{bad}`",) * 9,
        )
        for guard in outcomes.RULES
    ]
    subject = Subject(repository=bad, base=bad, head=bad, policy=bad)
    text = summary(outcomes.outcome(*reports, subject=subject), limit=SMALLEST)
    assert len(text.encode()) <= SMALLEST
    assert "do not fit here" in render(text).prose


def test_the_page_says_what_was_judged_and_by_which_policy():
    page = render(summary(outcomes.GREEN))
    assert page.code[-3:] == ["9d2e000000", "1f3c000000", "base:1f3c000000"]


def test_a_guard_that_could_not_judge_says_why():
    text = summary(outcomes.outcome(Report(guard="idle-guard", verdict=Verdict.ERROR, notes=("No base commit.",))))
    assert text.startswith("## ❌ Agent Guards: idle-guard could not judge\n\nNo verdict was reached.")
    assert "\n- No base commit.\n" in text


def test_the_mode_is_told_where_it_does_not_enforce():
    assert "⚠️&nbsp;not&nbsp;blocking&nbsp;(mode&nbsp;observe)" in summary(
        of(outcomes.GAP.at("x."), verdict=Verdict.WARN, mode="observe")
    )


def test_no_finding_no_fix():
    assert "Fix:" not in summary(of(verdict=Verdict.PASS, notes=("A note.",)))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("$a$ :tada:", "<code>&#36;a&#36; &#58;tada&#58;</code>"),
        ("", "<code> </code>"),
        ("snake_case/_a_.py", "<code>snake_case/&#95;a&#95;.py</code>"),
        ("www.x.example WWW.y", "<code>www&#46;x.example WWW&#46;y</code>"),
        ("a@b.c", "<code>a<wbr>&#64;b.c</code>"),
        ("<b>&amp;|`", "<code>&#60;b&#62;&#38;amp;&#124;&#96;</code>"),
    ],
)
def test_a_value_is_code_in_which_nothing_acts(value, shown):
    assert code(value) == shown


def test_prose_tells_nobody_and_has_no_power_of_its_own():
    page = render(markdown("Ask @octocat in #1: *now* <b>here</b>, `@value`."))
    assert page.elements == ["p", "code", "code", "code", "wbr"]
    assert page.code == ["@", "#", "@value"]
    assert page.prose.strip() == "Ask octocat in 1: *now* <b>here</b>, ."
