"""Let git see the evidence: find ignore rules that swallow it, and repair `.gitignore` without letting anything else in."""

import re
from collections.abc import Mapping, Sequence

SAMPLES = (
    "artifacts/agent/2026-01-02/mcp/tool.jsonl",
    "artifacts/agent/2026-01-02/heartbeat.ndjson",
    "artifacts/agent/2026-01-02/tasks.todo.json",
    "artifacts/archive/2026-01.manifest.json",
)
"""One path of each kind that must be committed; none of them has to be there for git to answer."""
PROBE = "artifacts/agent/any-other-file"
TITLE = "# Evidence and heartbeats of agents are committed (agent-guards)."
# First the folder itself: below an excluded folder nothing can be included again.
_OPENED = ("!/artifacts/",)
_EVERYTHING = ("/artifacts/**",)
_REINCLUDED = (
    "!/artifacts/**/",
    "!/artifacts/*/*/mcp/*.jsonl",
    "!/artifacts/*/*/heartbeat.ndjson",
    "!/artifacts/*/*/tasks.todo.json",
    "!/artifacts/archive/*.manifest.json",
)
_PARENT = re.compile(r"/?(?:\*\*/)?artifacts/?\s*")


def is_parent_rule(pattern: str) -> bool:
    """Whether an ignore pattern excludes the artifacts folder itself, so that `!` rules for what is in it do nothing."""
    return bool(_PARENT.fullmatch(pattern))


def repaired(text: str, *, whole: bool) -> str:
    """The content of `.gitignore` with our rules at its end, where they win; `whole`: all else in the folder is ignored."""
    end_of_line = "\r\n" if "\r\n" in text else "\n"
    ours = (TITLE, *_OPENED, *_EVERYTHING, *_REINCLUDED)
    lines = [line for line in text.splitlines() if line.strip() not in ours]
    while lines and not lines[-1].strip():
        lines.pop()
    added = (TITLE, *_OPENED, *(_EVERYTHING if whole else ()), *_REINCLUDED)
    return "".join(line + end_of_line for line in (*lines, *([""] if lines else []), *added))


def elsewhere(swallowed: Mapping[str, str]) -> Sequence[str]:
    """The rules that do not stand in the repository's own `.gitignore`."""
    return sorted({rule for rule in swallowed.values() if not rule.startswith(".gitignore:")})
