"""Commands that are started now and waited for later. It imports next to nothing, for such a command may be the first thing we do."""

import os
from collections.abc import Mapping

Line = list[str | bytes]


class Spawned:
    """A command that prints into memory: it never stands still because nobody reads."""

    def __init__(self, line: Line, environ: Mapping[str, str]) -> None:
        self._file = os.memfd_create("agent-guards")
        nothing = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
        places = ((0, nothing), (1, self._file), (2, nothing))
        actions = [(os.POSIX_SPAWN_DUP2, ours, its) for its, ours in places]
        self._process = os.posix_spawn(line[0], line, environ, file_actions=actions)
        os.close(nothing)
        self._ended = False

    def output(self) -> tuple[int, bytes]:
        """Wait for its end: the exit status and what it printed."""
        status = self._wait()
        with open(self._file, "rb", buffering=0) as file:
            file.seek(0)
            return os.waitstatus_to_exitcode(status), file.read()

    def stop(self) -> None:
        """End it, if it has not been waited for."""
        if not self._ended:
            os.kill(self._process, 9)
            self._wait()
            os.close(self._file)

    def _wait(self) -> int:
        _, status = os.waitpid(self._process, 0)
        self._ended = True
        return status


class Piped:
    """The same where memory is no file: what it prints waits in a pipe."""

    def __init__(self, line: Line, environ: Mapping[str, str]) -> None:
        from subprocess import DEVNULL, PIPE, Popen

        self._process = Popen(line, stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL, env=environ)

    def output(self) -> tuple[int, bytes]:
        """Wait for its end: the exit status and what it printed."""
        found, _ = self._process.communicate()
        return self._process.returncode, found

    def stop(self) -> None:
        """End it, if it has not been waited for."""
        if self._process.returncode is None:
            self._process.kill()
            self._process.communicate()


Running = Spawned | Piped
"""A command that was started, and is waited for at most once."""


def start(line: Line, environ: Mapping[str, str]) -> Running:
    """Start a command that is asked nothing."""
    return Spawned(line, environ) if hasattr(os, "memfd_create") else Piped(line, environ)
