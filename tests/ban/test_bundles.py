import pytest
from ban.found import BAN

from dev_mcp_ban import bundles

X = b"chrome-devtools-mcp"


def packages(data):
    return [hit.package for hit in bundles.scan("build/a.js", data, BAN)]


@pytest.mark.parametrize(
    "data",
    [
        b'import e from"%s";', b'require("%s/build/x.js")', b"import('%s')", b'var a=["-y","%s@latest"]', b'x("npx -y %s@1")', b"f(`%s`)", b"f(`%s@${v}`)",
        b'["%s"]', b"// node_modules/%s/build/x.js\n", b'"../node_modules/%s/x.js"(e){', b"x='npx %s'",
    ],
)  # fmt: skip
def test_a_banned_package_in_built_output_is_found(data):
    assert packages(data % X) == ["chrome-devtools-mcp"]


def test_built_output_may_be_utf16():
    assert packages("\ufeffrequire('chrome-devtools-mcp')".encode("utf-16-le")) == ["chrome-devtools-mcp"]


@pytest.mark.parametrize(
    "data",
    [
        b'{"%s":1}', b'a["%s"]', b"/* %s */", b'"https://x.dev/%s"', b'"about %s here"', b"%s", b'"./%s"',
    ],
)  # fmt: skip
def test_keys_and_texts_are_not(data):
    assert packages(data % X) == []


def test_names_by_words_need_an_import_or_a_launch():
    assert packages(b'require("@acme/mcp-dev");x("npx -y mcp-dev")') == ["@acme/mcp-dev", "mcp-dev"]
    assert packages(b'f("mcp-dev")') == []


def test_each_package_is_reported_once_with_its_first_place():
    (hit,) = bundles.scan(
        "a.js", b"a\nx='\xc3\xbc';require('chrome-devtools-mcp');" + b"f('chrome-devtools-mcp');" * 3, BAN
    )
    assert (hit.line, hit.column, hit.how) == (2, 16, "built output, 4 times")


def test_a_source_map_quotes_and_does_not_run():
    assert bundles.scan("a.js.map", b"require('chrome-devtools-mcp')", BAN) == ()


def test_a_line_of_five_megabytes_is_read_once():
    assert packages(b"mcp;" * 100_000 + b"x" * 4_600_000 + b";require('chrome-devtools-mcp')") == [
        "chrome-devtools-mcp"
    ]
