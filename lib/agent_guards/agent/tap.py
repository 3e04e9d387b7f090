"""What listens while a proxy forwards: finds the calls in what passes by, and lets a thread of its own write them down."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from queue import Full, Queue

from agent_guards.agent.calls import Call
from agent_guards.agent.checkout import Checkout
from agent_guards.agent.journal import Caught, note
from agent_guards.agent.recorder import Recorder
from agent_guards.agent.rpc import Connection, Line

LONGEST_LINE = 16 * 1024 * 1024
"""A longer line is handed on like any other, and not looked at."""
MOST_WAITING = 10_000
MOST_AT_ONCE = 100
_GATHERING_SECONDS = 0.02
_CLOSING_SECONDS = 15.0


class Lines:
    """Puts chunks together to lines, and keeps no more of one than the limit."""

    def __init__(self, too_long: Callable[[], None], limit: int = LONGEST_LINE) -> None:
        self._too_long, self._limit = too_long, limit
        self._parts: list[bytes] = []
        self._size = 0

    def feed(self, chunk: bytes | bytearray, size: int = sys.maxsize) -> Iterator[Line]:
        """Take the first bytes of a buffer; yield the lines that they complete, each good as long as the buffer is left alone."""
        view, start = memoryview(chunk)[:size], 0
        while (end := chunk.find(b"\n", start, size)) >= 0:
            if self._size + end - start > self._limit:
                self._too_long()
            else:
                yield b"".join([*self._parts, view[start:end]]) if self._parts else view[start:end]
            self._parts, self._size, start = [], 0, end + 1
        self._keep(bytes(view[start:]))

    def _keep(self, part: bytes) -> None:
        self._size += len(part)
        if self._size > self._limit:
            self._parts = []
        elif part:
            self._parts.append(part)


@dataclass(slots=True, kw_only=True)
class Writer:
    """Writes calls down, one after the other, while the proxy goes on; what it cannot write it counts."""

    command: str
    where: list[Checkout]
    open: Callable[[], Recorder]
    """Makes the recorder, when there is something to record."""
    dropped: int = 0
    _queue: "Queue[Call | None]" = field(default_factory=lambda: Queue(MOST_WAITING))
    _thread: threading.Thread | None = None
    _recorder: Recorder | None = None
    _writing: int = 0

    def put(self, call: Call) -> None:
        """Take a call; never waits."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, daemon=True)
            self._thread.start()
        try:
            self._queue.put_nowait(call)
        except Full:
            self.drop(1, "calls came faster than they could be written")

    def close(self, lost: int = 0) -> None:
        """Write down what is still waiting, and tell the journal what is missing."""
        if self._thread is not None:
            with suppress(Full):
                self._queue.put(None, timeout=_CLOSING_SECONDS)
            self._thread.join(_CLOSING_SECONDS)
        if lost:
            self.drop(lost, "answers were too long or could not be read")
        if self._thread is not None and self._thread.is_alive():
            self.drop(self._writing + self._queue.qsize() - 1, "the file was locked to the end")
        if self.dropped > 1:
            note(self._place, self.command, "dropped", f"{self.dropped} calls of this session are not in the evidence.")

    @property
    def _place(self) -> Checkout | None:
        return self.where[0] if self.where else None

    def _run(self) -> None:
        ended = False
        while not ended:
            calls = [self._queue.get()]
            if calls[0] is not None:
                time.sleep(_GATHERING_SECONDS)  # calls come in bursts: their lines are written in one go
            while not self._queue.empty() and len(calls) < MOST_AT_ONCE:
                calls.append(self._queue.get_nowait())
            ended = calls[-1] is None
            gathered = [call for call in calls if call is not None]
            self._writing = len(gathered)
            if gathered:
                with Caught(partial(self.drop, len(gathered))):
                    self._recorder = self._recorder or self.open()
                    self._recorder.record(*gathered)
            self._writing = 0

    def drop(self, count: int, reason: str) -> None:
        """Count what is lost; the first time the journal hears why."""
        if not self.dropped:
            note(self._place, self.command, "dropped", f"A call is not in the evidence: {reason}")
        self.dropped += count


class Tap:
    """Listens to both directions of a connection. Trouble here ends the listening, never the forwarding."""

    def __init__(self, server: str, session: str, writer: Writer) -> None:
        self._connection = Connection(server=server, session=session, ended=writer.put)
        self._writer = writer
        self._lock = threading.Lock()
        self._sent, self._received = Lines(self._connection.missed), Lines(self._connection.missed)
        self._listening = True

    def sent(self, chunk: bytes | bytearray, size: int = sys.maxsize) -> None:
        """Listen to the client: to the first bytes of a buffer."""
        self._listen(self._sent, self._connection.sent, chunk, size)

    def received(self, chunk: bytes | bytearray, size: int = sys.maxsize) -> None:
        """Listen to the server."""
        self._listen(self._received, self._connection.received, chunk, size)

    def close(self) -> None:
        """End it: what is open has no answer."""
        lost = 0
        with Caught(partial(self._writer.drop, 1)):
            lost = self._connection.close() if self._listening else 0
        self._writer.close(lost)

    def _listen(self, lines: Lines, look: Callable[[Line], None], chunk: bytes | bytearray, size: int) -> None:
        if not self._listening:
            return
        with Caught(self._deafen), self._lock:
            for line in lines.feed(chunk, size):
                look(line)

    def _deafen(self, reason: str) -> None:
        self._listening = False
        self._writer.drop(1, f"listening ended: {reason}")
