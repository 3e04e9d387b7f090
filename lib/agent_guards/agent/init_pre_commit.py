"""Add our hook to an existing pre-commit configuration, as text, so that its comments and its layout stay."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from agent_guards import __version__
from agent_guards.agent.plan import Step, WorkTree, step

if TYPE_CHECKING:
    import yaml

PATH = ".pre-commit-config.yaml"
HOOK = "agent-guards-validate"
SOURCE = "https://github.com/agent-guards/agent-guards"
_BY_HAND = f"add the hook `{HOOK}` of {SOURCE} by hand"


def pre_commit(tree: WorkTree) -> Iterator[Step]:
    """Plan the entry; without a configuration there is nothing to add it to."""
    there = tree.text(PATH)
    if there is None:
        return
    if HOOK in there:
        yield Step(path=PATH, why="has the hook")
        return
    after = with_hook(there)
    if after is None:
        yield Step(path=PATH, why=f"is laid out in a way that init does not write; {_BY_HAND}")
    else:
        yield step(tree, PATH, after, "validates evidence before it is committed")


def with_hook(text: str) -> str | None:
    """The configuration with our hook behind its last one; None where that cannot be done without doubt."""
    import yaml

    repos = _repos(_composed(text))
    if repos is None or repos.flow_style or not repos.value:
        return None
    end_of_line = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines(keepends=True)
    at = _last_line(repos) + 1
    if not lines[at - 1].endswith("\n"):
        lines[at - 1] += end_of_line
    lines[at:at] = [" " * repos.start_mark.column + line + end_of_line for line in _entry()]
    after = "".join(lines)
    before = _loaded(text)
    if not isinstance(before, dict):
        return None
    expected = {**before, "repos": [*before["repos"], *yaml.safe_load("\n".join(_entry()))]}
    return after if _loaded(after) == expected else None


def _composed(text: str) -> "yaml.Node | None":
    import yaml

    try:
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, ValueError):
        return None


def _loaded(text: str) -> object:
    import yaml

    try:
        document: object = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError):
        return None
    return document


def _entry() -> list[str]:
    return [f"- repo: {SOURCE}", f"  rev: v{__version__}", "  hooks:", f"    - id: {HOOK}"]


def _repos(root: "yaml.Node | None") -> "yaml.SequenceNode | None":
    import yaml

    if not isinstance(root, yaml.MappingNode):
        return None
    values = [value for key, value in root.value if key.value == "repos"]
    return values[0] if len(values) == 1 and isinstance(values[0], yaml.SequenceNode) else None


def _last_line(node: "yaml.Node") -> int:
    """The line on which the last scalar of a node ends; where a block ends, comments may stand already."""
    import yaml

    if isinstance(node, yaml.ScalarNode):
        end = node.end_mark
        return int(end.line) if end.column else int(end.line) - 1
    if not node.value or getattr(node, "flow_style", False):
        return int(node.end_mark.line)
    last = node.value[-1]
    return _last_line(last[1] if isinstance(last, tuple) else last)
