"""What `init` plans for each file of a repository, given what stands there already."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

from agent_guards.agent.checks.workflow import ACTION, gates, read_workflows
from agent_guards.agent.init_ignore import repaired
from agent_guards.agent.plan import Step, WorkTree, step
from agent_guards.agent.pr_update import update
from agent_guards.escape import quote_all
from agent_guards.globs import Globs
from agent_guards.run import POLICY_PATH
from agent_guards.sections import normalise, parse

WORKFLOW = ".github/workflows/agent-guards.yml"
ATTRIBUTES = (
    "artifacts/*/*/mcp/*.jsonl text eol=lf merge=union linguist-generated",
    "artifacts/*/*/heartbeat.ndjson text eol=lf merge=union linguist-generated",
)
SECTIONS = ("MCP Evidence", "Heartbeat", "Dev MCP Check")
BEGIN, END = "<!-- agent-guards -->", "<!-- /agent-guards -->"
# GitHub takes the first of these folders that has one.
TEMPLATE_FOLDERS = (".github", "", "docs")
_PRODUCTION = ("app/**", "src/**", "lib/**", "packages/*/src/**", "apps/*/src/**", "server/**", "cmd/**", "internal/**")
_CODE = Globs(("**/*.{ts,tsx,js,jsx,mjs,cjs,mts,cts,vue,svelte,astro,py}",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What `init` found out about the repository."""

    paths: tuple[str, ...]
    """The files of the working tree that are not ignored."""
    branch: str
    """The default branch."""
    swallowed: Mapping[str, str]
    """Which sample paths of ours are ignored, and by which rule."""
    whole: bool = False
    """Whether everything else in the artifacts folder is ignored, and is to stay so."""
    action_ref: str


def template(name: str) -> str:
    """One of the package's templates."""
    return files("agent_guards.agent").joinpath("templates", name).read_text(encoding="utf-8")


def policy(tree: WorkTree, facts: Facts) -> Iterator[Step]:
    """The policy, with what is shipped here; a repository without such a folder switches the ban off and says so."""
    if tree.exists(POLICY_PATH):
        yield Step(path=POLICY_PATH, why="stands there; it is yours")
        return
    text = template("policy.yml")
    found = production(facts.paths)
    if found:
        text = text.replace('["app/**"]', json.dumps(found))
    else:
        text = text.replace("dev-mcp-ban:\n    mode: enforce", f"dev-mcp-ban:\n    # {_NOTHING_SHIPPED}\n    mode: off")
    yield step(
        tree, POLICY_PATH, text, f"the policy{'' if found else '; dev-mcp-ban is off until you name what is shipped'}"
    )


_NOTHING_SHIPPED = "No folder of shipped code was found. Name yours under `production`, then set this to enforce."


def production(paths: Sequence[str]) -> list[str]:
    """Which folders hold code that is shipped."""
    code = _CODE.matching(paths)
    return [pattern for pattern in _PRODUCTION if Globs((pattern,)).matching(code)]


def workflow(branch: str, action_ref: str) -> str:
    """The workflow as it is written into a repository."""
    plain = branch.replace("-", "").replace("_", "").isalnum()
    text = template("agent-guards.yml").replace("[main]", f"[{branch if plain else json.dumps(branch)}]")
    return text.replace(f"{ACTION}@v0", f"{ACTION}@{action_ref}")


def workflows(tree: WorkTree, facts: Facts) -> Iterator[Step]:
    """Gate, push and audit in one file. One that is there is left alone; `doctor` tells what it lacks."""
    there = tree.text(WORKFLOW)
    wanted = workflow(facts.branch, facts.action_ref)
    others = [gate.path for gate in gates(read_workflows(tree)) if gate.path != WORKFLOW]
    if there is None and others:
        yield Step(path=WORKFLOW, why=f"is not needed: {quote_all(others)} runs the guards")
    elif there is not None and there.replace("\r\n", "\n") != wanted:
        yield Step(path=WORKFLOW, why="differs from ours; `agent-guards doctor` tells whether it does its work")
    else:
        why = "judges pull requests, the merge queue and the default branch"
        yield step(tree, WORKFLOW, wanted if there is None else there, why)


def pull_request_template(tree: WorkTree) -> Iterator[Step]:
    """The three sections, put behind what the template says already."""
    found = templates(tree)
    path = found[0] if found else ".github/PULL_REQUEST_TEMPLATE.md"
    if len(found) > 1:
        yield Step(
            path=path, why=f"is one of several templates: {quote_all(list(found))}; keep one, then run init again"
        )
        return
    there = tree.text(path) or ""
    read = parse(there)
    missing = [title for title in SECTIONS if normalise(title) not in read]
    own = _section_lines()
    after = update(there, {title: own[title] for title in missing}) if missing and there.strip() else there
    yield step(tree, path, after if there.strip() else template("pull_request_template.md"), "the template's sections")


def templates(tree: WorkTree) -> tuple[str, ...]:
    """Every template that GitHub might take, whatever the case of its name; the one that it takes stands first."""
    paths = []
    for folder in TEMPLATE_FOLDERS:
        prefix = f"{folder}/" if folder else ""
        for name in tree.names(folder):
            stem, dot, suffix = name.lower().partition(".")
            if stem == "pull_request_template" and (not dot or suffix in {"md", "txt"}):
                if (tree.root / prefix / name).is_dir():
                    paths += [f"{prefix}{name}/{inner}" for inner in tree.names(prefix + name) if inner.endswith(".md")]
                else:
                    paths.append(prefix + name)
    return tuple(paths)


def _section_lines() -> dict[str, list[str]]:
    """The content of each section of our own template."""
    sections: dict[str, list[str]] = {}
    for part in template("pull_request_template.md").split("## ")[1:]:
        title, _, content = part.partition("\n")
        sections[title] = content.strip().split("\n")
    return sections


def ignore(tree: WorkTree, facts: Facts) -> Iterator[Step]:
    """`.gitignore`, where it swallows evidence."""
    there = tree.text(".gitignore")
    if not facts.swallowed:
        yield Step(path=".gitignore", why="swallows no evidence")
        return
    rules = sorted(set(facts.swallowed.values()))
    yield step(
        tree, ".gitignore", repaired(there or "", whole=facts.whole), f"evidence is swallowed by {quote_all(rules)}"
    )


def attributes(tree: WorkTree) -> Iterator[Step]:
    """`.gitattributes`: two branches may append to one file, diffs fold the records, and line ends stay."""
    there = tree.text(".gitattributes") or ""
    missing = [line for line in ATTRIBUTES if line not in there.splitlines()]
    yield step(tree, ".gitattributes", appended(there, missing), "evidence merges line by line and is folded in diffs")


def agents_file(tree: WorkTree) -> Iterator[Step]:
    """The section of `AGENTS.md` that agents read; a part of ours that is there is brought up to date."""
    there = tree.text("AGENTS.md") or ""
    wanted = f"{BEGIN}\n{template('agents.md')}{END}"
    before, begin, rest = there.partition(BEGIN)
    _, end, after = rest.partition(END)
    if begin and end:
        text = before + wanted + after
    else:
        text = appended(there, ["", *wanted.split("\n")] if there.strip() else wanted.split("\n"))
    yield step(tree, "AGENTS.md", text, "tells agents what to do")


def appended(text: str, lines: Iterable[str]) -> str:
    """The text with further lines, in its own line ends; the same text where there are none."""
    end_of_line = "\r\n" if "\r\n" in text else "\n"
    added = "".join(line + end_of_line for line in lines)
    return text + (end_of_line if added and text and not text.endswith("\n") else "") + added
