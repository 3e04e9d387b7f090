"""From a hostile checkout only our own code runs, and none of its names, links or settings does anything."""

import json
import subprocess
import sys

import pytest
from gitrepo import Repo

from agent_guards.cli import main

E = "artifacts/nora/2026-01-02/mcp/{}.jsonl"
LINE = '{"tool": "t", "doc_ref": "/d", "request_id": "%s", "timestamp": "2026-01-02T10:00:00Z", "purpose": "p"}\n'
HIJACK = "open({!r}, 'a').write(__name__ + '\\n')\nraise SystemExit(0)\n"


@pytest.fixture
def repo(tmp_path):
    repo = Repo(tmp_path / "repo")
    repo.write("app/cart.ts", "1")
    repo.commit()
    repo.branch("change")
    repo.write("app/cart.ts", "2")
    return repo


@pytest.mark.parametrize(
    "variables", [{}, {"PYTHONPATH": "."}, {"PYTHONSTARTUP": "sitecustomize.py", "PYTHONHOME": ""}]
)
def test_modules_of_the_checkout_are_never_imported(repo, tmp_path, variables):
    marker = tmp_path / "hijacked"
    for name in (
        "agent_guards/__init__", "agent_guards/__main__", "guard_mcp/__init__", "yaml", "msgspec", "json", "argparse",
        "markdown_it/__init__", "jsonschema", "sitecustomize", "usercustomize", "github/__init__",
    ):  # fmt: skip
        repo.write(f"{name}.py", HIJACK.format(str(marker)))
    repo.write("agent_guards-9.dist-info/entry_points.txt", "[agent_guards.guards]\nguard-mcp = yaml:guard\n")
    repo.write("pyvenv.cfg", "home = .\n")
    repo.write(".env", "AGENT_GUARDS_MODE=observe\n")
    repo.write(".github/agent-guards.yml", "guards: {guard-mcp: {mode: off}}\n")
    repo.write(E.format("bad"), "{\n")
    repo.commit()
    done = subprocess.run(
        [sys.executable, "-I", "-m", "agent_guards", "check", "--format", "json", "--base", "main"],
        cwd=repo.path, env={**repo.environ, **variables}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout)["guards"][0]["findings"][0]["rule"] == "guard-mcp/invalid-json"
    assert not marker.exists()


def report(repo, capsys, *arguments, body="## MCP Evidence\n"):
    (repo.path.parent / "body.md").write_text(body)
    main(
        [
            "check",
            "--repo",
            str(repo.path),
            "--base",
            "main",
            "--format",
            "json",
            "--body-file",
            str(repo.path.parent / "body.md"),
            *arguments,
        ]
    )
    return json.loads(capsys.readouterr().out)["guards"][0]


def test_links_and_special_files_are_told_and_never_read(repo, capsys):
    outside = repo.path.parent / "outside.jsonl"
    outside.write_text(LINE % "outside")
    repo.symlink(E.format("out"), str(outside))
    repo.symlink(E.format("loop"), "loop.jsonl")
    repo.symlink(E.format("dev"), "/dev/zero")
    repo.submodule(E.format("sub"))
    repo.commit()
    guard = report(repo, capsys)
    told = {finding["path"]: finding["rule"] for finding in guard["findings"] if finding["path"]}
    assert told == {E.format(name): "guard-mcp/not-a-file" for name in ("out", "loop", "dev", "sub")}
    assert guard["facts"]["evidence_lines"] == 0


NAMES = [
    "::error::x", "a\nb", "\x1b[31mred", "a`b", "\u202egnp", "a|b", "<img src=x>", "%0A::error::", "##[error]x", "@octocat", "--help",
    "e\u0301", "é", "$(touch x)", "'\"", " blank ", "\udcff\udcfe",
]  # fmt: skip


@pytest.mark.parametrize("chosen", ["text", "markdown", "github", "json", "sarif"])
def test_names_of_files_come_out_escaped_in_every_format(repo, capsys, chosen):
    for name in NAMES:
        repo.write(E.format(name), "{}\n")
    repo.commit()
    body = repo.path.parent / "body.md"
    body.write_text("\n".join(["## MCP Evidence", *(f"- {E.format(name)}" for name in NAMES[:-1])]))
    assert (
        main(["check", "--repo", str(repo.path), "--base", "main", "--body-file", str(body), "--format", chosen]) == 1
    )
    out = capsys.readouterr().out
    assert not any(character in out for character in "\x1b\r\u202e\u2028")
    assert "##[" not in out
    if chosen != "github":
        assert not any(line.lstrip().startswith("::") for line in out.splitlines())


def test_names_that_differ_only_in_case_or_composition_are_different_files(repo, capsys):
    for number, name in enumerate(("cart", "Cart", "e\u0301", "é")):
        repo.write(E.format(name), LINE % number)
    repo.commit()
    listed = "\n".join(f"- `{E.format(name)}`" for name in ("cart", "Cart", "e\u0301", "é"))
    assert report(repo, capsys, body=f"## MCP Evidence\n{listed}\n")["findings"] == []


def test_more_evidence_than_the_caps_is_a_finding_and_is_not_read(repo, capsys):
    line = LINE.replace('"p"', '"' + "x" * 60_000 + '"')
    for number in range(12):
        repo.write(E.format(number), "".join(line % f"{number}-{row}" for row in range(80)))
    repo.commit()
    guard = report(repo, capsys)
    told = [finding["message"] for finding in guard["findings"] if finding["rule"] == "guard-mcp/too-large"]
    assert len(told) == 2
    assert all("passes 50 MiB of evidence" in message and "not read" in message for message in told)


@pytest.mark.parametrize(
    "text",
    [
        "No MCP usage " + "- " * 25_000,
        "a/" * 25_000 + ".jsonl",
        "[" * 50_000,
        "<" * 50_000,
        "*" * 50_000 + "x.jsonl",
        "`" * 49_999,
        "(" * 50_000 + ".jsonl",
    ],
    ids=len,
)
def test_a_description_made_to_be_slow_is_judged_all_the_same(repo, capsys, text):
    repo.commit()
    assert report(repo, capsys, body=f"## MCP Evidence\n{text}\n")["verdict"] == "fail"
