"""Tells whether the scripts in the guards' workflows can run at all, and reach what they are there for."""

import ast
import re
import textwrap
from collections.abc import Iterator
from posixpath import dirname, normpath

from agent_guards.agent.checks.line import Line, Setup, fail
from agent_guards.escape import quote

_PYTHON = re.compile(r"python[\d.]*\s[^\n]*<<-?\s*['\"]?(\w+)['\"]?[^\n]*\n(.*?)^\s*\1\s*$", re.DOTALL | re.MULTILINE)
_LOCKS = ("package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml")
_NODE = re.compile(r"\bnode\s+(?:--[\w=-]+\s+)*([\w./-]+\.js)\b")
_EXIT = re.compile(r"exit\s+(?:\d+|\"?\$\{?\w+\}?\"?)\s*(?:#.*)?")


def python_heredocs(setup: Setup) -> Iterator[Line]:
    """Python that stands in a heredoc is Python: its indentation means something."""
    for workflow in setup.guard_workflows:
        for step in workflow.steps:
            for found in _PYTHON.finditer(step.run):
                try:
                    ast.parse(found[2])
                except (SyntaxError, ValueError) as error:
                    line = step.script_line(
                        step.run.count("\n", 0, found.start(2)) + (getattr(error, "lineno", 1) or 1) - 1
                    )
                    yield fail(
                        "heredoc-python",
                        f"{quote(workflow.path)}: the Python in this heredoc does not run ({quote(type(error).__name__)}).",
                        "Take the common indentation off the Python, or move it to a file.",
                        workflow.path,
                        line,
                    )


def unreachable(setup: Setup) -> Iterator[Line]:
    """No script ends before it begins to check."""
    for workflow in setup.guard_workflows:
        for step in workflow.steps:
            lines = textwrap.dedent(step.run).rstrip().split("\n")
            for index, line in enumerate(lines[:-1]):
                rest = [one for one in lines[index + 1 :] if one.strip() and not one.strip().startswith("#")]
                if _EXIT.fullmatch(line) and rest:
                    yield fail(
                        "unreachable-lines",
                        f"{quote(workflow.path)}: the script ends at {quote(line.strip())}; the {len(rest)} lines behind it never run.",
                        "Take the `exit` out, or what stands behind it.",
                        workflow.path,
                        step.script_line(index),
                    )
                    break


def backticks(setup: Setup) -> Iterator[Line]:
    """A backtick between double quotes is a command to the shell, whatever it was meant as."""
    for workflow in setup.guard_workflows:
        for step in workflow.steps:
            for index, line in enumerate(step.run.split("\n")):
                if any(_runs_backtick(text) for text in re.findall(r'"((?:[^"\\]|\\.)*)"', line)):
                    yield fail(
                        "shell-backticks",
                        f"{quote(workflow.path)}: a backtick stands between double quotes, and the shell runs what follows it.",
                        "Put the text in single quotes.",
                        workflow.path,
                        step.script_line(index),
                    )


def _runs_backtick(text: str) -> bool:
    """Whether a backtick is left once escapes are read from the left: a backslash may itself be escaped."""
    return "`" in re.sub(r"\\.", "", text)


def lockfile(setup: Setup) -> Iterator[Line]:
    """What installs from a lock file has one."""
    if any(path.rsplit("/", 1)[-1] in _LOCKS for path in setup.tracked):
        return
    for workflow in setup.guard_workflows:
        for step in workflow.steps:
            if re.search(r"\bnpm ci\b", step.run) or step.view.get("with").get("cache").text in {"npm", "yarn", "pnpm"}:
                yield fail(
                    "lockfile",
                    f"{quote(workflow.path)} installs from a lock file (`npm ci`, `cache: npm`), and none is committed: the step fails.",
                    "Commit the lock file, or take the step out: our guards need nothing of npm.",
                    workflow.path,
                    step.view.line,
                )


def commonjs(setup: Setup) -> Iterator[Line]:
    """A `.js` script that calls require() is not in a package whose modules are ES modules."""
    import json

    for workflow in setup.guard_workflows:
        for step in workflow.steps:
            for name in _NODE.findall(step.run):
                path = normpath(name)
                if not re.search(r"\brequire\(", setup.text(path)):
                    continue
                manifest = next((at for at in _manifests(path) if setup.tree.read(at) is not None), None)
                try:
                    kind = json.loads(setup.text(manifest)).get("type") if manifest else None
                except (ValueError, AttributeError):
                    continue
                if kind == "module":
                    yield fail(
                        "commonjs-in-module",
                        f"{quote(path)} calls require(), and {quote(manifest)} makes every .js file an ES module: it dies at once.",
                        "Name it .cjs, or replace it by our action.",
                        path,
                    )


def _manifests(path: str) -> Iterator[str]:
    folder = dirname(path)
    while folder:
        yield f"{folder}/package.json"
        folder = dirname(folder)
    yield "package.json"
