"""A merge group is judged as the one change that it is, and each of its pull requests by its own description and commits."""

import re
from collections.abc import Callable, Sequence

import msgspec
from msgspec.structs import replace

from agent_guards.api import Fault, GitHub, Trouble
from agent_guards.context import Context
from agent_guards.errors import GuardError
from agent_guards.escape import quote
from agent_guards.events import NO_DESCRIPTION
from agent_guards.finding import Finding
from agent_guards.live import of_pull
from agent_guards.pull import MISSHAPEN, PULL, Node, Pull, shaped
from agent_guards.report import Report, Verdict

MOST_COMMITS = 100
"""Commits of a group, the newest, whose pull requests are asked for beside the queue itself."""
_QUEUE = re.compile(r"(?:refs/heads/)?gh-readonly-queue/(?P<base>.+)/pr-(?P<number>[1-9][0-9]{0,9})-[0-9a-f]{40,64}")
_GRAVEST = (Verdict.ERROR, Verdict.FAIL, Verdict.WARN, Verdict.PASS, Verdict.EXEMPT, Verdict.NOT_APPLICABLE)


class _Associated(Node, frozen=True, kw_only=True):
    nodes: tuple[Pull, ...]


class _Commit(Node, frozen=True, kw_only=True):
    associated_pull_requests: _Associated | None = None


class _Built(Node, frozen=True, kw_only=True):
    oid: str


class _Entry(Node, frozen=True, kw_only=True):
    head_commit: _Built | None
    pull_request: Pull | None


class _Entries(Node, frozen=True, kw_only=True):
    nodes: tuple[_Entry, ...]


class _Queue(Node, frozen=True, kw_only=True):
    entries: _Entries


def members(github: GitHub | None, group: Context, commits: Sequence[str]) -> tuple[tuple[Pull, ...], tuple[str, ...]]:
    """The group's pull requests, and the notes that the group's reports carry then."""
    if github is None or group.repository is None or group.queue is None:
        return (), (*group.notes, "No token was given to ask for the group's pull requests.")
    found = of_group(github, group.repository, group.queue, commits)
    if isinstance(found, Fault):
        return (), (*group.notes, f"The group's pull requests could not be asked for: {found.message}.")
    if not found:
        return (), (*group.notes, "GitHub names no pull request of this group.")
    names = ", ".join(f"#{pull.number}" for pull in found)
    notes = tuple(note for note in group.notes if note != NO_DESCRIPTION)
    return found, (*notes, f"The group brings {names}; each was judged by its description of now and its own commits.")


def context_of(pull: Pull, group: Context) -> Context:
    """What one pull request of the group is: its own commits upon what the group builds on, with its description of now.

    Its body cannot be held against the group's whole change: that would claim one author's words for another's files.
    """
    return of_pull(pull, group, base=group.base)


def judge_group(
    pulls: Sequence[Pull], group: Context, reports: Sequence[Report], examine: Callable[[Context], Sequence[Report]]
) -> tuple[Report, ...]:
    """The group's reports with what was found in its pull requests; one that cannot be judged is told in a note."""
    together = tuple(reports)
    for pull in pulls:
        try:
            own = examine(context_of(pull, group))
        except GuardError as error:
            note = f"#{pull.number} was not judged by its description again: {error.message}"
            together = tuple(replace(report, notes=(*report.notes, note)) for report in together)
        else:
            together = tuple(_with(report, pull, more) for report, more in zip(together, own, strict=True))
    return together


def _with(report: Report, pull: Pull, own: Report) -> Report:
    """Add one pull request's findings. What stands at a place of a file is known from the group and told once."""
    findings = tuple(dict.fromkeys((*report.findings, *(_named(finding, pull) for finding in own.findings))))
    return replace(
        report,
        verdict=min((report.verdict, own.verdict), key=_GRAVEST.index),
        findings=tuple(sorted(findings, key=lambda finding: finding.order)),
        notes=(*report.notes, *(f"#{pull.number}: {note}" for note in own.notes if note not in report.notes)),
    )


def _named(finding: Finding, pull: Pull) -> Finding:
    return finding if finding.path else replace(finding, message=f"#{pull.number}: {finding.message}")


def of_group(github: GitHub, repository: str, branch: str, commits: Sequence[str]) -> tuple[Pull, ...] | Fault:
    """The open pull requests whose commits a merge group brings, the one that names the queue's branch among them."""
    named = _QUEUE.fullmatch(branch)
    if named is None:
        return Fault(trouble=Trouble.MISSING, message=f"{quote(branch)} is no branch of a merge queue")
    owner, _, name = repository.partition("/")
    asked = commits[:MOST_COMMITS]
    variables: dict[str, object] = {"owner": owner, "name": name, "number": int(named["number"]), "base": named["base"]}
    variables |= {f"oid{index}": oid for index, oid in enumerate(asked)}
    heads = ["$owner: String!", "$name: String!", "$number: Int!", "$base: String!"]
    heads += [f"$oid{index}: GitObjectID!" for index in range(len(asked))]
    of_commit = f"... on Commit {{ associatedPullRequests(first: 20) {{ nodes {{ {PULL} }} }} }}"
    queued = f"entries(first: 100) {{ nodes {{ headCommit {{ oid }} pullRequest {{ {PULL} }} }} }}"
    fields = [
        f"pull: pullRequest(number: $number) {{ {PULL} }}",
        f"queue: mergeQueue(branch: $base) {{ {queued} }}",
    ]
    fields += [f"c{index}: object(oid: $oid{index}) {{ {of_commit} }}" for index in range(len(asked))]
    answer = github.query(
        f"query({', '.join(heads)}) {{ repository(owner: $owner, name: $name) {{ {' '.join(fields)} }} }}", variables
    )
    found = shaped(answer, dict[str, dict[str, dict[str, object] | None] | None])
    if isinstance(found, Fault):
        return found
    nodes = found.get("repository") or {}
    try:
        own, queue = msgspec.convert((nodes.get("pull"), nodes.get("queue")), tuple[Pull | None, _Queue | None])
        others = [node for member, node in nodes.items() if member not in {"pull", "queue"}]
        brought = msgspec.convert(others, tuple[_Commit | None, ...])
    except msgspec.ValidationError:
        return MISSHAPEN
    entries = queue.entries.nodes if queue else ()
    queued_here = [one.pull_request for one in entries if one.head_commit and one.head_commit.oid in commits]
    associated = [
        pull
        for commit in brought
        if commit and commit.associated_pull_requests
        for pull in commit.associated_pull_requests.nodes
    ]
    members = (
        [pull for pull in (own, *queued_here) if pull]
        if any(queued_here)
        else _of_commits(own, associated, named["base"], commits)
    )
    return tuple(sorted({pull.number: pull for pull in members}.values(), key=lambda pull: pull.number))


def _of_commits(own: Pull | None, pulls: Sequence[Pull], base: str, commits: Sequence[str]) -> list[Pull]:
    """Where the queue cannot be asked, guess from the commits; one may also belong to a pull request built upon another.

    Where the queue merges, the heads themselves are in the group; where it squashes or rebases, none is.
    """
    candidates = [pull for pull in pulls if pull.state == "OPEN" and pull.base_ref_name == base]
    merged = [pull for pull in candidates if pull.head_ref_oid in commits]
    return [*([own] if own else []), *(merged or candidates)]
