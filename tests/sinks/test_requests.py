"""How often a run asks GitHub is bounded, whatever it has to say."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "bench"))
import bench_requests


def test_a_run_asks_no_oftener_than_is_promised():
    counts = list(bench_requests.counts())
    assert len(counts) > len(bench_requests.FINDINGS)
    for what, asked, goal in counts:
        assert asked <= goal, what


def test_without_anything_to_write_one_question_is_all(fake):
    from agent_guards.deliver import Errand
    from agent_guards.policy import Policy
    from agent_guards.switches import Switches

    env = bench_requests.RunEnv(actions=True, api_url=fake.url, token="t")
    with Errand(env=env, switches=Switches(), guards=bench_requests.GUARDS) as errand:
        errand.begin(bench_requests.CONTEXT)
        errand.deliver(bench_requests.GREEN, Policy())
    assert len(fake.requests) == 1
