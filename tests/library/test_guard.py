import sys

import pytest

from agent_guards.entry_points import entry_points
from agent_guards.errors import UsageError
from agent_guards.guard import find_rule, load_guards


def install(folder, name, entries):
    metadata = folder / f"{name}-1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "entry_points.txt").write_text(entries)


@pytest.fixture
def own_guard(tmp_path, monkeypatch):
    """A team's own guard, installed beside ours."""
    (tmp_path / "own_guard.py").write_text(
        "from agent_guards.guard import Guard\n"
        "guard = Guard(name='own-guard', summary='Ours.', package='own_guard', rules=(), gather=None, check=None)\n"
    )
    install(
        tmp_path, "own", "[console_scripts]\nx = y:z\n\n[agent_guards.guards]\nown-guard = own_guard:guard\n# note\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def test_the_installed_guards_are_found():
    assert "guard-mcp" in [guard.name for guard in load_guards()]


def test_a_guard_of_a_team_s_own_is_found_and_comes_last(own_guard):
    assert [guard.name for guard in load_guards()][-1] == "own-guard"
    assert [guard.name for guard in load_guards(["own-guard", "own-guard"])] == ["own-guard"]


def test_the_first_installation_on_the_path_wins(own_guard, monkeypatch):
    first = own_guard / "first"
    install(first, "own", "[agent_guards.guards]\nown-guard = elsewhere:guard\n")
    monkeypatch.syspath_prepend(first)
    assert dict(entry_points("agent_guards.guards", sys.path))["own-guard"] == "elsewhere:guard"


def test_a_distribution_without_entry_points_is_passed_over(own_guard):
    (own_guard / "bare-1.0.dist-info").mkdir()
    assert "own-guard" in [guard.name for guard in load_guards()]


def test_an_unknown_guard_is_told_with_those_there_are():
    with pytest.raises(UsageError, match="`gard-mcp`") as caught:
        load_guards(["gard-mcp"])
    assert "guard-mcp" in caught.value.hint


def test_a_rule_is_found_by_its_id_or_its_bare_name():
    guards = load_guards()
    assert find_rule(guards, "guard-mcp/schema") is find_rule(guards[:1], "schema")


@pytest.mark.parametrize(
    ("asked", "hint"),
    [
        ("guard-mcp/shema", "Did you mean guard-mcp/schema?"),
        ("zzz", "`agent-guards rules` lists them all."),
    ],
)
def test_an_unknown_rule_is_told_with_the_nearest(asked, hint):
    with pytest.raises(UsageError) as caught:
        find_rule(load_guards(), asked)
    assert caught.value.hint.startswith(hint)


def test_a_bare_name_that_two_guards_have_is_ambiguous():
    (guard,) = load_guards(["guard-mcp"])
    with pytest.raises(UsageError, match="several rules") as caught:
        find_rule((guard, guard), "schema")
    assert "guard-mcp/schema" in caught.value.hint


def test_the_name_of_a_guard_is_its_name_everywhere():
    """One word: folder, entry point, rule prefix, policy key, case folder."""
    from pathlib import Path

    from agent_guards.policy import Policy

    root = Path(__file__).parents[2]
    for guard in load_guards():
        assert guard.package == guard.name.replace("-", "_")
        assert (root / guard.package / "action.yml").is_file()
        assert (root / "tests/cases" / guard.name).is_dir()
        assert {rule.guard for rule in guard.rules} == {guard.name}
        assert hasattr(Policy().guards, guard.package)
