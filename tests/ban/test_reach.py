"""How production reaches what is banned, backwards through the repository's own modules."""

import json
from dataclasses import dataclass

import pytest
from bantree import Grown, grow

from dev_mcp_ban import reach, scan

BANNED = "export { x } from 'chrome-devtools-mcp';\n"


@dataclass(frozen=True)
class Hit:
    package: str


@pytest.fixture(autouse=True, params=["all literals at once", "step by step"])
def _way(request, monkeypatch):
    """Both ways to look for importers give the same chains."""
    if request.param != "step by step":
        monkeypatch.setattr(reach, "_STEPS", 0)


def production(path):
    return path.startswith("app/") and ".test." not in path


def chains(tree, targets, edges=scan.edges):
    if not isinstance(targets, dict):
        targets = dict.fromkeys(targets, (Hit("banned"),))
    found = reach.Search(tree, production, edges).chains(targets)
    tree.source.repository.close()
    return found


def ways(found):
    return [(*(step.path for step in chain.steps), chain.path) for chain in found]


def written(files):
    return {path: text if isinstance(text, str) else json.dumps(text) for path, text in files.items()}


@pytest.mark.parametrize(
    ("target", "importer", "files"),
    [
        ("lib/x.ts", "import { x } from '../lib/x';", {}),
        ("lib/x.ts", "import { x } from '../lib/x.js';", {}),
        ("lib/x.ts", "import '../lib/x';", {}),
        ("lib/x.ts", 'export * from "../lib/x";', {}),
        ("lib/x.ts", "const x = require('../lib/x');", {}),
        ("lib/x.ts", "const x = await import(`../lib/x.ts`);", {}),
        ("lib/x.ts", "const w = new Worker(new URL('../lib/x.ts', import.meta.url));", {}),
        ("lib/x/index.ts", "import { x } from '../lib/x';", {}),
        ("lib/index.ts", "import { x } from '../lib/';", {}),
        ("index.ts", "import { x } from '..';", {}),
        ("index.ts", "import { x } from '../';", {}),
        ("lib/x.vue", "import '../lib/x.vue';", {}),
        ("lib/x.y.ts", "import { x } from '../lib/x.y';", {}),
        ("lib/[id].ts", "import { x } from '../lib/[id]';", {}),
        ("lib/a b.ts", "import { x } from '../lib/a b';", {}),
        ("src/x.ts", "import { x } from '~/x';", {}),
        ("src/x.ts", "import { x } from 'src/x';", {}),
        ("lib/x.ts", "import { x } from '@far';", {"tsconfig.json": {"compilerOptions": {"paths": {"@far": ["./lib/x"]}}}}),
        ("lib/x.ts", "import { x } from 'far/x';", {"tsconfig.json": {"compilerOptions": {"paths": {"far/*": ["./lib/*"]}}}}),
        ("lib/a/main.ts", "import { x } from 'far/a';", {"tsconfig.json": {"compilerOptions": {"paths": {"far/*": ["./lib/*/main.ts"]}}}}),
        ("lib/x.ts", "import { x } from 'x';", {"tsconfig.json": {"compilerOptions": {"baseUrl": "lib"}}}),
        ("lib/x.ts", "import { x } from 'lib/x';", {"tsconfig.json": {"compilerOptions": {"baseUrl": "."}}}),
        ("lib/x.ts", "import { x } from '#far';", {"package.json": {"imports": {"#far": "./lib/x.js"}}}),
        ("p/src/go.ts", "import { x } from '@shop/p';", {"p/package.json": {"name": "@shop/p", "main": "dist/go.js"}}),
        ("p/src/index.ts", "import { x } from 'shop-p';", {"p/package.json": {"name": "shop-p"}}),
        ("p/src/go.ts", "import { x } from '@shop/p/fast';", {"p/package.json": {"name": "@shop/p", "exports": {"./fast": "./dist/go.js"}}}),
        ("p/src/a/in.ts", "import { x } from '@shop/p/a';", {"p/package.json": {"name": "@shop/p", "exports": {"./*": "./src/*/in.ts"}}}),
        ("p/src/go.ts", "import { x } from '../p';", {"p/package.json": {"main": "src/go.ts"}}),
    ],
)  # fmt: skip
def test_an_import_of_a_banned_module_is_a_chain(tmp_path, target, importer, files):
    tree = grow(
        tmp_path, {target: BANNED, "app/a.ts": importer + ("\nx();" if "{ x }" in importer else ""), **written(files)}
    )
    assert ways(chains(tree, [target])) == [("app/a.ts", target)]


@pytest.mark.parametrize(
    ("target", "importer", "files"),
    [
        ("lib/x.py", "from lib.x import y", {}),
        ("lib/x.py", "from lib import x", {}),
        ("lib/x.py", "from lib import (\n    a,\n    x,\n)", {}),
        ("lib/x.py", "import lib.x as y", {}),
        ("lib/x.py", "import importlib\nimportlib.import_module('lib.x')", {}),
        ("lib/__init__.py", "import lib.y", {"lib/y.py": ""}),
        ("lib/__init__.py", "import lib", {}),
        ("src/lib/x.py", "from lib.x import y", {}),
        ("app/x.test.py", "from .x.test import y", {"app/x/test.py": ""}),
        ("back/end/lib/x.py", "from lib.x import y", {}),
    ],
)
def test_python_modules_are_followed(tmp_path, target, importer, files):
    tree = grow(tmp_path, {target: "import chrome_devtools_mcp", "app/a.py": importer, **files})
    expected = [] if "test" in target else [("app/a.py", target)]
    assert ways(chains(tree, [target])) == expected


def test_relative_imports_of_python_are_followed_to_the_package_and_its_modules(tmp_path):
    files = {
        "app/main.py": "from other.a import run",
        "other/a.py": "from . import b\nfrom .c import d",
        "other/b.py": "from .. import nothing",
        "other/c.py": "import chrome_devtools_mcp",
        "other/__init__.py": "",
    }
    assert ways(chains(grow(tmp_path, files), ["other/c.py"])) == [("app/main.py", "other/a.py", "other/c.py")]


def test_a_chain_goes_through_many_modules_of_many_kinds(tmp_path):
    files = {
        "app/entry.tsx": "import { a } from '../packages/ui/a';\n\nexport default a;\n",
        "packages/ui/a.ts": "// one\nexport { a } from './b.js';\n",
        "packages/ui/b.ts": "export * from '@shop/core';\n",
        "packages/core/package.json": '{"name": "@shop/core"}',
        "packages/core/src/index.ts": "import * as c from '../../../scripts/c';\nexport const a = c.a;\n",
        "scripts/c.ts": BANNED,
    }
    (chain,) = chains(grow(tmp_path, files), ["scripts/c.ts"])
    assert ways([chain]) == [
        ("app/entry.tsx", "packages/ui/a.ts", "packages/ui/b.ts", "packages/core/src/index.ts", "scripts/c.ts")
    ]
    assert [(step.line, step.specifier) for step in chain.steps] == [
        (1, "../packages/ui/a"), (2, "./b.js"), (1, "@shop/core"), (1, "../../../scripts/c"),
    ]  # fmt: skip
    assert chain.package == chain.hit.package == "banned"
    assert chain.key == ("app/entry.tsx", "banned")


def test_the_walk_ends_at_the_first_production_file(tmp_path):
    files = {
        "app/root.ts": "import { a } from './a';\na();",
        "app/a.ts": "export { a } from '../lib/b';",
        "app/z.ts": "export { a } from '../lib/b';",
        "lib/b.ts": BANNED,
    }
    assert ways(chains(grow(tmp_path, files), ["lib/b.ts"])) == [("app/a.ts", "lib/b.ts"), ("app/z.ts", "lib/b.ts")]


def test_of_two_ways_the_shorter_is_told_and_every_package_has_its_own(tmp_path):
    files = {
        "app/a.ts": "import './../lib/long'; import '../lib/x'; import '../lib/y';",
        "lib/long.ts": "import './x';",
        "lib/x.ts": BANNED,
        "lib/y.ts": BANNED,
    }
    found = chains(grow(tmp_path, files), {"lib/x.ts": (Hit("one"), Hit("two"), Hit("one")), "lib/y.ts": (Hit("one"),)})
    assert [(chain.key, len(chain.steps)) for chain in found] == [(("app/a.ts", "one"), 1), (("app/a.ts", "two"), 1)]


@pytest.mark.parametrize(
    "importer",
    [
        "import type { X } from '../lib/x';",
        "export type { X } from '../lib/x';",
        "// import '../lib/x';",
        "const text = 'import ../lib/x';",
        "const shown = ['../lib/x'];",
        "vi.mock('../lib/x');",
        "import '../other/x';",
        "import './x';",
    ],
)
def test_what_imports_nothing_when_the_program_runs_is_no_chain(tmp_path, importer):
    files = {"lib/x.ts": BANNED, "app/a.ts": importer, "app/x.ts": "", "other/x.ts": ""}
    assert chains(grow(tmp_path, files), ["lib/x.ts"]) == ()


@pytest.mark.parametrize("middle", ["import type { X } from './x';", "import { x } from './x';\nexport const y = x;"])
def test_one_import_of_types_in_the_middle_breaks_the_chain(tmp_path, middle):
    files = {"app/a.ts": "import '../lib/m';", "lib/m.ts": middle, "lib/x.ts": BANNED}
    assert len(chains(grow(tmp_path, files), ["lib/x.ts"])) == ("type" not in middle)


def test_where_the_shortest_way_carries_nothing_a_longer_one_is_found(tmp_path):
    files = {
        "app/a.ts": "import type { X } from '../lib/x'; import '../lib/one';",
        "lib/one.ts": "import './two';",
        "lib/two.ts": "import './x';",
        "lib/x.ts": BANNED,
    }
    assert ways(chains(grow(tmp_path, files), ["lib/x.ts"])) == [("app/a.ts", "lib/one.ts", "lib/two.ts", "lib/x.ts")]


def test_an_allowed_file_that_production_imports_is_no_island(tmp_path):
    files = {
        "app/a.ts": "import './helper.test.helper';",
        "app/helper.test.helper.ts": "import '../tests/x';",
        "tests/x.ts": BANNED,
        "tests/y.ts": "import './x';",
    }
    assert ways(chains(grow(tmp_path, files), ["tests/x.ts"])) == [
        ("app/a.ts", "app/helper.test.helper.ts", "tests/x.ts")
    ]


def test_production_that_holds_the_banned_thing_itself_needs_no_chain(tmp_path):
    files = {"app/a.ts": BANNED, "app/b.ts": "import './a';"}
    assert chains(grow(tmp_path, files), ["app/a.ts"]) == ()
    assert chains(grow(tmp_path, {}), {}) == ()
    assert chains(grow(tmp_path, {}), {"lib/x.ts": ()}) == ()


def test_links_of_production_are_production(tmp_path):
    files = {"lib/x.ts": BANNED, "lib/deep/y.ts": BANNED, "app/a.ts": "import './link';"}
    links = {"app/link.ts": "../lib/x.ts", "app/folder": "../lib/deep", "other": "lib/x.ts"}
    tree = grow(tmp_path, files, links)
    assert ways(chains(tree, ["lib/x.ts", "lib/deep/y.ts"])) == [
        ("app/a.ts", "lib/x.ts"), ("app/folder", "lib/deep/y.ts"), ("app/link.ts", "lib/x.ts"),
    ]  # fmt: skip


def test_broken_links_and_targets_outside_the_repository_are_passed_over(tmp_path):
    files = {
        "lib/p/x.ts": BANNED,
        "app/a.ts": "import '../lib/p/x';",
        "lib/p/package.json": '{"name": "p", "exports": {"./*": "../../../../out/*"}}',
    }
    tree = grow(tmp_path, files, {"app/nowhere": "missing", "app/out": "../../../x"})
    assert ways(chains(tree, ["lib/p/x.ts"])) == [("app/a.ts", "lib/p/x.ts")]


def test_cycles_end(tmp_path):
    files = {f"lib/m{n}.ts": f"import './m{(n + 1) % 1000}';" for n in range(1000)}
    tree = grow(tmp_path, {**files, "lib/x.ts": "import './m0';" + BANNED, "lib/m5.ts": "import './m6'; import './x';"})
    assert chains(tree, ["lib/x.ts"]) == ()


def test_a_row_of_a_thousand_modules_is_followed(tmp_path):
    files = {f"lib/m{n}.ts": f"import './m{n + 1}';" for n in range(1000)}
    tree = grow(tmp_path, {**files, "lib/m1000.ts": BANNED, "app/a.ts": "import '../lib/m0';"})
    (chain,) = chains(tree, ["lib/m1000.ts"])
    assert len(chain.steps) == 1001


def test_where_many_modules_could_lead_on_all_literals_are_looked_at_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(reach, "_FEW", 1)
    files = {"lib/x.ts": BANNED, "app/a.ts": "import '../lib/m1';"}
    files |= {f"lib/m{n}.ts": "import './x';" for n in range(3)}
    tree = grow(tmp_path, files)
    assert ways(chains(tree, ["lib/x.ts"])) == [("app/a.ts", "lib/m1.ts", "lib/x.ts")]


def test_very_many_importers_of_one_file_are_looked_at_only_where_production_is(tmp_path):
    parsed = []

    def edges(path, data):
        parsed.append(path)
        return scan.edges(path, data)

    files = {f"tests/t{n}.ts": "import '../lib/x';" for n in range(10_000)}
    tree = grow(tmp_path, {**files, "lib/x.ts": BANNED, "app/a.ts": "import '../lib/x';"})
    assert ways(chains(tree, ["lib/x.ts"], edges)) == [("app/a.ts", "lib/x.ts")]
    assert parsed == ["app/a.ts"]


def test_more_chains_than_anyone_reads_are_cut(tmp_path):
    files = {f"app/a{n}.ts": "import '../lib/x';" for n in range(reach.MOST_CHAINS + 5)}
    assert len(chains(grow(tmp_path, {**files, "lib/x.ts": BANNED}), ["lib/x.ts"])) == reach.MOST_CHAINS


def test_hostile_names_do_not_break_the_walk(tmp_path):
    files = {
        "lib/new\nline.ts": BANNED,
        "app/a.ts": f"import '../../../../lib/x'; import './{'y' * 50_000}'; import '../lib/x';",
        "app/b\n'`.ts": "import '../lib/x';",
        "lib/x.ts": BANNED,
        "lib/(a|b)*.ts": BANNED,
        "app/c.ts": "import '../lib/(a|b)*';",
    }
    tree = grow(tmp_path, files)
    assert sorted(ways(chains(tree, ["lib/new\nline.ts", "lib/x.ts", "lib/(a|b)*.ts"]))) == [
        ("app/a.ts", "lib/x.ts"), ("app/b\n'`.ts", "lib/x.ts"), ("app/c.ts", "lib/(a|b)*.ts"),
    ]  # fmt: skip


def test_chains_of_two_trees_are_compared_by_their_keys(tmp_path):
    grown = Grown(tmp_path)
    before = grown.tree({"lib/x.ts": BANNED, "app/a.ts": "import '../lib/x';"})
    after = grown.tree(
        {"app/a.ts": "\n\nimport '../lib/y';", "lib/y.ts": "import './x';", "app/b.ts": "import '../lib/x';"}
    )
    old = {chain.key for chain in chains(before, ["lib/x.ts"])}
    assert [chain.key for chain in chains(after, ["lib/x.ts"]) if chain.key not in old] == [("app/b.ts", "banned")]
