"""The text report of a check."""

from __future__ import annotations

from collections.abc import Iterator

from gitlint_ops.model.results import CheckResult
from gitlint_ops.report.text.findings import finding_blocks, one_liners, page, top_rules
from gitlint_ops.report.text.options import TextOptions, Verbosity
from gitlint_ops.report.text.rehearsals import rehearsal_blocks
from gitlint_ops.report.text.summary import summary


def text_report(result: CheckResult, options: TextOptions) -> str:
    """The report, ending in a newline, or "" where the verbosity leaves nothing to say.

    Text that UTF-8 cannot hold is escaped, so printing it cannot fail.
    """
    return "".join(f"{line}\n" for line in _lines(result, options))


def _lines(result: CheckResult, options: TextOptions) -> Iterator[str]:
    view = page(result, options)
    match options.verbosity:
        case Verbosity.SILENT:
            return
        case Verbosity.QUIET:
            yield from one_liners(result, view)
        case _:
            yield from finding_blocks(result, view)
            if view.verbose:
                yield from top_rules(result.findings, view)
            yield from rehearsal_blocks(result, view)
            yield from summary(result, view)
