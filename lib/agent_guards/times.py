"""RFC 3339 read strictly, for the lines that are judged and for the options of the command, and written back as UTC."""

import re
from datetime import UTC, datetime, timedelta, timezone

# RFC 3339 section 5.6 allows small letters, and a space for the T: both are read.
_FORM = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)[Tt ](?P<clock>\d\d:\d\d):(?P<second>\d\d)(?:\.(?P<fraction>\d+))?"
    r"(?:[Zz]|(?P<sign>[+-])(?P<hours>\d\d):(?P<minutes>\d\d))",
    re.ASCII,
)
_FAULTS = (
    (re.compile(r"\s*"), "nothing"),
    (re.compile(r"[\d.]+", re.ASCII), "a bare number"),
    (re.compile(r"[\d-]+", re.ASCII), "a date without a time"),
    (re.compile(r"[\d-]+[Tt ][\d:.,]+", re.ASCII), "a time without a zone"),
    (re.compile(r"[\d-]+[Tt ][\d:.]+[+-]\d{1,4}", re.ASCII), "an offset without its colon"),
)
_LAST_MINUTE = 59
_LEAP_DAYS = {(6, 30), (12, 31)}


def parse_rfc3339(text: str) -> datetime | None:
    """Read a moment, aware of its zone; None where the text is none. Fractions are rounded to microseconds."""
    found = _FORM.fullmatch(text)
    if not found:
        return None
    leap = found["second"] == "60"
    try:
        moment = datetime.fromisoformat(f"{found['date']}T{found['clock']}:{'59' if leap else found['second']}")
        moment = moment.replace(tzinfo=_zone(found))
        if leap and not _may_leap(moment):
            return None
        moment += timedelta(seconds=leap, microseconds=_microseconds(found["fraction"]))
        moment.astimezone(UTC)  # the calendar ends in UTC too
    except (ValueError, OverflowError):
        return None
    return moment


def trouble(text: str) -> str:
    """Say of a text that `parse_rfc3339` refuses what it is instead."""
    found = _FORM.fullmatch(text)
    if not found:
        return next((fault for form, fault in _FAULTS if form.fullmatch(text)), "no RFC 3339 time")
    try:
        datetime.fromisoformat(found["date"])
    except ValueError:
        return "no such date"
    return "no such time"


def show(moment: datetime) -> str:
    """Write a moment as RFC 3339 in UTC."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _zone(found: "re.Match[str]") -> timezone:
    if not found["sign"]:
        return UTC
    hours, minutes = int(found["hours"]), int(found["minutes"])
    if minutes > _LAST_MINUTE:
        raise ValueError(minutes)
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if found["sign"] == "-" else offset) if offset else UTC


def _may_leap(moment: datetime) -> bool:
    """Whether a leap second can follow: only the last second in UTC of June or of December has one."""
    utc = moment.astimezone(UTC)
    return (utc.month, utc.day) in _LEAP_DAYS and (utc.hour, utc.minute) == (23, 59)


def _microseconds(fraction: str | None) -> int:
    """Round half up, as the decoder of the fast path does."""
    if not fraction:
        return 0
    return int(fraction[:6].ljust(6, "0")) + (fraction[6:7] >= "5")
