"""Where a specifier leads."""

import json
import time

import pytest
from bantree import grow

from dev_mcp_ban.resolve import Resolver

ROOT = "app/routes/a.ts"


def lead(tmp_path, files, specifier, importer=ROOT, links=()):
    tree = grow(
        tmp_path,
        {importer: "", **dict.fromkeys(files, "")} if not isinstance(files, dict) else {importer: "", **files},
        links,
    )
    found = Resolver(tree).resolve(importer, specifier)
    tree.source.repository.close()
    return found


@pytest.mark.parametrize(
    ("specifier", "stands"),
    [
        ("./b", "app/routes/b.ts"),
        ("./b", "app/routes/b.tsx"),
        ("./b", "app/routes/b.mjs"),
        ("./b", "app/routes/b.vue"),
        ("./b.ts", "app/routes/b.ts"),
        ("./b.server", "app/routes/b.server.ts"),
        ("./b.js", "app/routes/b.js"),
        ("./b.js", "app/routes/b.ts"),
        ("./b.js", "app/routes/b.tsx"),
        ("./b.jsx", "app/routes/b.tsx"),
        ("./b.mjs", "app/routes/b.mts"),
        ("./b.cjs", "app/routes/b.cts"),
        ("./b.vue", "app/routes/b.vue"),
        ("./b.svelte", "app/routes/b.svelte"),
        ("./b.astro", "app/routes/b.astro"),
        ("./B.TS", "app/routes/B.TS"),
        ("./b", "app/routes/b/index.ts"),
        ("./b/", "app/routes/b/index.js"),
        (".", "app/routes/index.ts"),
        ("..", "app/index.tsx"),
        ("../", "app/index.tsx"),
        ("../..", "index.ts"),
        ("../../lib/x", "lib/x.ts"),
        ("./../routes/./b", "app/routes/b.ts"),
        ("./b?raw", "app/routes/b.ts"),
        ("./b.ts?worker&inline", "app/routes/b.ts"),
        ("./b.ts#part", "app/routes/b.ts"),
        ("worker-loader!./b", "app/routes/b.ts"),
        ("./my file", "app/routes/my file.ts"),
        ("./[id]", "app/routes/[id].tsx"),
        ("./größe", "app/routes/größe.ts"),
        ("/app/routes/b", "app/routes/b.ts"),
        ("/src/main.ts", "app/src/main.ts"),
        ("~/x", "app/x.ts"),
        ("~/x", "src/x.ts"),
        ("~/x", "x.ts"),
        ("@/x", "src/x.ts"),
        ("@/x", "app/x.ts"),
        ("~~/x", "x.ts"),
        ("@@/x", "x.ts"),
        ("$lib/x", "src/lib/x.ts"),
        ("src/x", "src/x.ts"),
        ("app/x", "app/x.ts"),
    ],
)
def test_a_specifier_leads_to_the_file_that_is_meant(tmp_path, specifier, stands):
    assert lead(tmp_path, [stands], specifier) == (stands,)


@pytest.mark.parametrize(
    "specifier",
    [
        "./b.svg", "./c", "", "...", "./\0", "node:fs", "https://example.org/b.ts", "data:text/javascript,1", "react",
        "@scope/pkg", "@scope", "../../..", "../../../../../app/routes/b", "./" + "a/" * 40_000, "x" * 100_000, "#b", "./b/c",
        "~/none", "./b.ts/",
    ],
)  # fmt: skip
def test_what_is_not_in_the_repository_leads_nowhere(tmp_path, specifier):
    started = time.perf_counter()
    assert lead(tmp_path, ["app/routes/b.ts", "app/routes/b.svg"], specifier) == ()
    assert time.perf_counter() - started < 10


def test_a_source_and_what_is_built_from_it_are_both_meant(tmp_path):
    files = ["app/routes/b.ts", "app/routes/b.js"]
    assert set(lead(tmp_path, files, "./b.js")) == set(files)


def test_a_file_comes_before_a_folder_of_its_name_unless_the_folder_is_asked_for(tmp_path):
    files = ["app/routes/b.ts", "app/routes/b/index.ts"]
    assert lead(tmp_path / "1", files, "./b") == (files[0],)
    assert lead(tmp_path / "2", files, "./b/") == (files[1],)


def test_a_folder_s_package_json_says_what_stands_for_it(tmp_path):
    files = {
        "app/routes/b/package.json": '{"main": "./build/it.js"}',
        "app/routes/b/src/it.ts": "",
        "app/routes/b/index.ts": "",
    }
    assert lead(tmp_path, files, "./b") == ("app/routes/b/src/it.ts",)


def test_links_are_followed_to_files_and_folders_and_loops_end(tmp_path):
    files = {"lib/real.ts": "", "lib/deep/index.ts": ""}
    links = {
        "app/routes/one.ts": "../../lib/real.ts", "app/far": "../lib", "loop": "loop", "out": "/etc", "lone": "missing",
        "up": "../../..", "two": "app/far/deep",
    }  # fmt: skip
    tree = grow(tmp_path, {ROOT: "", **files}, links)
    resolve = Resolver(tree).resolve
    assert resolve(ROOT, "./one") == ("lib/real.ts",)
    assert resolve(ROOT, "../far/real") == ("lib/real.ts",)
    assert resolve(ROOT, "../far/deep") == ("lib/deep/index.ts",)
    assert resolve(ROOT, "../../two") == ("lib/deep/index.ts",)
    for broken in ("loop", "out", "lone", "up"):
        assert resolve(ROOT, f"../../{broken}/x") == resolve(ROOT, f"../../{broken}") == ()
    tree.source.repository.close()


def test_submodules_hold_nothing_that_we_could_read(tmp_path):
    tree = grow(tmp_path, {ROOT: ""})
    assert tree.data("vendor") == b""
    assert tree.file("") is None
    assert tree.folder("") == ""


def test_names_with_line_ends_and_foreign_bytes_lead_to_their_files(tmp_path):
    name = "app/routes/new\nline.ts"
    assert lead(tmp_path / "1", [name], "./new\nline") == (name,)
    latin = b"app/routes/gr\xf6\xdfe.ts".decode("utf-8", "surrogateescape")
    assert lead(tmp_path / "2", [latin], "./" + latin.rpartition("/")[2].removesuffix(".ts")) == (latin,)


def test_an_answer_is_remembered(tmp_path):
    tree = grow(tmp_path, {ROOT: "", "app/routes/b.ts": ""})
    resolver = Resolver(tree)
    first = resolver.resolve(ROOT, "./b")
    tree.source.repository.close()
    assert resolver.resolve(ROOT, "./b") is first


@pytest.mark.parametrize(
    ("imports", "specifier", "stands"),
    [
        ({"#db": "./lib/db.js"}, "#db", "lib/db.ts"),
        ({"#lib/*": "./lib/*.js"}, "#lib/db", "lib/db.ts"),
        ({"#lib/*": {"node": "./dist/*.js", "default": "./none/*.js"}}, "#lib/db", "src/db.ts"),
        ({"#db": {"default": ["./none.js", "./lib/db.js"]}}, "#db", "lib/db.ts"),
        ({"#a/*": "./no/*", "#a/b/*": "./lib/*.ts"}, "#a/b/db", "lib/db.ts"),
        ({"#x": "#y", "#y": "./lib/db.ts"}, "#x", "lib/db.ts"),
    ],
)
def test_imports_of_the_package_lead_to_its_files(tmp_path, imports, specifier, stands):
    files = {"package.json": json.dumps({"imports": imports}), stands: ""}
    assert lead(tmp_path, files, specifier) == (stands,)


@pytest.mark.parametrize(
    "imports", [{"#x": "#x"}, {"#x": "../../out.js"}, {"#y": "./a.js"}, {"#x": None}, {"#x": 5}, "no"]
)
def test_imports_that_lead_nowhere_end(tmp_path, imports):
    assert lead(tmp_path, {"package.json": json.dumps({"imports": imports})}, "#x") == ()


def test_an_alias_of_a_configuration_may_begin_with_a_hash(tmp_path):
    files = {"tsconfig.json": '{"compilerOptions": {"paths": {"#/*": ["./lib/*"]}}}', "lib/db.ts": ""}
    assert lead(tmp_path, files, "#/db") == ("lib/db.ts",)
