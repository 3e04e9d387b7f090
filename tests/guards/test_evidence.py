import hashlib
import json
from itertools import combinations, pairwise
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from agent_guards.kind import decoder, reference
from agent_guards.records import read
from agent_guards.schema import faults
from guard_mcp.evidence import CHAIN_START, KIND, LAYOUT, Evidence, Recorder, broken_links, link_by_link

GOOD = {
    "tool": "context7",
    "doc_ref": "/remix-run/react-router",
    "request_id": "r-1",
    "timestamp": "2026-01-02T14:30:00Z",
    "purpose": "Confirm how loaders stream data",
}
SCHEMA = json.loads(Path(KIND.schema).read_text())


def problems(**fields):
    value = {name: field for name, field in (GOOD | fields).items() if field is not ...}
    return [(problem.kind, problem.message) for problem in read(KIND, json.dumps(value).encode() + b"\n").problems]


def recorder(**fields):
    return {"basis": "recorded", **fields}


def chain(*places, start=CHAIN_START):
    """Write lines of (session, seq): each follows from the session's line before it."""
    last, lines = {}, []
    for number, (session, seq) in enumerate(places):
        place = recorder(session=session, seq=seq, prev=last.get(session, start))
        raw = json.dumps(GOOD | {"request_id": f"r-{number}", "x_recorder": place}).encode()
        last[session] = hashlib.sha256(raw).hexdigest()
        lines.append(raw)
    return lines


def breaks(lines, end=b"\n"):
    data = b"".join(line + end for line in lines)
    return list(broken_links(data, read(KIND, data)))


def test_the_published_schema_is_a_schema():
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$id"] == "urn:agent-guards:evidence:1"
    assert SCHEMA["title"]


def test_a_line_needs_as_many_quotes_as_its_json_has_whatever_is_left_out():
    whole = recorder(name="n", version="1", session="s", seq=0, prev=CHAIN_START, outcome="ok")
    optional = sorted(set(whole) - {"basis"})
    for count in range(len(optional) + 1):
        for left_out in combinations(optional, count):
            place = {name: value for name, value in whole.items() if name not in left_out}
            value = GOOD | {"x_recorder": place}
            raw = json.dumps(value)
            quotes = KIND.quotes([decoder(KIND).decode(raw.encode())])
            assert quotes == (None if faults(reference(KIND), value) else raw.count('"')), left_out
    assert KIND.quotes([decoder(KIND).decode(json.dumps(GOOD).encode())] * 2) == 2 * json.dumps(GOOD).count('"')


def test_every_field_of_the_schema_is_described_and_is_a_field_of_the_type():
    inner = SCHEMA["properties"]["x_recorder"]["properties"]
    for properties, struct in ((SCHEMA["properties"], Evidence), (inner, Recorder)):
        assert sorted(properties) == sorted(struct.__struct_fields__)
        assert all(one["description"].endswith(".") for one in properties.values())


def test_the_required_fields_of_the_schema_are_those_of_the_type():
    for schema, struct in ((SCHEMA, Evidence), (SCHEMA["properties"]["x_recorder"], Recorder)):
        required = {field.name for field in msgspec.structs.fields(struct) if field.required}
        assert set(schema["required"]) == required


def test_the_examples_of_the_schema_are_accepted_by_both_validators():
    data = b"".join(json.dumps(example).encode() + b"\n" for example in SCHEMA["examples"])
    records = read(KIND, data)
    assert (len(records.values), records.problems) == (2, ())
    assert [faults(reference(KIND), example) for example in SCHEMA["examples"]] == [[], []]
    for name, field in SCHEMA["properties"].items():
        for example in field.get("examples", []):
            assert problems(**{name: example}) == []


def test_a_good_line_becomes_a_typed_record():
    line = GOOD | {"x_recorder": recorder(name="agent-guards", version="0.1.0", outcome="ok")}
    [value] = read(KIND, json.dumps(line).encode() + b"\n").values
    assert value.tool == "context7"
    assert value.timestamp.isoformat() == "2026-01-02T14:30:00+00:00"
    assert value.x_recorder == Recorder(basis="recorded", name="agent-guards", version="0.1.0", outcome="ok")


@pytest.mark.parametrize("field", list(GOOD))
@pytest.mark.parametrize("value", [..., "", " ", "\u2003\n", 5, None, [], {}])
def test_each_required_field_says_something(field, value):
    [(kind, message)] = problems(**{field: value})
    assert kind == "schema"
    assert message.startswith(f"`{field}` is ")


@pytest.mark.parametrize("field", ["name", "version"])
@pytest.mark.parametrize("value", ["", "\u00a0", 5, None])
def test_what_a_recorder_says_of_itself_is_not_blank(field, value):
    [(kind, message)] = problems(x_recorder=recorder(**{field: value}))
    assert kind == "schema"
    assert message.startswith(f"`x_recorder.{field}` is ")


def test_a_session_is_not_blank():
    [(_, message)] = problems(x_recorder=recorder(session=" ", seq=0, prev=CHAIN_START))
    assert message == "`x_recorder.session` is blank; it has to say something."


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"basis": "told"}, "`x_recorder.basis` is `told`; it has to be one of `recorded`, `self-reported`."),
        ({"outcome": "fine"}, "`x_recorder.outcome` is `fine`; it has to be one of `ok`, `error`, `tool-error`."),
        ({"session": "s", "seq": -1, "prev": CHAIN_START}, "`x_recorder.seq` is `-1`; the least is `0`."),
        ({"session": "s", "seq": 2**53, "prev": CHAIN_START}, "`x_recorder.seq` is `9007199254740992`; the most is `9007199254740991`."),
        ({"session": "s", "seq": 0, "prev": "A" * 64}, f"`x_recorder.prev` is `{'A' * 64}`; it has to be the 64 small hexadecimal digits of a SHA-256."),
        ({"session": "s", "seq": 0, "prev": "g" * 64}, f"`x_recorder.prev` is `{'g' * 64}`; it has to be the 64 small hexadecimal digits of a SHA-256."),
        ({"session": "s", "seq": 0, "prev": "0" * 63}, f"`x_recorder.prev` is `{'0' * 63}`; it has to be the 64 small hexadecimal digits of a SHA-256."),
        ({"session": "s", "seq": 0}, "`x_recorder.prev` is missing; `session`, `seq`, `prev` come together."),
        ({"seq": 0, "prev": CHAIN_START}, "`x_recorder.session` is missing; `seq`, `session`, `prev` come together."),
    ],
)  # fmt: skip
def test_a_place_in_a_chain_is_told_whole_and_in_form(fields, message):
    assert problems(x_recorder=recorder(**fields)) == [("schema", message)]


def test_a_recorder_without_a_basis_is_refused():
    assert problems(x_recorder={}) == [("schema", "`x_recorder.basis` is missing.")]


@pytest.mark.parametrize(
    ("foreign", "field"),
    [("ts", "timestamp"), ("docref", "doc_ref"), ("requestId", "request_id"), ("Tool", "tool"), ("notes", "purpose"), ("porpose", "purpose")],
)  # fmt: skip
def test_a_foreign_or_mistyped_field_is_named_with_the_one_that_is_meant(foreign, field):
    assert problems(**{field: ..., foreign: GOOD[field]}) == [
        ("schema", f"`{field}` is missing; the line has `{foreign}`: did you mean `{field}`?")
    ]


def test_a_field_of_another_trade_is_told_as_unknown():
    assert problems(actor="manager") == [
        ("unknown-field", "The format knows no field `actor`; a field of your own is written `x_actor`.")
    ]
    assert problems(x_actor="manager", x_recorder=recorder(x_pid=1)) == []
    assert problems(x_recorder=recorder(sesion="s")) == [
        ("unknown-field", "The format knows no field `x_recorder.sesion`; did you mean `session`?")
    ]


def test_every_alias_leads_to_a_field():
    assert set(KIND.aliases.values()) <= set(GOOD)
    assert all(alias.isalnum() and alias == alias.lower() for alias in KIND.aliases)


@pytest.mark.parametrize(
    "places",
    [[("s", 0)], [("s", 0), ("s", 1), ("s", 2)], [("s", 7), ("s", 8)], [("a", 0), ("b", 0), ("b", 1), ("a", 1)]],
)
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_whole_chains_verify_also_interleaved(places, end):
    lines = chain(*places)
    if end == b"\r\n":
        lines = relink([line + b"\r" for line in lines])
    assert breaks(lines) == []


def relink(lines):
    """Write the links anew, over the bytes as they stand."""
    last = {}
    linked = []
    for raw in lines:
        value = json.loads(raw)
        place = value["x_recorder"]
        place["prev"] = last.get(place["session"], CHAIN_START)
        linked.append(json.dumps(value).encode() + b"\r")
        last[place["session"]] = hashlib.sha256(linked[-1]).hexdigest()
    return linked


def test_lines_without_a_place_stand_among_those_with_one():
    first, second = chain(("s", 0), ("s", 1))
    plain = json.dumps(GOOD).encode()
    told = json.dumps(GOOD | {"x_recorder": recorder()}).encode()
    assert breaks([plain, first, told, second]) == []


def test_a_changed_line_breaks_the_chain_at_the_next_one():
    lines = chain(*[("s", number) for number in range(4)])
    lines[1] = lines[1].replace(b"Confirm", b"Decide")
    assert breaks(lines) == [
        (3, "The chain of the session `s` breaks here: the line before was changed, removed or moved.")
    ]


def test_a_removed_line_breaks_the_chain():
    lines = chain(*[("s", number) for number in range(4)])
    assert [line for line, _ in breaks(lines[:1] + lines[2:])] == [2]


def test_moved_lines_break_the_chain():
    first, second, third = chain(("s", 0), ("s", 1), ("s", 2))
    assert [line for line, _ in breaks([first, third, second])] == [2]


def test_a_removed_beginning_breaks_the_chain():
    lines = chain(("s", 0), ("s", 1))
    message = "The session `s` begins here with a `prev` that is not 64 zeros: lines before this one are gone."
    assert breaks(lines[1:]) == [(1, message)]


def test_a_number_that_does_not_rise_by_one_breaks_the_chain():
    for places in ([("s", 0), ("s", 2)], [("s", 0), ("s", 0)], [("s", 1), ("s", 0)]):
        wanted = places[0][1] + 1
        message = f"The session `s` goes on with `seq` {places[1][1]} where {wanted} belongs."
        assert breaks(chain(*places)) == [(2, message)]


def test_each_session_has_its_first_break_told_and_no_other():
    lines = chain(*[(session, number) for number in range(4) for session in "ab"])
    broken = [*lines[2:4], *lines[6:]]
    assert [line for line, _ in breaks(broken)] == [1, 2]


def test_a_refused_line_does_not_break_the_chain_a_second_time():
    lines = chain(("s", 0), ("s", 1), ("s", 2))
    refused = lines[1].replace(b'"purpose"', b'"purpos"')
    last = lines[2].replace(hashlib.sha256(lines[1]).hexdigest().encode(), hashlib.sha256(refused).hexdigest().encode())
    assert breaks([lines[0], refused, last]) == []


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["refuse", "edit", "drop", "swap", "again"]), st.integers(0, 5)), max_size=3))
def test_a_file_is_judged_at_a_glance_as_it_is_link_by_link(changes):
    lines = chain(*[("s", number) for number in range(6)])
    for change, index in changes:
        at = index % len(lines)
        match change:
            case "refuse":
                lines[at] = lines[at].replace(b'"purpose"', b'"purpos"')
            case "edit":
                lines[at] = lines[at].replace(b"Confirm", b"Decide")
            case "drop" if len(lines) > 1:
                del lines[at]
            case "swap":
                lines[0], lines[at] = lines[at], lines[0]
            case "again":  # the rest is written anew, as by a recorder that goes on from what stands there
                for later in range(at + 1, len(lines)):
                    value = json.loads(lines[later])
                    value["x_recorder"]["prev"] = hashlib.sha256(lines[later - 1]).hexdigest()
                    lines[later] = json.dumps(value).encode()
    data = b"".join(line + b"\n" for line in lines)
    records = read(KIND, data)
    assert list(broken_links(data, records)) == list(link_by_link(data, records))


@pytest.mark.parametrize(
    ("path", "agent"),
    [
        ("artifacts/manager/2025-10-19/mcp/lanes.jsonl", "manager"),
        ("artifacts/a.b_c-1/2026-01-02/mcp/any name.jsonl", "a.b_c-1"),
        ("artifacts/manager/2025-10-19/heartbeat.ndjson", None),
        ("artifacts/manager/2025-10-19/mcp/deep/lanes.jsonl", None),
        ("artifacts/manager/2025-13-40/mcp/lanes.jsonl", None),
        ("artifacts/manager/2025-10-19/mcp/.jsonl", None),
    ],
)
def test_evidence_stands_in_the_mcp_folder_of_a_day(path, agent):
    place = LAYOUT.locate(path)
    assert (place and place.agent) == agent


def test_what_is_meant_as_evidence_is_recognised():
    for path in ("artifacts/mcp/a.jsonl", "artifacts/a/b/c/mcp/d/e.jsonl", "artifacts/a/2025-13-40/mcp/a\nb.jsonl"):
        assert LAYOUT.resembling.fullmatch(path)
    for path in ("artifacts/a/2026-01-02/heartbeat.ndjson", "src/artifacts/mcp/a.jsonl", "artifacts/xmcp/a.jsonl"):
        assert not LAYOUT.resembling.fullmatch(path)


def test_the_chain_helper_links_what_it_says():
    for first, second in pairwise(chain(("s", 0), ("s", 1), ("s", 2))):
        assert json.loads(second)["x_recorder"]["prev"] == hashlib.sha256(first).hexdigest()
