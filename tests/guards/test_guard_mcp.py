"""What no case folder can show: merges, the speed of the passing path, and what is imported on it."""

import json
import subprocess
import sys
from datetime import UTC, date, datetime

import pytest
from gitrepo import Repo

from agent_guards.change import resolve
from agent_guards.context import Context
from agent_guards.guard import load_guards
from agent_guards.places import Place
from agent_guards.policy import Policy
from agent_guards.records import read
from agent_guards.run import examine
from guard_mcp.evidence import KIND
from guard_mcp.lines import EvidenceFile, Limits, judge

E = "artifacts/nora/2026-01-02/mcp/cart.jsonl"
H = "artifacts/nora/2026-01-02/heartbeat.ndjson"
NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)
BODY = f"## MCP Evidence\n- {E}\n"


def line(request_id, **changes):
    fields = {
        "tool": "t",
        "doc_ref": "/d",
        "request_id": request_id,
        "timestamp": "2026-01-02T10:00:00Z",
        "purpose": "p",
    }
    return json.dumps({**fields, **changes}) + "\n"


@pytest.fixture
def repo(tmp_path):
    repo = Repo(tmp_path / "repo")
    repo.write("app/cart.ts", "1")
    repo.write(E, line("base"))
    repo.write(".gitattributes", "artifacts/** merge=union\n")
    repo.commit()
    return repo


def rules(repo, head="change", **context):
    with repo.opened() as repository:
        change = resolve(Context(base="main", head=head, body=BODY, **context), repository, NOW)
        report = examine(load_guards(["guard-mcp"])[0], repository, change, Policy())
    return [finding.rule.id.partition("/")[2] for finding in report.findings]


def append(repo, branch, request_id):
    repo.checkout(branch)
    repo.write(E, (repo.path / E).read_text() + line(request_id))
    repo.write(f"app/{request_id}.ts", "x")
    repo.commit()


def test_two_appends_that_were_merged_are_no_rewriting(repo):
    repo.branch("change")
    append(repo, "change", "ours")
    append(repo, "main", "theirs")
    repo.checkout("change")
    repo.merge("main")
    assert (repo.path / E).read_text() == line("base") + line("ours") + line("theirs")
    assert rules(repo) == []


def test_a_line_that_was_removed_in_a_merge_is_a_rewriting(repo):
    repo.branch("change")
    append(repo, "change", "ours")
    append(repo, "main", "theirs")
    repo.checkout("change")
    repo.merge("main")
    repo.write(E, line("ours") + line("theirs"))
    repo.commit()
    assert rules(repo) == ["rewritten-evidence"]


def test_lines_put_among_old_ones_without_a_merge_are_a_rewriting(repo):
    repo.write(E, line("base") + line("more"))
    repo.commit()
    repo.branch("change")
    repo.write(E, line("base") + line("between") + line("more"))
    repo.write("app/cart.ts", "2")
    repo.commit()
    assert rules(repo) == ["rewritten-evidence"]
    repo.write(E, line("base") + line("between") + line("again") + line("more"))
    assert rules(repo, head="HEAD", worktree=True) == ["rewritten-evidence"]


def test_a_file_that_became_a_link_is_told_as_that(repo):
    repo.branch("change")
    (repo.path / E).unlink()
    repo.symlink(E, "elsewhere")
    repo.write("app/cart.ts", "2")
    repo.commit()
    assert rules(repo) == ["not-a-file"]


def test_evidence_of_the_whole_tree_is_judged_with_links_and_large_files(repo):
    repo.symlink("artifacts/nora/2026-01-02/mcp/link.jsonl", "cart.jsonl")
    repo.write("artifacts/nora/2026-01-02/mcp/large.jsonl", "x" * 5_300_000)
    repo.write("artifacts/nora/2026-01-02/mcp/twice.jsonl", line("base"))
    repo.commit()
    with repo.opened() as repository:
        change = resolve(Context(whole=True), repository, NOW)
        report = examine(load_guards(["guard-mcp"])[0], repository, change, Policy())
    assert [(finding.rule.id, finding.path.rpartition("/")[2]) for finding in report.findings] == [
        ("guard-mcp/too-large", "large.jsonl"),
        ("guard-mcp/not-a-file", "link.jsonl"),
        ("guard-mcp/duplicate-request-id", "twice.jsonl"),
    ]


def test_the_committed_digest_decides_not_the_name_of_a_manifest(repo):
    repo.branch("change")
    repo.git("rm", "-q", E)
    repo.write("artifacts/archive/x.manifest.json", '{"version": 2, "files": []}')
    repo.write("artifacts/archive/y.manifest.json", '{"version": 1, "files": [7, {"path": 1}]}')
    repo.symlink("artifacts/archive/z.manifest.json", "y.manifest.json")
    repo.commit()
    assert rules(repo) == ["deleted-evidence"]


def test_only_a_call_without_a_purpose_is_told():
    records = read(KIND, (line("x") + line("y", purpose="not stated")).encode())
    (finding,) = judge(EvidenceFile(path="x", place=None, records=records), Limits(latest=NOW))
    assert (finding.rule.id, finding.line) == ("guard-mcp/purpose-not-stated", 2)


def test_only_the_tool_that_the_policy_does_not_list_is_told():
    records = read(KIND, (line("x", tool="context7") + line("y", tool="contxt7")).encode())
    limits = Limits(latest=NOW, tools=frozenset({"context7"}))
    (finding,) = judge(EvidenceFile(path="x", place=None, records=records), limits)
    assert (finding.rule.id, finding.line) == ("guard-mcp/unknown-tool", 2)
    assert "did you mean `context7`?" in finding.message


@pytest.mark.parametrize("day", [date.min, date.max, date(9999, 12, 30)])
def test_folders_at_the_ends_of_the_calendar_are_judged(day):
    records = read(KIND, line("x").encode())
    file = EvidenceFile(path="x", place=Place("a", day), records=records)
    (finding,) = judge(file, Limits(latest=NOW))
    assert "is not on the day of its folder" in finding.message


def test_a_file_outside_any_folder_is_judged_by_the_limits_alone():
    records = read(KIND, (line("x") + line("y", timestamp="2030-01-01T00:00:00Z")).encode())
    file = EvidenceFile(path="x", place=None, records=records)
    assert [finding.line for finding in judge(file, Limits(latest=NOW))] == [2]


def test_the_passing_path_imports_nothing_that_it_does_not_need(repo):
    repo.branch("change")
    append(repo, "change", "new")
    repo.write(".github/agent-guards.yml", "version: 1\n")
    repo.write(H, '{"timestamp": "2026-01-02T11:50:00Z", "task": "t", "status": "done"}\n')
    repo.commit()
    (repo.path.parent / "body.md").write_text(f"{BODY}\n## Heartbeat\n- {H}\n")
    script = (
        "import sys; from agent_guards.cli import main; status = main(sys.argv[1:]);"
        "print(*sys.modules, file=sys.stderr); sys.exit(status)"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", script, "check", "guard-mcp", "idle-guard", "--base", "main", "--body-file", str(repo.path.parent / "body.md")],
        cwd=repo.path, env=dict(repo.environ), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    loaded = set(done.stderr.split())
    assert {"markdown_it", "guard_mcp", "idle_guard"} <= loaded
    assert not loaded & {
        "jsonschema",
        "referencing",
        "github",
        "tree_sitter",
        "typing_extensions",
        "importlib.metadata",
        "requests",
    }
