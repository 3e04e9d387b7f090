"""Judge record files by themselves, in bulk, without a change around them: what is the same for every kind of record."""

from collections.abc import Callable, Iterable, Iterator

from msgspec.structs import replace

from agent_guards.escape import quote
from agent_guards.guard import FileVerdict, LooseFile
from agent_guards.history import LARGEST_FILE
from agent_guards.listed import FileRules, malformed, too_large


def judge_loose(
    of: FileRules, files: Iterable[LooseFile], judge: Callable[[LooseFile], FileVerdict]
) -> Iterator[FileVerdict]:
    """Judge one file after the other; what is no file or beyond the cap is not handed to `judge`."""
    for loose in files:
        if loose.fault:
            finding = of["not-a-file"].at(f"{quote(loose.path)} {loose.fault}.", loose.path)
            yield FileVerdict(lines=0, findings=(finding,))
        elif (size := max(loose.size, len(loose.data))) > LARGEST_FILE:
            yield FileVerdict(lines=0, findings=(too_large(of, loose.path, size),))
        else:
            verdict = judge(loose)
            if not of.layout.locate(loose.path) and of.layout.resembling.fullmatch(loose.path):
                verdict = replace(verdict, findings=(*verdict.findings, malformed(of, loose.path)))
            yield verdict
