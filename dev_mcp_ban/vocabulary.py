"""The words of names and keys: which say that something is started, and which that it is for people."""

import re
from collections.abc import Mapping
from typing import TypeVar

from dev_mcp_ban.specs import words

T = TypeVar("T")

_REGISTRIES = r"(?:registry|runtime)_?(?:type|name|hint)?"
_LABELS = frozenset(
    "name title label description desc text message msg url uri href link placeholder id key slug summary help hint note "
    "notes tooltip heading caption author homepage website docs documentation doc repository repo tags tag keywords keyword category "
    "categories alias aliases icon logo image why reason detail details comment comments example examples usage owner vendor prefix "
    "namespace status instructions instruction prompt subtitle blurb tagline body content markdown html "
    "snippet readme github install installation setup headline info label warning error question answer term "
    "preview banner changelog changes titles labels names ids identifier handle displayname prog by as".split()
)
_WEAK_LABELS = frozenset(
    "server servers source tool tools provider backend plugin plugins type kind via mode service skill family product component origin "
    "feature toolset group integration capability capabilities adapter connector engine channel method transport protocol package_manager client".split()
)
_LISTS = frozenset(
    "allow allowed deny denied block blocked ban banned forbidden trusted known ignore ignored exclude excluded "
    "patterns pattern blacklist whitelist allowlist denylist blocklist supported reserved legacy deprecated regex matcher matchers "
    "fragments fragment markers needles signatures substrings contains noexternal optimizedeps transpilepackages serverexternalpackages names disallowed restricted expected".split()
)
_NAMED_OPTIONS = frozenset(
    "name id label title tag dir directory folder path file profile output out log cwd root home".split()
)
_MACHINE = frozenset("package packages pkg npm module modules spec specs specifier dependency deps".split())
_SAYS_NOTHING = frozenset("json used needed enabled available installed selected active missing loaded".split())
_PROGRAM = frozenset(
    "command commands cmd cmds program executable exec bin binary script run commandline shell start launcher entrypoint".split()
)
_ARGUMENTS = frozenset("args argv arguments arg argument params parameters".split())
CATALOGUE = frozenset(
    "description desc homepage website repository docs docsurl docs_url url icon tags stars category categories "
    "label title license publisher author".split()
)
# What stands beside a name in a row that is shown.
SHOWN = CATALOGUE | {"note", "notes", "summary", "displayname", "display_name"}
_LINKS = (
    r"(?:repo|repository|docs?|home|homepage|icon|logo|image|source|github|website|site|help|project|npm)_?(?:url|link)"
)
LAUNCHED = frozenset({"command", "cmd", "args", "argv", "program", "executable"})
STARTED = frozenset({"args", "argv", "env", "transport", "cwd", "stdio", "timeout"})


def command_among(entries: Mapping[str, T]) -> T | None:
    """The entry that is the command, of those of an object by their keys in small letters."""
    return next((entries[one] for one in ("command", "cmd", "program", "executable") if one in entries), None)


def _words(name: str) -> tuple[str, ...]:
    """The words of a name; that a value is written as JSON, or used, says nothing of it."""
    mine = tuple(words(name.rpartition(".")[2]))
    if mine[-2:] == ("entry", "point"):
        return (*mine[:-2], "entrypoint")
    return mine[:-1] if len(mine) > 1 and mine[-1] in _SAYS_NOTHING else mine


def _last(name: str) -> str:
    return next(reversed(_words(name)), "")


def labels(name: str) -> bool:
    """Whether what has this name is a label or a text for people, or a list of names to compare with."""
    mine = _words(name)
    if lists(name):
        return True
    if not mine or not _MACHINE.isdisjoint(mine):
        return False
    return _among(mine[-1], _LABELS) or name.lower() in _LABELS


def says_text(name: str) -> bool:
    """Whether a name says that it is a text, and not whom it is for."""
    return _last(name) in {"text", "body", "content"}


def _among(word: str, known: frozenset[str]) -> bool:
    """Whether a word is known, or more than one of what is known."""
    return word in known or word.removesuffix("s") in known


def labels_weakly(name: str, spec: str) -> bool:
    """Whether what has this name is a label as long as it is but a bare name."""
    mine = _words(name)
    return bool(mine) and _MACHINE.isdisjoint(mine) and _among(mine[-1], _WEAK_LABELS) and not {"@", "/"} & set(spec)


def lists(name: str) -> bool:
    """Whether what has this name is a list of names to compare with."""
    mine = _words(name)
    # `externals` are left out of a bundle; `EXTERNAL_SERVERS` are servers.
    outside = ("external" in mine and mine[-1] in _MACHINE) or mine[-1:] in {("external",), ("externals",)}
    # What `includes` a bundle has; what `lineIncludes` is looked for in a line.
    sought = len(mine) > 1 and mine[-1] == "includes"
    return outside or sought or not _LISTS.isdisjoint([*mine, name.lower()])


def says(name: str) -> bool:
    """Whether a key says that its value is for a program, not for people."""
    return names_package(name) or names_program(name) or names_arguments(name)


def takes_name(option: str) -> bool:
    """Whether an option of a command takes a name, or a place for data: `--server`, `--user-data-dir`."""
    return _last(option) in _WEAK_LABELS or _last(option) in _NAMED_OPTIONS


def catalogued(keys: frozenset[str]) -> bool:
    """Whether keys, in small letters, are those of a row that tells people of something."""
    return not CATALOGUE.isdisjoint(keys) or any(re.fullmatch(_LINKS, key) for key in keys)


def registered(keys: frozenset[str]) -> bool:
    """Whether keys, in small letters, say from which registry comes what the row is of."""
    return any(re.fullmatch(_REGISTRIES, key) for key in keys)


def tells_version(name: str) -> bool:
    """Whether an object under a key only says where the version of something is looked up: `versionSource`."""
    return _words(name)[:1] in {("version",), ("versions",), ("release",), ("latest",)}


def names_file(keys: frozenset[str]) -> bool:
    """Whether one of these keys, in small letters, names a file."""
    return not keys.isdisjoint({"path", "file", "filename", "file_name", "filepath", "file_path"})


def starts(name: str) -> bool:
    """Whether a key, in small letters, stands beside what is started: the command, its arguments."""
    return name in LAUNCHED or name.endswith(("args", "argv"))


def names_package(name: str) -> bool:
    """Whether a key says that its value is a package."""
    return not {"package", "pkg", "npm", "module", "spec", "dependency"}.isdisjoint(words(name))


def names_runner(name: str) -> bool:
    """Whether a key, or a call, says which program starts its value: `npxPackage`, `runNpx`."""
    return not {"npx", "bunx", "pnpx", "uvx", "dlx"}.isdisjoint(words(name))


def names_program(name: str) -> bool:
    """Whether a key says that its value is started."""
    return _last(name) in _PROGRAM


def names_arguments(name: str) -> bool:
    """Whether a key says that its value are the arguments of a program."""
    return _last(name) in _ARGUMENTS
