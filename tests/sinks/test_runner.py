"""What the runner takes: outputs, the step's summary, report files."""

import re

import pytest
from outcomes import GREEN, MIXED

from agent_guards.delivery import Status
from agent_guards.sinks.runner import STEP_LIMIT, outputs_of, room_for_summary, write_file, write_outputs, write_summary

FRAME = re.compile(r"([a-z-]+)<<(ghadelimiter_[0-9a-f-]{36})\n(.*?)\n\2\n", re.DOTALL)


@pytest.fixture
def output(tmp_path, monkeypatch):
    path = tmp_path / "output"
    path.write_text("before=1\n")
    monkeypatch.setenv("GITHUB_OUTPUT", str(path))
    return path


def test_outputs_are_counts_words_and_addresses():
    assert outputs_of(MIXED, report_file="r.json", comment_url="https://c", check_run_url="") == {
        "verdict": "fail",
        "errors": "6",
        "warnings": "2",
        "report-file": "r.json",
        "comment-url": "https://c",
        "check-run-url": "",
    }


def test_each_output_stands_between_random_delimiters(output):
    hostile = "x\nEOF\nverdict<<EOF\npass\nEOF\n"
    assert write_outputs(str(output), {"verdict": "fail", "report-file": hostile}).status is Status.SENT
    found = FRAME.findall(output.read_text().removeprefix("before=1\n"))
    assert [(name, value) for name, _, value in found] == [("verdict", "fail"), ("report-file", hostile)]
    assert len({delimiter for _, delimiter, _ in found}) == 2


def test_an_output_file_that_is_not_there_is_told(tmp_path):
    assert write_outputs(str(tmp_path / "none"), {"verdict": "fail"}).status is Status.FAILED


def test_an_output_file_that_cannot_be_written_is_told(output, monkeypatch):
    monkeypatch.setenv("GITHUB_OUTPUT", "/proc/version")
    assert write_outputs(str(output), {"verdict": "fail"}).status is Status.FAILED


def test_lone_surrogates_reach_no_output():
    assert outputs_of(GREEN, report_file="\udcff", comment_url="", check_run_url="")["report-file"] == "\\xff"


def test_the_summary_is_added_to_what_stands_there(tmp_path):
    path = tmp_path / "summary"
    path.write_text("# Mine\n")
    assert write_summary(str(path), "page \udcff\n").status is Status.SENT
    assert path.read_text() == "# Mine\npage \\udcff\n"
    assert room_for_summary(str(path)) == STEP_LIMIT - len(path.read_bytes())


def test_a_summary_that_cannot_be_written_is_told(tmp_path):
    assert write_summary(str(tmp_path), "page").status is Status.FAILED
    assert room_for_summary(str(tmp_path / "none")) == STEP_LIMIT


def test_a_report_file_is_written_with_its_folder(tmp_path):
    delivery = write_file("json file", str(tmp_path / "a/b/report.json"), "{}\n")
    assert (delivery.status, (tmp_path / "a/b/report.json").read_text()) == (Status.SENT, "{}\n")


@pytest.mark.parametrize("name", ["", "a\0b"])
def test_a_report_file_that_cannot_be_written_is_told(tmp_path, name):
    assert write_file("json file", f"{tmp_path}/{name}", "{}").status is Status.FAILED
