"""Reads the text that `node -e` or `python -c` gets as the program that it is: what it names, compares or shows starts nothing."""

from dev_mcp_ban.specs import Ban

_LONGEST = 20_000


def started(text: str, ban: Ban, *, python: bool) -> list[str]:
    """The banned packages that a program text imports or launches."""
    from dev_mcp_ban.scan import scan

    data = text.encode("utf-8", "replace") if len(text) <= _LONGEST else b""
    return [hit.package for hit in scan("a.py" if python else "a.jsx", data, ban).hits if hit.kind != "type-import"]
