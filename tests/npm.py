"""Where the tests find what tests/package.json names. Nothing of it is committed."""

import os
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "node_modules"
# Read at import: a fixture may take CI out of the environment, and a skip in CI would hide that nothing was tested.
REQUIRED = bool(os.environ.get("CI"))


def package(name: str) -> Path:
    """The folder of an installed npm package; where it is missing the test skips, in CI it fails."""
    folder = FOLDER / name
    if (folder / "package.json").is_file():
        return folder
    message = f"the npm package {name} is not installed: run `npm ci --prefix tests`"
    if REQUIRED:
        pytest.fail(message)
    pytest.skip(message)
