"""Commands that are started now and waited for later. It imports next to nothing, for such a command may be the first thing we do."""

import os
from collections.abc import Iterator, Mapping

Line = list[str | bytes]

# As much as Linux lets anybody have: a command does not stand still while we are busy with something else.
_PIPE = 1 << 20


class Spawned:
    """A command whose output can be read while it still runs."""

    def __init__(self, line: Line, environ: Mapping[str, str]) -> None:
        self._output, its = os.pipe()
        _widen(its)
        nothing = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
        actions = [(os.POSIX_SPAWN_DUP2, ours, place) for place, ours in ((0, nothing), (1, its), (2, nothing))]
        self._process = os.posix_spawn(line[0], line, environ, file_actions=actions)
        os.close(nothing)
        os.close(its)
        self.status: int | None = None
        """How it ended; None before it has."""

    def parts(self) -> Iterator[bytes]:
        """What it prints, as it comes; at the end its status is known."""
        while part := os.read(self._output, _PIPE):
            yield part
        self._wait()

    def output(self) -> tuple[int | None, bytes]:
        """Wait for its end: the exit status and what it printed."""
        found = b"".join(self.parts())
        return self.status, found

    def stop(self) -> None:
        """End it, if it has not been waited for."""
        if self.status is None:
            os.kill(self._process, 9)
            self._wait()

    def _wait(self) -> None:
        os.close(self._output)
        _, status = os.waitpid(self._process, 0)
        self.status = os.waitstatus_to_exitcode(status)


class Piped:
    """The same where processes cannot be spawned so."""

    def __init__(self, line: Line, environ: Mapping[str, str]) -> None:
        from subprocess import DEVNULL, PIPE, Popen

        self._process = Popen(line, stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL, env=environ)

    @property
    def status(self) -> int | None:
        """How it ended; None before it has."""
        return self._process.returncode

    def parts(self) -> Iterator[bytes]:
        """What it prints, all at once; at the end its status is known."""
        found, _ = self._process.communicate()
        yield found

    def output(self) -> tuple[int | None, bytes]:
        """Wait for its end: the exit status and what it printed."""
        (found,) = self.parts()
        return self.status, found

    def stop(self) -> None:
        """End it, if it has not been waited for."""
        if self.status is None:
            self._process.kill()
            self._process.communicate()


Running = Spawned | Piped
"""A command that was started, and is waited for at most once."""


def start(line: Line, environ: Mapping[str, str]) -> Running:
    """Start a command that is asked nothing."""
    return Spawned(line, environ) if hasattr(os, "posix_spawn") else Piped(line, environ)


def _widen(pipe: int) -> None:
    try:
        from fcntl import F_SETPIPE_SZ, fcntl

        fcntl(pipe, F_SETPIPE_SZ, _PIPE)
    except (ImportError, OSError):
        pass  # another system, or one that grants no more: the command waits until we read
