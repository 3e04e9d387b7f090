"""Where a package of the repository leads."""

import json

import pytest
from bantree import grow

from dev_mcp_ban import packages
from dev_mcp_ban.resolve import Resolver

ROOT = "app/a.ts"


def lead(tmp_path, manifest, stands, specifier, folder="packages/core"):
    text = manifest if isinstance(manifest, str) else json.dumps({"name": "@shop/core", **manifest})
    files = {ROOT: "", f"{folder}/package.json": text, **{f"{folder}/{path}": "" for path in stands}}
    found = Resolver(grow(tmp_path, files)).resolve(ROOT, specifier)
    return tuple(path.removeprefix(f"{folder}/") for path in found)


@pytest.mark.parametrize(
    ("manifest", "stands"),
    [
        ({"main": "./src/go.ts"}, "src/go.ts"),
        ({"main": "src/go"}, "src/go.ts"),
        ({"main": "./dist/go.js"}, "dist/go.js"),
        ({"main": "./dist/go.js"}, "src/go.ts"),
        ({"main": "./dist/go.js"}, "go.ts"),
        ({"main": "./dist/esm/go.mjs"}, "src/go.mts"),
        ({"main": "./dist/src/go.js"}, "src/go.ts"),
        ({"module": "./build/go.js"}, "src/go.ts"),
        ({"types": "./src/go.ts"}, "src/go.ts"),
        ({"source": "./src/go.ts"}, "src/go.ts"),
        ({"bin": {"shop": "./src/go.ts"}}, "src/go.ts"),
        ({"main": "./src"}, "src/index.ts"),
        ({}, "index.js"),
        ({}, "src/index.tsx"),
        ({"main": "./none.js"}, "src/index.ts"),
        ({"main": 5}, "lib/index.ts"),
        ({"exports": "./src/go.ts"}, "src/go.ts"),
        ({"exports": {".": "./dist/go.js"}}, "src/go.ts"),
        ({"exports": {"import": "./src/go.ts"}}, "src/go.ts"),
        ({"exports": {".": {"node": {"import": "./src/go.ts"}}}}, "src/go.ts"),
        ({"exports": {".": ["./none.ts", "./src/go.ts"]}}, "src/go.ts"),
        ({"exports": {"./other": "./x.js"}}, "src/index.ts"),
        ({"exports": None}, "src/index.ts"),
        ({"main": "../../../../out.js"}, "src/index.ts"),
    ],
)
def test_a_package_leads_to_its_entry_or_to_the_source_behind_it(tmp_path, manifest, stands):
    assert lead(tmp_path, manifest, [stands], "@shop/core") == (stands,)


@pytest.mark.parametrize(
    ("manifest", "inside", "stands"),
    [
        ({}, "go", "go.ts"),
        ({}, "go", "src/go.ts"),
        ({}, "deep/go.js", "deep/go.ts"),
        ({}, "dist/go", "dist/go.js"),
        ({"exports": {"./go": "./dist/x.js"}}, "go", "src/x.ts"),
        ({"exports": {"./*": "./src/*.ts"}}, "go", "src/go.ts"),
        ({"exports": {"./*": {"default": "./src/*/main.ts"}}}, "go", "src/go/main.ts"),
        ({"exports": {"./*": "./no/*.ts", "./a/*": "./src/*.ts"}}, "a/go", "src/go.ts"),
        ({"exports": {"./a/": "./src/"}}, "a/go.js", "src/go.ts"),
        ({"exports": {"./*": "./src/*.ts", "./go": "./one.ts"}}, "go", "one.ts"),
        ({"exports": {"./*.css": "./x.css"}}, "go", "src/go.ts"),
    ],
)
def test_a_path_inside_a_package_leads_to_a_module(tmp_path, manifest, inside, stands):
    assert lead(tmp_path, manifest, [stands], f"@shop/core/{inside}") == (stands,)


def test_every_condition_that_leads_to_another_file_counts(tmp_path):
    exports = {".": {"browser": "./src/b.ts", "node": "./src/n.ts", "types": "./src/b.ts"}}
    assert lead(tmp_path, {"exports": exports}, ["src/b.ts", "src/n.ts"], "@shop/core") == ("src/b.ts", "src/n.ts")


def test_a_package_without_a_scope_and_the_top_of_the_repository_are_packages(tmp_path):
    assert lead(tmp_path / "1", '{"name": "core"}', ["x.ts"], "core/x") == ("x.ts",)
    tree = grow(tmp_path / "2", {"package.json": '{"name": "shop", "main": "dist/go.js"}', "src/go.ts": "", ROOT: ""})
    assert Resolver(tree).resolve(ROOT, "shop") == ("src/go.ts",)


def test_two_packages_of_one_name_are_both_meant(tmp_path):
    manifest = '{"name": "twin"}'
    tree = grow(
        tmp_path, {"a/package.json": manifest, "b/package.json": manifest, "a/index.ts": "", "b/index.ts": "", ROOT: ""}
    )
    assert Resolver(tree).resolve(ROOT, "twin") == ("a/index.ts", "b/index.ts")


@pytest.mark.parametrize(
    "manifest", ['{"name": "@shop/core"', '"name": "@shop/core"', "", '{"name": 5}', '{"name": "a\\u0062"}']
)
def test_a_broken_package_leads_nowhere_or_to_what_stands_in_its_folder(tmp_path, manifest):
    found = lead(tmp_path, manifest, ["src/index.ts"], "@shop/core")
    assert found == (("src/index.ts",) if "@shop/core" in manifest else ())


def test_conditions_inside_conditions_end(tmp_path):
    nested = "./src/go.ts"
    for _ in range(100):
        nested = {"default": nested}
    assert lead(tmp_path, {"exports": {".": nested}}, ["src/go.ts", "src/index.ts"], "@shop/core") == ("src/index.ts",)


def test_the_entries_of_a_package_are_listed_with_their_targets(tmp_path):
    manifest = {"exports": {"./a": "./x.js", "import": "./y.js"}, "imports": {"#b": {"default": "./z.js"}}}
    tree = grow(tmp_path, {"package.json": json.dumps(manifest)})
    assert list(packages.subpaths(tree, "")) == [("./a", "./x.js"), (".", "./y.js"), ("#b", "./z.js")]


@pytest.mark.parametrize(
    ("specifier", "parts"),
    [
        ("react", ("react", "")),
        ("react/jsx", ("react", "jsx")),
        ("@a/b", ("@a/b", "")),
        ("@a/b/c/d", ("@a/b", "c/d")),
        ("@a", ("@a", "")),
    ],
)
def test_a_specifier_is_split_into_package_and_path(specifier, parts):
    assert packages.split(specifier) == parts
