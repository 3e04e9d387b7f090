import re

import pytest

from agent_guards.claims import listed_paths, states, unticked_paths
from agent_guards.sections import parse

E = "artifacts/nora/2026-01-02/mcp/cart.jsonl"


def section(body):
    return parse(f"## S\n{body}\n")["s"]


def listed(body):
    return [path.text for path in listed_paths(section(body), ".jsonl")]


@pytest.mark.parametrize(
    "body",
    [
        E,
        f"- {E}",
        f"- `{E}`",
        f"- `{E}` (4 calls)",
        f"* {E}: 4 calls",
        f"1. {E}, and more",
        f"- [x] {E}",
        f"[{E}]({E})",
        f"[calls]({E})",
        f"[calls](./{E})",
        f"[calls](<{E}>)",
        f"[`{E}`](elsewhere)",
        f"[calls](https://github.com/o/r/blob/main/{E})",
        f"https://github.com/o/r/blob/0a1b/{E}",
        f"<https://github.com/o/r/raw/main/{E}>",
        f"./{E}",
        f"({E})",
        f'"{E}".',
        f"**{E}** (4)",
        f"_{E}_",
        f"| file |\n|---|\n| {E} |",
        f"`{E} {E}`",
    ],
)
def test_a_path_is_found_however_it_is_written(body):
    assert listed(body) == [E]


@pytest.mark.parametrize(
    "body",
    [
        "The recorder writes one .jsonl file a day, see cart.jsonl for more.",
        "See https://example.com/docs and the artifacts of nora.",
        "`npm run artifacts`",
        f"- [ ] {E}",
        "[docs](https://example.com)",
    ],
)
def test_prose_lists_no_path(body):
    assert listed(body) == []


@pytest.mark.parametrize(
    "body", ["cart.jsonl", "- `cart.jsonl`", "evidence/x.jsonl here", "artifacts\\a\\x.jsonl", "see artifacts/*"]
)
def test_what_is_meant_as_a_path_is_found_even_if_it_is_wrong(body):
    assert len(listed(body)) == 1


def test_blanks_and_percent_signs_belong_to_a_path_that_is_set_apart():
    spaced = E.replace("cart", "my cart")
    assert listed(f"`{spaced}`") == [spaced]
    assert listed(f"[x]({spaced.replace(' ', '%20')})") == [spaced]


def test_each_path_is_listed_once_with_its_first_line():
    paths = listed_paths(section(f"{E}\n\n- {E}"), ".jsonl")
    assert [(path.text, path.line) for path in paths] == [(E, 2)]


@pytest.mark.parametrize(
    "text",
    [
        "artifacts/<agent>/2026-01-02/mcp/x.jsonl",
        "artifacts/a/YYYY-MM-DD/mcp/x.jsonl",
        "artifacts/{agent}/x",
        "artifacts/…/x.jsonl",
    ],
)
def test_template_words_make_a_placeholder(text):
    (path,) = listed_paths(section(f"`{text}`"), ".jsonl")
    assert path.placeholder


def test_an_ordinary_path_is_no_placeholder():
    assert not listed_paths(section(E), ".jsonl")[0].placeholder


def test_paths_behind_unticked_boxes_are_told():
    assert unticked_paths(section(f"- [ ] {E}\n- [x] y/z.jsonl"), ".jsonl") == (E,)


def test_a_statement_counts_from_the_first_word_of_a_line():
    phrase = re.compile("no usage")
    assert states(section("- [x] no usage here"), phrase).number == 2
    assert states(section("there is no usage"), phrase) is None
    assert states(section("- [ ] no usage"), phrase) is None
