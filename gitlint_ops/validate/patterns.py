"""Go's regular expressions, which schemas of custom resources are written in, for the engine used here.

Both engines read the same syntax but for character classes: to the engine of Rust, `[` within a
class opens another class and `&&` and `~~` combine two; to Go they are characters. Classes by name,
such as `[:alpha:]`, do not survive the way to that engine and are written out.
Source: Go's regexp/syntax; the documentation of the Rust crate regex, "Character classes"
"""

from __future__ import annotations

import re

# A `]` that opens a class is a character of it.
_OUTSIDE = re.compile(r"\\.|\[\^?\]?|[^\\\[]+|.", re.DOTALL)
_INSIDE = re.compile(r"\\.|\[:\^?\w+:\]|&&|~~|[^\\\[\]&~]+|.", re.DOTALL)
_WRITTEN = {
    "[": r"\[",
    "&&": r"\&\&",
    "~~": r"\~\~",
    "[:alnum:]": "0-9A-Za-z",
    "[:alpha:]": "A-Za-z",
    "[:ascii:]": r"\x00-\x7F",
    "[:blank:]": r"\t ",
    "[:cntrl:]": r"\x00-\x1F\x7F",
    "[:digit:]": "0-9",
    "[:graph:]": "!-\\~",
    "[:lower:]": "a-z",
    "[:print:]": " -\\~",
    "[:punct:]": r"!-/:-@\[-`{-\~",
    "[:space:]": r"\t\n\x0B\f\r ",
    "[:upper:]": "A-Z",
    "[:word:]": "0-9A-Za-z_",
    "[:xdigit:]": "0-9A-Fa-f",
}


def for_this_engine(pattern: str) -> str:
    """`pattern` with the parts of classes that the engine reads otherwise written so that it does not."""
    parts: list[str] = []
    inside = False
    at = 0
    while at < len(pattern):
        token = (_INSIDE if inside else _OUTSIDE).match(pattern, at)
        assert token is not None  # both end in a choice that takes any character
        text = token[0]
        at = token.end()
        parts.append(_WRITTEN.get(text, text) if inside else text)
        inside = text != "]" if inside else text.startswith("[")
    return "".join(parts)
