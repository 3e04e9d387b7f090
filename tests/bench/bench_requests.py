"""How often a run asks GitHub, everything switched on, three guards: `python tests/bench/bench_requests.py`. Counts, not times."""

import math
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from fake_github import BASE, HEAD, TOKEN, FakeGitHub
from outcomes import GREEN, IMPORT, SCHEMA, outcome, report

from agent_guards.context import Context
from agent_guards.deliver import Errand
from agent_guards.env import RunEnv
from agent_guards.policy import OnFailure, Policy
from agent_guards.report import Verdict
from agent_guards.switches import Switches

GUARDS = ("guard-mcp", "idle-guard", "dev-mcp-ban")
POLICY = Policy(on_failure=OnFailure(labels=True, draft=True))
CONTEXT = Context(event="pull_request", repository="octo/demo", base=BASE, head=HEAD, body="", pull_request=7)
FINDINGS = (1, 50, 51, 120, 250, 5_000)


def failing(count):
    """So many findings, most of them of one guard, as many requests as that can take."""
    findings = [SCHEMA.at("x", f"artifacts/{n % 7}.jsonl", n + 1) for n in range(count - count // 3)]
    others = [IMPORT.at("x", "app/a.ts", n + 1) for n in range(count // 3)]
    return outcome(
        report("guard-mcp", Verdict.FAIL, *findings),
        report("idle-guard", Verdict.PASS),
        report("dev-mcp-ban", Verdict.FAIL if others else Verdict.PASS, *others),
    )


def requests(of, fake):
    """The requests of one run that reports this outcome."""
    fake.requests.clear()
    env = RunEnv(actions=True, api_url=fake.url, token=TOKEN, run_id=len(fake.statuses) + 1, run_attempt=1)
    with Errand(env=env, switches=Switches(check_run=True, status=True, comment=True), guards=GUARDS) as errand:
        errand.begin(CONTEXT)
        errand.deliver(of, POLICY)
    return len(fake.requests)


def counts():
    """Rows of (what, requests, goal)."""
    rows = []
    with FakeGitHub() as fake:
        fake.add_pull()
        rows.append(("a clean pull request", requests(GREEN, fake), 6))
        for count in FINDINGS:
            fake.add_pull()
            fake.labels.clear()
            fake.comments.clear()
            rows.append((f"{count:,} findings", requests(failing(count), fake), 6 + math.ceil(count / 50)))
        rows.append(("all mended", requests(GREEN, fake), 6))
    return rows


def table():
    """Rows for the README."""
    return [
        (f"requests for {what}, three guards, everything on", str(asked), str(goal)) for what, asked, goal in counts()
    ]


if __name__ == "__main__":
    for what, measured, goal in table():
        print(f"{what}: {measured} (goal: at most {goal})")
