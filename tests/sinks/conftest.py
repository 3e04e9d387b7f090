"""What the tests of reporting back share: a stateful GitHub on loopback, and a client whose pauses take no time."""

import github_contract
import pytest
from fake_github import HEAD, TOKEN, FakeGitHub

from agent_guards.api import GitHub
from agent_guards.deliver import in_step
from agent_guards.sinks import Target


@pytest.fixture
def fake():
    with FakeGitHub() as server:
        server.add_pull()
        yield server
    if github_contract.installed():
        github_contract.hold(server)


@pytest.fixture
def pauses():
    return []


@pytest.fixture
def github(fake, pauses):
    return GitHub(api_url=fake.url, token=TOKEN, sleep=pauses.append)


@pytest.fixture
def target():
    return Target(
        repository="octo/demo",
        head=HEAD,
        run_id=50,
        run_attempt=1,
        details_url="https://github.com/octo/demo/actions/runs/50",
    )


@pytest.fixture
def finish(github):
    """Run one sink to its end."""

    def run(writing):
        (delivery,) = in_step(github, [writing])
        return delivery

    return run
