"""Spans of time: what a policy may write, and what a message says."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_guards import durations

SPANS = st.timedeltas(min_value=timedelta(0), max_value=durations.LONGEST).map(
    lambda span: timedelta(seconds=span // timedelta(seconds=1))
)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("15m", timedelta(minutes=15)),
        ("2h", timedelta(hours=2)),
        ("90s", timedelta(seconds=90)),
        ("1h30m", timedelta(minutes=90)),
        ("14d", timedelta(days=14)),
        ("1d2h3m4s", timedelta(days=1, hours=2, minutes=3, seconds=4)),
        ("0s", timedelta(0)),
        ("100m", timedelta(minutes=100)),
        ("3650d", timedelta(days=3650)),
    ],
)
def test_a_span_is_read_as_written(text, span):
    assert durations.parse(text) == span


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            "5",
            "m",
            "1h30",
            "-5m",
            "+5m",
            "1m1h",
            "1h1h",
            "1.5h",
            "1,5h",
            "5M",
            "5min",
            "5 m",
            " 5m",
            "5m ",
            "5m\n",
        ),
        *("٣m", "５m", "1h-5m", "1_0m", "P1D", "9999999999s", "∞"),
    ],
)
def test_what_is_no_span_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match="such as 90s, 15m, 1h30m or 14d"):
        durations.parse(text)


@pytest.mark.parametrize("text", ["3651d", "3650d1s", "999999999d", "315360001s"])
def test_more_than_ten_years_is_refused(text):
    with pytest.raises(ValueError, match="at most 3650d, which is ten years"):
        durations.parse(text)


@given(SPANS)
def test_what_is_shown_is_read_back_as_the_same_span(span):
    assert durations.parse(durations.show(span)) == span


@pytest.mark.parametrize(
    ("span", "shown", "spelled"),
    [
        (timedelta(0), "0s", "0 seconds"),
        (timedelta(seconds=1), "1s", "1 second"),
        (timedelta(minutes=90), "1h30m", "1 hour 30 minutes"),
        (timedelta(hours=2, minutes=5), "2h5m", "2 hours 5 minutes"),
        (timedelta(days=14), "14d", "14 days"),
        (timedelta(days=1, seconds=1), "1d1s", "1 day 1 second"),
        (timedelta(seconds=59, microseconds=999_999), "59s", "59 seconds"),
        (timedelta(minutes=-5), "-5m", "-5 minutes"),
        (timedelta(microseconds=-1), "0s", "0 seconds"),
        (timedelta(seconds=-1, microseconds=-1), "-1s", "-1 second"),
    ],
)
def test_a_span_is_written_for_a_policy_and_for_a_person(span, shown, spelled):
    assert (durations.show(span), durations.spell(span)) == (shown, spelled)
