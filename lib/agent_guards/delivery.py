"""A Delivery is what one sink did with the reports; it is told to the reader and decides nothing."""

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """What became of a report on its way to one place."""

    SENT = "sent"
    READ = "read"
    """Nothing was written there: it was asked."""
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What one sink did. `detail` is a message; `permission` is what the token would need, as in `permissions:`."""

    sink: str
    status: Status
    detail: str = ""
    url: str | None = None
    permission: str = ""
