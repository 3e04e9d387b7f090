"""The rules of the house about who may speak to GitHub and to the runner."""

import re
import time
from pathlib import Path

import pytest
from fake_github import BASE, HEAD, TOKEN
from outcomes import GREEN

from agent_guards.api import GitHub
from agent_guards.context import Context
from agent_guards.deliver import Errand
from agent_guards.delivery import Status
from agent_guards.env import RunEnv
from agent_guards.policy import Policy
from agent_guards.switches import Switches

LIBRARY = Path(__file__).parents[2] / "lib/agent_guards"
CONTEXT = Context(event="pull_request", repository="octo/demo", base=BASE, head=HEAD, body="", pull_request=7)


@pytest.mark.parametrize(
    ("package", "home"), [("github", "github.py"), ("requests", "github.py"), ("actions_toolkit", "sinks/runner.py")]
)
def test_one_module_alone_imports_a_client(package, home):
    pattern = re.compile(rf"^\s*(?:from|import) {package}\b", re.MULTILINE)
    users = {str(path.relative_to(LIBRARY)) for path in LIBRARY.rglob("*.py") if pattern.search(path.read_text())}
    assert users == {home}


def test_nothing_imports_a_client_before_it_is_used():
    for path in (LIBRARY / "github.py", LIBRARY / "sinks/runner.py"):
        assert not re.search(r"^(?:from|import) (?:github|requests|actions_toolkit)\b", path.read_text(), re.MULTILINE)


def test_a_github_that_hangs_holds_a_run_up_no_longer_than_is_promised(fake):
    fake.fail(delay=30)
    env = RunEnv(actions=True, api_url=fake.url, token=TOKEN, run_id=50)
    github = GitHub(api_url=fake.url, token=TOKEN, seconds=2, longest=0.5)
    started = time.monotonic()
    with Errand(
        env=env, switches=Switches(check_run=True, status=True, comment=True), guards=("guard-mcp",), github=github
    ) as errand:
        context = errand.begin(CONTEXT)
        deliveries = errand.deliver(GREEN, Policy())
    assert time.monotonic() - started < 10
    assert "did not answer within" in context.notes[0]
    assert {delivery.status for delivery in deliveries} == {Status.FAILED}
    assert "of at most 2 s" in errand.cost


def test_a_token_that_may_not_read_the_pull_request_is_told_with_its_line(fake):
    error = '{"type": "FORBIDDEN", "path": ["repository", "pullRequest"], "message": "Resource not accessible by integration"}'
    fake.fail(
        status=200, raw=f'{{"data": {{"repository": {{"id": "R_1", "pullRequest": null}}}}, "errors": [{error}]}}'
    )
    env = RunEnv(actions=True, api_url=fake.url, token=TOKEN)
    with Errand(env=env, switches=Switches(), guards=("guard-mcp",)) as errand:
        context = errand.begin(CONTEXT)
        (delivery,) = errand.deliver(GREEN, Policy())
    assert (delivery.sink, delivery.permission) == ("description", "pull-requests: read")
    assert "the description of the event was judged" in context.notes[0]
