from datetime import UTC, datetime

from gitrepo import Repo

from agent_guards.change import resolve
from agent_guards.context import Context
from agent_guards.guard import load_guards
from agent_guards.policy import Policy
from agent_guards.run import examine
from dev_mcp_ban import brought

NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)
IMPORT = "import 'chrome-devtools-mcp'\n"


def report(folder, before, after, **context):
    """What the guard says of a change that brings some files."""
    (guard,) = load_guards(["dev-mcp-ban"])
    repo = Repo(folder / "repo")
    for path, text in before.items():
        repo.write(path, text)
    repo.commit()
    repo.branch("change")
    for path, text in after.items():
        repo.write(path, text)
    repo.commit()
    with repo.opened() as repository:
        guard.prepare(repository)
        change = resolve(Context(head="change", **context), repository, NOW)
        return examine(guard, repository, change, Policy())


def judged(folder, before, after):
    """The rules that a change breaks, and how many older findings were counted."""
    found = report(folder, before, after, base="main", body="")
    return [finding.rule.id.partition("/")[2] for finding in found.findings], found.facts["older_findings"]


def test_only_of_a_change_it_is_told_how_many_production_files_it_has(tmp_path):
    files = {"app/old.ts": "1"}, {"app/new.ts": "2"}
    assert report(tmp_path / "1", *files, base="main").facts["production_files"] == 1
    assert report(tmp_path / "2", *files, whole=True).facts["production_files"] is None


def test_in_a_small_tree_older_findings_are_counted(tmp_path):
    assert judged(tmp_path, {"app/old.ts": IMPORT}, {"app/new.ts": "1"}) == (["missing-section"], 1)


def test_in_a_large_tree_nobody_counts_them_for_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(brought, "SMALL", 0)
    assert judged(tmp_path, {"app/old.ts": IMPORT}, {"app/new.ts": "1"}) == (["missing-section"], None)


def test_in_a_large_tree_they_are_counted_beside_new_ones(tmp_path, monkeypatch):
    monkeypatch.setattr(brought, "SMALL", 0)
    assert judged(tmp_path, {"app/old.ts": IMPORT}, {"app/new.ts": IMPORT}) == (["missing-section", "import"], 1)
