"""`python -I -m agent_guards`: the only way in which the actions start the command."""

from agent_guards.start import run

run()
