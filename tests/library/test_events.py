"""GitHub's own example payloads, payloads derived from them and held to GitHub's schemas, and broken ones."""

import json
from functools import cache

import npm
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent_guards.context import Context
from agent_guards.errors import UsageError
from agent_guards.events import SUPPORTED, from_event

BASE = "f95f852bd8fca8fcc58a9a2d6c842781e32a215e"
HEAD = "ec26c3e57ca3a959ca5aad62de7213c562f8c821"
BODY = "This is a pretty simple change that we need to pull into master."
ZEROS = "0" * 40
MINIMAL = {
    "pull_request": {
        "number": 7,
        "base": {"sha": BASE, "repo": {"id": 1, "full_name": "octo/demo"}},
        "head": {"sha": HEAD, "repo": {"id": 1, "full_name": "octo/demo"}},
    }
}


@cache
def examples() -> dict[str, list[dict]]:
    index = npm.package("@octokit/webhooks-examples") / "api.github.com" / "index.json"
    return {event["name"]: event["examples"] for event in json.loads(index.read_bytes())}


@cache
def schemas() -> dict:
    return json.loads((npm.package("@octokit/webhooks-schemas") / "schema.json").read_bytes())


def assert_is_githubs(definition: str, payload: dict) -> None:
    """Hold a payload against GitHub's schema of it: what we derive is then no invention of ours."""
    from jsonschema import Draft7Validator

    root = schemas()
    schema = {"$schema": root["$schema"], "definitions": root["definitions"], "$ref": f"#/definitions/{definition}"}
    assert [error.message for error in Draft7Validator(schema).iter_errors(payload)] == []


def example(event: str, action: str | None = None) -> dict:
    """The last example of an event and action, as a copy: the first of each event tends to be old."""
    found = [payload for payload in examples()[event] if payload.get("action") == action]
    return json.loads(json.dumps(found[-1]))


def read(name: str | None, payload: object, repository: str | None = None) -> Context:
    return from_event(name, json.dumps(payload).encode(), repository=repository)


def minimal(**changes: object) -> dict:
    return {"pull_request": MINIMAL["pull_request"] | changes}


def refusal(name: str | None, payload: bytes) -> UsageError:
    with pytest.raises(UsageError) as raised:
        from_event(name, payload)
    assert "\n" not in raised.value.message
    assert raised.value.hint
    return raised.value


@pytest.mark.npm
@pytest.mark.parametrize("name", ["pull_request", None])
def test_every_example_of_a_pull_request_is_read(name):
    payloads = examples()["pull_request"]
    assert len(payloads) == 29
    for payload in payloads:
        context = read(name, payload)
        assert context == Context(
            event="pull_request",
            repository="Codertocat/Hello-World",
            base=BASE,
            head=HEAD,
            body=payload["pull_request"]["body"] or "",
            author="Codertocat",
            pull_request=2,
            draft=payload["action"] == "converted_to_draft",
        )


@pytest.mark.npm
def test_the_examples_hold_a_description_and_none():
    assert {read(None, payload).body for payload in examples()["pull_request"]} == {BODY, ""}


@pytest.mark.npm
@pytest.mark.parametrize("name", ["pull_request_review", None])
def test_every_example_of_a_review_is_read(name):
    for payload in examples()["pull_request_review"]:
        context = read(name, payload)
        assert (context.event, context.base, context.head, context.pull_request) == (
            "pull_request_review",
            BASE,
            HEAD,
            2,
        )


@pytest.mark.npm
def test_pull_request_target_is_read_as_pull_request():
    context = read("pull_request_target", example("pull_request", "synchronize"))
    assert (context.event, context.base, context.head, context.body) == ("pull_request_target", BASE, HEAD, BODY)


@pytest.mark.npm
def test_an_edited_description_is_the_new_one():
    payload = example("pull_request", "opened") | {"action": "edited", "changes": {"body": {"from": "old"}}}
    payload["pull_request"]["body"] = "## MCP Evidence\r\n\r\nnew"
    assert_is_githubs("pull_request$edited", payload)
    assert read("pull_request", payload).body == "## MCP Evidence\r\n\r\nnew"


@pytest.mark.npm
def test_a_removed_description_is_empty_and_still_judged():
    payload = example("pull_request", "opened")
    payload["pull_request"]["body"] = None
    assert_is_githubs("pull_request$opened", payload)
    assert read("pull_request", payload).body == ""


@pytest.mark.npm
@pytest.mark.parametrize(
    ("repository", "fork"),
    [
        (None, True),
        ({"id": 99, "full_name": "mallory/Hello-World"}, True),
        ({"id": 99}, True),
        ({"full_name": "mallory/Hello-World"}, True),
        ({}, False),
    ],
    ids=["deleted", "fork", "other id", "other name", "own"],
)
def test_a_head_of_another_repository_is_a_fork(repository, fork):
    payload = example("pull_request", "opened")
    head = payload["pull_request"]["head"]
    head["repo"] = None if repository is None else head["repo"] | repository
    assert_is_githubs("pull_request$opened", payload)
    assert read("pull_request", payload).fork is fork


@pytest.mark.npm
def test_a_draft_is_said_to_be_one():
    payload = example("pull_request", "opened")
    payload["pull_request"]["draft"] = True
    assert_is_githubs("pull_request$opened", payload)
    assert read("pull_request", payload).draft


@pytest.mark.npm
@pytest.mark.parametrize(
    "text", ["::error::x\n##[set-output]", "$(id) `id` ${{ github.token }}", "\u202e\x00\x1b[2J", "x" * 65536]
)
def test_hostile_text_is_carried_as_it_is(text):
    payload = example("pull_request", "opened")
    payload["pull_request"] |= {"title": text, "body": text}
    payload["pull_request"]["head"]["ref"] = text
    assert_is_githubs("pull_request$opened", payload)
    context = read("pull_request", payload)
    assert (context.body, context.base, context.head) == (text, BASE, HEAD)


@pytest.mark.npm
@pytest.mark.parametrize("name", ["push", None])
def test_every_example_of_a_push_is_read_or_deleted_something(name):
    kinds = set()
    for payload in examples()["push"]:
        kinds.add(payload["deleted"])
        if payload["deleted"]:
            assert "nothing to judge" in refusal(name, json.dumps(payload).encode()).message
        else:
            expected = Context(event="push", repository="Codertocat/Hello-World", head=payload["after"], whole=True)
            assert read(name, payload) == expected
    assert kinds == {True, False}


@pytest.mark.npm
def test_an_ordinary_push_has_a_base():
    payload = example("push") | {"before": BASE, "after": HEAD, "created": False, "deleted": False}
    assert_is_githubs("push$event", payload)
    context = read("push", payload)
    assert (context.base, context.head, context.whole, context.body) == (BASE, HEAD, True, None)


@pytest.mark.npm
@pytest.mark.parametrize("name", ["merge_group", None])
def test_a_merge_group_has_no_description_and_says_so(name):
    payload = example("merge_group", "checks_requested")
    assert_is_githubs("merge_group$checks_requested", payload)
    context = read(name, payload)
    assert (context.event, context.repository, context.whole) == ("merge_group", "octo-org/octo-repo", False)
    assert (context.base, context.head) == (payload["merge_group"]["base_sha"], payload["merge_group"]["head_sha"])
    assert context.body is None
    assert "not judged here" in " ".join(context.notes)


@pytest.mark.npm
@pytest.mark.parametrize("name", ["workflow_dispatch", None])
def test_a_dispatch_judges_the_whole_tree_and_leaves_its_inputs_out(name):
    payload = example("workflow_dispatch") | {"inputs": {"base": "x", "mode": "off"}}
    assert_is_githubs("workflow_dispatch$event", payload)
    assert read(name, payload) == Context(event="workflow_dispatch", repository="octo-org/octo-repo", whole=True)


@pytest.mark.npm
@pytest.mark.parametrize("event", ["issues", "issue_comment", "check_run", "workflow_run", "release", "ping"])
def test_an_event_without_a_change_is_refused_by_name_and_by_shape(event):
    payload = json.dumps(examples()[event][-1]).encode()
    assert event in refusal(event, payload).message
    for error in (refusal(event, payload), refusal(None, payload)):
        assert all(name in error.hint for name in SUPPORTED)


@pytest.mark.parametrize("name", ["schedule", None])
def test_a_schedule_takes_the_repository_that_the_runner_names(name):
    context = read(name, {"schedule": "0 5 * * *"}, repository="octo/demo")
    assert context == Context(event="schedule", repository="octo/demo", whole=True)


def test_the_payloads_repository_wins_over_the_runners():
    payload = {"schedule": "* * * * *", "repository": {"full_name": "octo/demo", "id": 1}}
    assert read("schedule", payload, repository="mallory/demo").repository == "octo/demo"


def test_the_least_that_a_pull_request_can_say_is_enough():
    expected = Context(event="pull_request", base=BASE, head=HEAD, body="", pull_request=7)
    assert read("pull_request", MINIMAL) == expected
    assert read("pull_request", minimal(user=None, body=None, unknown=[{}])) == expected


def test_commit_ids_of_sha_256_are_read_and_written_small():
    side = {"repo": {"full_name": "octo/demo"}}
    context = read("pull_request", minimal(base={"sha": "Ab" * 32} | side, head={"sha": "CD" * 32} | side))
    assert (context.base, context.head, context.fork) == ("ab" * 32, "cd" * 32, False)


@pytest.mark.parametrize(
    "text", ["", "HEAD", "main", "--upload-pack=x", HEAD[:-1], HEAD + "0", HEAD + "\n", "g" * 40, "٣" * 40]
)
@pytest.mark.parametrize("side", ["base", "head"])
def test_a_commit_id_of_a_wrong_shape_is_refused_with_its_place(side, text):
    payload = minimal(**{side: MINIMAL["pull_request"][side] | {"sha": text}})
    error = refusal("pull_request", json.dumps(payload).encode())
    assert f"pull_request.{side}.sha, which is no commit id" in error.message


@pytest.mark.parametrize("payload", [{"before": "x", "after": HEAD}, {"before": BASE, "after": "x"}])
def test_a_push_is_held_to_commit_ids_too(payload):
    assert "no commit id" in refusal("push", json.dumps(payload).encode()).message


@pytest.mark.parametrize("member", ["base_sha", "head_sha"])
def test_a_merge_group_is_held_to_commit_ids_too(member):
    payload = {"merge_group": {"base_sha": BASE, "head_sha": HEAD} | {member: "main"}}
    assert f"merge_group.{member}" in refusal("merge_group", json.dumps(payload).encode()).message


@pytest.mark.parametrize(
    "name",
    [
        "",
        "demo",
        "octo/demo/x",
        "../demo",
        "octo/..",
        "./demo",
        "octo/.",
        "octo/demo\n",
        "octo /demo",
        "octo/dé",
        "/demo",
        "octo/",
    ],
)
def test_a_repository_of_a_wrong_shape_is_refused(name):
    payload = MINIMAL | {"repository": {"full_name": name}}
    assert "not of the form owner/name" in refusal("pull_request", json.dumps(payload).encode()).message
    with pytest.raises(UsageError, match="not of the form owner/name"):
        read("schedule", {}, repository=name)


@pytest.mark.parametrize("name", ["octo/.github", "o.c-t_o/..demo", "1/2", "octo/..."])
def test_odd_but_possible_repositories_are_read(name):
    assert read("schedule", {}, repository=name).repository == name


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        (b"", "cannot be read"),
        (b"not json", "cannot be read"),
        (b"[]", "Expected `object`, got `array`"),
        (b"null", "Expected `object`, got `null`"),
        (b'"x"', "Expected `object`, got `str`"),
        (b"{}", "missing required field `pull_request`"),
        (b'{"pull_request": null}', "Expected `object`, got `null` - at `$.pull_request`"),
        (b'{"pull_request": {', "cannot be read"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        ("{}".encode("utf-16"), "cannot be read"),
        (b'{"x": NaN}', "cannot be read"),
        (b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
        (b"[" * 100_000, "cannot be read"),
        (b" " * (25 * 1024 * 1024 + 1), "larger than 25 MiB"),
    ],
    ids=lambda value: repr(value[:24]),
)
def test_a_broken_payload_is_refused_in_one_line(payload, message):
    assert message in refusal("pull_request", payload).message


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"number": "7"}, "Expected `int`, got `str` - at `$.pull_request.number`"),
        ({"number": True}, "got `bool` - at `$.pull_request.number`"),
        ({"number": 0}, "`int` >= 1"),
        ({"number": 2**53}, "`$.pull_request.number`"),
        ({"body": 5}, "`$.pull_request.body`"),
        ({"user": {"login": None}}, "`$.pull_request.user.login`"),
        ({"user": "x"}, "`$.pull_request.user`"),
        ({"draft": "yes"}, "`$.pull_request.draft`"),
        ({"head": {"repo": None}}, "missing required field `sha`"),
        ({"base": {"sha": BASE, "repo": None}}, "`$.pull_request.base.repo`"),
        ({"head": {"sha": [HEAD]}}, "`$.pull_request.head.sha`"),
        ({"head": {"sha": HEAD, "repo": {"full_name": 5}}}, "`$.pull_request.head.repo.full_name`"),
    ],
)
def test_a_value_of_a_wrong_type_is_refused_with_its_place(changes, message):
    assert message in refusal("pull_request", json.dumps(minimal(**changes)).encode()).message


@pytest.mark.parametrize("member", [b'"number":' + b"9" * 5000, b'"body":"\xff"', b'"body":"\\ud800"'])
def test_values_that_no_json_writer_of_githubs_writes_are_refused(member):
    payload = json.dumps(MINIMAL).encode().replace(b'"number": 7', member)
    assert refusal("pull_request", payload).message.startswith("The event payload cannot be read: ")


def test_a_huge_number_where_nobody_looks_does_no_harm():
    payload = json.dumps(MINIMAL).encode()[:-1] + b',"x":' + b"9" * 5000 + b"}"
    assert from_event("pull_request", payload).pull_request == 7


MEMBERS = [
    *("pull_request", "base", "head", "sha", "repo", "full_name", "id", "number", "body", "user", "login", "draft"),
    *("merge_group", "base_sha", "head_sha", "before", "after", "repository", "inputs", "schedule"),
]
VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from([BASE, ZEROS])
JSON = st.recursive(
    VALUES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(MEMBERS), inner, max_size=5),
    max_leaves=25,
)


@settings(max_examples=200, deadline=None)
@given(
    name=st.none() | st.sampled_from(SUPPORTED),
    payload=JSON.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=40),
)
def test_any_payload_is_a_context_or_a_usage_error_of_one_line(name, payload):
    outcome = event_or_message(name, payload)
    assert outcome in SUPPORTED or (outcome.endswith(".") and "\n" not in outcome)


def event_or_message(name: str | None, payload: bytes) -> str:
    try:
        return from_event(name, payload).event
    except UsageError as error:
        return error.message
