"""Spans of time as people write them in a policy (`15m`, `1h30m`), and as a message says them."""

import re
from datetime import timedelta

LONGEST = timedelta(days=3650)
_UNITS = (("d", "day", 86400), ("h", "hour", 3600), ("m", "minute", 60), ("s", "second", 1))
# Nine digits at most: ten years are 315,360,000 seconds. `\Z`, because `$` would let a line end pass.
_SPAN = re.compile("".join(f"(?:([0-9]{{1,9}}){letter})?" for letter, _, _ in _UNITS) + r"\Z")


def parse(text: str) -> timedelta:
    """Read `90s`, `15m`, `2h`, `14d` or a sum of them, the greater unit first; ValueError says what is wrong."""
    found = _SPAN.match(text)
    if not text or not found:
        raise ValueError(
            "A span of time is whole numbers with the units d, h, m and s, each at most once and in this order, "
            "such as 90s, 15m, 1h30m or 14d."
        )
    seconds = sum(int(number or 0) * size for number, (_, _, size) in zip(found.groups(), _UNITS, strict=True))
    if seconds > LONGEST.total_seconds():
        raise ValueError("A span of time is at most 3650d, which is ten years.")
    return timedelta(seconds=seconds)


def show(span: timedelta) -> str:
    """Write a span as a policy would: `1h30m`. Parts of a second are dropped; a negative span gets a minus."""
    return _sign(span) + ("".join(f"{count}{letter}" for count, letter, _ in _parts(span)) or "0s")


def spell(span: timedelta) -> str:
    """Write a span as a person would: `2 hours 5 minutes`. Parts of a second are dropped."""
    words = (f"{count} {name}{'s' if count > 1 else ''}" for count, _, name in _parts(span))
    return _sign(span) + (" ".join(words) or "0 seconds")


def _sign(span: timedelta) -> str:
    return "-" if span <= timedelta(seconds=-1) else ""


def _parts(span: timedelta) -> list[tuple[int, str, str]]:
    """The units that a span holds at least one of, the greatest first."""
    rest = abs(span) // timedelta(seconds=1)
    parts = []
    for letter, name, size in _UNITS:
        count, rest = divmod(rest, size)
        if count:
            parts.append((count, letter, name))
    return parts
