"""Judge what was gathered. Pure: the same inputs give the same findings, today and in a year."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from agent_guards.escape import quote, quote_all
from agent_guards.finding import Finding, Rule, Severity
from dev_mcp_ban import rules
from dev_mcp_ban.brought import Located
from dev_mcp_ban.inputs import Inputs

if TYPE_CHECKING:
    from dev_mcp_ban.reach import Chain

_HIT_RULES = {"import": rules.IMPORT, "type-import": rules.TYPE_IMPORT, "launch": rules.LAUNCH}
# A chain longer than this is shown by its ends.
_LONGEST_CHAIN = 12


def check(inputs: Inputs) -> Iterator[Finding]:
    """Judge what the change brings, then what its description says of it."""
    findings = list(_brought(inputs))
    yield from findings
    if not inputs.production_exists:
        yield rules.NO_PRODUCTION_FILES.at(
            f"The policy's `production` is {quote_all(inputs.production)}, and no file of the tree matches it."
        )
    for path, reason in inputs.brought.unparsed:
        yield rules.UNPARSABLE_FILE.at(f"{quote(path)} could not be read whole: {reason}.", path)
    for waiver in inputs.expired:
        yield rules.EXPIRED_WAIVER.at(
            f"The waiver for {quote(waiver.rule)} on {quote_all(waiver.paths)} ended on {waiver.until}: {quote(waiver.reason)}."
        )
    if inputs.described and not inputs.whole:
        yield from _section(inputs, findings)


def _brought(inputs: Inputs) -> Iterator[Finding]:
    for located in inputs.brought.hits:
        if located.hit.kind != "type-import" or inputs.type_imports != "allow":
            yield _hit(inputs, located)
    for chain in inputs.brought.chains:
        yield _chain(inputs, chain)
    for path, dependency in inputs.brought.dependencies:
        message = f"{quote(path)} brings {quote(dependency.spec)} into production ({dependency.where}): {_why(inputs, dependency.package)}."
        yield _finding(rules.DEPENDENCY, message, path, dependency.line, dependency.column)
    for located in inputs.brought.bundled:
        message = (
            f"The bundle {quote(located.path)} holds {quote(located.hit.spec)}: {_why(inputs, located.hit.package)}."
        )
        yield _finding(rules.BUNDLE, message, located.path, located.hit.line, located.hit.column)


def _hit(inputs: Inputs, located: Located) -> Finding:
    hit = located.hit
    rule = _HIT_RULES[hit.kind]
    verb = {"import": "imports", "type-import": "imports types of", "launch": "launches"}[hit.kind]
    message = f"{quote(located.path)} {verb} {quote(hit.spec)} ({hit.how}): {_why(inputs, hit.package)}."
    severity = Severity.ERROR if hit.kind != "type-import" or inputs.type_imports == "error" else Severity.WARNING
    return _finding(rule, message, located.path, hit.line, hit.column, severity)


def _chain(inputs: Inputs, chain: "Chain") -> Finding:
    first = chain.steps[0]
    ways = [f"{quote(step.path)} line {step.line}" for step in chain.steps]
    if len(ways) > _LONGEST_CHAIN:
        ways = [*ways[:5], f"{len(ways) - 10} more", *ways[-5:]]
    end = f"{quote(chain.path)} line {chain.hit.line}, which {_does(chain)} {quote(chain.hit.spec)}"
    message = f"{quote(first.path)} reaches {quote(chain.package)}: {' → '.join([*ways, end])}; {_why(inputs, chain.package)}."
    return _finding(rules.REACH, message, first.path, first.line, first.column)


def _does(chain: "Chain") -> str:
    return "launches" if chain.hit.kind == "launch" else "imports"


def _why(inputs: Inputs, package: str) -> str:
    """Say why a package is banned, in a way that ends the discussion."""
    if package.lower() in inputs.listed:
        return f"the policy bans {quote(package)}, a development-only MCP server"
    return f"the words of the name {quote(package)} make it a development-only MCP server (`banned.patterns` of the policy)"


def _finding(rule: Rule, message: str, path: str, line: int, column: int, severity: Severity | None = None) -> Finding:
    """Make a finding whose fix ends with the line that would be the waiver."""
    waiver = f'- {{rule: {rule.id}, paths: ["{path}"], reason: "…", owner: "@…", until: YYYY-MM-DD}}'
    fix = f"{rule.fix} To accept it until a day, have this line added to `waivers` of the policy: {quote(waiver, 400)}"
    return rule.at(message, path, line, column, fix=fix, severity=severity)


def _section(inputs: Inputs, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Judge what the description says."""
    section = inputs.section
    wanted = inputs.require_section == "always" or (
        inputs.require_section == "production" and bool(inputs.production_files)
    )
    standing = [finding for finding in findings if finding.severity is Severity.ERROR and not _waived(inputs, finding)]
    if inputs.verified_on and standing:
        yield rules.FALSE_STATEMENT.at(
            f"Line {inputs.verified_on} of the description says that it was verified, "
            f"but {len(standing)} finding{'s' * (len(standing) > 1)} of this guard stand{'s' * (len(standing) == 1)}."
        )
    if inputs.verified_on or not wanted or inputs.exempt_author:
        return
    if section is None:
        count = len(inputs.production_files)
        subject = f"The change touches {quote_all(inputs.production_files, 3)}, but the" if count else "The"
        yield rules.MISSING_SECTION.at(f"{subject} description has no Dev MCP Check section.")
    elif inputs.unticked_on:
        yield rules.UNVERIFIED_SECTION.at(f"The box in line {inputs.unticked_on} of the description is not ticked.")
    elif inputs.template:
        yield rules.PLACEHOLDER.at(
            f"The Dev MCP Check section (line {section.number} of the description) is empty, or still the template."
        )
    else:
        yield rules.UNVERIFIED_SECTION.at(
            f"The Dev MCP Check section (line {section.number} of the description) does not say that it was verified.",
            fix="Write `- [x] Verified: No dev MCP imports in app/` under the heading.",
        )


def _waived(inputs: Inputs, finding: Finding) -> bool:
    return any(waiver.covers(finding.rule.id, finding.path) for waiver in inputs.waivers)
