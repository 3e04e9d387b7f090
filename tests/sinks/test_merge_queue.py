"""A merge group: judged as a whole, each of its pull requests by its own words."""

import pytest
from fake_github import BASE, HEAD
from outcomes import FALSE_EXEMPTION, SCHEMA, report

from agent_guards.context import Context
from agent_guards.errors import GitError
from agent_guards.events import NO_DESCRIPTION
from agent_guards.live import read
from agent_guards.merge_queue import judge_group, members
from agent_guards.report import Verdict

QUEUE = f"gh-readonly-queue/main/pr-7-{BASE}"
GROUP = Context(event="merge_group", repository="octo/demo", base=BASE, head=HEAD, queue=QUEUE, notes=(NO_DESCRIPTION,))
PASSED = (report("guard-mcp", Verdict.PASS, notes=("of the group",)),)


@pytest.fixture
def pull(github):
    return read(github, "octo/demo", 7).pull


def test_members_replace_the_note_that_nothing_is_described(fake, github):
    pulls, notes = members(github, GROUP, ())
    assert [pull.number for pull in pulls] == [7]
    assert notes == ("The group brings #7; each was judged by its description of now and its own commits.",)


def test_without_a_token_the_old_note_stays(fake):
    pulls, notes = members(None, GROUP, ())
    assert pulls == ()
    assert notes[0] == NO_DESCRIPTION


def test_a_github_that_does_not_answer_is_told(fake, github):
    fake.fail(status=500)
    assert "500" in members(github, GROUP, ())[1][1]


def test_a_group_of_nobody_is_told(fake, github):
    fake.pulls.clear()
    assert members(github, GROUP, ())[1][1] == "GitHub names no pull request of this group."


def test_a_member_is_judged_by_its_own_commits_and_words(fake, github, pull):
    seen = []
    judge_group([pull], GROUP, PASSED, lambda own: seen.append(own) or PASSED)
    (own,) = seen
    assert (own.event, own.base, own.head, own.pull_request, own.body) == ("merge_group", BASE, HEAD, 7, "")


def test_the_worst_of_all_verdicts_is_the_group_s_and_findings_name_their_pull_request(pull):
    own = (
        report(
            "guard-mcp",
            Verdict.FAIL,
            FALSE_EXEMPTION.at("claimed"),
            SCHEMA.at("x", "a.md", 1),
            notes=("of the group", "own"),
        ),
    )
    group = (report("guard-mcp", Verdict.FAIL, SCHEMA.at("x", "a.md", 1), notes=("of the group",)),)
    (together,) = judge_group([pull], GROUP, group, lambda _: own)
    assert together.verdict is Verdict.FAIL
    assert [finding.message for finding in together.findings] == ["#7: claimed", "x"]
    assert together.notes == ("of the group", "#7: own")


def test_a_member_that_passes_does_not_hide_what_the_group_did(pull):
    group = (report("guard-mcp", Verdict.FAIL, SCHEMA.at("x", "a.md", 1)),)
    (together,) = judge_group([pull], GROUP, group, lambda _: PASSED)
    assert together.verdict is Verdict.FAIL


def test_a_member_whose_commits_cannot_be_had_is_told(pull):
    def lost(_):
        raise GitError("no such commit.")

    (together,) = judge_group([pull], GROUP, PASSED, lost)
    assert together.verdict is Verdict.PASS
    assert together.notes[-1] == "#7 was not judged by its description again: no such commit."
