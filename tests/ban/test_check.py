from dev_mcp_ban.brought import Brought
from dev_mcp_ban.check import check
from dev_mcp_ban.inputs import Inputs
from dev_mcp_ban.reach import Chain, Step
from dev_mcp_ban.scan import Hit

HIT = Hit(kind="launch", package="context7-mcp", spec="context7-mcp", line=3, column=1, how="x")


def chain(length):
    steps = tuple(Step(path=f"app/{n}.ts", line=n + 1, column=1, specifier=f"./{n + 1}") for n in range(length))
    return Chain(package="context7-mcp", steps=steps, path="lib/end.ts", hit=HIT)


def message(length):
    (finding,) = check(Inputs(whole=True, described=False, brought=Brought(chains=(chain(length),))))
    return finding.message


def test_a_chain_is_told_import_by_import():
    assert message(2).count("→") == 2
    assert "launches `context7-mcp`" in message(2)


def test_a_long_chain_is_told_by_its_ends():
    assert "5 more" in message(15)
    assert "`app/0.ts`" in message(15)
    assert "`app/14.ts`" in message(15)
    assert "`app/7.ts`" not in message(15)
