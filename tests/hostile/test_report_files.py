"""Report files are written where the workflow says, and through no link that a pull request laid there."""

import pytest

from agent_guards.delivery import Status
from agent_guards.sinks.runner import write_file


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    folder = tmp_path / "checkout"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def test_a_report_is_written_with_the_folders_on_its_way(checkout):
    for path in ("report.json", "out/of/folders/report.json", str(checkout.parent / "temp/report.json")):
        assert write_file("json file", path, "{}").status is Status.SENT
        assert (checkout / path).read_text() == "{}"


@pytest.mark.parametrize("path", ["report.json", "out/report.json", "deep/out/report.json", "deep/../out/report.json"])
def test_a_link_in_the_checkout_is_not_followed(checkout, path):
    outside = checkout.parent / "home"
    outside.mkdir()
    (outside / "report.json").write_text("precious")
    (checkout / "report.json").symlink_to(outside / "report.json")
    (checkout / "out").symlink_to(outside)
    (checkout / "deep").mkdir()
    (checkout / "deep/out").symlink_to(outside)
    told = write_file("json file", path, "{}")
    assert told.status is Status.FAILED
    assert "is a symbolic link" in told.detail
    assert (outside / "report.json").read_text() == "precious"


def test_a_link_that_leads_nowhere_makes_nothing(checkout):
    (checkout / "report.json").symlink_to(checkout.parent / "made")
    assert write_file("json file", "report.json", "{}").status is Status.FAILED
    assert not (checkout.parent / "made").exists()


def test_a_link_outside_of_the_checkout_is_the_machine_s_own(checkout):
    real = checkout.parent / "real"
    real.mkdir()
    (checkout.parent / "temp").symlink_to(real)
    assert write_file("json file", str(checkout.parent / "temp/report.json"), "{}").status is Status.SENT
    assert (real / "report.json").read_text() == "{}"
