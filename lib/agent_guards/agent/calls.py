"""One call of a tool, and the evidence line that it becomes: what was looked up, what for, how it ended; no contents."""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from agent_guards import __version__
from agent_guards.agent.append import Standing
from agent_guards.agent.heartbeats import encode
from agent_guards.agent.servers import mapping
from agent_guards.agent.words import clean, first_url, scrub

Outcome = Literal["ok", "error", "tool-error"]
LONGEST_REFERENCE = 1000
LONGEST_ID = 200
LONGEST_NAME = 100
MOST_VALUES = 10_000
CHAIN_START = "0" * 64
_WINDOW = 16 * 1024
"""Two hooks of one call follow each other at once, and so do the lines of most sessions."""
_LIBRARY = re.compile(r"/[\w.@-]+/[\w.-]+(?:/[\w.@-]+)?", re.ASCII)
_PLAIN = re.compile(r"[A-Za-z0-9._~-]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call that has ended. Of its arguments only a reference and a digest are ever kept."""

    server: str
    tool: str
    arguments: object
    request_id: str
    session: str
    outcome: Outcome
    error: str = ""
    """What kind of error it was, where more is known than the outcome says."""
    scheme: str = "mcp"


def reference(call: Call) -> str:
    """What was looked up: the first address or library id in the arguments, else a digest of them."""
    for key, value in _texts(call.arguments):
        found = first_url(value) or (_LIBRARY.fullmatch(value) and "lib" in key.lower() and scrub(value))
        if found and len(found) <= LONGEST_REFERENCE:
            return found
    return f"{call.scheme}://{_encoded(call.server)}/{_encoded(call.tool)}#{digest(call.arguments)}"


def digest(value: object) -> str:
    """SHA-256 of a value's canonical JSON: keys in order, no blanks."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def made_up_id(origin: str, server: str, tool: str, arguments: object, moment: str) -> str:
    """Make an id for a call whose agent gives none: of its moment, so that two hooks of one call agree, else by chance."""
    drawn = digest([server, tool, digest(arguments), moment])[:16] if moment else os.urandom(8).hex()
    return f"{origin}:{drawn}" if origin else f"call:{drawn}"


def compose(call: Call, *, tool: str, purpose: str, timestamp: str, chain: str, standing: Standing) -> bytes | None:
    """Write the evidence line; None where the call stands in the file already, told by a second hook."""
    request_id = clean(call.request_id, LONGEST_ID)
    tail = standing.end(_WINDOW)
    if encode(request_id) in tail:
        return None
    seq, prev = _follow(tail, chain) or _follow(standing.end(standing.size), chain) or (0, CHAIN_START)
    line = {
        "tool": tool,
        "doc_ref": clean(reference(call), LONGEST_REFERENCE * 2),
        "request_id": request_id,
        "timestamp": timestamp,
        "purpose": purpose,
        "x_recorder": {
            "name": "agent-guards",
            "version": __version__,
            "basis": "recorded",
            "outcome": call.outcome,
            "session": chain,
            "seq": seq,
            "prev": prev,
        },
    }
    return encode(line | {"x_error": clean(call.error, LONGEST_NAME)} if call.error else line)


def chain_of(session: str, branch: str) -> str:
    """Name the chain of a session. On another branch it is another one, or a merge would bring two ends into one file."""
    return sha256(f"{session}\0{branch}".encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _follow(lines: bytes, chain: str) -> tuple[int, str] | None:
    """Find the end of a chain: the number of the next line, and the digest of the last one."""
    mark, end = chain.encode(), len(lines)
    while (at := lines.rfind(mark, 0, end)) >= 0:
        end = lines.rfind(b"\n", 0, at) + 1
        stop = lines.find(b"\n", at)
        line = lines[end : stop if stop >= 0 else None]
        recorder = _recorder(line)
        seq = recorder.get("seq")
        if recorder.get("session") == chain and isinstance(seq, int):
            return seq + 1, sha256(line).hexdigest()
    return None


def _recorder(line: bytes) -> dict[str, object]:
    try:
        return dict(mapping(mapping(json.loads(line)).get("x_recorder")))
    except (ValueError, RecursionError):
        return {}


def _texts(value: object) -> Iterator[tuple[str, str]]:
    """Every text in the arguments with the key that it stands under, in the order in which they were written."""
    waiting: list[tuple[str, object]] = [("", value)]
    for _ in range(MOST_VALUES):
        if not waiting:
            return
        key, one = waiting.pop()
        if isinstance(one, str):
            yield key, one[: LONGEST_REFERENCE * 8]
        elif isinstance(one, dict):
            waiting += reversed([(str(name), inner) for name, inner in one.items()])
        elif isinstance(one, list):
            waiting += reversed([(key, inner) for inner in one])


def _encoded(name: str) -> str:
    """Percent-encode a name for use in an address."""
    return "".join(
        character
        if _PLAIN.fullmatch(character)
        else "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "replace"))
        for character in name[:LONGEST_NAME]
    )
