"""What the text at a place says, read from the file's characters alone."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from gitlint_ops.model.location import Location
from gitlint_ops.syntax.documents import Typing, read
from gitlint_ops.syntax.lines import lines_of
from gitlint_ops.workspace.sources import Sources


def text_at(sources: Sources, location: Location) -> str:
    """The characters of a span, lines joined by line feeds."""
    lines = lines_of(sources.data(location.file))[location.line - 1 : location.end_line]
    if not lines:
        return ""
    if len(lines) == 1:
        return lines[0][location.column - 1 : location.end_column - 1]
    return "\n".join((lines[0][location.column - 1 :], *lines[1:-1], lines[-1][: location.end_column - 1]))


def values_of(text: str) -> list[Any]:
    """What a YAML value of this text is, to kustomize and to what reads JSON patches."""
    found: list[Any] = []
    for typing in (Typing.KUSTOMIZE, Typing.KUBECTL):
        for wrapped in (f"- {text}\n", f"-\n  {text}\n", f"-\n {text}\n"):
            parsed = read(wrapped.encode("utf-8", "surrogatepass"), typing)
            if parsed.documents and isinstance(parsed.documents[0].body, list) and not parsed.problems:
                found += parsed.documents[0].body[:1]
                break
    return found


def is_same(value: Any, other: Any) -> bool:
    return type(value) is type(other) and bool(value == other)


def is_told(value: Any, text: str) -> bool:
    """Whether a text is the value, as it is or as kustomize writes it anew.

    Labels, annotations and what takes over quotes become the text that the file has.
    """
    if any(is_same(value, one) for one in values_of(text)):
        return True
    if isinstance(value, str):
        plain = re.sub(r"^(?:[&!]\S*\s+)+", "", text)
        return (
            value == plain
            or any(isinstance(one, str) and value == one for one in values_of(plain))
            or (bool(plain) and plain[0] in "|>" and _stripped(value) == _stripped(plain.partition("\n")[2]))
            or any(value == said(one) for one in values_of(text))
        )
    return value in ({}, []) and text[:1] not in ("'", '"')


def _stripped(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def said(value: Any) -> str:
    """A scalar as its text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "null" if value is None else str(value)


def scalars_in(body: Any) -> list[str]:
    """All scalars below a value, as texts."""
    if isinstance(body, dict):
        return [text for one in body.values() for text in scalars_in(one)]
    if isinstance(body, list):
        return [text for one in body for text in scalars_in(one)]
    return [said(body)]


def decodings(value: Any) -> list[str]:
    """The text of a value, and what it is in base64."""
    text = said(value)
    try:
        decoded = base64.b64decode(text.replace("\n", ""), validate=True)
    except (binascii.Error, ValueError):
        return [text]
    return [text, decoded.decode("utf-8", "surrogateescape")]
