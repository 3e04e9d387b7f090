"""Appends one line to a file of records: whole or not at all, whoever else writes, and whenever a writer dies."""

import errno
import os
import stat
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from agent_guards.agent.lock import acquire
from agent_guards.errors import GuardError
from agent_guards.escape import quote

PATIENCE = 10.0
"""Seconds to wait for other writers."""
BLOCK = 4096
_ATTEMPTS = 100
_FLAGS = os.O_RDWR | os.O_APPEND | sum(
    getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_NOINHERIT", "O_BINARY")
)  # fmt: skip


class AppendError(GuardError):
    """The line was not written, and the file is as it was."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The finished lines of a file, as they stand while we hold its lock."""

    descriptor: int
    size: int
    added: bytes = b""
    """Further lines that will be written in one go with the next one."""

    def end(self, most: int) -> bytes:
        """Read whole lines from the end of the file, so many bytes of them at most, and what is added to it."""
        start = max(self.size - most, 0)
        data = _read(self.descriptor, start, self.size - start)
        data = data if start == 0 else data[data.find(b"\n") + 1 :]
        return data + (b"\n" if data and self.added and data[-1:] != b"\n" else b"") + self.added


@dataclass(frozen=True, slots=True)
class Appended:
    """What came of it."""

    written: bool
    mended: str = ""
    """What a writer that was killed had left behind, in words; empty where there was nothing."""


Compose = Callable[[Standing], bytes | None]
"""Makes the line (or several), without its last line end, from what stands in the file already; None for no line."""


def append(root: str, path: str, compose: Compose, *, seconds: float = PATIENCE) -> Appended:
    """Append the line that `compose` makes to `path` below `root`. Raises AppendError."""
    try:
        return _append(root, path, compose, seconds)
    except TimeoutError:
        raise AppendError(
            f"{quote(path)} is locked by another process since {seconds:g} seconds.", "End that process."
        ) from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise AppendError(
            f"{quote(path)} cannot be written: {reason}.", "Make room or give access, then go on."
        ) from error


def _append(root: str, path: str, compose: Compose, seconds: float) -> Appended:
    whole = _make_folders(root, path)
    for _ in range(_ATTEMPTS):
        descriptor, created = _open(whole)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise AppendError(f"{quote(path)} is no ordinary file.", "Take it away, so that a new one can be made.")
            acquire(descriptor, seconds)
            if _still_there(descriptor, whole):
                return _add(descriptor, compose)
        finally:
            if created and os.fstat(descriptor).st_size == 0:
                with suppress(OSError):
                    os.unlink(whole)
            os.close(descriptor)
    raise AppendError(f"{quote(path)} is taken away whenever it is made.", "Find out which program removes it.")


def _make_folders(root: str, path: str) -> str:
    """Make the folders on the way; none of them may be a link, which would lead out of the repository."""
    at = root
    *folders, name = path.split("/")
    for folder in folders:
        at = os.path.join(at, folder)
        if not _stands(at):
            with suppress(FileExistsError):
                os.mkdir(at)
    at = os.path.join(at, name)
    _stands(at)
    return at


def _stands(at: str) -> bool:
    """Whether something stands there; a link must not."""
    try:
        mode = os.lstat(at).st_mode
    except FileNotFoundError:
        return False
    if stat.S_ISLNK(mode):
        raise AppendError(f"{quote(at)} is a symbolic link.", "Records are not written through links: remove it.")
    return True


def _open(whole: str) -> tuple[int, bool]:
    """Open the file, and tell whether that made it."""
    try:
        return os.open(whole, _FLAGS), False
    except FileNotFoundError:
        return os.open(whole, _FLAGS | os.O_CREAT, 0o666), True


def _still_there(descriptor: int, whole: str) -> bool:
    """Whether the path still names the file that we locked: git may have replaced it while we waited."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.lstat(whole))
    except FileNotFoundError:
        return False


def _add(descriptor: int, compose: Compose) -> Appended:
    size = os.fstat(descriptor).st_size
    rest = _unfinished(descriptor, size)
    torn = bool(rest) and not _is_record(rest)
    kept = size - len(rest) if torn else size
    line = compose(Standing(descriptor, kept))
    if torn:
        os.ftruncate(descriptor, kept)
    if line is not None:
        _write(descriptor, kept, (b"\n" if rest and not torn else b"") + line + b"\n")
    return Appended(line is not None, _mended(rest, torn=torn) if torn or (rest and line is not None) else "")


def _mended(rest: bytes, *, torn: bool) -> str:
    if not torn:
        return "the last line had no line end; it has one now"
    return (
        f"{len(rest)} bytes of a line that was never finished were taken away: {quote(rest.decode(errors='replace'))}"
    )


def _write(descriptor: int, size: int, data: bytes) -> None:
    """Write in one call. A part of a line is worse than none: it is taken back."""
    written = 0
    try:
        written = os.write(descriptor, data)
    finally:
        if written != len(data):
            os.ftruncate(descriptor, size)
    if written != len(data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _unfinished(descriptor: int, size: int) -> bytes:
    """Read what stands behind the last line end."""
    most = min(BLOCK, size)
    while True:
        data = _read(descriptor, size - most, most)
        cut = data.rfind(b"\n") + 1
        if cut or most >= size:
            return data[cut:]
        most = min(most * 16, size)


def _is_record(rest: bytes) -> bool:
    import json

    try:
        return isinstance(json.loads(rest), dict)
    except (ValueError, RecursionError):
        return False


def _read(descriptor: int, start: int, length: int) -> bytes:
    os.lseek(descriptor, start, os.SEEK_SET)
    parts = []
    while length > 0:
        part = os.read(descriptor, length)
        if not part:
            break
        parts.append(part)
        length -= len(part)
    return b"".join(parts)
