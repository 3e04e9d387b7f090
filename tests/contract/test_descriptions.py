"""The judges themselves: they know what we ask, and they refuse what GitHub would refuse."""

import json

import github_contract
import pytest
from fake_github import HEAD, FakeGitHub
from npm import package

STATUS = {"method": "POST", "path": f"/repos/octo/demo/statuses/{HEAD}", "body": {"state": "success"}}
MADE = {"id": 1, "node_id": "S", "url": "https://x", "avatar_url": None, "state": "success", "description": None,
        "target_url": None, "context": "c", "created_at": "2026-01-02T12:00:00Z", "updated_at": "2026-01-02T12:00:00Z",
        "creator": None}  # fmt: skip
QUERY = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on CheckRun { id status } } }"
CREATE = "mutation($i0: CreateCheckRunInput!) { f0: createCheckRun(input: $i0) { checkRun { id url } } }"
RUN = {"repositoryId": "R", "name": "n", "headSha": HEAD}

pytestmark = pytest.mark.npm


@pytest.fixture(autouse=True, scope="module")
def descriptions():
    package("@octokit/openapi")
    package("@octokit/graphql-schema")


def test_what_we_ask_of_rest_is_known():
    github_contract.hold_rest(STATUS, 201, MADE)


@pytest.mark.parametrize(
    "change",
    [
        {"body": {}},
        {"body": {"state": "green"}},
        {"body": {"state": 7}},
        {"body": 42},
        {"path": "/repos/octo/demo/stati/x"},
        {"method": "PUT"},
    ],
)
def test_what_github_does_not_take_is_refused(change):
    from openapi_core.exceptions import OpenAPIError

    with pytest.raises(OpenAPIError):
        github_contract.hold_rest({**STATUS, **change}, 201, MADE)


def test_an_answer_that_github_would_not_give_is_refused():
    from openapi_core.exceptions import OpenAPIError

    with pytest.raises(OpenAPIError):
        github_contract.hold_rest(STATUS, 201, {**MADE, "created_at": 5})


def test_what_we_ask_of_graphql_is_known():
    github_contract.hold_graphql({"query": QUERY, "variables": {"ids": ["x"]}}, {"data": {"nodes": [None]}})
    github_contract.hold_graphql({"query": CREATE, "variables": {"i0": RUN}})


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        (QUERY.replace("status", "stand"), {"ids": []}),
        (QUERY.replace("[ID!]!", "[Int!]!"), {"ids": []}),
        (QUERY, {"ids": None}),
        (CREATE, {"i0": {**RUN, "headSha": None}}),
        (CREATE, {"i0": {**RUN, "conclusion": "green"}}),
        (CREATE, {"i0": {**RUN, "surprise": 1}}),
        (CREATE, {"i0": {**RUN, "output": {"title": "t"}}}),
        (CREATE.replace("createCheckRun", "makeCheckRun"), {"i0": RUN}),
    ],
)
def test_what_the_schema_does_not_know_is_refused(query, variables):
    with pytest.raises(AssertionError):
        github_contract.hold_graphql({"query": query, "variables": variables})


@pytest.mark.parametrize("nodes", [[{"id": "x", "status": "GREEN"}], [{"id": None, "status": "QUEUED"}]])
def test_an_answer_that_the_schema_does_not_know_is_refused(nodes):
    from graphql import GraphQLError

    with pytest.raises((AssertionError, GraphQLError)):
        github_contract.hold_graphql({"query": QUERY, "variables": {"ids": ["x"]}}, {"data": {"nodes": nodes}})


def test_the_fake_is_held_as_well():
    with FakeGitHub() as fake:
        fake.answer("POST", STATUS["path"], {}, json.dumps(STATUS["body"]).encode())
        github_contract.hold(fake)
        fake.answers[0][2]["created_at"] = 5
        with pytest.raises(Exception, match="InvalidData"):
            github_contract.hold(fake)


def test_the_description_is_cut_to_what_we_ask():
    known = {(method, path) for path, item in github_contract.description()["paths"].items() for method in item}
    assert known == {*github_contract.OPERATIONS, ("post", "/graphql")}
    assert len(json.dumps(github_contract.description())) < 300_000
