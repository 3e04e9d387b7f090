"""The sticky comment: whose it is, when it is written, and what never happens to it."""

import functools
from dataclasses import replace

import pytest
from outcomes import GREEN, MIXED, ONE, many, outcome, report

from agent_guards.delivery import Status
from agent_guards.live import Page, read
from agent_guards.report import Verdict
from agent_guards.sinks.comment import marker, publish

OURS, FORGER = "github-actions[bot]", "mallory"
SERVER = "https://github.com"


@pytest.fixture
def say(fake, github, target, finish):
    """Bring an outcome to the pull request as a run of this number."""

    def run(outcome, number=50, action="suite", attempt=1):
        page = read(github, "octo/demo", 7, comments=True)
        assert isinstance(page, Page)
        mine = replace(target, run_id=number, run_attempt=attempt)
        return finish(
            publish(
                page, mine, outcome, action, server_url=SERVER, look=lambda: read(github, "octo/demo", 7, comments=True)
            )
        )

    return run


def writes(fake):
    return [request for request in fake.requests if "mutation" in request["body"]["query"]]


def test_a_failure_is_said_once_and_then_kept_up_to_date(fake, say):
    first = say(ONE, 50)
    assert (first.status, first.detail) == (Status.SENT, "Created.")
    (comment,) = fake.comments
    assert first.url.endswith("#issuecomment-1")
    assert comment["body"].startswith("<!-- agent-guards: suite head=" + "b" * 40 + " run=50.1 -->\n## ❌ Agent Guards")
    second = say(MIXED, 51)
    assert (second.detail, second.url) == ("Updated.", first.url)
    assert len(fake.comments) == 1
    assert "run=51.1" in comment["body"]


def test_a_pull_request_that_was_always_green_gets_no_comment(fake, say):
    assert say(GREEN).status is Status.SKIPPED
    assert fake.comments == []
    assert writes(fake) == []


def test_what_was_red_is_shown_as_resolved_when_all_is_green(fake, say):
    say(ONE, 50)
    assert say(GREEN, 51).detail == "Updated."
    (comment,) = fake.comments
    assert "## ✅ Agent Guards: passed" in comment["body"]
    assert "**Resolved:**" in comment["body"]


def test_a_verdict_that_was_not_reached_is_said_as_well(fake, say):
    say(outcome(report("guard-mcp", Verdict.ERROR, notes=("git failed.",))))
    assert "could not judge" in fake.comments[0]["body"]


def test_an_unchanged_comment_is_not_written(fake, say):
    say(ONE, 50)
    before = fake.comments[0]["body"]
    delivery = say(ONE, 51)
    assert (delivery.status, delivery.detail) == (Status.SENT, "It says so already.")
    assert fake.comments[0]["body"] == before
    assert len(writes(fake)) == 1


def test_a_comment_that_github_gave_crlf_line_ends_is_still_ours(fake, say):
    say(ONE, 50)
    fake.comments[0]["body"] = fake.comments[0]["body"].replace("\n", "\r\n")
    assert say(ONE, 51).detail == "It says so already."


@pytest.mark.parametrize(("number", "attempt"), [(49, 1), (50, 1), (49, 9)])
def test_the_newest_run_wins(fake, say, number, attempt):
    say(ONE, 50, attempt=2)
    body = fake.comments[0]["body"]
    delivery = say(GREEN, number, attempt=attempt)
    assert (delivery.status, delivery.detail) == (Status.SKIPPED, "A newer run has written already.")
    assert fake.comments[0]["body"] == body


def test_a_later_attempt_of_the_same_run_is_newer(fake, say):
    say(ONE, 50)
    assert say(GREEN, 50, attempt=2).detail == "Updated."


def test_a_forged_comment_is_never_edited_and_never_believed(fake, say, target):
    forged = fake.add_comment(marker("suite", replace(target, run_id=9_999)) + "## ✅ passed", FORGER)
    delivery = say(ONE, 50)
    assert delivery.detail == "Created. 1 comment of somebody else's with our marker left alone."
    assert forged["body"].endswith("## ✅ passed")
    assert [comment["author"] for comment in fake.comments] == [FORGER, OURS]


def test_our_marker_elsewhere_than_at_the_start_is_no_marker(fake, say, target):
    quoted = fake.add_comment("> " + marker("suite", target) + "what is this?", OURS)
    assert say(ONE).detail == "Created."
    assert quoted["edits"] == 0


def test_our_comment_is_found_behind_hundreds_of_others(fake, say):
    for number in range(250):
        fake.add_comment(f"chat {number}")
    say(ONE, 50)
    assert say(MIXED, 51).detail == "Updated."
    assert len(fake.comments) == 251


def test_a_comment_is_not_written_when_not_every_other_one_was_seen(fake, say):
    for number in range(250):
        fake.add_comment(f"chat {number}")
    fake.fail(match='"after": "100"', status=502)
    delivery = say(ONE, 50)
    assert delivery.status is Status.FAILED
    assert len(fake.comments) == 250


def test_two_actions_have_a_comment_each(fake, say):
    say(ONE, 50, action="guard-mcp")
    say(ONE, 51, action="dev-mcp-ban")
    say(GREEN, 52, action="guard-mcp")
    assert len(fake.comments) == 2
    assert "**Resolved:**" in fake.comments[0]["body"]
    assert "**Resolved:**" not in fake.comments[1]["body"]


@pytest.mark.parametrize("last", [MIXED, ONE])
def test_what_stands_there_twice_is_made_one(fake, say, last):
    say(ONE, 50)
    fake.add_comment(fake.comments[0]["body"], OURS)
    fake.add_comment(fake.comments[0]["body"], FORGER)
    assert say(last, 51).status is Status.SENT
    assert [comment["author"] for comment in fake.comments] == [OURS, FORGER]


def test_a_comment_that_was_made_behind_a_502_is_not_made_twice(fake, say):
    fake.fail(match="addComment", status=502, times=1, after=True)
    delivery = say(ONE)
    assert (delivery.status, delivery.detail) == (Status.SENT, "Created.")
    assert delivery.url.endswith("#issuecomment-1")
    assert len(fake.comments) == 1


def test_a_comment_that_a_502_swallowed_is_made_again(fake, say):
    fake.fail(match="addComment", status=502, times=1)
    assert say(ONE).status is Status.SENT
    assert len(fake.comments) == 1


def test_an_update_is_simply_repeated(fake, say):
    say(ONE, 50)
    fake.fail(match="updateIssueComment", status=502, times=1)
    assert say(GREEN, 51).status is Status.SENT
    assert "**Resolved:**" in fake.comments[0]["body"]


def test_nothing_is_repeated_where_nobody_can_look(fake, github, target, finish):
    page = read(github, "octo/demo", 7, comments=True)
    fake.fail(status=502)
    look = functools.partial(read, github, "octo/demo", 7, comments=True)
    delivery = finish(publish(page, target, ONE, "suite", server_url=SERVER, look=look))
    assert delivery.status is Status.FAILED
    assert len(writes(fake)) == 1


def test_a_token_that_may_not_is_told_with_the_line_that_it_lacks(fake, say):
    fake.permissions.clear()
    delivery = say(ONE)
    assert (delivery.status, delivery.permission) == (Status.SKIPPED, "pull-requests: write")
    assert "`Resource not accessible by integration`" in delivery.detail


def test_thousands_of_findings_stay_within_what_github_takes(fake, say):
    assert say(many(5_000, 40)).status is Status.SENT
    (comment,) = fake.comments
    assert len(comment["body"].encode()) <= 65_536
    assert "more findings do not fit here" in comment["body"]
    assert say(GREEN, 51).status is Status.SENT


def test_the_marker_holds_nothing_foreign(target):
    assert marker("suite", target) == f"<!-- agent-guards: suite head={'b' * 40} run=50.1 -->\n"


def test_an_answer_of_another_shape_has_no_address(fake, say):
    fake.fail(match="addComment", status=200, raw='{"data": {"f0": {"commentEdge": 7}}}')
    assert say(ONE).url is None


def test_an_answer_without_a_place_has_no_address(fake, say):
    fake.fail(match="addComment", status=200, raw='{"data": {"f0": {}}}')
    assert say(ONE).url is None
