"""Recorded conversations with the real api.github.com, played back to our client."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
from fake_github import TOKEN
from npm import package

from agent_guards.api import GitHub, Trouble
from agent_guards.sinks.status import _Posted

GITHUB = "https://api.github.com"

pytestmark = pytest.mark.npm


class Tape:
    """One recorded conversation: each step is answered in its order, anything else with 599."""

    def __init__(self, scenario):
        folder = package("@octokit/fixtures") / "scenarios/api.github.com" / scenario
        self.steps = json.loads((folder / "normalized-fixture.json").read_text())
        tape = self

        class Door(BaseHTTPRequestHandler):
            def _play(self):
                self.rfile.read(int(self.headers.get("content-length") or 0))
                step = tape.next(self.command, self.path)
                text = "" if step["response"] == "" else json.dumps(step["response"]).replace(GITHUB, tape.url)
                self.send_response(step["status"])
                self.send_header("content-length", str(len(text.encode())))
                for name in ("location", "link"):
                    if name in step["headers"]:
                        self.send_header(name, step["headers"][name].replace(GITHUB, tape.url))
                self.end_headers()
                self.wfile.write(text.encode())

            do_GET = do_POST = do_PATCH = _play

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def next(self, method, path):
        asked = urlsplit(path)
        for index, step in enumerate(self.steps):
            recorded = urlsplit(step["path"])
            same = (step["method"].upper(), recorded.path, parse_qs(recorded.query)) == (
                method, asked.path, parse_qs(asked.query),
            )  # fmt: skip
            if same:
                return self.steps.pop(index)
        return {"status": 599, "response": {"message": f"unexpected {method} {path}"}, "headers": {}}


@pytest.fixture
def play():
    tapes = []

    def start(scenario):
        tape = Tape(scenario)
        tapes.append(tape)
        return tape, GitHub(api_url=tape.url, token=TOKEN, sleep=lambda _: None)

    yield start
    for tape in tapes:
        tape.server.shutdown()
        tape.server.server_close()


def test_github_s_own_307_on_a_write_is_followed_and_never_taken_for_success(play):
    tape, github = play("rename-repository")
    path = "/repos/octokit-fixture-org/rename-repository"
    answer = github._rest("PATCH", path, {"name": "rename-repository-newname"}, again=False)
    assert answer.data["name"] == "rename-repository-newname"
    moved = github.read(path)
    assert (moved.fault, moved.data["id"]) == (None, 1000)
    changes = {"name": "rename-repository-newname", "description": "test description"}
    answer = github._rest("PATCH", path, changes, again=False)
    assert (answer.fault, answer.data["description"]) == (None, "test description")
    assert tape.steps == []


def test_github_s_own_422_is_told(play):
    _, github = play("errors")
    fault = github.write("/repos/octokit-fixture-org/errors/labels", {"name": "foo", "color": "invalid"}).fault
    assert (fault.trouble, fault.message) == (Trouble.REFUSED, "GitHub answered 422 `Validation Failed`")


def test_github_s_own_404_is_told(play):
    _, github = play("branch-protection")
    fault = github.read("/repos/octokit-fixture-org/branch-protection/branches/main/protection").fault
    assert (fault.trouble, fault.message) == (Trouble.MISSING, "GitHub answered 404 `Branch not protected`")


def test_github_s_own_statuses_are_what_we_take_for_one(play):
    _, github = play("create-status")
    sha = "0" * 39 + "1"
    path = "/repos/octokit-fixture-org/create-status"
    for state in ("failure", "success"):
        answer = github.write(f"{path}/statuses/{sha}", {"state": state})
        assert msgspec.convert(answer.data, _Posted).state == state
    listed = msgspec.convert(github.read(f"{path}/commits/{sha}/statuses").data, tuple[_Posted, ...])
    assert [one.state for one in listed] == ["success", "failure"]  # the newest first, which our look relies on


def test_every_page_of_a_recorded_list_is_read_as_it_is(play):
    tape, github = play("paginate-issues")
    first = github.read("/repos/octokit-fixture-org/paginate-issues/issues?per_page=3")
    rest = [github.read(f"/repositories/1000/issues?per_page=3&page={page}") for page in range(2, 6)]
    assert [len(answer.data) for answer in (first, *rest)] == [3, 3, 3, 3, 1]
    assert tape.steps == []
