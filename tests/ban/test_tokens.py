import pytest
from ban.found import BAN, Dice

from dev_mcp_ban import tokens
from dev_mcp_ban.scan import scan
from dev_mcp_ban.specs import Ban

PIECES = [
    b"import x from '", b"chrome-devtools-mcp", b"@acme/mcp-dev", b"context7", b"-mcp", b"'", b'"', b"`", b" + ", b"${v}", b"\n", b"spawn('npx', ['-y', '",
    b"'])", b"\\u002d", b"dev", b"mcp", b"-", b" ", b"const p = ", b"import(p)", b";", b"(", b")", b"const v = 'dev';", b"{command: 'npx', args: ['", b"']}", b"@latest",
]  # fmt: skip


def test_the_literals_are_what_every_match_holds():
    assert tokens.literals(BAN) == (b"mcp",)
    assert tokens.literals(Ban(["left-pad", "@a/left"], ["foo*bar"])) == (b"bar", b"left") or tokens.literals(
        Ban(["left-pad", "@a/left"], ["foo*bar"])
    ) == (b"foo", b"left")
    assert tokens.literals(Ban(["__"], [])) == (b"__",)
    assert tokens.literals(Ban([], [])) == ()


@pytest.mark.parametrize(
    "data",
    [
        b"import x from 'chrome-devtools-mcp'", b"npx -y CHROME-DevTools-MCP@latest", b"x = 'context7' + '-mcp'", b"x = `${a}-mcp`", b"x = `mcp${a}`",
        rb"'chrome\u002ddevtools-mcp'", b"import chrome_devtools_mcp", b"'dev-' \n + \"mcp\"", b'("dev-" "mcp")', b"\xff\xfei\x00", b"x/node_modules/@a/dev-mcp/x",
    ],
)  # fmt: skip
def test_what_could_be_found_survives(data):
    assert tokens.survives(data, BAN)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"mcp", b"appendEvidence('mcp')", b"https://x-mcp.fly.device", b"devices mcp", b"x" * 1000 + b"mcp-dev" + b"x" * 1000,
        b"const mcp = dev", b"'@modelcontextprotocol/mcp'", b"import { mcp } from './dev'",
    ],
)  # fmt: skip
def test_what_cannot_be_found_is_dropped(data):
    assert not tokens.survives(data, BAN)


def test_several_needles_are_looked_for_in_one_pass():
    ban = Ban(["left-pad", "right-pad"], [])
    data = b"left-pad right-pad right-pad left-pad leftover"
    assert [data[start:end] for start, end in tokens.places(data, ban)] == [
        b"left-pad",
        b"right-pad",
        b"right-pad",
        b"left-pad",
    ]


def test_a_line_of_five_megabytes_is_one_pass():
    data = b"mcp " * 100_000 + b"x" * 4_600_000
    assert not tokens.survives(data, BAN)
    assert tokens.survives(data + b" mcp-dev", BAN)


@pytest.mark.parametrize("path", ["a.ts", "a.py"])
def test_the_filter_never_drops_what_the_parser_finds(path, monkeypatch):
    chance = Dice(20261120)
    sources = [b"".join(chance.choice(PIECES) for _ in range(chance.randint(3, 14))) for _ in range(400)]
    dropped = [source for source in sources if not tokens.survives(source, BAN)]
    everywhere = [
        (source, [(at, at + 3) for at in range(len(source)) if source[at : at + 3].lower() == b"mcp"])
        for source in dropped
    ]
    assert dropped
    for source, places in everywhere:
        monkeypatch.setattr(tokens, "survives", lambda data, ban: True)
        monkeypatch.setattr(tokens, "places", lambda data, ban, places=places: iter(places))
        assert scan(path, source, BAN).hits == (), source
        monkeypatch.undo()
