"""The four action files are one contract; `--update-golden` writes them from the tables here."""

import re
from pathlib import Path

import pytest
import yaml

from agent_guards.guard import load_guards

ROOT = Path(__file__).parents[1]
INPUTS = {
    "policy": ("A policy file to use instead of .github/agent-guards.yml of the base commit.", ""),
    "mode": ("enforce, warn or observe: overrides the policy's mode.", ""),
    "fail-on": ("error, warning or never: which findings fail the job.", "error"),
    "token": ("The token that reads the live description and writes the reports; it never changes the verdict.", "${{ github.token }}"),
    "check-run": ("true or false: write a check run with annotations (permission checks: write).", "false"),
    "status": ("true or false: write a commit status for each guard (permission statuses: write).", "true"),
    "comment": ("true or false: keep one comment on the pull request (permission pull-requests: write).", "true"),
    "summary": ("true or false: show the report as the step's summary.", "true"),
    "sarif-file": ("Where to write the report as SARIF 2.1.0; empty: nowhere.", ""),
    "json-file": ("Where to write the report as JSON (agent-guards schema report); empty: nowhere.", ""),
    "pr-number": ("The pull request to judge where the event names none (workflow_dispatch); empty: the event decides.", ""),
}  # fmt: skip
OUTPUTS = {
    "verdict": "pass, fail, exempt, not-applicable, warn or error.",
    "errors": "How many findings are errors.",
    "warnings": "How many findings are warnings.",
    "report-file": "The report file, where one was written.",
    "comment-url": "The comment, where one was written.",
    "check-run-url": "The check run, where one was written.",
}
ACTIONS = {
    ".": ("Agent Guards", "Blocks a merge unless an AI agent's pull request proves how its work was done.", "shield", "purple"),
    "guard_mcp": ("guard-mcp", "Blocks a merge unless code changes carry valid evidence of the MCP tool calls behind them.", "file-text", "green"),
    "idle_guard": ("idle-guard", "Blocks a merge when long work left no heartbeat, or when an agent fell silent in the middle of a task.", "activity", "green"),
    "dev_mcp_ban": ("dev-mcp-ban", "Blocks a merge that would let a development-only MCP server reach production code.", "slash", "red"),
}  # fmt: skip
GUARDS = load_guards()


def document(folder):
    """The action file of a folder."""
    name, description, icon, color = ACTIONS[folder]
    up, guard = ("", "") if folder == "." else ("../", f" {name}")
    lines = [
        f"name: {name}", f"description: {description}", "author: Agent Guards", "branding:", f"  icon: {icon}", f"  color: {color}",
        "inputs:",
    ]  # fmt: skip
    for key, (meaning, default) in INPUTS.items():
        lines += [f"  {key}:", f'    description: "{meaning}"', f'    default: "{default}"']
    lines += ["outputs:"]
    for key, meaning in OUTPUTS.items():
        lines += [f"  {key}:", f'    description: "{meaning}"', f"    value: ${{{{ steps.check.outputs.{key} }}}}"]
    lines += ["runs:", "  using: composite", "  steps:", "    - id: check", "      shell: bash", "      env:"]
    lines += [f"        {variable(key)}: ${{{{ inputs.{key} }}}}" for key in INPUTS]
    start = f'python="$(bash "$GITHUB_ACTION_PATH/{up}lib/setup.sh")"'
    judge = f'"$python" -I -m agent_guards check{guard} --event "$GITHUB_EVENT_PATH" --format github'
    lines += [f"      run: {start} && {judge}"]
    return "".join(f"{line}\n" for line in lines)


def variable(key):
    return f"AGENT_GUARDS_{key.upper().replace('-', '_')}"


@pytest.mark.parametrize("folder", ACTIONS)
def test_an_action_file_is_what_the_tables_say(folder, request):
    file = ROOT / folder / "action.yml"
    if request.config.getoption("--update-golden"):
        file.write_text(document(folder))
    assert file.read_text() == document(folder), "run tests/run --update-golden, and read the diff"


@pytest.mark.parametrize("folder", ACTIONS)
def test_an_action_keeps_the_laws_of_an_action(folder):
    action = yaml.safe_load((ROOT / folder / "action.yml").read_text())
    (step,) = action["runs"]["steps"]
    run = step["run"]
    assert action["runs"]["using"] == "composite"
    assert set(step) == {"id", "shell", "env", "run"}, "no `uses:`, no `if:`, one step"
    assert run.count("\n") == 0
    assert "${{" not in run
    assert " -I -m agent_guards check" in run
    assert not re.search("INPUT_|GITHUB_ENV|GITHUB_PATH", run)
    # A default of a composite's input reaches the step through env, under our own names, and in no other way.
    assert step["env"] == {variable(key): f"${{{{ inputs.{key} }}}}" for key in action["inputs"]}
    for name, item in {**action["inputs"], **action["outputs"]}.items():
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", name)
        assert item["description"].endswith(".")
        assert len(item["description"]) <= 120
    assert all(isinstance(item["default"], str) for item in action["inputs"].values())
    # GitHub shows at most 125 characters of a description in its Marketplace.
    assert len(action["description"]) <= 125


def test_every_guard_is_an_action_and_the_suite_runs_them_all():
    assert {guard.package for guard in GUARDS} <= set(ACTIONS)
    for guard in GUARDS:
        assert f"check {guard.name} --event" in (ROOT / guard.package / "action.yml").read_text()
    assert "check --event" in (ROOT / "action.yml").read_text()


def test_no_two_actions_share_a_name():
    assert len({name for name, *_ in ACTIONS.values()}) == len(ACTIONS)


@pytest.mark.parametrize("folder", ACTIONS)
def test_the_tables_of_inputs_and_outputs_in_the_readmes_are_those_of_the_actions(folder, request):
    readme = ROOT / folder / "README.md"
    inputs = [f"| `{key}` | {shown(default)} | {meaning.rstrip('.')} |" for key, (meaning, default) in INPUTS.items()]
    outputs = [f"| `{key}` | {meaning.rstrip('.')} |" for key, meaning in OUTPUTS.items()]
    table = ["", "| input | default | meaning |", "|---|---|---|", *inputs, ""]
    table += ["| output | meaning |", "|---|---|", *outputs, "", ""]
    text = readme.read_text()
    before, opening, rest = text.partition("<!-- inputs -->\n")
    found, _, after = rest.partition("<!-- /inputs -->")
    assert opening, f"{readme} has no part inputs"
    if request.config.getoption("--update-golden"):
        readme.write_text(f"{before}{opening}{chr(10).join(table)}<!-- /inputs -->{after}")
        found = "\n".join(table)
    assert found == "\n".join(table), "run tests/run --update-golden, and read the diff"


def shown(default):
    return f"`{default}`" if default else ""
