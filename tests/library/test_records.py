import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import pytest
from msgspec import Meta, Struct

from agent_guards.errors import GuardError
from agent_guards.kind import LONGEST_LINE, convert
from agent_guards.records import Kind, read


class Origin(Struct, frozen=True, gc=False, forbid_unknown_fields=True, kw_only=True):
    host: str
    port: int | None = None


class Beat(Struct, frozen=True, gc=False, forbid_unknown_fields=True, kw_only=True):
    task: Annotated[str, Meta(min_length=1)]
    status: Literal["doing", "done"]
    timestamp: Annotated[datetime, Meta(tz=True)] | None = None
    ts: Annotated[datetime, Meta(tz=True)] | None = None
    progress: str | None = None
    count: int | None = None
    origin: Origin | None = None


SCHEMA = {
    "type": "object",
    "required": ["task", "status"],
    "properties": {
        "task": {"type": "string", "minLength": 1},
        "status": {"enum": ["doing", "done"]},
        "timestamp": {"type": "string", "format": "date-time"},
        "ts": {"type": "string", "format": "date-time"},
        "progress": {"type": "string"},
        "count": {"type": "integer"},
        "origin": {
            "type": "object",
            "required": ["host"],
            "properties": {"host": {"type": "string"}, "port": {"type": "integer"}},
        },
    },
}
GOOD = {"task": "ENG-1", "status": "doing"}


@pytest.fixture
def kind(tmp_path):
    return make_kind(tmp_path, SCHEMA)


def make_kind(folder: Path, schema: object) -> Kind[Beat]:
    path = folder / "beat.schema.json"
    path.write_text(json.dumps(schema))
    return Kind(name="beat", struct=Beat, schema=str(path), quotes=quotes)


def quotes(beats):
    if any(beat.task == " " for beat in beats):
        return None
    return sum(map(quotes_of, beats))


def quotes_of(value):
    if isinstance(value, Struct):
        fields = [getattr(value, name) for name in value.__struct_fields__]
        return sum(2 + quotes_of(field) for field in fields if field is not None)
    return 0 if isinstance(value, int) else 2


def lines(*records, end="\n"):
    return "".join(json.dumps(record) + end if isinstance(record, dict) else record for record in records).encode()


def beat(**fields):
    return GOOD | fields


def told(records):
    return [(problem.kind, problem.line, problem.column, problem.message) for problem in records.problems]


def accepted(kind, text):
    return len(read(kind, text.encode() + b"\n").values) == 1


def test_a_file_without_faults_is_its_records(kind):
    records = read(kind, lines(beat(), beat(progress='say "40%"', origin={"host": "a", "port": 1})))
    assert records.problems == ()
    assert (records.lines, list(records.numbers)) == (2, [1, 2])
    assert records.values[1].progress == 'say "40%"'
    assert records.values[1].origin == Origin(host="a", port=1)


def test_the_lines_of_a_part_are_numbered_from_where_it_begins(kind):
    assert list(read(kind, lines(beat(), beat()), first_line=7).numbers) == [7, 8]
    part = read(kind, lines(beat(), "x\n", beat()), first_line=7)
    assert list(part.numbers) == [7, 9]
    assert part.problems[0].line == 8


def test_carriage_returns_before_the_line_ends_are_white_space(kind):
    assert len(read(kind, lines(beat(), beat(), end="\r\n")).values) == 2


def test_bad_lines_are_told_and_the_others_read(kind):
    records = read(kind, lines("{\n", beat(task="a"), beat(status="Done"), '"\n', beat(task="b"), {"task": "c"}))
    assert [value.task for value in records.values] == ["a", "b"]
    assert (list(records.numbers), records.lines) == ([2, 5], 6)
    assert told(records) == [
        (
            "invalid-json",
            1,
            2,
            "The line ends before its JSON does: it was cut off, or the object is spread over several lines.",
        ),
        ("schema", 3, 29, "`status` is `Done`; it has to be one of `doing`, `done`."),
        (
            "invalid-json",
            4,
            1,
            "The line ends before its JSON does: it was cut off, or the object is spread over several lines.",
        ),
        ("schema", 6, 1, "`status` is missing."),
    ]


@pytest.mark.parametrize(
    "text",
    [
        '{"task":"a","task":"a","status":"doing"}',
        '{"task":"a","status":"doing","count":1,"count":1}',
        '{"task":"a","status":"doing","origin":{"host":"a"},"origin":{"host":"a"}}',
        '{"task":"a","status":"doing","origin":{"host":"a","host":"a"}}',
        '{"task":"a","status":"doing","origin":{"host":"a","port":null}}',
        '{"task":"a","status":"doing","progress":null}',
        '{"task":"a","status":"doing","origin":null}',
        '{"task":"a","status":"doing","timestamp":null}',
        '{"task":"a","status":"doing","timestamp":"2026-01-02T14:30:00+0000"}',
        '{"task":"a","status":"doing","timestamp":"2026-01-02T14:30:00-0000"}',
        '{"task":"a","status":"doing","ts":"2026-01-02T14:30:00+0100"}',
        '{"task":"a","status":"doing","timestamp":"2026-01-02T14:30:00+01:00","ts":"2026-01-02T14:30:00+0100"}',
        '{"task":"a","status":"doing","timestamp":"0001-01-01T00:00:00+01:00"}',
        '{"task":"a","status":"doing","timestamp":"9999-12-31T23:59:00-01:00"}',
        '{"task":"a","status":"doing","timestamp":5}',
        '{"task":"a","status":"doing","count":true}',
        '{"task":"a","status":"doing","count":1.5}',
        '{"task":"a\\\\","task":"\\"","status":"doing"}',
    ],
)
def test_what_the_decoder_would_let_pass_is_refused(kind, text):
    good = json.dumps(GOOD)
    assert not accepted(kind, text)
    assert list(read(kind, f"{good}\n{good}\n{text}\n{good}\n{good}\n".encode()).numbers) == [1, 2, 4, 5]


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ('{"task":"a","status":"doing","count":2.0}', "count", 2),
        ('{"task":"a","status":"doing","count":-0}', "count", 0),
        ('{"status":"doing","task":"\\"\\\\\\"\\n"}', "task", '"\\"\n'),
        ('{"t\\u0061sk":"a","status":"doing"}', "task", "a"),
        ('{"task":"a","status":"doing","x_any":{"deep":[1,{}]}}', "task", "a"),
        ('{"task":"a-0000","status":"doing","timestamp":"2026-01-02T14:30:00Z"}', "task", "a-0000"),
        ('{"task":"a+0000","status":"doing","timestamp":"2026-01-02T14:30:00+00:00"}', "timestamp", datetime(2026, 1, 2, 14, 30, tzinfo=UTC)),
        ('{"task":"a","status":"doing","timestamp":"2016-12-31T23:59:60Z"}', "timestamp", datetime(2017, 1, 1, tzinfo=UTC)),
        ('{"task":"a","status":"doing","ts" : "2017-01-01T01:00:00+01:00"}', "ts", datetime(2017, 1, 1, tzinfo=UTC)),
        ('{"task":"a","status":"doing","timestamp":"9999-12-31T23:59:00+01:00"}', "timestamp", datetime(9999, 12, 31, 22, 59, tzinfo=UTC)),
        ('{"task":"a","status":"doing","origin":{"host":"h","port":3.0}}', "origin", Origin(host="h", port=3)),
    ],
)  # fmt: skip
def test_what_is_right_in_an_unusual_way_is_accepted(kind, text, field, value):
    good = json.dumps(GOOD)
    records = read(kind, f"{good}\n{text}\n{good}\n".encode())
    assert records.problems == ()
    assert getattr(records.values[1], field) == value
    assert list(records.numbers) == [1, 2, 3]


def test_an_unknown_field_is_told_once_with_the_number_of_its_lines(kind):
    odd = beat(Status="done", origin={"host": "h", "hots": 1, "x_own": 1})
    records = read(kind, lines(odd, beat(), odd, odd))
    assert len(records.values) == 4
    assert told(records) == [
        ("unknown-field", 1, 48, "The format knows no field `Status`; did you mean `status`? It stands on 3 lines."),
        ("unknown-field", 1, 88, "The format knows no field `origin.hots`; did you mean `host`? It stands on 3 lines."),
    ]


def test_an_unknown_field_without_a_likeness_may_be_ones_own(kind):
    assert told(read(kind, lines(beat(weather="fine")))) == [
        ("unknown-field", 1, 49, "The format knows no field `weather`; a field of your own is written `x_weather`.")
    ]


def test_a_field_that_is_missing_under_its_name_is_not_told_twice(kind):
    assert told(read(kind, lines({"taks": "a", "status": "doing"}))) == [
        ("schema", 1, 1, "`task` is missing; the line has `taks`: did you mean `task`?")
    ]


def test_the_column_counts_characters(kind):
    records = read(kind, '{"task":"äöü","status":5}\n'.encode())
    assert told(records) == [("schema", 1, 24, "`status` is `5`; it has to be one of `doing`, `done`.")]


def test_a_line_beyond_the_cap_is_not_read_in_any_company(kind):
    long = beat(progress="x" * LONGEST_LINE)
    records = read(kind, lines(beat(), long, beat()))
    assert list(records.numbers) == [1, 3]
    assert [(problem.kind, problem.line) for problem in records.problems] == [("too-large", 2)]


def test_long_files_of_short_lines_are_read(kind):
    records = read(kind, lines(*[beat(task=f"ENG-{number}") for number in range(3000)]))
    assert (len(records.values), records.problems) == (3000, ())


def test_a_last_line_without_its_end_is_not_accepted(kind):
    records = read(kind, lines(beat(), beat())[:-1])
    assert list(records.numbers) == [1]
    assert records.lines == 2
    assert [(problem.kind, problem.line, problem.column) for problem in records.problems] == [("invalid-json", 2, 36)]


def test_a_bad_last_line_without_its_end_has_one_problem(kind):
    assert [problem.line for problem in read(kind, lines(beat(), "{")).problems] == [2]


def test_lines_with_one_fault_together_make_one_problem(kind):
    pretty = json.dumps(GOOD, indent=1) + "\n"
    records = read(
        kind, lines(beat(), pretty, "\n\n\n", beat(), "<<<<<<< a\n", beat(), "=======\n", ">>>>>>> b\n", beat())
    )
    assert [problem.line for problem in records.problems] == [2, 6, 10]
    assert list(records.numbers) == [1, 9, 11, 14]


def test_a_right_line_within_a_fault_is_accepted_also_if_it_is_unusual(kind):
    records = read(kind, lines("[\n", beat(), ",\n", beat(x_own=1), ",{\n", "}\n", "{}\n", "]\n"))
    assert list(records.numbers) == [2, 4]
    records = read(kind, lines("<<<<<<< a\n", beat(x_own=1), "=======\n", "{]}\n", "{}\n", ">>>>>>> b\n"))
    assert list(records.numbers) == [2]
    assert [problem.line for problem in records.problems] == [1]


def test_a_list_around_the_whole_file_is_one_problem_however_long_it_is(kind):
    text = json.dumps([beat(task=f"ENG-{number}") for number in range(9000)], indent=1) + "\n"
    assert len(text) > LONGEST_LINE * 4
    [problem] = read(kind, text.encode()).problems
    assert (problem.line, problem.column) == (1, 1)
    assert problem.message.startswith("A JSON list of 9000 is spread over")


def test_two_validators_that_disagree_are_our_fault_and_not_the_authors(tmp_path):
    kind = make_kind(tmp_path, {})
    with pytest.raises(GuardError, match="two validators of beat lines disagree on line 2"):
        read(kind, lines(beat(), {"task": "a"}))


def test_an_object_is_converted_only_if_it_is_sound(kind):
    assert convert(kind, beat()) == Beat(task="ENG-1", status="doing")
    assert convert(kind, beat(task=" ")) is None
    assert convert(kind, beat(timestamp="soon")) is None
    assert convert(kind, beat(origin={"host": "h", "port": None})) is None
    assert convert(kind, beat(origin=5)) is None
