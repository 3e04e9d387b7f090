"""The docs are in step with what they speak of; `--update-golden` writes their generated parts."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from agent_guards.cli import _parser
from agent_guards.commands.catalogue import rule_table
from agent_guards.commands.demo import judge_pull_request, make_repository
from agent_guards.commands.demo_content import BAD
from agent_guards.env import RunEnv
from agent_guards.guard import load_guards
from agent_guards.render.text import text

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
GUARDS = load_guards()


@pytest.fixture
def generated(request):
    """Compare the part of a document between `<!-- name -->` and `<!-- /name -->` with what it should be."""

    def compare(document, name, content):
        before, opening, rest = document.read_text(encoding="utf-8").partition(f"<!-- {name} -->\n")
        found, closing, after = rest.partition(f"<!-- /{name} -->")
        assert opening, f"{document} has no part {name}"
        if request.config.getoption("--update-golden"):
            document.write_text(before + opening + content + closing + after, encoding="utf-8")
            found = content
        assert found == content, "run tests/run --update-golden, and read the diff"

    return compare


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)
def test_the_rule_table_of_a_guard_is_its_rules(guard, generated):
    generated(ROOT / guard.package / "README.md", "rules", f"\n{rule_table(guard.rules)}\n\n")


def test_the_report_in_the_readme_is_the_demonstration_s(tmp_path, generated, monkeypatch):
    import os

    env = RunEnv.from_environ(os.environ)
    now = datetime(2026, 1, 2, 12, tzinfo=UTC)
    make_repository(tmp_path / "shop", env.git, now)
    outcome = judge_pull_request(tmp_path / "shop", env, BAD, 2, now)
    report = text(outcome, colour=False, width=100)
    generated(ROOT / "README.md", "report", f"\n```text\n{report}```\n\n")


def test_every_command_is_in_the_readme():
    (commands,) = [action.choices for action in _parser([])._actions if isinstance(action.choices, dict)]
    for name in commands:
        assert re.search(rf"\b{name}\b", README), name


def test_every_guard_is_in_the_readme():
    for guard in GUARDS:
        assert f"[`{guard.name}`]({guard.package}/README.md)" in README


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)
def test_every_input_of_an_action_is_in_its_readme(guard):
    action = yaml.safe_load((ROOT / guard.package / "action.yml").read_text())
    readme = (ROOT / guard.package / "README.md").read_text()
    for name in action["inputs"]:
        assert f"| `{name}` |" in readme


def test_the_policy_in_the_readme_is_valid():
    from agent_guards.policy import parse

    (example,) = re.findall(r"```yaml\n(version: 1\n.*?)```", README, re.DOTALL)
    assert parse(example.encode(), "README.md").waivers


@pytest.mark.parametrize("document", ["README.md", ".github/CONTRIBUTING.md", ".github/SECURITY.md"])
def test_every_path_that_a_document_names_is_there(document):
    words = re.findall(r"`([\w./-]+/[\w./-]*|[\w-]+\.(?:py|md|toml|lock|json))`", (ROOT / document).read_text())
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", (ROOT / document).read_text())
    for name in {*words, *targets}:
        if name.startswith(
            (
                "artifacts/",
                "scripts/",
                "app/",
                "guard-mcp/",
                "base/",
                "change/",
                ".github/agent-guards.yml",
                "actions/",
                "bad-",
                "good-",
            )
        ):
            continue
        places = [
            ROOT / name,
            ROOT / "lib/agent_guards" / name,
            ROOT / "guard_mcp" / name,
            (ROOT / document).parent / name,
        ]
        assert any(place.exists() for place in places) or list(ROOT.glob(f"tests/cases/*/*/*/{name}")), name


def test_the_version_is_one():
    from agent_guards import __version__

    changelog = (ROOT / "CHANGELOG.md").read_text()
    assert "## Unreleased" in changelog or f"## {__version__}" in changelog
