"""Judge record files and the description's list of them by the rules that are the same for every kind of record."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from agent_guards.escape import quote, quote_all
from agent_guards.finding import Finding, Rule
from agent_guards.history import LARGEST_CHANGE, LARGEST_FILE, MEBIBYTE, JudgedFile, Touched
from agent_guards.places import Layout
from agent_guards.repository import Kind

if TYPE_CHECKING:
    from agent_guards.described import Described, Listed


class FileRules(Struct, frozen=True, kw_only=True):
    """A guard's rules by their names, and its words for what they are about."""

    rules: Mapping[str, Rule]
    title: str
    """Its section of the description."""
    name: str
    """What `rewritten-`, `deleted-` and `unlisted-` are followed by: `evidence`."""
    noun: str
    """What a file of it looks like: `evidence`, `a heartbeat`."""
    plural: str
    """What its lines are called together."""
    layout: Layout
    listable: Layout
    """What the section may list."""
    not_in_change: Rule | None = None
    """Fires on a listed file to which the change adds nothing; None where such a file may be listed."""

    def __getitem__(self, name: str) -> Rule:
        return self.rules[name]


def by_name(rules: Iterable[Rule]) -> dict[str, Rule]:
    """The rules of a guard by the second part of their ids."""
    return {rule.id.partition("/")[2]: rule for rule in rules}


def missing_section(of: FileRules, description: "Described", subject: str, paths: Sequence[str]) -> Finding:
    """The section that is wanted is not there: tell what is nearest to it."""
    said = f"{subject} description has no {of.title} section"
    if description.unheaded:
        return of["missing-section"].at(
            f"{said}: line {description.unheaded} names it, but is no heading.",
            fix=f"Make line {description.unheaded} a heading: begin it with `## `, and leave a blank line before it.",
        )
    fix = f"Add a heading `## {of.title}` and list what this change adds: {quote_all(list(paths))}." if paths else ""
    return of["missing-section"].at(f"{said}.", fix=fix)


def nothing_listed(of: FileRules, description: "Described", paths: Sequence[str]) -> Finding:
    """The section stands there and says nothing: tell why, as far as it can be told."""
    number = description.section.number if description.section else 0
    where = f"The {of.title} section (line {number} of the description)"
    rule = of[f"no-{of.name}-listed"]
    placeholders = [listed.path for listed in description.listed if listed.claim.placeholder]
    if placeholders:
        return of["placeholder"].at(f"{where} is still the template: it lists {quote(placeholders[0])}.")
    if description.unticked:
        return rule.at(
            f"{where} lists {quote_all(description.unticked)} only behind a box that is not ticked.",
            fix="Tick the box (`- [x]`), or list the path without one.",
        )
    fix = f"List what this change adds: {quote_all(list(paths))}." if paths else ""
    return rule.at(f"{where} lists no {of.name} file and claims no exemption.", fix=fix)


def unlisted(of: FileRules, description: "Described", touched: Sequence[Touched[JudgedFile]]) -> Iterator[Finding]:
    """Tell of files that the description is silent about. A path that is only misspelt there is told as that."""
    paths = [one.path for one in touched]
    named = {name for listed in description.listed for name in (listed.path, description.nearest(listed, paths))}
    for one in touched:
        if one.place and one.lines and not one.rewritten and one.path not in named:
            yield of[f"unlisted-{of.name}"].at(
                f"The change adds {of.plural} in {quote(one.path)}, which the description does not list.", one.path
            )


def listed_files(
    of: FileRules, description: "Described", touched: Iterable[Touched[JudgedFile]], deleted: Iterable[str]
) -> Iterator[Finding]:
    """Judge the paths that the description lists. A file that the change deletes has its own finding."""
    by_path = {one.path: one for one in touched}
    for listed in description.paths:
        if listed.path not in deleted:
            yield from _listed(of, listed, by_path.get(listed.path), description.nearest(listed, list(by_path)))


def _listed(of: FileRules, listed: "Listed", touched: Touched[JudgedFile] | None, nearest: str) -> Iterator[Finding]:
    """Judge one listed path; one fault gives one finding."""
    path = listed.path
    where = f"Line {listed.claim.line} of the description lists {quote(path)}"
    hint = f" Did you mean {quote(nearest)}?" if nearest else ""
    if not of.listable.locate(path):
        yield of["malformed-path"].at(f"{where}: {of.listable.fault(path)}.{hint}")
    elif listed.ignored_by:
        yield of["missing-file"].at(
            f"{where}, but the file is not committed: the ignore rule {quote(listed.ignored_by)} swallows it.",
            path,
            fix=f"Add the file with `git add --force`, or let the ignore rule except {of.plural}; then commit it.",
        )
    elif listed.entry is None:
        yield of["missing-file"].at(f"{where}, but no such file is committed.{hint}", path)
    elif listed.entry.kind is not Kind.FILE:
        if touched is None:
            yield of["not-a-file"].at(f"{where}, which is a {listed.entry.kind.value}.", path)
    elif of.not_in_change and not (touched and touched.tells):
        yield of.not_in_change.at(f"{where}, but this change adds no line to it.", path)


def touched_file(
    of: FileRules, touched: Touched[JudgedFile], listed: Iterable[str], base: str | None
) -> Iterator[Finding]:
    """Judge what the change did to one file, listed or not."""
    path = touched.path
    if touched.place is None and path not in listed:
        yield malformed(of, path)
    if touched.entry.kind is not Kind.FILE:
        yield of["not-a-file"].at(f"{quote(path)} is a {touched.entry.kind.value}.", path)
    elif touched.unread:
        yield _too_large(of, touched)
    if touched.rewritten:
        yield of[f"rewritten-{of.name}"].at(
            f"Line {touched.rewritten} of {quote(path)} no longer stands as it stood at the base.",
            path,
            touched.rewritten,
            1,
            fix=f"Restore the file ({_restore(base, path)}) and append new lines at its end.",
        )


def malformed(of: FileRules, path: str) -> Finding:
    """A file that lies where no file of this kind is looked for."""
    return of["malformed-path"].at(f"{quote(path)} looks like {of.noun}, but {of.layout.fault(path)}.", path)


def deleted_files(of: FileRules, deleted: Iterable[str], base: str | None) -> Iterator[Finding]:
    """Tell of files that are gone."""
    for path in deleted:
        yield of[f"deleted-{of.name}"].at(
            f"The change deletes {quote(path)}, which stood at the base.",
            path,
            fix=f"Restore it ({_restore(base, path)}), or archive it with a manifest in the same change.",
        )


def problems(of: FileRules, file: JudgedFile) -> Iterator[Finding]:
    """Tell what is wrong with lines of a file."""
    for problem in file.problems:
        yield of[problem.kind].at(problem.message, file.path, problem.line, problem.column, fix=problem.fix)


def too_large(of: FileRules, path: str, size: int) -> Finding:
    """A file that is beyond the cap of a single file, and so was not read."""
    return of["too-large"].at(f"{quote(path)} has {_mebibytes(size)}; {_CAP}. It was not read.", path)


def _too_large(of: FileRules, touched: Touched[JudgedFile]) -> Finding:
    if touched.size > LARGEST_FILE:
        return too_large(of, touched.path, touched.size)
    total = f"with which the change passes {LARGEST_CHANGE // MEBIBYTE} MiB of {of.plural}"
    return of["too-large"].at(
        f"{quote(touched.path)} has {_mebibytes(touched.size)}, {total}. It was not read.", touched.path
    )


_CAP = f"the cap is {LARGEST_FILE // MEBIBYTE} MiB a file"


def _mebibytes(size: int) -> str:
    return f"{size / MEBIBYTE:.1f} MiB"


def _restore(base: str | None, path: str) -> str:
    return quote(f"git checkout {(base or 'BASE')[:12]} -- {path}", 400)
