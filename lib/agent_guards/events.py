"""A GitHub event payload becomes the Context of a run; whatever the payload holds, it is only looked at."""

import re
from typing import Annotated, TypeVar

import msgspec

from agent_guards.context import Context
from agent_guards.errors import UsageError
from agent_guards.escape import quote

PULL_REQUEST_EVENTS = ("pull_request", "pull_request_target", "pull_request_review")
SUPPORTED = (*PULL_REQUEST_EVENTS, "push", "merge_group", "workflow_dispatch", "schedule")
# The member of a payload by which a replayed file shows its event; the first that is there decides.
_SHOWN_BY = (
    ("review", "pull_request_review"),
    ("pull_request", "pull_request"),
    ("merge_group", "merge_group"),
    ("after", "push"),
    ("inputs", "workflow_dispatch"),
    ("schedule", "schedule"),
)
_LARGEST = 25 * 1024 * 1024  # GitHub delivers no payload above 25 MB
_COMMIT = re.compile(r"(?:[0-9a-fA-F]{40}|[0-9a-fA-F]{64})\Z")
_REPOSITORY = re.compile(r"(?!\.{1,2}/)[\w.-]+/(?!\.{1,2}\Z)[\w.-]+\Z", re.ASCII)
NO_DESCRIPTION = (
    "The merge queue's event carries no description: the rules about description sections are not judged here, "
    "they were judged on the pull request."
)
_HINT = "The payload is the file that GITHUB_EVENT_PATH names, unchanged."


class _Repository(msgspec.Struct, kw_only=True):
    full_name: str
    id: int | None = None


class _User(msgspec.Struct, kw_only=True):
    login: str


class _Base(msgspec.Struct, kw_only=True):
    sha: str
    repo: _Repository


class _Head(msgspec.Struct, kw_only=True):
    sha: str
    repo: _Repository | None = None


class _PullRequest(msgspec.Struct, kw_only=True):
    number: Annotated[int, msgspec.Meta(ge=1, lt=2**53)]
    base: _Base
    head: _Head
    body: str | None = None
    user: _User | None = None
    draft: bool = False


class _MergeGroup(msgspec.Struct, kw_only=True):
    base_sha: str
    head_sha: str
    head_ref: str | None = None


class _Event(msgspec.Struct, kw_only=True):
    repository: _Repository | None = None


class _PullRequestEvent(_Event, kw_only=True):
    pull_request: _PullRequest


class _PushEvent(_Event, kw_only=True):
    before: str
    after: str


class _MergeGroupEvent(_Event, kw_only=True):
    merge_group: _MergeGroup


_Shape = TypeVar("_Shape")


def from_event(name: str | None, payload: bytes, *, repository: str | None = None) -> Context:
    """Read an event's payload. Without a name the payload shows which event it is; `repository` fills in for its own."""
    if len(payload) > _LARGEST:
        raise UsageError("The event payload is larger than 25 MiB, which no payload of GitHub's is.", _HINT)
    if name is None:
        name = _shown(payload)
    if name in PULL_REQUEST_EVENTS:
        return _pull_request(name, _decode(payload, _PullRequestEvent), repository)
    if name == "push":
        return _push(_decode(payload, _PushEvent), repository)
    if name == "merge_group":
        return _merge_group(_decode(payload, _MergeGroupEvent), repository)
    if name in SUPPORTED:
        return Context(event=name, repository=_full_name(_decode(payload, _Event), repository), whole=True)
    raise UsageError(f"The event {quote(name)} names no change to judge.", f"Supported events: {', '.join(SUPPORTED)}.")


def _shown(payload: bytes) -> str:
    members = _decode(payload, dict[str, msgspec.Raw])
    for member, name in _SHOWN_BY:
        if member in members:
            return name
    raise UsageError(
        "The payload shows none of the events that name a change to judge.",
        f"Supported events: {', '.join(SUPPORTED)}.",
    )


def _pull_request(name: str, event: _PullRequestEvent, repository: str | None) -> Context:
    pull_request = event.pull_request
    base, head = pull_request.base, pull_request.head
    return Context(
        event=name,
        repository=_full_name(event, repository),
        base=_commit(base.sha, "pull_request.base.sha"),
        head=_commit(head.sha, "pull_request.head.sha"),
        body=pull_request.body or "",
        author=pull_request.user.login if pull_request.user else None,
        pull_request=pull_request.number,
        draft=pull_request.draft,
        fork=head.repo != base.repo,
    )


def _push(event: _PushEvent, repository: str | None) -> Context:
    before, after = _commit(event.before, "before"), _commit(event.after, "after")
    if not after.strip("0"):
        raise UsageError(
            "The push deleted a branch or a tag: there is nothing to judge.",
            "Leave deletions out in the workflow, with `if: ${{ !github.event.deleted }}`.",
        )
    return Context(
        event="push",
        repository=_full_name(event, repository),
        base=before if before.strip("0") else None,
        head=after,
        whole=True,
    )


def _merge_group(event: _MergeGroupEvent, repository: str | None) -> Context:
    return Context(
        event="merge_group",
        repository=_full_name(event, repository),
        base=_commit(event.merge_group.base_sha, "merge_group.base_sha"),
        head=_commit(event.merge_group.head_sha, "merge_group.head_sha"),
        queue=event.merge_group.head_ref,
        notes=(NO_DESCRIPTION,),
    )


def _full_name(event: _Event, repository: str | None) -> str | None:
    name = event.repository.full_name if event.repository else repository
    if name is not None and not _REPOSITORY.match(name):
        raise UsageError(f"The repository {quote(name)} is not of the form owner/name.", _HINT)
    return name


def _commit(text: str, place: str) -> str:
    if not _COMMIT.match(text):
        raise UsageError(f"The event payload holds {quote(text)} at {place}, which is no commit id.", _HINT)
    return text.lower()


def _decode(payload: bytes, shape: type[_Shape]) -> _Shape:
    """Decode what we look at. The decoder's messages name only members and types of ours, never foreign text."""
    if payload.startswith(b"\xef\xbb\xbf"):
        raise UsageError("The event payload starts with a byte order mark, which JSON does not have.", _HINT)
    try:
        return msgspec.json.decode(payload, type=shape)
    except RecursionError:
        raise UsageError("The event payload is nested too deeply.", _HINT) from None
    except ValueError as error:
        raise UsageError(f"The event payload cannot be read: {error}.", _HINT) from None
