"""The formats of a report by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gitlint_ops.model.errors import UsageError, did_you_mean
from gitlint_ops.model.results import CheckResult
from gitlint_ops.report.text.options import TextOptions


def _text(result: CheckResult, options: TextOptions) -> str:
    from gitlint_ops.report.text.check import text_report

    return text_report(result, options)


def _json(result: CheckResult, options: TextOptions) -> str:
    from gitlint_ops.report.json import json_report

    del options
    return json_report(result)


def _sarif(result: CheckResult, options: TextOptions) -> str:
    from gitlint_ops.report.sarif import sarif_report

    del options
    return sarif_report(result)


FORMATS: Mapping[str, Callable[[CheckResult, TextOptions], str]] = {
    "text": _text,
    "json": _json,
    "sarif": _sarif,
}


def render(result: CheckResult, format_name: str, options: TextOptions) -> str:
    """The report in a format; `options` matter to text only.

    Raises:
        UsageError: there is no such format.
    """
    written = FORMATS.get(format_name)
    if written is None:
        meant = did_you_mean(format_name, FORMATS)
        known = f"the formats are {', '.join(FORMATS)}"
        raise UsageError(
            f"unknown format {format_name!r}", hint=f"did you mean {meant!r}?" if meant else known
        )
    return written(result, options)
