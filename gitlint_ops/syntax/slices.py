"""Where one document of a long stream begins, without parsing those before it."""

from __future__ import annotations

import re
from functools import lru_cache

from gitlint_ops.syntax.lines import encoding_of

# With these, documents or lines are not what a search for dashes makes of them.
_UNUSUAL = (b"\n%", b"\n...", b"\xc2\x85", b"\xe2\x80\xa8", b"\xe2\x80\xa9")
_CONTENT = re.compile(rb"^[ \t]*[^ \t\r\n#]", re.MULTILINE)


_MARKER = re.compile(rb"^---(?=[ \t\r\n]|\Z)", re.MULTILINE)


def document_slice(data: bytes, index: int) -> tuple[bytes, int] | None:
    """The text of the `index`-th document and the number of lines before it; None: parse from the start.

    Three dashes at the start of a line begin a document wherever they stand: no scalar can hold them.
    """
    starts = _starts(data)
    if index >= len(starts):
        return None
    end = starts[index + 1] if index + 1 < len(starts) else len(data)
    return data[starts[index] : end], data.count(b"\n", 0, starts[index])


# Bundles of a thousand documents are asked for one after the other.
@lru_cache(maxsize=2)
def _starts(data: bytes) -> tuple[int, ...]:
    """Where each document of a stream begins; none where that is not seen so easily."""
    if encoding_of(data)[0] or data[:1] == b"%" or any(sign in data for sign in _UNUSUAL):
        return ()
    if data.count(b"\r") != data.count(b"\r\n"):
        return ()
    starts = [found.start() for found in _MARKER.finditer(data)]
    if starts and _CONTENT.search(data, 0, starts[0]):
        starts.insert(0, 0)
    return tuple(starts)
