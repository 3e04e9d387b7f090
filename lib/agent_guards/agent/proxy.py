"""`agent-guards record proxy`: stands between an MCP client and a server, hands every byte on, and records the calls."""

import argparse
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from agent_guards.agent.checkout import Checkout, locate
from agent_guards.agent.child import make_binary, running, start_deaf, status_of, wait
from agent_guards.agent.identity import names_of
from agent_guards.agent.journal import harmless
from agent_guards.agent.recorder import Recorder, recorder_for
from agent_guards.agent.tap import Tap, Writer
from agent_guards.agent.words import slug
from agent_guards.env import RunEnv
from agent_guards.errors import UsageError
from agent_guards.running import widen

COMMAND = "record proxy"
CHUNK = 1024 * 1024
"""As much as a pipe may hold: fewer and larger steps."""
_MUCH = 16 * 1024
_QUIET_SECONDS = 2.0
_SWITCH_SECONDS = 0.0005
# Words of a command line that start the server and are not its name.
_LAUNCHER = re.compile(
    r"(?:npx|npm|bunx?|uvx?|pipx?|node|deno|python[\d.]*|pnpm|yarn|docker|podman|env|dlx|exec|run|tool|x)(?:\.exe|\.cmd)?"
)
_VERSION = re.compile(r"(?<=.)@[^/@]*\Z|:[\w.-]+\Z|\.(?:[mc]?js|py|ts|exe|cmd)\Z")


def run(arguments: argparse.Namespace, env: RunEnv) -> int:
    """Run the server until it ends; returns its exit status."""
    command: list[str] = arguments.argv
    if not command:
        raise UsageError("The command of the server is missing.", "Write it behind --.")
    where: list[Checkout] = []
    with harmless(COMMAND, where):
        where.append(locate(arguments.repo))

    def recorder() -> Recorder:
        checkout = where[0] if where else locate(arguments.repo)
        names = names_of(checkout, COMMAND)
        return recorder_for(COMMAND, checkout, names, env, agent=arguments.agent, purpose=arguments.purpose)

    writer = Writer(command=COMMAND, where=where, open=recorder)
    tap = Tap(arguments.server or server_name(command), os.urandom(16).hex(), writer)
    # Plain descriptors: a file object that is closed under a thread that writes would hand its number to another file.
    (servers_input, to_server), (from_server, servers_output) = _pipe(), _pipe()
    with running(command, stdin=servers_input, stdout=servers_output) as process:
        os.close(servers_input)
        os.close(servers_output)
        status = _forward(process, to_server, from_server, tap)
    tap.close()
    return status


def server_name(command: Sequence[str]) -> str:
    """Guess the server's name from its command line: the first word that starts nothing else, without its version."""
    for word in command:
        name = _VERSION.sub("", re.split(r"[/\\]", _VERSION.sub("", word))[-1])
        if not word.startswith("-") and not _LAUNCHER.fullmatch(name) and slug(name):
            return name
    return "mcp"


def _forward(process: "subprocess.Popen[bytes]", to_server: int, from_server: int, tap: Tap) -> int:
    """Hand on what comes until the server has ended and everything that it said is told."""
    make_binary(0, 1, to_server, from_server)
    # Two threads and a third that writes: none is to wait 5 milliseconds for its turn.
    sys.setswitchinterval(_SWITCH_SECONDS)
    inward = _Pump(0, to_server, tap.sent)
    outward = _Pump(from_server, 1, tap.received)
    start_deaf(inward, outward)
    returned = wait(process)
    while outward.is_alive() and not outward.waits_in_vain(_QUIET_SECONDS):
        outward.join(0.05)
    return status_of(returned)


def _pipe() -> tuple[int, int]:
    """Make a pipe that holds much at a time, where the system lets us choose."""
    ends = os.pipe()
    widen(ends[1])
    return ends


class _Pump(threading.Thread):
    """Hands bytes on in one direction, chunk by chunk, until one of the ends is closed; then it closes the other."""

    def __init__(self, source: int, sink: int, see: Callable[[bytearray, int], None]) -> None:
        super().__init__(daemon=True)
        self._source, self._sink, self._see = source, sink, see
        self._reading_since: float | None = None

    def run(self) -> None:
        # One for all chunks: to get new memory for each takes longer than to listen to it.
        buffer = bytearray(CHUNK)
        view = memoryview(buffer)
        with suppress(OSError):
            while size := self._read(buffer):
                # What ends is listened to before anybody can answer it; of much, what has no end yet goes ahead.
                end = buffer.find(b"\n", 0, size) if size > _MUCH else 0
                ahead = size if end < 0 else end
                self._write(view[:ahead])
                self._see(buffer, size)
                self._write(view[ahead:size])
        for descriptor in (self._sink, self._source):
            _let_go(descriptor)

    def waits_in_vain(self, seconds: float) -> bool:
        """Whether nothing has come for a while: a process that outlives the server can hold its output open for ever."""
        since = self._reading_since
        return since is not None and time.monotonic() - since > seconds

    def _read(self, buffer: bytearray) -> int:
        self._reading_since = time.monotonic()
        size = _fill(buffer, self._source)
        self._reading_since = None
        return size

    def _write(self, rest: memoryview) -> None:
        while rest:
            rest = rest[os.write(self._sink, rest) :]


def _fill(buffer: bytearray, source: int) -> int:
    """Read what there is into the beginning of a buffer."""
    if hasattr(os, "readv"):
        return os.readv(source, [buffer])
    chunk = os.read(source, len(buffer))
    buffer[: len(chunk)] = chunk
    return len(chunk)


def _let_go(descriptor: int) -> None:
    """Close one end, so that who is at the other end notices; its number stays taken, lest another file gets it."""
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, descriptor)
    os.close(null)
