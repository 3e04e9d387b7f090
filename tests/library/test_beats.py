"""The states of a task, its silences and its line of life: one table that the guard and `beat status` share."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from agent_guards.beats import (
    Beat,
    Life,
    State,
    Stretch,
    line_of_life,
    live,
    longest_silence,
    silences,
    state,
    table,
)

LIMIT = timedelta(minutes=15)
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


def at(minutes):
    return NOON + timedelta(minutes=minutes)


def life(*beats, agent="nora", task="ENG-1", path="h"):
    """Make a life of (minutes after noon, status) pairs, as they stand in one file."""
    moments, statuses = [at(minutes) for minutes, _ in beats], [status for _, status in beats]
    return live(agent, task, [Stretch(path, range(1, len(beats) + 1), moments, statuses)])


def doing(*minutes):
    return [(minute, "doing") for minute in minutes]


@pytest.mark.parametrize(
    ("status", "age", "expected"),
    [
        ("doing", timedelta(), State.FRESH),
        ("doing", timedelta(minutes=-3), State.FRESH),
        ("doing", timedelta(minutes=10), State.FRESH),
        ("doing", timedelta(minutes=10, milliseconds=1), State.LATE),
        ("doing", timedelta(minutes=15), State.LATE),
        ("doing", timedelta(minutes=15, milliseconds=1), State.STALE),
        ("doing", timedelta(minutes=15, microseconds=1), State.STALE),
        ("doing", timedelta(days=400), State.STALE),
        ("blocked", timedelta(days=3), State.BLOCKED),
        ("done", timedelta(days=3), State.DONE),
    ],
)
def test_the_state_follows_from_the_last_beat_and_its_age(status, age, expected):
    assert state(Beat(NOON, status, "h", 1), NOON + age, LIMIT) is expected


def test_without_a_beat_a_task_never_started():
    assert state(None, NOON, LIMIT) is State.NEVER
    assert state(Life(agent="a", task="t").last, NOON, LIMIT) is State.NEVER


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=5, minutes=30)), timezone(timedelta(hours=-12))])
@pytest.mark.parametrize("year", [1, 1969, 2039, 9998])
def test_moments_are_compared_not_texts(zone, year):
    last = datetime(year, 6, 1, 12, tzinfo=UTC)
    shown = last.astimezone(zone) if year > 1 else last
    assert state(Beat(shown, "doing", "h", 1), last + LIMIT, LIMIT) is State.LATE
    assert state(Beat(shown, "doing", "h", 1), last + LIMIT + timedelta.resolution, LIMIT) is State.STALE


def test_an_hour_that_comes_twice_in_autumn_is_no_silence():
    summer, winter = timezone(timedelta(hours=2)), timezone(timedelta(hours=1))
    moments = [datetime(2026, 10, 25, 2, 55, tzinfo=summer), datetime(2026, 10, 25, 2, 5, tzinfo=winter)]
    turned = live("a", "t", [Stretch("h", (1, 2), moments, ("doing", "done"))])
    assert list(silences(turned, LIMIT)) == []
    assert longest_silence(turned, NOON) == timedelta(minutes=10)


def test_a_silence_is_longer_than_the_limit_and_begins_with_doing():
    assert list(silences(life(*doing(0, 15), (30, "done")), LIMIT)) == []
    (silence,) = silences(life(*doing(0, 5), (25, "done"), (90, "doing"), (95, "blocked"), (300, "doing")), LIMIT)
    assert silence.length == timedelta(minutes=20)
    assert (silence.before.line, silence.after) == (2, Beat(at(25), "done", "h", 3))


def test_beats_of_several_files_are_one_life():
    stretches = [
        Stretch("day-1", (7,), [at(-5)], ["doing"]),
        Stretch("day-2", (1, 2), [at(0), at(40)], ["doing", "done"]),
    ]
    whole = live("nora", "ENG-1", stretches)
    assert whole.last == Beat(at(40), "done", "day-2", 2)
    assert whole.beat(0) == Beat(at(-5), "doing", "day-1", 7)
    (silence,) = silences(whole, LIMIT)
    assert (silence.before.path, silence.before.line) == ("day-2", 1)


def test_beats_are_put_in_the_order_of_time():
    mixed = life((10, "doing"), (0, "doing"), (20, "doing"))
    assert list(mixed.moments) == [at(0), at(10), at(20)]
    assert [mixed.beat(index).line for index in range(3)] == [2, 1, 3]
    assert mixed.last.line == 3


def test_a_task_is_not_silent_when_either_order_ends_it():
    assert life((10, "doing"), (5, "done")).last.status == "done"
    assert life((10, "done"), (5, "doing")).last.status == "done"
    assert life((10, "doing"), (5, "doing")).last.moment == at(10)


def test_beats_of_one_moment_stand_in_the_order_of_their_lines():
    assert life((0, "doing"), (0, "done")).last.status == "done"


@pytest.mark.parametrize(
    ("beats", "until", "expected"),
    [
        ([], 60, 0),
        (doing(0), 60, 60),
        (doing(0), -60, 0),
        ([*doing(0, 5), (12, "done")], 60, 7),
        ([(0, "blocked"), (50, "doing"), (55, "done")], 60, 5),
    ],
)
def test_the_longest_silence_counts_only_while_doing(beats, until, expected):
    one = life(*beats) if beats else Life(agent="nora", task="ENG-1")
    assert longest_silence(one, at(until)) == timedelta(minutes=expected)


@pytest.mark.parametrize(
    ("beats", "until", "line"),
    [
        ([], 0, "──────────"),
        (doing(0), 0, "█"),
        ([(0, "done")], 60, "─"),
        ([(0, "blocked")], 60, "░"),
        ([*doing(0, 5, 10, 15), (20, "done")], 60, "██████████"),
        ([*doing(0, 10), (20, "done")], 60, "▅▅▅▅▅▅▅▅▅▅"),
        ([*doing(0, 15), (30, "done")], 60, "▂▂▂▂▂▂▂▂▂▂"),
        (doing(0, 5, 10), 20, "█████▅▅▅▅▅"),
        (doing(0, 5, 10), 40, "██········"),
        ([*doing(0, 5), (10, "blocked"), (40, "doing"), (45, "done")], 60, "███░░░░░██"),
        ([*doing(0, 5), (10, "done"), (40, "doing"), (50, "done")], 60, "██───────▅"),
    ],
)
def test_the_line_of_life_shows_silence_against_the_limit(beats, until, line):
    one = life(*beats) if beats else Life(agent="nora", task="ENG-1")
    drawn = line_of_life(one, at(until), LIMIT, cells=10)
    if "─" in line and len(beats) == 5:
        assert (drawn[:2], drawn[-1]) == (line[:2], line[-1])
        assert "─" in drawn
    else:
        assert drawn == line


def test_a_limit_of_nothing_is_drawn_too():
    assert line_of_life(life(*doing(0, 0), (1, "done")), at(2), timedelta(), cells=4) == "····"
    assert line_of_life(life((0, "doing"), (0, "done")), at(2), timedelta(), cells=4) == "█"


def test_the_table_shows_the_gravest_first_and_counts_what_is_beyond_a_hundred():
    lives = [
        *(life((0, "done"), task=f"ENG-{number:03}") for number in range(120)),
        life(*doing(-60), task="silent", agent="rio"),
        life((-600, "doing"), (0, "blocked"), task="held"),
        Life(agent="rio", task="never"),
    ]
    (shown,) = table(lives, NOON, LIMIT)
    assert [row[3] for row in shown.rows[:4]] == ["stale", "never started", "blocked", "done"]
    assert shown.rows[0] == ("`rio`", "`silent`", "`····················`", "stale", "2026-01-02 11:00", "11:00", "1h")
    assert shown.rows[1][2:] == ("`────────────────────`", "never started", "–", "–", "–")
    assert shown.rows[2][4:] == ("2026-01-02 02:00", "12:00", "10h")
    assert (len(shown.rows), shown.unlisted) == (100, 23)
    assert "15m" in shown.legend


def test_a_last_beat_of_another_day_shows_its_day():
    (shown,) = table([life((0, "doing"), (24 * 60, "done"))], NOON, LIMIT)
    assert shown.rows[0][4:6] == ("2026-01-02 12:00", "01-03 12:00")


def test_without_a_task_there_is_no_table():
    assert table([], NOON, LIMIT) == ()


def test_a_name_that_is_no_plain_text_is_quoted():
    (shown,) = table([life((0, "done"), task="|`\x1b[31m")], NOON, LIMIT)
    assert shown.rows[0][1] == "`|\\x60\\x1b[31m`"
