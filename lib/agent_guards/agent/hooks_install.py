"""Add our hooks to agents' settings: merged into what is there, never instead of it; a broken file is left alone."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence

from agent_guards.agent.hook_files import HOOK_FILES, HookFile, Json, commands, fires, runs
from agent_guards.agent.plan import Step, WorkTree, step
from agent_guards.errors import UsageError

CODEX_CONFIG = ".codex/config.toml"


def hooks(tree: WorkTree, named: Sequence[str]) -> Iterator[Step]:
    """Plan the hooks of the named agents; of those that are used here where none is named."""
    for file in HOOK_FILES:
        if file.agent in named or (not named and any(tree.exists(sign) for sign in file.signs)):
            yield _codex(tree, file) if file.agent == "codex" else _json(tree, file)


def _json(tree: WorkTree, file: HookFile) -> Step:
    there = tree.text(file.path)
    try:
        after = merged(there, file)
    except UsageError as error:
        return Step(path=file.path, why=f"{error.message}; add the hooks by hand: {example(file)}")
    return step(tree, file.path, after, f"{file.agent}: calls and heartbeats record themselves")


def _codex(tree: WorkTree, file: HookFile) -> Step:
    """Codex reads JSON or TOML, and warns of both in one place: TOML is added to where TOML has hooks already."""
    import tomllib

    there = tree.text(CODEX_CONFIG)
    if there is None or tree.exists(file.path):
        return _json(tree, file)
    try:
        config = tomllib.loads(there.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        return Step(path=CODEX_CONFIG, why=f"is no valid TOML ({error}); mend it, then run init again")
    table = config.get("hooks")
    if not isinstance(table, dict):
        return _json(tree, file)
    wanted = list(_lacking(table, file.entries))
    added = "".join(f"\n{part}" for event, entry in wanted for part in _toml(event, entry))
    after = there + ("" if there.endswith("\n") else "\n") + added if wanted else there
    try:
        tomllib.loads(after.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError:
        return Step(
            path=CODEX_CONFIG, why=f"has hooks in a form that nothing can be added to; add by hand: {example(file)}"
        )
    return step(tree, CODEX_CONFIG, after, "codex: calls and heartbeats record themselves")


def merged(text: str | None, file: HookFile) -> str:
    """The settings with our hooks in them; the same text where they are there. UsageError says what is broken."""
    if text is None or not text.strip():
        document: dict[str, object] = dict(file.start)
        table: dict[str, object] = {}
    else:
        document = _load(text)
        table = _table(document)
    wanted = list(_lacking(table, file.entries))
    if not wanted and text is not None:
        return text
    for event, entry in wanted:
        listed = table.setdefault(event, [])
        if not isinstance(listed, list):
            raise UsageError(f"has something else than a list at hooks.{event}")
        listed.append(entry)
    document["hooks"] = table
    return _written(document, text or "")


def _lacking(table: Json, entries: Iterable[tuple[str, Json]]) -> Iterator[tuple[str, Json]]:
    """Which of our entries no hook that can fire stands for yet."""
    for event, entry in entries:
        (command,) = commands(entry)
        listed = table.get(event)
        there = listed if isinstance(listed, list) else []
        if not any(runs(one, command) and fires(one) for one in there):
            yield event, entry


def _load(text: str) -> dict[str, object]:
    def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
        if len(dict(pairs)) < len(pairs):
            raise ValueError("a key stands twice")
        return dict(pairs)

    try:
        document = json.loads(text, object_pairs_hook=unique)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"is no valid JSON ({error})") from None
    if not isinstance(document, dict):
        raise UsageError("is no JSON object")
    return document


def _table(document: Json) -> dict[str, object]:
    table = document.get("hooks", {})
    if not isinstance(table, dict):
        raise UsageError("has something else than an object at hooks")
    return dict(table)


def _written(document: Json, before: str) -> str:
    """Write JSON with the indentation and the line ends that the file has."""
    found = re.search(r"\n([ \t]+)\S", before)
    text = json.dumps(document, indent=found[1] if found else "  ", ensure_ascii=False) + "\n"
    return text.replace("\n", "\r\n") if "\r\n" in before else text


def example(file: HookFile) -> str:
    """Our entries as one line, for whoever has to add them by hand."""
    return json.dumps({event: [one for name, one in file.entries if name == event] for event, _ in file.entries})


def _toml(event: str, entry: Json) -> Iterator[str]:
    """Write one entry as TOML's arrays of tables."""
    yield f"[[hooks.{event}]]\nmatcher = {json.dumps(entry['matcher'])}\n"
    inner = entry["hooks"]
    for hook in inner if isinstance(inner, list) else []:
        yield f"[[hooks.{event}.hooks]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in hook.items())
