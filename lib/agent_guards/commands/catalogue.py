"""`agent-guards rules`, `explain` and `schema`: what the guards are made of, printed from the rules themselves."""

import argparse
import json
import textwrap
from importlib.resources import files

from agent_guards.env import RunEnv
from agent_guards.errors import UsageError
from agent_guards.escape import quote
from agent_guards.finding import Rule
from agent_guards.guard import find_rule, load_guards

_OWN = {"policy": "policy.schema.json", "report": "report.schema.json"}


def rules(arguments: argparse.Namespace, env: RunEnv) -> int:
    """List the rules of all guards, or of those that are named."""
    del env
    guards = load_guards(arguments.guards)
    if arguments.format == "json":
        listing = [_fields(rule) for guard in guards for rule in guard.rules]
        print(json.dumps(listing, indent=2, ensure_ascii=False))
        return 0
    for guard in guards:
        if arguments.format == "markdown":
            print(rule_table(guard.rules))
            continue
        print(f"{guard.name}: {guard.summary}\n")
        width = max(len(rule.id) for rule in guard.rules)
        for rule in guard.rules:
            print(f"  {rule.id:<{width}}  {rule.severity.word:<7}  {rule.what}")
        print()
    return 0


def explain(arguments: argparse.Namespace, env: RunEnv) -> int:
    """Print one rule whole."""
    del env
    rule = find_rule(load_guards(), arguments.rule)
    print(f"{rule.id} ({rule.severity.word})\n")
    for title, text in (("When", rule.what), ("Why", rule.why), ("Fix", rule.fix), ("Docs", rule.docs)):
        print(
            textwrap.fill(text, 100, initial_indent=f"  {title:<5} ", subsequent_indent=" " * 8, break_long_words=False)
        )
    return 0


def schema(arguments: argparse.Namespace, env: RunEnv) -> int:
    """Print a published schema, or the names of all."""
    del env
    known = {name: ("agent_guards", file) for name, file in _OWN.items()}
    known |= {name: (guard.package, file) for guard in load_guards() for name, file in guard.schemas.items()}
    if arguments.name is None:
        print("\n".join(sorted(known)))
        return 0
    if arguments.name not in known:
        raise UsageError(f"There is no schema {quote(arguments.name)}.", f"There are: {', '.join(sorted(known))}.")
    package, file = known[arguments.name]
    print(files(package).joinpath(file).read_text(encoding="utf-8"), end="")
    return 0


def rule_table(listed: tuple[Rule, ...]) -> str:
    """The table of rules as a guard's README shows it."""
    rows = [f"| {_anchor(rule)} | {rule.severity.word} | {rule.what} | {rule.fix} |" for rule in listed]
    return "\n".join(["| rule | severity | fires when | what to do |", "|---|---|---|---|", *rows])


def _anchor(rule: Rule) -> str:
    name = rule.id.partition("/")[2]
    return f'<a id="{name}"></a>`{name}`'


def _fields(rule: Rule) -> dict[str, str]:
    return {
        "id": rule.id,
        "severity": rule.severity.word,
        "what": rule.what,
        "why": rule.why,
        "fix": rule.fix,
        "docs": rule.docs,
    }
