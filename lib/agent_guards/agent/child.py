"""Runs a command in our place: signals go to it, and its exit status becomes ours."""

import os
import signal
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from threading import Thread
from types import FrameType

from agent_guards.errors import GuardError
from agent_guards.escape import quote

NOT_FOUND, NOT_EXECUTABLE, KILLED = 127, 126, 128
_NAMES = ("SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGBREAK")
_OF_THE_TERMINAL = frozenset({"SIGINT", "SIGQUIT"})


class StartError(GuardError):
    """The command could not be started; the exit status is the shell's for that."""

    def __init__(self, command: str, error: OSError) -> None:
        super().__init__(
            f"{quote(command)} cannot be started: {error.strerror or error}.", "Check the command behind --."
        )
        self.status = NOT_FOUND if isinstance(error, FileNotFoundError) else NOT_EXECUTABLE


def start(command: Sequence[str], *, stdin: int | None = None, stdout: int | None = None) -> "subprocess.Popen[bytes]":
    """Start the command, on our own standard input and output or on others."""
    try:
        return subprocess.Popen(list(command), stdin=stdin, stdout=stdout)
    except OSError as error:
        raise StartError(command[0], error) from error


def make_binary(*descriptors: int) -> None:
    """Let no line end be translated on its way: Windows would."""
    if os.name == "nt":
        for descriptor in descriptors:
            import_module("msvcrt").setmode(descriptor, getattr(os, "O_BINARY", 0))


@contextmanager
def running(
    command: Sequence[str], *, stdin: int | None = None, stdout: int | None = None
) -> Iterator["subprocess.Popen[bytes]"]:
    """Start the command, and hand signals on to it for as long as it runs, from before its first moment on."""
    early: list[int] = []
    hand_on: Callable[[int], None] = early.append

    def handle(number: int, _: FrameType | None) -> None:
        # What the terminal sends reaches every process of its foreground group by itself.
        if not (signal.Signals(number).name in _OF_THE_TERMINAL and _in_foreground()):
            hand_on(number)

    numbers = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
    before = {number: signal.signal(number, handle) for number in numbers}
    try:
        process = start(command, stdin=stdin, stdout=stdout)
        hand_on = process.send_signal
        for number in early:
            process.send_signal(number)
        yield process
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def start_deaf(*threads: Thread) -> None:
    """Start threads to which no signal is delivered. Only the main thread hands signals on, and only a signal wakes it."""
    mask = getattr(signal, "pthread_sigmask", None)  # Windows delivers signals to the main thread alone
    before = mask(signal.SIG_BLOCK, [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]) if mask else ()
    try:
        for thread in threads:
            thread.start()
    finally:
        if mask:
            mask(signal.SIG_SETMASK, before)


def wait(process: "subprocess.Popen[bytes]") -> int:
    """Wait for the command's end, in turns: a signal just before the system call would be looked at only after it."""
    while (returned := process.poll()) is None:
        with suppress(subprocess.TimeoutExpired):
            process.wait(1)
    return returned


def status_of(returned: int) -> int:
    """The exit status that says the same as the command's: 128 and the number where a signal ended it."""
    return KILLED - returned if returned < 0 else returned


def _in_foreground() -> bool:
    try:
        return os.tcgetpgrp(0) == os.getpgrp()
    except (OSError, AttributeError):  # no terminal, or Windows
        return False
