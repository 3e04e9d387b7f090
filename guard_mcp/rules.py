"""The rules of guard-mcp. Everything that is printed about a rule is printed from here."""

from agent_guards.finding import Rule, Severity
from agent_guards.listed import FileRules, by_name
from guard_mcp.evidence import LAYOUT

ERROR, WARNING = Severity.ERROR, Severity.WARNING


def _rule(name: str, severity: Severity, what: str, why: str, fix: str) -> Rule:
    return Rule(id=f"guard-mcp/{name}", severity=severity, what=what, why=why, fix=fix)


MISSING_SECTION = _rule(
    "missing-section",
    ERROR,
    "Code changed, and the description has no MCP Evidence section.",
    "The section is where a reviewer learns which MCP calls the change rests on.",
    "Add a heading `## MCP Evidence` to the description and list the evidence files under it.",
)
PLACEHOLDER = _rule(
    "placeholder",
    ERROR,
    "The MCP Evidence section is still the template.",
    "A template that nobody filled in says nothing; taking it for a claim would let every change pass.",
    "Replace the template's text by the paths of the evidence files that this change adds.",
)
NO_EVIDENCE_LISTED = _rule(
    "no-evidence-listed",
    ERROR,
    "The MCP Evidence section lists no evidence file and claims no exemption.",
    "Without a path there is nothing that could be checked.",
    "List each evidence file as `artifacts/<agent>/<YYYY-MM-DD>/mcp/<name>.jsonl`, one a line.",
)
FALSE_EXEMPTION = _rule(
    "false-exemption",
    ERROR,
    "“No MCP usage - non-code change” is claimed, but the change touches code.",
    "An exemption is a claim like any other, and is compared with what really changed.",
    "Take the exemption out and list the evidence for the code; or move the code into a change of its own.",
)
MALFORMED_PATH = _rule(
    "malformed-path",
    ERROR,
    "A path is not of the form `artifacts/<agent>/<YYYY-MM-DD>/mcp/<name>.jsonl`.",
    "One form for all evidence is what lets tools and people find it, and keeps a path from leading elsewhere.",
    "Write the path as `artifacts/<agent>/<YYYY-MM-DD>/mcp/<name>.jsonl`.",
)
MISSING_FILE = _rule(
    "missing-file",
    ERROR,
    "A listed file is not in the change's tree.",
    "What is not committed cannot be checked by anybody.",
    "Commit the file (`git add` it; `git check-ignore -v PATH` tells whether an ignore rule swallows it), or correct the path.",
)
NOT_A_FILE = _rule(
    "not-a-file",
    ERROR,
    "A listed path is a symbolic link, a submodule or a directory.",
    "Links are not followed: they could show one thing to a reviewer and another to the guard.",
    "Commit the evidence itself as an ordinary file.",
)
TOO_LARGE = _rule(
    "too-large",
    ERROR,
    "Evidence is beyond the caps: 5 MiB a file, 64 KiB a line, 50 MiB a change.",
    "Evidence names calls; whoever stores their contents in it makes the repository grow without bound.",
    "Keep arguments and results out of the evidence, or split it into several files.",
)
EMPTY_FILE = _rule(
    "empty-file",
    ERROR,
    "A listed file holds no line.",
    "An empty file is evidence of nothing.",
    "Record the calls in it, or take it off the list.",
)
INVALID_ENCODING = _rule(
    "invalid-encoding",
    ERROR,
    "The file is not plain UTF-8.",
    "Tools disagree on what such bytes mean, so that one would see another content than the next.",
    "Save the file as UTF-8 without a byte order mark.",
)
INVALID_JSON = _rule(
    "invalid-json",
    ERROR,
    "A line is not one JSON object.",
    "Line tools read a line at a time; what is not one object a line is invisible to them or read in different ways.",
    "Write each call as one JSON object on one line, ended by a line feed.",
)
SCHEMA = _rule(
    "schema",
    ERROR,
    "A required field is missing, empty or of the wrong type.",
    "Tool, document, request, time and purpose together make a call checkable; with one missing it is hearsay.",
    "Write the line as `agent-guards schema evidence` says: `tool`, `doc_ref`, `request_id`, `timestamp`, `purpose`.",
)
UNKNOWN_FIELD = _rule(
    "unknown-field",
    WARNING,
    "A field is neither known nor begins with `x_`.",
    "A typo in an optional field would otherwise pass unseen.",
    "Correct the name, or begin it with `x_` if it is your own.",
)
PURPOSE_NOT_STATED = _rule(
    "purpose-not-stated",
    WARNING,
    "The recorder knew of no task when it recorded a call.",
    "A call without a purpose tells a reviewer that it happened, but not why.",
    "Tell the recorder the task (`--purpose`, `AGENT_TASK`, or a `doing` heartbeat) before the next call.",
)
UNKNOWN_TOOL = _rule(
    "unknown-tool",
    ERROR,
    "The policy lists the valid tools, and this is none of them.",
    "Evidence of a tool that the team does not use is a typo or an invention.",
    "Correct the name, or have the tool added to `guards.guard-mcp.tools` of the policy.",
)
TIMESTAMP = _rule(
    "timestamp",
    ERROR,
    "A call lies in the future, on another day than its folder, or too long before the head commit.",
    "Times that cannot be are the plainest sign of evidence written by hand or brought in from elsewhere.",
    "Record calls when they happen, under the folder of their day (UTC).",
)
DUPLICATE_REQUEST_ID = _rule(
    "duplicate-request-id",
    ERROR,
    "The same request id stands twice in the change's evidence.",
    "A request id names one call; twice means that a line was copied.",
    "Remove the copy, or give each call the id under which it was made.",
)
REPLAYED_EVIDENCE = _rule(
    "replayed-evidence",
    ERROR,
    "A request id already stands in evidence at the base: old evidence is handed in again.",
    "Calls made for an earlier change say nothing about this one.",
    "Take the old lines out and record the calls of this change.",
)
EVIDENCE_NOT_IN_CHANGE = _rule(
    "evidence-not-in-change",
    ERROR,
    "A listed file exists, but this change adds no line to it.",
    "It proves how earlier work was done, not this.",
    "List the files that this change adds or appends to.",
)
UNLISTED_EVIDENCE = _rule(
    "unlisted-evidence",
    WARNING,
    "The change adds evidence that the description does not list.",
    "Reviewers look at what the description lists.",
    "Add the path to the MCP Evidence section.",
)
REWRITTEN_EVIDENCE = _rule(
    "rewritten-evidence",
    ERROR,
    "A line that stood at the merge base was changed, removed or moved.",
    "Evidence is append-only: a record that may be edited later is no record.",
    "Restore the file (`git checkout BASE -- PATH`) and append new lines at its end.",
)
DELETED_EVIDENCE = _rule(
    "deleted-evidence",
    ERROR,
    "An evidence file of the base is gone, and no archive manifest of this change holds its digest.",
    "Evidence that vanishes cannot be audited.",
    "Restore the file (`git checkout BASE -- PATH`), or archive it with a manifest in the same change.",
)
BROKEN_CHAIN = _rule(
    "broken-chain",
    ERROR,
    "The recorder's chain does not verify.",
    "Each recorded line carries the hash of the one before it; a chain that breaks was edited, reordered or cut.",
    "Restore the lines as the recorder wrote them; never edit recorded lines.",
)
NOT_RECORDED = _rule(
    "not-recorded",
    WARNING,
    "The policy asks for recorded evidence, and no line of the change has the basis `recorded`.",
    "A line that a recorder wrote is worth more than one that the agent wrote about itself.",
    "Let the recorder write the evidence (`agent-guards record`).",
)

RULES = (
    MISSING_SECTION,
    PLACEHOLDER,
    NO_EVIDENCE_LISTED,
    FALSE_EXEMPTION,
    MALFORMED_PATH,
    MISSING_FILE,
    NOT_A_FILE,
    TOO_LARGE,
    EMPTY_FILE,
    INVALID_ENCODING,
    INVALID_JSON,
    SCHEMA,
    UNKNOWN_FIELD,
    PURPOSE_NOT_STATED,
    UNKNOWN_TOOL,
    TIMESTAMP,
    DUPLICATE_REQUEST_ID,
    REPLAYED_EVIDENCE,
    EVIDENCE_NOT_IN_CHANGE,
    UNLISTED_EVIDENCE,
    REWRITTEN_EVIDENCE,
    DELETED_EVIDENCE,
    BROKEN_CHAIN,
    NOT_RECORDED,
)

FILES = FileRules(
    rules=by_name(RULES),
    title="MCP Evidence",
    name="evidence",
    noun="evidence",
    plural="evidence",
    layout=LAYOUT,
    listable=LAYOUT,
    not_in_change=EVIDENCE_NOT_IN_CHANGE,
)
