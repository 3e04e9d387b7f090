"""Search a tree with `git grep`: in the work tree where that is known to hold the same bytes, else in git's objects.

Reading files is several times cheaper than unpacking objects. The work tree stands in for a tree as far as neither the
index differs from the tree nor a file from the index; the few paths that do differ are searched in the objects.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from agent_guards.errors import GitError
from agent_guards.escape import quote
from agent_guards.git_clean import WorkTree, start
from agent_guards.git_command import COMPLETE_CLONE, GitCommand
from agent_guards.git_grep import (
    AROUND,
    GREP,
    IN_OBJECTS,
    Patterns,
    expressions,
    in_work_tree,
    meanwhile,
    pathspec,
    perl,
    posix,
    tracked,
)
from agent_guards.git_objects import decode, encode
from agent_guards.globs import Globs
from agent_guards.running import Running

# So many questions are asked at once, as long as they fit into a pipe that nobody has read from yet. The first is alone:
# its answer should not wait for what git has yet to find.
_TOGETHER, _FITTING = 4, 32_000
# Git puts dashes between lines that do not follow each other.
_RECORD = re.compile(rb"(?:--\n)?([^\0]+)\0([^\n]*)\n")
_SYMLINK = re.compile(rb"\x00120000 blob [0-9a-f]+\t([^\x00]+)(?=\x00)")


class GitSearch:
    """Searches in the trees of one clone; what is learnt of its work tree serves every later search."""

    def __init__(self, git: GitCommand) -> None:
        self._git = git
        self._work_tree = WorkTree(git)
        self._ahead: dict[tuple[Patterns, tuple[str, ...]], Running] = {}
        self._started: list[Running] = []

    def close(self) -> None:
        """End what was started and not asked for."""
        for running in self._started:
            running.stop()
        self._work_tree.close()

    def ahead(self, texts: Sequence[str], globs: Sequence[str]) -> None:
        """Start what `lines` will ask for, before it is known of which tree: git then works while Python still imports."""
        wanted = perl(texts)
        self._ahead[wanted, tuple(globs)] = self._start(meanwhile(self._git.folder, wanted, globs))
        self._work_tree.ask()

    def search(
        self, tree: str, texts: Sequence[str], globs: Sequence[str], *, few: bool = False
    ) -> Callable[[], tuple[str, ...]]:
        """Start to look for files that hold one of the texts in any case, also as UTF-16; the answer is asked for later.

        `few` says that the globs mean so few files that the work tree is not worth a look.
        """
        if not texts or not globs:
            return tuple
        return self._listed(tree, ("-l", "-i"), _texts(texts), globs, few=few)

    def lines(self, tree: str, texts: Sequence[str], globs: Sequence[str]) -> Callable[[], Iterator[tuple[str, bytes]]]:
        """Start to look for texts as `search` does; the answers are files, each with the lines around what was found."""
        if not texts or not globs:
            return lambda: iter(())
        waiting = self._begin(tree, AROUND, _texts(texts), globs)
        return lambda: _gathered(waiting())

    def matching(self, tree: str, expression: str, globs: Sequence[str]) -> Callable[[], tuple[str, ...]]:
        """Start to look for files in which an expression (PCRE and POSIX alike) matches within a line."""
        return self._listed(tree, ("-l",), _same(expression), globs)

    def occurrences(
        self, tree: str, expression: str, globs: Sequence[str], *, few: bool = False
    ) -> Callable[[], bytes]:
        """Start to collect every match of an expression (PCRE and POSIX alike) as `path NUL match LF`."""
        waiting = self._begin(tree, ("-o",), _same(expression), globs, few=few)
        return lambda: b"".join(waiting())

    def contents(self, tree: str, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Files of a tree that are known to stand there, with what they hold; git works ahead while one is looked at."""
        names = ((path, self._name(tree, path)) for path in paths)
        some = next(asked := _fitting(names), None)
        if some is None:
            return
        process = self._git.ask("cat-file", "--batch")
        try:
            while some:
                process.questions.write(b"".join(name + b"\n" for _, name in some))
                process.questions.flush()
                for path, _ in some:
                    header = process.answers.readline().rsplit(b" ", 2)
                    if len(header) < len(("name", "type", "size")) or header[1] != b"blob":
                        raise GitError(f"Git lost {quote(path)} while it was read.", COMPLETE_CLONE)
                    yield path, process.answers.read(int(header[2]))
                    process.answers.read(1)
                some = next(asked, None)
        finally:
            process.close()

    def _name(self, tree: str, path: str) -> bytes:
        """A name for the file at a path; one with a line end cannot be asked for in a line."""
        name = encode(path) or b""
        if b"\n" not in name:
            return tree.encode() + b":" + name
        found = self._git.run("ls-tree", "-z", "--full-tree", tree, "--", name)
        return found.partition(b"\t")[0].rpartition(b" ")[2]

    def symlinks(self, tree: str) -> Callable[[], tuple[str, ...]]:
        """Start to list every symbolic link of a tree."""
        listing = self._start(["ls-tree", "-r", "-z", "--full-tree", tree])
        return lambda: tuple(map(decode, _SYMLINK.findall(b"\0" + listing.output()[1])))

    def names(self, tree: str, folder: str) -> tuple[str, ...]:
        """What stands in a folder of a tree (without its slash; nothing for the top); a folder that is missing is empty."""
        where = (encode(f"{folder}/") or b"",) if folder else ()
        listing = self._git.run("ls-tree", "-z", "--name-only", "--full-tree", tree, "--", *where)
        return tuple(decode(path).rpartition("/")[2] for path in listing.split(b"\0")[:-1])

    def paths(self, tree: str, suffix: str) -> tuple[str, ...]:
        """Every path of a tree that ends so."""
        listing = self._git.run("ls-tree", "-r", "-z", "--name-only", "--full-tree", tree)
        return tuple(decode(path) for path in re.findall(rb"([^\0]*" + re.escape(suffix.encode()) + rb")\0", listing))

    def tracked(self) -> int:
        """How many files the checkout tracks, from the index's header alone; 0 where there is none."""
        index = decode(self._git.run("rev-parse", "--git-path", "index")).strip("\n")
        return tracked(os.path.join(self._git.folder, index))

    def _start(self, arguments: list[str]) -> Running:
        self._started.append(start(self._git, arguments))
        return self._started[-1]

    def _listed(
        self, tree: str, options: tuple[str, ...], wanted: "_Wanted", globs: Sequence[str], *, few: bool = False
    ) -> Callable[[], tuple[str, ...]]:
        waiting = self._begin(tree, options, wanted, globs, few=few)
        return lambda: tuple(decode(path) for path in b"".join(waiting()).split(b"\0")[:-1])

    def _begin(
        self, tree: str, options: tuple[str, ...], wanted: "_Wanted", globs: Sequence[str], *, few: bool = False
    ) -> Callable[[], Iterable[bytes]]:
        """Start a search; its answer comes in portions, while git still searches."""
        where = tuple(map(pathspec, globs))
        if few and not self._work_tree.known(tree):
            return lambda: [self._in_objects(tree, options, wanted, where)]
        # The search starts before it is known whether its answer will do: the second core is idle otherwise.
        ahead = self._ahead.pop((wanted.perl, tuple(globs)), None) if options == AROUND else None
        early = ahead or self._start(in_work_tree(options, wanted.perl, globs))
        self._work_tree.compare(tree)

        def finish() -> Iterator[bytes]:
            differing = self._work_tree.differing(tree)
            if differing is None:
                early.stop()
                yield self._in_objects(tree, options, wanted, where)
            elif differing:
                inside = Globs(glob.lower() for glob in globs)
                asked = [
                    b":(top,literal)" + name
                    for path in differing
                    if inside.match(path.lower()) and (name := encode(path))
                ]
                found = b"".join(self._in_files(early, options, wanted, globs))
                yield _without(found, differing, listed="-l" in options)
                yield self._in_objects(tree, options, wanted, asked) if asked else b""
            else:
                yield from self._in_files(early, options, wanted, globs)

        return finish

    def _in_files(
        self, early: Running, options: tuple[str, ...], wanted: "_Wanted", globs: Sequence[str]
    ) -> Iterator[bytes]:
        yield from early.parts()
        if early.status not in {0, 1}:  # a git that has no PCRE
            yield self._git.run(*in_work_tree(options, wanted.posix, globs, form="-E"), accept=(0, 1))

    def _in_objects(
        self, tree: str, options: tuple[str, ...], wanted: "_Wanted", where: Sequence[str | bytes]
    ) -> bytes:
        line = (*GREP, *IN_OBJECTS, *options)
        try:
            found = self._git.run(*line, *expressions("-P", wanted.perl), tree, "--", *where, accept=(0, 1))
        except GitError:
            found = self._git.run(*line, *expressions("-E", wanted.posix), tree, "--", *where, accept=(0, 1))
        prefix = re.escape(tree.encode()) + b":"
        after = rb"(\A|\0)" if "-l" in options else rb"(\A|\n)"
        return re.sub(after + prefix, rb"\1", found)


class _Wanted(NamedTuple):
    """What is looked for, said to PCRE and to a git that has none."""

    perl: Patterns
    posix: Patterns


def _texts(texts: Sequence[str]) -> _Wanted:
    return _Wanted(perl(texts), posix(texts))


def _same(expression: str) -> _Wanted:
    return _Wanted((expression,), (expression,))


def _fitting(names: Iterable[tuple[str, bytes]]) -> Iterator[list[tuple[str, bytes]]]:
    """Questions in portions that can be asked before the first answer is read."""
    some: list[tuple[str, bytes]] = []
    most = 1
    for path, name in names:
        if some and sum(len(one) for _, one in some) + len(name) > _FITTING:
            yield some
            some = []
        some.append((path, name))
        if len(some) >= most:
            yield some
            some, most = [], min(2 * most, _TOGETHER)
    if some:
        yield some


def _without(found: bytes, paths: Sequence[str], *, listed: bool) -> bytes:
    """Take the answers for some paths out, of either kind."""
    gone = {encode(path) for path in paths}
    if listed:
        return b"".join(path + b"\0" for path in found.split(b"\0")[:-1] if path not in gone)
    return b"".join(record[0] for record in _RECORD.finditer(found) if record[1] not in gone)


def _gathered(portions: Iterable[bytes]) -> Iterator[tuple[str, bytes]]:
    """Put the lines of each file together, as they come."""
    path, lines = b"", list[bytes]()
    for name, line in _records(portions):
        if name != path and lines:
            yield decode(path), b"\n".join(lines)
            lines = []
        path = name
        lines.append(line)
    if lines:
        yield decode(path), b"\n".join(lines)


def _records(portions: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Take portions apart that may end anywhere: the path and the line of each record."""
    pieces = list[bytes]()
    for portion in portions:
        pieces.append(portion)
        if b"\n" not in portion:
            continue
        whole, start = b"".join(pieces), 0
        while 0 <= (nul := whole.find(b"\0", start)) < (end := whole.find(b"\n", max(nul, 0))):
            yield whole[start:nul].removeprefix(b"--\n"), whole[nul + 1 : end]
            start = end + 1
        pieces = [whole[start:]]
