"""Builds the one PyGithub client and carries one request at a time: without its retries, its throttles and its log."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

API_VERSION = "2022-11-28"
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What GitHub answered; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    text: str


class UnreachableError(Exception):
    """No whole answer came back. The request may have been carried out all the same."""


Transport = Callable[[str, str | None, Mapping[str, object] | None, float], Response]
"""Method, path (None: GraphQL), body and how many seconds it may take."""


def usable(api_url: str) -> bool:
    """Whether a token may be sent there: over TLS, or to this very machine."""
    url = urlsplit(api_url)
    return bool(url.hostname) and (url.scheme == "https" or (url.scheme == "http" and url.hostname in _LOOPBACK))


def connect(api_url: str, token: str, ca_bundle: str | None, user_agent: str) -> Transport:
    """Build the client. Whoever calls the result waits as long as it says, however slowly the other side drips."""
    from queue import Empty, SimpleQueue
    from threading import Thread

    from github import Auth, Github

    _silence()
    requester = Github(
        base_url=api_url.rstrip("/"),
        auth=Auth.Token(token),
        timeout=15,
        retry=None,
        seconds_between_requests=0,
        seconds_between_writes=0,
        lazy=True,
        verify=ca_bundle or True,
        user_agent=user_agent,
        api_version=API_VERSION,
    ).requester

    def send(method: str, path: str | None, body: Mapping[str, object] | None, seconds: float) -> Response:
        box: SimpleQueue[Response | str] = SimpleQueue()

        def ask() -> None:
            try:
                status, headers, text = requester.requestJson(method, path or requester.graphql_url, input=body)
                box.put(Response(status=status, headers=headers, text=str(text)))
            except _troubles() as error:
                box.put(_told(error))

        # A time-out of the client's counts from byte to byte; a thread that nobody waits for bounds the whole.
        Thread(target=ask, daemon=True).start()
        try:
            answer = box.get(timeout=seconds)
        except Empty:
            answer = f"GitHub did not answer within {seconds:.0f} s"
        if isinstance(answer, str):
            raise UnreachableError(answer)
        return answer

    return send


def _silence() -> None:
    """Keep libraries from writing what came from outside to stderr, which the runner reads as commands."""
    import logging

    for name in ("github", "urllib3"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def _troubles() -> tuple[type[Exception], ...]:
    """Whatever a request may raise: the network, the library's assertions about addresses, an answer that is none."""
    from github import GithubException
    from requests.exceptions import RequestException

    return (
        RequestException,
        GithubException,
        OSError,
        RuntimeError,
        AssertionError,
        ValueError,
        LookupError,
        TypeError,
    )


def _told(error: Exception) -> str:
    from requests.exceptions import SSLError, Timeout

    match error:
        case SSLError():
            return (
                "GitHub's certificate is not trusted here; SSL_CERT_FILE or REQUESTS_CA_BUNDLE can name the CA's file"
            )
        case Timeout():
            return "GitHub did not answer in time"
        case RuntimeError() | AssertionError():
            return "GitHub redirects to another place, which was not followed"
        case _:
            return f"GitHub could not be reached ({type(error).__name__})"
