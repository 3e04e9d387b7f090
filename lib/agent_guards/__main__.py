"""`python -I -m agent_guards`: the only way in which the actions start the command."""

from agent_guards.cli import main

raise SystemExit(main())
