import pytest

from agent_guards.errors import UsageError
from agent_guards.sections import Piece, normalise, parse


def texts(description, title="mcp evidence"):
    section = parse(description).get(title)
    return [line.text for line in section.lines] if section else None


def claims(description):
    return [line.text for line in parse(description)["mcp evidence"].claims]


@pytest.mark.parametrize(
    "heading",
    [
        "# MCP Evidence",
        "###### mcp evidence",
        "## MCP Evidence:",
        "## MCP Evidence (required for code changes)",
        "## MCP Evidence (required) :",
        "## 🔎 MCP Evidence",
        "## **MCP Evidence**",
        "## `MCP Evidence`",
        "## MCP Evidence ##",
        "MCP Evidence\n============",
        "<h2>x</h2>\n\n## [MCP Evidence](https://example.com)",
    ],
)
def test_a_section_is_found_whatever_its_heading_looks_like(heading):
    assert texts(f"before\n\n{heading}\nafter\n") == ["after"]


def test_titles_are_compared_by_their_words():
    assert normalise("  ## MCP   Evidence: (all)  ") == "mcp evidence"
    assert normalise("Dev MCP Check") != normalise("DevMCPCheck")


def test_a_section_ends_at_the_next_heading_of_its_level_and_holds_those_below():
    found = parse("## MCP Evidence\na\n### Nora\nb\n## Heartbeat\nc\n# Top\nd\n")
    assert [line.text for line in found["mcp evidence"].lines] == ["a", "b"]
    assert [line.text for line in found["nora"].lines] == ["b"]
    assert [line.text for line in found["heartbeat"].lines] == ["c"]


def test_sections_of_one_title_are_one_section():
    assert texts("## MCP Evidence\na\n## Other\n## MCP Evidence:\nb\n") == ["a", "b"]


def test_what_stands_before_any_heading_is_kept_apart():
    assert texts("hello\n\n## MCP Evidence\n", "") == ["hello"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_make_no_difference(end):
    body = "## MCP Evidence\n- `a/b.jsonl` (4)\n\nc\n".replace("\n", end)
    assert texts(body) == ["a/b.jsonl (4)", "c"]


@pytest.mark.parametrize(
    "hidden",
    [
        "```\nsecret\n```",
        "~~~ text\nsecret\n~~~",
        "    secret",
        "<!-- secret -->",
        "<!--\n## MCP Evidence\nsecret\n-->",
        "> secret",
        "> ## MCP Evidence\n> secret",
        "~~secret~~",
        "<div><!-- secret --></div>",
        "text <!-- secret --> text",
    ],
)
def test_what_is_hidden_struck_or_quoted_is_no_claim(hidden):
    body = f"## MCP Evidence\n\n{hidden}\n"
    assert not any("secret" in text for text in texts(body))


def test_a_heading_within_a_fence_starts_no_section():
    assert texts("```\n## MCP Evidence\nx\n```\n") is None


def test_boxes_tell_whether_a_line_is_claimed():
    body = "## MCP Evidence\n- [x] yes\n- [X] also\n- [ ] no\n- plain\n1. [x] numbered\n"
    assert claims(body) == ["yes", "also", "plain", "numbered"]


def test_what_is_nested_under_an_unticked_box_is_no_claim():
    body = "## MCP Evidence\n- [ ] no\n  - nested\n  - [x] ticked below\n\n  second paragraph\n- yes\n  - nested too\n"
    assert claims(body) == ["yes", "nested too"]


def test_a_box_outside_a_list_is_text():
    assert claims("## MCP Evidence\n[ ] not a task\n") == ["[ ] not a task"]


def test_a_box_in_code_is_text():
    assert claims("## MCP Evidence\n- `[ ] code`\n") == ["[ ] code"]


def test_lines_are_numbered_as_in_the_description():
    section = parse("intro\n\n## MCP Evidence\n\nfirst\nsecond\n\n- third\n")["mcp evidence"]
    assert section.number == 3
    assert [(line.text, line.number) for line in section.lines] == [("first", 5), ("second", 6), ("third", 8)]


def test_code_and_links_are_told_apart_from_text():
    line = parse("# a\nsee `x y` and [label](to/it) or <https://e.com>\n")["a"].lines[0]
    assert line.pieces == (
        Piece("see "),
        Piece("x y", code=True),
        Piece(" and "),
        Piece("label", target="to/it"),
        Piece(" or "),
        Piece("https://e.com", target="https://e.com"),
    )


def test_a_template_word_in_angle_brackets_stays_what_was_typed():
    assert texts("## MCP Evidence\na/<agent>/<YYYY-MM-DD>/x\n") == ["a/<agent>/<YYYY-MM-DD>/x"]


def test_tags_that_github_renders_are_no_text():
    assert texts("## MCP Evidence\nline<br>break <kbd>x</kbd>\n") == ["line break x"]


def test_stars_and_underscores_of_a_path_stay():
    assert texts("## MCP Evidence\na/*/b_c_d/*.jsonl __x__\n") == ["a/*/b_c_d/*.jsonl __x__"]


def test_a_block_of_html_is_read_as_its_text():
    body = "## MCP Evidence\n<details><summary>Files</summary>\na/b.jsonl &amp; more <agent>\n<br/>\n</details>\n"
    assert texts(body) == ["Files", "a/b.jsonl & more <agent>"]


def test_cells_of_a_table_are_lines():
    assert texts("## MCP Evidence\n\n| a | b |\n|---|---|\n| c | d |\n") == ["a", "b", "c", "d"]


def test_images_are_their_alternative_text():
    assert texts("## MCP Evidence\n![alt](x.png) y\n") == ["alt y"]


def test_a_description_beyond_what_github_takes_is_refused():
    with pytest.raises(UsageError, match="300,000 characters"):
        parse("x" * 300_000)


@pytest.mark.parametrize(
    "part", ["[", "*a ", "<a ", "> ", "- ", "![[", "[a](b", "&", "a|b\n-|-\n", "<!--", "(](", "\\\n"]
)
def test_descriptions_made_to_be_slow_are_read_all_the_same(part):
    assert "x" in parse("# x\n" + part * (60_000 // len(part)))


def test_a_quoted_list_leaves_no_trace_in_what_follows():
    assert claims("> - [ ] a\n> - b\n\n## MCP Evidence\nc\n") == ["c"]
