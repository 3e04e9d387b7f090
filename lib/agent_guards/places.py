"""Where an agent's files stand: `artifacts/<agent>/<YYYY-MM-DD>/…`. Tells what is wrong with a path that is not of that form."""

import re
from datetime import date

from msgspec import Struct

from agent_guards.escape import quote

_AGENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Place(Struct, frozen=True):
    """Whose file it is, and of which day."""

    agent: str
    day: date


class Layout(Struct, frozen=True):
    """The form of one kind of path: what follows the day, as a pattern and as it is shown to people."""

    tail: "re.Pattern[str]"
    glob: str
    """The same as a glob, for git."""
    resembling: "re.Pattern[str]"
    """Paths that are meant to be of this form, whether or not they are."""

    def locate(self, path: str) -> Place | None:
        """Read a path; None where it is not of this form."""
        match path.split("/", 3):
            case ["artifacts", agent, day_text, tail] if _AGENT.fullmatch(agent) and self.tail.fullmatch(tail):
                day = _day(day_text)
                return Place(agent, day) if day else None
        return None

    def fault(self, path: str) -> str:
        """Say what is wrong with a path that `locate` refuses, the most telling fault first."""
        parts = path.split("/")
        if "\\" in path:
            return "it is written with backslashes; paths in a repository have forward slashes"
        if "://" in path:
            return "it is a link to somewhere else; list the file's own path in this repository"
        if path.startswith("/") or re.match(r"[A-Za-z]:", path):
            return "it is absolute; write it from the root of the repository"
        if not {"", ".", ".."}.isdisjoint(parts):
            return "it does not name a file directly; `.`, `..` and empty folders are not followed"
        if re.search(r"[*?\[\]{}]", path):
            return "it is a pattern; list each file by its own path"
        return self._fault_of_parts(parts)

    def _fault_of_parts(self, parts: list[str]) -> str:
        match parts:
            case ["artifacts", agent, *_] if not _AGENT.fullmatch(agent):
                return f"{quote(agent)} cannot be an agent's name (letters, digits, `.`, `_`, `-`; first a letter or digit)"
            case ["artifacts", _, day, *_] if not _DAY.fullmatch(day):
                return f"{quote(day)} stands where the day belongs (YYYY-MM-DD)"
            case ["artifacts", _, day, *_] if not _day(day):
                return f"{quote(day)} is no day of the calendar"
            case ["artifacts", *_]:
                return "its folder or its ending is another one"
        return "it lies in another folder"


def _day(text: str) -> date | None:
    if not _DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


EVIDENCE = Layout(
    tail=re.compile(r"mcp/[^/]+\.jsonl"),
    glob="artifacts/*/*/mcp/*.jsonl",
    resembling=re.compile(r"artifacts/(?:.*/)?mcp/.*\.jsonl", re.DOTALL),
)
"""Where the evidence of MCP calls stands, which more than one guard looks at."""
