"""A pull request as GitHub answers it: the members that are asked for, and the shapes in which they come."""

from typing import TypeVar

import msgspec

from agent_guards.api import Answer, Fault, Trouble

PULL = (
    "id number state body lastEditedAt isDraft isCrossRepository author { __typename login } "
    "baseRefName baseRefOid headRefOid"
)


class Node(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """A part of an answer; GitHub calls its members in camelCase."""


class _Actor(Node, frozen=True, kw_only=True):
    login: str
    kind: str = msgspec.field(name="__typename")


class Label(Node, frozen=True, kw_only=True):
    """A label of the repository."""

    id: str
    name: str


class Comment(Node, frozen=True, kw_only=True):
    """A comment of the pull request. `viewer_did_author`: the identity of our token wrote it."""

    id: str
    body: str
    url: str
    viewer_did_author: bool


class _PageInfo(Node, frozen=True, kw_only=True):
    has_next_page: bool
    end_cursor: str | None


class Comments(Node, frozen=True, kw_only=True):
    """One page of comments."""

    nodes: tuple[Comment, ...]
    page_info: _PageInfo


class Labels(Node, frozen=True, kw_only=True):
    """The labels that a pull request wears."""

    nodes: tuple[Label, ...]


class Pull(Node, frozen=True, kw_only=True):
    """A pull request as it is now."""

    id: str
    number: int
    state: str
    body: str
    last_edited_at: str | None
    is_draft: bool
    is_cross_repository: bool
    author: _Actor | None
    base_ref_name: str
    base_ref_oid: str
    head_ref_oid: str
    labels: Labels | None = None
    comments: Comments | None = None

    @property
    def login(self) -> str | None:
        """The author as events and policies write it: a bot's name ends in `[bot]`."""
        if self.author is None:
            return None
        return f"{self.author.login}[bot]" if self.author.kind == "Bot" else self.author.login


Shape = TypeVar("Shape")
MISSHAPEN = Fault(trouble=Trouble.UNSURE, message="GitHub's answer has not the shape that was asked for")


def shaped(answer: Answer, shape: type[Shape]) -> Shape | Fault:
    """The document of an answer in the shape that was asked for."""
    if answer.data is None:
        return answer.fault or MISSHAPEN
    try:
        return msgspec.convert(answer.data, shape)
    except msgspec.ValidationError:
        return MISSHAPEN
