"""A pull request of many agents and many files."""

import json

from gitrepo import Repo

from agent_guards.cli import main

AGENTS = ("nora", "rio", "kim", "ada", "lin")
LINE = '{"tool": "t", "doc_ref": "/d", "request_id": "%s", "timestamp": "2026-01-02T10:00:00Z", "purpose": "p"}\n'


def test_fifty_files_of_five_agents_in_every_way_of_writing_a_path(tmp_path, capsys):
    repo = Repo(tmp_path / "repo")
    repo.write("app/cart.ts", "1")
    repo.commit()
    repo.branch("change")
    repo.write("app/cart.ts", "2")
    ways = (
        "- `{0}`",
        "* {0}",
        "1. [x] {0}",
        "- [x] {0} (3 calls)",
        "- [calls]({0})",
        "{0}\n",
        "- **{0}**: done",
        "| {0} |",
        "- [`{0}`](./{0})",
        "+ ({0})",
    )
    body = ["## MCP Evidence", ""]
    for number in range(50):
        path = f"artifacts/{AGENTS[number % 5]}/2026-01-02/mcp/{number}.jsonl"
        repo.write(path, LINE % number)
        body.append(ways[number % len(ways)].format(path) + "\n")
    repo.commit()
    (tmp_path / "body.md").write_bytes("\r\n".join(body).encode())
    status = main(
        ["check", "guard-mcp", "--repo", str(repo.path), "--body-file", str(tmp_path / "body.md"), "--format", "json"]
    )
    (guard,) = json.loads(capsys.readouterr().out)["guards"]
    assert (status, guard["findings"]) == (0, [])
    assert guard["facts"]["evidence_files"] == 50
