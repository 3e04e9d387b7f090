"""The typed decoder and the strict reader with the published schema must accept exactly the same lines, as the same values."""

from hypothesis import given, settings
from hypothesis import strategies as st

from agent_guards.jsonl import LineError, load
from agent_guards.kind import LONGEST_LINE, reference
from agent_guards.records import read
from agent_guards.schema import faults
from agent_guards.times import parse_rfc3339
from guard_mcp.evidence import KIND, Recorder

ZEROS = b'"' + b"0" * 64 + b'"'
NESTED = b"[" * 40 + b"]" * 40

TEXTS = [
    b'"a"', '"ä 漢 😀"'.encode(), rb'"say \"x\""', rb'"\\"', rb'"\\\""', rb'"\u0022"', rb'"\ud83d\ude00"', rb'"\/"', b'"tool"',
    b'"x_recorder"', b'"+0000"', b'"-0000"', b'"timestamp\\":\\"2026-01-02T14:30:00Z"', b'"}"', b'"{"', b'"},{"', b'"null"',
    b'"\x7f"', rb'"\u0000"', '"\ufeff"'.encode(), '"\u200b"'.encode(), rb'"\n a"',
    # refused from here on
    b'""', b'" "', b'"   "', rb'"\t"', rb'"\n\r\f"', rb'"\u0020"', '"\u00a0"'.encode(), '"\u2003\u3000"'.encode(), rb'"\u2028"',
    rb'"\u0085"', rb'"\u001c"', rb'"\ud800"', rb'"\udc00\ud800"', rb'"\ud800\u0041"', rb'"\x"', rb'"\u12"', b'"\t"', b'"\x00"', b'"\x1f"',
    b'"\xff"', b'"\xc3"', b'"\xed\xa0\x80"', b'"\xc0\x80"', b'"\xf4\x90\x80\x80"', b'"', b'"\\"', b"'a'",
    b"5", b"1.0", b"1e999", b"9" * 5000, b"NaN", b"-Infinity", b"true", b"null", b"[]", b"{}", b'["a"]', NESTED, b"",
]  # fmt: skip
MOMENTS = [
    b'"2026-01-02T14:30:00Z"', b'"2026-01-02t14:30:00z"', b'"2026-01-02 14:30:00Z"', b'"2026-01-02T14:30:00+01:00"',
    b'"2026-01-02T14:30:00-00:00"', b'"2026-01-02T14:30:00.123456789Z"', b'"2026-01-02T14:30:00.9999995+05:30"',
    b'"2026-12-31T23:59:59.9999999Z"', rb'"2026-01-02T14:30:00\u005a"', b'"2026-01-02T14:30:00+23:59"', b'"2016-12-31T23:59:60Z"',
    b'"0001-01-01T00:00:00Z"', b'"9999-12-31T23:59:59Z"', b'"9999-12-31T23:59:59+00:01"', b'"0001-01-01T00:01:00+00:01"',
    # refused from here on
    b'"0001-01-01T00:00:00+00:01"', b'"9999-12-31T23:59:59-00:01"', b'"9999-12-31T23:59:59.9999999Z"', b'"2016-12-30T23:59:60Z"',
    b'"2026-01-02T14:30:00"', b'"2026-01-02T14:30:00+0100"', b'"2026-01-02T14:30:00+0000"', b'"2026-01-02T14:30:00-0000"',
    b'"2026-01-02T14:30:00+01"', b'"2026-01-02T14:30:00+24:00"', b'"2026-01-02T14:30:00+01:60"', b'"2026-01-02T14:30Z"',
    b'"2026-01-02T14:30:00.Z"', b'"2026-01-02T14:30:00,5Z"', b'"2026-02-29T00:00:00Z"', b'"2026-01-02T24:00:00Z"', b'"0000-01-01T00:00:00Z"',
    b'" 2026-01-02T14:30:00Z"', b'"2026-01-02T14:30:00Z "', b'"20260102T143000Z"', '"２026-01-02T14:30:00Z"'.encode(), b'""', b"1767364200",
    b"1767364200.5", b"null",
]  # fmt: skip
NUMBERS = [
    b"0", b"1", b"-0", b"9007199254740991", b"1.0", b"1e2", b"0.0", b"1E0", b"-0.0",
    b"-1", b"1.5", b"9007199254740992", b"9007199254740993.0", b"1e300", b"1e999", b"9" * 5000, b"01", b"+1", b"NaN", b"true", b'"1"', b"null",
]  # fmt: skip
DIGESTS = [ZEROS, b'"' + b"0f" * 32 + b'"', b'"' + b"0F" * 32 + b'"', b'"' + b"0" * 63 + b'"', b'"' + b"0" * 65 + b'"',
           b'"' + b"0" * 64 + rb'\n"', b'"' + b"0" * 63 + rb'\n"', b'"' + b"0" * 62 + b' 0"', b'"' + b"g" * 64 + b'"', b"0", b"null"]  # fmt: skip
FIELDS = {
    b'"tool"': TEXTS, b'"doc_ref"': TEXTS, b'"request_id"': TEXTS, b'"timestamp"': MOMENTS, b'"purpose"': TEXTS,
}  # fmt: skip
PLACE = {
    b'"basis"': [b'"recorded"', b'"self-reported"', b'"self\\u002dreported"', b'"Recorded"', b'""', b"1", b"null"],
    b'"name"': TEXTS,
    b'"outcome"': [b'"ok"', b'"error"', b'"tool-error"', b'"fine"', b"null", b"[]"],
    b'"session"': TEXTS,
    b'"seq"': NUMBERS,
    b'"prev"': DIGESTS,
}
STRANGE_KEYS = [
    rb'"t\u006fol"',
    b'"x_own"',
    b'"note"',
    b'"x_"',
    b'"Tool"',
    b'""',
    rb'"x_\ud800"',
    b'"x_\xff"',
    b'"\xff"',
    b'"x_\t"',
    b"tool",
    b'"timestamp"',
]
STRANGE_VALUES = [
    *TEXTS,
    *NUMBERS,
    b'{"tool":"a","tool":"b"}',
    b'{"a":{"b":[1,{"c":null}]}}',
    b"[1,]",
    b'{"a":1,}',
    b'"' + b"x" * LONGEST_LINE + b'"',
]
BLANKS = [b"", b"", b"", b" ", b"  \t", b"\r", b"\x0c", b"\xa0"]
ENDS = [
    b"",
    b"",
    b"",
    b"",
    b"\r",
    b" ",
    b",",
    b"{}",
    b"}",
    b"x",
    b"\x00",
    b"\x0c",
    b"\xef\xbb\xbf",
    b"/**/",
    b"\n{",
    b"\n",
]
BEGINNINGS = [b"", b"", b"", b"", b"", b" ", b"\xef\xbb\xbf", b"[", b"\xff\xfe", b"\x0c", b",", b"<<<<<<< "]
# The first of each list is right; most draws should be, or no line would be.
MOSTLY = st.integers(0, 12)


@st.composite
def values(draw, choices):
    return choices[0] if draw(MOSTLY) else draw(st.sampled_from(choices))


@st.composite
def objects(draw, fields, required, more=()):
    names = [name for name in fields if (draw(MOSTLY) if name in required else draw(st.booleans()))]
    pairs = [(name, draw(values(fields[name]))) for name in names] + list(more)
    if not draw(MOSTLY):
        pairs.append((draw(st.sampled_from(list(fields))), draw(st.sampled_from([b'"a"', b"1", ZEROS, *MOMENTS]))))
    if not draw(MOSTLY):
        pairs.append((draw(st.sampled_from(STRANGE_KEYS)), draw(st.sampled_from(STRANGE_VALUES))))
    if not draw(MOSTLY):
        pairs = draw(st.permutations(pairs))
    blank = b"" if draw(MOSTLY) else draw(st.sampled_from(BLANKS))
    return b"{" + b",".join(blank + key + blank + b":" + blank + value for key, value in pairs) + blank + b"}"


@st.composite
def hostile_lines(draw):
    more = []
    if draw(st.booleans()):
        place = draw(objects(PLACE, [b'"basis"'])) if draw(MOSTLY) else draw(st.sampled_from(STRANGE_VALUES))
        more = [(b'"x_recorder"', place)]
    line = draw(objects(FIELDS, list(FIELDS), more))
    if not draw(MOSTLY):
        return draw(
            st.sampled_from(
                [b"", b"{}", b"[]", b"null", b"1", b"}{", line[: draw(st.integers(0, len(line)))], line + line]
            )
        )
    beginning = b"" if draw(MOSTLY) else draw(st.sampled_from(BEGINNINGS))
    end = b"" if draw(MOSTLY) else draw(st.sampled_from(ENDS))
    return beginning + line + end


def judge(raw):
    """What the reference says of one line: the object, or None where it is refused."""
    if len(raw) > LONGEST_LINE:
        return None
    try:
        value = load(raw)
    except LineError:
        return None
    return value if isinstance(value, dict) and not faults(reference(KIND), value) else None


def plain(record):
    """A record as the object that it was made of, without what is no field."""
    fields = {name: getattr(record, name) for name in record.__struct_fields__ if getattr(record, name) is not None}
    if fields.get("x_recorder"):
        fields["x_recorder"] = plain(fields["x_recorder"])
    return fields


def known(value, struct):
    """The object without unknown fields, moments read."""
    fields = {name: value[name] for name in struct.__struct_fields__ if name in value}
    if "timestamp" in fields:
        fields["timestamp"] = parse_rfc3339(fields["timestamp"])
    if "x_recorder" in fields:
        fields["x_recorder"] = known(fields["x_recorder"], Recorder)
    return fields


@settings(max_examples=600, deadline=None, database=None)
@given(st.lists(hostile_lines(), min_size=1, max_size=6))
def test_both_validators_accept_the_same_lines_as_the_same_values(drawn):
    data = b"\n".join(drawn) + b"\n"
    lines = data[:-1].split(b"\n")
    judged = {number: value for number, raw in enumerate(lines, 1) if (value := judge(raw)) is not None}
    records = read(KIND, data)
    assert list(records.numbers) == list(judged)
    assert [plain(value) for value in records.values] == [known(value, KIND.struct) for value in judged.values()]
    assert records.lines in {len(lines), 0}
    refused = [problem for problem in records.problems if problem.kind != "unknown-field"]
    assert bool(refused) == (len(judged) < len(lines))


@settings(max_examples=300, deadline=None, database=None)
@given(st.lists(hostile_lines(), min_size=1, max_size=6))
def test_a_file_is_accepted_line_by_line(drawn):
    data = b"\n".join(drawn) + b"\n"
    alone = [read(KIND, raw + b"\n").values for raw in data[:-1].split(b"\n")]
    assert read(KIND, data).values == [value for values in alone for value in values]


@settings(max_examples=300, deadline=None, database=None)
@given(hostile_lines(), st.integers(0, 6))
def test_honest_neighbours_change_nothing(line, before):
    honest = (
        b'{"tool":"a","doc_ref":"b","request_id":"c-0000","timestamp":"2026-01-02T14:30:00Z","purpose":"d \\"e\\""}\n'
    )
    count = len((line + b"\n").split(b"\n")) - 1
    records = read(KIND, honest * before + line + b"\n" + honest * 3)
    assert set(records.numbers) >= {*range(1, before + 1), *range(before + count + 1, before + count + 4)}
    assert len(records.values) == before + 3 + len(read(KIND, line + b"\n").values)


def test_the_lists_begin_with_what_both_accept():
    pairs = [(name, choices[0]) for name, choices in FIELDS.items()]
    place = b"{" + b",".join(name + b":" + choices[0] for name, choices in PLACE.items()) + b"}"
    line = b"{" + b",".join(name + b":" + value for name, value in [*pairs, (b'"x_recorder"', place)]) + b"}"
    assert judge(line) is not None
    assert isinstance(read(KIND, line + b"\n").numbers, range)
