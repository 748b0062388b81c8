"""The lines of a file, numbered as the YAML reader numbers them."""

from __future__ import annotations

import codecs
import re

# libyaml also breaks lines at NEL, LS and PS (yaml_private.h, IS_BREAK).
_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def encoding_of(data: bytes) -> tuple[bytes, str]:
    """The byte order mark, empty where there is none, and the encoding that it names."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return mark, encoding
    return b"", "utf-8"


def decoded(data: bytes) -> str:
    """The text without its byte order mark; bytes that are no text show as replacement characters."""
    mark, encoding = encoding_of(data)
    return data[len(mark) :].decode(encoding, "replace")


def split_lines(text: str) -> list[str]:
    """The lines of a text without their breaks."""
    return _BREAK.split(text)


def lines_of(data: bytes) -> tuple[str, ...]:
    """The lines of a file without their breaks."""
    return tuple(split_lines(decoded(data)))
