"""`agent-guards init`: set a repository up; a plan first, then the files, and never anything that was not in the plan."""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from agent_guards import __version__
from agent_guards.agent import init_files
from agent_guards.agent.checks.workflow import gates, read_workflows
from agent_guards.agent.hooks_install import hooks
from agent_guards.agent.init_files import Facts
from agent_guards.agent.init_ignore import PROBE, SAMPLES, elsewhere
from agent_guards.agent.init_pre_commit import pre_commit
from agent_guards.agent.plan import Step, WorkTree, apply, show
from agent_guards.env import RunEnv
from agent_guards.errors import UsageError
from agent_guards.escape import quote_all, visible
from agent_guards.git import GitRepository
from agent_guards.git_command import command
from agent_guards.render.annotations import log_line

ACTIONS_APP = 15368


def run(arguments: argparse.Namespace, env: RunEnv) -> int:
    """Show the plan, ask, do it, and say what remains to be done by hand."""
    tree = WorkTree(_top(Path(arguments.repo), env.git))
    facts = _facts(tree, env.git, arguments.action_ref or f"v{__version__}")
    steps = tuple(plan(tree, facts, arguments.agent))
    acting = [one for one in steps if one.acts]
    print(f"The plan for {visible(str(tree.root))}:\n")
    print("\n".join(map(log_line, show(steps, diffs=True))))
    if not acting:
        print("\nNothing is to be done.\n")
    elif arguments.dry_run:
        print(f"\nNothing was written (--dry-run): {_files(len(acting))} would be.\n")
        return 0
    elif not arguments.yes and not _agreed(len(acting)):
        print("\nNothing was written.")
        return 0
    else:
        apply(tree, steps)
        print(f"\n{_files(len(acting))} written. Look at them, commit them, and bring them to the default branch.\n")
    print("\n".join(_afterwards(tree, env.git)))
    return 0


def plan(tree: WorkTree, facts: Facts, agents: list[str]) -> Iterator[Step]:
    """Everything that is looked at, in the order in which a reader wants to see it."""
    yield from init_files.policy(tree, facts)
    yield from init_files.workflows(tree, facts)
    yield from init_files.pull_request_template(tree)
    yield from init_files.ignore(tree, facts)
    yield from init_files.attributes(tree)
    yield from hooks(tree, agents)
    yield from pre_commit(tree)
    yield from init_files.agents_file(tree)


def ruleset(names: Sequence[str]) -> str:
    """The line that makes checks required; `gh` fills in owner and name of the repository."""
    checks = [{"context": name, "integration_id": ACTIONS_APP} for name in names]
    rule = {
        "type": "required_status_checks",
        "parameters": {"strict_required_status_checks_policy": False, "required_status_checks": checks},
    }
    document = {
        "name": "agent-guards",
        "target": "branch",
        "enforcement": "active",
        "conditions": {"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}},
        "rules": [rule],
    }
    text = json.dumps(document).replace("'", "\\u0027")
    return f"echo '{text}' | gh api --method POST 'repos/{{owner}}/{{repo}}/rulesets' --input -"


def swallowed(folder: Path, environ: Mapping[str, str], paths: Sequence[str] = SAMPLES) -> dict[str, str]:
    """Which of our sample paths an ignore rule swallows, and which rule that is."""
    with GitRepository(folder, environ=environ) as repository:
        return repository.ignored(paths)


def _facts(tree: WorkTree, environ: Mapping[str, str], action_ref: str) -> Facts:
    if not action_ref.replace(".", "").replace("-", "").isalnum():
        raise UsageError("--action-ref is no tag or commit id.", "Give a tag such as v1.2.3, or a commit's full id.")
    git = command(tree.root, environ, trust=False)
    listing = git.run("ls-files", "-z", "--cached", "--others", "--exclude-standard")
    with GitRepository(tree.root, environ=environ) as repository:
        default = repository.default_branch()
        branch = default[0] if default else repository.current_branch() or "main"
    return Facts(
        paths=tuple(path.decode("utf-8", "surrogateescape") for path in listing.split(b"\0")[:-1]),
        branch=branch,
        swallowed=swallowed(tree.root, environ),
        whole=bool(swallowed(tree.root, environ, (PROBE,))),
        action_ref=action_ref,
    )


def _top(folder: Path, environ: Mapping[str, str]) -> Path:
    """The root of the working tree in which the folder lies."""
    git = command(folder, environ, trust=False)
    top = git.run("rev-parse", "--show-toplevel").decode("utf-8", "surrogateescape").rstrip("\n")
    return Path(top)


def _agreed(count: int) -> bool:
    """Ask a person; without a terminal nobody can answer, and nothing is done unasked."""
    if not sys.stdin.isatty():
        raise UsageError(
            "There is no terminal to ask on, and nothing is written unasked.",
            "Add `--yes`, or `--dry-run` to look only.",
        )
    try:
        answer = input(f"\nWrite {_files(count)}? [y/N] ")
    except EOFError:
        answer = ""
    return answer.strip().lower() in {"y", "yes"}


def _afterwards(tree: WorkTree, environ: Mapping[str, str]) -> Iterator[str]:
    still = swallowed(tree.root, environ)
    if still:
        rules = quote_all(list(elsewhere(still) or sorted(set(still.values()))))
        yield f"Evidence is still swallowed by {rules}. init writes the root's .gitignore only: change that rule by hand.\n"
    yield "To block merges, require what the workflow reports (once, with the rights of an administrator):\n"
    names = {gate.check_name(job) for gate in gates(read_workflows(tree)) for job in gate.our_jobs}
    yield f"  {ruleset(sorted(names))}\n"
    yield "`agent-guards doctor` tells whether everything is in place."


def _files(count: int) -> str:
    return f"{count} file{'s' if count > 1 else ''}"
