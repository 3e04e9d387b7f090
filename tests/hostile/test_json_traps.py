"""Rows 11, 13 and 14 of the security checklist: what a scanned file may hold to crash, stall or deceive its reader."""

import json
import socket
import threading

import pytest

from agent_guards.jsonl import LineError, load
from agent_guards.kind import LONGEST_LINE
from agent_guards.records import read
from agent_guards.refusals import MOST_PROBLEMS
from agent_guards.schema import faults, make_validator
from guard_mcp.evidence import KIND

GOOD = (
    b'{"tool":"context7","doc_ref":"/a/b","request_id":"r-1","timestamp":"2026-01-02T14:30:00Z","purpose":"check it"}\n'
)


def with_field(name, value):
    return GOOD[:-2] + b',"' + name + b'":' + value + b"}\n"


# Where the fault is not on the first column, an @ marks its place.
TRAPS = [
    (b"\xef\xbb\xbf" + GOOD, "invalid-encoding", "A byte order mark"),
    (GOOD.decode().encode("utf-16"), "invalid-encoding", "This is UTF-16 or UTF-32"),
    (GOOD.decode().encode("utf-16-le"), "invalid-encoding", "This is UTF-16 or UTF-32"),
    (GOOD.decode().encode("utf-16-be"), "invalid-encoding", "This is UTF-16 or UTF-32"),
    (GOOD.decode().encode("utf-32"), "invalid-encoding", "This is UTF-16 or UTF-32"),
    (GOOD.decode().encode("utf-32-be"), "invalid-encoding", "This is UTF-16 or UTF-32"),
    (GOOD.replace(b"check", b"pr@\xfcfe"), "invalid-encoding", "This is not UTF-8: the byte `0xfc`"),
    (GOOD.replace(b"check", b"@\xed\xa0\x80"), "invalid-encoding", "This is not UTF-8"),
    (GOOD.replace(b"check", b"@\xc0\x80"), "invalid-encoding", "This is not UTF-8"),
    (with_field(b"@\xff", b"1"), "invalid-encoding", "This is not UTF-8"),
    (GOOD.replace(b"check", b"che@\0ck"), "invalid-encoding", "A NUL byte"),
    (with_field(b"x_a", b"@NaN"), "invalid-json", "`NaN` is no JSON value"),
    (with_field(b"x_a", b"@-Infinity"), "invalid-json", "`-Infinity` is no JSON value"),
    (with_field(b"x_a", b'["NaN",@Infinity]'), "invalid-json", "`Infinity` is no JSON value"),
    (with_field(b"x_a", b"@1e999"), "invalid-json", "The number `1e999` is too large"),
    (with_field(b"x_a", b"@-1e999"), "invalid-json", "The number `-1e999` is too large"),
    (with_field(b"x_a", b"@" + b"9" * 5000), "invalid-json", "The number `9999999999999999999…` is too large"),
    (GOOD[:-2] + b',@"tool":"context7"}\n', "invalid-json", "The key `tool` stands twice"),
    (GOOD[:-2] + rb',@"to\u006fl":"a"}' + b"\n", "invalid-json", "The key `tool` stands twice"),
    (with_field(b"x_a", b'{"b":[{"c":1,@"c":1}]}'), "invalid-json", "The key `c` stands twice"),
    (with_field(b"x_a", b'{"b":{"c":1},@"b":{"c":1}}'), "invalid-json", "The key `b` stands twice"),
    (with_field(b"x_a", rb'"@\ud800"'), "invalid-json", "The escape `\\ud800` is half of a surrogate pair"),
    (with_field(b"x_a", rb'"@\ude00\ud83d"'), "invalid-json", "The escape `\\ude00` is half of a surrogate pair"),
    (with_field(rb"x_@\udc00", b"1"), "invalid-json", "The escape `\\udc00` is half of a surrogate pair"),
    (with_field(b"x_a", b"[" * 31 + b"@[" + b"]" * 32), "invalid-json", "This is nested deeper than 32 levels"),
    (b"[" * 32 + b"@" + b"[" * 60_000 + b"\n", "invalid-json", "This is nested deeper than 32 levels"),
    (b'{"a":' * 32 + b"@" + b'{"a":' * 10_000 + b"\n", "invalid-json", "This is nested deeper than 32 levels"),
    (GOOD.replace(b"check", b"a@\x1bb"), "invalid-json", "A string holds the raw control character `\\x1b`"),
    (b"[" + GOOD[:-1] + b"]\n", "invalid-json", "The line holds a list"),
    (b"[\n" + GOOD[:-1] + b",\n" + GOOD[:-1] + b"\n]\n", "invalid-json", "A JSON list of 2 is spread over 4 lines"),
    (json.dumps(json.loads(GOOD), indent=2).encode() + b"\n", "invalid-json", "One object is spread over 7 lines"),
    (b"null\n", "invalid-json", "The line holds a bare value"),
    (GOOD[:-1] + b"@" + GOOD, "invalid-json", "A second object begins here"),
    (GOOD[:-2] + b",@}\n", "invalid-json", "A comma stands before the closing bracket"),
    (GOOD[:-2] + b"@}", "invalid-json", "The last line is not finished"),
    (b"\n" + GOOD, "invalid-json", "The line is blank."),
    (
        b" " * LONGEST_LINE + GOOD,
        "too-large",
        f"The line has {LONGEST_LINE + len(GOOD) - 1:,} bytes; the cap is 65,536.",
    ),
    (b"x" * 5_000_000 + b"\n", "too-large", "The line has 5,000,000 bytes"),
    (b"", "empty-file", "The file holds no line."),
    (b"\r\n \n", "empty-file", "The file holds no line."),
]


@pytest.mark.parametrize(("marked", "kind", "words"), TRAPS, ids=[f"{number}" for number in range(len(TRAPS))])
def test_each_trap_has_its_own_name_and_place_and_is_one_problem(marked, kind, words):
    [problem] = read(KIND, marked.replace(b"@", b"")).problems
    place = (None, None) if kind == "empty-file" else (1, max(marked.find(b"@") + 1, 1))
    assert problem.message.startswith(words)
    assert (problem.kind, problem.line, problem.column) == (kind, *place)


@pytest.mark.parametrize(
    "raw",
    [
        b'"' + rb"\"" * 30_000,
        b'"' * 60_001,
        b"\\" * 60_000,
        rb'{"a":"' + rb"\ud83d" * 10_000 + b'"}',
        b'{"a' * 20_000,
        b"{" * 60_000,
        b"}" * 60_000,
        b"[" * 30_000 + b"]" * 30_000,
        b":" * 60_000,
        b'{"' + b"a" * 60_000,
        b" " * 60_000,
        b"-" * 60_000,
        b"0" * 60_000,
        b"1" * 60_000,
        b'{"a":1' + b"," * 60_000,
        b"<<<<<<<" * 8_000,
        b"\xff" * 60_000,
        b"\0" * 60_000,
    ],
)
def test_no_line_stalls_the_reader(raw):
    with pytest.raises(LineError):
        load(raw)
    assert len(read(KIND, raw + b"\n").problems) == 1


def test_a_line_of_many_foreign_keys_does_not_stall_the_suggestions():
    keys = b",".join(b'"%dtimestmp":1' % number for number in range(3_000))
    problems = read(KIND, b"{" + keys + b"}\n").problems
    assert sum(problem.kind == "schema" for problem in problems) == 5
    assert sum(problem.kind == "unknown-field" for problem in problems) <= 20


@pytest.mark.parametrize("line", [b"{\n", b"[\n", b"x\n", b"<<<<<<< a\n", b'{"a":[\n', b"\xef\xbb\xbf\n", b"{}\n"])
def test_a_file_of_nothing_but_bad_lines_ends_early_and_says_so(line):
    records = read(KIND, line * 20_000)
    assert not records.values
    assert records.lines == 20_000
    assert MOST_PROBLEMS <= len(records.problems) <= MOST_PROBLEMS + 5
    assert records.problems[-1].message == "Beyond 1,000 problems the rest of the file was not looked at."


def test_messages_show_hostile_text_and_never_let_it_act():
    hostile = b"::error::x\x1b[31m\xe2\x80\xae`##[command]"
    for data in (hostile + b"\n", with_field(b"x", b"1").replace(b'"x"', b'"::error::`\xe2\x80\xae"')):
        for problem in read(KIND, data).problems:
            assert "\x1b" not in problem.message
            assert "\u202e" not in problem.message
            assert "##[" not in problem.message
            assert problem.message.count("`") % 2 == 0


def test_the_schema_judge_fetches_nothing():
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.5)
        visits = []

        def listen():
            try:
                visits.append(server.accept())
            except TimeoutError:
                return

        listener = threading.Thread(target=listen)
        listener.start()
        schema = {"$ref": f"http://127.0.0.1:{server.getsockname()[1]}/evil.json"}
        with pytest.raises(Exception, match="evil"):
            faults(make_validator(schema), {})
        listener.join()
    assert visits == []
