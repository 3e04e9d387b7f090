"""One comment of ours on a pull request, kept up to date: never somebody else's, never older than what it says, never noise."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from agent_guards.api import Answer, Fault, Trouble, Write
from agent_guards.delivery import Delivery, Status
from agent_guards.live import Page
from agent_guards.pull import Comment, Pull
from agent_guards.render.markdown import COMMENT, summary
from agent_guards.render.words import number
from agent_guards.report import Outcome, Verdict
from agent_guards.sinks import Target, Writing, undelivered

SINK = "comment"
PERMISSION = "pull-requests: write"
_MARKER = re.compile(
    r"<!-- agent-guards: (?P<action>[a-z][a-z0-9-]*) head=[0-9a-f]{40,64} run=(?P<run>\d{1,18})\.(?P<attempt>\d{1,9}) -->\n"
)
_ROOM = 400
"""Bytes that the marker and the word about what was mended take of the comment's."""
_RESOLVED = "\n**Resolved:** everything that this comment named before is mended.\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A comment that starts with a marker of this action."""

    comment: Comment
    order: tuple[int, int]
    text: str


def marker(action: str, target: Target) -> str:
    """The first line of a comment: whose it is, of which commit it speaks and which run wrote it. No foreign text."""
    return f"<!-- agent-guards: {action} head={target.head} run={target.run_id}.{target.run_attempt} -->\n"


def marked(comments: Sequence[Comment], action: str, *, ours: bool) -> list[Marked]:
    """The comments with this action's marker at their start: those that our identity wrote, or the others'."""
    found = []
    for comment in comments:
        mark = _MARKER.match(comment.body.replace("\r\n", "\n"))
        if mark and mark["action"] == action and comment.viewer_did_author is ours:
            text = comment.body.replace("\r\n", "\n")[mark.end() :]
            found.append(Marked(comment=comment, order=(int(mark["run"]), int(mark["attempt"])), text=text))
    return found


def body_of(outcome: Outcome, *, existed: bool, server_url: str) -> str | None:
    """What the comment says below its marker; None where there is nothing to say and never was."""
    bad = bool(outcome.findings) or outcome.verdict in {Verdict.FAIL, Verdict.ERROR}
    if not bad and not existed:
        return None
    page = summary(outcome, limit=COMMENT - _ROOM, server_url=server_url)
    return page if bad else page + _RESOLVED


def publish(
    page: Page, target: Target, outcome: Outcome, action: str, *, server_url: str, look: Callable[[], Page | Fault]
) -> Writing:
    """Create, update or leave the comment; what stands there twice is made one. `look` reads the comments again."""
    if page.pull is None or not page.whole:
        return _told(Status.FAILED, "Not every comment could be read; none was written, so that there are never two.")
    ours = marked(page.comments, action, ours=True)
    forged = len(marked(page.comments, action, ours=False))
    beside = f" {number(forged, 'comment')} of somebody else's with our marker left alone." if forged else ""
    url = ours[0].comment.url if ours else None
    text = body_of(outcome, existed=bool(ours), server_url=server_url)
    newer = any(one.order > (target.run_id, target.run_attempt) for one in ours)
    if newer or text is None:
        return _told(
            Status.SKIPPED, f"{'A newer run has written already' if newer else 'There is nothing to say'}.{beside}", url
        )
    spare = [Write(name="deleteIssueComment", given={"id": one.comment.id}) for one in ours[1:]]
    if ours and ours[0].text.strip() == text.strip():
        if spare:
            yield spare
        return _told(Status.SENT, f"It says so already.{beside}", url)
    delivery = yield from _upsert(
        _write(page.pull, ours, marker(action, target) + text), spare, action, look if not ours else None
    )
    if delivery.status is not Status.SENT:
        return delivery
    return _told(Status.SENT, f"{'Updated' if ours else 'Created'}.{beside}", delivery.url or url)


def _upsert(write: Write, spare: Sequence[Write], action: str, look: Callable[[], Page | Fault] | None) -> Writing:
    """Write once. Where the answer was lost, look whether the comment was made before making it again."""
    answer, *_ = yield [write, *spare]
    if answer.fault and answer.fault.trouble is Trouble.UNSURE:
        seen = look() if look else None
        arrived = marked(seen.comments, action, ours=True) if isinstance(seen, Page) else []
        if arrived:
            return _told(Status.SENT, "", arrived[0].comment.url)
        if not isinstance(seen, Fault):
            (answer,) = yield [write]
    if answer.fault:
        return undelivered(SINK, answer.fault, PERMISSION)
    return _told(Status.SENT, "", _url(answer))


def _write(pull: Pull, ours: Sequence[Marked], body: str) -> Write:
    if ours:
        given: dict[str, object] = {"id": ours[0].comment.id, "body": body}
        return Write(name="updateIssueComment", given=given, wanted="issueComment { url }")
    return Write(name="addComment", given={"subjectId": pull.id, "body": body}, wanted="commentEdge { node { url } }")


class _Place(msgspec.Struct):
    url: str


class _Edge(msgspec.Struct):
    node: _Place


class _Written(msgspec.Struct, rename="camel"):
    comment_edge: _Edge | None = None
    issue_comment: _Place | None = None


def _url(answer: Answer) -> str | None:
    try:
        written = msgspec.convert(answer.data, _Written)
    except msgspec.ValidationError:
        return None
    place = written.comment_edge.node if written.comment_edge else written.issue_comment
    return place.url if place else None


def _told(status: Status, detail: str, url: str | None = None) -> Delivery:
    return Delivery(sink=SINK, status=status, detail=detail, url=url)
