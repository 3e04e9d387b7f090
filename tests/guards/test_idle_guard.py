"""What no case folder can show: the clock, merges, a month of ten agents, and real files."""

import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from gitrepo import Repo

from agent_guards.change import resolve
from agent_guards.cli import main
from agent_guards.context import Context
from agent_guards.guard import load_guards
from agent_guards.history import Touched
from agent_guards.listed import touched_file
from agent_guards.policy import Policy
from agent_guards.render.json_v1 import document
from agent_guards.render.markdown import summary
from agent_guards.render.text import text
from agent_guards.report import Outcome, Subject
from agent_guards.repository import Entry, Kind
from agent_guards.run import examine
from agent_guards.sections import parse
from idle_guard.rules import FILES
from idle_guard.span import End, claim, span

H = "artifacts/nora/2026-01-02/heartbeat.ndjson"
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
BODY = f"Text.\n\n## Heartbeat\n- {H}\n"


def stamp(moment):
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def beat(minutes, status="doing", task="ENG-1"):
    return json.dumps({"timestamp": stamp(NOON + timedelta(minutes=minutes)), "task": task, "status": status}) + "\n"


@pytest.fixture
def repo(tmp_path):
    repo = Repo(tmp_path / "repo")
    repo.write("app/cart.ts", "1")
    repo.commit()
    return repo


def judged(repo, now=NOON, head="change", **context):
    context = {"base": None if context.get("whole") else "main", "head": head, "pull_request": 1, **context}
    with repo.opened() as repository:
        change = resolve(Context(**context), repository, now)
        report = examine(load_guards(["idle-guard"])[0], repository, change, Policy())
        return Outcome(subject=Subject(base=change.base, head=change.head), reports=(report,))


def rules(outcome):
    return [finding.rule.id.partition("/")[2] for finding in outcome.findings]


def change(repo, *beats, when="2026-01-02T12:00:00Z"):
    repo.branch("change")
    repo.write(H, "".join(beats))
    return repo.commit(when=when)


@pytest.mark.parametrize("last", [-15, -16])
def test_the_verdict_of_a_commit_is_the_same_at_any_clock_and_after_an_edit_of_the_body(repo, last):
    change(repo, beat(-25), beat(last))
    told = {
        document(judged(repo, now=NOON + timedelta(days=days), body=body))
        for days in (0, 1 / 24 / 60, 1, 30, 365)
        for body in (BODY, "Other text.\n\n" + BODY.partition("\n\n")[2])
    }
    assert len(told) == 1
    assert ("stale" in rules(judged(repo, body=BODY))) == (last == -16)


def test_files_that_are_not_committed_are_judged_against_now(repo):
    repo.branch("change")
    repo.write(H, beat(-10))
    assert rules(judged(repo, head="HEAD", worktree=True, body=BODY, pull_request=None)) == []
    later = judged(repo, head="HEAD", worktree=True, body=BODY, now=NOON + timedelta(minutes=5, milliseconds=1))
    assert rules(later) == ["stale"]
    assert "before now" in later.findings[0].message
    late = judged(repo, head="HEAD", worktree=True, body="text", now=NOON + timedelta(hours=2), pull_request=None)
    assert rules(late) == ["missing-section", "stale"]
    assert "to the uncommitted files at `2026-01-02T14:00:00Z`" in late.findings[0].message


def test_what_is_committed_already_counts_where_the_rest_is_not_committed_yet(repo):
    repo.branch("change")
    repo.write("app/a.ts", "1")
    repo.commit(when="2026-01-02T09:00:00Z")
    repo.write("app/b.ts", "1")
    late = judged(repo, head="HEAD", worktree=True, body="text", pull_request=None)
    assert rules(late) == ["missing-section"]
    assert "at `2026-01-02T09:00:00Z` to the uncommitted files" in late.findings[0].message


@pytest.mark.parametrize("when", ["1969-12-31T23:30:00Z", "2039-06-01T10:00:00Z"])
def test_years_before_1970_and_after_2038_are_judged_like_any_other(repo, when):
    moment = datetime.fromisoformat(when)
    beats = [{"timestamp": stamp(moment - timedelta(minutes=ago)), "task": "t", "status": "doing"} for ago in (20, 15)]
    change(repo, *(json.dumps(one) + "\n" for one in beats))
    with repo.opened() as repository:
        found = resolve(Context(base="main", head="change"), repository, NOON)
        from msgspec.structs import replace

        report = examine(load_guards(["idle-guard"])[0], repository, replace(found, when=moment), Policy())
        later = replace(found, when=moment + timedelta(seconds=1))
        stale = examine(load_guards(["idle-guard"])[0], repository, later, Policy())
    assert report.findings == ()
    assert [finding.rule.id for finding in stale.findings] == ["idle-guard/stale"]


def test_a_commit_whose_date_git_holds_as_2039_or_negative_counts(repo):
    change(repo, beat(-5, "done"), when="2039-01-01T00:00:00Z")
    assert rules(judged(repo, body="text")) == ["missing-section"]
    repo.git("update-ref", "refs/heads/old", raw_commit(repo, -3600))
    span = judged(repo, head="old", body="text")
    assert rules(span) == ["missing-section"]
    assert "1969-12-31T23:00:00Z" in span.findings[0].message


def raw_commit(repo, seconds):
    """Write a commit as a foreign tool would: git's own porcelain refuses dates before 1970."""
    tree, parent = repo.git("rev-parse", "change^{tree}"), repo.git("rev-parse", "main")
    lines = f"tree {tree}\nparent {parent}\nauthor A <a@b> {seconds} +0000\ncommitter A <a@b> 1767355200 +0000\n\nOld\n"
    return repo.git("hash-object", "-t", "commit", "-w", "--stdin", "--literally", given=lines.encode())


def test_a_leap_second_is_the_second_that_follows(repo):
    at = "2016-12-31T23:59:60Z"
    change(repo, json.dumps({"timestamp": at, "task": "t", "status": "doing"}) + "\n", when="2017-01-01T00:15:00Z")
    assert rules(judged(repo, draft=True)) == []
    repo.git("commit", "--quiet", "--amend", "--no-edit", GIT_COMMITTER_DATE="2017-01-01T00:15:01Z")
    assert rules(judged(repo, draft=True)) == ["stale"]


def append(repo, branch, *beats):
    repo.checkout(branch)
    repo.write(H, (repo.path / H).read_text() + "".join(beats))
    repo.commit()


@pytest.fixture
def merged(repo):
    """Two branches that append to one file, merged into the change by `merge=union`."""
    repo.write(H, beat(-60, "done", "ENG-0"))
    repo.write(".gitattributes", "artifacts/** merge=union\n")
    repo.commit()
    repo.branch("change")
    append(repo, "change", beat(-20), beat(-10, "done"))
    append(repo, "main", beat(-30, task="ENG-2"), beat(-25, "done", "ENG-2"))
    repo.checkout("change")
    repo.merge("main")
    return repo


def test_two_appends_that_were_merged_are_no_rewriting_and_in_no_wrong_order(merged):
    assert (merged.path / H).read_text().splitlines()[1:3] == (beat(-20) + beat(-10, "done")).splitlines()
    assert rules(judged(merged)) == []


def test_two_branches_of_one_change_that_were_merged_are_in_no_wrong_order(repo):
    repo.write(H, beat(-60, "done", "ENG-0"))
    repo.write(".gitattributes", "artifacts/** merge=union\n")
    repo.commit()
    for branch in ("change", "other"):
        repo.checkout("main")
        repo.branch(branch)
    append(repo, "change", beat(-20), beat(-10, "done"))
    append(repo, "other", beat(-30, task="ENG-2"), beat(-25, "done", "ENG-2"))
    repo.checkout("change")
    repo.merge("other")
    assert rules(judged(repo)) == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda lines: lines[1:],
        lambda lines: [*lines[:3], lines[4], lines[3]],
        lambda lines: [lines[0].replace("ENG-0", "ENG-9"), *lines[1:]],
        lambda lines: [*lines[:3], *lines[4:]],
    ],
)
def test_a_line_that_a_merge_removed_moved_or_changed_is_rewriting(merged, spoil):
    merged.write(H, "".join(spoil((merged.path / H).read_text().splitlines(keepends=True))))
    merged.commit()
    assert rules(judged(merged)) == ["rewritten-heartbeat"]


def test_a_rewritten_file_gives_one_finding(repo):
    repo.write(H, beat(-40) + beat(-35) + beat(-30, "done"))
    repo.commit()
    change(repo, beat(-40) + beat(-30, "doing"))
    assert rules(judged(repo)) == ["rewritten-heartbeat"]


def test_what_follows_from_a_line_that_cannot_be_read_is_not_told(repo):
    change(repo, beat(-60), "npm warn\n", beat(-30), "npm ERR!\n")
    repo.write(H.replace("heartbeat.ndjson", "tasks.todo.json"), '{"tasks": [{"id": "ENG-7", "status": "doing"}]}')
    repo.commit()
    assert rules(judged(repo)) == ["invalid-json", "invalid-json"]


def test_a_line_before_the_silence_excuses_nothing(repo):
    change(repo, "npm warn\n", beat(-60), beat(-30))
    assert rules(judged(repo)) == ["invalid-json", "gap", "stale"]


def test_a_silence_over_midnight_is_excused_by_what_cannot_be_read_on_either_day(repo):
    repo.branch("change")
    repo.write(H.replace("01-02", "01-01"), beat(-12 * 60 - 30) + "npm\n")
    repo.write(H, beat(-12 * 60 + 10, "done"))
    repo.commit(when="2026-01-02T00:30:00Z")
    assert rules(judged(repo)) == ["invalid-json"]


def test_files_beyond_the_caps_are_not_read_and_nothing_follows(repo):
    repo.branch("change")
    repo.write(H, beat(-60) * 80_000)
    repo.write(H.replace("heartbeat.ndjson", "tasks.todo.json"), '{"tasks": [{"id": "ENG-7", "status": "doing"}]}')
    repo.commit()
    assert rules(judged(repo)) == ["too-large"]
    repo.write(H.replace("nora", "rio"), beat(-60) * 80_000)
    repo.commit()
    body = f"{BODY}- {H}\n- {H.replace('nora', 'rio')}\n"
    assert rules(judged(repo, body=body)) == ["too-large", "too-large"]


def test_a_list_beside_the_heartbeats_that_is_beyond_the_cap_is_not_read(repo):
    repo.write(H.replace("heartbeat.ndjson", "tasks.todo.json"), " " * 5_300_000)
    repo.commit()
    change(repo, beat(-5, "done"))
    assert rules(judged(repo)) == []


def test_a_file_with_which_the_change_passes_the_cap_is_told():
    one = Touched(path=H, place=None, entry=Entry(H, Kind.FILE, "1" * 40), size=4 * 1024 * 1024, unread=True)
    (finding,) = touched_file(FILES, one, [H], None)
    assert "has 4.0 MiB, with which the change passes 50 MiB of heartbeats. It was not read." in finding.message


def test_where_nothing_is_known_there_is_no_span():
    assert span([End(NOON, "later")], NOON - timedelta(hours=1)) is None


def test_the_evidence_of_a_change_makes_it_long_and_what_is_unreadable_there_does_not(repo):
    repo.branch("change")
    lines = [
        b"{}",
        b'{"timestamp": "yesterday"}',
        b"\xff",
        b'{"timestamp": "2026-01-02T09:00:00Z"}',
        b'{"timestamp": "2036-01-02T09:00:00Z"}',
    ]
    repo.write("artifacts/nora/2026-01-02/mcp/a.jsonl", b"\n".join(lines) + b"\n")
    repo.write("artifacts/nora/2026-01-02/mcp/b.jsonl", b"\n")
    repo.symlink("artifacts/nora/2026-01-02/mcp/c.jsonl", "a.jsonl")
    repo.commit()
    (finding,) = judged(repo, body="text").findings
    assert (
        "from evidence line 4 of `artifacts/nora/2026-01-02/mcp/a.jsonl` at `2026-01-02T09:00:00Z` to commit"
        in finding.message
    )


def test_evidence_in_the_future_alone_is_no_span(repo):
    head = change(repo, beat(600, "done"))
    assert rules(judged(repo, body="text")) == ["future"]
    assert judged(repo, body="text").reports[0].facts["span"] is None
    assert head == repo.head


@pytest.mark.parametrize(
    ("line", "minutes"),
    [
        ("<2h single session", 120),
        ("< 2 h single-session", 120),
        ("&lt;2h single session", 120),
        (r"\<2h single session", 120),
        ("`<2h single session`", 120),
        ("**<2h single session**", 120),
        ("- [x] <2 hours, single session", 120),
        ("single session (<2 hours)", 120),
        ("Single session, under 90 minutes", 90),
        ("single session <2h", 120),
        ("<2h", 120),
        ("- \\<2h", 120),
        ("≤1h", 60),
        ("<1h30m single session", 90),
        ("<90s", 1.5),
        ("<2H single session", 120),
        ("<30m1h single session", None),
        ("<99999h single session", None),
        ("- [ ] <2h single session", None),
        ("~~<2h single session~~", None),
        ("> <2h single session", None),
        ("<!-- <2h single session -->", None),
        ("    <2h single session", None),
        ("not <2h single session", None),
        ("<2h single session is not what this was", None),
        ("single session (<2h) was not enough", None),
        ("single session", None),
        ("2h", None),
        ("<2hundred lines", None),
        (">2h single session", None),
    ],
)
def test_the_claim_of_a_short_session_is_read_as_people_write_it(line, minutes):
    found = claim(parse(f"## Heartbeat\n\n{line}\n")["heartbeat"])
    assert (found and found.bound) == (timedelta(minutes=minutes) if minutes else None)


def test_the_paths_of_a_change_at_the_ends_of_the_calendar_are_read(repo):
    repo.branch("change")
    for day in ("0001-01-01", "9999-12-31"):
        repo.write(f"artifacts/nora/{day}/heartbeat.ndjson", beat(-5, "done"))
        repo.write(f"artifacts/rio/{day}/tasks.todo.json", '{"tasks": []}')
    repo.commit()
    assert rules(judged(repo)) == []


def test_a_link_in_place_of_an_old_file_or_a_list_is_not_followed(repo):
    repo.symlink(H.replace("01-02", "01-01"), "elsewhere")
    repo.commit()
    change(repo, beat(-5, "done"))
    repo.symlink(H.replace("heartbeat.ndjson", "tasks.todo.json"), "elsewhere")
    repo.commit()
    assert rules(judged(repo)) == ["not-a-file"]


MONTH = datetime(2026, 3, 1, tzinfo=UTC)
DEAD = "agent-6"


class Chance:
    """Numbers that look drawn and are the same in every run."""

    count = 0

    def random(self):
        self.count += 1
        return int.from_bytes(sha256(str(self.count).encode()).digest()[:4]) / 2**32

    def uniform(self, low, high):
        return low + (high - low) * self.random()

    def randint(self, low, high):
        return low + int((high - low + 1) * self.random())


def month(chance):
    """Thirty days of ten agents: tasks, pauses that are said, nights, blocked days; one dies in the middle of a task."""
    for number in range(10):
        agent = f"agent-{number}"
        for day in range(30):
            moment = MONTH + timedelta(days=day, hours=7 + chance.random() * 2)
            lines = []
            for task in range(chance.randint(1, 3)):
                name = f"{agent.upper()}-{day}-{task}"
                for _ in range(chance.randint(3, 30)):
                    lines.append((moment, name, "doing"))
                    moment += timedelta(minutes=chance.uniform(3, 15))
                    if chance.random() < 0.05:
                        lines.append((moment, name, "blocked"))
                        moment += timedelta(hours=chance.uniform(0.5, 2))
                if agent == DEAD and day == 14:
                    lines.append((moment, name, "doing"))
                    break
                last = "blocked" if chance.random() < 0.2 else "done"
                lines.append((moment, name, last))
                moment += timedelta(minutes=chance.uniform(1, 60))
            yield agent, day, lines
            if agent == DEAD and day == 14:
                break


def test_a_month_of_ten_agents_names_the_one_that_died_and_nobody_else(repo, capsys):
    for agent, day, lines in month(Chance()):
        written = [
            {"timestamp": stamp(moment.replace(microsecond=0)), "task": task, "status": status}
            for moment, task, status in lines
        ]
        path = f"artifacts/{agent}/{MONTH + timedelta(days=day):%Y-%m-%d}/heartbeat.ndjson"
        repo.write(path, "".join(json.dumps(line) + "\n" for line in written))
    repo.commit(when="2026-03-31T09:00:00Z")
    outcome = judged(repo, head="main", whole=True, pull_request=None)
    (finding,) = outcome.findings
    assert (finding.rule.id, finding.severity.word) == ("idle-guard/stale", "warning")
    assert finding.path == f"artifacts/{DEAD}/2026-03-15/heartbeat.ndjson"
    assert "AGENT-6-14-" in finding.message
    (table,) = outcome.reports[0].tables
    assert [row[:1] + row[3:4] for row in table.rows[:2]] == [(f"`{DEAD}`", "stale"), ("`agent-0`", "blocked")]
    assert main(["check", "idle-guard", "--all", "--repo", str(repo.path), "--fail-on", "warning"]) == 1
    assert f"artifacts/{DEAD}/2026-03-15" in capsys.readouterr().out


def test_a_whole_tree_watches_for_a_month_and_leaves_older_tasks_alone(repo):
    repo.write(H, beat(0, task="old"))
    repo.write(H.replace("nora", "rio"), beat(1, task="young"))
    repo.write("artifacts/rio/2026-01-02/tasks.todo.json", '{"tasks": [{"id": "NEVER", "status": "doing"}]}')
    repo.write("artifacts/rio/2025-12-01/tasks.todo.json", '{"tasks": [{"id": "GONE", "status": "doing"}]}')
    repo.commit(when=stamp(NOON + timedelta(days=31, minutes=1)))
    outcome = judged(repo, head="main", whole=True, pull_request=None)
    assert [(finding.rule.id, finding.severity.word) for finding in outcome.findings] == [
        ("idle-guard/stale", "warning"),
        ("idle-guard/doing-without-heartbeat", "warning"),
    ]
    assert [row[1] for row in outcome.reports[0].tables[0].rows] == ["`young`", "`NEVER`"]


def test_a_whole_tree_is_judged_for_schema_order_gaps_and_links(repo):
    repo.write(H, beat(-90) + beat(-30) + beat(-35, "done") + "{}\n")
    repo.write(H.replace("nora", "big"), "x" * 5_300_000)
    repo.symlink(H.replace("nora", "link"), "x")
    repo.write("artifacts/nora/notes.md", "text")
    repo.commit()
    outcome = judged(repo, head="main", whole=True, pull_request=None)
    assert rules(outcome) == ["too-large", "not-a-file", "gap", "out-of-order", "schema", "schema", "schema"]


def test_the_list_in_an_old_folder_says_doing_and_the_last_beat_is_old(repo):
    repo.write(H, beat(-60, "done"))
    repo.write(H.replace("heartbeat.ndjson", "tasks.todo.json"), '{"tasks": [{"id": "ENG-1", "status": "doing"}]}')
    repo.commit()
    (finding,) = judged(repo, head="main", whole=True, pull_request=None).findings
    assert (finding.rule.id, finding.severity.word) == ("idle-guard/stale", "warning")


def test_a_task_in_a_folder_without_a_day_has_one_finding(repo):
    repo.branch("change")
    repo.write("artifacts/nora/tasks.todo.json", '{"tasks": [{"id": "ENG-1", "status": "doing"}]}')
    repo.commit()
    assert rules(judged(repo)) == ["malformed-path"]


SEEN = {
    "two beats of a foreign shape": (
        ['{"ts":"2025-10-19T00:05:00Z","event":"heartbeat","pid":0,"cmd":"pack"}'] * 2,
        ["schema"] * 4 + ["unknown-field"],
    ),
    "an actor and an action": (
        ['{"ts": "2025-10-25T17:42:47Z", "actor": "manager", "action": "heartbeat"}'],
        ["schema", "schema", "unknown-field"],
    ),
    "fifteen minutes to the second": (
        [
            '{"timestamp":"2025-10-25T19:40:00Z","task":"M-1","status":"doing","progress":"CI guard updates"}',
            '{"timestamp":"2025-10-25T19:55:00Z","task":"M-1","status":"done","progress":"Guard validation complete"}',
        ],
        [],
    ),
}


@pytest.mark.parametrize("name", SEEN)
def test_files_as_they_were_found_in_the_wild(repo, name):
    lines, expected = SEEN[name]
    repo.branch("change")
    repo.write("artifacts/manager/2025-10-25/heartbeat.ndjson", "".join(f"{line}\n" for line in lines))
    repo.commit(when="2025-10-25T19:58:00Z")
    assert sorted(rules(judged(repo))) == expected


def test_people_see_each_task_s_line_of_life(repo, golden):
    repo.branch("change")
    repo.write(
        H,
        "".join(beat(minute) for minute in range(-120, -60, 5)) + beat(-60, "blocked") + beat(-20) + beat(-10, "done"),
    )
    repo.write(H.replace("nora", "rio"), beat(-100, task="ENG-2") + beat(-90, task="ENG-2") + beat(-76, task="ENG-2"))
    repo.write(H.replace("nora", "ada"), beat(-40, task="ENG-3") + beat(-26, task="ENG-3") + beat(-12, task="ENG-3"))
    repo.commit()
    outcome = judged(repo, pull_request=None)
    for width in (60, 100):
        golden(f"life-{width}.txt", text(outcome, colour=False, width=width))
    golden("life.md", summary(outcome))
