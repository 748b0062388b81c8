"""`gitlint-ops check`: lint repositories."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import click
from msgspec.structs import replace

from gitlint_ops.cli.options import THRESHOLDS, outputs, selection_options
from gitlint_ops.cli.printing import Look, write_reports

if TYPE_CHECKING:
    from gitlint_ops.model.results import CheckResult


@click.command()
@selection_options
@click.option(
    "--format", "formats", multiple=True, metavar="FMT[=FILE]", help="text, json, sarif; repeatable."
)
@click.option("--fail-on", type=click.Choice(THRESHOLDS), help="Least severity that exits with 1.")
@click.option(
    "--min-coverage",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help="Least share of objects to be judged in full, else exit with 3.",
)
@click.option("--baseline", metavar="FILE", help="Accepted findings that do not count.")
@click.option(
    "--no-cache",
    is_flag=True,
    envvar="GITLINT_OPS_NO_CACHE",
    help="Neither use nor keep results of former runs.",
)
@click.option("--color", type=click.Choice(("auto", "always", "never")), default="auto", show_default=True)
@click.option("-q", "--quiet", count=True, help="One line a finding; twice: nothing.")
@click.option("-v", "--verbose", count=True, help="Also what does not count, and tracebacks of bugs.")
def check(
    formats: tuple[str, ...],
    fail_on: str | None,
    min_coverage: float | None,
    no_cache: bool,
    color: str,
    quiet: int,
    verbose: int,
    **chosen: Any,
) -> int:
    """Lint the repositories at PATH (default: here): build, validate, run the rules, report.

    With --staged or --changed-since, findings in files that the change touches are all reported,
    old ones too (`gitlint-ops baseline` accepts those that are there), in other files new ones only.
    """
    from gitlint_ops.cli.caches import cache_folder
    from gitlint_ops.cli.progress import progress
    from gitlint_ops.cli.session import Options, open_session
    from gitlint_ops.pipeline import check as run_check
    from gitlint_ops.remembered import remembered
    from gitlint_ops.triage.thresholds import FailOn, exit_code

    started = time.monotonic()
    reports = outputs(formats)
    session = open_session(Options(**chosen, cached=not no_cache))
    with progress(enabled=not quiet) as told:

        def run() -> CheckResult:
            return run_check(session.trees, session.request, told)

        folder = None if no_cache else cache_folder("runs")
        result = run() if folder is None else remembered(session.trees, session.request, folder, run)
    wanted = session.config.min_coverage if min_coverage is None else min_coverage
    result = replace(result, seconds=time.monotonic() - started, min_coverage=wanted)
    write_reports(result, reports, session.trees, Look(color, verbose - quiet))
    return exit_code(result, FailOn(fail_on or session.config.fail_on or "error"))
