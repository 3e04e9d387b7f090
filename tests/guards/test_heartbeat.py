"""The heartbeat format and the list of tasks: two validators with one verdict each."""

import json
from itertools import combinations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from agent_guards.growth import whole
from agent_guards.kind import decoder, reference
from agent_guards.records import read
from agent_guards.schema import faults
from idle_guard.heartbeat import KIND, LAYOUT, Heartbeat, moments
from idle_guard.tasks import SCHEMA as TASKS_SCHEMA
from idle_guard.tasks import read_tasks

GOOD = {"timestamp": "2026-01-02T14:30:00Z", "task": "ENG-1", "status": "doing"}
with open(KIND.schema, encoding="utf-8") as file:
    SCHEMA = json.load(file)


def problems(**fields):
    value = {name: field for name, field in (GOOD | fields).items() if field is not ...}
    return [(problem.kind, problem.message) for problem in read(KIND, json.dumps(value).encode() + b"\n").problems]


def test_the_schema_describes_every_field_of_the_type():
    Draft202012Validator.check_schema(SCHEMA)
    assert set(SCHEMA["properties"]) == set(Heartbeat.__struct_fields__)
    assert set(SCHEMA["then"]["properties"]) == set(Heartbeat.__struct_fields__) - {"ts"}
    assert all(field["description"].endswith(".") for field in SCHEMA["properties"].values())


def test_a_line_needs_as_many_quotes_as_its_json_has_whatever_is_left_out():
    whole = GOOD | {"ts": GOOD["timestamp"], "progress": "40%", "file": "a.ts"}
    optional = sorted(set(whole) - {"task", "status"})
    for count in range(len(optional) + 1):
        for left_out in combinations(optional, count):
            value = {name: field for name, field in whole.items() if name not in left_out}
            raw = json.dumps(value)
            quotes = KIND.quotes([decoder(KIND).decode(raw.encode())])
            assert quotes == (None if faults(reference(KIND), value) else raw.count('"')), left_out


def test_the_examples_are_accepted_by_both_validators():
    data = b"".join(json.dumps(example).encode() + b"\n" for example in SCHEMA["examples"])
    assert read(KIND, data).problems == ()
    assert [faults(reference(KIND), example) for example in SCHEMA["examples"]] == [[], []]


def test_the_old_name_of_the_time_is_read_as_what_it_meant():
    old = json.dumps({"ts": GOOD["timestamp"], "task": "ENG-1", "status": "completed"}).encode() + b"\n"
    records = read(KIND, old + json.dumps(GOOD).encode() + b"\n")
    assert records.problems == ()
    assert moments(records.values)[0] == moments(records.values)[1]


def test_where_both_names_stand_the_one_of_today_counts():
    both = json.dumps(GOOD | {"ts": "2020-01-01T00:00:00Z"}).encode() + b"\n"
    assert moments(read(KIND, both).values)[0].year == 2026


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"timestamp": ...}, "`timestamp` is missing."),
        ({"timestamp": ..., "time": "x"}, "`timestamp` is missing; the line has `time`: did you mean `timestamp`?"),
        ({"timestamp": None}, "`timestamp` is `null`; it has to be text in double quotes."),
        ({"timestamp": ..., "ts": None}, "`ts` is `null`; it has to be text in double quotes."),
        ({"task": ..., "task_id": "ENG-1"}, "`task` is missing; the line has `task_id`: did you mean `task`?"),
        ({"task": "\u2003"}, "`task` is blank; it has to say something."),
        (
            {"status": "Doing"},
            "`status` is `Doing`; it has to be one of `doing`, `done`, `blocked`, `completed`.",
        ),
        ({"progress": 40}, "`progress` is the number `40`; it has to be text in double quotes."),
        ({"file": None}, "`file` is `null`; it has to be text in double quotes."),
    ],
)
def test_what_is_wrong_with_a_field_is_said(fields, message):
    assert ("schema", message) in problems(**fields)


TIMES = [
    "2026-01-02T14:30:00Z",
    "2016-12-31T23:59:60Z",
    "2026-01-02T14:30:00+0100",
    "1969-01-01T00:00:00-12:00",
    "x",
    5,
    None,
]
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "timestamp": st.sampled_from(TIMES),
        "ts": st.sampled_from(TIMES),
        "task": st.sampled_from(["ENG-1", "", " ", "\u2003", 7, None]),
        "status": st.sampled_from(["doing", "done", "blocked", "completed", "Doing", None, 1]),
        "progress": st.sampled_from(["40%", "", 40, None]),
        "file": st.sampled_from(["a", None]),
        "x_own": st.just([1]),
        "pid": st.just(1),
    },
)


@settings(max_examples=400, deadline=None)
@given(st.lists(FIELDS, min_size=1, max_size=4))
def test_a_line_is_accepted_exactly_where_the_published_schema_accepts_it(lines):
    records = read(KIND, b"".join(json.dumps(line).encode() + b"\n" for line in lines))
    accepted = [number for number, line in enumerate(lines, 1) if not faults(reference(KIND), line)]
    assert list(records.numbers) == accepted


def test_heartbeats_stand_in_the_folder_of_a_day():
    assert LAYOUT.locate("artifacts/a.b/2026-01-02/heartbeat.ndjson")
    for path in ("artifacts/a/2026-01-02/logs/heartbeat.ndjson", "artifacts/a/2026-01-02/heartbeat.json"):
        assert LAYOUT.locate(path) is None


def judged(text):
    data = text.encode() if isinstance(text, str) else text
    return read_tasks("t", None, whole(data), data)


def test_a_list_of_tasks_tells_what_is_being_done_and_where_it_says_so():
    tasks = judged('{"tasks": [\n  {"id": "A", "status": "todo"},\n  {"id": "Ä", "status": "doing", "id_": 1}\n]}\n')
    assert [task.id for task in tasks.doing] == ["Ä"]
    assert list(tasks.positions.values()) == [(3, 10)]
    assert tasks.lines == 2


def test_a_task_that_stands_twice_is_one_task():
    tasks = judged('{"tasks": [{"id": "A", "status": "doing"}, {"id": "A", "status": "doing"}]}')
    assert list(tasks.positions.values()) == [(1, 19)]


def test_a_list_without_tasks_is_a_list():
    assert judged('{"tasks": []}').problems == ()


@pytest.mark.parametrize(
    ("text", "kind", "position"),
    [
        ("", "empty-file", (None, None)),
        ("{\n'a': 1}", "invalid-json", (2, 1)),
        (b'{"tasks":\n["\xff"]}', "invalid-encoding", (2, 3)),
        ('{"tasks": 1, "tasks": 2}', "invalid-json", (1, 14)),
        ('{"todos": []}', "schema", (1, 1)),
        ("[]", "schema", (1, 1)),
        ('{"tasks": [{"id": "A",\n "status": "Doing"}]}', "schema", (2, 12)),
    ],
)
def test_what_is_wrong_with_a_list_is_told_with_its_place(text, kind, position):
    (problem,) = judged(text).problems
    assert (problem.kind, (problem.line, problem.column)) == (kind, position)


TASKS = st.lists(
    st.fixed_dictionaries(
        {}, optional={"id": st.sampled_from(["A", "", " ", 1, None]), "status": st.sampled_from(["todo", "doing", "Doing", None]), "x": st.just(1)}
    ),
    max_size=3,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(TASKS.map(lambda tasks: {"tasks": tasks}), st.sampled_from([[], 1, {}, {"tasks": None}, {"tasks": [1]}]))
)
def test_a_list_is_accepted_exactly_where_the_published_schema_accepts_it(document):
    with open(TASKS_SCHEMA, "rb") as file:
        accepted = Draft202012Validator(msgspec.json.decode(file.read())).is_valid(document)
    assert (judged(json.dumps(document)).problems == ()) == accepted
