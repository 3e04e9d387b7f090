"""What the judgement of tasks must not build on: lines that were refused, files that are gone. One fault gives one finding."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from agent_guards.beats import Beat, Silence
from agent_guards.history import Touched
from idle_guard.lines import BeatFile


class Trouble(Struct, frozen=True, kw_only=True):
    """Where something has a finding of its own already."""

    added: Mapping[str, frozenset[int] | range]
    """The lines of each file that this change added."""
    refused: Mapping[str, Sequence[int]]
    """The lines of each file that could not be read as beats, in order."""
    rewritten: frozenset[str]
    """Files whose old lines no longer stand."""
    agents: frozenset[str]
    """Agents of whom something could not be read."""

    def after(self, beat: Beat) -> bool:
        """Whether a line that cannot be read may stand after this beat, and be the one that is missed."""
        return beat.path in self.rewritten or any(line > beat.line for line in self.refused.get(beat.path, ()))

    def within(self, gap: Silence) -> bool:
        """Whether a line that was refused stands between two beats."""
        lines = self.refused.get(gap.after.path, ())
        start = gap.before.line if gap.before.path == gap.after.path else 0
        return bisect_right(lines, gap.after.line) > bisect_right(lines, start) or (
            gap.before.path != gap.after.path and self.after(gap.before)
        )

    def is_new(self, beat: Beat) -> bool:
        """Whether this change added the beat, where that can be told."""
        return beat.path not in self.rewritten and beat.line in self.added.get(beat.path, ())

    def hides(self, agent: str) -> bool:
        """Whether a beat of this agent may stand where it could not be read."""
        return agent in self.agents


def find_trouble(beats: Iterable[Touched[BeatFile]], deleted: Iterable[str]) -> Trouble:
    """Collect what has a finding already."""
    beats = list(beats)
    files = [one.file for one in beats if one.file]
    refused = {
        file.path: sorted(problem.line or 0 for problem in file.problems if problem.kind != "unknown-field")
        for file in files
        if file.problems
    }
    added = {
        file.path: numbers if isinstance(numbers := file.added.numbers, range) else frozenset(numbers) for file in files
    }
    unread = [one.path for one in beats if not one.file or not one.place]
    paths = [*unread, *(path for path, lines in refused.items() if lines), *deleted]
    rewritten = frozenset(one.path for one in beats if one.rewritten)
    return Trouble(
        added=added, refused=refused, rewritten=rewritten, agents=frozenset(path.split("/")[1] for path in paths)
    )
