"""What GitHub says now: the live description, a pull request by its number, the members of a merge group."""

import json

import pytest
from fake_github import BASE, HEAD

from agent_guards.api import Fault, Trouble
from agent_guards.context import Context
from agent_guards.errors import GuardError
from agent_guards.live import Page, edit_note, of_number, read, refreshed
from agent_guards.merge_queue import of_group
from agent_guards.pull import Pull

CONTEXT = Context(
    event="pull_request", repository="octo/demo", base=BASE, head=HEAD, body="old", author="a", pull_request=7
)
QUEUE = f"refs/heads/gh-readonly-queue/main/pr-9-{BASE}"


def test_one_request_brings_the_pull_request_its_comments_and_its_labels(fake, github):
    fake.add_pull(body="now", labels=["needs-mcp-evidence"])
    fake.add_comment("hello")
    page = read(github, "octo/demo", 7, comments=True, labels=("needs-mcp-evidence", "nothing"))
    assert isinstance(page, Page)
    assert len(fake.requests) == 1
    assert (page.repository_id, page.pull.body, [c.body for c in page.comments], page.whole) == (
        "R_1",
        "now",
        ["hello"],
        True,
    )
    assert [label.name for label in page.labels] == ["needs-mcp-evidence"]


def test_without_a_pull_request_only_the_repository_is_asked_for(fake, github):
    assert read(github, "octo/demo", None) == Page(repository_id="R_1")


@pytest.mark.parametrize(("repository", "number"), [("octo/other", 7), ("octo/demo", 8)])
def test_what_github_does_not_know_is_a_fault(github, repository, number):
    assert read(github, repository, number).trouble is Trouble.MISSING


@pytest.mark.parametrize(
    "raw",
    [
        '{"data": {"repository": 7}}',
        '{"data": {"repository": {"id": 7}}}',
        '{"data": {"repository": {"id": "R", "pullRequest": {}}}}',
    ],
)
def test_an_answer_of_another_shape_is_a_fault(fake, github, raw):
    fake.fail(status=200, raw=raw)
    assert read(github, "octo/demo", 7).trouble is Trouble.UNSURE


def test_the_live_description_author_and_draft_state_replace_the_event_s(fake, github):
    fake.add_pull(body="mended", author="octocat", draft=True, edited="2026-01-02T13:00:00Z")
    context = refreshed(CONTEXT, read(github, "octo/demo", 7))
    assert (context.body, context.author, context.draft, context.head) == ("mended", "octocat", True, HEAD)
    (note,) = context.notes
    assert note.startswith("The description that was judged is the edit of `2026-01-02T13:00:00Z`, SHA-256 `")


def test_the_digest_is_of_the_description_and_of_nothing_else(fake, github):
    import hashlib

    fake.add_pull(body="mended")
    note = edit_note(read(github, "octo/demo", 7).pull)
    assert hashlib.sha256(b"mended").hexdigest()[:12] in note
    assert "never edited" in note


@pytest.mark.parametrize(
    ("author", "login"),
    [("octocat", "octocat"), ("dependabot[bot]", "dependabot[bot]"), ("renovate[bot]", "renovate[bot]")],
)
def test_bots_are_called_as_events_and_policies_call_them(fake, github, author, login):
    fake.add_pull(author=author)
    assert read(github, "octo/demo", 7).pull.login == login


def test_an_author_who_is_gone_is_nobody(fake, github):
    fake.add_pull()
    original = fake._pull
    fake._pull = lambda number, **rest: {**original(number, **rest), "author": None}
    assert read(github, "octo/demo", 7).pull.login is None


def test_a_head_that_moved_is_told_and_the_event_s_is_judged(fake, github):
    fake.add_pull(head="c" * 40)
    context = refreshed(CONTEXT, read(github, "octo/demo", 7))
    assert context.head == HEAD
    assert f"has moved on to `{'c' * 40}`" in context.notes[1]


def test_where_github_cannot_be_asked_the_event_is_judged_and_that_is_said(fake, github):
    fake.fail(status=500)
    context = refreshed(CONTEXT, read(github, "octo/demo", 7))
    assert context.body == "old"
    assert "an edit since then is not seen" in context.notes[0]


def test_a_page_without_a_pull_request_changes_nothing():
    assert refreshed(CONTEXT, Page(repository_id="R_1")) is CONTEXT


def test_a_pull_request_by_its_number_is_judged_as_its_own_event_would_be(fake, github):
    fake.add_pull(body="now", head_repository="fork/demo")
    context = of_number(
        Context(event="workflow_dispatch", repository="octo/demo", whole=True), read(github, "octo/demo", 7)
    )
    assert (context.event, context.base, context.head, context.whole) == ("workflow_dispatch", BASE, HEAD, False)
    assert (context.body, context.author, context.pull_request, context.fork) == ("now", "octocat", 7, True)


@pytest.mark.parametrize("page", [Fault(trouble=Trouble.MISSING, message="gone"), Page(repository_id="R_1")])
def test_a_pull_request_by_a_number_that_cannot_be_read_is_not_judged_at_all(page):
    with pytest.raises(GuardError, match="could not be read"):
        of_number(Context(), page)


def group(fake, github, *commits, branch=QUEUE):
    found = of_group(github, "octo/demo", branch, commits)
    return found if isinstance(found, Fault) else [pull.number for pull in found]


def test_a_group_is_the_pull_requests_of_its_commits_and_the_one_in_the_branch_s_name(fake, github):
    for number in (7, 8, 9):
        fake.add_pull(number)
    fake.add_commit("1" * 40, 7)
    fake.add_commit("2" * 40, 8)
    assert group(fake, github, "1" * 40, "2" * 40, "3" * 40) == [7, 8, 9]
    assert len(fake.requests) == 1


def test_pull_requests_that_only_share_commits_are_not_in_the_group(fake, github):
    fake.add_pull(7, head="1" * 40)
    fake.add_pull(9, head="2" * 40)
    fake.add_pull(8, base_ref="stacked", head="3" * 40)
    fake.add_pull(10, head="4" * 40)
    fake.add_pull(11, head="1" * 40, state="MERGED")
    fake.add_commit("1" * 40, 7, 8, 10, 11)
    fake.add_commit("2" * 40, 9)
    assert group(fake, github, "1" * 40, "2" * 40) == [7, 9]


def test_the_queue_itself_knows_best_who_is_in_the_group_however_it_merges(fake, github):
    for number in (7, 8, 9, 10):
        fake.add_pull(number)
    fake.queue = {"1" * 40: 7, "2" * 40: 9, "8" * 40: 10}
    fake.add_commit("1" * 40, 8)
    assert group(fake, github, "1" * 40, "2" * 40) == [7, 9]


def test_a_branch_that_is_no_queue_s_is_a_fault(fake, github):
    assert group(fake, github, branch="refs/heads/main").trouble is Trouble.MISSING
    assert fake.requests == []


def test_a_branch_name_with_slashes_is_the_queue_s_base(fake, github):
    fake.add_pull(9, base_ref="release/1")
    assert group(fake, github, branch=f"gh-readonly-queue/release/1/pr-9-{BASE}") == [9]


@pytest.mark.parametrize(
    "repository",
    [7, {"pull": 7}, {"pull": {"id": 1}}, {"queue": {"entries": 7}}, {"c0": {"associatedPullRequests": {"nodes": 7}}}],
)
def test_a_group_of_another_shape_is_a_fault(fake, github, repository):
    fake.fail(status=200, raw=json.dumps({"data": {"repository": repository}}))
    assert group(fake, github, "1" * 40).trouble is Trouble.UNSURE


def test_a_group_of_which_github_knows_nothing_is_empty(fake, github):
    fake.fail(status=200, raw='{"data": {"repository": null}}')
    assert group(fake, github, "1" * 40) == []


def test_a_commit_without_pull_requests_brings_none(fake, github):
    fake.fail(status=200, raw='{"data": {"repository": {"pull": null, "c0": {}, "c1": null}}}')
    assert group(fake, github, "1" * 40) == []


def test_comments_that_vanish_while_pages_are_turned_are_not_whole(fake, github):
    for number in range(101):
        fake.add_comment(str(number))
    fake.fail(match='"after": "100"', status=200, raw='{"data": {"repository": null}}')
    assert read(github, "octo/demo", 7, comments=True).whole is False


def test_pages_are_not_turned_for_ever(fake, github, monkeypatch):
    monkeypatch.setattr("agent_guards.live.PAGES", 1)
    for number in range(201):
        fake.add_comment(str(number))
    page = read(github, "octo/demo", 7, comments=True)
    assert (len(page.comments), page.whole) == (200, False)


def test_a_pull_request_is_a_frozen_value(fake, github):
    pull = read(github, "octo/demo", 7).pull
    assert isinstance(pull, Pull)
    with pytest.raises(AttributeError):
        pull.body = "x"
