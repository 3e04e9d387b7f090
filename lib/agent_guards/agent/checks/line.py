"""What a check says, and what it may look at."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from agent_guards.agent.checks.platform import Platform
from agent_guards.agent.checks.workflow import Workflow, gates, read_workflows
from agent_guards.agent.plan import WorkTree
from agent_guards.env import RunEnv
from agent_guards.git_command import GitCommand

INIT = "Run `agent-guards init`."


class Status(StrEnum):
    """How it stands; `unknown` says why nobody could tell."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One result. Foreign text in `message` and `fix` has gone through `escape.quote`."""

    check: str
    status: Status
    message: str
    fix: str = ""
    path: str | None = None
    line: int | None = None


@dataclass(frozen=True, kw_only=True)
class Setup:
    """A repository as a check sees it: its working tree, its git, the run's environment, and GitHub where it can be asked."""

    tree: WorkTree
    git: GitCommand
    env: RunEnv
    now: datetime
    offline: bool = False
    platform: Platform | None = None
    given: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def tracked(self) -> tuple[str, ...]:
        """Every path that git tracks."""
        return self._listed("--cached")

    @cached_property
    def workflows(self) -> tuple[Workflow, ...]:
        """The workflow files, parsed as far as they can be."""
        return read_workflows(self.tree)

    @cached_property
    def guard_workflows(self) -> tuple[Workflow, ...]:
        """Those that have to do with guards, ours or home-made ones."""
        return tuple(one for one in self.workflows if one.guards)

    @cached_property
    def gates(self) -> tuple[Workflow, ...]:
        """Those that judge pull requests with our actions."""
        return gates(self.workflows)

    def text(self, path: str) -> str:
        """A file's text; empty where it cannot be read."""
        return self.tree.text(path) or ""

    def ask(self, *arguments: str, seconds: float = 30) -> str:
        """What a git command prints; empty where it refuses."""
        output = self.git.run(*arguments, accept=(0, 1, 128), seconds=seconds)
        return output.decode("utf-8", "surrogateescape")

    def _listed(self, *options: str) -> tuple[str, ...]:
        return tuple(sorted({path for path in self.ask("ls-files", "-z", *options).split("\0") if path}))


Check = Callable[[Setup], Iterator[Line]]


def ok(check: str, message: str, path: str | None = None) -> Line:
    """All is well."""
    return Line(check=check, status=Status.OK, message=message, path=path)


def warn(check: str, message: str, fix: str, path: str | None = None, line: int | None = None) -> Line:
    """It works, but not as well as it should."""
    return Line(check=check, status=Status.WARN, message=message, fix=fix, path=path, line=line)


def fail(check: str, message: str, fix: str, path: str | None = None, line: int | None = None) -> Line:
    """It does not do its work."""
    return Line(check=check, status=Status.FAIL, message=message, fix=fix, path=path, line=line)


def unknown(check: str, message: str, fix: str = "") -> Line:
    """Nobody could tell; the message says why."""
    return Line(check=check, status=Status.UNKNOWN, message=message, fix=fix)
