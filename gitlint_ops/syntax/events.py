"""PyYAML's events and tokens: from libyaml where it is built in, else from PyYAML's own parser.

Making an event costs more than finding it: PyYAML's event classes are written in Python, and libyaml's
wrapper calls them by names that lie in its module. Classes with the same fields, made in C, are put in
their place (docs/decisions/0016-event-classes.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct
from yaml import events as slow
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner

AliasEvent = slow.AliasEvent
DocumentEndEvent = slow.DocumentEndEvent
DocumentStartEvent = slow.DocumentStartEvent


class ScalarEvent(Struct, gc=False):
    """As PyYAML's, field by field: both are made by position."""

    anchor: str | None
    tag: str | None
    implicit: tuple[bool, bool]
    value: str
    start_mark: Any = None
    end_mark: Any = None
    style: str | None = None


class MappingStartEvent(Struct, gc=False):
    """As PyYAML's."""

    anchor: str | None
    tag: str | None
    implicit: bool
    start_mark: Any = None
    end_mark: Any = None
    flow_style: bool | None = None


class SequenceStartEvent(Struct, gc=False):
    """As PyYAML's."""

    anchor: str | None
    tag: str | None
    implicit: bool
    start_mark: Any = None
    end_mark: Any = None
    flow_style: bool | None = None


class MappingEndEvent(Struct, gc=False):
    """As PyYAML's."""

    start_mark: Any = None
    end_mark: Any = None


class SequenceEndEvent(Struct, gc=False):
    """As PyYAML's."""

    start_mark: Any = None
    end_mark: Any = None


_LIGHT = (ScalarEvent, MappingStartEvent, MappingEndEvent, SequenceStartEvent, SequenceEndEvent)

try:
    from yaml import _yaml
    from yaml._yaml import CParser
except ImportError:  # PyYAML was built without libyaml: the same events, twenty times slower
    CParser = None  # type: ignore[assignment,misc] # no class is what the caller tests for
else:
    for _made in _LIGHT:
        if hasattr(_yaml, _made.__name__):
            setattr(_yaml, _made.__name__, _made)

_LIGHT_BY_NAME = {one.__name__: one for one in _LIGHT}


class PythonParser(Reader, Scanner, Parser):
    """The slow parser; its marks and messages are those of libyaml in all that matters here."""

    def __init__(self, stream: bytes) -> None:
        Reader.__init__(self, stream)
        Scanner.__init__(self)
        Parser.__init__(self)

    def get_event(self) -> Any:
        """The next event, of the same classes as libyaml's; None at the end."""
        event: Any = Parser.get_event(self)  # type: ignore[no-untyped-call]
        light = _LIGHT_BY_NAME.get(type(event).__name__)
        return event if light is None else light(**vars(event))


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
