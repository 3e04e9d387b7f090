"""What a change adds is followed forward: what leads to nothing banned cannot matter."""

import pytest
from bantree import Grown

from dev_mcp_ban import forward

BANNED = "import 'chrome-devtools-mcp';\n"
BASE = {
    "app/a.ts": "import './b';",
    "app/b.ts": "export {};",
    "lib/clean.ts": "import './deep';",
    "lib/deep.ts": "export {};",
    "lib/x.ts": BANNED,
    "lib/toX.ts": "import './x';",
    "lib/viaApp.ts": "import '../app/b';",
    "lib/cycle.ts": "import './cycle2';",
    "lib/cycle2.ts": "import './cycle';",
    "package.json": '{"name": "shop", "dependencies": {"a": "1"}}',
    "tsconfig.json": '{"compilerOptions": {"paths": {"@x": ["./lib/clean"]}}}',
}


def banned(path, data):
    return frozenset({"chrome-devtools-mcp"}) if b"chrome-devtools-mcp" in data else frozenset()


def matters(tmp_path, files, base=BASE, links=()):
    grown = Grown(tmp_path)
    before = grown.tree(base)
    after = grown.tree(files, links)
    changed = after.source.changed(before.oid, after.oid)
    return forward.could_matter(after.source, after.oid, changed, lambda path: path.startswith("app/"), banned)


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"README.md": "chrome-devtools-mcp"},
        {"app/a.ts": "import './b'; console.log(1);"},
        {"app/a.ts": "import './b'; import '../lib/clean';"},
        {"app/a.ts": "import './b'; import '../lib/viaApp';"},
        {"app/a.ts": "import './b'; import '../lib/cycle';"},
        {"app/a.ts": "import 'react'; const it = 'don`t'; import './none';"},
        {"app/new.ts": "import '../lib/clean';"},
        {"lib/x.ts": BANNED + "\nmore();"},
        {"lib/toX.ts": "import './x'; more();"},
        {"lib/x.ts": "export {};"},
        {"app/b.ts": None},
        {"lib/deep.ts": None},
        {"package.json": '{"name": "shop", "dependencies": {"a": "2"}, "scripts": {}}'},
        {"tsconfig.json": '{"compilerOptions": {"paths": {"@x": ["./lib/clean"]}}, "files": []}'},
        {"data.json": '{"compilerOptions": {}}'},
        {"app/p.py": "import os\nfrom . import q\n"},
    ],
)
def test_a_change_that_leads_to_nothing_banned_cannot_matter(tmp_path, files):
    assert not matters(tmp_path, files)


@pytest.mark.parametrize(
    "files",
    [
        {"lib/clean.ts": BANNED},
        {"app/b.ts": BANNED},
        {"lib/new.ts": BANNED},
        {"app/a.ts": "import './b'; import '../lib/x';"},
        {"app/a.ts": "import './b'; import '../lib/toX';"},
        {"lib/deep.ts": "import './toX';"},
        {"app/new.ts": "import '../lib/toX';"},
        {"lib/clean.tsx": "import './toX';"},
        {"package.json": '{"name": "other"}'},
        {"package.json": '{"name": "shop", "imports": {"#x": "./lib/x.ts"}}'},
        {"tsconfig.json": '{"compilerOptions": {"paths": {"@x": ["./lib/x"]}}}'},
        {"tsconfig.json": None},
        {"lib/tsconfig.json": '{"extends": "../other"}'},
    ],
)
def test_a_change_that_leads_to_something_banned_could_matter(tmp_path, files):
    assert matters(tmp_path, files)


def test_a_new_link_could_matter(tmp_path):
    assert matters(tmp_path, {}, links={"app/link.ts": "../lib/x.ts"})


def test_a_deleted_file_may_uncover_another_one(tmp_path):
    base = {**BASE, "lib/d.ts": "", "lib/d/index.ts": BANNED, "lib/e.ts": "", "lib/e.js": BANNED}
    assert matters(tmp_path / "1", {"lib/d.ts": None}, base)
    assert matters(tmp_path / "2", {"lib/e.ts": None}, base)


def test_a_way_too_long_to_follow_could_matter(tmp_path):
    base = {f"lib/m{n}.ts": f"import './m{n + 1}';" for n in range(forward.MOST_FILES + 10)}
    assert matters(tmp_path, {"app/a.ts": "import '../lib/m0';"}, base)


def test_python_is_followed_too(tmp_path):
    base = {"app/a.py": "", "lib/x.py": "chrome-devtools-mcp", "lib/y.py": "from . import (\n    x,\n)\n"}
    assert matters(tmp_path / "1", {"app/a.py": "from lib import y"}, base)
    assert not matters(tmp_path / "2", {"app/a.py": "import lib.z, os"}, base)
