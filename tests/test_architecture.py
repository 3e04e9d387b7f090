"""The laws of the house, held by tests."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from agent_guards.guard import load_guards

ROOT = Path(__file__).parents[1]
PACKAGES = ("lib/agent_guards", *(guard.package for guard in load_guards()))
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
SCHEMAS = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.schema.json"))
LONGEST_MODULE, LONGEST_FUNCTION = 300, 60


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_and_no_function_outgrows_its_reader(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST_MODULE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno - node.lineno < LONGEST_FUNCTION, node.name


def test_lib_is_a_source_root_and_no_package():
    assert not (ROOT / "lib/__init__.py").exists()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_one_module_reads_the_environment(path):
    reads = re.search(r"os\.environ|os\.getenv", path.read_text(encoding="utf-8"))
    handed_on = path.name in {"cli.py", "start.py"}
    assert not reads or handed_on, "only env.py and git_line.py look into it; cli.py and start.py hand them os.environ"


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_published_schemas_are_valid_schemas(path):
    schema = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"].startswith("urn:agent-guards:")
    assert schema["title"]


def test_no_file_names_a_package_registry_s_host():
    hosts = "|".join(["pypi" + r"\.org", "python" + r"hosted\.org", "registry\\." + "npmjs", "deb\\." + "debian"])
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    for name in filter(None, tracked.split("\0")):
        file = ROOT / name
        if file.is_file() and not file.is_symlink():
            assert not re.search(hosts, file.read_bytes().decode("latin-1")), name


def test_import_contracts_hold():
    script = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
