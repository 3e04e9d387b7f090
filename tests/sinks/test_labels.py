"""Labels and the way back to a draft."""

import pytest
from outcomes import GREEN, IMPORT, MIXED, ONE, SCHEMA, outcome, report

from agent_guards.delivery import Status
from agent_guards.live import read
from agent_guards.report import Verdict
from agent_guards.sinks.labels import draft, label_of, publish

NAMES = tuple(label_of(guard) for guard in ("guard-mcp", "idle-guard", "dev-mcp-ban"))
TWO = outcome(
    report("guard-mcp", Verdict.FAIL, SCHEMA.at("x", "a.md", 1)),
    report("idle-guard", Verdict.ERROR),
    report("dev-mcp-ban", Verdict.FAIL, IMPORT.at("x", "app/a.ts", 1)),
)


@pytest.fixture
def page(github):
    return lambda: read(github, "octo/demo", 7, labels=NAMES)


def test_failing_guards_put_on_labels_that_are_made_the_first_time(fake, finish, page):
    delivery = finish(publish(page(), TWO))
    assert (delivery.status, delivery.detail) == (Status.SENT, "+needs-mcp-evidence, +has-dev-mcp")
    assert fake.pulls[7]["labels"] == ["needs-mcp-evidence", "has-dev-mcp"]
    assert fake.labels["has-dev-mcp"]["color"] == "d93f0b"


def test_known_labels_are_put_on_with_one_request(fake, finish, page):
    fake.labels["needs-mcp-evidence"] = {"name": "needs-mcp-evidence"}
    finish(publish(page(), ONE))
    assert len(fake.requests) == 2
    assert fake.pulls[7]["labels"] == ["needs-mcp-evidence"]


def test_guards_that_pass_take_off_their_labels_and_no_others(fake, finish, page):
    fake.add_pull(labels=["needs-mcp-evidence", "has-dev-mcp", "bug"])
    assert finish(publish(page(), GREEN)).detail == "-needs-mcp-evidence, -has-dev-mcp"
    assert fake.pulls[7]["labels"] == ["bug"]


def test_a_guard_that_could_not_judge_leaves_its_label(fake, finish, page):
    fake.add_pull(labels=["needs-heartbeat"])
    finish(publish(page(), TWO))
    assert "needs-heartbeat" in fake.pulls[7]["labels"]


def test_labels_that_are_right_are_left_alone(fake, finish, page):
    fake.add_pull(labels=["needs-mcp-evidence"])
    assert finish(publish(page(), ONE)).detail == "They are right as they are."
    assert len(fake.requests) == 1


def test_a_guard_of_somebody_else_s_has_a_label_as_well(fake, finish, page):
    assert label_of("other-guard") == "needs-other-guard"


@pytest.mark.parametrize("known", [True, False])
def test_a_token_that_may_not_is_told(fake, finish, page, known):
    if known:
        fake.labels["needs-mcp-evidence"] = {"name": "needs-mcp-evidence"}
    fake.permissions.clear()
    delivery = finish(publish(page(), ONE))
    assert (delivery.status, delivery.permission) == (Status.SKIPPED, "pull-requests: write")


def test_a_label_that_github_did_not_make_is_told(fake, finish, page):
    fake.fail(match="createLabel", status=200, raw='{"data": {"f0": {"label": null}}}')
    assert finish(publish(page(), ONE)).status is Status.FAILED


def test_where_no_labels_were_asked_for_none_are_touched(fake, finish, github):
    assert finish(publish(read(github, "octo/demo", 7), ONE)).status is Status.SKIPPED
    assert finish(publish(read(github, "octo/demo", None), ONE)).status is Status.SKIPPED


def test_a_failing_pull_request_becomes_a_draft(fake, finish, page):
    assert finish(draft(page(), MIXED)).status is Status.SENT
    assert fake.pulls[7]["draft"]


@pytest.mark.parametrize(("already", "of"), [(True, ONE), (False, GREEN)])
def test_a_draft_and_a_green_one_stay_as_they_are(fake, finish, page, already, of):
    fake.add_pull(draft=already)
    assert finish(draft(page(), of)).status is Status.SKIPPED
    assert fake.pulls[7]["draft"] is already


def test_the_conversion_names_both_permissions_that_it_needs(fake, finish, page):
    fake.permissions.clear()
    assert finish(draft(page(), ONE)).permission == "pull-requests: write, contents: write"


def test_without_a_pull_request_nothing_is_converted(finish, github):
    assert finish(draft(read(github, "octo/demo", None), ONE)).status is Status.SKIPPED
