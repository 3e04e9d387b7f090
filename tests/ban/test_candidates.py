"""Which files could hold something banned."""

import pytest
from bantree import grow

from dev_mcp_ban import candidates
from dev_mcp_ban.specs import Ban

BAN = Ban(("chrome-devtools-mcp", "@shopify/dev-mcp"), ("mcp*dev", "dev*mcp"))
TEXT = "import x from 'chrome-devtools-mcp';\n"


def found(tmp_path, files, more=(), links=(), ban=BAN):
    tree = grow(tmp_path, files, links)
    answer = dict(candidates.begin(tree.source, tree.oid, ban, more)())
    tree.source.repository.close()
    return answer


@pytest.mark.parametrize("ending", [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".vue", ".svelte", ".astro", ".py", ".TS", ".Tsx"])  # fmt: skip
def test_code_of_every_ending_is_looked_into(tmp_path, ending):
    assert found(tmp_path, {f"deep/down/a{ending}": TEXT}) == {f"deep/down/a{ending}": TEXT.encode()}


@pytest.mark.parametrize("name", ["package.json", "p/package.json", "pyproject.toml", "requirements.txt", "x/dev-requirements.txt", "requirements/base.txt"])  # fmt: skip
def test_manifests_are_looked_into(tmp_path, name):
    assert list(found(tmp_path, {name: '"chrome-devtools-mcp"'})) == [name]


@pytest.mark.parametrize(
    "data",
    [
        TEXT.upper().encode(), b"\0\0" + TEXT.encode(), TEXT.encode("utf-16"), b"\xff" + TEXT.encode("latin-1"),
        b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode(), b"x" * 100_000 + b"'chrome-devtools-mcp'",
        b"const a = 'chrome-' +\n  // why\n  'devtools' +\n  '-mcp';",
    ],
)  # fmt: skip
def test_no_encoding_and_no_layout_hides_a_name(tmp_path, data):
    assert found(tmp_path, {"a.ts": data, ".gitattributes": "*.ts -diff binary"}) == {"a.ts": data}


@pytest.mark.parametrize("text", ["nothing", "// mcp alone", "const mcpClient = 1;", "chrome-devtools"])
def test_what_no_parser_could_find_is_not_read(tmp_path, text):
    assert found(tmp_path, {"a.ts": text}) == {}


def test_other_files_and_links_are_none(tmp_path):
    files = {"a.md": TEXT, "b.json": TEXT, "c.d": TEXT, "real.txt": TEXT}
    assert found(tmp_path, files, links={"link.ts": "real.txt"}) == {}


def test_the_policy_s_bundles_are_looked_into(tmp_path):
    files = {"build/x.bundle": TEXT, "out/y.bin": TEXT, "else/z.bin": TEXT}
    assert list(found(tmp_path, files, more=("build/**", "{out,no}/*.bin"))) == ["build/x.bundle", "out/y.bin"]


def test_another_ban_looks_for_other_letters(tmp_path):
    files = {"a.ts": "import 'left-pad';", "b.ts": TEXT}
    assert list(found(tmp_path, files, ban=Ban(("left-pad",), ()))) == ["a.ts"]
