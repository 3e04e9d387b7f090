"""The second look at lines that the fast path did not accept: the reference judges them, and what is wrong gets its name."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import islice
from typing import Generic, cast

from msgspec import Struct
from msgspec.structs import replace

from agent_guards.errors import GuardError
from agent_guards.escape import quote
from agent_guards.jsonl import LineError, Path, load, together, tokens
from agent_guards.kind import LONGEST_LINE, Kind, Problem, ProblemKind, R, convert, reference, shape
from agent_guards.schema import faults, meant
from agent_guards.shape import Shape

MOST_PROBLEMS = 1000
MOST_UNKNOWN = 20
# So far the end of an object is looked for that is spread over lines.
_MOST_LINES = 1000
_MOST_BYTES = 4 * LONGEST_LINE


class _Unknown(Struct):
    """A field that the format does not know: where it stands first, and on how many lines it stands."""

    problem: Problem
    lines: int = 1


class Refusals(Generic[R]):
    """The lines of a file that have no value yet. Those that the reference accepts get theirs."""

    def __init__(
        self, kind: Kind[R], lines: list[bytes], values: list[R | None], first_line: int, *, finished: bool
    ) -> None:
        self._kind = kind
        self._lines = lines
        self._values = values
        self._first_line = first_line
        self._finished = finished
        self._problems: list[Problem] = []
        self._unknown: dict[Path, _Unknown] = {}

    def explain(self) -> tuple[Problem, ...]:
        """Look at each, and tell the problems; lines that share one fault make one problem."""
        settled = 0
        for index in [index for index, value in enumerate(self._values) if value is None]:
            if len(self._problems) >= MOST_PROBLEMS:
                message = f"Beyond {MOST_PROBLEMS:,} problems the rest of the file was not looked at."
                self._report("invalid-json", message, index)
                break
            if index < settled:
                self._accept(index)
            else:
                settled = index + self._look_at(index)
        self._look_at_the_end()
        return (*self._problems, *(self._tell(unknown) for unknown in self._unknown.values()))

    def _look_at(self, index: int) -> int:
        """Judge one line. Tell how many lines that settles."""
        raw = self._lines[index]
        if len(raw) > LONGEST_LINE:
            self._report("too-large", f"The line has {len(raw):,} bytes; the cap is {LONGEST_LINE:,}.", index)
            return 1
        try:
            value = load(raw)
        except LineError as problem:
            count, message = self._together(index) if problem.spreads else (1, "")
            if count > 1:
                self._report(problem.kind, message, index)
            else:
                self._report(problem.kind, problem.message, index, problem.column)
            return max(count, 1)
        if isinstance(value, dict):
            self._judge(index, raw.decode(), value)
        else:
            what = "a list" if isinstance(value, list) else "a bare value"
            self._report("invalid-json", f"The line holds {what}; each line holds one object.", index)
        return 1

    def _accept(self, index: int) -> None:
        """Within lines that share a fault one may be right by itself. It is a line like any other."""
        raw = self._lines[index]
        if len(raw) <= LONGEST_LINE and raw.lstrip().startswith(b"{") and raw.rstrip().endswith(b"}"):
            with suppress(LineError):
                self._values[index] = convert(self._kind, cast("dict[str, object]", load(raw)))

    def _together(self, index: int) -> tuple[int, str]:
        """Tell how many lines share the fault of this one, and word it for all of them."""
        if index == 0 and self._lines[0].lstrip().startswith(b"["):
            return together(self._lines)  # the whole file may be one list
        return together(self._lines[index : index + _MOST_LINES], _MOST_BYTES)

    def _judge(self, index: int, text: str, value: dict[str, object]) -> None:
        """Judge an object by its type and, where that refuses it, by the published schema, which has the words."""
        record = convert(self._kind, value)
        found = [] if record is not None else faults(reference(self._kind), value, self._kind.aliases)
        if record is None and not found:
            raise GuardError(f"The two validators of {self._kind.name} lines disagree on line {self._number(index)}.")
        self._values[index] = record
        unknown = list(_unknown_fields(shape(self._kind), value))
        if not found and not unknown:
            return
        columns = _columns(text, {*(fault.place for fault in found), *(path for path, _ in unknown)})
        for fault in found:
            self._report("schema", fault.message, index, columns[fault.place])
        named = {(*fault.path[:-1], fault.instead) for fault in found}
        for path, known in unknown:
            if path not in named:
                self._note_unknown(index, path, known, columns[path])

    def _note_unknown(self, index: int, path: Path, known: Mapping[str, object], column: int) -> None:
        if path in self._unknown:
            self._unknown[path].lines += 1
        elif len(self._unknown) < MOST_UNKNOWN:
            field, name = quote(".".join(map(str, path))), str(path[-1])
            intended = meant(name, known, self._kind.aliases)
            own = f"a field of your own is written {quote(f'x_{name}')}."
            message = f"The format knows no field {field}; {f'did you mean {quote(intended)}?' if intended else own}"
            problem = Problem(kind="unknown-field", message=message, line=self._number(index), column=column)
            self._unknown[path] = _Unknown(problem)

    def _look_at_the_end(self) -> None:
        """An append would continue a line that has no end, so such a line is not accepted, however right it is."""
        if not self._finished and self._values[-1] is not None:
            self._values[-1] = None
            message = "The last line is not finished: its line end is missing, so the next line would be glued to it."
            self._report("invalid-json", message, len(self._lines) - 1, len(self._lines[-1].decode()))

    def _report(self, kind: ProblemKind, message: str, index: int, column: int | None = 1) -> None:
        self._problems.append(Problem(kind=kind, message=message, line=self._number(index), column=column))

    def _number(self, index: int) -> int:
        return self._first_line + index

    def _tell(self, unknown: _Unknown) -> Problem:
        if unknown.lines == 1:
            return unknown.problem
        return replace(unknown.problem, message=f"{unknown.problem.message} It stands on {unknown.lines} lines.")


def _columns(text: str, wanted: set[Path]) -> dict[Path, int]:
    """Find where values stand, and look no further than the last of them."""
    found = (token for token in tokens(text) if token.path in wanted and not token.is_key)
    return {token.path: token.column for token in islice(found, len(wanted))}


def _unknown_fields(
    form: Shape, value: Mapping[str, object], path: Path = ()
) -> Iterator[tuple[Path, Mapping[str, object]]]:
    """Find the fields that are neither of the format nor somebody's own (`x_`), each with those that could be meant."""
    known = {field.key: field for field in form.fields}
    for name, inner in value.items():
        field = known.get(name)
        if field and field.inner and isinstance(inner, dict):
            yield from _unknown_fields(field.inner, inner, (*path, name))
        elif not field and not name.startswith("x_"):
            yield (*path, name), known
