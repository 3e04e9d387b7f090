"""One line, whole or not at all: many writers, killed writers, full disks, links, and locks of every system."""

import errno
import json
import os
import resource
import subprocess
import sys
import threading
import time
import types

import pytest

from agent_guards.agent import append as module
from agent_guards.agent import lock
from agent_guards.agent.append import BLOCK, Appended, AppendError, append

PATH = "artifacts/nora/2026-01-02/mcp/x.jsonl"
WRITER = """
import json, sys
from agent_guards.agent.calls import Call, compose
from agent_guards.agent.append import append
root, path, session, count = sys.argv[1:5]
print("ready", flush=True)
sys.stdin.readline()
for number in range(int(count)):
    call = Call(server="s", tool="t", arguments={"q": number}, request_id=f"{session}-{number}", session=session, outcome="ok")
    append(root, path, lambda standing: compose(
        call, tool="s", purpose="p", timestamp="2026-01-02T10:00:00.000Z", chain=session * 4, standing=standing))
    print(number, flush=True)
"""


def line(text=b'{"n":1}'):
    return lambda _: text


def writer(root, session, count, **options):
    command = [sys.executable, "-c", WRITER, str(root), PATH, session, str(count)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, **options)


def go(*processes):
    for process in processes:
        process.stdout.readline()
    for process in processes:
        process.stdin.write(b"go\n")
        process.stdin.flush()


@pytest.fixture
def environ(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", os.path.dirname(os.path.dirname(os.path.dirname(module.__file__))))


def chains(data):
    """The records of a file, once the guard's own check of the chains has found nothing."""
    from agent_guards.records import read
    from guard_mcp.evidence import KIND, broken_links

    records = read(KIND, data)
    assert not records.problems
    assert list(broken_links(data, records)) == []
    return records.values


def test_the_first_line_makes_folders_and_file(tmp_path):
    assert append(str(tmp_path), PATH, line()) == Appended(written=True)
    assert append(str(tmp_path), PATH, line(b'{"n":2}')) == Appended(written=True)
    assert (tmp_path / PATH).read_bytes() == b'{"n":1}\n{"n":2}\n'
    assert oct((tmp_path / PATH).stat().st_mode & 0o111) == "0o0"


def test_the_line_is_made_from_what_stands_there(tmp_path):
    seen = []
    for size in (1, 100, 10_000):
        append(str(tmp_path), PATH, lambda standing, size=size: seen.append(standing.end(size)) or b"%d" % size)
    assert seen == [b"", b"1\n", b"1\n100\n"]
    append(str(tmp_path), PATH, lambda standing: seen.append(standing.end(5)) or None)
    assert seen[-1] == b""  # five bytes hold no whole line
    append(str(tmp_path), PATH, lambda standing: seen.append(standing.end(8)) or None)
    assert seen[-1] == b"10000\n"


def test_no_line_leaves_nothing_behind(tmp_path):
    assert append(str(tmp_path), PATH, lambda _: None) == Appended(written=False)
    assert not (tmp_path / PATH).exists()


def test_sixteen_writers_at_once_lose_nothing_and_tear_nothing(tmp_path, environ):
    processes = [writer(tmp_path, f"{number:04x}", 150) for number in range(16)]
    go(*processes)
    for process in processes:
        process.communicate(timeout=120)
        assert process.returncode == 0
    values = chains((tmp_path / PATH).read_bytes())
    assert len(values) == 16 * 150
    assert len({value.request_id for value in values}) == 16 * 150


@pytest.mark.parametrize("wait", [0.0, 0.003, 0.01, 0.02, 0.035, 0.05])
def test_a_killed_writer_loses_at_most_the_line_that_it_was_writing(tmp_path, environ, wait):
    process = writer(tmp_path, "dead", 100_000)
    go(process)
    process.stdout.readline()
    time.sleep(wait)
    process.kill()
    told = 1 + process.stdout.read().count(b"\n")
    process.wait()
    process.stdin.close()
    process.stdout.close()
    successor = writer(tmp_path, "beef", 3)
    go(successor)
    successor.communicate(timeout=60)
    values = chains((tmp_path / PATH).read_bytes())
    assert sum(value.x_recorder.session == "beef" * 4 for value in values) == 3
    assert told <= len(values) - 3 <= told + 1


@pytest.mark.parametrize("rest", [b'{"tool":"x","doc_r', b"\xff\x00", b"[1]", b"{" * 5000, b"x" * (BLOCK * 3)])
def test_an_unfinished_last_line_is_taken_away_and_told(tmp_path, rest):
    append(str(tmp_path), PATH, line())
    with (tmp_path / PATH).open("ab") as file:
        file.write(rest)
    done = append(str(tmp_path), PATH, line(b'{"n":2}'))
    assert f"{len(rest)} bytes of a line that was never finished" in done.mended
    assert (tmp_path / PATH).read_bytes() == b'{"n":1}\n{"n":2}\n'


def test_an_unfinished_line_is_taken_away_even_if_there_is_no_new_one(tmp_path):
    append(str(tmp_path), PATH, line())
    with (tmp_path / PATH).open("ab") as file:
        file.write(b"{")
    assert append(str(tmp_path), PATH, lambda _: None).mended
    assert (tmp_path / PATH).read_bytes() == b'{"n":1}\n'


def test_a_whole_record_without_its_line_end_is_kept_and_counts_for_the_chain(tmp_path):
    (tmp_path / "x.jsonl").write_bytes(b'{"n":1}')
    seen = []
    done = append(str(tmp_path), "x.jsonl", lambda standing: seen.append(standing.end(99)) or b'{"n":2}')
    assert (seen, done.mended) == ([b'{"n":1}'], "the last line had no line end; it has one now")
    assert (tmp_path / "x.jsonl").read_bytes() == b'{"n":1}\n{"n":2}\n'
    (tmp_path / "y.jsonl").write_bytes(b'{"n":1}')
    assert append(str(tmp_path), "y.jsonl", lambda _: None) == Appended(written=False)
    assert (tmp_path / "y.jsonl").read_bytes() == b'{"n":1}'


@pytest.mark.parametrize("full_after", [0, 3])
def test_a_full_disk_leaves_the_file_as_it_was(tmp_path, monkeypatch, full_after):
    append(str(tmp_path), PATH, line())
    real = os.write

    def write(descriptor, data):
        if full_after:
            return real(descriptor, data[:full_after])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", write)
    with pytest.raises(AppendError, match="No space left on device"):
        append(str(tmp_path), PATH, line(b'{"n":2}'))
    with pytest.raises(AppendError):
        append(str(tmp_path), "new.jsonl", line())
    assert (tmp_path / PATH).read_bytes() == b'{"n":1}\n'
    assert not (tmp_path / "new.jsonl").exists()


def test_a_limit_of_the_system_leaves_the_file_as_it_was(tmp_path, environ):
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))

    process = writer(tmp_path, "abcd", 20, stderr=subprocess.PIPE, preexec_fn=limit)
    go(process)
    out, err = process.communicate(timeout=60)
    assert process.returncode
    assert b"cannot be written: " in err
    assert len(chains((tmp_path / PATH).read_bytes())) == len(out.split()) > 0


def test_an_interrupt_while_writing_takes_the_line_back(tmp_path, monkeypatch):
    append(str(tmp_path), PATH, line())

    def interrupt(descriptor, data):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "write", interrupt)
    with pytest.raises(KeyboardInterrupt):
        append(str(tmp_path), PATH, line())
    assert (tmp_path / PATH).read_bytes() == b'{"n":1}\n'


def test_signals_do_not_tear_lines(tmp_path, environ):
    script = "import signal\nsignal.signal(signal.SIGALRM, lambda *_: None)\nsignal.setitimer(signal.ITIMER_REAL, .001, .001)\n"
    command = [sys.executable, "-c", script + WRITER, str(tmp_path), PATH, "feed", "100"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    go(process)
    process.communicate(timeout=60)
    assert len(chains((tmp_path / PATH).read_bytes())) == 100


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="Windows has other rights")
def test_a_read_only_folder_is_an_error(tmp_path, environ):
    (tmp_path / "artifacts").mkdir()
    (tmp_path / "artifacts").chmod(0o555)
    script = (
        "import os, sys\nfrom agent_guards.agent.append import append\n"
        "if os.geteuid() == 0: os.setgid(65534); os.setuid(65534)\n"
        f"append({str(tmp_path)!r}, {PATH!r}, lambda _: b'x')\n"
    )
    tmp_path.chmod(0o755)
    for folder in tmp_path.parents:
        if folder.owner() == tmp_path.owner() and folder.name.startswith("pytest"):
            folder.chmod(0o755)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert "cannot be written: Permission denied." in done.stderr
    assert list((tmp_path / "artifacts").iterdir()) == []


@pytest.mark.parametrize("link", ["artifacts", "artifacts/nora", PATH])
def test_links_are_refused_wherever_they_stand(tmp_path, link):
    root, outside = tmp_path / "root", tmp_path / "outside"
    (root / link).parent.mkdir(parents=True)
    outside.mkdir()
    (root / link).symlink_to(outside / "file" if link == PATH else outside)
    with pytest.raises(AppendError, match="symbolic link"):
        append(str(root), PATH, line())
    assert list(outside.iterdir()) == []


def test_a_link_that_appears_in_the_last_moment_is_not_followed(tmp_path, monkeypatch):
    (tmp_path / "x").symlink_to(tmp_path / "outside")
    monkeypatch.setattr(module, "_stands", lambda _: False)
    with pytest.raises(AppendError, match="cannot be written"):
        append(str(tmp_path), "x", line())
    assert not (tmp_path / "outside").exists()


def test_what_is_no_file_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(AppendError, match="no ordinary file"):
        append(str(tmp_path), "pipe", line())
    (tmp_path / "folder").mkdir()
    with pytest.raises(AppendError, match="Is a directory"):
        append(str(tmp_path), "folder", line())
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(AppendError, match="Not a directory"):
        append(str(tmp_path), "file/x", line())


def test_a_file_that_is_replaced_while_we_wait_is_opened_anew(tmp_path, monkeypatch):
    append(str(tmp_path), PATH, line(b"old"))
    real, moves = module.acquire, []

    def replaced(descriptor, seconds):
        real(descriptor, seconds)
        if not moves:
            moves.append((tmp_path / PATH).rename(tmp_path / "old"))

    monkeypatch.setattr(module, "acquire", replaced)
    append(str(tmp_path), PATH, line(b"new"))
    assert (tmp_path / PATH).read_bytes() == b"new\n"
    assert (tmp_path / "old").read_bytes() == b"old\n"


def test_a_folder_that_another_writer_makes_first_is_no_trouble(tmp_path, monkeypatch):
    real = os.mkdir

    def beaten(path, *mode):
        real(path, *mode)
        real(path, *mode)

    monkeypatch.setattr(os, "mkdir", beaten)
    append(str(tmp_path), PATH, line())
    assert (tmp_path / PATH).read_bytes() == b'{"n":1}\n'


def test_a_file_that_is_always_taken_away_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_still_there", lambda *_: False)
    with pytest.raises(AppendError, match="is taken away"):
        append(str(tmp_path), PATH, line())


def test_a_lock_is_waited_for_and_not_for_ever(tmp_path):
    append(str(tmp_path), PATH, line())
    with (tmp_path / PATH).open("ab") as file:
        lock.acquire(file.fileno(), 1)
        with pytest.raises(AppendError, match=r"locked by another process since 0\.05 seconds"):
            append(str(tmp_path), PATH, line(), seconds=0.05)
        waiting = threading.Thread(target=append, args=(str(tmp_path), PATH, line()))
        waiting.start()
        time.sleep(0.05)
        assert (tmp_path / PATH).read_bytes() == b'{"n":1}\n'
    waiting.join()
    assert (tmp_path / PATH).read_bytes() == b'{"n":1}\n' * 2


def test_a_file_that_shrinks_while_it_is_read_ends_early(tmp_path):
    (tmp_path / "x").write_bytes(b"a\n")
    descriptor = os.open(tmp_path / "x", os.O_RDONLY)
    assert module.Standing(descriptor, 99).end(99) == b"a\n"
    os.close(descriptor)


class Windows(types.ModuleType):
    """What Python has of Windows' locks, on top of this system's."""

    LK_NBLCK = 2

    def __init__(self):
        super().__init__("msvcrt")
        self.ranges = []

    def locking(self, descriptor, mode, count):
        import fcntl

        assert (mode, count) == (self.LK_NBLCK, 1)
        self.ranges.append(os.lseek(descriptor, 0, os.SEEK_CUR))
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PermissionError(errno.EACCES, "Permission denied") from None


def test_windows_locks_a_byte_behind_everything_and_leaves_the_position(tmp_path, monkeypatch):
    windows = Windows()
    monkeypatch.setitem(sys.modules, "msvcrt", windows)
    with (tmp_path / "x").open("wb") as file, (tmp_path / "x").open("ab") as other:
        file.write(b"1234")
        file.flush()
        with monkeypatch.context() as patch:
            patch.setattr(lock.os, "name", "nt")
            lock.acquire(file.fileno(), 1)
            with pytest.raises(TimeoutError):
                lock.acquire(other.fileno(), 0.01)
        assert os.lseek(file.fileno(), 0, os.SEEK_CUR) == 4
    assert set(windows.ranges) == {1 << 30}


def test_another_trouble_with_a_lock_is_no_waiting(tmp_path, monkeypatch):
    import fcntl

    def unsupported(descriptor, mode):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", unsupported)
    with pytest.raises(AppendError, match="No locks available"):
        append(str(tmp_path), PATH, line())
    assert not (tmp_path / PATH).exists()


def test_every_line_is_json_for_the_guard(tmp_path, environ):
    process = writer(tmp_path, "cafe", 5)
    go(process)
    process.communicate(timeout=60)
    values = [json.loads(text) for text in (tmp_path / PATH).read_bytes().splitlines()]
    assert [value["x_recorder"]["seq"] for value in values] == [0, 1, 2, 3, 4]
