"""The action's inputs are read strictly."""

import pytest

from agent_guards.errors import UsageError
from agent_guards.switches import Switches


def test_without_inputs_only_the_summary_is_written():
    assert Switches.of_inputs({}) == Switches(summary=True)


def test_every_input_is_read():
    inputs = {
        "check-run": "true", "status": "true", "comment": "true", "summary": "false",
        "sarif-file": "a.sarif", "json-file": "a.json", "pr-number": "12",
    }  # fmt: skip
    assert Switches.of_inputs(inputs) == Switches(
        check_run=True, status=True, comment=True, summary=False, sarif_file="a.sarif", json_file="a.json", pr_number=12
    )


@pytest.mark.parametrize("name", ["check-run", "status", "comment", "summary"])
@pytest.mark.parametrize("word", ["yes", "True", "1", "tru", "`x`\n::error::"])
def test_a_word_that_is_neither_true_nor_false_is_refused(name, word):
    with pytest.raises(UsageError, match=f"{name}: .* is neither true nor false"):
        Switches.of_inputs({name: word})


@pytest.mark.parametrize("number", ["0", "-1", "7x", "1e3", "٣", "9" * 16, "#7"])
def test_what_is_no_number_of_a_pull_request_is_refused(number):
    with pytest.raises(UsageError, match="pr-number"):
        Switches.of_inputs({"pr-number": number})
