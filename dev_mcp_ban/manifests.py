"""Finds banned packages in what production installs and runs: package.json, pyproject.toml, requirements files."""

import json
import re
from collections.abc import Iterator

from msgspec import Struct

from dev_mcp_ban import commands
from dev_mcp_ban.scan import utf8
from dev_mcp_ban.specs import Ban

_DEPENDENCIES = ("dependencies", "optionalDependencies", "peerDependencies")
_BUNDLED = ("bundledDependencies", "bundleDependencies")
# npm runs these for whoever installs, builds or starts the package; `prepare` and `prepack` run for its developers.
_SCRIPTS = re.compile(r"(?:pre|post)?(?:start|build|install)(?::(?:prod|production|server|client|ssr))?")
_REQUIREMENTS = re.compile(
    r"(?:^|/)requirements(?P<of>[^/]*)\.(?:txt|in)$|(?:^|/)requirements/(?P<file>[^/]+)\.(?:txt|in)$", re.IGNORECASE
)
_DEVELOPMENT = re.compile(
    r"(?:^|[^a-z])(?:dev|devel|development|tests?|testing|lint|docs?|ci|typing|local|tools?|bench)(?:$|[^a-z])",
    re.IGNORECASE,
)
_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")


class Dependency(Struct, frozen=True, kw_only=True):
    """A banned package that a manifest brings into production."""

    package: str
    spec: str
    line: int
    column: int
    where: str


class Manifest(Struct, frozen=True, kw_only=True):
    """What a manifest brings, and, if it could not be read, why."""

    found: tuple[Dependency, ...] = ()
    unparsed: str = ""


def is_manifest(path: str) -> bool:
    """Whether a file says what production installs."""
    name = path.rpartition("/")[2]
    return name in {"package.json", "pyproject.toml"} or _is_requirements(path)


def scan(path: str, data: bytes, ban: Ban) -> Manifest:
    """Judge one manifest."""
    text = utf8(data).decode()
    name = path.rpartition("/")[2]
    if name == "package.json":
        return _package_json(text, ban)
    if name == "pyproject.toml":
        return _pyproject(text, ban)
    return Manifest(found=tuple(_requirements(text, ban))) if _is_requirements(path) else Manifest()


def _is_requirements(path: str) -> bool:
    match = _REQUIREMENTS.search(path)
    return match is not None and not _DEVELOPMENT.search(match["of"] or match["file"] or "")


def _package_json(text: str, ban: Ban) -> Manifest:
    try:
        document = json.loads(text)
    except json.JSONDecodeError as refusal:
        return Manifest(unparsed=f"line {refusal.lineno} is no JSON: {refusal.msg}")
    except RecursionError:
        return Manifest(unparsed="it is nested too deep")
    if not isinstance(document, dict):
        return Manifest(unparsed="it is not a JSON object")
    found = [*_installed(document, text, ban), *_run(document, text, ban)]
    return Manifest(found=tuple(sorted(found, key=lambda one: (one.line, one.column))))


def _installed(document: dict[str, object], text: str, ban: Ban) -> Iterator[Dependency]:
    for section in _DEPENDENCIES:
        entries = document.get(section)
        for name, version in entries.items() if isinstance(entries, dict) else ():
            value = version if isinstance(version, str) else ""
            alias = value if value.startswith("npm:") else ""
            package = ban.spec(name) or (ban.spec(alias) if alias else None)
            if package:
                line, column = _entry(text, section, name)
                yield Dependency(
                    package=package, spec=f"{name}: {value}"[:200], line=line, column=column, where=f"`{section}`"
                )
    for section in _BUNDLED:
        names = document.get(section)
        for name in names if isinstance(names, list) else ():
            if isinstance(name, str) and (package := ban.spec(name)):
                line, column = _entry(text, section, name)
                yield Dependency(package=package, spec=name, line=line, column=column, where=f"`{section}`")


def _run(document: dict[str, object], text: str, ban: Ban) -> Iterator[Dependency]:
    scripts = document.get("scripts")
    for name, line_of_script in scripts.items() if isinstance(scripts, dict) else ():
        if not isinstance(line_of_script, str) or not _SCRIPTS.fullmatch(name):
            continue
        for package in dict.fromkeys(commands.in_line(line_of_script, ban, launched=True)):
            line, column = _entry(text, "scripts", name)
            yield Dependency(
                package=package, spec=line_of_script[:200], line=line, column=column, where=f"the script `{name}`"
            )


def _entry(text: str, section: str, name: str) -> tuple[int, int]:
    """Where a name stands behind its section's name."""
    head = re.search(rf'"{re.escape(section)}"\s*:', text)
    start = head.end() if head else 0
    at = text.find(json.dumps(name, ensure_ascii=False), start)
    return _place(text, at if at >= 0 else start)


def _place(text: str, at: int) -> tuple[int, int]:
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def _pyproject(text: str, ban: Ban) -> Manifest:
    import tomllib

    try:
        document = tomllib.loads(text.replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, RecursionError) as refusal:
        return Manifest(unparsed=f"it is no TOML: {refusal}")
    project = document.get("project")
    tool = document.get("tool")
    poetry = tool.get("poetry") if isinstance(tool, dict) else None
    wanted: list[tuple[str, str]] = []
    if isinstance(project, dict):
        names = project.get("dependencies")
        wanted += (
            [(one, "[project] dependencies") for one in names if isinstance(one, str)]
            if isinstance(names, list)
            else []
        )
    if isinstance(poetry, dict) and isinstance(poetry.get("dependencies"), dict):
        wanted += [(name, "[tool.poetry.dependencies]") for name in poetry["dependencies"]]
    return Manifest(found=tuple(_named(wanted, text, ban)))


def _named(wanted: list[tuple[str, str]], text: str, ban: Ban) -> Iterator[Dependency]:
    for requirement, where in wanted:
        if package := _required(requirement, ban):
            at = max(text.find(f'"{requirement}"'), text.find(f"'{requirement}'"))
            line, column = _place(text, at if at >= 0 else max(0, text.find(requirement)))
            yield Dependency(package=package, spec=requirement[:200], line=line, column=column, where=f"`{where}`")


def _required(requirement: str, ban: Ban) -> str | None:
    match = _REQUIREMENT.match(requirement)
    return (
        ban.module(match[1].replace("-", "_").replace(".", "_")) and ban.spec(match[1].replace("_", "-"))
        if match
        else None
    )


def _requirements(text: str, ban: Ban) -> Iterator[Dependency]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith(("#", "-")):
            continue
        if package := _required(line, ban):
            column = len(line) - len(line.lstrip()) + 1
            yield Dependency(
                package=package, spec=line.strip()[:200], line=number, column=column, where="the requirements"
            )
