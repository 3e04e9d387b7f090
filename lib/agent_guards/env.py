"""What the runner and the shell tell a run: read once, from a mapping, and by nobody else."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from agent_guards.git_line import needed

PREFIX = "AGENT_GUARDS_"
GITHUB = "https://github.com"
GITHUB_API = "https://api.github.com"
_COUNT = re.compile(r"[1-9][0-9]{0,17}")


_NOTHING: Mapping[str, str] = MappingProxyType({})


class RunEnv(NamedTuple):
    """The environment of one run. What is unset or blank is None; nothing of it is trusted or checked here."""

    actions: bool = False
    """The run is a step of GitHub Actions."""
    event_name: str | None = None
    event_path: str | None = None
    repository: str | None = None
    api_url: str = GITHUB_API
    server_url: str = GITHUB
    token: str | None = None
    ca_bundle: str | None = None
    """Certificates to trust instead of the usual ones, for a GitHub of one's own."""
    run_id: int | None = None
    run_attempt: int | None = None
    step_summary: str | None = None
    """The file that the runner shows as the step's summary."""
    output: str | None = None
    """The file that the runner reads the step's outputs from."""
    workspace: str | None = None
    debug: bool = False
    no_color: bool = False
    force_color: bool = False
    term: str | None = None
    columns: int | None = None
    ci: bool = False
    home: str | None = None
    agent: str | None = None
    """The agent's name (AGENT_NAME)."""
    task: str | None = None
    """What the agent is at (AGENT_TASK)."""
    author: tuple[str, ...] = ()
    """Name and address under which git is told to commit, where the environment says so."""
    git: Mapping[str, str] = _NOTHING
    """The whole environment of every git process."""
    inputs: Mapping[str, str] = _NOTHING
    """The action's inputs as the action passes them, `AGENT_GUARDS_FAIL_ON` as `fail-on`; never INPUT_*."""

    def __repr__(self) -> str:
        """Show no secret: besides the token the address of a proxy may hold one."""
        shown = self._asdict() | {"token": "…", "git": "…"}
        return f"RunEnv({', '.join(f'{name}={value!r}' for name, value in shown.items())})"

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "RunEnv":
        """Read an environment."""
        given = {name: text for name, text in environ.items() if text.strip()}
        get = given.get
        inputs = {
            name.removeprefix(PREFIX).lower().replace("_", "-"): text.strip()
            for name, text in given.items()
            if name.startswith(PREFIX)
        }
        return cls(
            actions=get("GITHUB_ACTIONS") == "true",
            event_name=get("GITHUB_EVENT_NAME"),
            event_path=get("GITHUB_EVENT_PATH"),
            repository=get("GITHUB_REPOSITORY"),
            api_url=get("GITHUB_API_URL", GITHUB_API),
            server_url=get("GITHUB_SERVER_URL", GITHUB),
            token=inputs.pop("token", None) or get("GITHUB_TOKEN"),
            ca_bundle=get("REQUESTS_CA_BUNDLE") or get("SSL_CERT_FILE"),
            run_id=_count(get("GITHUB_RUN_ID")),
            run_attempt=_count(get("GITHUB_RUN_ATTEMPT")),
            step_summary=get("GITHUB_STEP_SUMMARY"),
            output=get("GITHUB_OUTPUT"),
            workspace=get("GITHUB_WORKSPACE"),
            debug=get("RUNNER_DEBUG") == "1",
            no_color="NO_COLOR" in given,
            force_color=_on(get("FORCE_COLOR")) or _on(get("CLICOLOR_FORCE")),
            term=get("TERM"),
            columns=_count(get("COLUMNS")),
            ci=_on(get("CI")),
            home=get("HOME") or get("USERPROFILE"),
            agent=get("AGENT_NAME"),
            task=get("AGENT_TASK"),
            author=tuple(given[name] for name in ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL") if name in given),
            git=MappingProxyType(needed(environ)),
            inputs=MappingProxyType(inputs),
        )

    @property
    def git_credentials(self) -> Mapping[str, str]:
        """Variables with which git may fetch from this run's own server: what a checkout that keeps no token lacks."""
        if not (self.actions and self.token):
            return _NOTHING
        from base64 import b64encode

        key = f"http.{self.server_url}/.extraheader"
        secret = b64encode(f"x-access-token:{self.token}".encode("utf-8", "surrogateescape")).decode()
        # The empty value takes away the header that a checkout may have left: GitHub refuses two of them.
        return {
            "GIT_CONFIG_COUNT": "2",
            "GIT_CONFIG_KEY_0": key,
            "GIT_CONFIG_VALUE_0": "",
            "GIT_CONFIG_KEY_1": key,
            "GIT_CONFIG_VALUE_1": f"AUTHORIZATION: basic {secret}",
        }

    def colour(self, *, terminal: bool) -> bool:
        """Whether text for a person is coloured, where it goes to a terminal and where it does not."""
        if self.no_color:
            return False
        return self.force_color or (terminal and self.term != "dumb")


def _on(text: str | None) -> bool:
    """Whether a switch is on: set, and not to a word that says no."""
    return text is not None and text.strip().lower() not in {"0", "false", "no"}


def _count(text: str | None) -> int | None:
    """A whole number above zero, or None for anything else that somebody may have set."""
    return int(text) if text and _COUNT.fullmatch(text.strip()) else None
