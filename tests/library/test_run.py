from datetime import UTC, date, datetime

import msgspec
import pytest
from gitrepo import Repo

from agent_guards.change import resolve
from agent_guards.context import Context
from agent_guards.errors import GitError, PolicyError
from agent_guards.finding import Rule, Severity
from agent_guards.guard import Guard, load_guards
from agent_guards.policy import Policy, Waiver
from agent_guards.report import Verdict
from agent_guards.run import POLICY_PATH, examine, policy_of, waive

NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)
RULE = Rule(id="guard-mcp/schema", severity=Severity.ERROR, what="w", why="y", fix="f")
OFF = "guards:\n  guard-mcp:\n    mode: {}\n"


def judged(repo, **context):
    with repo.opened() as repository:
        change = resolve(Context(**{"base": "main", "body": "", **context}), repository, NOW)
        policy, source = policy_of(repository, change)
        return examine(load_guards(["guard-mcp"])[0], repository, change, policy), source


@pytest.fixture
def repo(tmp_path):
    repo = Repo(tmp_path / "repo")
    repo.write("app/cart.ts", "1")
    repo.commit()
    return repo


def branched(repo, policy=None):
    if policy is not None:
        repo.write(POLICY_PATH, policy)
        repo.commit("Policy")
    repo.branch("change")
    repo.write("app/cart.ts", "2")
    repo.commit()
    return repo


def test_without_a_policy_the_defaults_bind(repo):
    report, source = judged(branched(repo))
    assert (report.verdict, source) == ("fail", "default")


def test_the_policy_of_the_base_binds_and_the_change_cannot_edit_it(repo):
    branched(repo, "guards: {}\n")
    repo.write(POLICY_PATH, OFF.format("off"))
    repo.commit("Turn the judge off")
    report, source = judged(repo)
    assert report.verdict == Verdict.FAIL
    assert source == f"base:{repo.git('rev-parse', 'main')}"
    assert "takes effect after the merge" in report.notes[0]


def test_the_tip_of_the_base_branch_binds_not_the_merge_base(repo):
    branched(repo)
    repo.checkout("main")
    repo.write(POLICY_PATH, OFF.format("off"))
    repo.commit("Policy")
    report, _ = judged(repo, head="change")
    assert report.verdict == Verdict.NOT_APPLICABLE
    assert report.notes == ("Switched off by the policy.",)


@pytest.mark.parametrize("mode", ["warn", "observe"])
def test_a_mode_that_does_not_block_only_shows(repo, mode):
    report, _ = judged(branched(repo, OFF.format(mode)))
    assert (report.verdict, report.mode) == ("warn", mode)
    assert report.findings


def test_a_policy_that_is_a_link_is_not_followed(repo):
    repo.symlink(POLICY_PATH, "/etc/passwd")
    repo.commit("Link")
    with pytest.raises(PolicyError, match="symbolic link"):
        judged(branched(repo))


def test_a_whole_tree_is_judged_under_its_own_policy(repo):
    repo.write(POLICY_PATH, "version: 1\n")
    head = repo.commit("Policy")
    report, source = judged(repo, base=None, body=None, whole=True)
    assert (report.verdict, source) == ("not-applicable", f"head:{head}")


def test_trouble_of_our_own_is_a_report_of_verdict_error(repo):
    def gather(*_):
        raise GitError("No object.", "Fetch it.")

    guard = Guard(name="own", summary="", package="own", rules=(), gather=gather, check=iter)
    with branched(repo).opened() as repository:
        change = resolve(Context(base="main"), repository, NOW)
        report = examine(guard, repository, change, Policy())
    assert report.verdict == Verdict.ERROR
    assert report.notes == ("No object. Fetch it.",)


def waiver(**changes):
    fields = {
        "rule": "guard-mcp/schema",
        "paths": ["old/**"],
        "reason": "moves `out`",
        "owner": "@o/p",
        "until": "2026-01-31",
    }
    return msgspec.convert({**fields, **changes}, Waiver)


FINDINGS = (RULE.at("m", "old/a"), RULE.at("m", "old/b"), RULE.at("m", "new/a"), RULE.at("m"))


def test_a_waiver_takes_out_what_it_covers_and_says_so():
    kept, notes = waive(FINDINGS, [waiver()], date(2026, 1, 31))
    assert [finding.path for finding in kept] == ["new/a", None]
    assert notes == ("2 findings of guard-mcp/schema waived until 2026-01-31 by `@o/p`: `moves \\x60out\\x60`.",)


def test_an_expired_waiver_stops_counting_and_is_told():
    kept, notes = waive(FINDINGS[:1], [waiver()], date(2026, 2, 1))
    assert kept == FINDINGS[:1]
    assert notes[0].startswith("The waiver for 1 finding of guard-mcp/schema expired after 2026-01-31")


def test_a_waiver_that_covers_nothing_is_not_told():
    assert waive(FINDINGS[2:], [waiver(), waiver(rule="guard-mcp/other", paths=["**"])], date(2026, 1, 1))[1] == ()


def test_a_waiver_for_everywhere_covers_what_has_no_path():
    assert waive(FINDINGS, [waiver(paths=["**"])], date(2026, 1, 1))[0] == ()


def test_the_verdict_of_a_commit_never_changes(repo):
    branched(repo)
    with repo.opened() as repository:
        reports = []
        for now in (NOW, NOW.replace(year=2027), NOW.replace(year=2036)):
            change = resolve(Context(base="main", body=""), repository, now)
            reports.append(examine(load_guards(["guard-mcp"])[0], repository, change, Policy()))
    assert reports[0] == reports[1] == reports[2]


def test_a_change_says_nothing_of_a_policy_that_it_does_not_touch(repo):
    report, _ = judged(branched(repo, "version: 1\n"))
    assert report.notes == ()
