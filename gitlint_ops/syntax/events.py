"""PyYAML's events and tokens: from libyaml where it is built in, else from PyYAML's own parser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner

try:
    from yaml._yaml import CParser
except ImportError:  # PyYAML was built without libyaml: the same events, twenty times slower
    CParser = None  # type: ignore[assignment,misc] # no class is what the caller tests for


class PythonParser(Reader, Scanner, Parser):
    """The slow parser; its marks and messages are those of libyaml in all that matters here."""

    def __init__(self, stream: bytes) -> None:
        Reader.__init__(self, stream)
        Scanner.__init__(self)
        Parser.__init__(self)


def open_parser(data: bytes) -> Any:
    """A parser with `get_event` and `get_token`.

    Raises:
        YAMLError: here or while reading, where the text is no YAML.
    """
    return PythonParser(data) if CParser is None else CParser(data)


def events(data: bytes) -> Iterator[Any]:
    """All events of a stream; see `open_parser` for errors."""
    # A generator would cost a tenth of the reading speed.
    return iter(open_parser(data).get_event, None)


def tokens(data: bytes) -> Iterator[Any]:
    """All tokens of a stream; see `open_parser` for errors."""
    return iter(open_parser(data).get_token, None)
