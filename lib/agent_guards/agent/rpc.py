"""Follows an MCP connection: which tools were called, and how each call ended. It is shown copies of lines and does no I/O."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import msgspec

from agent_guards.agent.calls import Call, Outcome, digest

# Only lines that hold this can speak of a call: tools/call or notifications/cancelled; the slash may be escaped.
_MARK = b"/ca"
Id = str | int
Line = bytes | memoryview
# Hardly anybody writes more white space before a message; of a long line only so much is copied to see what it is.
_WHITE = 64


class _Params(msgspec.Struct, frozen=True, rename="camel"):
    name: str = ""
    arguments: object = None
    request_state: object = None
    input_responses: object = None
    request_id: Id | None = None


class _Request(msgspec.Struct, frozen=True):
    method: str = ""
    id: Id | None = None
    params: _Params = _Params()


class _Result(msgspec.Struct, frozen=True, rename="camel"):
    is_error: bool = False
    result_type: str = "complete"
    request_state: object = None


class _Error(msgspec.Struct, frozen=True):
    code: object = None


class _Answer(msgspec.Struct, frozen=True):
    id: Id | None = None
    method: str | None = None
    result: _Result | None = None
    error: _Error | None = None


_batch = msgspec.json.Decoder(list[msgspec.Raw]).decode
_request = msgspec.json.Decoder(_Request).decode
_answer = msgspec.json.Decoder(_Answer).decode


@dataclass(slots=True, kw_only=True)
class Connection:
    """What is open on one connection. `ended` is told each call once, in the order in which they end."""

    server: str
    session: str
    ended: Callable[[Call], None]
    unread: int = 0
    """Lines that could have spoken of a call and could not be read."""
    _open: dict[Id, Call] = field(default_factory=dict)
    _waiting: dict[str, Call] = field(default_factory=dict)
    """Calls that wait for more input from the client, by what their next request will carry."""
    _used: set[str] = field(default_factory=set)

    def sent(self, line: Line) -> None:
        """Look at what the client sends, before the server can answer it."""
        if _MARK not in bytes(line):
            return
        for raw in self._messages(line):
            try:
                request = _request(raw)
            except msgspec.MsgspecError:
                self.unread += 1
                continue
            if request.method == "tools/call" and request.id is not None:
                self._begin(request.id, request.params)
            elif request.method == "notifications/cancelled" and request.params.request_id is not None:
                self._end(request.params.request_id, "error", "cancelled")

    def received(self, line: Line) -> None:
        """Look at what the server sends."""
        if not self._open:
            return
        for raw in self._messages(line):
            try:
                answer = _answer(raw)
            except msgspec.MsgspecError:
                self.unread += 1
                continue
            if answer.id is None or answer.method is not None:
                continue
            if answer.error:
                self._end(answer.id, "error", f"json-rpc {answer.error.code}")
            elif answer.result and answer.result.result_type == "input_required":
                self._pause(answer.id, answer.result)
            elif answer.result:
                self._end(answer.id, "tool-error" if answer.result.is_error else "ok", "")

    def missed(self) -> None:
        """Count a line that was too long to be looked at."""
        self.unread += 1

    def close(self) -> int:
        """End what is still open: no answer came. Tells how many calls are lost, because it may have been one not read."""
        lost = len(self._open) if self.unread else 0
        for call in [*([] if lost else self._open.values()), *self._waiting.values()]:
            self.ended(replace(call, outcome="error", error="no answer"))
        self._open.clear()
        self._waiting.clear()
        return lost

    def _messages(self, line: Line) -> Iterator[Line]:
        """The messages of a line: one, or a batch of them."""
        head = bytes(line[:_WHITE]).lstrip() or bytes(line).lstrip()
        if not head.startswith(b"["):
            yield line
            return
        try:
            yield from map(bytes, _batch(line))
        except msgspec.MsgspecError:
            self.unread += 1

    def _begin(self, number: Id, params: _Params) -> None:
        self._end(number, "error", "no answer")  # an id that is in use cannot be answered twice
        resumed = params.request_state is not None or params.input_responses is not None
        key = _key(params.request_state, params.name, params.arguments)
        if resumed and key in self._waiting:
            self._open[number] = self._waiting.pop(key)
            return
        self._open[number] = Call(
            server=self.server,
            tool=params.name,
            arguments=params.arguments,
            request_id=self._unique(f"{self.session}:{number}"),
            session=self.session,
            outcome="ok",
        )

    def _pause(self, number: Id, result: _Result) -> None:
        call = self._open.pop(number, None)
        if call:
            self._waiting[_key(result.request_state, call.tool, call.arguments)] = call

    def _end(self, number: Id, outcome: Outcome, error: str) -> None:
        call = self._open.pop(number, None)
        if call:
            self.ended(replace(call, outcome=outcome, error=error))

    def _unique(self, request_id: str) -> str:
        """Ids are unique on a connection, or should be; a text and a number may look alike."""
        count, unique = 1, request_id
        while unique in self._used:
            count += 1
            unique = f"{request_id}#{count}"
        self._used.add(unique)
        return unique


def _key(state: object, name: str, arguments: object) -> str:
    """By what a call that was paused is known again: the state that the server handed out, else the call itself."""
    return digest([state] if state is not None else [name, arguments])
