"""Tells who has fallen silent and what went wrong while recording, measured against the clock."""

import re
from collections.abc import Iterator
from datetime import timedelta

from agent_guards.agent import journal
from agent_guards.agent.beat_status import SILENT, lives_of
from agent_guards.agent.checkout import Checkout, find
from agent_guards.agent.checks import policy
from agent_guards.agent.checks.line import Line, Setup, fail, ok, warn
from agent_guards.beats import state
from agent_guards.durations import spell
from agent_guards.escape import quote

ROSTER = "artifacts/support/on-call-roster.md"
WATCHED = timedelta(days=31)
RECENT = timedelta(days=7)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def heartbeats(setup: Setup) -> Iterator[Line]:
    """Nobody who says `doing` has fallen silent."""
    limit = policy.read(setup).guards.idle_guard.stale_limit
    place = Checkout(root=str(setup.tree.root))
    lives = lives_of(place, None, (setup.now - WATCHED).date())
    for life in lives:
        if state(life.last, setup.now, limit) in SILENT:
            since = f"is silent for {spell(setup.now - life.last.moment)}" if life.last else "has never beaten"
            done = f"agent-guards beat {life.task} --status done"
            yield warn(
                "heartbeat-stale",
                f"{quote(life.agent)} {since} while {quote(life.task)} is `doing`.",
                f"See what the agent does; where the task has ended, say so: {quote(done)} (or blocked).",
                life.last.path if life.last else None,
                life.last.line if life.last else None,
            )
    if lives:
        yield ok("heartbeats", f"{len(lives)} tasks were worked on within a month.")


def recorder(setup: Setup) -> Iterator[Line]:
    """The recorder met no trouble lately."""
    checkout = find(str(setup.tree.root))
    entries = journal.read(checkout) if checkout else []
    since = f"{setup.now - RECENT:%Y-%m-%dT%H:%M:%SZ}"
    lately = [entry for entry in entries if entry.timestamp >= since]
    if lately:
        last = lately[-1]
        yield warn(
            "recorder-journal",
            f"The recorder met trouble {len(lately)} times within a week, last at {quote(last.timestamp)} "
            f"({quote(last.command)}, {quote(last.kind)}): {quote(last.message)}.",
            "Mend the cause; the journal lies in git's own folder, at `agent-guards/journal.ndjson`.",
        )
    elif entries:
        yield ok("recorder-journal", "The recorder met no trouble within a week.")


def roster(setup: Setup) -> Iterator[Line]:
    """Where people support this repository, somebody is on call."""
    text = setup.tree.text(ROSTER)
    if text is None:
        if setup.tree.exists("artifacts/support"):
            yield fail(
                "roster",
                f"There is no {ROSTER}: nobody knows whom to call.",
                "Write a table: who, contact, from, until.",
                ROSTER,
            )
        return
    rows = [
        line for line in text.splitlines() if line.lstrip().startswith("|") and not re.fullmatch(r"[\s|:-]+", line)
    ][1:]
    days = [day for row in rows for day in _DAY.findall(row)]
    if not rows:
        yield fail(
            "roster", f"{ROSTER} has no table with anybody in it.", "Write a table: who, contact, from, until.", ROSTER
        )
    elif days and max(days) < f"{setup.now:%Y-%m-%d}":
        yield fail(
            "roster",
            f"The last duty in {ROSTER} ended on {quote(max(days))}.",
            "Write down who is on call now.",
            ROSTER,
        )
    else:
        yield ok("roster", "Somebody is on call.", ROSTER)
