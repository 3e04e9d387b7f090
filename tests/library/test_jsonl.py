import pytest

from agent_guards.jsonl import DEEPEST, LONGEST_NUMBER, LineError, _traps, load, together, tokens


def refused(raw):
    with pytest.raises(LineError) as caught:
        load(raw)
    return caught.value


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b'{"a": 1}\r', {"a": 1}),
        (b' [1, 2.5, "x", null, true] ', [1, 2.5, "x", None, True]),
        ('{"ä": "ö"}'.encode(), {"ä": "ö"}),
        (rb'{"a": "\ud83d\ude00 \\ud800"}', {"a": "😀 \\ud800"}),
        (rb'{"a": "\u0000"}', {"a": "\0"}),
        (b"9" * LONGEST_NUMBER, int("9" * LONGEST_NUMBER)),
        (b'"' + b"[" * 100 + b'"', "[" * 100),
        (b'{"a": {"b": 1}, "c": {"b": 1}}', {"a": {"b": 1}, "c": {"b": 1}}),
        (b"[" + b"[]," * 50 + b"[]]", [[]] * 51),
    ],
)
def test_what_is_json_is_read(raw, value):
    assert load(raw) == value


def test_nesting_is_read_down_to_the_limit():
    value = load(b"[" * DEEPEST + b"]" * DEEPEST)
    for _ in range(DEEPEST - 1):
        [value] = value
    assert value == []


@pytest.mark.parametrize(
    ("raw", "column", "words"),
    [
        (b'{"a": 1,}', 9, "A comma stands before the closing bracket"),
        (b'{"a": 1 ,}', 10, "A comma stands before the closing bracket"),
        (b'{"a": ,}', 8, "A comma stands before the closing bracket"),
        (b"[1, ]", 5, "A comma stands before the closing bracket"),
        (b"{'a': 1}", 2, "A text stands in single quotes"),
        ("{“a”: 1}".encode(), 2, "A text stands in typographic quotes"),
        (b"{a: 1}", 2, "The key `a` stands without its double quotes."),
        (b'{"a": 1, b : 2}', 10, "The key `b` stands without its double quotes."),
        (b'{"a": True}', 7, "`True` is Python; JSON writes `true`."),
        (b'{"a": None}', 7, "`None` is Python; JSON writes `null`."),
        (b'{"a": undefined}', 7, "`undefined` is no JSON value; a text stands in double quotes."),
        (b"{b}", 2, "`b` is no JSON value; a text stands in double quotes."),
        (b"// a note", 1, "A comment stands here; JSON has none."),
        (b'{"a": 1 /* b */}', 9, "A comment stands here; JSON has none."),
        (b'{"a": 1 "b": 2}', 9, "A comma is missing before this place."),
        ('{\u00a0"a": 1}'.encode(), 2, 'This is not JSON from `\\xa0"a": 1}` on.'),
        (b'{"a" 1}', 6, "This is not JSON from `1}` on."),
        (b'{"a": 01}', 8, "This is not JSON from `1}` on."),
        (b'{"a": "b\tc"}', 9, "A string holds the raw control character `\\x09`"),
        (b'{"a": "b\rc"}', 9, "A string holds the raw control character `\\x0d`"),
        (rb'{"a": "C:\dir"}', 10, "JSON knows no escape `\\d`; write a backslash as `\\\\`."),
        (rb'{"a": "\u12"}', 9, "An escape that begins with `\\u` has four hexadecimal digits."),
        (b'{"a": 1}{"b": 2}', 9, "A second object begins here"),
        (b'{"a": 1} {"b": 2}', 10, "A second object begins here"),
        (b'{"a": 1},', 9, "A comma follows the object"),
        (b'{"a": 1}, {"b": 2}', 9, "A comma and more follow"),
        (b'{"a": 1},}', 9, "A comma and more follow"),
        (b'{"a": 1} tail ', 10, "After the value the line goes on with `tail`."),
    ],
)
def test_a_syntax_error_has_a_name_and_a_place(raw, column, words):
    error = refused(raw)
    assert (error.kind, error.column, error.spreads) == ("invalid-json", column, False)
    assert error.message.startswith(words)
    assert str(error) == error.message


@pytest.mark.parametrize(
    ("raw", "column", "words"),
    [
        (b"", 1, "The line is blank."),
        (b" \t\r", 1, "The line is blank."),
        (b"{", 2, "The line ends before its JSON does"),
        (b'{"a": ', 7, "The line ends before its JSON does"),
        (b'{"a": "cut o', 7, "The line ends before its JSON does"),
        (b"<<<<<<< HEAD", 1, "A merge conflict was committed: git's marker `<<<<<<< HEAD` stands here."),
        (b"=======", 1, "A merge conflict was committed: git's marker `=======` stands here."),
        (b">>>>>>> theirs", 1, "A merge conflict was committed: git's marker `>>>>>>> theirs` stands here."),
    ],
)
def test_a_fault_that_the_next_lines_may_share_says_so(raw, column, words):
    error = refused(raw)
    assert (error.kind, error.column, error.spreads) == ("invalid-json", column, True)
    assert error.message.startswith(words)


def test_foreign_text_in_a_message_is_quoted_and_short():
    message = refused(b"`" * 10 + b"x" * 1000).message
    assert message.count("`") == 2
    assert len(message) < 150


def test_every_key_and_value_has_its_place():
    text = r'{"a": {}, "b\u0062": [1, {"c": []}], "": "d, {"}'
    found = [(token.path, token.column, token.is_key) for token in tokens(text)]
    assert found == [
        ((), 1, False),
        (("a",), 2, True),
        (("a",), 7, False),
        (("bb",), 11, True),
        (("bb",), 22, False),
        (("bb", 0), 23, False),
        (("bb", 1), 26, False),
        (("bb", 1, "c"), 27, True),
        (("bb", 1, "c"), 32, False),
        (("",), 38, True),
        (("",), 42, False),
    ]


def test_a_text_without_traps_has_none():
    assert not list(_traps('{"a": [1, -2.5e3, "NaN", {"a": true}], "b": ""}'))


def test_blank_lines_are_one_fault():
    assert together([b"", b" \r", b"", b"{}"])[0] == 3
    assert together([b"", b""])[0] == 2


def test_a_merge_conflict_is_one_fault_up_to_its_end():
    rest = [b"<<<<<<< HEAD", b"{}", b"=======", b"{}", b">>>>>>> theirs", b"{}"]
    assert together(rest)[0] == 5
    assert together(rest[:4])[0] == 1


def test_an_object_over_several_lines_is_one_fault():
    rest = [b"{", b' "a": [', b"  1]", b"}", b"{}"]
    count, message = together(rest)
    assert (count, message) == (4, "One object is spread over 4 lines; write it on a single line.")


def test_an_object_that_a_raw_line_end_breaks_is_one_fault():
    assert together([b'{"a": "first', b'second"},', b"{}"])[0] == 2


def test_a_list_over_several_lines_is_one_fault():
    count, message = together([b"[", b" {},", b" {}", b"]"])
    assert count == 4
    assert message.startswith("A JSON list of 2 is spread over 4 lines")


@pytest.mark.parametrize(
    "rest",
    [
        [b"{", b"x"],
        [b"{", b"}{"],
        [b"{", b'"\xff"}'],
        [b"[" * 100_000, b""],
    ],
)
def test_what_never_ends_well_stands_alone(rest):
    assert together(rest) == (0, "")


def test_an_object_is_not_followed_beyond_the_cap():
    rest = [b"[", *[b"1,"] * 100, b"1]"]
    assert together(rest, 100)[0] == 0
    assert together(rest)[0] == 102
