"""The program in one function: `examine` has a guard judge a change under a policy."""

from collections.abc import Iterable
from datetime import date

from agent_guards.context import Change
from agent_guards.errors import GuardError, PolicyError
from agent_guards.escape import quote
from agent_guards.finding import Finding, Severity
from agent_guards.guard import Guard
from agent_guards.policy import Policy, Waiver, parse
from agent_guards.report import Report, Verdict, decide
from agent_guards.repository import Kind, Repository

POLICY_PATH = ".github/agent-guards.yml"


def policy_of(repository: Repository, change: Change) -> tuple[Policy, str]:
    """The policy that binds a change: the one at its base, which the change cannot edit. And where it was found."""
    commit = change.policy_at
    entry = repository.entries(commit, [POLICY_PATH]).get(POLICY_PATH) if commit else None
    if entry is None:
        return Policy(), "default"
    if entry.kind is not Kind.FILE:
        raise PolicyError(
            f"{POLICY_PATH} is a {entry.kind.value} in {quote(commit)}; it was not followed.",
            "Commit the policy itself as an ordinary file.",
        )
    return parse(repository.read(entry.oid), POLICY_PATH), f"{'head' if change.whole else 'base'}:{commit}"


def examine(
    guard: Guard, repository: Repository, change: Change, policy: Policy, *, fail_on: Severity | None = Severity.ERROR
) -> Report:
    """Have one guard judge a change. Trouble of our own becomes a report of verdict `error`, never a green one."""
    mode = policy.mode(guard.name)
    report = Report(guard=guard.name, mode=mode, verdict=Verdict.NOT_APPLICABLE)
    if mode == "off":
        return Report(guard=guard.name, mode=mode, verdict=report.verdict, notes=("Switched off by the policy.",))
    try:
        inputs = guard.gather(repository, change, policy)
        found = tuple(guard.check(inputs))
    except GuardError as error:
        return Report(guard=guard.name, mode=mode, verdict=Verdict.ERROR, notes=(f"{error.message} {error.hint}",))
    # A guard that has a rule for expired waivers tells of them itself.
    tells = any(rule.id == f"{guard.name}/expired-waiver" for rule in guard.rules)
    findings, waiver_notes = waive(found, policy.waivers, change.when.date(), expired_too=not tells)
    report = Report(
        guard=guard.name,
        mode=mode,
        verdict=report.verdict,
        facts=inputs.facts,
        tables=inputs.tables,
        notes=(*change.notes, *waiver_notes, *_policy_edit(change)),
    )
    return decide(report, findings, applies=inputs.applies, exempt=bool(inputs.exemption), fail_on=fail_on)


def waive(
    findings: Iterable[Finding], waivers: Iterable[Waiver], day: date, *, expired_too: bool = True
) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """Take out what a waiver covers on the day of the head commit, and tell of each waiver that did or no longer does."""
    kept = list(findings)
    notes = []
    for waiver in waivers:
        covered = [finding for finding in kept if waiver.covers(finding.rule.id, finding.path)]
        if not covered:
            continue
        count = f"{len(covered)} finding{'s' if len(covered) > 1 else ''} of {waiver.rule}"
        if waiver.expired(day) and expired_too:
            notes.append(f"The waiver for {count} expired after {waiver.until}: {quote(waiver.reason)}.")
        elif not waiver.expired(day):
            kept = [finding for finding in kept if finding not in covered]
            notes.append(f"{count} waived until {waiver.until} by {quote(waiver.owner)}: {quote(waiver.reason)}.")
    return tuple(kept), tuple(notes)


def _policy_edit(change: Change) -> tuple[str, ...]:
    if not change.whole and any(file.path == POLICY_PATH for file in change.files):
        return (f"This change edits {POLICY_PATH}; the edit takes effect after the merge.",)
    return ()
