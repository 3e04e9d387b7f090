"""Which rules apply: the policy file of the base commit, typed, with a default for everything that it leaves out."""

from datetime import date, timedelta
from functools import lru_cache
from typing import Annotated, Literal

import msgspec
from msgspec.structs import replace

from agent_guards import durations, policy_yaml
from agent_guards.globs import Globs, spellings
from agent_guards.report import Mode

MOST = 500
EVERYWHERE = "**"

Text = Annotated[str, msgspec.Meta(pattern=r"\S")]
Texts = Annotated[tuple[Text, ...], msgspec.Meta(max_length=MOST)]
Patterns = Annotated[tuple[str, ...], msgspec.Meta(max_length=MOST)]
Words = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9]+(\*[a-z0-9]+)*$(?!\n)")]
AgentName = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$(?!\n)")]
RuleId = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]*/[a-z][a-z0-9-]*$(?!\n)")]


def _check_spans(*texts: str) -> None:
    for text in texts:
        durations.parse(text)


def _check_patterns(*patterns: str) -> None:
    for pattern in patterns:
        spellings(pattern)


class _Part(msgspec.Struct, frozen=True, rename="kebab", forbid_unknown_fields=True):
    """A mapping of the file: keys in kebab-case, none that we do not know."""


class _Settings(_Part, frozen=True, kw_only=True):
    """What every guard can be told."""

    mode: Mode = "enforce"


class GuardMcp(_Settings, frozen=True, kw_only=True):
    """What guard-mcp asks for."""

    code: Patterns = ("**/*.{ts,tsx,js,jsx,mjs,cjs,py,go,rs,java,rb,php,cs,kt,swift,c,h,cpp,sql,sh}",)
    not_code: Patterns = ("docs/**", "**/*.md", "artifacts/**")
    tools: Texts = ()
    max_clock_skew: str = "5m"
    max_age: str = "14d"
    require_recorded: Literal["off", "warn", "error"] = "off"
    require_section: Literal["code", "always", "never"] = "code"

    def __post_init__(self) -> None:
        _check_spans(self.max_clock_skew, self.max_age)
        _check_patterns(*self.code, *self.not_code)

    @property
    def clock_skew(self) -> timedelta:
        """How far after the head commit an evidence line may lie."""
        return durations.parse(self.max_clock_skew)

    @property
    def age_limit(self) -> timedelta:
        """How far before the head commit an evidence line may lie."""
        return durations.parse(self.max_age)


class IdleGuard(_Settings, frozen=True, kw_only=True):
    """What idle-guard asks for."""

    stale_after: str = "15m"
    long_task: str = "2h"
    require_section: Literal["auto", "always", "never"] = "auto"

    def __post_init__(self) -> None:
        _check_spans(self.stale_after, self.long_task)

    @property
    def stale_limit(self) -> timedelta:
        """How long after its last beat a task counts as stale."""
        return durations.parse(self.stale_after)

    @property
    def long_limit(self) -> timedelta:
        """From which span of work on a change is long."""
        return durations.parse(self.long_task)


class Banned(_Part, frozen=True, kw_only=True):
    """What must not reach production code."""

    packages: Texts = (
        "@shopify/mcp-server-dev",
        "@shopify/dev-mcp",
        "context7-mcp",
        "@upstash/context7-mcp",
        "chrome-devtools-mcp",
    )
    patterns: Annotated[tuple[Words, ...], msgspec.Meta(max_length=MOST)] = ("mcp*dev", "dev*mcp")


class DevMcpBan(_Settings, frozen=True, kw_only=True):
    """What dev-mcp-ban asks for."""

    production: Patterns = ("app/**",)
    allowed: Patterns = ("scripts/**", "tests/**", "**/__tests__/**", "**/*.{test,spec}.*", ".cursor/**", "docs/**")
    banned: Banned = Banned()
    bundles: Patterns = ()
    type_imports: Literal["allow", "warn", "error"] = "warn"
    require_section: Literal["production", "always", "never"] = "production"

    def __post_init__(self) -> None:
        _check_patterns(*self.production, *self.allowed, *self.bundles)


class GuardPolicies(_Part, frozen=True, kw_only=True):
    """The settings of each guard."""

    guard_mcp: GuardMcp = GuardMcp()
    idle_guard: IdleGuard = IdleGuard()
    dev_mcp_ban: DevMcpBan = DevMcpBan()


class Authors(_Part, frozen=True, kw_only=True):
    """Whose pull requests are judged differently."""

    exempt: Texts = ("dependabot[bot]", "renovate[bot]")


class ServerName(_Part, frozen=True, kw_only=True):
    """The name under which an MCP server's calls are recorded."""

    server: Text
    tool: Text


class AuthorName(_Part, frozen=True, kw_only=True):
    """The agent that an author of commits is: by the name or the e-mail address that git is told."""

    author: Text
    agent: AgentName


class Recorder(_Part, frozen=True, kw_only=True):
    """What the recorder is told: how to call things."""

    tools: Annotated[tuple[ServerName, ...], msgspec.Meta(max_length=MOST)] = ()
    agents: Annotated[tuple[AuthorName, ...], msgspec.Meta(max_length=MOST)] = ()


class OnFailure(_Part, frozen=True, kw_only=True):
    """What happens to a pull request at which a guard fails, beside the report."""

    labels: bool = False
    draft: bool = False


class Waiver(_Part, frozen=True, kw_only=True):
    """One rule, accepted on some paths until a day."""

    rule: RuleId
    paths: Annotated[Patterns, msgspec.Meta(min_length=1)]
    reason: Text
    owner: Text
    until: date

    def __post_init__(self) -> None:
        _check_patterns(*self.paths)

    def expired(self, day: date) -> bool:
        """Whether the last day on which the waiver holds is over."""
        return day > self.until

    def covers(self, rule: str, path: str | None, day: date | None = None) -> bool:
        """Whether a finding of this rule at this path is meant, and not too late on this day; no path is only in `**`."""
        if rule != self.rule or (day is not None and self.expired(day)):
            return False
        return EVERYWHERE in self.paths if path is None else _globs(self.paths).match(path)


class Policy(_Part, frozen=True, kw_only=True):
    """The whole file."""

    version: Literal[1] = 1
    guards: GuardPolicies = GuardPolicies()
    authors: Authors = Authors()
    recorder: Recorder = Recorder()
    on_failure: OnFailure = OnFailure()
    waivers: Annotated[tuple[Waiver, ...], msgspec.Meta(max_length=MOST)] = ()

    def __post_init__(self) -> None:
        if len({(waiver.rule, frozenset(waiver.paths)) for waiver in self.waivers}) < len(self.waivers):
            raise ValueError("Two waivers speak of the same rule and paths.")

    def mode(self, guard: str) -> Mode:
        """The mode of a guard by its name; a guard that the file cannot speak of enforces."""
        settings: dict[str, _Settings] = {
            "guard-mcp": self.guards.guard_mcp,
            "idle-guard": self.guards.idle_guard,
            "dev-mcp-ban": self.guards.dev_mcp_ban,
        }
        return settings[guard].mode if guard in settings else "enforce"

    def with_mode(self, mode: Mode) -> "Policy":
        """The same policy with one mode for all guards."""
        guards = GuardPolicies(
            guard_mcp=replace(self.guards.guard_mcp, mode=mode),
            idle_guard=replace(self.guards.idle_guard, mode=mode),
            dev_mcp_ban=replace(self.guards.dev_mcp_ban, mode=mode),
        )
        return replace(self, guards=guards)


def parse(data: bytes, name: str) -> Policy:
    """Read a policy file; an empty one means all defaults. PolicyError says everything that is wrong with it."""
    document = policy_yaml.load(data, name)
    if document is None:
        return Policy()
    try:
        return msgspec.convert(document, Policy)
    except msgspec.ValidationError as refusal:
        from agent_guards.policy_problems import explain

        raise explain(document, policy_yaml.lines(data, name), name, str(refusal)) from None


@lru_cache(maxsize=MOST)
def _globs(patterns: tuple[str, ...]) -> Globs:
    return Globs(patterns)
