"""Check runs: opened, annotated in batches, completed last, never left open, never doubled."""

from dataclasses import replace

import pytest
from outcomes import EVIDENCE, GREEN, HOSTILE, MIXED, ONE, SCHEMA, many, outcome, report

from agent_guards.deliver import in_step
from agent_guards.delivery import Status
from agent_guards.report import Verdict
from agent_guards.sinks.check_run import BATCH, MOST, CheckRuns, annotations

SERVER = "https://github.com"
GUARDS = ("guard-mcp", "idle-guard", "dev-mcp-ban")


@pytest.fixture
def runs(github, target):
    return CheckRuns(github=github, target=target, repository_id="R_1", guards=GUARDS)


def bring(runs, outcome):
    """Bring every report of an outcome, in step."""
    return in_step(runs.github, [runs.publish(outcome.subject, one, SERVER) for one in outcome.reports])


def only(guard, outcome):
    return [run for run in outcome.check_runs.values() if run["name"] == f"agent-guards: {guard}"]


def test_all_guards_are_opened_in_progress_with_one_request(fake, runs):
    runs.open()
    assert len(fake.requests) == 1
    assert [(run["name"], run["status"], run["headSha"]) for run in fake.check_runs.values()] == [
        (f"agent-guards: {guard}", "IN_PROGRESS", "b" * 40) for guard in GUARDS
    ]
    assert {run["externalId"] for run in fake.check_runs.values()} == {f"50.1.{guard}" for guard in GUARDS}
    assert next(iter(fake.check_runs.values()))["detailsUrl"].endswith("/actions/runs/50")


def test_without_an_address_of_the_run_none_is_given(fake, runs, target):
    runs.target = replace(target, details_url=None)
    runs.open()
    assert "detailsUrl" not in next(iter(fake.check_runs.values()))


def test_all_guards_are_completed_with_one_request(fake, runs):
    runs.open()
    deliveries = bring(runs, GREEN)
    assert [delivery.status for delivery in deliveries] == [Status.SENT] * 3
    assert len(fake.requests) == 2
    assert all((run["status"], run["conclusion"]) == ("COMPLETED", "SUCCESS") for run in fake.check_runs.values())
    assert deliveries[0].url.endswith("/octo/demo/runs/1")


@pytest.mark.parametrize(
    ("verdict", "conclusion"),
    [
        (Verdict.PASS, "SUCCESS"),
        (Verdict.EXEMPT, "SUCCESS"),
        (Verdict.NOT_APPLICABLE, "SUCCESS"),
        (Verdict.WARN, "SUCCESS"),
        (Verdict.FAIL, "FAILURE"),
        (Verdict.ERROR, "FAILURE"),
    ],
)
def test_every_verdict_has_a_conclusion_that_is_never_neutral(fake, runs, verdict, conclusion):
    runs.open()
    bring(runs, outcome(report("guard-mcp", verdict)))
    (run,) = only("guard-mcp", fake)
    assert run["conclusion"] == conclusion


@pytest.mark.parametrize("count", [0, 1, 49, 50, 51, 100, 101, 250, 5_000])
def test_annotations_come_fifty_a_request_and_the_last_request_completes(fake, runs, count):
    runs.open()
    bring(runs, many(count, 3))
    (run,) = only("guard-mcp", fake)
    shown = min(count, MOST)
    assert len(run["annotations"]) == shown
    assert all(batch <= BATCH for batch in run["batches"])
    assert len(fake.requests) == 1 + max(1, -(-shown // BATCH))
    completing = [r["body"]["variables"]["i0"].get("status") for r in fake.requests[1:]]
    assert completing == [None] * (len(completing) - 1) + ["COMPLETED"]
    if count > MOST:
        assert run["output"]["text"] == "250 of 5,000 findings are annotated in the files."


def test_an_annotation_says_what_where_and_how_to_mend_it(fake, runs):
    runs.open()
    bring(runs, ONE)
    (run,) = only("guard-mcp", fake)
    assert run["annotations"] == [
        {
            "path": EVIDENCE,
            "location": {"startLine": 7, "endLine": 7, "startColumn": 1, "endColumn": 1},
            "annotationLevel": "FAILURE",
            "title": "guard-mcp/schema",
            "message": "`timestamp` is no RFC 3339 time with a zone: `yesterday`.\n\nWrite the line again with "
            "`agent-guards record`, which fills in every field.",
        }
    ]
    assert run["output"]["title"] == "guard-mcp failed, 1 error"
    assert run["output"]["summary"].startswith("## ❌ Agent Guards: guard-mcp failed")


def test_the_gravest_findings_are_annotated_first_and_columns_only_with_a_line():
    found = annotations(MIXED.reports[0])
    assert [one["annotationLevel"] for one in found] == ["FAILURE"] * 5 + ["WARNING"]
    (rewritten,) = [one for one in found if one["title"].endswith("rewritten-evidence")]
    assert rewritten["location"] == {"startLine": 3, "endLine": 3}


def test_what_does_not_block_is_no_failure():
    assert {one["annotationLevel"] for one in annotations(MIXED.reports[1])} == {"WARNING", "NOTICE"}


@pytest.mark.parametrize("path", [None, "", "/etc/passwd", "../x", "a/../b", "bad\udcff.md"])
def test_a_finding_at_no_place_of_the_repository_is_not_annotated(path):
    assert annotations(report("guard-mcp", Verdict.FAIL, SCHEMA.at("x", path, 1))) == []


def test_a_finding_of_a_whole_file_stands_at_its_first_line():
    (one,) = annotations(report("guard-mcp", Verdict.FAIL, SCHEMA.at("x", "a.md", None, 5)))
    assert one["location"] == {"startLine": 1, "endLine": 1}


def test_hostile_text_is_shown_and_never_obeyed(fake, runs):
    runs.open()
    bring(runs, HOSTILE)
    (run,) = only("guard-mcp", fake)
    assert "::error::forged" not in run["output"]["summary"]
    assert "@octocat" not in run["output"]["summary"].replace("&#64;octocat", "")


def test_the_page_stays_within_what_github_takes(fake, runs):
    runs.open()
    assert bring(runs, many(5_000, 40))[0].status is Status.SENT
    (run,) = only("guard-mcp", fake)
    assert len(run["output"]["summary"]) <= 65_535


def test_a_crash_leaves_nothing_open(fake, runs):
    runs.open()
    runs.abandon("because")
    assert len(fake.requests) == 2
    assert all((run["status"], run["conclusion"]) == ("COMPLETED", "FAILURE") for run in fake.check_runs.values())
    assert next(iter(fake.check_runs.values()))["output"]["summary"] == "because"


def test_a_crash_before_anything_was_opened_asks_nothing(fake, runs):
    runs.abandon("because")
    assert fake.requests == []


def test_a_token_that_may_not_is_asked_once(fake, runs):
    fake.permissions.discard("checks")
    runs.open()
    deliveries = bring(runs, GREEN)
    assert {(one.status, one.permission) for one in deliveries} == {(Status.SKIPPED, "checks: write")}
    assert len(fake.requests) == 1


def test_check_runs_that_were_created_behind_a_502_are_found_and_not_doubled(fake, runs):
    fake.fail(match="createCheckRun", status=502, times=1, after=True)
    runs.open()
    assert set(runs.opened) == set(GUARDS)
    assert len(fake.check_runs) == 3
    assert all(one.status is Status.SENT for one in bring(runs, GREEN))


def test_check_runs_that_a_502_swallowed_are_created_again(fake, runs):
    fake.fail(match="createCheckRun", status=502, times=1)
    runs.open()
    assert len(fake.check_runs) == 3
    assert runs.fault is None


def test_the_check_run_of_another_attempt_is_not_taken_for_ours(fake, runs, target, github):
    CheckRuns(github=github, target=replace(target, run_attempt=2), repository_id="R_1", guards=GUARDS).open()
    fake.fail(match="createCheckRun", status=502, times=1)
    runs.open()
    assert len(fake.check_runs) == 6


def test_nothing_is_created_again_where_nobody_can_look(fake, runs):
    fake.fail(status=502)
    runs.open()
    assert [one.status for one in bring(runs, GREEN)] == [Status.FAILED] * 3
    assert sum("createCheckRun" in str(request["body"]) for request in fake.requests) == 1


def test_a_listing_of_another_shape_is_no_answer(fake, runs):
    fake.fail(match="createCheckRun", status=502, times=1)
    fake.fail(match="^GET", status=200, raw='{"check_runs": 7}')
    runs.open()
    assert runs.fault.message == "GitHub's list of check runs has another shape"
    assert fake.check_runs == {}


@pytest.mark.parametrize(
    "raw", ['{"data": {"f0": {"checkRun": null}, "f1": 7, "f2": {"checkRun": {}}}}', '{"data": {}}']
)
def test_an_answer_without_a_check_run_is_no_success(fake, runs, raw):
    fake.fail(match="createCheckRun", status=200, raw=raw, times=2)
    runs.open()
    assert runs.opened == {}
    assert {one.status for one in bring(runs, GREEN)} == {Status.FAILED}


def test_an_update_that_arrived_behind_a_502_is_not_sent_again(fake, runs):
    runs.open()
    fake.fail(match="updateCheckRun", status=502, times=1, after=True)
    deliveries = bring(runs, many(120))
    (run,) = only("guard-mcp", fake)
    assert deliveries[0].status is Status.SENT
    assert run["batches"] == [0, 50, 50, 20]


def test_an_update_that_a_502_swallowed_is_sent_again(fake, runs):
    runs.open()
    fake.fail(match="updateCheckRun", status=502, times=1)
    assert bring(runs, many(60))[0].status is Status.SENT
    (run,) = only("guard-mcp", fake)
    assert run["batches"] == [0, 50, 10]


def test_an_update_of_which_nothing_can_be_known_is_a_failure(fake, runs):
    runs.open()
    fake.fail(status=502)
    (delivery,) = bring(runs, many(60))
    assert delivery.status is Status.FAILED


def test_a_check_run_that_is_gone_is_a_failure(fake, runs):
    runs.open()
    fake.check_runs.clear()
    assert [one.status for one in bring(runs, GREEN)] == [Status.FAILED] * 3


def test_a_guard_that_was_never_opened_is_told(runs):
    (delivery,) = bring(runs, ONE)
    assert delivery.status is Status.FAILED


@pytest.mark.parametrize(("of", "conclusion"), [(ONE, "FAILURE"), (GREEN, "SUCCESS")])
def test_a_report_that_github_refuses_leaves_no_run_open(fake, runs, of, conclusion):
    runs.open()
    fake.fail(match='"annotations"', status=422, message="Invalid path")
    assert bring(runs, of)[0].status is Status.FAILED
    (run,) = only("guard-mcp", fake)
    assert (run["status"], run["conclusion"]) == ("COMPLETED", conclusion)
    assert run["output"]["summary"] == "GitHub refused the whole report; the summary of the job has it."
