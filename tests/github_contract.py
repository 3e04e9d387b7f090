"""GitHub's own descriptions of its API as judges: OpenAPI for REST, the schema for GraphQL. Both come from npm."""

import json
from functools import cache

from npm import FOLDER, package

OPERATIONS = (
    ("post", "/repos/{owner}/{repo}/statuses/{sha}"),
    ("get", "/repos/{owner}/{repo}/commits/{ref}/statuses"),
    ("get", "/repos/{owner}/{repo}/commits/{ref}/check-runs"),
)
"""Everything of REST that we ask: a request for anything else has no operation and is refused."""
HOST = "https://api.github.com"
_GRAPHQL = {
    "post": {
        "operationId": "graphql",
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object", "required": ["query"], "additionalProperties": False,
                        "properties": {"query": {"type": "string"}, "variables": {"type": "object"}},
                    }
                }
            },
        },
        "responses": {
            "200": {
                "description": "The answer.",
                "content": {"application/json": {"schema": {"type": "object", "required": ["data"]}}},
            }
        },
    }
}  # fmt: skip


def installed():
    """Whether npm has brought the descriptions; the tests in tests/contract say so where it has not."""
    names = ("@octokit/openapi", "@octokit/graphql-schema")
    return all((FOLDER / name / "package.json").is_file() for name in names)


@cache
def description():
    """GitHub's OpenAPI description, cut down to what we ask and mended where the tools trip over it."""
    whole = json.loads((package("@octokit/openapi") / "generated/api.github.com.json").read_bytes())
    paths, wanted = {}, {"parameters", "requestBody", "responses"}
    for method, path in OPERATIONS:
        operation = whole["paths"][path][method]
        kept = {key: value for key, value in operation.items() if key in wanted}
        paths.setdefault(path, {})[method] = {**kept, "operationId": operation["operationId"]}
    parts = {}
    _gather(paths, whole, parts)
    document = {
        "openapi": whole["openapi"], "info": whole["info"], "servers": [{"url": HOST}],
        "paths": {**paths, "/graphql": _GRAPHQL}, "components": parts,
    }  # fmt: skip
    _mend(document)
    return document


def _gather(node, whole, parts):
    """Bring along what `node` refers to, and what that refers to."""
    if isinstance(node, list):
        for one in node:
            _gather(one, whole, parts)
    elif isinstance(node, dict):
        reference = node.get("$ref")
        if isinstance(reference, str):
            _, _, kind, name = reference.split("/", 3)
            if name not in parts.setdefault(kind, {}):
                parts[kind][name] = whole["components"][kind][name]
                _gather(parts[kind][name], whole, parts)
        for one in node.values():
            _gather(one, whole, parts)


def _mend(node):
    """Null is allowed where the description says so in a way that validators do not understand; Link examples lead nowhere."""
    if isinstance(node, list):
        for one in node:
            _mend(one)
    elif isinstance(node, dict):
        if node.get("nullable") is True and "enum" in node and None not in node["enum"]:
            node["enum"] = [*node["enum"], None]
        if node.get("nullable") is True and "type" not in node:
            del node["nullable"]
            inner = {key: node.pop(key) for key in ("$ref", "allOf", "anyOf", "oneOf") if key in node}
            node["anyOf"] = [inner, {"enum": [None]}]
        for one in node.values():
            _mend(one)
        if isinstance(node.get("headers"), dict):
            node["headers"].pop("Link", None)


@cache
def _openapi():
    from openapi_core import OpenAPI

    return OpenAPI.from_dict(description())


def hold_rest(request, status, answer):
    """Raise unless GitHub's description knows this request and this answer."""
    from urllib.parse import parse_qs, urlsplit

    from openapi_core.testing import MockRequest, MockResponse

    url = urlsplit(request["path"])
    body = None if request["body"] is None else json.dumps(request["body"]).encode()
    arguments = {name: values[0] for name, values in parse_qs(url.query).items()}
    asked = MockRequest(HOST, request["method"].lower(), url.path, args=arguments, data=body)
    _openapi().validate_request(asked)
    if status < 300:  # GitHub describes few of its refusals
        _openapi().validate_response(asked, MockResponse(json.dumps(answer).encode(), status_code=status))


@cache
def _schema():
    from graphql import build_schema

    return build_schema((package("@octokit/graphql-schema") / "schema.graphql").read_text(), assume_valid=True)


@cache
def _document(text):
    from graphql import parse, validate

    document = parse(text)
    problems = validate(_schema(), document)
    assert not problems, problems
    return document


def hold_graphql(body, answer=None):
    """Raise unless GitHub's schema knows this document, these variables and, where one is given, this answer."""
    from graphql.execution.values import get_variable_values

    (operation,) = _document(body["query"]).definitions
    given = get_variable_values(_schema(), operation.variable_definitions or (), body.get("variables") or {})
    assert not isinstance(given, list), given
    if answer is not None and "data" in answer:
        refused = {error["path"][0] for error in answer.get("errors", ()) if error.get("path")}
        root = _schema().get_root_type(operation.operation)
        _fits(root, operation.selection_set, {k: v for k, v in answer["data"].items() if k not in refused}, refused)


def _fits(kind, selections, value, refused=frozenset()):
    """Walk an answer along the types of what was asked."""
    from graphql import GraphQLList, GraphQLNonNull, InlineFragmentNode, is_leaf_type, is_object_type

    if isinstance(kind, GraphQLNonNull):
        assert value is not None, kind
        return _fits(kind.of_type, selections, value, refused)
    if value is None:
        return None
    if isinstance(kind, GraphQLList):
        return [_fits(kind.of_type, selections, one) for one in value]
    if is_leaf_type(kind):
        return kind.serialize(value)
    for chosen in selections.selections:
        if isinstance(chosen, InlineFragmentNode):
            _fits(_schema().get_type(chosen.type_condition.name.value), chosen.selection_set, value)
            continue
        name = (chosen.alias or chosen.name).value
        if chosen.name.value == "__typename" or name in refused:
            continue
        if is_object_type(kind) or chosen.name.value in kind.fields:
            _fits(kind.fields[chosen.name.value].type, chosen.selection_set, value[name])
    return None


def hold(fake):
    """Hold everything that a fake was asked and answered to GitHub's descriptions."""
    for request, status, answer in fake.answers:
        path = request["path"].removeprefix("/api/v3").removeprefix("/api")
        if path == "/graphql":
            hold_graphql(request["body"], answer)
        elif path.startswith("/repos/"):
            hold_rest({**request, "path": path}, status, answer)
