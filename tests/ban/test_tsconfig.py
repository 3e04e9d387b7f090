"""What a configuration says about where specifiers lead."""

import json

import pytest
from bantree import grow

from dev_mcp_ban.resolve import Resolver
from dev_mcp_ban.tsconfig import Configurations, PathMap, fit

ROOT = "packages/web/src/a.ts"


def options(**settings):
    return {"compilerOptions": settings}


def lead(tmp_path, files, specifier):
    texts = {path: text if isinstance(text, str) else json.dumps(text) for path, text in files.items()}
    return Resolver(grow(tmp_path, {ROOT: "", **texts})).resolve(ROOT, specifier)


@pytest.mark.parametrize(
    ("configuration", "specifier", "stands"),
    [
        (options(paths={"@app/*": ["./src/*"]}), "@app/x", "src/x.ts"),
        (options(paths={"@app": ["./src/main"]}), "@app", "src/main.ts"),
        (options(paths={"*": ["./src/*"]}), "x", "src/x.ts"),
        (options(paths={"@app/*": ["./none/*", "./src/*"]}), "@app/x", "src/x.ts"),
        (options(paths={"@/*": ["./no/*"], "@/long/*": ["./src/*"]}), "@/long/x", "src/x.ts"),
        (options(paths={"@/x": ["./src/x"], "@/*": ["./no/*"]}), "@/x", "src/x.ts"),
        (options(paths={"@/*/x": ["./src/*/y"]}), "@/a/x", "src/a/y.ts"),
        (options(baseUrl="./src"), "x/y", "src/x/y.ts"),
        (options(baseUrl="./src", paths={"~u/*": ["./utils/*"]}), "~u/x", "src/utils/x.ts"),
        (options(baseUrl="."), "src/x", "src/x.ts"),
        (options(paths={"@c/*": ["${configDir}/src/*"]}), "@c/x", "src/x.ts"),
        ('// one\n{"compilerOptions": {/* two */ "paths": {"@a//b/*": ["./src/*",],},},}', "@a//b/x", "src/x.ts"),
        ('\ufeff{"compilerOptions": {"paths": {"@a/*": ["./src/*"]}}}', "@a/x", "src/x.ts"),
    ],
)
@pytest.mark.parametrize("name", ["tsconfig.json", "jsconfig.json", "packages/web/tsconfig.json"])
def test_mappings_lead_to_files(tmp_path, name, configuration, specifier, stands):
    folder = name.rpartition("/")[0]
    stands = f"{folder}/{stands}" if folder else stands
    assert lead(tmp_path, {name: configuration, stands: ""}, specifier) == (stands,)


@pytest.mark.parametrize(
    ("extends", "file"),
    [
        ("../../base", "base.json"),
        ("../../base.json", "base.json"),
        ("../../config", "config/tsconfig.json"),
        (["./none.json", "../../base.json"], "base.json"),
        ("@shop/config", "packages/config/tsconfig.json"),
        ("@shop/config/web.json", "packages/config/web.json"),
        ("config/web", "node_modules/config/web.json"),
    ],
)
def test_what_is_extended_counts(tmp_path, extends, file):
    folder = file.rpartition("/")[0]
    files = {
        "packages/web/tsconfig.json": {"extends": extends},
        file: options(paths={"@lib/*": ["${configDir}/../../lib/*"], "@near/*": ["./near/*"]}),
        "packages/config/package.json": {"name": "@shop/config"},
        "lib/x.ts": "",
        f"{folder}/near/y.ts" if folder else "near/y.ts": "",
    }
    tree = grow(
        tmp_path,
        {ROOT: "", **{path: text if isinstance(text, str) else json.dumps(text) for path, text in files.items()}},
    )
    resolve = Resolver(tree).resolve
    assert resolve(ROOT, "@lib/x") == ("lib/x.ts",)
    assert resolve(ROOT, "@near/y") == (f"{folder}/near/y.ts" if folder else "near/y.ts",)


def test_of_several_extended_files_the_last_wins_and_the_own_paths_before_all(tmp_path):
    files = {
        "a.json": options(baseUrl="a", paths={"@x": ["./a"]}),
        "b.json": options(baseUrl="b"),
        "tsconfig.json": {"extends": ["./a.json", "./b.json"]},
    }
    tree = grow(tmp_path, {path: json.dumps(text) for path, text in files.items()})
    assert Configurations(tree).read("tsconfig.json") == PathMap(base="b", paths=(("@x", ("a/a",)),))


def test_configurations_that_extend_each_other_end(tmp_path):
    files = {
        "tsconfig.json": {"extends": "./b.json", **options(paths={"@x": ["./x"]})},
        "b.json": {"extends": "./tsconfig.json", **options(baseUrl="src")},
        "x.ts": "",
    }
    tree = grow(tmp_path, {path: json.dumps(text) if path.endswith("json") else text for path, text in files.items()})
    assert Configurations(tree).read("tsconfig.json") == PathMap(base="src", paths=(("@x", ("src/x",)),))


def test_a_long_row_of_extended_configurations_ends(tmp_path):
    files = {f"c{n}.json": json.dumps({"extends": f"./c{n + 1}.json"}) for n in range(120)}
    tree = grow(tmp_path, {**files, "tsconfig.json": '{"extends": "./c0"}'})
    assert Configurations(tree).read("tsconfig.json") == PathMap()


def test_references_bind_the_files_of_the_folder_and_may_go_round(tmp_path):
    files = {
        "packages/web/tsconfig.json": {
            "files": [],
            "references": [{"path": "./tsconfig.app.json"}, {"path": "../../out"}, {"path": "../../../out"}, 5],
        },
        "packages/web/tsconfig.app.json": {**options(paths={"@/*": ["./src/*"]}), "references": [{"path": "."}]},
        "packages/web/src/x.ts": "",
    }
    assert lead(tmp_path, files, "@/x") == ("packages/web/src/x.ts",)


def test_where_the_nearest_configuration_knows_nothing_a_farther_one_may(tmp_path):
    files = {
        "packages/web/tsconfig.json": options(paths={"@web/*": ["./src/*"]}),
        "tsconfig.base.json": options(paths={"@lib/*": ["./lib/*"]}),
        "lib/x.ts": "",
    }
    assert lead(tmp_path, files, "@lib/x") == ("lib/x.ts",)


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "{", "null", '{"compilerOptions": 5}', '{"compilerOptions": {"paths": []}}', '{"compilerOptions": {"baseUrl": 5}}',
        '{"compilerOptions": {"paths": {"@x": "./src/x"}}}', '{"compilerOptions": {"paths": {"@x": ["../../.."]}}}',
        '{"compilerOptions": {"baseUrl": "../.."}}', '{"extends": 5}', '{"extends": "../../../x"}', "[" * 100_000,
        "{" + " " * 1_100_000 + "}",
    ],
)  # fmt: skip
def test_a_configuration_that_makes_no_sense_leads_nowhere(tmp_path, text):
    assert lead(tmp_path, {"tsconfig.json": text}, "@x") == ()


@pytest.mark.parametrize(
    ("pattern", "text", "star"),
    [
        ("a", "a", ""), ("a", "b", None), ("*", "x/y", "x/y"), ("a/*", "a/b", "b"), ("a/*", "a", None), ("a/*/c", "a/b/c", "b"),
        ("ab*ba", "aba", None), ("*.ts", "x.ts", "x"), ("*.ts", "x.js", None),
    ],
)  # fmt: skip
def test_the_star_of_a_pattern_stands_for_what_is_between(pattern, text, star):
    assert fit(pattern, text) == star


def test_a_base_that_a_specifier_leaves_leads_nowhere():
    assert list(PathMap(base="src").targets("../../x")) == []
