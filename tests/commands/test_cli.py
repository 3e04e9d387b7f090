import errno
import gc
import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from agent_guards import __version__, cli, start
from agent_guards.cli import main

ROOT = Path(__file__).parents[2]


def run(*arguments, **options):
    """The command as the actions start it."""
    return subprocess.run(
        [sys.executable, "-I", "-m", "agent_guards", *arguments], capture_output=True, text=True, check=False, **options
    )


def test_the_module_runs():
    done = run("--version")
    assert (done.returncode, done.stdout) == (0, f"agent-guards {__version__}\n")


def test_wrong_usage_is_status_2():
    assert run("chekc").returncode == 2
    assert run("check", "--format", "xml").returncode == 2


@pytest.mark.parametrize("command", ["check", "validate", "rules", "explain", "schema", "demo"])
def test_every_command_has_help(command):
    done = run(command, "--help")
    assert done.returncode == 0
    assert done.stdout.startswith(f"usage: agent-guards {command}")


def test_help_starts_nothing():
    script = "import sys; from agent_guards.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass\nprint(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, text=True, check=True)
    loaded = set(done.stderr.split())
    assert not loaded & {"yaml", "msgspec", "jsonschema", "markdown_it", "subprocess", "guard_mcp"}


def test_a_bug_of_ours_is_told_with_what_to_report_and_without_secrets(monkeypatch, capsys):
    def fail():
        raise RuntimeError("##[error]boom\r::error::x")

    monkeypatch.setattr(cli, "_rules", fail)
    monkeypatch.setenv("GITHUB_TOKEN", "secret-token")
    assert main(["rules"]) == 3
    error = capsys.readouterr().err
    assert "this is a bug of ours" in error
    assert "RuntimeError" in error
    assert "##[" not in error
    assert "secret-token" not in error
    assert not any(line.lstrip().startswith("::") for line in error.replace("\r", "\n").splitlines())


def test_an_interrupt_is_no_bug(monkeypatch, capsys):
    def interrupt():
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_rules", interrupt)
    assert main(["rules"]) == 130
    assert capsys.readouterr().err == ""


def test_a_reader_that_went_away_is_no_bug():
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-I", "-m", "agent_guards", "rules"],
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (3, "")


def test_streams_that_cannot_be_reconfigured_are_left_alone(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdout", object())
    monkeypatch.setattr(sys, "stderr", open(os.devnull, "w"))  # noqa: SIM115
    with pytest.raises(SystemExit):
        main(["--no-such-option"])
    sys.stderr.close()


def test_a_pipe_that_breaks_leaves_nothing_to_complain_of_at_exit(monkeypatch):
    def stop():
        raise BrokenPipeError

    ends = []
    monkeypatch.setattr(cli, "_rules", stop)
    monkeypatch.setattr(cli.os, "dup2", lambda source, target: ends.append(target))
    monkeypatch.setattr(sys, "stdout", sys.__stdout__)
    assert main(["rules"]) == 3
    assert ends == [sys.stdout.fileno()]


class Full:
    """A stream to a disk that is full, or otherwise in trouble."""

    def __init__(self, trouble):
        self.trouble = trouble

    def write(self, text):
        return len(text)

    def flush(self):
        raise OSError(self.trouble, os.strerror(self.trouble))


@pytest.mark.parametrize(
    ("trouble", "said"),
    [(errno.ENOSPC, "no space is left where the output goes"), (errno.EIO, "this is a bug of ours")],
)
def test_a_full_disk_is_no_bug(monkeypatch, capsys, trouble, said):
    monkeypatch.setattr(sys, "stdout", Full(trouble))
    assert main(["rules"]) == 3
    assert said in capsys.readouterr().err


def test_a_closed_output_takes_nothing_and_changes_nothing(monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    assert main(["rules"]) == 0


def test_the_command_is_imported_without_typing_extensions_which_stays_to_be_had(monkeypatch):
    monkeypatch.delitem(sys.modules, "typing_extensions", raising=False)
    assert cli._imported(lambda: sys.modules["typing_extensions"]) is None
    assert "typing_extensions" not in sys.modules
    monkeypatch.setitem(sys.modules, "typing_extensions", os)
    assert cli._imported(lambda: sys.modules["typing_extensions"]) is os
    assert sys.modules["typing_extensions"] is os


def test_imports_are_not_searched_for_garbage_but_what_follows_is(monkeypatch, capsys):
    seen = []
    find = cli._rules
    monkeypatch.setattr(cli, "_rules", lambda: seen.append(gc.isenabled()) or find())
    monkeypatch.setattr(sys, "argv", ["agent_guards", "rules"])
    assert start.main() == 0
    assert (seen, gc.isenabled()) == ([False], True)


@pytest.mark.parametrize("out", [None, Full(errno.ENOSPC), sys.stdout])
def test_the_command_leaves_with_its_status_whatever_its_output_is(monkeypatch, out):
    left = []
    monkeypatch.setattr(start, "main", lambda: 7)
    monkeypatch.setattr(os, "_exit", left.append)
    monkeypatch.setattr(sys, "stdout", out)
    start.run()
    assert left == [7]


def test_what_was_printed_arrives(tmp_path):
    with open(tmp_path / "out", "wb") as file:
        subprocess.run([sys.executable, "-I", "-m", "agent_guards", "rules"], stdout=file, check=True)
    assert (tmp_path / "out").read_text("utf-8") == run("rules").stdout != ""


def test_the_package_is_a_command(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["agent_guards", "--version"])
    with pytest.raises(SystemExit) as caught:
        runpy.run_module("agent_guards", run_name="__main__")
    assert caught.value.code == 0
