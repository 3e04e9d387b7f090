"""How wide a page is."""

import os
import shutil

import pytest

from agent_guards.commands.output import width
from agent_guards.env import RunEnv


@pytest.mark.parametrize(
    ("columns", "terminal", "wide"),
    [(None, False, 100), (None, True, 77), ("60", True, 60), ("60", False, 60), ("10", False, 40), ("500", True, 120)],
)
def test_a_page_is_as_wide_as_the_terminal_within_limits(monkeypatch, columns, terminal, wide):
    monkeypatch.setattr(shutil, "get_terminal_size", lambda: os.terminal_size((77, 20)))
    env = RunEnv.from_environ({"COLUMNS": columns} if columns else {})
    assert width(env, terminal=terminal) == wide
