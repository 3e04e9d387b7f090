"""The folders of examples are the specification: each bad one must show its rule, each good one must not."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest
from gitrepo import Repo

from agent_guards.change import resolve
from agent_guards.context import Context
from agent_guards.guard import load_guards
from agent_guards.run import examine, policy_of

CASES = Path(__file__).parent / "cases"
FOLDERS = sorted(folder for folder in CASES.glob("*/*/*") if folder.is_dir())
GUARDS = {guard.name: guard for guard in load_guards()}
SCHEMA = json.loads((CASES / "case.schema.json").read_text())


def copy(folder, path):
    """Lay a folder over the repository. Files get a new time, else git may take a changed one for the one it knows."""
    shutil.copytree(folder, path, dirs_exist_ok=True, copy_function=shutil.copyfile)


def build(folder, case, path):
    """Make the case's repository: what stood before, and the change."""
    repo = Repo(path)
    copy(folder / "base", path)
    repo.commit("Before", when="2026-01-01T12:00:00Z")
    repo.branch("change")
    if (folder / "change").is_dir():
        copy(folder / "change", path)
    for name in case.get("delete", ()):
        (path / name).unlink()
    for name, target in case.get("links", {}).items():
        repo.symlink(name, target)
    for made in case.get("make", ()):
        repo.write(made["path"], "".join(made["line"].replace("{n}", str(n)) + "\n" for n in range(made["times"])))
    when = case.get("when", "2026-01-02T12:00:00Z")
    repo.commit("Change", when=when)
    if "authored" in case:
        repo.git("commit", "--amend", "--no-edit", "--date", case["authored"], GIT_COMMITTER_DATE=when)
    return repo


def judge(folder, path):
    """Judge a case as `agent-guards check` would."""
    case = json.loads((folder / "case.json").read_text()) if (folder / "case.json").exists() else {}
    jsonschema.validate(case, SCHEMA)
    body = (folder / "body.md").read_bytes().decode() if (folder / "body.md").exists() else None
    repo = build(folder, case, path)
    context = Context(base="main", body=body, author=case.get("author"), draft=case.get("draft", False), pull_request=1)
    with repo.opened() as repository:
        change = resolve(context, repository, datetime.now(UTC))
        policy, _ = policy_of(repository, change)
        return examine(GUARDS[folder.parent.parent.name], repository, change, policy)


def shown(report):
    """A report as the case's expected.txt holds it: what a person is told, in full."""
    facts = ", ".join(f"{name} {value}" for name, value in report.facts.items() if value)
    lines = [f"{report.verdict} ({facts})", *(f"note: {note}" for note in report.notes)]
    for finding in report.findings:
        place = ":".join(str(part) for part in (finding.path, finding.line, finding.column) if part is not None)
        lines += [
            "",
            f"{finding.severity.word} {finding.rule.id} {place}".rstrip(),
            f"  {finding.message}",
            f"  {finding.fix}",
        ]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: "/".join(folder.parts[-3:]))
def test_case(folder, tmp_path, request):
    report = judge(folder, tmp_path / "repo")
    rule = f"{folder.parent.parent.name}/{folder.parent.name}"
    found = {finding.rule.id for finding in report.findings}
    if folder.name.startswith("bad-"):
        assert rule in found
    else:
        assert folder.name.startswith("good-")
        assert rule not in found
    expected = folder / "expected.txt"
    if request.config.getoption("--update-golden"):
        expected.write_text(shown(report), encoding="utf-8")
    assert shown(report) == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("rule", [rule.id for guard in GUARDS.values() for rule in guard.rules])
def test_every_rule_has_a_bad_and_a_good_case(rule):
    names = [folder.name for folder in (CASES / rule).iterdir()]
    assert any(name.startswith("bad-") for name in names)
    assert any(name.startswith("good-") for name in names)


def test_every_case_belongs_to_a_rule():
    rules = {rule.id for guard in GUARDS.values() for rule in guard.rules}
    assert {"/".join(folder.parts[-3:-1]) for folder in FOLDERS} == rules
