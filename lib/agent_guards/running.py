"""Commands that work beside us. It imports next to nothing, for such a command may be the first thing we do."""

import os
import select
from collections.abc import Iterator, Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from subprocess import Popen

Line = list[str | bytes]

# As much as Linux lets anybody have: a command does not stand still while we are busy with something else.
_PIPE = 1 << 20
# Milliseconds.
_PAUSE = 2
SPAWNS, _POLLS = hasattr(os, "posix_spawn"), hasattr(select, "poll")


class Running:
    """A command that was started and is asked nothing; waited for at most once, and read while it runs if need be."""

    def __init__(self, line: Line, environ: Mapping[str, str]) -> None:
        output, its = os.pipe()
        # As a file, for Windows would take a bare descriptor's bytes for text.
        self._output = os.fdopen(output, "rb", buffering=0)
        widen(its)
        self._process = _start(line, environ, os.open(os.devnull, os.O_RDONLY), its)
        self.status: int | None = None
        """How it ended; None before it has."""

    def parts(self) -> Iterator[bytes]:
        """What it prints, as it comes; at the end its status is known."""
        end = select.poll() if _POLLS else None
        if end:
            end.register(self._output, 0)
        while part := self._output.read(_PIPE):
            yield part
            if end:
                # Whoever reads every line as it comes takes the time away from who looks for them.
                end.poll(_PAUSE)
        self._wait()

    def output(self) -> tuple[int | None, bytes]:
        """Wait for its end: the exit status and what it printed."""
        found = b"".join(self.parts())
        return self.status, found

    def stop(self) -> None:
        """End it, if it has not been waited for."""
        if self.status is None:
            self._process.kill()
            self._wait()

    def _wait(self) -> None:
        self._output.close()
        self.status = self._process.wait()


class Dialogue:
    """A command that answers questions for as long as it is asked."""

    def __init__(self, line: Line, environ: Mapping[str, str]) -> None:
        its_questions, questions = os.pipe()
        answers, its_answers = os.pipe()
        self._process = _start(line, environ, its_questions, its_answers)
        self.questions = os.fdopen(questions, "wb")
        self.answers = os.fdopen(answers, "rb")

    def close(self) -> None:
        """End the command, whatever it is about to say."""
        self._process.kill()
        self._process.wait()
        self.answers.close()
        try:
            self.questions.close()
        except BrokenPipeError:
            return  # nobody was left to read the last question


class _Process:
    """What we need of Popen, which takes longer to import than a command to start."""

    def __init__(self, line: Line, environ: Mapping[str, str], given: int, output: int) -> None:
        nothing = os.open(os.devnull, os.O_WRONLY)
        actions = [(os.POSIX_SPAWN_DUP2, ours, place) for place, ours in enumerate((given, output, nothing))]
        try:
            self.pid = os.posix_spawn(line[0], line, environ, file_actions=actions)
        finally:
            os.close(nothing)

    def kill(self) -> None:
        os.kill(self.pid, 9)

    def wait(self) -> int:
        _, status = os.waitpid(self.pid, 0)
        return os.waitstatus_to_exitcode(status)


def _start(line: Line, environ: Mapping[str, str], given: int, output: int) -> "_Process | Popen[bytes]":
    """Start a process that reads from one end of a pipe and writes to another; both are its alone from then on."""
    try:
        if SPAWNS:
            return _Process(line, environ, given, output)
        from subprocess import DEVNULL, Popen

        return Popen(line, stdin=given, stdout=output, stderr=DEVNULL, env=environ)
    finally:
        os.close(given)
        os.close(output)


def widen(pipe: int) -> None:
    """Let a pipe hold as much as the system grants."""
    try:
        from fcntl import F_SETPIPE_SZ, fcntl

        fcntl(pipe, F_SETPIPE_SZ, _PIPE)
    except (ImportError, OSError):
        pass  # another system, or one that grants no more: the command waits until we read
