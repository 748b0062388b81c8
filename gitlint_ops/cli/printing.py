"""Reports on a terminal, in a pipe, and in files."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from gitlint_ops.cli.options import Output, write_report

if TYPE_CHECKING:
    from gitlint_ops.model.results import CheckResult
    from gitlint_ops.workspace.tree import Tree

PIPE_COLUMNS = 100


class Look(Struct, frozen=True):
    """How text shall look: `colour` is "auto", "always" or "never", `verbosity` counts -v less -q."""

    colour: str = "auto"
    verbosity: int = 0


def write_reports(result: CheckResult, reports: Iterable[Output], trees: Sequence[Tree], look: Look) -> None:
    """Write the reports that were asked for.

    Raises:
        UsageError: a file cannot be written.
    """
    from gitlint_ops.report.formats import render
    from gitlint_ops.report.text.options import TextOptions, Verbosity
    from gitlint_ops.workspace.sources import Sources

    source_line = Sources(trees).line
    for report in reports:
        options = TextOptions(
            colour=_in_colour(look.colour, report),
            verbosity=Verbosity(max(-2, min(1, look.verbosity))),
            width=_columns(),
            source_line=source_line,
        )
        write_report(report, render(result, report.format, options))


def _columns() -> int:
    """The terminal's width; in a pipe, one that suits a log."""
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns
    except (OSError, ValueError):
        return PIPE_COLUMNS


def _in_colour(wanted: str, report: Output) -> bool:
    """Colour on a terminal, unless NO_COLOR is set (https://no-color.org)."""
    if wanted != "auto":
        return wanted == "always"
    return not report.file and sys.stdout.isatty() and not os.environ.get("NO_COLOR")
