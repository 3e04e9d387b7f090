"""The evidence format: where such files stand, the type of a line, and the chain that a recorder's lines form."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from typing import Annotated, Literal

from msgspec import Meta, Struct

from agent_guards.escape import quote
from agent_guards.places import EVIDENCE
from agent_guards.records import Kind, Records

LAYOUT = EVIDENCE
CHAIN_START = "0" * 64

Text = Annotated[str, Meta(min_length=1)]
Moment = Annotated[datetime, Meta(tz=True)]
Count = Annotated[int, Meta(ge=0, le=2**53 - 1)]
Digest = Annotated[str, Meta(min_length=64, max_length=64)]


class Recorder(Struct, frozen=True, gc=False, forbid_unknown_fields=True, kw_only=True):
    """Who wrote a line, and its place in the chain of its session."""

    name: Text | None = None
    version: Text | None = None
    basis: Literal["recorded", "self-reported"]
    session: Text | None = None
    seq: Count | None = None
    prev: Digest | None = None
    outcome: Literal["ok", "error", "tool-error"] | None = None


class Evidence(Struct, frozen=True, gc=False, forbid_unknown_fields=True, kw_only=True):
    """One call of an MCP tool: what was looked up, and what for."""

    tool: Text
    doc_ref: Text
    request_id: Text
    timestamp: Moment
    purpose: Text
    x_recorder: Recorder | None = None


def _quotes(lines: Sequence[Evidence]) -> int | None:
    """Count the quotes that lines need; None where a text is blank, or a recorder's place in its chain is told by half.

    All that is to be known of a line is asked in one pass: passes are what judging in bulk takes its time for.
    """
    digests = []
    quotes = 20 * len(lines)  # five fields, all of them texts
    for line in lines:
        if line.tool.isspace() or line.doc_ref.isspace() or line.request_id.isspace() or line.purpose.isspace():
            return None
        recorder = line.x_recorder
        if recorder is None:
            continue
        quotes += 28  # all that follows is there, in nearly every line
        name, version, session, prev = recorder.name, recorder.version, recorder.session, recorder.prev
        if name is None or version is None:
            quotes -= 4 * ((name is None) + (version is None))
        if (name and name.isspace()) or (version and version.isspace()):
            return None
        if session is not None and prev is not None and recorder.seq is not None:
            if session.isspace():
                return None
            digests.append(prev)
        elif session is None and prev is None and recorder.seq is None:
            quotes -= 10
        else:
            return None
        if recorder.outcome is None:
            quotes -= 4
    return quotes if _are_hexadecimal("".join(digests)) else None


def _are_hexadecimal(digits: str) -> bool:
    try:
        return bytes.fromhex(digits).hex() == digits
    except ValueError:
        return False


KIND = Kind(
    name="evidence",
    struct=Evidence,
    schema=__file__.removesuffix(".py") + ".schema.json",
    quotes=_quotes,
    aliases={
        "ts": "timestamp",
        "time": "timestamp",
        "date": "timestamp",
        "datetime": "timestamp",
        "createdat": "timestamp",
        "id": "request_id",
        "callid": "request_id",
        "requestid": "request_id",
        "conversationid": "request_id",
        "doc": "doc_ref",
        "document": "doc_ref",
        "reference": "doc_ref",
        "source": "doc_ref",
        "url": "doc_ref",
        "toolname": "tool",
        "server": "tool",
        "why": "purpose",
        "reason": "purpose",
        "notes": "purpose",
        "description": "purpose",
    },
)


def broken_links(data: bytes, records: Records[Evidence]) -> Iterator[tuple[int, str]]:
    """Verify the chains of a whole file: of each session the first line that does not follow from the one before it."""
    return iter(()) if _is_one_chain(data, records) else link_by_link(data, records)


def link_by_link(data: bytes, records: Records[Evidence]) -> Iterator[tuple[int, str]]:
    """The same for a file of many sessions, or with a break in it."""
    lines = data.split(b"\n")
    ends: dict[str, tuple[str, int | None]] = {}
    broken: set[str] = set()
    strays: set[str] | None = None
    for number, value in zip(records.numbers, records.values, strict=True):
        recorder = value.x_recorder
        if recorder is None or recorder.session is None or recorder.session in broken:
            continue
        session = recorder.session
        digest, seq = ends.get(session, (CHAIN_START, None))
        if recorder.prev != digest or (seq is not None and recorder.seq != seq + 1):
            if strays is None:
                strays = _digests_of_refused(lines, records)
            if recorder.prev not in strays:
                broken.add(session)
                yield number, _break(recorder, digest, seq)
                continue
        ends[session] = sha256(lines[number - 1]).hexdigest(), recorder.seq


def _is_one_chain(data: bytes, records: Records[Evidence]) -> bool:
    """Whether the file is one session's and unbroken, which most are; told without a look at each line by itself.

    Refused lines may stand in it, as long as the lines behind them go on from them.
    """
    recorders = [value.x_recorder for value in records.values if value.x_recorder is not None]
    numbers = records.numbers
    if not recorders or len(recorders) != len(numbers) or len({recorder.session for recorder in recorders}) != 1:
        return False
    first = recorders[0].seq
    if first is None:
        return False
    whole = len(numbers) == records.lines
    ranks = range(first, first + len(numbers)) if whole else [first + number - numbers[0] for number in numbers]
    if [recorder.seq for recorder in recorders] != list(ranks):
        return False
    before = [bytes(32), *[sha256(raw[:-1]).digest() for raw in BytesIO(data).readlines()[:-1]]]
    if not whole:
        before = [before[number - 1] for number in numbers]
    return bytes.fromhex("".join([recorder.prev or "" for recorder in recorders])) == b"".join(before)


def _digests_of_refused(lines: Sequence[bytes], records: Records[Evidence]) -> set[str]:
    """Tell what a chain may pass through unseen: a line that was not accepted has its own finding already."""
    accepted = set(records.numbers)
    return {sha256(raw).hexdigest() for number, raw in enumerate(lines, 1) if raw and number not in accepted}


def _break(recorder: Recorder, digest: str, seq: int | None) -> str:
    """Say where the chain is broken."""
    session = quote(recorder.session)
    if seq is None:
        return f"The session {session} begins here with a `prev` that is not 64 zeros: lines before this one are gone."
    if recorder.prev != digest:
        return f"The chain of the session {session} breaks here: the line before was changed, removed or moved."
    return f"The session {session} goes on with `seq` {recorder.seq} where {seq + 1} belongs."
