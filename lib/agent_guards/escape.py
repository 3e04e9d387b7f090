"""The one escaper: untrusted text becomes visible, one-line text before it enters a message, a page or an address.

A message is prose of ours in which every foreign value stands between backticks, put there by `quote`. The value itself
can hold no backtick, line end or control character any more, so every renderer can tell the two apart again (`spans`).
"""

import re
from collections.abc import Iterator

LIMIT = 200
# Expressions as text: most runs need none of them, and compiling them costs more than all else that such a run does here.
# Printable by Unicode's word, yet nothing is seen: variation selectors, fillers, joiners, invisible vowels.
_UNSEEN = "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
_LONE = "[\ud800-\udc7f\udd00-\udfff]"
_WORD = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/")
# What Markdown may act upon inside a line; `_` inside a word and a dot elsewhere than in `www.` are harmless.
_ACTIVE = r"[!#$&*:<>@\[\\\]`|~]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|(?<=[wW]{3})\."


def visible(text: str) -> str:
    """Show `text` on one line: what cannot be seen or may act is spelled out, `##[` is broken for the runner."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() else _spell(c) for c in text)
    if not text.isascii():
        text = re.sub(_UNSEEN, lambda found: _spell(found[0]), text)
    return text.replace("##[", "#\\x23[")


def quote(value: object, limit: int = LIMIT) -> str:
    """Put a foreign value into a message: visible, between backticks, at most `limit` characters of it."""
    return f"`{visible(shorten(str(value), limit)).replace('`', chr(92) + 'x60')}`"


def quote_all(values: "list[str] | tuple[str, ...]", most: int = 5) -> str:
    """Put a list of foreign values into a message: the first `most` of them, then how many more there are."""
    shown = ", ".join(quote(value) for value in values[:most])
    rest = len(values) - most
    return f"{shown} and {rest} more" if rest > 0 else shown


def shorten(text: str, limit: int) -> str:
    """Keep at most `limit` characters of `text`; what was cut leaves a mark."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def spans(message: str) -> Iterator[tuple[str, bool]]:
    """Split a message into (text, is it a quoted foreign value) pairs."""
    for index, part in enumerate(message.split("`")):
        if part or index % 2:
            yield part, bool(index % 2)


def code(value: str) -> str:
    """Show a foreign value in Markdown: `<code>`, in which nothing links, mentions, formats or ends a table cell."""
    # An address such as a@b.example is linked even where its `@` is an entity, unless an element stands before it.
    return f"<code>{_inert(value).replace('&#64;', '<wbr>&#64;') or ' '}</code>"


def markdown(message: str) -> str:
    """Show a message in Markdown: the quoted values as `code`, the prose without any power of its own."""
    return "".join(code(part) if foreign else _prose(part) for part, foreign in spans(message))


def address(path: str) -> str | None:
    """Percent-encode a path for use behind a repository's address; None where it would leave the repository."""
    if {"", ".", ".."} & set(path.split("/")):
        return None
    path = re.sub(_LONE, "\ufffd", path)
    return "".join(chr(byte) if byte in _WORD else f"%{byte:02X}" for byte in path.encode("utf-8", "surrogateescape"))


def as_json(value: object) -> str:
    """Write a document in ASCII alone, so that no terminal and no runner finds anything to act upon in it."""
    import json

    from msgspec import DecodeError
    from msgspec.json import format as lay_out

    try:
        # Ten times as fast as to have json indent what it writes.
        text = lay_out(json.dumps(value), indent=2)
    except DecodeError:  # half a surrogate pair, which only json lets pass
        text = json.dumps(value, indent=2)
    return text.replace("##[", "##\\u005b") + "\n"


def exact(text: str) -> str:
    """Leave `text` as it is for a machine's eyes, unless it holds bytes that no JSON text can hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return visible(text)
    return text


def _prose(text: str) -> str:
    """Our own words; a mention or an issue number that slipped in is shown as code, which tells nobody."""
    return re.sub("&#(?:35|64);", r"<code>\g<0></code>", _inert(text))


def _inert(text: str) -> str:
    return re.sub(_ACTIVE, lambda found: f"&#{ord(found[0])};", visible(text))


def _spell(character: str) -> str:
    """Spell one character out; a lone surrogate from a file name stands for the byte it came from."""
    if character.isascii():
        return f"\\x{ord(character):02x}"
    if "\udc80" <= character <= "\udcff":
        character = chr(ord(character) - 0xDC00)
    return character.encode("ascii", "backslashreplace").decode()
