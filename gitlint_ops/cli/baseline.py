"""`gitlint-ops baseline`: accept what is there now."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from gitlint_ops.cli.options import Output, selection_options, write_report
from gitlint_ops.model.errors import UsageError


@click.command()
@selection_options
@click.option("--output", metavar="FILE", help="Where to write it (default: as configured).")
@click.option("--prune", is_flag=True, help="Only take out what is mended; accept nothing new.")
def baseline(output: str | None, prune: bool, **chosen: Any) -> int:
    """Write the findings of PATH to the baseline, so that only new ones count from now on."""
    from gitlint_ops.cli.progress import progress
    from gitlint_ops.cli.session import Options, open_session
    from gitlint_ops.model.findings import State
    from gitlint_ops.pipeline import check
    from gitlint_ops.triage.baseline import baseline_of, pruned, write_baseline

    options = Options(**chosen)
    if options.staged or options.changed_since:
        raise UsageError("a baseline is made of a whole run", hint="leave --staged and --changed-since out")
    session = open_session(options)
    with progress(enabled=True) as told:
        result = check(session.trees, session.request, told)
    counting = [one.finding for one in result.findings if one.state is not State.SUPPRESSED]
    made = pruned(session.request.baseline, counting) if prune else baseline_of(counting)
    root = session.trees[0].repository.root
    if not output and not root:
        raise UsageError("a bare repository has no file to write to", hint="name one with --output")
    path = output or str(Path(root, session.config.baseline_path))
    write_report(Output("json", path), write_baseline(made))
    click.echo(f"{path}: {sum(entry.count for entry in made.entries)} accepted findings")
    return 0
