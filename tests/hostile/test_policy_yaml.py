"""The traps of YAML: each is refused with its place, or read as the text that was written."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from agent_guards import policy_yaml
from agent_guards.errors import PolicyError

LIBRARY = Path(policy_yaml.__file__).parents[1]


@pytest.fixture(params=["with libyaml", "without libyaml"])
def _either_loader(request, monkeypatch):
    """Run the test twice: with the parser in C and with the one in Python."""
    assert yaml.__with_libyaml__
    monkeypatch.setattr(yaml, "__with_libyaml__", request.param == "with libyaml")


def refusal(data: bytes) -> PolicyError:
    with pytest.raises(PolicyError) as raised:
        policy_yaml.load(data, "p.yml")
    assert raised.value.message.startswith("`p.yml`")
    assert "\n" not in raised.value.message
    assert raised.value.hint
    return raised.value


def test_libyaml_is_asked_where_it_is_there(monkeypatch):
    asked = []
    monkeypatch.setattr(yaml, "parse", lambda text, **options: asked.append(options["Loader"]) or ())
    policy_yaml.load(b"a", "p.yml")
    monkeypatch.setattr(yaml, "__with_libyaml__", False)
    policy_yaml.load(b"a", "p.yml")
    assert asked == [yaml.CSafeLoader, yaml.SafeLoader]


@pytest.mark.usefixtures("_either_loader")
@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("0", 0),
        ("1", 1),
        ("-15", -15),
        ("1234567890123456", 1234567890123456),
        *[
            (text, text)
            for text in (
                *(
                    "on",
                    "off",
                    "yes",
                    "no",
                    "y",
                    "n",
                    "On",
                    "OFF",
                    "Yes",
                    "NO",
                    "True",
                    "TRUE",
                    "False",
                    "Null",
                    "NULL",
                ),
                *("010", "0o10", "0x1F", "0b1", "1_000", "1:30", "190:20:30", "+1", "-0", "01", "12345678901234567"),
                *("1.10", "1.0", "1e3", ".5", ".inf", "-.INF", ".nan", "1.", "685_230.15"),
                *("2026-12-31", "2026-99-99", "2001-12-14t21:59:43.10-05:00", "2026-12-31 10:00:00"),
                *("=", "<<", "a b", "a#b", "é😀", "9" * 5000),
            )
        ],
        ('"true"', "true"),
        ("'1'", "1"),
        ('""', ""),
        ('"~"', "~"),
        ('"\\t\\u2028\\0"', "\t\u2028\0"),
        ("|\n  1\n  2", "1\n2\n"),
        (">\n  true", "true\n"),
        ("[a, 1, [true]]", ["a", 1, [True]]),
        ("{a: {b: off}}", {"a": {"b": "off"}}),
        ("x # a comment", "x"),
    ],
)
def test_only_what_is_plainly_no_text_is_more_than_text(written, value):
    found = policy_yaml.load(f"key: {written}\n".encode(), "p.yml")
    assert found == {"key": value}
    assert type(found["key"]) is type(value)


@pytest.mark.usefixtures("_either_loader")
@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"", None),
        (b"\n# nothing\n", None),
        (b"---\n", None),
        (b"--- a\n...\n", "a"),
        (b"- a\n-\n- b: 1\n  c: 2\n", ["a", None, {"b": 1, "c": 2}]),
        (b"a: 1\r\nb:\r\n  - x\r\n", {"a": 1, "b": ["x"]}),
        (b"on: 1\noff: 2\n", {"on": 1, "off": 2}),
        (b"'1': a\n'true': b\n'': c\n", {"1": "a", "true": "b", "": "c"}),
        (b"<<: {a: 1}\nb: 2\n", {"<<": {"a": 1}, "b": 2}),
        (b"[" * policy_yaml.DEEPEST + b"]" * policy_yaml.DEEPEST, None),
    ],
)
def test_a_document_is_read_as_written(data, value):
    found = policy_yaml.load(data, "p.yml")
    if data.startswith(b"["):
        while found:
            [found] = found
        value = []
    assert found == value


@pytest.mark.usefixtures("_either_loader")
def test_every_key_and_item_knows_its_line():
    data = b"# first\na:\n  b: {c: 1,\n      d: 2}\n\n  e:\n    - x\n    - f: y\n"
    assert policy_yaml.lines(data, "p.yml") == {
        ("a",): 2,
        ("a", "b"): 3,
        ("a", "b", "c"): 3,
        ("a", "b", "d"): 4,
        ("a", "e"): 6,
        ("a", "e", 0): 7,
        ("a", "e", 1): 8,
        ("a", "e", 1, "f"): 8,
    }


@pytest.mark.usefixtures("_either_loader")
@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"a: &x 1", "line 1, column 4: aliases (*) and anchors (&) are not read"),
        (b"&x a: 1", "line 1, column 1: aliases (*) and anchors (&) are not read"),
        (b"a: 1\nb: *x", "line 2, column 4: aliases (*) and anchors (&) are not read"),
        (b"&a [*a]", "line 1, column 1: aliases (*) and anchors (&) are not read"),
        (b"a: !!python/object/apply:os.system ['true']", "line 1, column 4: tags (!) are not read"),
        (b"a: !!int '5'", "line 1, column 4: tags (!) are not read"),
        (b"a: !mine {}", "line 1, column 4: tags (!) are not read"),
        (b"a: ! b", "line 1, column 4: tags (!) are not read"),
        (b"mode: warn\nx:\n  y: 1\n  z: 2\n  y: 3\n", "line 5, column 3: the key `y` stands on line 3 already"),
        (b"{a: 1, a: 1}", "line 1, column 8: the key `a` stands on line 1 already"),
        (b"a: 1\n'a': 2", "line 2, column 1: the key `a` stands on line 1 already"),
        (b"`::error::`: 1", "line 1, column 1: this is not valid YAML"),
        (b"'x`y': 1\n'x`y': 2", "line 2, column 1: the key `x\\x60y` stands on line 1 already"),
        (b"1: a", "line 1, column 1: this key is not text"),
        (b"true: a", "line 1, column 1: this key is not text"),
        (b"a:\n  null: b", "line 2, column 3: this key is not text"),
        (b"?\n: a", "this key is not text"),
        (b"? [a]\n: b", "line 1, column 3: this key is not text"),
        (b"? {a: b}\n: c", "line 1, column 3: this key is not text"),
        (b"a: 1\n---\nb: 2", "line 2, column 1: a second document begins"),
        (b"--- a\n--- b", "line 2, column 1: a second document begins"),
        (b"x: " + b"[" * 51 + b"]" * 51, "line 1, column 53: this is nested more than 50 deep"),
        (b"- " * 51 + b"a", "line 1, column 101: this is nested more than 50 deep"),
        (b"a:\n\tb: 1", "line 2, column 1: a tab"),
        (b"a: 'b\tc'", "line 1, column 6: a tab"),
        (b"%YAML 1.1\n---\na: 1", "line 1, column 1: a YAML directive"),
        (b"# x\n%TAG ! tag:x,2000:\n---\na: 1", "line 2, column 1: a YAML directive"),
        (b"a: \x1b[31m", "line 1, column 4: a character that cannot be seen"),
        (b"a: 1\rb: 2", "line 1, column 5: a character that cannot be seen"),
        ("a: b\u2028c: d".encode(), "line 1, column 5: a character that cannot be seen"),
        ("a: 1\nb: \ufeffc".encode(), "line 2, column 4: a character that cannot be seen"),
        (b"a: \x7f", "line 1, column 4: a character that cannot be seen"),
        ("a: \x85".encode(), "line 1, column 4: a character that cannot be seen"),
        (b"a: b: c", "line 1, column 5: this is not valid YAML (`mapping values are not allowed"),
        (b"a: [1", "this is not valid YAML"),
        (b"a: 'x", "line 1, column 6: this is not valid YAML"),
        (b"a: @x", "line 1, column 4: this is not valid YAML"),
        (b"- a\nb: c", "line 2, column 1: this is not valid YAML"),
        (b"\xef\xbb\xbfa: 1", "`p.yml` starts with a byte order mark"),
        ("a: 1".encode("utf-16"), "`p.yml` is UTF-16"),
        (b"\xfe\xff\x00a", "`p.yml` is UTF-16"),
        ("a: 1".encode("utf-16-le"), "`p.yml` holds NUL bytes"),
        (b"a: \0", "`p.yml` holds NUL bytes"),
        (b"a: 1\nb: \xff", "line 2: this is not UTF-8"),
        (b"a: \xed\xb2\x80", "line 1: this is not UTF-8"),
        (b"#" * (256 * 1024 + 1), "`p.yml` is larger than 256 KiB"),
    ],
    ids=lambda value: repr(value[:30]),
)
def test_a_trap_is_refused_with_its_place(data, message):
    assert message in refusal(data).message


def test_a_file_of_exactly_the_largest_size_is_read():
    assert policy_yaml.load(b"#" * policy_yaml.LARGEST, "p.yml") is None


def test_an_error_without_a_place_is_still_one(monkeypatch):
    def parse(text, **options):
        raise yaml.MarkedYAMLError(problem="lost")

    monkeypatch.setattr(yaml, "parse", parse)
    assert refusal(b"a").message == "`p.yml`: this is not valid YAML (`lost`)."


def test_the_files_name_is_shown_safely():
    with pytest.raises(PolicyError, match=r"`a\\x0ab`, line 1"):
        policy_yaml.load(b"\t", "a\nb")


@pytest.mark.parametrize("opening", ["[", "{", "- ", "? ", "{a: ", "[[{", "a: [", '"', "!", "&a ", "|", "[a, "])
@pytest.mark.parametrize("with_libyaml", [True, False])
def test_nothing_crashes_the_interpreter(opening, with_libyaml):
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); import yaml; from agent_guards import errors, policy_yaml\n"
        "yaml.__with_libyaml__ = sys.argv[2] == 'True'\n"
        "try: policy_yaml.load((sys.argv[3] * 250_000)[:250_000].encode(), 'p.yml')\n"
        "except errors.PolicyError: print('refused')\n"
    )
    command = [sys.executable, "-I", "-c", program, str(LIBRARY), str(with_libyaml), opening]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "refused\n", "")


# Left out: a comment right behind the sign of a block (`|#`), which libyaml alone accepts.
TOKENS = st.sampled_from(
    [
        *(
            "a",
            "b: ",
            "- ",
            "? ",
            ": ",
            ":",
            "\n",
            "\n  ",
            "\n    ",
            "[",
            "]",
            "{",
            "}",
            ",",
            ", ",
            "'",
            '"',
            " # x",
            "|\n  ",
        ),
        *(
            ">-\n  ",
            "~",
            "null",
            "true",
            "off",
            "010",
            "1",
            "-5",
            "2026-12-31",
            "&x ",
            "*x",
            "!t ",
            "---\n",
            "...\n",
            "%",
            "@",
        ),
        *(
            "`",
            "é",
            "😀",
            " ",
            "\\n",
            "\\x41",
            "\n- ",
            "\n  - ",
            "<<: ",
            "=",
            "\r\n",
            "key: value\n",
            "\t",
            "\u2028",
            "\x00",
        ),
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(TOKENS, max_size=25).map("".join))
@example("a: {b: c}\n")
@example("- a\n-\n- b: 1\n")
def test_with_and_without_libyaml_the_outcome_is_the_same(text):
    assert outcome(text, with_libyaml=True) == outcome(text, with_libyaml=False)


def outcome(text: str, *, with_libyaml: bool) -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml, "__with_libyaml__", with_libyaml)
        try:
            return policy_yaml.load(text.encode(), "p.yml"), policy_yaml.lines(text.encode(), "p.yml")
        except PolicyError:
            return "refused"
