"""An exclusive lock on an open file: one writer at a time, on Linux, macOS and Windows; closing the file ends it."""

import os
import time
from importlib import import_module

PAUSE = 0.001
# Windows locks a range of bytes, and locked bytes cannot be read: this one lies behind everything that is written.
_FAR = 1 << 30


def acquire(descriptor: int, seconds: float) -> None:
    """Wait for the lock, so long at most: an agent must not hang because another process does. TimeoutError then."""
    deadline = time.monotonic() + seconds
    while not _try(descriptor):
        if time.monotonic() >= deadline:
            raise TimeoutError
        time.sleep(PAUSE)


def _try(descriptor: int) -> bool:
    try:
        if os.name == "nt":
            _lock_range(descriptor)
        else:
            fcntl = import_module("fcntl")
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):  # Windows says that permission is denied
        return False
    return True


def _lock_range(descriptor: int) -> None:
    msvcrt = import_module("msvcrt")
    before = os.lseek(descriptor, 0, os.SEEK_CUR)
    os.lseek(descriptor, _FAR, os.SEEK_SET)
    try:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    finally:
        os.lseek(descriptor, before, os.SEEK_SET)
