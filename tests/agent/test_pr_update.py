import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent_guards.agent.pr_update import update
from agent_guards.errors import UsageError
from agent_guards.sections import parse

E = "- `artifacts/nora/2026-01-02/mcp/x.jsonl` (3 calls)"
SECTIONS = {
    "MCP Evidence": [E],
    "Heartbeat": ["- <2h single session"],
    "Dev MCP Check": ["- [x] Verified: No dev MCP imports in app/"],
}
KEYS = ("mcp evidence", "heartbeat", "dev mcp check")


def said(text):
    return {key: [line.text for line in parse(text)[key].lines] for key in KEYS}


ALONE = said(update("", SECTIONS))


def test_an_empty_description_becomes_the_three_sections():
    assert update("", SECTIONS) == (
        f"## MCP Evidence\n\n{E}\n\n## Heartbeat\n\n- <2h single session\n\n"
        "## Dev MCP Check\n\n- [x] Verified: No dev MCP imports in app/\n"
    )


def test_sections_are_added_behind_what_is_there():
    assert update("What it does.", {"Heartbeat": ["- x"]}) == "What it does.\n\n## Heartbeat\n\n- x\n"
    assert update("What it does.\n", {"Heartbeat": ["- x"]}) == "What it does.\n\n## Heartbeat\n\n- x\n"


def test_a_section_that_is_there_is_replaced_under_its_own_heading():
    before = "a\n\n### Heartbeat (required):\nold\nold\n\n### Notes\nkept\n"
    assert update(before, {"Heartbeat": ["- x"]}) == "a\n\n### Heartbeat (required):\n\n- x\n\n### Notes\nkept\n"


def test_what_is_missing_is_put_behind_the_last_of_ours_at_its_level():
    before = "# MCP Evidence\nold\n# Notes\nkept"
    after = update(before, {"MCP Evidence": ["- x"], "Heartbeat": ["- y"]})
    assert after == "# MCP Evidence\n\n- x\n\n# Heartbeat\n\n- y\n\n# Notes\nkept"


def test_what_stands_below_the_last_of_ours_stays_below_it():
    before = "## MCP Evidence\nold\n### Nora\nkept\n\n## Notes\nkept\n"
    after = update(before, {"MCP Evidence": ["- x"], "Heartbeat": ["- y"]})
    assert after == "## MCP Evidence\n\n- x\n\n### Nora\nkept\n\n## Heartbeat\n\n- y\n\n## Notes\nkept\n"
    after = update("## MCP Evidence\n### Nora\nkept", {"MCP Evidence": ["- x"], "Heartbeat": ["- y"]})
    assert after == "## MCP Evidence\n\n- x\n\n### Nora\nkept\n\n## Heartbeat\n\n- y\n"


@pytest.mark.parametrize("tail", ["---\n🤖 footer\n", "</details>\n\nmore\n", "#### below\ntext\n"])
def test_a_footer_and_what_is_below_another_heading_stay(tail):
    assert update(f"## Heartbeat\nold\n\n{tail}", {"Heartbeat": ["- x"]}) == f"## Heartbeat\n\n- x\n\n{tail}"


def test_a_second_section_of_one_title_goes():
    assert (
        update("## Heartbeat\na\n## Other\nb\n## heartbeat:\nc\n", {"Heartbeat": ["- x"]})
        == "## Heartbeat\n\n- x\n\n## Other\nb\n"
    )


@pytest.mark.parametrize(
    "foreign",
    [
        "```md\n## Heartbeat\nold\n```\n",
        "<!--\n## Heartbeat\nold\n-->\n",
        "> ## Heartbeat\n> old\n",
        "    ## Heartbeat\n    old\n",
        "~~~\n## Heartbeat\n~~~\n",
    ],
)
def test_headings_that_nobody_sees_as_headings_are_left_alone(foreign):
    assert update(foreign, {"Heartbeat": ["- x"]}) == f"{foreign}\n## Heartbeat\n\n- x\n"


@pytest.mark.parametrize(
    ("left_open", "closer"),
    [
        ("```js\nlet a;\n", "```"),
        ("`````\n```\n", "`````"),
        ("~~~~\nx\n", "~~~~"),
        ("<!-- a\n", "-->"),
        ("<pre>\nx\n", "</pre>"),
        ("<script>\nx\n", "</script>"),
        ("<?x\n", "?>"),
        ("<![CDATA[\nx\n", "]]>"),
        ("<!X\n", ">"),
    ],
)
def test_what_a_description_leaves_open_is_closed_first(left_open, closer):
    after = update(left_open, SECTIONS)
    assert after.startswith(left_open + closer)
    assert said(after) == ALONE
    assert update(after, SECTIONS) == after


def test_windows_line_ends_stay():
    after = update("a\r\n\r\n## Heartbeat\r\nold\r\n", SECTIONS)
    assert "\n" not in after.replace("\r\n", "")
    assert said(after.replace("\r\n", "\n")) == ALONE


def test_old_line_ends_stay():
    assert update("a\r## Heartbeat\rold\r", {"Heartbeat": ["- x"]}) == "a\r## Heartbeat\r\r- x\r"


def test_a_heading_inside_a_list_is_refused():
    with pytest.raises(UsageError, match="line 2 of the description stands inside a list"):
        update("- a\n- ## Heartbeat\n  x\n", SECTIONS)


def test_an_underlined_heading_is_one():
    assert update("Heartbeat\n---\nold\n", {"Heartbeat": ["- x"]}) == "Heartbeat\n---\n\n- x\n"


def test_a_heading_without_text_is_nobody_s():
    assert update("##\n\ntext\n", {"Heartbeat": ["- x"]}) == "##\n\ntext\n\n## Heartbeat\n\n- x\n"


def test_what_cannot_be_closed_is_refused(monkeypatch):
    monkeypatch.setattr("agent_guards.agent.pr_update._ENDS", ())
    with pytest.raises(UsageError, match="leaves something open"):
        update("<!-- a\n", SECTIONS)


BLOCKS = (
    "Some text.",
    "A list:\n- one\n- two\n  - three",
    "1. first\n2. second",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "```\n## MCP Evidence\n- artifacts/x/2026-01-01/mcp/y.jsonl\n```",
    "<!-- ## Heartbeat\n- <2h single session -->",
    "> ## Dev MCP Check\n> - [x] Verified: No",
    "<details>\n<summary>more</summary>\n\ntext\n\n</details>",
    "# A title",
    "## What changed\n\n* it",
    "Under\nlined\n===",
    "---",
    "[ref]: https://example.org\n",
    "text with `code` and **stars**",
    "- [ ] an open box\n- [x] a ticked one",
    "   ### Indented heading",
    "\ttabbed",
    "é 日本 🤖 \u2028 \x0b",
)
OWN = (
    "## MCP Evidence\n- artifacts/old/2025-01-01/mcp/a.jsonl",
    "### MCP Evidence (required for code changes):\n\n- No MCP usage - non-code change",
    "## Heartbeat\n- <2h single session\n\nand a sentence",
    "HEARTBEAT\n---------\n- artifacts/old/2025-01-01/heartbeat.ndjson",
    "## Dev MCP Check\n- [ ] Verified: No dev MCP imports in app/\n\n```\nx\n```",
    "## `Dev MCP Check` ##\n<!-- note -->",
)
OPEN = ("", "", "", "```\nopen", "<!-- open", "- list\n\n  - ```\n    open", "## Heartbeat\n\n```\nopen")
HEADINGS = ("# A title", "## What changed\n\n* it", "Under\nlined\n===", "---", "#### Deep\ntext")


@st.composite
def descriptions(draw):
    """Other people's blocks, and the whole description: ours among them, each with a heading or a rule behind it."""
    foreign, blocks = [], []
    for block in draw(st.lists(st.sampled_from(BLOCKS + OWN), max_size=7)):
        blocks.append(block)
        others = [draw(st.sampled_from(HEADINGS))] if block in OWN else [block]
        blocks += others if block in OWN else []
        foreign += others
    last = draw(st.sampled_from(OPEN))
    text = "\n\n".join([*blocks, *([last] if last else [])]) + draw(st.sampled_from(["", "\n", "\n\n"]))
    foreign += [last] if last and not last.startswith("##") else []
    end_of_line = draw(st.sampled_from(["\n", "\r\n"]))
    return [block.replace("\n", end_of_line) for block in foreign], text.replace("\n", end_of_line)


@settings(deadline=None, max_examples=120)
@given(descriptions())
def test_the_sections_say_what_they_should_and_nothing_else_is_touched(given):
    foreign, description = given
    after = update(description, SECTIONS)
    assert update(after, SECTIONS) == after
    found = said(after)
    for key in KEYS:
        assert found[key][: len(ALONE[key])] == ALONE[key]
    at = 0
    for block in foreign:
        at = after.index(block, at) + len(block)
