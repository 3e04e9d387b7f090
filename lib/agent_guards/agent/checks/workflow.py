"""A workflow file, read tolerantly: its YAML with line numbers, or what keeps it from being YAML."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from agent_guards.agent.plan import WorkTree

if TYPE_CHECKING:
    import yaml

FOLDER = ".github/workflows"
EVENTS = ("pull_request", "pull_request_target")
ACTION = "agent-guards/agent-guards"
GUARDS = {"guard-mcp": "guard_mcp", "idle-guard": "idle_guard", "dev-mcp-ban": "dev_mcp_ban"}
_CONCERNED = re.compile(r"agent-guards|guard-mcp|idle-guard|dev-mcp-ban|MCP Evidence", re.IGNORECASE)
# Our own repository runs its actions from its checkout.
_OURS = re.compile(rf"(?:{ACTION}(?:/(?P<folder>\w+))?@(?P<ref>.+)|\./(?P<own>guard_mcp|idle_guard|dev_mcp_ban)?)")


class View:
    """A YAML node, asked by key; what is not there answers as nothing."""

    def __init__(self, node: "yaml.Node | None", line: int = 0) -> None:
        self.node = node
        self._line = line

    @property
    def line(self) -> int:
        """The line on which it stands, from 1; 0 for nothing."""
        return self.node.start_mark.line + 1 if self.node else self._line

    @property
    def there(self) -> bool:
        """Whether anything stands here."""
        return self.node is not None

    @property
    def text(self) -> str:
        """A scalar's text; empty for anything else."""
        return str(self.node.value) if self.node and isinstance(self.node.value, str) else ""

    def get(self, key: str) -> "View":
        """What a mapping holds under a key."""
        return next((view for name, view in self.items() if name == key), View(None))

    def items(self) -> Iterator[tuple[str, "View"]]:
        """The entries of a mapping."""
        if self.node and isinstance(self.node.value, list):
            for entry in self.node.value:
                if isinstance(entry, tuple):
                    yield str(entry[0].value), View(entry[1])

    def list(self) -> Iterator["View"]:
        """The items of a list; a scalar is a list of itself."""
        if self.text:
            yield self
        elif self.node and isinstance(self.node.value, list):
            yield from (View(item) for item in self.node.value if not isinstance(item, tuple))

    def names(self) -> tuple[str, ...]:
        """The names that a scalar, a list or a mapping gives, as GitHub accepts for `on` and `needs`."""
        return tuple(view.text for view in self.list()) or tuple(name for name, _ in self.items())


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a job."""

    job: str
    view: View

    @property
    def run(self) -> str:
        """Its script."""
        return self.view.get("run").text

    @property
    def uses(self) -> str:
        """The action that it uses."""
        return self.view.get("uses").text

    def script_line(self, index: int) -> int:
        """The line of the file on which a line of the script stands (a block begins on the line behind its key)."""
        run = self.view.get("run")
        block = run.node is not None and getattr(run.node, "style", None) in {"|", ">"}
        return run.line + index + (1 if block else 0)


@dataclass(frozen=True)
class Workflow:
    """One file. `fault` says why it is no YAML, `fault_line` where."""

    path: str
    text: str
    root: View
    fault: str = ""
    fault_line: int = 0
    own_actions: bool = False
    """`uses: ./` means our action: this is our own repository."""
    duplicates: tuple[tuple[str, int, int], ...] = ()
    """Keys that stand twice: name, first line, second line."""

    @cached_property
    def guards(self) -> bool:
        """Whether the file has to do with guards, ours or home-made ones."""
        return bool(_CONCERNED.search(self.path) or _CONCERNED.search(self.text))

    @cached_property
    def triggers(self) -> View:
        """What stands under `on`."""
        return self.root.get("on")

    @property
    def on_pull_request(self) -> bool:
        """Whether it runs for pull requests."""
        return not set(EVENTS).isdisjoint(self.triggers.names())

    @cached_property
    def jobs(self) -> dict[str, View]:
        """Its jobs."""
        return dict(self.root.get("jobs").items())

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The steps of all jobs."""
        return tuple(Step(job, step) for job, view in self.jobs.items() for step in view.get("steps").list())

    @cached_property
    def our_jobs(self) -> dict[str, frozenset[str]]:
        """The jobs that run our actions, and which guards each runs."""
        found: dict[str, set[str]] = {}
        for step in self.steps:
            ours = _OURS.fullmatch(step.uses.strip())
            if ours and (ours["ref"] or self.own_actions):
                folder = ours["folder"] or ours["own"]
                names = {name for name, module in GUARDS.items() if module == folder} if folder else set(GUARDS)
                found.setdefault(step.job, set()).update(names)
        return {job: frozenset(names) for job, names in found.items()}

    def check_name(self, job: str) -> str:
        """The name under which GitHub reports a job."""
        return self.jobs[job].get("name").text or job


def read_workflows(tree: WorkTree) -> tuple[Workflow, ...]:
    """Read every workflow file of the repository."""
    names = [name for name in tree.names(FOLDER) if name.endswith((".yml", ".yaml"))]
    own = "agent_guards" in (tree.text("action.yml") or "")
    read = (parse(f"{FOLDER}/{name}", tree.text(f"{FOLDER}/{name}") or "") for name in names)
    return tuple(replace(one, own_actions=own) for one in read)


def gates(workflows: Sequence[Workflow]) -> tuple[Workflow, ...]:
    """Those that judge pull requests with our actions; where one is started by edits, others only use an action of ours."""
    found = [one for one in workflows if one.our_jobs and one.on_pull_request]
    edited = [one for one in found if any("edited" in one.triggers.get(event).get("types").names() for event in EVENTS)]
    return tuple(edited or found)


def parse(path: str, text: str) -> Workflow:
    """Parse one workflow."""
    import yaml

    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return Workflow(path, text, View(None), error.problem or "not YAML", mark.line + 1 if mark else 1)
    except (yaml.YAMLError, RecursionError) as error:
        return Workflow(path, text, View(None), str(error).split("\n", 1)[0], 1)
    if not isinstance(node, yaml.MappingNode):
        return Workflow(path, text, View(None), "the file holds no mapping", 1)
    return Workflow(path, text, View(node), duplicates=tuple(_duplicates(node, set())))


def _duplicates(node: "yaml.Node", seen: set[int]) -> Iterator[tuple[str, int, int]]:
    """Find keys that stand twice in one mapping, anywhere below a node; an alias is looked at once."""
    if id(node) in seen or not isinstance(node.value, list):
        return
    seen.add(id(node))
    first: dict[str, int] = {}
    children: Sequence[object] = node.value
    for child in children:
        key, value = child if isinstance(child, tuple) else (None, child)
        if key is not None:
            name, line = str(key.value), key.start_mark.line + 1
            if name in first:
                yield name, first[name], line
            first.setdefault(name, line)
        yield from _duplicates(value, seen)
