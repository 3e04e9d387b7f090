"""Which places a run reports to: the action's inputs, read strictly."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from agent_guards.errors import UsageError
from agent_guards.escape import quote

_LONGEST_NUMBER = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """What the action's inputs choose; without them, as on a person's machine, nothing but the summary."""

    check_run: bool = False
    status: bool = False
    comment: bool = False
    summary: bool = True
    sarif_file: str = ""
    json_file: str = ""
    pr_number: int | None = None

    @classmethod
    def of_inputs(cls, inputs: Mapping[str, str]) -> Self:
        """Read the inputs. A word that is neither true nor false is refused: it would hide that nothing is reported."""
        return cls(
            check_run=_switch(inputs, "check-run", default=False),
            status=_switch(inputs, "status", default=False),
            comment=_switch(inputs, "comment", default=False),
            summary=_switch(inputs, "summary", default=True),
            sarif_file=inputs.get("sarif-file", ""),
            json_file=inputs.get("json-file", ""),
            pr_number=_number(inputs.get("pr-number", "")),
        )


def _switch(inputs: Mapping[str, str], name: str, *, default: bool) -> bool:
    word = inputs.get(name, "true" if default else "false")
    if word not in {"true", "false"}:
        raise UsageError(f"{name}: {quote(word)} is neither true nor false.")
    return word == "true"


def _number(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER and int(text)):
        raise UsageError(f"pr-number: {quote(text)} is no number of a pull request.")
    return int(text)
