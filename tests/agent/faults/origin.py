"""Small repositories, each with one fault that once kept guards from doing their work, and the check that names it."""

from dataclasses import dataclass, field

GOOD = (
    '{"tool": "context7", "doc_ref": "/d", "request_id": "r%s", "timestamp": "2026-01-02T10:00:00Z", "purpose": "p"}\n'
)
E = "artifacts/nora/2026-01-02/mcp/calls.jsonl"
HEAD = "name: guard-mcp\non:\n  pull_request:\n    types: [opened, edited, synchronize, reopened]\npermissions: {contents: read}\n"


@dataclass(frozen=True)
class Fault:
    """What stands in the repository, and what doctor calls the fault."""

    check: str
    files: dict = field(default_factory=dict)
    then: tuple = ()
    """Further commits, each as a dict of files."""
    unborn: dict = field(default_factory=dict)
    """Files of the working tree that are not committed."""


def job(*steps, name="guard", before="", head=HEAD):
    """A workflow with one job."""
    text = "".join(f"      - {step}\n" for step in steps)
    return f"{head}jobs:\n  {name}:\n{before}    runs-on: ubuntu-latest\n    steps:\n{text}"


def run(script, **env):
    """A step that runs a script."""
    lines = "".join(f"          {line}\n" for line in script.rstrip("\n").split("\n")).rstrip("\n")
    variables = "".join(f"\n          {name}: {value}" for name, value in env.items())
    return f"run: |\n{lines}" + (f"\n        env:{variables}" if env else "")


def workflow(*steps, path="guard-mcp", **options):
    return {f".github/workflows/{path}.yml": job(*steps, **options)}


TEMPLATE = "## MCP Evidence\n\n- artifacts/<agent>/<YYYY-MM-DD>/mcp/<tool>.jsonl\n\n## Heartbeat\n\n- artifacts/<agent>/<YYYY-MM-DD>/heartbeat.ndjson\n\n## Dev MCP Check\n\n- [ ] Verified: No dev MCP imports in app/\n"
MD = ".github/PULL_REQUEST_TEMPLATE.md"
WITH_PUSH = HEAD.replace("on:\n", "on:\n  push:\n")
CHECKER = "scripts/ci/verify-mcp.cjs"


def checker(*lines):
    return {CHECKER: "// reads the MCP Evidence section and artifacts/\n" + "\n".join(lines) + "\n"}


FAULTS = {
    "A1 heredoc at column 0": Fault(
        "heredoc-column-0",
        {".github/workflows/dev-mcp-ban.yml": job("run: |\n          python3 - <<'PY'\nimport os\nprint(os)\nPY")},
    ),
    "A1 no YAML": Fault(
        "workflow-yaml",
        {".github/workflows/dev-mcp-ban.yml": job("run: |\n          python3 - <<'PY'\nimport os\nprint(os)\nPY")},
    ),
    "A1 Python that is indented": Fault(
        "heredoc-python", workflow(run("python3 - <<'PY'\n  import os\n  print(os)\nPY"), path="dev-mcp-ban")
    ),
    "A2 run stands twice": Fault(
        "duplicate-key", workflow("run: |\n          exit 0\n        run: |\n          ./check")
    ),
    "A2 exit before the check": Fault("unreachable-lines", workflow(run("echo start\nexit 0\n./check everything"))),
    "A2 dead code": Fault("unreachable-lines", workflow(run("FAIL=0\n./check || FAIL=1\nexit $FAIL\necho never"))),
    "A2 merge conflict": Fault(
        "merge-markers", {".github/workflows/guard-mcp.yml": job(run("a")) + ">>>>>>> origin/main\n"}
    ),
    "A3 a guard is gone": Fault("guard-missing", workflow("uses: agent-guards/agent-guards/guard_mcp@v0.1.0")),
    "A3 all guards are gone": Fault("workflow-present", {"README.md": "x\n"}),
    "A4 wants what is skipped": Fault(
        "needs-skipped",
        {
            ".github/workflows/ci-guards.yml": job(
                run("./check"), name="guard-mcp", before="    if: github.event_name == 'pull_request'\n", head=WITH_PUSH
            )
            + "  all-guards:\n    needs: [guard-mcp]\n    if: always()\n    runs-on: ubuntu-latest\n    steps:\n"
            + '      - run: test "${{ needs.guard-mcp.result }}" = success\n'
        },
    ),
    "A5 a description on push": Fault(
        "body-on-push",
        workflow(
            run('grep "MCP Evidence" <<< "$PR_BODY"', PR_BODY="${{ github.event.pull_request.body }}"), head=WITH_PUSH
        ),
    ),
    "A6 a branch that is gone": Fault(
        "branch-filter",
        workflow(
            "uses: agent-guards/agent-guards@v0.1.0",
            head=HEAD.replace("    types:", "    branches: [agent-launch-20251024]\n    types:"),
        ),
    ),
    "A7 no lock file": Fault("lockfile", {"package.json": "{}\n", **workflow(run("npm ci"))}),
    "A7 a cache without lock file": Fault(
        "lockfile", workflow("uses: actions/setup-node@v4\n        with:\n          cache: npm")
    ),
    "A8 require in an ES module": Fault(
        "commonjs-in-module",
        {
            "package.json": '{"type": "module"}\n',
            "scripts/ci/guard.js": "const fs = require('fs');\n",
            **workflow(run("node scripts/ci/guard.js")),
        },
    ),
    "B9 the body in a script": Fault("script-injection", workflow(run('BODY="${{ github.event.pull_request.body }}"'))),
    "B9 the title in a script": Fault(
        "script-injection", workflow(run("echo ${{ github.event.pull_request.title }}"), path="other")
    ),
    "B9 the branch in a script": Fault(
        "script-injection", workflow(run("git log ${{ github.head_ref }}"), path="other")
    ),
    "B9 the whole event in a script": Fault(
        "script-injection", workflow(run("echo '${{ toJSON(github.event.pull_request) }}'"), path="other")
    ),
    "B9 the body in a GitHub script": Fault(
        "script-injection",
        workflow(
            "uses: actions/github-script@v7\n        with:\n          script: core.info(`${{ github.event.issue.body }}`)",
            path="other",
        ),
    ),
    "B10 chokes on its own template": Fault(
        "template-in-shell",
        {MD: TEMPLATE + 'Say "yes" to `mcp.*dev`.\n', **workflow(run('BODY="${{ github.event.pull_request.body }}"'))},
    ),
    "B11 backticks between double quotes": Fault(
        "shell-backticks", workflow(run('echo "Pattern \\\\`mcp.*dev\\\\` found"'))
    ),
    "B12 a delimiter that the body can hold": Fault(
        "fixed-delimiter",
        workflow(run('echo "BODY<<EOF" >> $GITHUB_OUTPUT\ncat body >> $GITHUB_OUTPUT\necho EOF >> $GITHUB_OUTPUT')),
    ),
    "B13 CRLF": Fault("body-crlf", checker("const found = body.match(/## Heartbeat.*?\\n([\\s\\S]*)/);")),
    "B14 the template exempts itself": Fault(
        "template-claims", {MD: TEMPLATE.replace("## Heartbeat\n", "## Heartbeat\n\n- <2h single session\n")}
    ),
    "B14 words in a comment exempt": Fault(
        "template-claims",
        {
            MD: TEMPLATE + "<!-- or: No MCP usage - non-code change -->\n",
            **checker("if (body.includes('non-code change')) process.exit(0);"),
        },
    ),
    "B15 exempt by any words": Fault(
        "exemption-by-substring", checker("if (/non-code change/i.test(body)) process.exit(0);")
    ),
    "B15 exempt by grep": Fault(
        "exemption-by-substring", workflow(run('if echo "$B" | grep -qi "docs-only"; then exit 0; fi\n# MCP Evidence'))
    ),
    "B16 verified by any words": Fault(
        "statement-by-substring", workflow(run('echo "$BODY" | grep -q "Verified: No"\n# Dev MCP'))
    ),
    "B17 a heading that is none": Fault("template-heading", {MD: TEMPLATE.replace("## MCP Evidence", "MCP Evidence:")}),
    "B17 three spellings": Fault(
        "heading-spellings",
        {MD: TEMPLATE, "docs/pilot/PR_BODY_TEMPLATE.md": "### MCP Evidence (required for code changes)\n"},
    ),
    "B18 no sections": Fault("template-sections", {MD: "## What\n"}),
    "B18 two templates": Fault("template-twins", {MD: TEMPLATE, ".github/pull_request_template.md": "## What\n"}),
    "B19 edited does not start it": Fault(
        "trigger-edited",
        workflow(
            "uses: agent-guards/agent-guards@v0.1.0",
            head="on:\n  pull_request:\n    types: [opened, synchronize, reopened]\n",
        ),
    ),
    "B19 no types at all": Fault(
        "trigger-edited", workflow("uses: agent-guards/agent-guards@v0.1.0", head="on: pull_request\n")
    ),
    "B20 a section in a fence": Fault(
        "template-fence", {MD: TEMPLATE.replace("## MCP Evidence\n", "```\n## MCP Evidence\n```\n")}
    ),
    "C21 evidence is ignored": Fault("evidence-ignored", {".gitignore": "*.jsonl\n"}),
    "C21 the folder is ignored": Fault("excluded-parent", {".gitignore": "artifacts/\n!artifacts/**/mcp/*.jsonl\n"}),
    "C21 named and never committed": Fault("evidence-named", {"docs/a.md": f"See `{E}`.\n"}),
    "C21 recorded and not committed": Fault("evidence-uncommitted", unborn={E: GOOD % 1}),
    "C22 fields are missing": Fault("evidence-valid", {E: '{"tool": "a", "timestamp": "2026-01-02T10:00:00Z"}\n'}),
    "C22 only two fields are checked": Fault(
        "evidence-fields-unchecked", checker("if (!line.tool) fail();", "if (!line.timestamp) fail();")
    ),
    "C22 only the last line is checked": Fault(
        "last-line-only", workflow(run('jq -e ".tool and .timestamp" "$f" # MCP Evidence .jsonl'))
    ),
    "C23 rewritten to please": Fault(
        "evidence-rewritten", {E: GOOD % 1}, then=({E: (GOOD % 1).replace("context7", "web-search")},)
    ),
    "C24 a foreign shape": Fault(
        "evidence-valid", {E: '{"ts": "2026-01-02T10:00:00Z", "actor": "nora", "action": "x", "files": []}\n'}
    ),
    "C25 milliseconds are refused": Fault(
        "timestamp-by-regex", checker("/^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}Z$/.test(ts)")
    ),
    "C25 no such day": Fault("evidence-valid", {E: (GOOD % 1).replace("01-02T10", "99-99T99")}),
    "C26 two names for one tool": Fault(
        "tool-names",
        {E: (GOOD % 1).replace("context7", "shopify-dev") + (GOOD % 2).replace("context7", "shopify-dev-mcp")},
    ),
    "C27 out of the folder": Fault(
        "path-traversal", checker("const paths = body.match(/artifacts\\/[^/\\s]+\\/[^/\\s]+\\/mcp\\/\\S+/g);")
    ),
    "C28 pretty-printed": Fault("evidence-valid", {E: '{\n  "tool": "a"\n}\n'}),
    "C29 a test deletes evidence": Fault(
        "deletes-evidence",
        {"tests/ci/guard-mcp.spec.js": 'afterEach(() => fs.rmSync("artifacts", { recursive: true }));\n'},
    ),
    "C30 a remedy that deletes": Fault(
        "harmful-runbook", {"docs/runbook.md": "Fix: `sed -i '/context7-mcp/d' $(git ls-files app/)`\n"}
    ),
    "C30 a remedy that does nothing": Fault("harmful-runbook", {"docs/runbook.md": 'grep -v "Invalid JSON" x.jsonl\n'}),
}

GATE = "uses: agent-guards/agent-guards@v0.1.0"
OTHERS = {
    "paths": Fault("path-filter", workflow(GATE, head=HEAD.replace("    types:", "    paths: [app/**]\n    types:"))),
    "merge queue": Fault("trigger-merge-group", workflow(GATE)),
    "a job that may be skipped": Fault("gate-if", workflow(GATE, before="    if: github.actor != 'x'\n")),
    "cancelled runs": Fault(
        "cancel-in-progress", workflow(GATE, head=HEAD + "concurrency:\n  group: x\n  cancel-in-progress: true\n")
    ),
    "cancelled jobs": Fault(
        "cancel-in-progress", workflow(GATE, before="    concurrency: {group: x, cancel-in-progress: '${{ true }}'}\n")
    ),
    "no permissions": Fault("permissions", workflow(GATE, head=HEAD.replace("permissions: {contents: read}\n", ""))),
    "all permissions": Fault("permissions", workflow(GATE, head=HEAD.replace("{contents: read}", "write-all"))),
    "code may be written": Fault("permissions", workflow(GATE, before="    permissions: {contents: write}\n")),
    "a moving version of ours": Fault("pinned-versions", workflow("uses: agent-guards/agent-guards@v0")),
    "a moving version of others": Fault("pinned-versions", workflow("uses: actions/checkout@v5", GATE)),
    "the head under the base's rights": Fault(
        "target-checkout",
        workflow(
            "uses: actions/checkout@v5\n        with:\n          ref: ${{ github.event.pull_request.head.sha }}",
            path="other",
            head="on: pull_request_target\n",
        ),
    ),
    "a script of the checkout": Fault("home-made-guard", workflow(run("node scripts/ci/verify-mcp.cjs"))),
    "an empty workflow": Fault("workflow-yaml", {".github/workflows/x.yml": ""}),
    "a tab": Fault("workflow-yaml", {".github/workflows/x.yaml": "on:\n\tpush:\n"}),
    "a control character": Fault("workflow-yaml", {".github/workflows/x.yaml": "on: \x07\n"}),
    "no template": Fault("template-present", {}),
    "a broken policy": Fault("policy-valid", {".github/agent-guards.yml": "guards: {gard-mcp: {}}\n"}),
    "no policy": Fault("policy-present", {}),
    "a policy that is not committed": Fault("policy-committed", unborn={".github/agent-guards.yml": "version: 1\n"}),
    "a guard that does not block": Fault(
        "guard-mode", {".github/agent-guards.yml": "guards: {guard-mcp: {mode: observe}}\n"}
    ),
    "production that is not there": Fault("production-paths", {"x.py": ""}),
    "a waiver that ended": Fault(
        "waiver-expired",
        {
            ".github/agent-guards.yml": "waivers: [{rule: guard-mcp/schema, paths: ['**'], reason: r, owner: o, until: 2026-01-01}]\n"
        },
    ),
    "a waiver that ends": Fault(
        "waiver-ending",
        {
            ".github/agent-guards.yml": "waivers: [{rule: guard-mcp/schema, paths: ['**'], reason: r, owner: o, until: 2026-01-10}]\n"
        },
    ),
    "a matcher that never matches": Fault(
        "hook-matcher",
        {".claude/settings.json": '{"hooks": {"PostToolUse": [{"matcher": "mcp__memory", "hooks": []}]}}\n'},
    ),
    "hooks that are not there": Fault("hooks-installed", {"CLAUDE.md": "x\n"}),
    "hooks of one event": Fault(
        "hooks-events",
        {
            ".claude/settings.json": '{"hooks": {"PostToolUse": [{"matcher": "mcp__.*", "hooks": [{"type": "command", "command": "agent-guards record hook"}]}]}}\n'
        },
    ),
    "broken settings": Fault("hooks-json", {".gemini/settings.json": "{"}),
    "hooks switched off": Fault("hooks-disabled", {".claude/settings.json": '{"disableAllHooks": true}\n'}),
    "a command that is not there": Fault(
        "hooks-command",
        {".cursor/hooks.json": '{"hooks": {"afterMCPExecution": [{"command": "agent-guards record hook"}]}}'},
    ),
    "a silent agent": Fault(
        "heartbeat-stale",
        {
            "artifacts/nora/2026-01-02/heartbeat.ndjson": '{"timestamp": "2026-01-02T10:00:00Z", "task": "ENG-1", "status": "doing"}\n'
        },
    ),
    "a task that never beat": Fault(
        "heartbeat-stale",
        {"artifacts/nora/2026-01-02/tasks.todo.json": '{"tasks": [{"id": "ENG-1", "status": "doing"}]}\n'},
    ),
    "nobody on call": Fault("roster", {"artifacts/support/notes.md": "x\n"}),
    "nobody on call any more": Fault(
        "roster", {"artifacts/support/on-call-roster.md": "| who | until |\n|---|---|\n| Nora | 2025-12-01 |\n"}
    ),
    "an empty roster": Fault("roster", {"artifacts/support/on-call-roster.md": "none\n"}),
    "no merge driver": Fault("merge-union", {}),
}
