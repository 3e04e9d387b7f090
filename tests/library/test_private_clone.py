"""From a private repository whose checkout kept no token, what is missing is fetched with the action's own."""

import pytest
from gitrepo import Repo
from gitserver import GitServer

from agent_guards.env import RunEnv
from agent_guards.errors import GitError
from agent_guards.git import GitRepository

TOKEN = "ghs_private0123456789"


@pytest.fixture
def server(tmp_path):
    origin = Repo(tmp_path / "origin")
    origin.write("file", "1")
    origin.commit()
    origin.git("config", "uploadpack.allowAnySHA1InWant", "true")
    with GitServer(tmp_path, TOKEN) as server:
        server.origin = origin
        server.clone = origin.clone(tmp_path / "clone", "--depth=1")
        server.clone.git("remote", "set-url", "origin", f"{server.url}/origin")
        origin.write("file", "2")
        server.head = origin.commit()
        yield server


def env_of(server, **variables):
    usual = {"GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": server.url, "AGENT_GUARDS_TOKEN": TOKEN}
    return RunEnv.from_environ({**usual, **variables})


def resolve(server, env):
    clone = server.clone
    with GitRepository(clone.path, environ=clone.environ, credentials=env.git_credentials) as repository:
        return repository.resolve(server.head), list(repository.notes)


def test_the_token_opens_the_door_where_the_clone_s_own_set_up_does_not(server):
    found, notes = resolve(server, env_of(server))
    assert found == server.head
    assert len(notes) == 1
    assert server.asked[0] == [], "the clone's own way comes first: a public repository is not shown the token"


def test_a_token_that_a_checkout_left_behind_is_not_sent_beside_ours(server):
    server.clone.git("config", f"http.{server.url}/.extraheader", "AUTHORIZATION: basic b2xkOm9sZA==")
    assert resolve(server, env_of(server))[0] == server.head
    assert all(len(given) <= 1 for given in server.asked)


def test_another_server_is_never_shown_the_token(server):
    with pytest.raises(GitError) as told:
        resolve(server, env_of(server, GITHUB_SERVER_URL="https://ghe.example"))
    assert not any(server.asked)
    assert TOKEN not in f"{told.value.message}{told.value.hint}"


def test_a_token_that_opens_nothing_is_not_told(server):
    with pytest.raises(GitError) as told:
        resolve(server, env_of(server, AGENT_GUARDS_TOKEN="ghs_wrong"))
    assert "fetching failed" in told.value.message
    assert "ghs_wrong" not in told.value.message
    assert "basic" not in told.value.message


@pytest.mark.parametrize("environ", [{}, {"GITHUB_ACTIONS": "true"}, {"GITHUB_TOKEN": TOKEN}])
def test_on_a_machine_of_a_person_git_keeps_to_its_own_set_up(environ):
    assert dict(RunEnv.from_environ(environ).git_credentials) == {}
