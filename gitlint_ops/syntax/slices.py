"""Where one document of a long stream begins, without parsing those before it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gitlint_ops.syntax.lines import encoding_of

# With these, documents or lines are not what a search for dashes makes of them.
_UNUSUAL = (b"\n%", b"\n...", b"\xc2\x85", b"\xe2\x80\xa8", b"\xe2\x80\xa9")
_CONTENT = re.compile(rb"^[ \t]*[^ \t\r\n#]", re.MULTILINE)


def document_slice(data: bytes, index: int) -> tuple[bytes, int] | None:
    """The text of the `index`-th document and the number of lines before it; None: parse from the start.

    Three dashes at the start of a line begin a document wherever they stand: no scalar can hold them.
    """
    if encoding_of(data)[0] or data[:1] == b"%" or any(sign in data for sign in _UNUSUAL):
        return None
    if data.count(b"\r") != data.count(b"\r\n"):
        return None
    starts = list(_markers(data))
    if starts and _CONTENT.search(data, 0, starts[0]):
        starts.insert(0, 0)
    if index >= len(starts):
        return None
    end = starts[index + 1] if index + 1 < len(starts) else len(data)
    return data[starts[index] : end], data.count(b"\n", 0, starts[index])


def _markers(data: bytes) -> Iterator[int]:
    padded = b"\n" + data
    at = padded.find(b"\n---")
    while at >= 0:
        if padded[at + 4 : at + 5] in (b"", b" ", b"\t", b"\r", b"\n"):
            yield at
        at = padded.find(b"\n---", at + 1)
