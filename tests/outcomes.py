"""The outcomes that the renderers' tests share: all green, one finding, mixed, hostile, and as many as wanted."""

from agent_guards.escape import quote
from agent_guards.finding import Finding, Rule, Severity
from agent_guards.report import Outcome, Report, Subject, Verdict

SUBJECT = Subject(
    repository="octo/demo",
    base="1f3c0000000000000000000000000000000000aa",
    head="9d2e0000000000000000000000000000000000bb",
    pull_request=12,
    policy="base:1f3c0000000000000000000000000000000000aa",
)
EVIDENCE = "artifacts/bot/2026-01-02/mcp/context7.jsonl"
HOSTILE_PATH = "docs/`x`|<b>@octocat</b>\n::error::a,b%25 ##[error]\x1b[31m\u202e\udcff.md"
HOSTILE_VALUE = "`</code></details><img src=x onerror=a> @octocat #1 https://evil.example | ::error::b\n##[error]c\r::d"


def rule(name: str, severity: Severity = Severity.ERROR) -> Rule:
    return Rule(
        id=name,
        severity=severity,
        what=f"The rule {name.partition('/')[2]} is broken.",
        why="Because what is not checked is not so.",
        fix="Write the line again with `agent-guards record`, which fills in every field.",
    )


SCHEMA = rule("guard-mcp/schema")
FALSE_EXEMPTION = rule("guard-mcp/false-exemption")
UNKNOWN_FIELD = rule("guard-mcp/unknown-field", Severity.WARNING)
REWRITTEN = rule("guard-mcp/rewritten-evidence")
GAP = rule("idle-guard/gap", Severity.WARNING)
LEGACY = rule("idle-guard/legacy-field", Severity.NOTICE)
IMPORT = rule("dev-mcp-ban/import")
RULES = {
    "guard-mcp": (SCHEMA, FALSE_EXEMPTION, UNKNOWN_FIELD, REWRITTEN),
    "idle-guard": (GAP, LEGACY),
    "dev-mcp-ban": (IMPORT,),
}


def report(guard: str, verdict: Verdict, *findings: Finding, **rest) -> Report:
    return Report(guard=guard, verdict=verdict, findings=tuple(sorted(findings, key=lambda f: f.order)), **rest)


def outcome(*reports: Report, subject: Subject = SUBJECT) -> Outcome:
    return Outcome(subject=subject, reports=reports)


def many(count: int, files: int = 1) -> Outcome:
    """So many findings of one rule, spread evenly over so many files."""
    findings = (
        SCHEMA.at("`timestamp` is missing.", f"artifacts/bot/2026-01-02/mcp/{n % files:04}.jsonl", n // files + 1, 1)
        for n in range(count)
    )
    return outcome(report("guard-mcp", Verdict.FAIL, *findings))


GREEN = outcome(
    report("guard-mcp", Verdict.PASS, facts={"code_files": 3, "evidence_files": 1, "evidence_lines": 1234}),
    report("idle-guard", Verdict.PASS, facts={"span_minutes": 41}),
    report("dev-mcp-ban", Verdict.PASS),
)
ONE = outcome(
    report(
        "guard-mcp",
        Verdict.FAIL,
        SCHEMA.at("`timestamp` is no RFC 3339 time with a zone: `yesterday`.", EVIDENCE, 7, 1),
        facts={"code_files": 3, "evidence_files": 1, "evidence_lines": 14, "exemption": None},
    )
)
MIXED = outcome(
    report(
        "guard-mcp",
        Verdict.FAIL,
        FALSE_EXEMPTION.at(
            "“No MCP usage - non-code change” is claimed, but code changed: `app/routes/orders.tsx`, "
            "`app/services/evidence.server.ts` and 4 more.",
            fix="Take the exemption out and list the evidence for the code.",
        ),
        SCHEMA.at("`timestamp` is no RFC 3339 time with a zone: `yesterday`.", EVIDENCE, 7, 1),
        SCHEMA.at("`tool` is empty.", EVIDENCE, 9, 12),
        SCHEMA.at("`doc_ref` is missing.", EVIDENCE, 9, 1, fix="Name the document that the call answered from."),
        UNKNOWN_FIELD.at("`purpos` is no known field; did you mean `purpose`?", EVIDENCE, 9, 30),
        REWRITTEN.at("Line 3 was changed after it had been committed.", "artifacts/zoë/2026-01-02/mcp/日本語.jsonl", 3),
        SCHEMA.at("`tool` is missing.", "artifacts/zoë/2026-01-02/mcp/日本語.jsonl", 12, 1),
        facts={"code_files": 6, "evidence_files": 2, "evidence_lines": 1234, "exemption": "No MCP usage"},
        notes=(
            "The policy at `.github/agent-guards.yml` is edited by this change; the edit takes effect after merge.",
        ),
    ),
    report(
        "idle-guard",
        Verdict.WARN,
        GAP.at("Task `ENG-1` has 27 minutes between two beats while `doing`.", "artifacts/bot/heartbeat.ndjson", 4),
        LEGACY.at("`ts` is the old name of `timestamp`.", "artifacts/bot/heartbeat.ndjson", 1, 2),
        mode="warn",
        facts={"tasks": 1},
    ),
    report("dev-mcp-ban", Verdict.NOT_APPLICABLE, notes=("No production file changed.",)),
    report("other-guard", Verdict.EXEMPT, facts={"exemption": "authored by dependabot[bot]"}),
)
HOSTILE = outcome(
    report(
        "guard-mcp",
        Verdict.FAIL,
        SCHEMA.at(f"`tool` is none of the known tools: {quote(HOSTILE_VALUE)}.", HOSTILE_PATH, 1, 1),
        facts={"exemption": HOSTILE_VALUE},
        notes=(f"The description says {quote(HOSTILE_VALUE)}.",),
    ),
    subject=Subject(repository="octo/demo](x", head="@octocat", policy=HOSTILE_VALUE),
)
OUTCOMES = {"green": GREEN, "one": ONE, "mixed": MIXED, "hostile": HOSTILE}
