"""What every test stands on: an environment without the outside's wishes, and golden files."""

import gc
import os
from importlib import import_module
from pathlib import Path

import pytest

# Imported here, before a test has started a thread: once, beside one, an import of this lost one of its modules half-way.
import_module("github")

GOLDEN = Path(__file__).parent / "golden"
FOREIGN = ("GITHUB_", "RUNNER_", "GH_", "ACTIONS_", "AGENT_GUARDS_", "GIT_")
FOREIGN_NAMES = frozenset({"CI", "COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR"})
OWN = "AGENT_GUARDS_TESTS_IN_CI"
# Read before the environment is cleaned, and handed on to what the tests start, so that a skip never hides in CI.
IN_CI = bool(os.environ.get("CI") or os.environ.get(OWN))
if IN_CI:
    os.environ[OWN] = "1"


def pytest_addoption(parser):
    parser.addoption("--update-golden", action="store_true", help="write what the tests saw into tests/golden")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch):
    """Nothing that a runner, a terminal or a git hook has set reaches a test."""
    for name in list(os.environ):
        if name != OWN and (name in FOREIGN_NAMES or name.startswith(FOREIGN)):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def garbage_is_collected():
    """A command leaves this switched off, for its process ends with it; here the next test would inherit what nobody ends."""
    yield
    gc.unfreeze()
    gc.enable()


@pytest.fixture
def golden(request):
    """Compare a text with tests/golden/<name>, letter by letter; `--update-golden` writes it instead."""

    def compare(name, text):
        file = GOLDEN / name
        if request.config.getoption("--update-golden"):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text.encode())
        assert file.is_file(), f"{file} is missing: run pytest --update-golden, and read what it wrote"
        assert text == file.read_bytes().decode(), f"{file} differs: pytest --update-golden, then read the diff"

    return compare
