"""Reads the text that `node -e` gets as the program that it is: what it names, compares or shows starts nothing."""

from dev_mcp_ban.specs import Ban

_LONGEST = 20_000


def started(text: str, ban: Ban) -> list[str]:
    """The banned packages that a program text imports or launches."""
    from dev_mcp_ban import script_source

    hits, _ = script_source.scan(text.encode("utf-8", "replace"), "tsx", ban) if len(text) <= _LONGEST else ([], "")
    return [hit.package for hit in hits if hit.kind != "type-import"]
