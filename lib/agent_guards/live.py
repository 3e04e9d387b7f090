"""What GitHub says now, where the event only says what was: the pull request, its description, who is in a merge group."""

import hashlib
from collections.abc import Sequence

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from agent_guards.api import Fault, GitHub, Trouble
from agent_guards.context import Context
from agent_guards.errors import GuardError
from agent_guards.escape import quote
from agent_guards.pull import PULL, Comment, Label, Node, Pull, shaped

PAGES = 50
"""Pages of a hundred comments that are looked through."""
_COMMENTS = (
    "comments(first: 100, after: $after) { nodes { id body url viewerDidAuthor } pageInfo { hasNextPage endCursor } }"
)


class _Repository(Node, frozen=True, kw_only=True):
    id: str
    pull_request: Pull | None = None


class _Answer(Node, frozen=True, kw_only=True):
    repository: _Repository | None


class Page(Struct, frozen=True, kw_only=True):
    """What one request brings at the start of a run."""

    repository_id: str
    pull: Pull | None = None
    comments: tuple[Comment, ...] = ()
    """All of them, where they were asked for."""
    whole: bool = True
    """Whether every comment was seen; where not, none is written."""
    labels: tuple[Label, ...] = ()
    """The asked labels that the repository has."""


def read(
    github: GitHub, repository: str, number: int | None, *, comments: bool = False, labels: Sequence[str] = ()
) -> Page | Fault:
    """Ask for the repository and, where there is one, for the pull request with what sinks need to know of it."""
    owner, _, name = repository.partition("/")
    variables: dict[str, object] = {"owner": owner, "name": name}
    heads, fields = ["$owner: String!", "$name: String!"], ["id"]
    if number is not None:
        variables["number"] = number
        heads.append("$number: Int!")
        wanted = [PULL, "labels(first: 100) { nodes { id name } }" if labels else ""]
        if comments:
            variables["after"] = None
            heads.append("$after: String")
            wanted.append(_COMMENTS)
        fields.append(f"pullRequest(number: $number) {{ {' '.join(filter(None, wanted))} }}")
        for index, label in enumerate(labels):
            variables[f"label{index}"] = label
            heads.append(f"$label{index}: String!")
            fields.append(f"label{index}: label(name: $label{index}) {{ id name }}")
    text = f"query({', '.join(heads)}) {{ repository(owner: $owner, name: $name) {{ {' '.join(fields)} }} }}"
    answer = github.query(text, variables)
    found = shaped(answer, _Answer)
    if isinstance(found, Fault):
        return found
    if found.repository is None or (number is not None and found.repository.pull_request is None):
        unknown = f"GitHub shows no {'such pull request' if found.repository else 'such repository'}"
        return answer.fault or Fault(trouble=Trouble.MISSING, message=unknown)
    pull = found.repository.pull_request
    seen, whole = _all_comments(github, text, variables, pull) if pull else ((), True)
    return Page(
        repository_id=found.repository.id,
        pull=pull,
        comments=seen,
        whole=whole,
        labels=_labels(answer.data, len(labels)),
    )


def _all_comments(
    github: GitHub, text: str, variables: dict[str, object], pull: Pull
) -> tuple[tuple[Comment, ...], bool]:
    """Turn the pages to the last: ours may stand behind a hundred others."""
    page = pull.comments
    seen = page.nodes if page else ()
    for _ in range(PAGES):
        if page is None or not page.page_info.has_next_page:
            return seen, True
        found = shaped(github.query(text, {**variables, "after": page.page_info.end_cursor}), _Answer)
        pull_now = None if isinstance(found, Fault) or found.repository is None else found.repository.pull_request
        page = pull_now.comments if pull_now else None
        if page is None:
            return seen, False
        seen += page.nodes
    return seen, False


def _labels(data: object, count: int) -> tuple[Label, ...]:
    """The aliased labels of an answer that has the right shape already."""
    repository = msgspec.convert(data, dict[str, dict[str, object]])["repository"]
    found = [repository.get(f"label{index}") for index in range(count)]
    return tuple(msgspec.convert(label, Label) for label in found if label is not None)


def refreshed(context: Context, page: Page | Fault) -> Context:
    """The context with the pull request as it is now; where GitHub could not be asked, with a note that says so."""
    if isinstance(page, Fault):
        note = (
            f"{page.message}: the description of the event was judged, which a re-run hands in again as it was; "
            "an edit since then is not seen."
        )
        return replace(context, notes=(*context.notes, note))
    pull = page.pull
    if pull is None:
        return context
    notes = [*context.notes, edit_note(pull)]
    if pull.head_ref_oid != context.head:
        moved = f"has moved on to {quote(pull.head_ref_oid)} since this run began"
        notes.append(f"The pull request {moved}; this run judges {quote(context.head)}, and a newer one the rest.")
    return replace(context, body=pull.body, author=pull.login, draft=pull.is_draft, notes=tuple(notes))


def edit_note(pull: Pull) -> str:
    """Which edit of a description was judged."""
    digest = hashlib.sha256(pull.body.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    when = f"the edit of {quote(pull.last_edited_at)}" if pull.last_edited_at else "the first one, never edited"
    return f"The description that was judged is {when}, SHA-256 {quote(digest)}."


def of_number(context: Context, page: Page | Fault) -> Context:
    """The context of a run that was asked to judge one pull request by its number."""
    if isinstance(page, Fault):
        raise GuardError(f"The pull request could not be read: {page.message}.", "Look at the number and at the token.")
    pull = page.pull
    if pull is None:
        raise GuardError("The pull request could not be read.", "Give its number in `pr-number`.")
    return of_pull(pull, context, base=pull.base_ref_oid)


def of_pull(pull: Pull, asked: Context, *, base: str | None) -> Context:
    """The context of one pull request as it is now, upon a base, within a run that was asked for something else."""
    return Context(
        event=asked.event,
        repository=asked.repository,
        base=base,
        head=pull.head_ref_oid,
        body=pull.body,
        author=pull.login,
        pull_request=pull.number,
        draft=pull.is_draft,
        fork=pull.is_cross_repository,
        notes=(edit_note(pull),),
    )
