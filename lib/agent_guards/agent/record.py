"""`agent-guards record hook`: one payload in, one evidence line out, and never a trouble for the agent."""

import argparse

from agent_guards.agent.checkout import Checkout
from agent_guards.agent.identity import names_of
from agent_guards.agent.journal import harmless
from agent_guards.agent.payload import call_of, checkout_for, parse, read_stdin
from agent_guards.agent.recorder import recorder_for
from agent_guards.agent.servers import known_servers
from agent_guards.env import RunEnv

COMMAND = "record hook"


def run(arguments: argparse.Namespace, env: RunEnv) -> int:
    """Record the call that standard input tells of."""
    where: list[Checkout] = []
    with harmless(COMMAND, where):
        data = read_stdin()
        checkout = checkout_for(arguments.repo, data)
        where.append(checkout)
        names = names_of(checkout, COMMAND)
        call = call_of(parse(data), lambda: known_servers(checkout, names.tools), every=arguments.all_tools)
        if call:
            given = {"agent": arguments.agent, "purpose": arguments.purpose}
            recorder_for(COMMAND, checkout, names, env, **given).record(call)
    return 0
