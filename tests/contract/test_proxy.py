"""Over the socket: Prism stands between us and the fake and holds both to GitHub's description."""

import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import replace

import github_contract
import pytest
from fake_github import HEAD, TOKEN, FakeGitHub
from npm import package
from outcomes import ONE, outcome, report

from agent_guards.api import GitHub
from agent_guards.deliver import in_step
from agent_guards.delivery import Status
from agent_guards.live import read
from agent_guards.report import Verdict
from agent_guards.sinks import Target, comment, status
from agent_guards.sinks.check_run import CheckRuns

SERVER = "https://github.com"
TARGET = Target(
    repository="octo/demo", head=HEAD, run_id=50, details_url="https://github.com/octo/demo/actions/runs/50"
)

pytestmark = pytest.mark.npm


@pytest.fixture(scope="module")
def fake():
    with FakeGitHub() as server:
        yield server


@pytest.fixture(scope="module")
def proxy(fake, tmp_path_factory):
    """The address of Prism's proxy before the fake."""
    program = package("@stoplight/prism-cli") / "dist/index.js"
    folder = tmp_path_factory.mktemp("prism")
    (folder / "github.json").write_text(json.dumps(github_contract.description()))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    line = [
        shutil.which("node"), program, "proxy", folder / "github.json", fake.url, "-p", str(port), "-h", "127.0.0.1", "--errors",
    ]  # fmt: skip
    with (folder / "log").open("w") as log, subprocess.Popen(line, stdout=log, stderr=log) as process:
        try:
            _wait_for(port, process, folder / "log")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def _wait_for(port, process, log):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail(f"Prism did not start: {log.read_text()}")


@pytest.fixture
def github(fake, proxy):
    fake.links = proxy
    fake.faults.clear()
    fake.comments.clear()
    fake.statuses.clear()
    fake.check_runs.clear()
    fake.add_pull(labels=["needs-mcp-evidence"])
    return GitHub(api_url=proxy, token=TOKEN, sleep=lambda _: None)


def test_statuses_pass_the_proxy_and_arrive(fake, github):
    assert status.publish(github, TARGET, ONE, ONE.reports[0]).status is Status.SENT
    assert fake.statuses[0]["state"] == "failure"


@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_verdict_passes(fake, github, verdict):
    of = outcome(report("guard-mcp", verdict))
    assert status.publish(github, replace(TARGET, details_url=None), of, of.reports[0]).status is Status.SENT


def test_looking_for_a_lost_status_passes(fake, github):
    fake.fail(match="^POST", status=502, times=1, after=True)
    assert status.publish(github, TARGET, ONE, ONE.reports[0]).status is Status.SENT
    assert len(fake.statuses) == 1


def test_check_runs_with_annotations_and_their_search_pass(fake, github):
    runs = CheckRuns(github=github, target=TARGET, repository_id="R_1", guards=("guard-mcp",))
    fake.fail(match="createCheckRun", status=502, times=1, after=True)
    runs.open()
    (delivery,) = in_step(github, [runs.publish(ONE.subject, ONE.reports[0], SERVER)])
    assert delivery.status is Status.SENT, delivery
    (run,) = fake.check_runs.values()
    assert (run["conclusion"], len(run["annotations"])) == ("FAILURE", 1)


def test_a_comment_passes(fake, github):
    page = read(github, "octo/demo", 7, comments=True, labels=("needs-mcp-evidence",))
    writing = comment.publish(page, TARGET, ONE, "suite", server_url=SERVER, look=lambda: page)
    assert in_step(github, [writing])[0].status is Status.SENT
    assert len(fake.comments) == 1


@pytest.mark.parametrize("path", [f"/repos/octo/demo/statuses/{HEAD}", "/graphql"])
@pytest.mark.parametrize("body", [42, [], "x", {}])
def test_no_body_passes_that_github_would_refuse(fake, proxy, path, body):
    """The guard of the guard: a validator that compiled nothing would let these through."""
    before = len(fake.requests)
    request = urllib.request.Request(  # noqa: S310
        proxy + path, json.dumps(body).encode(), {"content-type": "application/json"}
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=30)  # noqa: S310
    assert refused.value.code == 422
    refused.value.close()
    assert len(fake.requests) == before


def test_the_fake_itself_is_held_to_the_description(fake, github, monkeypatch):
    original = fake._post_status

    def wrong(sha, body):
        code, document, headers = original(sha, body)
        return code, {**document, "created_at": 5}, headers

    monkeypatch.setattr(fake, "_post_status", wrong)
    fault = github.write(f"/repos/octo/demo/statuses/{HEAD}", {"state": "success"}).fault
    assert "500" in fault.message
