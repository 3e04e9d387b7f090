import io
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from gitrepo import Repo

from agent_guards import __version__
from agent_guards.agent.hook_files import HOOK_FILES, fires, matcher_fault, runs
from agent_guards.agent.hooks_install import merged
from agent_guards.agent.init_files import workflow
from agent_guards.agent.init_ignore import SAMPLES, is_parent_rule
from agent_guards.agent.init_pre_commit import with_hook
from agent_guards.agent.plan import Step, WorkTree, apply, show
from agent_guards.cli import main
from agent_guards.errors import UsageError
from agent_guards.policy import parse

ROOT = Path(__file__).parents[2]
POLICY = ".github/agent-guards.yml"
WORKFLOW = ".github/workflows/agent-guards.yml"


@pytest.fixture
def repo(tmp_path, monkeypatch):
    repo = Repo(tmp_path / "repo")
    repo.write("src/app.ts", "export const a = 1;\n")
    repo.commit()
    monkeypatch.chdir(repo.path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return repo


def init(*arguments):
    return main(["init", *arguments])


def state(repo):
    return {
        path.relative_to(repo.path).as_posix(): path.read_bytes()
        for path in sorted(repo.path.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(repo.path).parts
    }


def text(repo, path):
    return (repo.path / path).read_text()


def test_a_fresh_repository_gets_everything(repo, capsys):
    assert init("--yes") == 0
    assert set(state(repo)) == {
        "src/app.ts", POLICY, WORKFLOW, ".github/PULL_REQUEST_TEMPLATE.md", ".gitattributes", "AGENTS.md",
    }  # fmt: skip
    assert parse((repo.path / POLICY).read_bytes(), "p").guards.dev_mcp_ban.production == ("src/**",)
    assert "gh api --method POST" in capsys.readouterr().out


def test_a_second_time_there_is_nothing_to_do(repo, capsys):
    (repo.path / ".claude").mkdir()
    repo.write(".gitignore", "artifacts/\n")
    init("--yes")
    before = state(repo)
    capsys.readouterr()
    assert init() == 0
    assert state(repo) == before
    assert "Nothing is to be done." in capsys.readouterr().out


def test_a_dry_run_writes_nothing(repo, capsys):
    before = state(repo)
    assert init("--dry-run") == 0
    assert state(repo) == before
    assert "create  .github/agent-guards.yml" in capsys.readouterr().out


def test_without_a_terminal_nothing_is_done_unasked(repo, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    before = state(repo)
    assert init() == 2
    assert state(repo) == before
    assert "Add `--yes`" in capsys.readouterr().err


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("answer", "done"), [("y\n", True), ("YES\n", True), ("n\n", False), ("\n", False), ("", False)]
)
def test_a_person_is_asked(repo, monkeypatch, capsys, answer, done):
    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    assert init() == 0
    assert (repo.path / POLICY).exists() is done
    assert ("Nothing was written." in capsys.readouterr().out) is not done


def test_it_works_from_a_folder_inside(repo):
    assert init("--yes", "--repo", "src") == 0
    assert (repo.path / POLICY).exists()


def test_files_that_are_there_are_left_alone(repo, capsys):
    repo.write(POLICY, "version: 1\n")
    repo.write(WORKFLOW, "name: mine\n")
    init("--yes")
    assert (text(repo, POLICY), text(repo, WORKFLOW)) == ("version: 1\n", "name: mine\n")
    out = capsys.readouterr().out
    assert re.search(r"leave +\.github/agent-guards\.yml +stands there", out)
    assert re.search(r"leave +\.github/workflows/agent-guards\.yml +differs from ours", out)


def test_a_repository_without_shipped_code_switches_the_ban_off_and_says_so(tmp_path, monkeypatch, capsys):
    repo = Repo(tmp_path / "repo")
    monkeypatch.chdir(repo.path)
    assert init("--yes") == 0
    assert parse((repo.path / POLICY).read_bytes(), "p").mode("dev-mcp-ban") == "off"
    assert "until you name what is shipped" in capsys.readouterr().out


def test_the_default_branch_stands_in_the_workflow(tmp_path, monkeypatch):
    repo = Repo(tmp_path / "repo")
    repo.commit()
    repo.git("branch", "-m", "main", "master")
    monkeypatch.chdir(repo.path)
    init("--yes")
    assert "branches: [master]" in text(repo, WORKFLOW)
    assert 'branches: ["a/b"]' in workflow("a/b", "v1")


def test_our_action_is_pinned(repo):
    init("--yes")
    assert f"uses: agent-guards/agent-guards@v{__version__}\n" in text(repo, WORKFLOW)


def test_our_action_can_be_pinned_to_a_commit(repo, capsys):
    assert init("--yes", "--action-ref", "a" * 40) == 0
    assert f"uses: agent-guards/agent-guards@{'a' * 40}\n" in text(repo, WORKFLOW)
    assert init("--yes", "--action-ref", "v1; rm") == 2


def plain(document):
    """A workflow without what may differ: names of steps and jobs, and where our action comes from."""
    for job in document["jobs"].values():
        job.pop("name", None)
        for step in job["steps"]:
            step.pop("name", None)
            step["uses"] = re.sub(r"^(?:\./$|agent-guards/agent-guards@.*)", "ours", step["uses"])
    return document


def test_our_own_workflow_and_the_readme_s_are_what_init_writes():
    (readme,) = re.findall(r"```yaml\n(name: agent guards\n.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    own = (ROOT / WORKFLOW).read_text()
    ours = plain(yaml.safe_load(workflow("main", "v0")))
    assert plain(yaml.safe_load(readme)) == ours
    assert plain(yaml.safe_load(own)) == ours


def test_the_workflow_fits_its_schema(tmp_path):
    (tmp_path / "w.yml").write_text(workflow("main", "v0"))
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", str(tmp_path / "w.yml")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def required(out):
    (document,) = re.findall(r"echo '(.*)' \| gh api --method POST 'repos/\{owner\}/\{repo\}/rulesets' --input -", out)
    parameters = json.loads(document)["rules"][0]["parameters"]
    return [check["context"] for check in parameters["required_status_checks"]]


def test_the_ruleset_requires_the_jobs_of_the_workflow(repo, capsys):
    init("--yes")
    assert required(capsys.readouterr().out) == list(yaml.safe_load(workflow("main", "v0"))["jobs"])


def test_a_workflow_of_another_name_that_does_it_is_enough(repo, capsys):
    repo.write(
        ".github/workflows/mine.yml",
        "on: pull_request\njobs:\n  gate:\n    name: Nora's gate\n    steps:\n      - uses: agent-guards/agent-guards@v0\n",
    )
    init("--yes")
    out = capsys.readouterr().out
    assert not (repo.path / WORKFLOW).exists()
    assert "`.github/workflows/mine.yml` runs the guards" in out
    assert required(out) == ["Nora's gate"]
    assert "Nora's gate" not in out


# Ignore rules.


@pytest.mark.parametrize(
    "rules",
    [
        "artifacts/\n",
        "artifacts\n",
        "/artifacts/\n",
        "artifacts/*\n",
        "artifacts/**\n",
        "**/artifacts/\n",
        "*.jsonl\n*.ndjson\n",
        "*\n",
        "/*\n!/src/\n",
        "mcp/\n",
        "artifacts/\n!artifacts/**/mcp/*.jsonl",
        "node_modules/\r\nartifacts/\r\n",
        "*.json\n\n\n",
    ],
)
def test_evidence_is_let_through_and_nothing_else(repo, rules):
    repo.write(".gitignore", rules)
    kept = (
        "artifacts/notes.txt",
        "artifacts/a/2026-01-02/secret.env",
        "packages/x/artifacts/out.bin",
        "x/artifacts/o.jsonl",
    )
    before = ignored(repo, kept)
    assert ignored(repo, SAMPLES)
    assert init("--yes") == 0
    assert ignored(repo, SAMPLES) == set()
    assert ignored(repo, kept) == before
    lines = (repo.path / ".gitignore").read_bytes()
    assert (b"\r\n" in lines) == ("\r\n" in rules)


def ignored(repo, paths):
    with repo.opened() as repository:
        return set(repository.ignored(paths))


def test_a_repaired_file_that_is_spoilt_again_is_repaired_again(repo):
    repo.write(".gitignore", "artifacts/\n")
    init("--yes")
    repo.write(".gitignore", text(repo, ".gitignore") + "*.jsonl\n")
    init("--yes")
    assert ignored(repo, SAMPLES) == set()
    assert text(repo, ".gitignore").count("!/artifacts/**/\n") == 1
    assert text(repo, ".gitignore").startswith("artifacts/\n\n*.jsonl\n\n# Evidence")


def test_a_rule_that_init_does_not_write_is_told(repo, capsys):
    repo.write("artifacts/.gitignore", "*\n!.gitignore\n")
    assert init("--yes") == 0
    assert "still swallowed by `artifacts/.gitignore:1:*`" in capsys.readouterr().out


def test_a_rule_for_everybody_is_overruled(repo):
    repo.write(".git/info/exclude", "artifacts/\n")
    init("--yes")
    assert ignored(repo, SAMPLES) == set()


def test_rules_that_exclude_the_folder_itself_are_known():
    assert all(map(is_parent_rule, ("artifacts", "artifacts/", "/artifacts", "**/artifacts/")))
    assert not any(map(is_parent_rule, ("artifacts/*", "artifacts/**", "*.jsonl", "my-artifacts/")))


# The template.


def test_a_template_keeps_its_text_and_gets_the_sections(repo):
    repo.write(".github/pull_request_template.md", "## What\r\n\r\n## Heartbeat\r\nmine\r\n")
    init("--yes")
    after = (repo.path / ".github/pull_request_template.md").read_bytes().decode()
    assert after.startswith("## What\r\n\r\n## Heartbeat\r\n")
    assert [line for line in after.split("\r\n") if line.startswith("##")] == [
        "## What", "## Heartbeat", "## MCP Evidence", "## Dev MCP Check",
    ]  # fmt: skip
    assert "mine" in after


@pytest.mark.parametrize(
    "place", ["PULL_REQUEST_TEMPLATE.md", "docs/pull_request_template.txt", ".github/pull_request_template"]
)
def test_a_template_is_found_wherever_github_finds_it(repo, place):
    repo.write(place, "hello\n")
    init("--yes")
    assert "## MCP Evidence" in text(repo, place)
    assert not (repo.path / ".github/PULL_REQUEST_TEMPLATE.md").exists()


def test_several_templates_are_told_and_left_alone(repo, capsys):
    repo.write("PULL_REQUEST_TEMPLATE.md", "a\n")
    repo.write(".github/PULL_REQUEST_TEMPLATE/one.md", "b\n")
    init("--yes")
    assert "is one of several templates" in capsys.readouterr().out
    assert text(repo, "PULL_REQUEST_TEMPLATE.md") == "a\n"


def test_an_empty_template_becomes_ours(repo):
    repo.write(".github/PULL_REQUEST_TEMPLATE.md", "\n")
    init("--yes")
    assert "## Dev MCP Check" in text(repo, ".github/PULL_REQUEST_TEMPLATE.md")


# Attributes, AGENTS.md, pre-commit.


def test_attributes_are_added_behind_what_is_there(repo):
    repo.write(".gitattributes", "*.png binary")
    init("--yes")
    assert text(repo, ".gitattributes").startswith("*.png binary\nartifacts/")
    answer = repo.git("check-attr", "merge", "eol", "linguist-generated", "--", SAMPLES[0], SAMPLES[1])
    assert [line.rpartition(": ")[2] for line in answer.splitlines()] == ["union", "lf", "set"] * 2


def test_agents_md_is_added_to_and_kept_up_to_date(repo):
    repo.write("AGENTS.md", "# Rules\n\nBe kind.")
    init("--yes")
    first = text(repo, "AGENTS.md")
    assert first.startswith("# Rules\n\nBe kind.\n\n<!-- agent-guards -->\n## Agent Guards\n")
    repo.write("AGENTS.md", first.replace("never edit", "do edit") + "\n# More\n")
    init("--yes")
    assert text(repo, "AGENTS.md") == first + "\n# More\n"


CONFIG = """\
# our hooks
repos:
  # formatting
  - repo: https://example.org/a
    rev: v1
    hooks:
      - id: a  # keep
        args: [--x,
               --y]
  # a comment at the end

ci:
  autofix: true
"""


@pytest.mark.parametrize(
    "config",
    [
        CONFIG,
        CONFIG.replace("\n", "\r\n"),
        "repos:\n- repo: x\n  hooks:\n  - id: a",
        "repos:\n- repo: local\n  hooks:\n  - id: x\n    name: |\n      two\n      lines\n",
    ],
)
def test_the_hook_is_added_to_a_configuration_and_its_comments_stay(repo, config):
    repo.write(".pre-commit-config.yaml", config)
    init("--yes")
    after = (repo.path / ".pre-commit-config.yaml").read_bytes().decode()
    assert yaml.safe_load(after)["repos"][-1]["hooks"] == [{"id": "agent-guards-validate"}]
    rest = iter(after.splitlines())
    assert all(any(line == one for one in rest) for line in config.splitlines())
    init("--yes")
    assert (repo.path / ".pre-commit-config.yaml").read_bytes().decode() == after


@pytest.mark.parametrize(
    "config",
    [
        "repos: []\n",
        "repos: [{repo: local, hooks: []}]\n",
        "a: [\n",
        "- x\n",
        "",
        "repos:\n",
        "repos: &a\n- repo: x\nb: *c\n",
        "!x\n",
        "repos:\n- repo: !x y\n",
    ],
)
def test_a_configuration_that_cannot_be_added_to_is_told(repo, config, capsys):
    repo.write(".pre-commit-config.yaml", config)
    assert init("--yes") == 0
    assert text(repo, ".pre-commit-config.yaml") == config
    assert "by hand" in capsys.readouterr().out


def test_a_configuration_that_would_read_differently_is_left_alone(monkeypatch):
    monkeypatch.setattr("agent_guards.agent.init_pre_commit._last_line", lambda _: 0)
    assert with_hook("repos:\n  - repo: x\n    hooks:\n      - id: a\n") is None


# Plans.


def test_nothing_is_written_through_links(repo, tmp_path, capsys):
    (tmp_path / "outside").write_text("mine\n")
    repo.symlink("AGENTS.md", str(tmp_path / "outside"))
    (tmp_path / "folder").mkdir()
    repo.symlink(".claude", str(tmp_path / "folder"))
    assert init("--yes", "--agent", "claude-code") == 0
    assert (tmp_path / "outside").read_text() == "mine\n"
    assert list((tmp_path / "folder").iterdir()) == []
    assert "is a symbolic link" in capsys.readouterr().out


def test_a_folder_in_the_way_is_told(repo, capsys):
    (repo.path / ".gitattributes").mkdir()
    assert init("--yes") == 0
    assert "is no file that could be read" in capsys.readouterr().out


def test_what_changed_meanwhile_is_not_overwritten(tmp_path):
    tree = WorkTree(tmp_path)
    with pytest.raises(UsageError, match="changed while the plan was shown"):
        apply(tree, [Step(path="a", why="", before=b"old", after=b"new")])


def test_what_cannot_be_written_is_told(tmp_path):
    (tmp_path / "a").write_text("a file")
    with pytest.raises(UsageError, match="cannot be written"):
        apply(WorkTree(tmp_path), [Step(path="a/b", why="", after=b"new")])


def test_long_differences_are_cut(tmp_path):
    step = Step(path="a", why="w", before=b"a\n", after=b"b\n" * 100)
    lines = list(show([step], diffs=True))
    assert lines[-1].strip() == "… 62 more lines"
    assert list(show([step], diffs=False)) == ["  change  a  w"]


# Hooks.


def hooks(repo, agent):
    file = next(file for file in HOOK_FILES if file.agent == agent)
    return json.loads(text(repo, file.path)), file


@pytest.mark.parametrize("agent", [file.agent for file in HOOK_FILES])
def test_each_agent_gets_its_hooks(repo, agent):
    assert init("--yes", "--agent", agent) == 0
    document, file = hooks(repo, agent)
    for event, entry in file.entries:
        assert entry in document["hooks"][event]
        assert fires(entry)
    written = [other for other in HOOK_FILES if (repo.path / other.path).exists()]
    assert written == [file]


@pytest.mark.parametrize(
    ("sign", "agent"),
    [
        ("CLAUDE.md", "claude-code"),
        (".codex/config.toml", "codex"),
        (".cursorrules", "cursor"),
        ("GEMINI.md", "gemini"),
        (".github/copilot-instructions.md", "copilot"),
    ],
)
def test_agents_that_are_used_are_found(repo, sign, agent):
    repo.write(sign, "")
    init("--yes")
    assert hooks(repo, agent)[0]["hooks"]


SETTINGS = '{\n    "model": "é",\n    "hooks": {\n        "PostToolUse": [\n            {"matcher": "Edit", "hooks": [{"type": "command", "command": "fmt"}]}\n        ]\n    }\n}\n'


def test_settings_are_merged(repo):
    repo.write(".claude/settings.json", SETTINGS)
    init("--yes")
    document, _ = hooks(repo, "claude-code")
    assert document["model"] == "é"
    assert document["hooks"]["PostToolUse"][0]["hooks"][0]["command"] == "fmt"
    assert len(document["hooks"]["PostToolUse"]) == 3
    assert len(document["hooks"]["PostToolUseFailure"]) == 1
    assert '\n    "model"' in text(repo, ".claude/settings.json")


def test_windows_line_ends_of_settings_stay(repo):
    repo.write(".claude/settings.json", SETTINGS.replace("\n", "\r\n"))
    init("--yes")
    data = (repo.path / ".claude/settings.json").read_bytes()
    assert data.count(b"\n") == data.count(b"\r\n")


def test_a_hook_that_is_there_in_another_form_is_not_added_again(repo):
    claude = HOOK_FILES[0]
    entry = {
        "matcher": "mcp__.*",
        "hooks": [{"type": "command", "command": "uvx", "args": ["agent-guards", "record", "hook"]}],
    }
    beat = {"hooks": [{"type": "command", "command": "/opt/bin/agent-guards beat hook --agent nora"}]}
    there = json.dumps({"hooks": {"PostToolUse": [entry, beat], "PostToolUseFailure": [entry]}})
    assert merged(there, claude) == there


def test_a_hook_that_can_never_fire_does_not_count(repo):
    claude = HOOK_FILES[0]
    entry = {"matcher": "mcp__memory", "hooks": [{"type": "command", "command": "agent-guards record hook"}]}
    after = json.loads(merged(json.dumps({"hooks": {"PostToolUse": [entry]}}), claude))
    assert [one["matcher"] for one in after["hooks"]["PostToolUse"]] == ["mcp__memory", "mcp__.*", ".*"]


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ("{", "is no valid JSON"),
        ("// a comment\n{}", "is no valid JSON"),
        ('{"a": 1, "a": 2}', "a key stands twice"),
        ("[]", "is no JSON object"),
        ('{"hooks": []}', "something else than an object"),
        ('{"hooks": {"PostToolUse": {}}}', "something else than a list"),
    ],
)
def test_broken_settings_are_left_alone_and_told(repo, broken, said, capsys):
    repo.write(".claude/settings.json", broken)
    assert init("--yes") == 0
    assert text(repo, ".claude/settings.json") == broken
    out = capsys.readouterr().out
    assert said in out
    assert "add the hooks by hand" in out


def test_an_empty_settings_file_is_filled(repo):
    repo.write(".cursor/hooks.json", "\n")
    init("--yes")
    assert hooks(repo, "cursor")[0]["version"] == 1


TOML = 'model = "x"\n\n[[hooks.PostToolUse]]\nmatcher = "Bash"\n[[hooks.PostToolUse.hooks]]\ntype = "command"\ncommand = "fmt"\n'


@pytest.mark.parametrize("toml", [TOML, TOML.rstrip()])
def test_codex_hooks_go_to_where_its_hooks_are(repo, toml):
    repo.write(".codex/config.toml", toml)
    init("--yes")
    assert not (repo.path / ".codex/hooks.json").exists()
    after = text(repo, ".codex/config.toml")
    assert after.startswith(toml)
    listed = tomllib.loads(after)["hooks"]["PostToolUse"]
    assert [entry["matcher"] for entry in listed] == ["Bash", "mcp__.*", ".*"]
    assert runs(listed[1], "agent-guards record hook")
    init("--yes")
    assert text(repo, ".codex/config.toml") == after


@pytest.mark.parametrize(
    ("toml", "said"), [("a = ", "is no valid TOML"), ("hooks = {PostToolUse = []}\n", "nothing can be added to")]
)
def test_a_codex_configuration_that_cannot_be_added_to_is_told(repo, toml, said, capsys):
    repo.write(".codex/config.toml", toml)
    assert init("--yes") == 0
    assert said in capsys.readouterr().out
    assert text(repo, ".codex/config.toml") == toml


def test_a_codex_configuration_without_hooks_is_left_to_codex(repo):
    repo.write(".codex/config.toml", 'model = "x"\n')
    init("--yes")
    assert text(repo, ".codex/config.toml") == 'model = "x"\n'
    assert (repo.path / ".codex/hooks.json").exists()


@pytest.mark.parametrize(
    "matcher",
    [
        None,
        "",
        "*",
        "mcp__.*",
        "mcp__memory__.*",
        "mcp__context7__get-library-docs",
        "Edit|mcp__a__b",
        "^mcp__(a|b)__[a-z]+$",
        "github__.*",
        ".*",
        "MCP:memory:read",
    ],
)
def test_matchers_that_can_match_are_known(matcher):
    assert matcher_fault(matcher) == ""


@pytest.mark.parametrize("matcher", ["mcp__memory", "mcp", "mcp__memory, Edit", "^Edit.*$", "mcp__(", 7])
def test_matchers_that_never_match_an_mcp_tool_are_known(matcher):
    assert matcher_fault(matcher)


def test_an_entry_of_a_foreign_shape_runs_nothing():
    assert not runs("x", "agent-guards record hook")
    assert not runs({"hooks": "x"}, "agent-guards record hook")
    assert fires("x")
