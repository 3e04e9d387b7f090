import json

import pytest
from ban.found import BAN

from dev_mcp_ban import manifests

X = "chrome-devtools-mcp"


def read(path, text):
    data = text.encode() if isinstance(text, str) else json.dumps(text, indent=2).encode()
    return manifests.scan(path, data, BAN)


def listed(path, text):
    return [(one.package, one.where) for one in read(path, text).found]


@pytest.mark.parametrize("section", ["dependencies", "optionalDependencies", "peerDependencies"])
def test_what_production_installs_is_found(section):
    assert listed("package.json", {section: {X: "^1", "x": "npm:@shopify/dev-mcp@1", "y": "1"}}) == [
        (X, f"`{section}`"),
        ("@shopify/dev-mcp", f"`{section}`"),
    ]


def test_development_and_broken_sections_are_not():
    document = {
        "devDependencies": {X: "1"},
        "dependencies": [X],
        "overrides": {X: "1"},
        "bundleDependencies": {X: 1},
        "scripts": [X],
        "name": X,
    }
    assert listed("package.json", document) == []
    assert listed("package.json", {"dependencies": {X: 1}}) == [(X, "`dependencies`")]


def test_bundled_dependencies_are_found():
    assert listed("a/package.json", {"bundledDependencies": [X, "y", 1]}) == [(X, "`bundledDependencies`")]


@pytest.mark.parametrize(
    "name", ["start", "prestart", "build", "postbuild", "postinstall", "install", "preinstall", "build:prod"]
)
def test_scripts_that_production_runs_are_found(name):
    assert listed("package.json", {"scripts": {name: f"tsc && npx -y {X}@latest"}}) == [(X, f"the script `{name}`")]


@pytest.mark.parametrize("name", ["dev", "test", "prepare", "mcp", "start:dev", "prebuilder"])
def test_scripts_of_developers_are_not(name):
    assert listed("package.json", {"scripts": {name: f"npx {X}", "build": 1, "start": "node x.js"}}) == []


def test_the_place_is_that_of_the_entry():
    text = '{\n  "devDependencies": {"chrome-devtools-mcp": "1"},\n  "dependencies" : {\n    "chrome-devtools-mcp": "1"\n  }\n}\n'
    (one,) = read("package.json", text).found
    assert (one.line, one.column, one.spec) == (4, 5, "chrome-devtools-mcp: 1")
    (one,) = read("package.json", '{"dependencies": {"chrome\\u002ddevtools-mcp": "1"}}').found
    assert one.line == 1


@pytest.mark.parametrize("text", ["{", "[]", '"x"', "[" * 100_000, "<<<<<<< HEAD\n{}"])
def test_a_broken_package_json_is_said(text):
    assert read("package.json", text).unparsed


def test_pyproject():
    text = (
        "[project]\r\ndependencies = [\r\n  'dev-mcp-tools>=1',\r\n  \"chrome_devtools_mcp[x]==1\",\r\n  'mcp',\r\n]\r\n"
        "[project.optional-dependencies]\ndev = ['mcp-dev']\n[tool.poetry.dependencies]\ncontext7-mcp = '1'\n[dependency-groups]\ndev = ['mcp-dev']\n"
    )
    assert [(one.package, one.line) for one in read("pyproject.toml", text).found] == [
        ("dev-mcp-tools", 3),
        ("chrome-devtools-mcp", 4),
        ("context7-mcp", 10),
    ]
    assert read("pyproject.toml", "[project").unparsed
    assert listed("pyproject.toml", "project = 1\ntool = 2\n") == []
    assert listed("pyproject.toml", "[project]\ndependencies = 1\n[tool]\npoetry = 1\n") == []
    assert listed("pyproject.toml", "[tool.poetry]\ndependencies = 1\n") == []
    assert listed("pyproject.toml", "[project]\ndependencies = [1]\n") == []


@pytest.mark.parametrize(
    ("path", "manifest"),
    [
        ("requirements.txt", True), ("app/requirements-prod.txt", True), ("requirements/base.txt", True), ("requirements.in", True),
        ("requirements-dev.txt", False), ("requirements_test.txt", False), ("requirements/dev.txt", False), ("requirements/tests.in", False),
        ("dev-requirements.md", False), ("package.json", True), ("a/pyproject.toml", True), ("package-lock.json", False),
    ],
)  # fmt: skip
def test_which_files_are_manifests(path, manifest):
    assert manifests.is_manifest(path) is manifest


def test_requirements():
    text = "# mcp-dev\n-r x\n\n  chrome-devtools-mcp==1.0\nmcp_dev>=1 ; python_version > '3'\nmcp\n== 1\n"
    found = read("requirements.txt", text).found
    assert [(one.package, one.line, one.column) for one in found] == [("chrome-devtools-mcp", 4, 3), ("mcp-dev", 5, 1)]
    assert listed("requirements-dev.txt", text) == []


def test_a_manifest_may_be_utf16():
    data = '\ufeff{"dependencies": {"chrome-devtools-mcp": "1"}}'.encode("utf-16-le")
    assert len(manifests.scan("package.json", data, BAN).found) == 1
