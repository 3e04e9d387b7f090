"""The core data: a Rule is a value from which everything is printed, a Finding is one place where it fires."""

from enum import IntEnum

from msgspec import Struct


class Severity(IntEnum):
    """How grave a finding is; the order is the meaning."""

    NOTICE = 1
    WARNING = 2
    ERROR = 3

    @property
    def word(self) -> str:
        """The name as it stands in reports, policy and annotations."""
        return self.name.lower()


class Rule(Struct, frozen=True, kw_only=True):
    """One rule of a guard. README tables, `explain`, SARIF, annotations and comments are printed from it."""

    id: str
    severity: Severity
    what: str
    """When the rule fires, one sentence."""
    why: str
    """What would go wrong without it."""
    fix: str
    """What to do now, as an instruction."""

    @property
    def guard(self) -> str:
        """The guard whose rule it is: the part of the id before the slash."""
        return self.id.partition("/")[0]

    @property
    def docs(self) -> str:
        """Where the rule is explained."""
        folder = self.guard.replace("-", "_")
        return f"https://github.com/agent-guards/agent-guards/blob/main/{folder}/README.md#{self.id.partition('/')[2]}"

    def at(
        self,
        message: str,
        path: str | None = None,
        line: int | None = None,
        column: int | None = None,
        *,
        fix: str = "",
        severity: Severity | None = None,
    ) -> "Finding":
        """Make a finding of this rule. Foreign text in `message` and `fix` has gone through `escape.quote`."""
        return Finding(
            rule=self,
            severity=self.severity if severity is None else severity,
            message=message,
            path=path,
            line=line,
            column=column,
            fix=fix or self.fix,
        )


class Finding(Struct, frozen=True, kw_only=True):
    """One place where a rule fires. `path` is as git holds it (bytes that are no UTF-8 as lone surrogates)."""

    rule: Rule
    severity: Severity
    message: str
    path: str | None
    line: int | None
    column: int | None
    fix: str

    @property
    def order(self) -> tuple[str, int, int, str, str]:
        """Reports are ordered by path, line, rule; what has no path comes first."""
        return (self.path or "", self.line or 0, self.column or 0, self.rule.id, self.message)
