import json
from datetime import UTC, datetime

import pytest
from gitrepo import Repo
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent_guards.agent.pr_body import Judge, write
from agent_guards.agent.pr_update import update
from agent_guards.change import resolve
from agent_guards.cli import main
from agent_guards.context import Context
from agent_guards.finding import Severity
from agent_guards.guard import load_guards
from agent_guards.policy import DevMcpBan, GuardPolicies, IdleGuard, Policy

NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)
DAY = "artifacts/nora/2026-01-02"
STAMP = "2026-01-02T11:55:00Z"
SECTION_RULES = {
    "missing-section", "placeholder", "no-evidence-listed", "no-heartbeat-listed", "false-exemption", "malformed-path",
    "missing-file", "not-a-file", "evidence-not-in-change", "unlisted-evidence", "unlisted-heartbeat",
    "unverified-section", "false-statement",
}  # fmt: skip


def evidence(identity, moment=STAMP):
    line = {"tool": "context7", "doc_ref": "/d", "request_id": identity, "timestamp": moment, "purpose": "p"}
    return json.dumps(line) + "\n"


def beat(moment=STAMP, status="done"):
    return json.dumps({"timestamp": moment, "task": "ENG-1", "status": status}) + "\n"


PARTS = {
    "code": {"app/cart.ts": "export const a = 2;\n"},
    "ban": {"app/bad.ts": 'import { run } from "chrome-devtools-mcp";\nrun();\n'},
    "words": {"docs/a.md": "more\n"},
    "evidence": {f"{DAY}/mcp/context7.jsonl": evidence("r1") + evidence("r2")},
    "odd name": {f"{DAY}/mcp/a b `c` *d*.jsonl": evidence("r3")},
    "beats": {f"{DAY}/heartbeat.ndjson": beat("2026-01-02T11:50:00Z", "doing") + beat()},
    "appended": {f"{DAY}/mcp/old.jsonl": evidence("r0") + evidence("r4")},
    "long": {f"{DAY}/mcp/long.jsonl": evidence("r5", "2026-01-02T08:00:00Z")},
}


@pytest.fixture(scope="module")
def changes(tmp_path_factory):
    """A branch for every combination of parts, made when it is asked for."""
    repo = Repo(tmp_path_factory.mktemp("changes") / "repo")
    repo.write("app/cart.ts", "export const a = 1;\n")
    repo.write("app/other.ts", "export const b = 1;\n")
    repo.write(f"{DAY}/mcp/old.jsonl", evidence("r0"))
    repo.commit(when="2026-01-02T11:00:00Z")
    made = {}

    def make(parts):
        key = frozenset(parts)
        if key not in made:
            repo.checkout("main")
            repo.branch(f"b{len(made)}")
            for part in parts:
                for path, content in PARTS[part].items():
                    repo.write(path, content)
            made[key] = repo.commit()
        return made[key]

    make.repo = repo
    return make


def judge(repository, head, policy=None, guards=None):
    change = resolve(Context(base="main", head=head), repository, NOW)
    return Judge(load_guards() if guards is None else guards, repository, change, policy or Policy())


AROUND = (
    "",
    "What it does.\n",
    "Text\r\n\r\n## MCP Evidence\r\n- artifacts/<agent>/<YYYY-MM-DD>/mcp/<tool>.jsonl\r\n\r\n## Heartbeat\r\n\r\n## Notes\r\nmine\r\n",
    "## Heartbeat\n- <2h single session\n## MCP Evidence\n- No MCP usage - non-code change\n## Dev MCP Check\n- [ ] x\n",
    "```\n## MCP Evidence\n- artifacts/a/2026-01-01/mcp/a.jsonl\n```\n<!--\n## Heartbeat\n- artifacts/a/2026-01-01/heartbeat.ndjson\n-->\n",
    "### Dev MCP Check\n- [ ] Verified: No dev MCP imports in app/\n\n---\nfooter\n",
    "```\nleft open",
)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sets(st.sampled_from(sorted(PARTS))), st.sampled_from(AROUND), st.sampled_from(["code", "always"]))
def test_what_it_writes_passes_the_guards_and_doing_it_twice_changes_nothing(changes, parts, around, asked):
    head = changes(parts)
    policy = Policy()
    if asked == "always":
        guards = policy.guards
        policy = Policy(
            guards=GuardPolicies(idle_guard=IdleGuard(require_section="always"), guard_mcp=guards.guard_mcp)
        )
    with changes.repo.opened() as repository:
        asking = judge(repository, head, policy)
        written = write(asking)
        body = update(around, written.sections)
        again = update(body, write(asking).sections)
        found = asking.findings(body)
    assert again == body
    complained = {one.rule.id.partition("/")[2] for one in found if one.severity is Severity.ERROR} & SECTION_RULES
    # What is not in the change cannot be listed; nothing else may be complained of.
    allowed = set()
    if "ban" in parts:
        allowed.add("unverified-section")
        assert "dev-mcp-ban/import in `app/bad.ts`" in body
    if {"code", "ban"} & parts and not {"evidence", "odd name", "appended", "long"} & parts:
        allowed.add("no-evidence-listed")
    if "long" in parts and "beats" not in parts:
        allowed.add("no-heartbeat-listed")
    assert complained <= allowed


@pytest.fixture
def repo(tmp_path, monkeypatch):
    repo = Repo(tmp_path / "repo")
    repo.write("app/cart.ts", "export const a = 1;\n")
    repo.commit(when="2026-01-02T11:30:00Z")
    repo.branch("change")
    monkeypatch.chdir(repo.path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return repo


def change(repo, *parts):
    for part in parts:
        for path, content in PARTS[part].items():
            repo.write(path, content)
    return repo.commit()


def test_it_prints_the_sections_of_the_branch(repo, capsys):
    change(repo, "code", "evidence")
    assert main(["pr-body"]) == 0
    out = capsys.readouterr().out
    assert "## MCP Evidence\n\n- `artifacts/nora/2026-01-02/mcp/context7.jsonl` (2 calls)\n" in out
    assert "## Heartbeat\n\n- <2h single session\n" in out


def test_its_description_passes_the_check(repo, tmp_path, capsys):
    change(repo, "code", "evidence", "beats")
    main(["pr-body"])
    (tmp_path / "body.md").write_text(capsys.readouterr().out)
    assert main(["check", "--body-file", str(tmp_path / "body.md")]) == 0


def test_a_change_without_code_says_so(repo, capsys):
    change(repo, "words")
    assert main(["pr-body"]) == 0
    assert "- No MCP usage - non-code change\n" in capsys.readouterr().out


def test_warnings_are_left_to_the_check(repo, capsys):
    repo.write(f"{DAY}/mcp/context7.jsonl", evidence("r1").replace('"purpose": "p"', '"purpose": "not stated"'))
    change(repo, "code")
    assert main(["pr-body"]) == 0
    assert capsys.readouterr().err == ""


def test_what_is_missing_is_told_and_fails(repo, capsys):
    change(repo, "code")
    assert main(["pr-body"]) == 1
    told = capsys.readouterr()
    assert "No evidence is in this change." in told.out
    assert "agent-guards: guard-mcp/no-evidence-listed: " in told.err


def test_the_place_of_a_fault_is_told(repo, capsys):
    repo.write(f"{DAY}/mcp/context7.jsonl", "{}\n")
    change(repo, "code")
    assert main(["pr-body"]) == 1
    assert f"in `{DAY}/mcp/context7.jsonl:1`" in capsys.readouterr().err


def test_the_uncommitted_tree_can_be_described(repo, capsys):
    repo.write(f"{DAY}/mcp/context7.jsonl", evidence("r1"))
    repo.write("app/cart.ts", "2")
    assert main(["pr-body", "--worktree", "--base", "main", "--now", "2026-01-02T12:00:00Z"]) == 0
    assert "(1 call)" in capsys.readouterr().out


def test_a_file_is_updated_in_place_and_nothing_else_in_it(repo, tmp_path):
    change(repo, "code", "evidence")
    file = tmp_path / "pr.md"
    file.write_bytes(b"Caf\xe9\r\n\r\n## heartbeat:\r\nold\r\n")
    assert main(["pr-body", "--update", str(file)]) == 0
    written = file.read_bytes()
    assert written.startswith(b"Caf\xe9\r\n\r\n## heartbeat:\r\n\r\n- <2h single session\r\n")
    times = file.stat().st_mtime_ns
    assert main(["pr-body", "--update", str(file)]) == 0
    assert (file.read_bytes(), file.stat().st_mtime_ns) == (written, times)


def test_standard_input_is_filtered(repo, monkeypatch, capsys):
    import io
    import sys

    change(repo, "words")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"Hello\xff\n")))
    assert main(["pr-body", "--update", "-"]) == 0
    assert capsys.readouterr().out.startswith("Hello�\n\n## MCP Evidence")


def test_a_file_that_cannot_be_written_is_told(repo, tmp_path, monkeypatch, capsys):
    change(repo, "words")
    file = tmp_path / "pr.md"
    file.write_text("x\n")

    def refuse(self, data):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.write_bytes", refuse)
    assert main(["pr-body", "--update", str(file)]) == 2
    assert "cannot be written: Permission denied" in capsys.readouterr().err


def test_text_that_contradicts_is_not_deleted_but_refused(repo, tmp_path, capsys):
    change(repo, "code", "evidence")
    file = tmp_path / "pr.md"
    file.write_text("## MCP Evidence\n\n### Nora\n- No MCP usage - non-code change\n")
    assert main(["pr-body", "--update", str(file)]) == 2
    assert "contradicts it" in capsys.readouterr().err
    assert "### Nora" in file.read_text()


def test_a_name_that_no_description_can_hold_is_told(repo, capsys):
    repo.write(f"{DAY}/mcp/<tool>.jsonl", evidence("r1"))
    change(repo, "code")
    assert main(["pr-body"]) == 1
    assert "cannot be listed in a description" in capsys.readouterr().err


@pytest.mark.parametrize(
    "name", ["`a.jsonl", "a``b.jsonl", "a b.jsonl", "*a*.jsonl", "[a](b).jsonl", "#1.jsonl", "&amp;.jsonl"]
)
def test_odd_names_are_listed_so_that_they_read_back(repo, capsys, name):
    repo.write(f"{DAY}/mcp/{name}", evidence("r1"))
    change(repo, "code")
    status = main(["pr-body"])
    told = capsys.readouterr()
    assert (status == 0) != ("cannot be listed" in told.err)


class Gathered:
    applies = True
    exemption = ""
    tables = ()

    def __init__(self, change):
        self.facts = {}
        self.body = change.body


def ban(findings):
    """A guard that stands for dev-mcp-ban: it finds what it is told to find."""
    from agent_guards.finding import Rule
    from agent_guards.guard import Guard

    def rule(name):
        return Rule(id=f"dev-mcp-ban/{name}", severity=Severity.ERROR, what="w", why="y", fix="f")

    def check(inputs):
        yield from (rule(name).at("m", path) for name, path in findings)
        if findings and "[x] Verified" in inputs.body:
            yield rule("false-statement").at("m")

    return Guard(
        name="dev-mcp-ban",
        summary="s",
        package="p",
        rules=(),
        gather=lambda _, change, __: Gathered(change),
        check=check,
    )


def test_the_ban_is_ticked_only_where_nothing_of_it_stands(repo):
    change(repo, "code", "evidence")
    with repo.opened() as repository:
        assert write(judge(repository, "HEAD", guards=[ban([])])).sections == {
            "Dev MCP Check": ["- [x] Verified: No dev MCP imports in app/"]
        }
        found = [("import", f"app/{n}.ts") for n in range(5)]
        lines = write(judge(repository, "HEAD", guards=[ban(found)])).sections["Dev MCP Check"]
        assert lines[0] == "- [ ] Verified: No dev MCP imports in app/"
        assert lines[-1] == "- dev-mcp-ban/import in `app/4.ts`"
        lines = write(judge(repository, "HEAD", guards=[ban([*found, ("no-production-files", None)])])).sections[
            "Dev MCP Check"
        ]
        assert lines[-1] == "- and 1 more"
        few = write(judge(repository, "HEAD", guards=[ban([("no-production-files", None)])])).sections["Dev MCP Check"]
        assert few[-1] == "- dev-mcp-ban/no-production-files"


@pytest.mark.parametrize(
    ("production", "said"),
    [(("src/**",), "src/"), (("app/**", "src/**"), "production code"), (("{a,b}/**",), "production code")],
)
def test_the_statement_speaks_of_what_is_shipped(repo, production, said):
    change(repo, "code", "evidence")
    policy = replace_guards(Policy(), DevMcpBan(production=production))
    with repo.opened() as repository:
        written = write(judge(repository, "HEAD", policy, guards=[ban([])]))
    assert written.sections["Dev MCP Check"] == [f"- [x] Verified: No dev MCP imports in {said}"]


def test_a_guard_that_could_not_judge_stops_it(repo, capsys, monkeypatch):
    from agent_guards.errors import GitError
    from agent_guards.git import GitRepository

    def fail(*_):
        raise GitError("The object is gone.", "Fetch it.")

    change(repo, "code", "evidence")
    monkeypatch.setattr(GitRepository, "log", fail)
    assert main(["pr-body"]) == 3
    assert "could not judge" in capsys.readouterr().err


def test_a_guard_that_is_switched_off_is_asked_all_the_same(repo):
    change(repo, "code")
    policy = Policy().with_mode("observe")
    policy = replace_guards(policy, DevMcpBan(mode="off"))
    with repo.opened() as repository:
        asking = judge(repository, "HEAD", policy)
        assert {asking.policy.mode(name) for name in ("guard-mcp", "idle-guard", "dev-mcp-ban")} == {"enforce"}


def replace_guards(policy, settings):
    import msgspec

    return msgspec.structs.replace(policy, guards=msgspec.structs.replace(policy.guards, dev_mcp_ban=settings))


def test_a_policy_with_a_longer_limit_is_quoted(repo):
    repo.write(f"{DAY}/mcp/long.jsonl", evidence("r5", "2026-01-02T08:30:00Z"))
    change(repo, "code")
    policy = Policy(guards=GuardPolicies(idle_guard=IdleGuard(long_task="5h")))
    with repo.opened() as repository:
        assert write(judge(repository, "HEAD", policy)).sections["Heartbeat"] == ["- <5h single session"]


def test_without_guards_there_is_nothing_to_write(repo):
    change(repo, "code")
    with repo.opened() as repository:
        asking = judge(repository, "HEAD", guards=[])
        assert write(asking).sections == {}
