"""Finds who may import a file: the literals of a whole tree that end in its name and lead to it."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from dev_mcp_ban.files import PYTHON, SCRIPTS
from dev_mcp_ban.handles import DOTS, Handles, last_word
from dev_mcp_ban.resolve import Resolver
from dev_mcp_ban.tree import folder_of

_SCRIPTS = tuple(f"**/*{ending}" for ending in SCRIPTS)
_PYTHONS = tuple(f"**/*{ending}" for ending in PYTHON)
# From how many files on it is cheaper to let git collect the literals.
_FEW = 200
_FLAT = bytes.maketrans(b"\"'`", b"///")
# The closing quote may open another text where quotes stand inside quotes.
_QUOTED = re.compile(rb"[\"'`]([^\"'`\n]+)(?=[\"'`])")
_STATEMENT = re.compile(
    rb"^[ \t]*(?:from|import)[ \t].*|(?:import_module|__import__|run_module)[ \t]*\(.*", re.MULTILINE
)
_IMPORT = re.compile(
    r"^[ \t]*(?:from|import)[ \t](?:[^\n(\\]|\\\n|\([^()]*\))*|(?:import_module|__import__|run_module)[ \t]*\(.*",
    re.MULTILINE,
)
_PYTHON_LINES = "^[ \t]*(from|import)[ \t].*|(import_module|__import__|run_module)[ \t]*[(].*"
_FROM = re.compile(r"[ \t]*from[ \t]+([\w.]+)[ \t]+import\b(.*)", re.DOTALL)
_DOTTED = re.compile(r"[\w.]+")
_WORD = re.compile(rb"\w+")
_SPACE = re.compile(rb"[\s,;()]")
_PLAIN = re.compile(r"[\w-]+")


class Record(NamedTuple):
    """A text in a file that may be a specifier."""

    path: str
    text: str


class Importers:
    """Who may import a file, by the texts of the tree; whether they do is for the parser to say."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._tree = resolver.tree
        self.handles = Handles(resolver)
        self._literals = b""
        self._flat = b""
        self._statements: dict[bytes, list[Record]] = {}
        self._known: dict[str, tuple[str, ...]] = {}

    def nearest(self, targets: Iterable[str]) -> bool:
        """Look for importers of these files alone; false where so many files could be that all literals are needed."""
        words: dict[bool, set[str]] = {False: set(), True: set()}
        for path in targets:
            # No specifier has a line end in it.
            words[path.endswith(PYTHON)].update(word for word in self.handles.of(path) if "\n" not in word)
        searches = [
            self._tree.source.matching(
                self._tree.oid, _ending_in(found, python=python), _PYTHONS if python else _SCRIPTS
            )
            for python, found in words.items()
            if found
        ]
        files = [path for search in searches for path in search()]
        if len(files) > _FEW:
            return False
        contents = dict(self._tree.source.contents(self._tree.oid, files))
        scripts = {path: data for path, data in contents.items() if not path.endswith(PYTHON)}
        self._take_literals(
            b"".join(
                _encode(path) + b"\0'" + text + b"'\n"
                for path, data in scripts.items()
                for text in _QUOTED.findall(data)
            )
        )
        self._take_statements(
            (path, statement)
            for path, data in contents.items()
            if path.endswith(PYTHON)
            for statement in _STATEMENT.findall(data)
        )
        return True

    def everything(self) -> None:
        """Collect every text of the tree that may be a specifier."""
        source, oid = self._tree.source, self._tree.oid
        names = [*self._tree.packages(), *self.handles.patterns, "src", "app"]
        names += [name for folder in self.handles.bases for name in source.names(oid, folder)]
        literals = source.occurrences(oid, _literal(names), _SCRIPTS)
        statements = source.occurrences(oid, _PYTHON_LINES, _PYTHONS)
        self._known.clear()
        self._take_literals(literals())
        self._take_statements(
            (_decode(path), text) for path, text in re.findall(rb"([^\0]+)\0([^\n]*)\n", statements())
        )

    def of(self, path: str) -> tuple[str, ...]:
        """The files that may import a file."""
        if path not in self._known:
            found = self._stated(path) if path.endswith(PYTHON) else self._written(path)
            self._known[path] = tuple(dict.fromkeys(found))
        return self._known[path]

    def _written(self, path: str) -> Iterator[str]:
        for word in self.handles.of(path):
            for record in self._ending(word):
                if record.path != path and path in self._resolver.resolve(record.path, record.text):
                    yield record.path

    def _stated(self, path: str) -> Iterator[str]:
        stem = path.rpartition("/")[2].partition(".")[0]
        package = folder_of(path).rpartition("/")[2]
        for word in {*self.handles.of(path), package}:
            for record in self._statements.get(_encode(word), ()):
                named = _named(record.text, stem)
                if record.path != path and any(path in self._resolver.resolve(record.path, name) for name in named):
                    yield record.path

    def _take_literals(self, found: bytes) -> None:
        self._literals, self._flat = found, found.translate(_FLAT)

    def _take_statements(self, found: Iterable[tuple[str, bytes]]) -> None:
        self._statements = {}
        for path, statement in found:
            record = Record(path, statement.decode("utf-8", "replace"))
            for word in (
                {b"", *_WORD.findall(statement)}
                if b" ." in statement or b"(" in statement
                else set(_WORD.findall(statement))
            ):
                self._statements.setdefault(word, []).append(record)

    def _ending(self, word: str) -> Iterator[Record]:
        """The literals whose last word this is."""
        needles = (b"./\n", b"//\n") if word == DOTS else (b"/" + _encode(word),)
        for needle in needles:
            at = self._flat.find(needle)
            while at >= 0:
                # A record begins behind the line end that follows the NUL before it; its path may hold line ends itself.
                nul = self._flat.rfind(b"\0", 0, at)
                end = self._flat.find(b"\n", nul) if nul >= 0 else -1
                if at <= end:
                    before = self._flat.rfind(b"\0", 0, nul)
                    start = self._flat.find(b"\n", before) + 1 if before >= 0 else 0
                    text = _decode(self._literals[nul + 2 : end - 1])
                    if last_word(text) == word:
                        yield Record(_decode(self._literals[start:nul]), text)
                at = self._flat.find(needle, max(end, at + 1))


def specifiers(path: str, data: bytes) -> Iterator[str]:
    """Every text of a file that may be a specifier, those in comments and types, too."""
    if not path.lower().endswith(PYTHON):
        texts = dict.fromkeys(_QUOTED.findall(data))
        yield from (_decode(text) for text in texts if text[:1] in b"./" or not _SPACE.search(text))
        return
    text = data.decode("utf-8", "replace")
    for statement in _IMPORT.finditer(text):
        yield from _named(statement[0], "")


def _ending_in(words: Iterable[str], *, python: bool) -> str:
    """An expression for the lines in which a specifier could end in one of these words."""
    names = "|".join(_escaped(word) for word in sorted(words) if word)
    if python:
        return f"(^|[^A-Za-z0-9_])({names})([^A-Za-z0-9_]|$)" if names else "^[ \t]*from[ \t]"
    found = [f"[/'\"`!]({names})([.?#][^'\"`]*|/)?['\"`]"] if names else []
    return "|".join([*found, *(["['\"`/][.]{1,2}/?['\"`]"] if DOTS in words else [])])


def _literal(names: Iterable[str]) -> str:
    """An expression for every literal that could lead into this repository; bare ones by the names they begin with."""
    starts = sorted({name.partition("/")[0].partition("*")[0].partition(".")[0] for name in names})
    bare = "".join(f"|{_escaped(start)}" for start in starts if start and start[0] not in "@~#$")
    return f"['\"`]([.~@#$/]|[a-z-]+!{bare})[^'\"`]*['\"`]"


def _named(statement: str, stem: str) -> Iterator[str]:
    """The modules that a statement may import; of a list that goes on in the next line this stem may be part."""
    found = _FROM.match(statement)
    if found is None:
        yield from _DOTTED.findall(statement)
        return
    base, members = found[1], _DOTTED.findall(found[2])
    yield base
    separator = "" if base.endswith(".") else "."
    if found[2].rstrip().endswith(("(", ",", "\\")):
        members.append(stem)
    yield from (f"{base}{separator}{member}" for member in members)


def _escaped(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else "".join(f"\\{one}" if one in ".[]{}()*+?^$|\\" else one for one in text)


def _encode(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")


def _decode(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")
