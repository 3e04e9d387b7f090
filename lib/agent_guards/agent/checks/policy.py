"""Tells whether the policy is valid, and whether its promises are kept."""

from collections.abc import Iterator
from datetime import timedelta

from agent_guards.agent.checks.line import INIT, Line, Setup, fail, ok, warn
from agent_guards.agent.checks.workflow import GUARDS
from agent_guards.errors import PolicyError
from agent_guards.escape import quote, quote_all
from agent_guards.globs import Globs
from agent_guards.policy import Policy, parse
from agent_guards.run import POLICY_PATH

SOON = timedelta(days=14)


def valid(setup: Setup) -> Iterator[Line]:
    """The file is there and says what it means."""
    data = setup.tree.read(POLICY_PATH)
    if data is None:
        yield warn(
            "policy-present",
            f"There is no {POLICY_PATH}: the defaults bind, which may not fit this repository.",
            INIT,
            POLICY_PATH,
        )
        return
    try:
        parse(data, POLICY_PATH)
    except PolicyError as error:
        yield fail("policy-valid", f"{error.message} Every check ends with status 2.", error.hint, POLICY_PATH)
        return
    yield ok("policy-valid", f"{POLICY_PATH} is valid.", POLICY_PATH)


def bound(setup: Setup) -> Iterator[Line]:
    """It binds from the default branch on: a policy that is only here judges nobody yet."""
    if POLICY_PATH not in setup.tracked and setup.tree.read(POLICY_PATH) is not None:
        yield warn(
            "policy-committed",
            f"{POLICY_PATH} is not committed: pull requests are judged by the policy of their base.",
            "Commit it to the default branch.",
            POLICY_PATH,
        )


def modes(setup: Setup) -> Iterator[Line]:
    """What is switched off is known to be."""
    policy = read(setup)
    for guard in GUARDS:
        mode = policy.mode(guard)
        if mode != "enforce":
            yield warn(
                "guard-mode",
                f"{guard} is `{mode}`: it blocks no merge.",
                f"Set `guards.{guard}.mode: enforce` when you are ready.",
                POLICY_PATH,
            )


def production(setup: Setup) -> Iterator[Line]:
    """The ban looks at code that is there."""
    settings = read(setup).guards.dev_mcp_ban
    if settings.mode == "off" or not setup.tracked:
        return
    if not Globs(settings.production).matching(setup.tracked):
        yield fail(
            "production-paths",
            f"The policy's `production` ({quote_all(list(settings.production))}) matches no file: dev-mcp-ban judges nothing, and fails.",
            "Name the folders of shipped code under `guards.dev-mcp-ban.production`, or set `mode: off` there.",
            POLICY_PATH,
        )


def waivers(setup: Setup) -> Iterator[Line]:
    """No waiver is past its date without anybody noticing."""
    today = setup.now.date()
    for waiver in read(setup).waivers:
        what = f"{waiver.rule} on {quote_all(list(waiver.paths))} ({quote(waiver.reason)}, {quote(waiver.owner)})"
        if waiver.expired(today):
            yield fail(
                "waiver-expired",
                f"The waiver of {what} ended on {waiver.until}.",
                "Mend what it waived and take it out, or renew it.",
                POLICY_PATH,
            )
        elif waiver.until - today <= SOON:
            yield warn(
                "waiver-ending",
                f"The waiver of {what} ends on {waiver.until}.",
                "Mend what it waives, or renew it in time.",
                POLICY_PATH,
            )


def read(setup: Setup) -> Policy:
    """The policy of the working tree; the defaults where it is missing or broken, which `valid` tells."""
    data = setup.tree.read(POLICY_PATH)
    try:
        return parse(data, POLICY_PATH) if data is not None else Policy()
    except PolicyError:
        return Policy()
