"""How a text report shall look, and what it needs to know beside the result."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum

from msgspec import Struct

from gitlint_ops.model.location import FileRef, Location


class Verbosity(IntEnum):
    """`SILENT` prints nothing, `QUIET` one line a finding, `VERBOSE` also what does not count."""

    SILENT = -2
    QUIET = -1
    NORMAL = 0
    VERBOSE = 1


class TextOptions(Struct, frozen=True):
    """Only `source_line` reads anything: it gives the first line of a location, or None.

    `file_name` says how a file is called, for users who stand in another folder; without it,
    it is the path in its repository, with the repository's name where there are several.
    `width` is the number of columns to fill.
    """

    colour: bool = False
    verbosity: Verbosity = Verbosity.NORMAL
    width: int = 100
    source_line: Callable[[Location], str | None] = lambda _: None
    file_name: Callable[[FileRef], str] | None = None
