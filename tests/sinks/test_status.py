"""The commit status of a guard."""

from dataclasses import replace

import pytest
from outcomes import GREEN, ONE, outcome, report

from agent_guards.delivery import Status
from agent_guards.report import Verdict
from agent_guards.sinks.status import publish


def post(github, target, of):
    return publish(github, target, of, of.reports[0])


def test_the_verdict_stands_on_the_judged_commit(fake, github, target):
    delivery = post(github, target, ONE)
    assert (delivery.status, delivery.detail) == (Status.SENT, "agent-guards/guard-mcp: failure")
    (status,) = fake.statuses
    assert status["sha"] == "b" * 40
    assert status["description"] == "guard-mcp failed, 1 error"
    assert status["target_url"] == "https://github.com/octo/demo/actions/runs/50"


@pytest.mark.parametrize(
    ("verdict", "state"),
    [
        (Verdict.PASS, "success"),
        (Verdict.EXEMPT, "success"),
        (Verdict.NOT_APPLICABLE, "success"),
        (Verdict.WARN, "success"),
        (Verdict.FAIL, "failure"),
        (Verdict.ERROR, "error"),
    ],
)
def test_every_verdict_has_a_state(fake, github, target, verdict, state):
    post(github, replace(target, details_url=None), outcome(report("guard-mcp", verdict)))
    (status,) = fake.statuses
    assert (status["state"], status["target_url"]) == (state, None)


def test_a_long_description_is_cut_before_github_refuses_it(fake, github, target):
    assert post(github, target, outcome(report("guard-" + "x" * 200, Verdict.FAIL))).status is Status.SENT
    assert len(fake.statuses[0]["description"]) == 140


def test_a_status_that_was_posted_behind_a_502_is_not_posted_again(fake, github, target):
    fake.fail(match="^POST", status=502, times=1, after=True)
    assert post(github, target, ONE).status is Status.SENT
    assert len(fake.statuses) == 1


def test_a_status_that_a_502_swallowed_is_posted_again(fake, github, target):
    post(github, target, GREEN)
    fake.fail(match="^POST", status=502, times=1)
    assert post(github, target, ONE).status is Status.SENT
    assert [status["state"] for status in fake.statuses] == ["success", "failure"]


def test_a_status_of_another_guard_is_not_taken_for_ours(fake, github, target):
    post(github, target, outcome(report("idle-guard", Verdict.FAIL)))
    fake.fail(match="^POST", status=502, times=1)
    assert post(github, target, ONE).status is Status.SENT
    assert len(fake.statuses) == 2


def test_nothing_is_posted_again_where_nobody_can_look(fake, github, target):
    fake.fail(status=502)
    assert post(github, target, ONE).status is Status.FAILED
    assert sum(request["method"] == "POST" for request in fake.requests) == 1


@pytest.mark.parametrize(
    "raw", ['{"message": "Moved Permanently", "url": "https://api.github.com/x"}', "[]", '{"id": null}']
)
def test_an_answer_that_shows_no_status_is_no_success(fake, github, target, raw):
    fake.fail(match="^POST", status=200, raw=raw)
    assert post(github, target, ONE).status is Status.FAILED


def test_a_status_that_is_refused_is_told(fake, github, target):
    fake.permissions.discard("statuses")
    delivery = post(github, target, ONE)
    assert (delivery.status, delivery.permission) == (Status.SKIPPED, "statuses: write")
