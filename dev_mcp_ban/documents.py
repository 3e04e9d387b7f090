"""Tells what gathers a document for people: blocks of code between fences are a part of it."""

import re
from functools import lru_cache

_FENCE = r"(?:\s|\\n){0,9}(?:\\?`){3}"
_GATHERS = r"""(?<![\w$.])(?:this\.)?([\w$.]{1,80})\s{0,9}(?:\.(?:push|unshift)\(|\+=)\s{0,99}["'`]"""


def fences(text: str) -> bool:
    """Whether a text begins with the fence of a block of code."""
    return re.match(_FENCE, text) is not None


def gathers(data: bytes, name: str) -> bool:
    """Whether a script adds a fence to what has this name."""
    return name in _gatherers(data)


@lru_cache(maxsize=2)
def _gatherers(data: bytes) -> frozenset[str]:
    """The names of what a script adds a fence to; asked for once for each variable of it."""
    found = re.findall((_GATHERS + _FENCE).encode(), data) if b"``" in data or b"\\`" in data else ()
    return frozenset(name.decode("utf-8", "replace") for name in found)
