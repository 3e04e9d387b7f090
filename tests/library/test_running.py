"""Commands that work beside us, on a system that can spawn them and say when they end, and on one that cannot."""

import os
import sys

import pytest

from agent_guards import running

SCRIPT = "import sys; sys.stdout.write('x' * 1_000_000); sys.exit(3)"
ENVIRON = {"PATH": os.environ["PATH"]}


@pytest.fixture(params=["able", "unable"])
def system(request, monkeypatch):
    if request.param == "unable":
        monkeypatch.setattr(running, "SPAWNS", False)
        monkeypatch.setattr(running, "_POLLS", False)


@pytest.fixture
def start(system):
    return lambda script: running.Running([sys.executable, "-I", "-c", script], ENVIRON)


@pytest.fixture
def ask(system):
    return lambda script: running.Dialogue([sys.executable, "-I", "-c", script], ENVIRON)


def test_a_command_says_how_it_ended_and_what_it_printed(start):
    assert start(SCRIPT).output() == (3, b"x" * 1_000_000)


def test_it_reads_nothing_and_its_complaints_are_nobody_s(start, capfd):
    assert start("import sys; sys.stderr.write('no'); print(sys.stdin.read())").output() == (0, b"\n")
    assert capfd.readouterr().err == ""


def test_what_is_stopped_is_gone_and_can_be_stopped_again(start):
    command = start("import time; time.sleep(100)")
    process = command._process.pid
    assert os.waitpid(process, os.WNOHANG) == (0, 0)
    command.stop()
    command.stop()
    with pytest.raises(ChildProcessError):
        os.waitpid(process, os.WNOHANG)


def test_what_was_waited_for_can_be_stopped(start):
    command = start("print(1)")
    assert command.output() == (0, b"1\n")
    command.stop()


def test_it_gets_the_environment_that_is_given_and_none_of_our_files(start, monkeypatch, tmp_path):
    monkeypatch.setenv("SECRET", "1")
    with open(tmp_path / "ours", "wb") as ours:
        script = f"import os; print('SECRET' in os.environ, os.path.exists('/proc/self/fd/{ours.fileno()}'))"
        assert start(script).output() == (0, b"False False\n")


def test_questions_are_answered_for_as_long_as_they_are_asked(ask):
    dialogue = ask("while True: print(input() * 2, flush=True)")
    for question in (b"a", b"b"):
        dialogue.questions.write(question + b"\n")
        dialogue.questions.flush()
        assert dialogue.answers.readline() == question * 2 + b"\n"
    process = dialogue._process.pid
    dialogue.close()
    with pytest.raises(ChildProcessError):
        os.waitpid(process, os.WNOHANG)
    assert dialogue.questions.closed
    assert dialogue.answers.closed


def test_who_ends_in_the_middle_of_a_question_breaks_nothing(ask):
    dialogue = ask("pass")
    assert dialogue.answers.read() == b""
    dialogue.questions.write(b"unheard")
    dialogue.close()
    assert dialogue.questions.closed


def test_what_cannot_be_made_wider_stays_as_it_is(tmp_path):
    with open(tmp_path / "no pipe", "wb") as file:
        running.widen(file.fileno())
