"""Hostile text through every format, from every place where text of a change enters a report: nothing of it acts."""

import json
import re
from urllib.parse import unquote_to_bytes

import outcomes
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rendered import render

from agent_guards.escape import address, as_json, exact, quote, quote_all, shorten, spans, visible
from agent_guards.render.annotations import github
from agent_guards.render.json_v1 import document
from agent_guards.render.markdown import FACTS, LONGEST, summary
from agent_guards.render.sarif import NOWHERE, sarif
from agent_guards.render.text import text
from agent_guards.render.words import PATH_LIMIT
from agent_guards.report import Verdict

PAYLOADS = {
    "command on a line of its own": "x\n::error file=a::b\ny",
    "command at the start": "::set-output name=a::b",
    "command behind blanks": " \t\u00a0\u2003::warning::a",
    "old command": "##[error]a",
    "old command behind its own escape": "####[[group]a\n##[endgroup]",
    "mask": "::add-mask::a",
    "stop": "::stop-commands::x\n::x::",
    "lone carriage return": "a\r::error::b\r",
    "line separators": "a\u2028::error::b\u2029c\u0085::error::d\x0b::e::f\x0c::g::h",
    "terminal colours": "\x1b[2J\x1b[31mred\x1b]0;title\x07\x9b31m",
    "terminal link": "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "bidirectional": "a\u202eb\u2066c\u2069\u200f\u061c",
    "nothing to be seen": "a\u200bb\u200d\ufe0f\u2060\ufeff\u3164\u115f\u180e\U000e0041\U000e0100\u00ad\u034f\u2800",
    "backtick": "a` @octocat `b``c```",
    "table bar": "a | b \\| c \\\\| d ||",
    "end of a comment": "--> <!-- x -->",
    "end of details": "</summary></details></td></table></code></sub>\n\n# x",
    "element": "<img src=x onerror=alert(1)><script>a</script><a href='//evil.example'>x</a>",
    "mention": "@octocat cc @octo/team",
    "reference": "#1 GH-1 octo/demo#1 9d2e0000000000000000000000000000000000bb",
    "closing keyword": "Closes #1, fixes octo/demo#2",
    "addresses": "https://evil.example www.evil.example WWW.evil.example mailto:a@b.example a@b.example xmpp:a@b.example",
    "links": "[x](https://evil.example) ![x](https://evil.example/x.png) [x][1]\n[1]: https://evil.example",
    "fence": "```\n~~~\n```suggestion\n\nx",
    "headings and lists": "# x\n- [ ] y\n1. z\n> q\n---\n===",
    "emphasis": "**a** _b_ ~~c~~ $d$ $`e`$ :tada: [^1]",
    "entities": "&#64;octocat &lt;b&gt; &#x60; &nbsp;",
    "slash command": "/merge\n/approve",
    "nul": "a\x00b",
    "lone surrogates": "a\udcff\ud800\udfffb",
    "percent": "%0A::error::a%0D%25",
    "properties": "a,line=1,title=x::y",
    "braces": "{0} {{1}} ${{ github.token }} $(id) `id`",
    "many": "x" * 102_400,
    "many that grow": "\U000e0100@|" * 34_000,
    "empty": "",
    "blank": "   ",
}
PLACES = ("value", "path", "fact", "note")
# Unicode's Default_Ignorable_Code_Point, and the blank Braille pattern: all that has no shape of its own.
SHAPELESS = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
COMMANDS = re.compile(r"\s*::([^:\s]+)(?:\s([^:]*))?::(.*)", re.DOTALL)
BLOB = f"https://github.com/octo/demo/blob/{outcomes.SUBJECT.head}/"


def outcome(place, payload):
    """A report in which the payload stands at one place, and harmless text at the others; no path is empty."""
    said = dict.fromkeys(PLACES, "x") | {place: payload}
    finding = outcomes.SCHEMA.at(f"`tool` is {quote(said['value'])}", said["path"], 7, 2, fix="Mend it.")
    return outcomes.outcome(
        outcomes.report(
            "guard-mcp",
            Verdict.FAIL,
            finding,
            facts={"exemption": said["fact"]},
            notes=(f"It says {quote(said['note'])}",),
        )
    )


def harmless(text):
    """Whether a terminal, a log or a page would show the text and do nothing else."""
    return all(character.isprintable() or character == "\n" for character in text) and not SHAPELESS.search(text)


def assert_text(place, payload):
    plain = text(outcome(place, payload), colour=False, width=100)
    coloured = text(outcome(place, payload), colour=True, width=100)
    assert harmless(plain)
    assert harmless(re.sub("\x1b\\[[0-9;]*m", "", coloured))
    assert set(re.findall("\x1b\\[([0-9;]*)m", coloured)) <= {"0", "1", "2", "31", "32", "36"}
    assert coloured.count("\x1b") == len(re.findall("\x1b\\[[0-9;]*m", coloured))
    assert "##[" not in plain
    shown = visible(shorten(payload, PATH_LIMIT)) + ":7:2" if place == "path" else quote(payload)
    assert re.sub(r"\s", "", shown) in re.sub(r"\s", "", plain)


def obeyed(log):
    """The commands that the runner would run: lines end at \\r, too, and old commands stand anywhere."""
    assert "##[" not in log
    return [found.groups("") for line in re.split("\r\n|\r|\n", log) if (found := COMMANDS.fullmatch(line))]


def assert_github(place, payload):
    log = github(outcome(place, payload))
    assert harmless(log)
    error, *group = obeyed(log)
    assert group == [("group", "", "agent-guards: the report"), ("endgroup", "", "")]
    assert error[0] == "error"
    properties = dict(pair.split("=", 1) for pair in error[1].split(","))
    assert list(properties) == ["title", "file", "line", "col"]
    assert unescaped(properties["file"]) == visible(payload if place == "path" else "x")
    assert unescaped(error[2]) == f"`tool` is {quote(payload if place == 'value' else 'x')}\nMend it."


def unescaped(value):
    for escape, character in {"%3A": ":", "%2C": ",", "%0A": "\n", "%25": "%"}.items():
        value = value.replace(escape, character)
    return value


def assert_markdown(place, payload):
    """The page differs from the harmless one in nothing but the text of one code element, and breaks within it."""
    page, calm = (render(summary(outcome(place, text))) for text in (payload, "x"))
    assert page.prose == calm.prose
    assert page.rows == calm.rows
    assert page.attributes == {"href"}
    path = payload if place == "path" else "x"
    link = address(path) if len(path) <= PATH_LIMIT else None
    assert page.links == [outcomes.SCHEMA.docs, *([BLOB + link + "#L7"] if link else [])]
    shown = {
        "value": inside("`tool` is ", quote(payload), LONGEST),
        "path": visible(shorten(payload, PATH_LIMIT)) + ":7:2",
        "fact": inside("exemption: ", quote(payload), FACTS),
        "note": inside("It says ", quote(payload), LONGEST),
    }[place]
    assert (shown or " ") in page.code
    expected = [*calm.elements, *["wbr"] * shown.count("@")]
    if not link:
        expected.remove("a")
    assert sorted(page.elements) == sorted(expected)


def inside(before, quoted, limit):
    """What is shown of a quoted value of a message that is cut at a limit."""
    return shorten(before + quoted, limit).removeprefix(before + "`").removesuffix("`")


def assert_lines(place, payload):
    """No line of the page begins with foreign text, where other programs look for commands of theirs."""
    begins = [[line[:2] for line in summary(outcome(place, text)).splitlines()] for text in (payload, "x")]
    assert begins[0] == begins[1]


def assert_sarif(place, payload):
    written = sarif(outcome(place, payload), outcomes.RULES)
    assert written.isascii()
    assert harmless(written)
    assert obeyed(written) == []
    (run,) = json.loads(written)["runs"]
    (result,) = run["results"]
    value = payload if place == "value" else "x"
    assert result["message"]["text"] == f"`tool` is {quote(value)} Mend it.".replace("](", "]\\(")
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    path = payload if place == "path" else "x"
    assert uri == (address(path) or NOWHERE)
    assert re.fullmatch("[A-Za-z0-9._~/-]|(?:[A-Za-z0-9._~/-]|%[0-9A-F]{2})+", uri)
    if address(path) and not re.search("[\ud800-\udc7f\udd00-\udfff]", path):
        assert unquote_to_bytes(uri) == path.encode("utf-8", "surrogateescape")
    (note,) = run["invocations"][0]["toolExecutionNotifications"]
    assert note["message"]["text"] == f"It says {quote(payload if place == 'note' else 'x')}".replace("](", "]\\(")


def assert_json(place, payload):
    written = document(outcome(place, payload))
    assert written.isascii()
    assert harmless(written)
    assert obeyed(written) == []
    (report,) = json.loads(written)["guards"]
    read = {
        "value": report["findings"][0]["message"].removeprefix("`tool` is "),
        "path": report["findings"][0]["path"],
        "fact": report["facts"]["exemption"],
        "note": report["notes"][0].removeprefix("It says "),
    }[place]
    assert read == (quote(payload) if place in {"value", "note"} else exact(payload))


FORMATS = [assert_text, assert_github, assert_markdown, assert_lines, assert_sarif, assert_json]


@pytest.mark.parametrize("holds", FORMATS)
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_hostile_text_acts_in_no_format(payload, place, holds):
    holds(place, payload or (place == "path" and "-") or "")


FRAGMENTS = st.sampled_from(
    [*"@#:[]()<>&`|\\/.*_~!$-\n\r\t\x1b\u2028\u202e\ufe0f\udcff", "::", "##[", "www.", "://", "a"]
)


@settings(deadline=None, max_examples=300)
@given(payload=st.text(st.characters()) | st.lists(FRAGMENTS).map("".join), place=st.sampled_from(PLACES))
def test_no_text_at_all_acts_in_any_format(payload, place):
    for holds in FORMATS:
        holds(place, payload or (place == "path" and "-") or "")


@given(st.text(st.characters()))
def test_what_is_visible_stays_as_it_is(payload):
    shown = visible(payload)
    assert harmless(shown)
    assert "\n" not in shown
    assert visible(shown) == shown


def test_ordinary_text_of_all_languages_is_left_alone():
    for ordinary in ("Zoë, 日本語, Ελληνικά, עברית, हिन्दी", "🎉 “quoted” – naïve…", "a/b-c_d.py:7"):
        assert visible(ordinary) == ordinary


def test_a_list_of_foreign_values_is_quoted_one_by_one_and_the_rest_is_counted():
    assert quote_all(["a", "`b"]) == "`a`, `\\x60b`"
    assert quote_all(list("abcdefg")) == "`a`, `b`, `c`, `d`, `e` and 2 more"
    assert quote_all(list("abcde")) == "`a`, `b`, `c`, `d`, `e`"
    assert quote_all(("a", "b"), most=1) == "`a` and 1 more"


def test_a_quoted_value_is_cut_before_it_grows():
    assert quote("x" * 200) == f"`{'x' * 200}`"
    assert quote("x" * 201) == f"`{'x' * 199}…`"
    assert quote("\x1b" * 9, limit=3) == "`\\x1b\\x1b…`"


def test_a_message_is_split_at_its_backticks_and_empty_values_stay():
    assert list(spans("a `b` c ``")) == [("a ", False), ("b", True), (" c ", False), ("", True)]


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_a_guard_that_forgot_to_quote_does_no_harm(payload):
    """The second wall: message, fix and note as they came, which no guard should ever hand in."""

    def raw(text):
        finding = outcomes.SCHEMA.at(f"It is {text}", "x", 7, fix=f"Mend {text}")
        return outcomes.outcome(outcomes.report("guard-mcp", Verdict.FAIL, finding, notes=(f"Note {text}",)))

    assert harmless(text(raw(payload), colour=False, width=100))
    log = github(raw(payload))
    assert harmless(log)
    assert [name for name, *_ in obeyed(log)] == ["error", "group", "endgroup"]
    for written in (sarif(raw(payload), outcomes.RULES), document(raw(payload))):
        assert harmless(written)
        assert obeyed(written) == []
    page, calm = (render(summary(raw(said))) for said in (payload, "x"))
    assert set(page.elements) <= set(calm.elements) | {"code", "wbr"}
    assert page.attributes == {"href"}
    assert page.links == calm.links
    assert page.rows == calm.rows
    assert not re.search("[@#][A-Za-z0-9]", page.prose)


@pytest.mark.parametrize("value", [{"a": [], "b": {"c": [1, None, "é\u202e##[x"]}}, ["\ud800"], {"\udcff": 1}])
def test_a_document_is_ascii_and_means_what_it_meant(value):
    text = as_json(value)
    assert text.isascii()
    assert "##[" not in text
    assert json.loads(text) == value
    assert text == json.dumps(value, indent=2).replace("##[", "##\\u005b") + "\n"
