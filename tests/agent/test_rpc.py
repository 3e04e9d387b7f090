"""What the proxy understands of a connection: every call once, with how it ended."""

import json

import pytest

from agent_guards.agent.rpc import Connection
from agent_guards.agent.tap import Lines


def call(number, name="add", arguments=None, **params):
    message = {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": {"name": name, **params}}
    message["params"]["arguments"] = {"a": 1} if arguments is None else arguments
    return message


def answer(number, **result):
    return {"jsonrpc": "2.0", "id": number, "result": {"content": [], **result}}


def talk(connection, *messages):
    """`>` goes to the server, `<` comes from it."""
    for direction, message in messages:
        line = message if isinstance(message, bytes) else json.dumps(message).encode()
        (connection.sent if direction == ">" else connection.received)(line)


def told(calls):
    return [(call.request_id, call.tool, call.outcome, call.error) for call in calls]


def make():
    calls = []
    return Connection(server="shop", session="s", ended=calls.append), calls


def test_an_answer_an_error_and_an_error_of_the_tool_are_told_apart():
    connection, calls = make()
    error = {"jsonrpc": "2.0", "id": 2, "error": {"code": -32602, "message": "Unknown tool"}}
    talk(
        connection,
        (">", call(1)),
        ("<", answer(1)),
        (">", call(2)),
        ("<", error),
        (">", call(3)),
        ("<", answer(3, isError=True)),
    )
    assert told(calls) == [
        ("s:1", "add", "ok", ""),
        ("s:2", "add", "error", "json-rpc -32602"),
        ("s:3", "add", "tool-error", ""),
    ]
    assert connection.close() == 0


def test_ids_are_numbers_or_texts_and_answers_come_in_any_order():
    connection, calls = make()
    talk(connection, (">", call(1, "a")), (">", call("1", "b")), (">", call("x", "c")))
    talk(connection, ("<", answer("x")), ("<", answer("1")), ("<", answer(1)), ("<", answer(1)), ("<", answer(9)))
    assert told(calls) == [("s:x", "c", "ok", ""), ("s:1#2", "b", "ok", ""), ("s:1", "a", "ok", "")]


@pytest.mark.parametrize("white", [0, 63, 64, 1000])
def test_a_batch_is_one_behind_any_white_space(white):
    connection, calls = make()
    talk(connection, (">", b" " * white + json.dumps([call(1)]).encode()), ("<", answer(1)))
    assert (len(calls), connection.unread) == (1, 0)


def test_batches_are_taken_apart():
    connection, calls = make()
    talk(connection, (">", [call(1), call(2), {"method": "ping", "id": 3}]), ("<", [answer(2), answer(1)]))
    assert [one.request_id for one in calls] == ["s:2", "s:1"]
    talk(connection, (">", call(4)), ("<", b" [1, {]"), (">", b"[tools/call"))
    assert connection.unread == 2


def test_what_is_no_call_is_not_one():
    connection, calls = make()
    talk(
        connection,
        (">", {"method": "tools/list", "id": 1, "params": {"x": "tools/call"}}),
        (">", {"method": "tools/call", "params": {"name": "a notification"}}),
        (">", {"method": "notifications/cancelled", "params": {}}),
        (">", {"method": "notifications/cancelled", "params": {"requestId": 77}}),
        ("<", answer(1)),
        (">", {"method": "ping", "id": 8}),
        (">", b'{"x": "tools/call", "method": "tools/list", "id": 5}'),
        (">", call(2)),
        ("<", {"method": "elicitation/create", "id": 2, "params": {}}),
        ("<", {"method": "notifications/progress", "params": {}}),
        ("<", {"id": 2}),
        ("<", answer(2)),
    )
    assert told(calls) == [("s:2", "add", "ok", "")]


def test_a_cancelled_call_has_ended_and_its_late_answer_is_nobodys():
    connection, calls = make()
    cancel = {"method": "notifications/cancelled", "params": {"requestId": 1}}
    talk(connection, (">", call(1)), (">", cancel), ("<", answer(1)))
    assert told(calls) == [("s:1", "add", "error", "cancelled")]


def test_what_has_no_answer_at_the_end_is_an_error():
    connection, calls = make()
    talk(connection, (">", call(1)), (">", call(2)), ("<", answer(2, resultType="input_required", requestState="x")))
    assert connection.close() == 0
    assert connection.close() == 0
    assert told(calls) == [("s:1", "add", "error", "no answer"), ("s:2", "add", "error", "no answer")]


@pytest.mark.parametrize("state", ["opaque", None])
def test_rounds_of_one_call_are_one_call(state):
    connection, calls = make()
    more = {"resultType": "input_required", "inputRequests": {}} | ({"requestState": state} if state else {})
    again = {"inputResponses": {}} | ({"requestState": state} if state else {})
    talk(connection, (">", call(1)), ("<", answer(1, **more)), (">", call(2, **again)), ("<", answer(2, **more)))
    talk(connection, (">", call(3, **again)), ("<", answer(3, resultType="complete")))
    assert told(calls) == [("s:1", "add", "ok", "")]


def test_a_round_that_nobody_began_is_a_call_of_its_own():
    connection, calls = make()
    talk(connection, (">", call(1, requestState="from another connection")), ("<", answer(1)))
    talk(connection, (">", call(2)), ("<", answer(7, resultType="input_required")), ("<", answer(2)))
    assert [one.request_id for one in calls] == ["s:1", "s:2"]


def test_an_id_that_is_used_twice_ends_the_first_call():
    connection, calls = make()
    talk(connection, (">", call(1)), (">", call(1)), ("<", answer(1)))
    assert told(calls) == [("s:1", "add", "error", "no answer"), ("s:1#2", "add", "ok", "")]


def test_an_answer_that_cannot_be_read_makes_its_call_lost_and_no_error():
    connection, calls = make()
    talk(connection, (">", call(1)), ("<", b'{"id": 1, "result": \xff'))
    assert (connection.unread, connection.close(), calls) == (1, 1, [])
    connection, calls = make()
    talk(connection, (">", b'{"method": "tools/call", "id": 1.5}'))
    assert connection.unread == 1
    connection.missed()
    assert connection.unread == 2


def test_an_escaped_slash_hides_nothing():
    connection, calls = make()
    talk(connection, (">", json.dumps(call(1)).replace("/", "\\/").encode()), ("<", answer(1)))
    assert len(calls) == 1


def test_lines_are_put_together_and_too_long_ones_are_counted():
    missed = []
    lines = Lines(lambda: missed.append(1), limit=5)
    fed = [line for chunk in (b"ab", b"c\nd", b"\n\nlong", b"er than", b" this\nok\n") for line in lines.feed(chunk)]
    assert (fed, missed) == ([b"abc", b"d", b"", b"ok"], [1])
