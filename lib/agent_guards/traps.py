"""The ways in which a line fails to be JSON, told apart: what stands at the place of a syntax error has a name."""

import re
from json import JSONDecodeError

from agent_guards.escape import quote

_LAST_COMMA = re.compile(r",\s*(?=[}\]])")
_CONFLICT = ("<<<<<<<", "|||||||", "=======", ">>>>>>>")
_WORD = re.compile(r"[^\W\d][\w$]*")
_COMMENT = "A comment stands here; JSON has none."
_TYPOGRAPHIC = "A text stands in typographic quotes; JSON wants straight double quotes."
_SIGNS = {
    "'": "A text stands in single quotes; JSON wants double quotes.",
    "//": _COMMENT,
    "/*": _COMMENT,
    "#": _COMMENT,
    "“": _TYPOGRAPHIC,
    "”": _TYPOGRAPHIC,
    "„": _TYPOGRAPHIC,
}
_PYTHON_WORDS = {"True": "true", "False": "false", "None": "null"}


def explain(text: str, error: JSONDecodeError) -> tuple[str, int, bool]:
    """Name the trap behind a syntax error: in words, with its column, and whether the next lines may have a part in it."""
    if not text.strip():
        return "The line is blank.", 1, True
    if text.startswith(_CONFLICT):
        return f"A merge conflict was committed: git's marker {quote(text.rstrip(), 40)} stands here.", 1, True
    position = error.pos
    if error.msg.startswith("Unterminated string") or not text[position:].strip():
        message = "The line ends before its JSON does: it was cut off, or the object is spread over several lines."
        return message, position + 1, True
    if error.msg == "Extra data":
        return _behind(text[position:]), position + 1, False
    comma = _LAST_COMMA.match(text, position)  # one Python points to the comma, another to the bracket
    position = comma.end() if comma else position
    return _name(error.msg, text[:position], text[position:]), position + 1, False


def _name(said: str, before: str, here: str) -> str:
    """Say what stands at the place of the error, which tells more than the decoder's own words."""
    if said.startswith("Invalid control character"):
        return f"A string holds the raw control character {quote(here[0])}; write it as an escape, such as `\\t`."
    if said.startswith("Invalid \\u"):
        return "An escape that begins with `\\u` has four hexadecimal digits."
    if said.startswith("Invalid \\"):
        return f"JSON knows no escape {quote(here[:2])}; write a backslash as `\\\\`."
    if said.startswith("Expecting ',' delimiter") and here[0] == '"':
        return "A comma is missing before this place."
    return _unexpected(before.rstrip(), here.lstrip(" \t\r\n"))


def _behind(rest: str) -> str:
    """Say what follows a value that was complete."""
    if rest.startswith("{"):
        return "A second object begins here; write each on a line of its own."
    if rest.strip() == ",":
        return "A comma follows the object; the line ends with its closing brace."
    if rest.startswith(","):
        return "A comma and more follow; each line holds one object, without commas between lines."
    return f"After the value the line goes on with {quote(rest.rstrip(), 40)}."


def _unexpected(before: str, here: str) -> str:
    """Say what stands where JSON wants something else."""
    for sign, meaning in _SIGNS.items():
        if here.startswith(sign):
            return meaning
    if before.endswith(",") and here[0] in "}]":
        return "A comma stands before the closing bracket; JSON allows none there."
    word = _WORD.match(here)
    if not word:
        return f"This is not JSON from {quote(here.rstrip(), 40)} on."
    if word[0] in _PYTHON_WORDS:
        return f"{quote(word[0])} is Python; JSON writes `{_PYTHON_WORDS[word[0]]}`."
    if before.endswith(("{", ",")) and here[word.end() :].lstrip().startswith(":"):
        return f"The key {quote(word[0])} stands without its double quotes."
    return f"{quote(word[0], 40)} is no JSON value; a text stands in double quotes."
