"""The environment is read once, from a mapping."""

import pytest

from agent_guards.env import RunEnv

RUNNER = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_EVENT_NAME": "pull_request",
    "GITHUB_EVENT_PATH": "/home/runner/event.json",
    "GITHUB_REPOSITORY": "octo/demo",
    "GITHUB_API_URL": "https://ghe.example/api/v3",
    "GITHUB_SERVER_URL": "https://ghe.example",
    "GITHUB_TOKEN": "ghs_secret",
    "GITHUB_RUN_ID": "1234567890",
    "GITHUB_RUN_ATTEMPT": "2",
    "GITHUB_STEP_SUMMARY": "/home/runner/summary",
    "GITHUB_OUTPUT": "/home/runner/output",
    "GITHUB_WORKSPACE": "/home/runner/work",
    "RUNNER_DEBUG": "1",
    "TERM": "dumb",
    "COLUMNS": "120",
    "CI": "true",
    "HOME": "/home/runner",
}


def test_a_runners_environment_is_read_whole():
    env = RunEnv.from_environ(RUNNER)
    assert (env.actions, env.event_name, env.event_path) == (True, "pull_request", "/home/runner/event.json")
    assert (env.repository, env.api_url, env.server_url) == (
        "octo/demo",
        "https://ghe.example/api/v3",
        "https://ghe.example",
    )
    assert (env.token, env.run_id, env.run_attempt) == ("ghs_secret", 1234567890, 2)
    assert (env.step_summary, env.output) == ("/home/runner/summary", "/home/runner/output")
    assert (env.workspace, env.debug, env.ci, env.home) == ("/home/runner/work", True, True, "/home/runner")
    assert (env.term, env.columns) == ("dumb", 120)


def test_an_empty_environment_is_the_default_one():
    assert RunEnv.from_environ({}) == RunEnv()
    assert RunEnv().api_url == "https://api.github.com"


def test_blank_values_are_as_good_as_none():
    assert RunEnv.from_environ(dict.fromkeys([*RUNNER, "AGENT_GUARDS_POLICY", "NO_COLOR", "PATH"], " ")) == RunEnv()


def test_an_environment_once_read_does_not_change():
    environ = {"AGENT_GUARDS_MODE": "warn", "PATH": "/bin"}
    env = RunEnv.from_environ(environ)
    environ.clear()
    assert (dict(env.inputs), dict(env.git)) == ({"mode": "warn"}, {"PATH": "/bin"})
    with pytest.raises(TypeError):
        env.inputs["mode"] = "off"
    with pytest.raises(AttributeError):
        env.ci = True


def test_inputs_come_under_our_own_names_alone():
    env = RunEnv.from_environ(
        {
            "AGENT_GUARDS_FAIL_ON": " warning\n",
            "AGENT_GUARDS_POLICY": "",
            "INPUT_MODE": "off",
            "INPUT_FAIL-ON": "never",
            "XAGENT_GUARDS_FORMAT": "json",
        }
    )
    assert dict(env.inputs) == {"fail-on": "warning"}


def test_the_token_is_the_inputs_before_the_runners_and_never_shown():
    env = RunEnv.from_environ({"AGENT_GUARDS_TOKEN": "ghs_input", "GITHUB_TOKEN": "ghs_runner"})
    assert (env.token, dict(env.inputs)) == ("ghs_input", {})
    assert "ghs_" not in repr(env)
    assert "ghs_" not in repr(RunEnv.from_environ(RUNNER))


def test_git_gets_what_it_needs_and_nothing_that_steers_it():
    needed = {
        "PATH": "/bin",
        "HOME": "/root",
        "SSH_AUTH_SOCK": "/tmp/s",
        "https_proxy": "http://user:word@proxy",
        "NO_PROXY": "localhost",
        "SSL_CERT_FILE": "/etc/ca",
        "SystemRoot": "C:\\Windows",
        "TEMP": "/tmp",
    }
    steering = dict.fromkeys(
        [
            "GIT_DIR",
            "GIT_CONFIG_COUNT",
            "GIT_SSH_COMMAND",
            "GIT_EXTERNAL_DIFF",
            "git_dir",
            "LD_PRELOAD",
            "PAGER",
            "GITHUB_TOKEN",
        ],
        "x",
    )
    env = RunEnv.from_environ(needed | steering)
    assert dict(env.git) == needed
    assert "word" not in repr(env)


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "x", "12x", "1" * 19, "٣", "0x10"])
def test_a_number_that_is_none_is_ignored(text):
    env = RunEnv.from_environ({"COLUMNS": text, "GITHUB_RUN_ID": text})
    assert (env.columns, env.run_id) == (None, None)


@pytest.mark.parametrize(
    ("text", "on"), [("true", True), ("1", True), ("woodpecker", True), ("false", False), ("0", False)]
)
def test_ci_is_whatever_says_that_it_is(text, on):
    assert RunEnv.from_environ({"CI": text}).ci is on


def test_only_true_means_actions_and_only_one_means_debug():
    env = RunEnv.from_environ({"GITHUB_ACTIONS": "1", "RUNNER_DEBUG": "true"})
    assert (env.actions, env.debug) == (False, False)


def test_windows_has_its_own_word_for_home():
    assert RunEnv.from_environ({"USERPROFILE": "C:\\Users\\x"}).home == "C:\\Users\\x"


@pytest.mark.parametrize(
    ("environ", "on_a_terminal", "elsewhere"),
    [
        ({}, True, False),
        ({"TERM": "xterm"}, True, False),
        ({"TERM": "dumb"}, False, False),
        ({"NO_COLOR": "1"}, False, False),
        ({"NO_COLOR": "0"}, False, False),
        ({"FORCE_COLOR": "1"}, True, True),
        ({"FORCE_COLOR": "0"}, True, False),
        ({"CLICOLOR_FORCE": "1", "TERM": "dumb"}, True, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, False),
    ],
)
def test_colour_follows_the_customs_of_terminals(environ, on_a_terminal, elsewhere):
    env = RunEnv.from_environ(environ)
    assert (env.colour(terminal=True), env.colour(terminal=False)) == (on_a_terminal, elsewhere)


def test_the_agents_own_words_are_read():
    env = RunEnv.from_environ({"AGENT_NAME": "nora", "AGENT_TASK": "ENG-42", "GIT_AUTHOR_EMAIL": "nora@example.org"})
    assert (env.agent, env.task, env.author) == ("nora", "ENG-42", ("nora@example.org",))


def test_a_certificate_authority_of_one_s_own_is_known_by_either_name():
    assert RunEnv.from_environ({}).ca_bundle is None
    assert RunEnv.from_environ({"SSL_CERT_FILE": "/ca.pem"}).ca_bundle == "/ca.pem"
    both = {"SSL_CERT_FILE": "/ca.pem", "REQUESTS_CA_BUNDLE": "/bundle.pem"}
    assert RunEnv.from_environ(both).ca_bundle == "/bundle.pem"
