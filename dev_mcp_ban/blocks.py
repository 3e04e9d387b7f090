"""Cuts the scripts out of `.vue`, `.svelte` and `.astro` files, every line and column where it was."""

import re
from collections.abc import Iterator

# The tag's end may stand in a quoted attribute (`generic="T extends Map<string, X>"`).
_ATTRIBUTES = re.compile(rb"""[\s/](?:[^>"']|"[^"]*"|'[^']*')*>|>""")
_OPEN = re.compile(rb"<script\b", re.IGNORECASE)
_CLOSE = re.compile(rb"</script\s*>", re.IGNORECASE)
_LANGUAGE = re.compile(rb"""\blang\s*=\s*["']?(\w+)""", re.IGNORECASE)
_FRONTMATTER = re.compile(rb"\A\s*---[ \t]*\r?\n(.*?)^---", re.DOTALL | re.MULTILINE)
_NOT_A_LINE_END = re.compile(rb"[^\r\n]")
_GRAMMARS = {b"ts": "ts", b"typescript": "ts", b"tsx": "tsx", b"jsx": "tsx", b"js": "tsx", b"javascript": "tsx"}
_LONGEST_TAG = 2000
_MOST_TAGS = 1000

# What markup is given of the script: `{{ a }}`, `{a}`, `:b="a"`, `@c="a()"`, `v-if="a"`. Of braces in braces the inner ones.
_GIVEN = re.compile(rb"""\{([^{}]*)\}|\s(?:[:@#]|v-|on:)[\w.:-]*\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_SHOWN = re.compile(rb"\s*([A-Za-z_$][\w$]*)(?:\??\.[\w$]+)*\s*")
_NAME = re.compile(rb"(?<![\w$.])[A-Za-z_$][\w$]*")

Span = tuple[int, int, str]


def scripts(path: str, data: bytes) -> list[tuple[bytes, str]]:
    """The scripts of a file, those of one grammar together, blanked out around so that places stay true."""
    astro = path.lower().endswith(".astro")
    spans = list(_spans(data, "ts" if astro else "tsx", astro=astro))
    return [
        (_alone(data, [span for span in spans if span[2] == grammar]), grammar)
        for grammar in dict.fromkeys(span[2] for span in spans)
    ]


def shown(path: str, data: bytes) -> frozenset[str]:
    """The names that the markup of a file only shows: as text, or as an attribute, and nowhere in a longer expression."""
    at, names, used = 0, set[bytes](), set[bytes]()
    for start, stop, _ in [*_spans(data, "", astro=path.lower().endswith(".astro")), (len(data), len(data), "")]:
        for match in _GIVEN.finditer(data, at, start):
            given = next(filter(None, match.groups()), b"")
            if (name := _SHOWN.fullmatch(given)) and not match[0].lstrip().startswith((b"@", b"on:", b"v-on")):
                names.add(name[1])
            else:
                used.update(_NAME.findall(given))
        at = stop
    return frozenset(name.decode() for name in names - used)


def _spans(data: bytes, usual: str, *, astro: bool) -> Iterator[Span]:
    at = 0
    if astro and (front := _FRONTMATTER.match(data)):
        yield front.start(1), front.end(1), "ts"
        at = front.end()
    for _ in range(_MOST_TAGS):
        opened = _OPEN.search(data, at)
        if opened is None:
            return
        at = _behind_comment(data, at, opened.start())
        if at > opened.start():
            continue
        tag = _ATTRIBUTES.match(data[opened.end() : opened.end() + _LONGEST_TAG])
        if tag is None:
            at = opened.end()
            continue
        start = opened.end() + tag.end()
        closed = _CLOSE.search(data, start)
        language = _LANGUAGE.search(tag[0])
        grammar = _GRAMMARS.get(language[1].lower()) if language else usual
        if grammar is not None:
            yield start, closed.start() if closed else len(data), grammar
        at = closed.end() if closed else len(data)


def _behind_comment(data: bytes, start: int, tag: int) -> int:
    """Where to go on when a tag stands in a comment; else a place before the tag."""
    opened = data.rfind(b"<!--", start, tag)
    if opened < 0 or data.find(b"-->", opened, tag) >= 0:
        return start
    closed = data.find(b"-->", tag)
    return closed + 3 if closed >= 0 else start


def _alone(data: bytes, spans: list[Span]) -> bytes:
    """The file with everything outside these spans blank; a semicolon keeps two scripts apart."""
    pieces: list[bytes] = []
    at = 0
    for start, stop, _ in spans:
        blank = _NOT_A_LINE_END.sub(b" ", data[at:start])
        pieces += [b";" + blank[1:] if pieces and blank[:1] == b" " else blank, data[start:stop]]
        at = stop
    return b"".join(pieces)
