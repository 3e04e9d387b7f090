"""The table that tells where the reports went."""

import pytest
from outcomes import HOSTILE_VALUE
from rendered import render

from agent_guards.delivery import Delivery, Status
from agent_guards.escape import quote
from agent_guards.render.deliveries import lacking, page, table

SENT = Delivery(sink="comment", status=Status.SENT, detail="Created.")
LACKING = Delivery(sink="check run", status=Status.SKIPPED, detail="The token may not.", permission="checks: write")
DRAFT = Delivery(
    sink="draft", status=Status.SKIPPED, detail="The token may not.", permission="pull-requests: write, contents: write"
)
READ = Delivery(sink="description", status=Status.SKIPPED, permission="pull-requests: read")


def test_the_lines_are_whole_and_each_scope_stands_once():
    assert lacking([SENT]) == []
    assert lacking([SENT, LACKING, LACKING]) == ["checks: write", "contents: read"]
    assert lacking([READ, DRAFT]) == ["contents: write", "pull-requests: write"]
    assert lacking([READ]) == ["contents: read", "pull-requests: read"]


def test_the_log_has_one_line_for_each_place_then_the_lines_to_add_then_the_cost():
    assert table([SENT, LACKING], fork=False, cost="6 requests") == [
        "comment    sent     Created.",
        "check run  skipped  The token may not.",
        "The token lacks permissions. Where the report shall go there, give the job:",
        "permissions:",
        "  checks: write",
        "  contents: read",
        "6 requests",
    ]
    assert table([], fork=False, cost="") == []


def test_a_fork_is_told_that_no_line_helps():
    (_, said) = table([LACKING], fork=True, cost="")
    assert "comes from a fork" in said


@pytest.mark.parametrize("fork", [True, False])
def test_the_page_is_folded_unless_something_can_be_done(fork):
    assert "<details>" in page([SENT], fork=fork, cost="")
    text = page([SENT, LACKING], fork=fork, cost="6 requests")
    assert "<details open>" in text
    assert ("```yaml" in text) is not fork


def test_hostile_text_stays_in_its_cell():
    hostile = Delivery(sink="comment", status=Status.FAILED, detail=f"GitHub answered {quote(HOSTILE_VALUE)}.")
    text = page([hostile], fork=False, cost="")
    shown = render(text)
    assert shown.rows == [0, 3]
    assert (shown.links, "img" in shown.elements) == ([], False)
    assert not any(line.lstrip().startswith("::") for line in text.splitlines())


def test_without_deliveries_there_is_no_page():
    assert page([], fork=False, cost="") == ""
