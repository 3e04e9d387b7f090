"""Tells whether evidence gets into commits, is right there, and stays as it was written."""

import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from agent_guards.agent.checks import policy
from agent_guards.agent.checks.line import INIT, Line, Setup, fail, ok, unknown, warn
from agent_guards.agent.init_ignore import SAMPLES, is_parent_rule
from agent_guards.escape import quote, quote_all
from agent_guards.finding import Severity
from agent_guards.git import GitRepository
from agent_guards.guard import FileFormat, LooseFile, load_guards
from agent_guards.places import EVIDENCE
from agent_guards.run import waive

MOST_COMMITS = 2000
_NAMED = re.compile(r"artifacts/[\w.-]+/\d{4}-\d\d-\d\d/mcp/[\w.-]+\.jsonl")


def ignored(setup: Setup) -> Iterator[Line]:
    """No ignore rule swallows evidence; a rule that excludes the folder makes every `!` rule in it void."""
    with GitRepository(setup.tree.root, environ=setup.env.git) as repository:
        swallowed = repository.ignored(SAMPLES)
    if not swallowed:
        yield ok("evidence-ignored", "No ignore rule swallows evidence.")
        return
    for rule in sorted(set(swallowed.values())):
        # The place of a rule may hold a colon itself, as on Windows.
        source, line, pattern = re.split(r":(\d+):", rule, maxsplit=1)
        fix = INIT if source == ".gitignore" else "Change that rule by hand: init writes the root's .gitignore only."
        paths = [path for path, found in swallowed.items() if found == rule]
        yield fail(
            "evidence-ignored", f"The ignore rule {quote(rule)} swallows {quote_all(paths)}.", fix, source, int(line)
        )
        if is_parent_rule(pattern):
            voids = [
                text for text in setup.text(".gitignore").splitlines() if text.startswith("!") and "artifacts" in text
            ]
            said = f", so {quote_all(voids)} can include nothing again" if voids else ""
            yield fail("excluded-parent", f"{quote(pattern)} excludes the folder itself{said}.", fix, source, int(line))


def folder(setup: Setup) -> Iterator[Line]:
    """The folder can be written to, and is one."""
    root = setup.tree.root
    place = root / "artifacts"
    if place.is_symlink():
        yield fail(
            "evidence-folder",
            "`artifacts` is a symbolic link: git commits the link, not the evidence.",
            "Make it a folder.",
            "artifacts",
        )
    elif place.exists() and not place.is_dir():
        yield fail("evidence-folder", "`artifacts` is no folder.", "Move the file away.", "artifacts")
    elif place.is_dir() and (bad := _unwritable(place)):
        yield fail(
            "evidence-folder",
            f"{quote(bad)} cannot be written to: the recorder fails.",
            "Give its owner the right to write.",
            "artifacts",
        )
    else:
        yield ok("evidence-folder", "Evidence can be written.")
    links = [path for path in setup.tracked if EVIDENCE.resembling.fullmatch(path) and setup.tree.linked(path)]
    if links:
        yield fail(
            "evidence-links",
            f"Evidence is committed as symbolic links: {quote_all(links)}.",
            "Commit the files themselves.",
            links[0],
        )


def _unwritable(place: Path) -> str:
    for here, folders, files in os.walk(place):
        for name in (here, *(os.path.join(here, one) for one in (*folders, *files))):
            if not os.access(name, os.W_OK):
                return os.path.relpath(name, place.parent)
    return ""


def uncommitted(setup: Setup) -> Iterator[Line]:
    """What was recorded is committed; what is spoken of is there."""
    tracked = set(setup.tracked)
    place = setup.tree.root / "artifacts"
    there = [path.relative_to(setup.tree.root).as_posix() for path in sorted(place.glob("*/*/mcp/*.jsonl"))]
    left = [path for path in there if path not in tracked]
    if left:
        yield warn(
            "evidence-uncommitted",
            f"{len(left)} evidence files of the working tree are not committed: {quote_all(left)}.",
            "`git add` them with the change that they belong to; if git refuses, see evidence-ignored.",
            left[0],
        )
    documents = [path for path in setup.tracked if path.endswith((".md", ".txt")) and not path.startswith("tests/")]
    named = {found for path in documents for found in _NAMED.findall(setup.text(path))}
    missing = sorted(named - tracked)
    if missing:
        yield warn(
            "evidence-named",
            f"Documents name {len(named)} evidence files, of which {len(missing)} were never committed: {quote_all(missing, 3)}.",
            "Commit them, or take the names out; let the recorder write evidence from now on.",
        )


def valid(setup: Setup) -> Iterator[Line]:
    """Every committed record is right by itself."""
    for guard in load_guards():
        for form in guard.formats:
            yield from _format(setup, form)


def _format(setup: Setup, form: FileFormat) -> Iterator[Line]:
    paths = [path for path in setup.tracked if form.layout.resembling.fullmatch(path)]
    files = [LooseFile(path=path, data=data) for path in paths if (data := setup.tree.read(path)) is not None]
    binding = policy.read(setup)
    found = [one for verdict in form.judge(files, binding, setup.now) for one in verdict.findings]
    kept, _ = waive(found, binding.waivers, setup.now.date())
    errors = [one for one in kept if one.severity is Severity.ERROR]
    if errors:
        first, names = errors[0], Counter(one.rule.id for one in errors)
        rules = ", ".join(f"{count} {rule}" for rule, count in names.most_common(5))
        yield fail(
            f"{form.name}-valid",
            f"{len(errors)} faults in {len({one.path for one in errors})} committed {form.name} files ({rules}). The first: {first.message}",
            "`agent-guards validate --all` shows them all. What is committed stays; let the recorder write from now on, "
            "and waive the old files in the policy.",
            first.path,
            first.line,
        )
    elif files:
        yield ok(f"{form.name}-valid", f"{len(files)} committed {form.name} files are valid.")


def rewritten(setup: Setup) -> Iterator[Line]:
    """No commit took a line of evidence out again."""
    if setup.ask("rev-parse", "--is-shallow-repository").strip() == "true":
        yield unknown(
            "evidence-rewritten",
            "The clone is shallow: how evidence was changed in the past is not here.",
            "`git fetch --unshallow`",
        )
        return
    log = setup.ask(
        "log",
        f"--max-count={MOST_COMMITS}",
        "--diff-filter=M",
        "--no-renames",
        "--numstat",
        "--format=%x00%h",
        "--",
        "artifacts",
    )
    for entry in log.split("\0")[1:]:
        commit, _, rows = entry.partition("\n")
        for row in rows.splitlines():
            _, removed, path = [*row.split("\t"), "", "", ""][:3]
            if removed not in {"", "0", "-"} and EVIDENCE.resembling.fullmatch(path):
                yield warn(
                    "evidence-rewritten",
                    f"The commit {quote(commit)} changed or removed {removed} lines of {quote(path)}: evidence is append-only.",
                    "Nothing can be mended in the past; guard-mcp refuses such a change from now on.",
                    path,
                )


def tools(setup: Setup) -> Iterator[Line]:
    """One tool has one name."""
    names: Counter[str] = Counter()
    for path in setup.tracked:
        if EVIDENCE.locate(path):
            names.update(re.findall(r'"tool"\s*:\s*"([^"\\]{1,100})"', setup.text(path)))
    known = sorted(names)
    alike = [(one, other) for one in known for other in known if one < other and _bare(one) == _bare(other)]
    for one, other in alike:
        yield warn(
            "tool-names",
            f"Evidence calls what seems to be one tool {quote(one)} and {quote(other)}.",
            "List the valid names under `guards.guard-mcp.tools` in the policy.",
        )


def _bare(name: str) -> str:
    return re.sub(r"[-_. ]?mcp[-_. ]?|[-_. ]", "", name.lower())


def merging(setup: Setup) -> Iterator[Line]:
    """Two branches may append to one file of records."""
    answer = setup.ask("check-attr", "merge", "--", SAMPLES[0], SAMPLES[1])
    if all(line.endswith(": union") for line in answer.splitlines()):
        yield ok("merge-union", "Records of two branches merge line by line.")
    else:
        yield warn(
            "merge-union",
            "Two branches that append to one file of records conflict when they are merged.",
            INIT,
            ".gitattributes",
        )
