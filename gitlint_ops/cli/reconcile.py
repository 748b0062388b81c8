"""`gitlint-ops reconcile`: rehearse the sync on an API server."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, TypeVar

import click
from msgspec import Struct
from msgspec.structs import replace

from gitlint_ops.cli.options import THRESHOLDS, outputs, selection_options
from gitlint_ops.cli.printing import Look, write_reports
from gitlint_ops.cli.servers import Asked, chosen_server, server_options
from gitlint_ops.model.errors import UsageError

if TYPE_CHECKING:
    from gitlint_ops.cli.session import Session
    from gitlint_ops.model.results import CheckResult
    from gitlint_ops.reconcile.options import Options as ReconcileOptions
    from gitlint_ops.reconcile.options import ServerChoice

EXIT_INCOMPLETE = 3
ACCOUNT = "gitlint-ops/gitlint-ops"

Part = TypeVar("Part", bound=Struct)


class _Extent(Struct, frozen=True):
    """How much of a rehearsal is wanted, and how fast, as typed."""

    cluster: str
    as_operator: bool
    drift_only: bool
    no_drift: bool
    no_prune: bool
    jobs: int
    qps: float | None
    timeout: float


@click.command()
@selection_options
@server_options
@click.option(
    "--cluster", default="", metavar="NAME", help="Which cluster of the workspace the server is, or none."
)
@click.option("--as-operator", is_flag=True, help="Ask as the accounts by which Argo CD and Flux apply.")
@click.option("--drift-only", is_flag=True, help="Only read what lives there and compare; no dry runs.")
@click.option("--no-drift", is_flag=True, help="Do not compare what lives there.")
@click.option("--no-prune", is_flag=True, help="Do not look for objects that left Git.")
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    default=8,
    show_default=True,
    metavar="N",
    help="Requests at a time.",
)
@click.option(
    "--qps",
    type=click.FloatRange(0, min_open=True),
    metavar="N",
    help="Most requests a second (default: 100 where the server does not pace them itself).",
)
@click.option(
    "--timeout",
    type=click.FloatRange(1, 3600),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="For one request.",
)
@click.option("--rbac", is_flag=True, help="Print the access that such a run needs, as YAML; ask nothing.")
@click.option(
    "--account",
    metavar="NAMESPACE/NAME",
    help=f"The service account that --rbac is for (default: {ACCOUNT}).",
)
@click.option(
    "--format", "formats", multiple=True, metavar="FMT[=FILE]", help="text, json, sarif; repeatable."
)
@click.option("--fail-on", type=click.Choice(THRESHOLDS), help="Least severity that exits with 1.")
@click.option("--baseline", metavar="FILE", help="Accepted findings that do not count.")
@click.option("--color", type=click.Choice(("auto", "always", "never")), default="auto", show_default=True)
@click.option("-q", "--quiet", count=True, help="One line a finding; twice: nothing.")
@click.option("-v", "--verbose", count=True, help="Also each planned change, and what does not count.")
def reconcile(
    formats: tuple[str, ...], fail_on: str | None, color: str, quiet: int, verbose: int, **asked: Any
) -> int:
    """Send what the repositories at PATH deliver to an API server, as a dry run in the operator's order.

    Nothing is ever changed on a cluster of yours; --envtest and --kind make one, which is gone afterwards.
    Tells what the server rejects, what a sync would change, what was changed by hand and what would be
    pruned, each at its line in Git.
    """
    from gitlint_ops.triage.thresholds import FailOn, exit_code

    started = time.monotonic()
    reports = outputs(formats)
    server, extent = _part(asked, Asked), _part(asked, _Extent)
    rbac, account = asked.pop("rbac"), asked.pop("account")
    _require_sense(server, extent)
    if rbac:
        return _print_access(_opened(asked), _options(extent, asked), account or ACCOUNT, quiet=bool(quiet))
    if account:
        raise UsageError(
            "--account says whom --rbac is for",
            hint="the account that asks is that of the kubeconfig; --as-operator asks as Argo CD and Flux do",
        )
    choice = chosen_server(server)
    session = _opened(asked)
    result = _run(session, choice, _options(extent, asked), quiet=bool(quiet))
    if result is None:
        return EXIT_INCOMPLETE
    result = replace(result, seconds=time.monotonic() - started)
    _tell_kept(result)
    write_reports(result, reports, session.trees, Look(color, verbose - quiet))
    return exit_code(result, FailOn(fail_on or session.config.fail_on or "error"))


def _tell_kept(result: CheckResult) -> None:
    """How servers that stay are reached and deleted: on stderr, as reports are for others too."""
    for one in result.rehearsals or ():
        if one.kept is not None:
            kubeconfig, ending = one.kept
            of = one.cluster or one.environment
            click.echo(f"kept: {one.server}{f' for {of}' if of else ''}", err=True)
            click.echo(f"  reach it:  kubectl --kubeconfig {kubeconfig} get all --all-namespaces", err=True)
            click.echo(f"  delete it: {ending}", err=True)


def _part(asked: dict[str, Any], kind: type[Part]) -> Part:
    """The options that belong to one value, taken out of all."""
    return kind(**{name: asked.pop(name) for name in kind.__struct_fields__})


def _require_sense(server: Asked, extent: _Extent) -> None:
    if extent.drift_only and extent.no_drift:
        raise UsageError("--drift-only and --no-drift exclude each other")
    if extent.drift_only and (server.kind or server.envtest):
        raise UsageError(
            "--drift-only compares what lives on a cluster, and one that is made for the run is empty",
            hint="name a cluster with --context",
        )


def _opened(asked: dict[str, Any]) -> Session:
    from gitlint_ops.cli.session import Options, open_session
    from gitlint_ops.model.cards import Profile

    return open_session(Options(**asked, cached=True, beside=frozenset([Profile.RECONCILE])))


def _options(extent: _Extent, asked: dict[str, Any]) -> ReconcileOptions:
    from gitlint_ops.reconcile.options import Options

    # What a change does not touch is not looked at, so that nothing is known to have left Git.
    limited = asked["changed_since"] is not None or asked["staged"]
    return Options(
        cluster=extent.cluster,
        as_operator=extent.as_operator,
        rehearse=not extent.drift_only,
        drift=not extent.no_drift,
        prune=not extent.no_prune and not limited,
        jobs=extent.jobs,
        qps=extent.qps,
        timeout=extent.timeout,
    )


def _run(
    session: Session, choice: ServerChoice, options: ReconcileOptions, *, quiet: bool
) -> CheckResult | None:
    """The result, None where the server never answered; then that has been said."""
    from gitlint_ops.cli.progress import progress
    from gitlint_ops.reconcile.api import ServerLost
    from gitlint_ops.reconcile.run import reconcile as run_reconcile

    try:
        with progress(enabled=not quiet) as told:
            return run_reconcile(session.trees, session.request, choice, options, told)
    except ServerLost as lost:
        click.echo(f"error: nothing was rehearsed: {lost}", err=True)
        return None


def _print_access(session: Session, options: ReconcileOptions, account: str, *, quiet: bool) -> int:
    from gitlint_ops.cli.progress import progress
    from gitlint_ops.reconcile.access import needed_access
    from gitlint_ops.reconcile.rbac import account_named
    from gitlint_ops.syntax.emit import emit_all

    named = account_named(account)
    with progress(enabled=not quiet) as told:
        access = needed_access(session.trees, session.request, options, named, told)
    for note in access.notes:
        click.echo(f"# {note}")
    click.echo(emit_all(access.objects), nl=False)
    return 0
