"""Tables of a guard's own, as people see them: in a terminal, in a comment, and as keys for machines."""

import json

import outcomes
import pytest
from rendered import render

from agent_guards.escape import quote
from agent_guards.render.json_v1 import document
from agent_guards.render.markdown import OPEN_TABLE, summary
from agent_guards.render.text import OF_ONE_TABLE, laid_out, text
from agent_guards.report import Table, Verdict


def table(count, unlisted=0, task="ENG-{}"):
    rows = tuple((quote("nora"), quote(task.format(n)), quote("█▅▂·░─"), "done", "10m") for n in range(count))
    columns = ("agent", "task", "life", "state", "longest silence")
    return Table(title="Lines of life", columns=columns, rows=rows, unlisted=unlisted, legend="· is silence.")


def shown(*tables, **rest):
    return outcomes.outcome(outcomes.report("idle-guard", Verdict.PASS, tables=tables, **rest))


def test_a_wide_page_has_columns_without_backticks():
    page = text(shown(table(2)), colour=False, width=80)
    assert "    agent  task   life    state  longest silence\n    nora   ENG-0  █▅▂·░─  done   10m\n" in page


def test_a_narrow_page_sets_each_row_by_itself():
    page = text(shown(table(1, task="a-rather-long-name-{}")), colour=False, width=40)
    assert "    nora a-rather-long-name-0  █▅▂·░─\n      state done, longest silence 10m\n" in page


def test_a_table_stands_by_itself_too():
    assert next(laid_out(table(1), colour=False, width=80)) == "  Lines of life"
    assert "\x1b[1m" in "".join(laid_out(table(1), colour=True, width=80))


def test_notes_stand_below_the_table():
    page = text(shown(table(1), notes=("A note.",)), colour=False, width=80)
    assert "    · is silence.\n\n  note: A note.\n" in page


@pytest.mark.parametrize(
    ("count", "unlisted", "said"), [(OF_ONE_TABLE, 0, ""), (OF_ONE_TABLE + 1, 2900, "and 2,901 more. ")]
)
def test_many_rows_are_folded_in_a_terminal(count, unlisted, said):
    page = text(shown(table(count, unlisted)), colour=False, width=100)
    assert page.count("ENG-") == OF_ONE_TABLE
    assert f"    {said}· is silence.\n" in page


@pytest.mark.parametrize("count", [1, OPEN_TABLE, OPEN_TABLE + 1])
def test_a_comment_shows_a_short_table_and_folds_a_long_one(count):
    page = render(summary(shown(table(count))))
    assert page.rows[-1] == 5
    assert page.code.count("█▅▂·░─") == count
    assert ("details" in page.elements) == (count > OPEN_TABLE)


def test_what_does_not_fit_into_a_comment_is_counted():
    page = summary(shown(table(1000, 7)), limit=16_384)
    assert len(page.encode()) <= 16_384
    rows = page.count("| done |")
    assert 20 < rows < 1000
    assert f"And {1007 - rows:,} more. " in page


def test_hostile_cells_stay_in_their_cells():
    page = render(summary(shown(table(1, task=outcomes.HOSTILE_VALUE.replace("{", "")))))
    assert page.rows[-1] == 5
    assert "img" not in page.elements
    assert "\x1b" not in text(shown(table(1, task="\x1b[31m")), colour=False, width=80)


def test_machines_get_the_table_as_it_is():
    (told,) = json.loads(document(shown(table(1, 3))))["guards"][0]["tables"]
    assert told == {
        "title": "Lines of life",
        "columns": ["agent", "task", "life", "state", "longest silence"],
        "rows": [["`nora`", "`ENG-0`", "`█▅▂·░─`", "done", "10m"]],
        "unlisted": 3,
        "legend": "· is silence.",
    }
