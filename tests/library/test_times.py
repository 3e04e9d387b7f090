from datetime import UTC, datetime, timedelta, timezone

import pytest

from agent_guards.times import parse_rfc3339, show, trouble

HOUR = timezone(timedelta(hours=1))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-02T14:30:00Z", datetime(2026, 1, 2, 14, 30, tzinfo=UTC)),
        ("2026-01-02t14:30:00z", datetime(2026, 1, 2, 14, 30, tzinfo=UTC)),
        ("2026-01-02 14:30:00Z", datetime(2026, 1, 2, 14, 30, tzinfo=UTC)),
        ("2026-01-02T15:30:00+01:00", datetime(2026, 1, 2, 15, 30, tzinfo=HOUR)),
        ("2026-01-02T14:30:00-00:00", datetime(2026, 1, 2, 14, 30, tzinfo=UTC)),
        ("2026-01-02T14:30:00+23:59", datetime(2026, 1, 2, 14, 30, tzinfo=timezone(timedelta(hours=23, minutes=59)))),
        ("2024-02-29T00:00:00Z", datetime(2024, 2, 29, tzinfo=UTC)),
        ("2026-01-02T14:30:00.25Z", datetime(2026, 1, 2, 14, 30, 0, 250000, tzinfo=UTC)),
        ("2026-01-02T14:30:00.1234564999Z", datetime(2026, 1, 2, 14, 30, 0, 123456, tzinfo=UTC)),
        ("2026-01-02T14:30:00.1234565Z", datetime(2026, 1, 2, 14, 30, 0, 123457, tzinfo=UTC)),
        ("2026-12-31T23:59:59.9999999Z", datetime(2027, 1, 1, tzinfo=UTC)),
        (f"2026-01-02T14:30:00.{'0' * 5000}1Z", datetime(2026, 1, 2, 14, 30, tzinfo=UTC)),
    ],
)
def test_a_moment_is_read_with_its_zone(text, moment):
    assert parse_rfc3339(text) == moment
    assert parse_rfc3339(text).utcoffset() == moment.utcoffset()


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2016-12-31T23:59:60Z", datetime(2017, 1, 1, tzinfo=UTC)),
        ("2016-06-30T23:59:60.5Z", datetime(2016, 7, 1, 0, 0, 0, 500000, tzinfo=UTC)),
        ("2017-01-01T00:59:60+01:00", datetime(2017, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_leap_second_is_the_second_after_it(text, moment):
    assert parse_rfc3339(text) == moment


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "nothing"),
        ("  ", "nothing"),
        ("1767364200", "a bare number"),
        ("2026-01-02", "a date without a time"),
        ("2026-01-02T14:30:00", "a time without a zone"),
        ("2026-01-02 14:30:00,5", "a time without a zone"),
        ("2026-01-02T14:30:00+0100", "an offset without its colon"),
        ("2026-01-02T14:30:00.5-01", "an offset without its colon"),
        ("2025-99-99T99:99:99Z", "no such date"),
        ("2026-02-29T00:00:00Z", "no such date"),
        ("0000-01-01T00:00:00Z", "no such date"),
        ("2026-01-02T24:00:00Z", "no such time"),
        ("2026-01-02T14:30:61Z", "no such time"),
        ("2026-01-02T14:30:00+24:00", "no such time"),
        ("2026-01-02T14:30:00+01:60", "no such time"),
        ("2016-12-30T23:59:60Z", "no such time"),
        ("2016-12-31T22:59:60Z", "no such time"),
        ("2016-12-31T23:59:60+01:00", "no such time"),
        ("0001-01-01T00:00:00+01:00", "no such time"),
        ("9999-12-31T23:59:59-01:00", "no such time"),
        ("9999-12-31T22:59:59.9999999-01:00", "no such time"),
        ("9999-12-31T23:59:59.9999999Z", "no such time"),
        ("soon", "no RFC 3339 time"),
        ("2026-01-02T14:30Z", "no RFC 3339 time"),
        ("2026-01-02T14:30:00.Z", "no RFC 3339 time"),
        (" 2026-01-02T14:30:00Z", "no RFC 3339 time"),
        ("2026-01-02T14:30:00Z\n", "no RFC 3339 time"),
        ("２０26-01-02T14:30:00Z", "no RFC 3339 time"),
        ("2026-01-02T14:30:00,5Z", "no RFC 3339 time"),
    ],
)
def test_what_is_no_moment_is_refused_and_named(text, fault):
    assert parse_rfc3339(text) is None
    assert trouble(text) == fault


def test_a_moment_is_shown_in_utc():
    assert show(datetime(2026, 1, 2, 15, 30, tzinfo=HOUR)) == "2026-01-02T14:30:00Z"
    assert show(datetime(2026, 1, 2, 14, 30, 0, 250000, tzinfo=UTC)) == "2026-01-02T14:30:00.250000Z"


def test_what_is_shown_can_be_read_again():
    moment = datetime(987, 6, 5, 4, 3, 2, 1, tzinfo=timezone(timedelta(hours=-9, minutes=-30)))
    assert parse_rfc3339(show(moment)) == moment
