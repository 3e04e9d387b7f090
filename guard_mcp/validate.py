"""Judge evidence files by themselves, in bulk: every line rule, without a change around them."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from agent_guards.growth import whole
from agent_guards.guard import FileVerdict, LooseFile
from agent_guards.loose import judge_loose
from agent_guards.policy import Policy
from guard_mcp import rules
from guard_mcp.evidence import LAYOUT
from guard_mcp.history import read_file
from guard_mcp.lines import Limits, RequestIds, judge


def judge_files(files: Iterable[LooseFile], policy: Policy, now: datetime) -> Iterator[FileVerdict]:
    """Judge one file after the other; only request ids are remembered from one to the next."""
    settings = policy.guards.guard_mcp
    limits = Limits(tools=frozenset(settings.tools), latest=now + settings.clock_skew, head="now")
    seen = RequestIds()

    def judged(loose: LooseFile) -> FileVerdict:
        file = read_file(loose.path, LAYOUT.locate(loose.path), whole(loose.data), loose.data)
        return FileVerdict(lines=file.lines, findings=(*judge(file, limits), *seen.add(file)))

    return judge_loose(rules.FILES, files, judged)
