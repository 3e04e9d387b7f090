"""However a file is written, it is read in bounded work, and what is left out is said."""

import tracemalloc
from types import SimpleNamespace

import pytest
from ban.found import BAN, found, kinds

from dev_mcp_ban import parser
from dev_mcp_ban.scan import edges, scan
from dev_mcp_ban.syntax import unescape

X = "chrome-devtools-mcp"


def test_a_file_that_the_parser_cannot_disentangle_is_searched_and_said(monkeypatch):
    monkeypatch.setattr(parser, "_MOST_TURNS", 0)
    monkeypatch.setattr(parser, "_BYTES_A_TURN", 1000)
    code = f"import './x'; require('{X}');\n".encode() + b"class A<T extends ( { `${ \n" * 300
    report = scan("a.ts", code, BAN)
    assert [hit.package for hit in report.hits] == [X]
    assert report.unparsed == "the parser gave up on it: searched as built output"
    assert edges("a.ts", code) == ()
    monkeypatch.undo()
    assert found(f"import '{X}'") == [("import", X, 1)], "the next file is read as ever"


@pytest.mark.parametrize("name", ["a.ts", "a.py"])
def test_a_name_that_is_used_thousands_of_times_is_not_followed_for_ever(name):
    code = f"x = '{X}'\nf(x)\n" * 1000
    assert len(found(code, name)) == 1000


def test_a_walk_that_goes_on_and_on_ends():
    calls = "".join(".f()" for _ in range(300))
    assert kinds(f"console.log(('{X}'){calls})") == ["launch"]


@pytest.mark.parametrize("built", ["as we know them", "in another way"])
def test_grammars_are_read_however_their_package_is_built(monkeypatch, built):
    if built == "in another way":
        monkeypatch.setattr(parser, "PathFinder", SimpleNamespace(find_spec=lambda *_: None))
    parser.language.cache_clear()
    assert {parser.language(grammar).node_kind_is_named(1) for grammar in ("ts", "tsx")} == {True}


@pytest.mark.parametrize("text", [r"\ud800", r"\u{ffffff}"])
def test_an_escape_that_is_no_character_stands_for_one(text):
    assert unescape(text) == "\ufffd"


def test_what_was_parsed_is_let_go():
    data = b"export const name = load('name');\n" * 10_000
    parser.parse(data, "ts")
    tracemalloc.start()
    try:
        for _ in range(3):
            parser.parse(data, "ts")
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < len(data) // 4
