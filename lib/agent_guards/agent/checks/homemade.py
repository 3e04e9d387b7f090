"""Home-made guards that are still here, and what is known to go wrong with each of their tricks."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agent_guards.agent.checks.line import Line, Setup, Status
from agent_guards.escape import quote

LARGEST = 200_000
_SCRIPT = re.compile(r"\.(?:c?js|mjs|cts|mts|ts|py|sh|bash)$|^\.github/workflows/|(?:^|/)dangerfile", re.IGNORECASE)
_TEST = re.compile(r"(?:^|/)(?:tests?|__tests__|spec)/|\.(?:spec|test)\.")
_CONCERNED = re.compile(
    r"MCP Evidence|heartbeat\.ndjson|Dev MCP|non-?code change|artifacts[/'\"]|\.jsonl", re.IGNORECASE
)
_LOOKS = r"(?:includes|indexOf|test|match|search|grep|=~|in body|\[\[)"
_REPLACE = "Remove the script and use our action, which reads descriptions as Markdown and evidence line by line."


@dataclass(frozen=True, slots=True, kw_only=True)
class Trick:
    """Something that a home-made guard does, how it is recognised, and what goes wrong with it."""

    check: str
    pattern: "re.Pattern[str]"
    wrong: str
    status: Status = Status.WARN
    documents: bool = False
    """It is looked for in documents instead of scripts."""
    in_tests: bool = False
    """It does harm in a test as well."""
    fix: str = _REPLACE


TRICKS = (
    Trick(
        check="body-crlf",
        pattern=re.compile(r"/[^/\n]*(?:MCP Evidence|Heartbeat|Dev MCP)[^/\n]*\.[*+]\??\\n", re.IGNORECASE),
        wrong="its expression wants a line feed right behind a heading, and GitHub's editor writes CRLF: the section is missing then",
    ),
    Trick(
        check="exemption-by-substring",
        pattern=re.compile(
            rf"{_LOOKS}[^\n]*(?:non-?\s?code|single[-\s]session|docs?-only)|/[^/\n]*non-?\s?code[^/\n]*/\w*\.test",
            re.IGNORECASE,
        ),
        wrong="it takes the words of an exemption for the claim, also in “this is NOT a non-code change” and in comments",
        status=Status.FAIL,
    ),
    Trick(
        check="statement-by-substring",
        pattern=re.compile(rf"{_LOOKS}[^\n]*Verified: ?No", re.IGNORECASE),
        wrong="it takes the words of the statement for the claim, also behind a box that nobody ticked",
        status=Status.FAIL,
    ),
    Trick(
        check="last-line-only",
        pattern=re.compile(
            r"jq\s+(?:-\w+\s+)*-\w*e(?![^\n]*(?:-s\b|--slurp|all\())|\btail\s+-n?\s*1\b[^\n]*(?:jsonl|ndjson|\$)",
            re.IGNORECASE,
        ),
        wrong="it judges the last line of a file only; a bad line before it passes",
    ),
    Trick(
        check="evidence-fields-unchecked",
        pattern=re.compile(r"(?:\.tool\b|['\"]tool['\"])(?![\s\S]*(?:doc_ref|request_id))[\s\S]*\btimestamp\b"),
        wrong="it looks at `tool` and `timestamp`, and never at `doc_ref`, `request_id` and `purpose`",
    ),
    Trick(
        check="timestamp-by-regex",
        pattern=re.compile(r"T\\d\{2\}:\\d\{2\}:\\d\{2\}Z|T\[0-9\]\{2\}:\[0-9\]\{2\}:\[0-9\]\{2\}Z"),
        wrong="it refuses milliseconds and offsets, and accepts days that no calendar has",
    ),
    Trick(
        check="path-traversal",
        pattern=re.compile(r"artifacts\\?/\(?\[\^"),
        wrong="its pattern for paths lets `..` through, so that files outside the evidence are read",
        status=Status.FAIL,
    ),
    Trick(
        check="deletes-evidence",
        pattern=re.compile(
            r"(?:rmSync|rmdirSync|rimraf|rmtree|remove)\s*\(\s*(?:\[?\s*|path\.\w+\([^)]*)['\"]artifacts['\"/]|rm\s+-\w*r\w*\s+(?:\./)?artifacts(?:/|\s|$)"
        ),
        wrong="it deletes the folder in which all evidence lies",
        status=Status.FAIL,
        in_tests=True,
        fix="Let it work in a temporary folder of its own.",
    ),
    Trick(
        check="harmful-runbook",
        pattern=re.compile(r"sed\s+-i[^\n]*/d['\"]?\s+[^\n]*|grep\s+-v\s+['\"]Invalid JSON"),
        wrong="its remedy deletes lines without looking, or changes nothing",
        documents=True,
        fix="Replace the remedy by `agent-guards explain RULE` and `agent-guards doctor`.",
    ),
)


def tricks(setup: Setup) -> Iterator[Line]:
    """Look through scripts and runbooks for what is known to go wrong."""
    for path, text in _texts(setup):
        for trick in TRICKS:
            meant = trick.documents == path.endswith(".md") and (trick.in_tests or not _TEST.search(path))
            found = trick.pattern.search(text) if meant else None
            if found:
                yield Line(
                    check=trick.check,
                    status=trick.status,
                    message=f"{quote(path)} is a home-made checker or remedy: {trick.wrong}.",
                    fix=trick.fix,
                    path=path,
                    line=text.count("\n", 0, found.start()) + 1,
                )


def looks_for_words(setup: Setup) -> bool:
    """Whether some checker takes an exemption's words for a claim wherever they stand."""
    pattern = next(trick.pattern for trick in TRICKS if trick.check == "exemption-by-substring")
    return any(pattern.search(text) for path, text in _texts(setup) if not path.endswith(".md"))


def _texts(setup: Setup) -> Sequence[tuple[str, str]]:
    """The scripts and runbooks that speak of what guards are about; other files are nobody's guards."""
    found = []
    for path in setup.tracked:
        script = bool(_SCRIPT.search(path))
        if (script or path.endswith(".md")) and not path.startswith(("artifacts/", "node_modules/")):
            data = setup.tree.read(path) or b""
            text = data.decode("utf-8", "replace") if len(data) <= LARGEST else ""
            if _CONCERNED.search(text) or (not script and "context7-mcp" in text):
                found.append((path, text))
    return found
