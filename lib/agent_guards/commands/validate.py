"""`agent-guards validate`: judge evidence and heartbeat files of the working tree by themselves, in bulk."""

import argparse
import gc
import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from operator import attrgetter

from agent_guards.commands.output import moment, output, read_file, threshold
from agent_guards.env import RunEnv
from agent_guards.errors import UsageError
from agent_guards.escape import quote
from agent_guards.finding import Finding, Severity
from agent_guards.guard import FileFormat, Guard, LooseFile, load_guards
from agent_guards.history import LARGEST_FILE
from agent_guards.policy import Policy, parse
from agent_guards.report import Outcome, Report, Subject, Verdict, decide
from agent_guards.run import POLICY_PATH, waive

_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
# From its artifacts folder on, a file's path tells what the file is, wherever that folder lies.
_IN_ARTIFACTS = re.compile(r"(?:.*/)?(artifacts/.*)", re.DOTALL)


def run(arguments: argparse.Namespace, env: RunEnv) -> int:
    """Judge, print, and return the exit status."""
    guards = load_guards()
    fail_on = threshold(arguments, env)
    out = output(arguments, guards, env)
    now = moment(arguments)
    policy, source = _policy(arguments)
    chosen = _choose(arguments, [form for guard in guards for form in guard.formats])
    # The run ends with the command, and what it reads holds no cycles: looking for them would cost a tenth of the time.
    gc.disable()
    reports = tuple(
        _judge(guard, {form: chosen[form] for form in guard.formats if form in chosen}, policy, now, fail_on)
        for guard in guards
        if any(form in chosen for form in guard.formats)
    )
    return out.publish(Outcome(subject=Subject(policy=source), reports=reports))


def _judge(
    guard: Guard,
    files: Mapping[FileFormat, Iterable[tuple[str, str]]],
    policy: Policy,
    now: datetime,
    fail_on: Severity | None,
) -> Report:
    """Judge the files of one guard's formats."""
    findings: list[Finding] = []
    facts: dict[str, int] = {}
    for form, paths in files.items():
        count = lines = 0
        for verdict in form.judge(_read(paths), policy, now):
            count, lines = count + 1, lines + verdict.lines
            findings.extend(verdict.findings)
        facts |= {f"{form.name}_files": count, f"{form.name}_lines": lines}
    kept, notes = waive(findings, policy.waivers, now.date())
    report = Report(guard=guard.name, verdict=Verdict.NOT_APPLICABLE, facts=facts, notes=notes)
    return decide(report, kept, applies=any(facts.values()), exempt=False, fail_on=fail_on)


def _policy(arguments: argparse.Namespace) -> tuple[Policy, str]:
    """Find the policy: the file that is named, else the working tree's own; nobody is on trial here."""
    own = os.path.join(arguments.repo, POLICY_PATH)
    if arguments.policy is None and not os.path.exists(own):
        return Policy(), "default"
    path = arguments.policy or own
    return parse(read_file(path, "The policy"), path), "file"


def _choose(arguments: argparse.Namespace, known: list[FileFormat]) -> dict[FileFormat, list[tuple[str, str]]]:
    """Tell which files are of which format: (where to open it, the path by which it is judged)."""
    names = ", ".join(form.name for form in known)
    if arguments.kind and arguments.kind not in [form.name for form in known]:
        raise UsageError(f"--kind {quote(arguments.kind)} is not known.", f"Known kinds: {names}.")
    wanted = [form for form in known if arguments.kind in (None, form.name)]
    if arguments.all == bool(arguments.files):
        raise UsageError("Name the files to validate, or give --all for every one of the working tree.")
    chosen: dict[FileFormat, list[tuple[str, str]]] = {form: [] for form in wanted}
    found = _walk(arguments.repo) if arguments.all else ((where, _judged_path(where)) for where in arguments.files)
    for where, path in found:
        fitting = [form for form in wanted if form.layout.resembling.fullmatch(path)]
        if not fitting and arguments.files:
            if arguments.kind is None:
                raise UsageError(f"The path of {quote(where)} does not tell what it is.", f"Give --kind: {names}.")
            fitting = wanted
        for form in fitting:
            chosen[form].append((where, path))
    return {form: paths for form, paths in chosen.items() if paths} or chosen


def _judged_path(where: str) -> str:
    return _IN_ARTIFACTS.sub(r"\1", where.replace(os.sep, "/"))


def _walk(repo: str) -> Iterator[tuple[str, str]]:
    """Find every file below the artifacts folder; links are not followed."""
    if not os.path.isdir(repo):
        raise UsageError(f"--repo {quote(repo)} is no folder.")
    folders = [(os.path.join(repo, "artifacts"), "artifacts")]
    while folders:
        folder, inside = folders.pop()
        below = []
        for entry in _entries(folder):
            found = entry.path, f"{inside}/{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                below.append(found)
            else:
                yield found
        folders.extend(reversed(below))


def _entries(folder: str) -> list["os.DirEntry[str]"]:
    """What stands in a folder, in order; nothing where there is none."""
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=attrgetter("name"))
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise _unreadable(folder, error) from error


def _read(paths: Iterable[tuple[str, str]]) -> Iterator[LooseFile]:
    """Read one file after the other; what is no ordinary file is neither followed nor waited for."""
    for where, path in paths:
        if os.path.islink(where):
            yield LooseFile(path=path, fault="is a symbolic link")
            continue
        try:
            with open(os.open(where, _FLAGS), "rb", buffering=0) as file:
                found = os.fstat(file.fileno())
                if not stat.S_ISREG(found.st_mode):
                    yield LooseFile(path=path, fault="is no ordinary file")
                elif found.st_size > LARGEST_FILE:
                    yield LooseFile(path=path, size=found.st_size)
                else:
                    yield LooseFile(path=path, data=file.read())
        except OSError as error:
            raise _unreadable(where, error) from error


def _unreadable(where: str, error: OSError) -> UsageError:
    return UsageError(f"{quote(where)} cannot be read: {error.strerror}.")
