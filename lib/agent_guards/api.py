"""Asks GitHub: what is asked twice and what never, how long is waited, and what an answer means."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from urllib.parse import urlsplit

from agent_guards import __version__
from agent_guards.escape import quote
from agent_guards.github import Response, Transport, UnreachableError, connect

Json = Mapping[str, object]

WAITING = 60.0
"""Seconds that one run waits for GitHub, all requests and pauses together."""
LONGEST = 15.0
"""Seconds that one request may take."""
TRIES = 3
_OK, _BROKEN = 300, 500
_MOVED = frozenset({307, 308})
_NOT_YOURS = 403
_LIMITING = frozenset({_NOT_YOURS, 429})
_UNSURE = frozenset({"INTERNAL", "SERVICE_UNAVAILABLE"})


class Trouble(Enum):
    """Why GitHub did not do what it was asked."""

    FORBIDDEN = "forbidden"
    MISSING = "missing"
    REFUSED = "refused"
    LIMITED = "limited"
    UNSURE = "unsure"
    """It may have been done: the answer was lost, broken or a server error."""


_TYPES = {
    "FORBIDDEN": Trouble.FORBIDDEN,
    "INSUFFICIENT_SCOPES": Trouble.FORBIDDEN,
    "NOT_FOUND": Trouble.MISSING,
    "RATE_LIMITED": Trouble.LIMITED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One trouble, and what is told of it."""

    trouble: Trouble
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back: a document or a fault."""

    data: object = None
    fault: Fault | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """One field of a GraphQL mutation: `name` with its input, and the selection that is wanted back."""

    name: str
    given: Json
    wanted: str = "clientMutationId"

    @property
    def kind(self) -> str:
        """The type of the input, by GitHub's own rule for its name."""
        return f"{self.name[0].upper()}{self.name[1:]}Input!"


@dataclass(kw_only=True)
class GitHub:
    """A connection. What was asked and how long it took is counted here; the token is shown nowhere."""

    api_url: str
    token: str = field(repr=False)
    ca_bundle: str | None = None
    seconds: float = WAITING
    longest: float = LONGEST
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    requests: int = 0
    waited: float = 0.0
    _transport: Transport | None = field(default=None, repr=False)

    # What is asked.

    def read(self, path: str) -> Answer:
        """GET a document of the REST API."""
        return self._rest("GET", path, None, again=True)

    def write(self, path: str, body: Json) -> Answer:
        """POST to the REST API: once, unless GitHub says that it did not listen."""
        return self._rest("POST", path, body, again=False)

    def query(self, text: str, variables: Json) -> Answer:
        """Ask a GraphQL query. What could not be answered is null in the document, and the first reason stands beside it."""
        answer, faults = self._graphql(text, variables, again=True)
        return answer if answer.fault else Answer(data=answer.data, fault=next(iter(faults.values()), None))

    def mutate(self, writes: Sequence[Write]) -> tuple[Answer, ...]:
        """Carry out several writes in one request, in their order; each has an answer of its own."""
        heads = ", ".join(f"$i{n}: {write.kind}" for n, write in enumerate(writes))
        fields = " ".join(f"f{n}: {write.name}(input: $i{n}) {{ {write.wanted} }}" for n, write in enumerate(writes))
        variables = {f"i{n}": write.given for n, write in enumerate(writes)}
        whole, faults = self._graphql(f"mutation({heads}) {{ {fields} }}", variables, again=False)
        if whole.fault or not isinstance(whole.data, dict):
            return tuple(whole for _ in writes)
        names = [f"f{n}" for n in range(len(writes))]
        return tuple(_of_field(name, whole.data, faults) for name in names)

    # How it is asked.

    def _rest(self, method: str, path: str, body: Json | None, *, again: bool) -> Answer:
        answer = self._ask(method, path, body, again=again)
        return answer if isinstance(answer, Answer) else self._decoded(answer)

    def _graphql(self, text: str, variables: Json, *, again: bool) -> tuple[Answer, dict[str, Fault]]:
        response = self._ask("POST", None, {"query": text, "variables": variables}, again=again)
        answer = response if isinstance(response, Answer) else self._decoded(response)
        if answer.fault or not isinstance(answer.data, dict):
            return answer, {}
        told = answer.data.get("errors")
        errors = [error for error in told if isinstance(error, dict)] if isinstance(told, list) else []
        faults = {_place(error): self._refusal(error) for error in errors}
        data = answer.data.get("data")
        if not isinstance(data, dict):
            nothing = Fault(trouble=Trouble.UNSURE, message="GitHub answered without data")
            return Answer(fault=faults.get("", nothing)), faults
        return Answer(data=data), faults

    def _ask(self, method: str, path: str | None, body: Json | None, *, again: bool) -> Response | Answer:
        """Ask as often as makes sense within what is left of the waiting."""
        attempt = 0
        while True:
            response = self._once(method, path, body)
            if isinstance(response, Response) and response.status < _OK:
                return response
            fault, pause = self._judge(response, attempt, again=again)
            attempt += 1
            if pause is None or attempt == TRIES:
                return Answer(fault=fault)
            left = max(self.seconds - self.waited, 0)
            if pause > left:
                said = f"{fault.message}; it asks for {pause:,.0f} s, and {left:.0f} of {self.seconds:.0f} s are left"
                return Answer(fault=Fault(trouble=fault.trouble, message=said))
            self.waited += pause
            self.sleep(pause)

    def _once(self, method: str, path: str | None, body: Json | None) -> Response | Fault:
        """Send one request, and once more where GitHub says that the repository has moved on the same host."""
        response = self._send(method, path, body)
        if not isinstance(response, Response) or response.status not in _MOVED:
            return response
        target = urlsplit(response.headers.get("location", ""))
        own = urlsplit(self.api_url)
        if (target.scheme, target.netloc) != (own.scheme, own.netloc):
            where = quote(f"{target.scheme}://{target.netloc}")
            return Fault(trouble=Trouble.REFUSED, message=f"GitHub redirects to {where}, which was not followed")
        return self._send(method, f"{target.path}?{target.query}".removeprefix(own.path.rstrip("/")), body)

    def _send(self, method: str, path: str | None, body: Json | None) -> Response | Fault:
        left = self.seconds - self.waited
        if left <= 0:
            said = f"the {self.seconds:.0f} s for waiting on GitHub are used up"
            return Fault(trouble=Trouble.LIMITED, message=said)
        if self._transport is None:
            self._transport = connect(self.api_url, self.token, self.ca_bundle, f"agent-guards/{__version__}")
        start = self.clock()
        self.requests += 1
        try:
            return self._transport(method, path, body, min(self.longest, left))
        except UnreachableError as error:
            return Fault(trouble=Trouble.UNSURE, message=self._said(str(error)))
        finally:
            self.waited += self.clock() - start

    # What an answer means.

    def _judge(self, response: Response | Fault, attempt: int, *, again: bool) -> tuple[Fault, float | None]:
        """Say what went wrong, and after how many seconds asking again makes sense (None: not at all)."""
        if isinstance(response, Fault):
            pause = 2.0**attempt if again and response.trouble is Trouble.UNSURE else None
            return response, pause
        said = self._message(response)
        wait = _asked_wait(response)
        if response.status in _LIMITING and (wait is not None or response.status != _NOT_YOURS or "rate limit" in said):
            return Fault(trouble=Trouble.LIMITED, message=f"GitHub limits the rate of requests ({said})"), wait
        if response.status >= _BROKEN:
            return Fault(trouble=Trouble.UNSURE, message=f"GitHub failed with {said}"), 2.0**attempt if again else None
        trouble = {_NOT_YOURS: Trouble.FORBIDDEN, 404: Trouble.MISSING}.get(response.status, Trouble.REFUSED)
        return Fault(trouble=trouble, message=f"GitHub answered {said}"), None

    def _decoded(self, response: Response) -> Answer:
        try:
            return Answer(data=json.loads(response.text))
        except (ValueError, RecursionError):
            return Answer(fault=Fault(trouble=Trouble.UNSURE, message="GitHub's answer is broken off or no JSON"))

    def _message(self, response: Response) -> str:
        try:
            document = json.loads(response.text)
        except (ValueError, RecursionError):
            document = None
        told = document.get("message") if isinstance(document, dict) else None
        return f"{response.status} {self._said(quote(told))}" if told else str(response.status)

    def _refusal(self, error: Json) -> Fault:
        """One error of a GraphQL answer. GitHub's own time-outs come without a type."""
        kind = str(error.get("type", ""))
        said = self._said(quote(error.get("message", "")))
        unsure = kind in _UNSURE or (not kind and "Something went wrong" in said)
        trouble = Trouble.UNSURE if unsure else _TYPES.get(kind, Trouble.REFUSED)
        return Fault(trouble=trouble, message=f"GitHub answered {said}")

    def _said(self, text: str) -> str:
        return text.replace(self.token, "***")


def _of_field(name: str, data: Json, faults: Mapping[str, Fault]) -> Answer:
    if data.get(name) is not None:
        return Answer(data=data[name])
    nothing = Fault(trouble=Trouble.UNSURE, message="GitHub answered without data")
    return Answer(fault=faults.get(name) or faults.get("") or nothing)


def _place(error: Json) -> str:
    """The field that an error speaks of; empty where it speaks of the whole."""
    path = error.get("path")
    return str(path[0]) if isinstance(path, list) and path else ""


def _asked_wait(response: Response) -> float | None:
    """How many seconds GitHub asks to wait, where it says so."""
    headers = response.headers
    if headers.get("retry-after", "").isdecimal():
        return float(headers["retry-after"])
    reset = headers.get("x-ratelimit-reset", "")
    if headers.get("x-ratelimit-remaining") == "0" and reset.isdecimal():
        return max(float(reset) - time.time(), 1.0)
    return None
