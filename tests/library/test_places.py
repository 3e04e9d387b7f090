import re
from datetime import date

import pytest

from agent_guards.places import Layout, Place

LAYOUT = Layout(
    tail=re.compile(r"mcp/[^/]+\.jsonl"),
    glob="artifacts/*/*/mcp/*.jsonl",
    resembling=re.compile(r"artifacts/[^/]+/[^/]+/mcp/.+\.jsonl"),
)


def test_a_path_tells_whose_file_it_is_and_of_which_day():
    assert LAYOUT.locate("artifacts/nora-2.x_y/2024-02-29/mcp/a b.jsonl") == Place("nora-2.x_y", date(2024, 2, 29))


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        (r"artifacts\nora\2026-01-02\mcp\x.jsonl", "backslashes"),
        ("https://example.com/x.jsonl", "a link to somewhere else"),
        ("/artifacts/nora/2026-01-02/mcp/x.jsonl", "absolute"),
        ("C:/artifacts/x.jsonl", "absolute"),
        ("artifacts/nora/../x.jsonl", "does not name a file directly"),
        ("artifacts//2026-01-02/mcp/x.jsonl", "does not name a file directly"),
        ("artifacts/*/2026-01-02/mcp/x.jsonl", "a pattern"),
        ("artifacts/_nora/2026-01-02/mcp/x.jsonl", "`_nora` cannot be an agent's name"),
        ("artifacts/nora/today/mcp/x.jsonl", "`today` stands where the day belongs"),
        ("artifacts/nora/2026-02-30/mcp/x.jsonl", "`2026-02-30` is no day of the calendar"),
        ("artifacts/nora/2026-02-20/mcp/deep/x.jsonl", "its folder or its ending"),
        ("artifacts/nora/2026-02-20/mcp/.jsonl/", "does not name a file directly"),
        ("artifacts/nora", "its folder or its ending"),
        ("evidence/x.jsonl", "another folder"),
    ],
)
def test_a_wrong_path_is_told_what_is_wrong_with_it(path, fault):
    assert LAYOUT.locate(path) is None
    assert fault in LAYOUT.fault(path)
