"""The order of the stages of a rehearsal, and nothing else."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from gitlint_ops.discovering import Progress, Request
from gitlint_ops.model.cards import Card, Profile
from gitlint_ops.model.findings import Finding, Severity, TriagedFinding, Violation
from gitlint_ops.model.location import FileRef, Location
from gitlint_ops.model.rehearsal import ServerSummary
from gitlint_ops.model.results import CheckResult
from gitlint_ops.model.targets import Status, Unchecked
from gitlint_ops.pipeline import Checked, checked, to_findings
from gitlint_ops.reconcile.choice import chosen_sets
from gitlint_ops.reconcile.drift import Drift, drift_of
from gitlint_ops.reconcile.options import Options, ServerChoice
from gitlint_ops.reconcile.outcomes import ClusterSet, Rehearsal
from gitlint_ops.reconcile.rehearse import rehearse
from gitlint_ops.reconcile.server.http_api import OwnedApi
from gitlint_ops.reconcile.servers import opened
from gitlint_ops.reconcile.sets import cluster_sets
from gitlint_ops.reconcile.summary import summary_of, unchecked_of
from gitlint_ops.reconcile.verdicts import Gap, gaps_of, violations_of
from gitlint_ops.rules.catalogue import catalogue
from gitlint_ops.triage.accepted import accepted
from gitlint_ops.triage.triage import triage
from gitlint_ops.workspace.tree import Tree

GROUP = "reconcile"
SCOPES = "project-scope-violation"
"""What Argo CD itself refuses to sync, before it asks any server."""

BUILD = "build"
UNREAD = frozenset({"yaml-invalid", "input-unreadable"})
"""Of what these name, nothing was rendered, so that no server was asked about it."""

_NOTHING = "nothing that is delivered renders to an object"


class _Told(Struct, frozen=True):
    """What one server came to."""

    violations: tuple[Violation, ...]
    summary: ServerSummary
    unchecked: tuple[Unchecked, ...]


def reconcile(
    trees: Sequence[Tree], request: Request, choice: ServerChoice, options: Options, progress: Progress
) -> CheckResult:
    """Rehearse on a server what the workspace delivers to it; `seconds` is the caller's.

    The result holds the findings of the server, and of what could not be rendered at all.

    Raises:
        UsageError: no server can be had, or it is not clear which cluster it stands for.
    """
    static = checked(trees, _in_full(trees, request), progress)
    sets = cluster_sets(static, cluster=options.cluster, as_operator=options.as_operator)
    told = [_told(one, static, choice, options, progress) for one in chosen_sets(sets, choice, options)]
    nothing = () if sets else (Unchecked(trees[0].name, _NOTHING),)
    kept = _of_build(static, as_operator=options.as_operator)
    findings = _located((one for each in told for one in each.violations), static, request.cards)
    return replace(
        static.result,
        findings=_in_order((*_triaged(findings, static, request), *kept)),
        unchecked=(*static.unbuilt, *(one for each in told for one in each.unchecked), *nothing),
        cards=request.cards,
        rehearsals=tuple(one.summary for one in told),
    )


def _in_full(trees: Sequence[Tree], request: Request) -> Request:
    """The static run looks at everything by the recommended rules: what it misses is a gap of ours."""
    cards = catalogue(trees[0], request.config.rules.folders)
    usual = tuple(one for one in cards if one.profile in (Profile.ESSENTIAL, Profile.RECOMMENDED))
    return replace(request, cards=usual)


def _told(
    one: ClusterSet, static: Checked, choice: ServerChoice, options: Options, progress: Progress
) -> _Told:
    started = time.monotonic()
    with opened(choice, one, options) as api:
        rehearsal = rehearse(one, api, static, jobs=options.jobs, progress=progress, dry_run=options.rehearse)
        kept = (api.kubeconfig, api.ending) if choice.keep and isinstance(api, OwnedApi) else None
        drift = Drift()
        compared = options.drift and not api.owned and not rehearsal.lost
        if compared:
            progress("comparing", 0, 1)
            drift = drift_of(rehearsal, api, static.found, prune=options.prune)
    verdicts = (
        tuple(violations_of(rehearsal, compared=compared, expansion=static.found.followed))
        if options.rehearse
        else ()
    )
    gaps = _gaps(rehearsal, static, owned=api.owned) if options.rehearse else ()
    summary = summary_of(
        rehearsal,
        changes=drift.changes,
        notes=drift.notes,
        gaps=tuple(gap.report for gap in gaps),
        compared=compared and any(each.kind is not None for each in rehearsal.objects),
    )
    return _Told(
        violations=(*verdicts, *(gap.violation for gap in gaps), *drift.violations),
        summary=replace(summary, kept=kept, seconds=time.monotonic() - started),
        unchecked=tuple(unchecked_of(rehearsal)),
    )


def _gaps(rehearsal: Rehearsal, static: Checked, *, owned: bool) -> tuple[Gap, ...]:
    """What `check` passes and the server refuses; not what `check` tells at the same line."""
    told = {_line(one.location) for one in static.located if one.severity is Severity.ERROR}
    found = gaps_of(rehearsal, static.result, owned=owned)
    cards = catalogue() if found else ()
    return tuple(
        one for one in found if not any(_line(at) in told for at in _places(one.violation, static, cards))
    )


def _places(violation: Violation, static: Checked, cards: Iterable[Card]) -> Iterator[Location]:
    for one in _located([violation], static, cards):
        yield one.location
        yield from (each.location for each in one.related if each.in_chain)


def _line(at: Location) -> tuple[FileRef, int]:
    return at.file, at.line


def _located(violations: Iterable[Violation], static: Checked, cards: Iterable[Card]) -> Iterator[Finding]:
    by_id = {card.id: card for card in cards if card.group == GROUP}
    entries = {one.target.id: one.elsewhere for one in static.builds if one.elsewhere}
    return to_findings(violations, by_id, static.found.sources, entries)


def _triaged(findings: Iterator[Finding], static: Checked, request: Request) -> tuple[TriagedFinding, ...]:
    held = tuple(findings)
    sources = static.found.sources
    files = dict.fromkeys(one.location.file for one in held)
    return triage(
        held,
        accepted=accepted(sources, files, static.judged, request.config),
        baseline=request.baseline,
        today=request.today,
    )


def _of_build(static: Checked, *, as_operator: bool) -> Iterator[TriagedFinding]:
    """What `check` tells of what could not be read or rendered, and of what Argo CD refuses by itself."""
    failed = {one.target.id for one in static.builds if one.status is Status.FAILED}
    stages = {card.id: card.stage for card in static.result.cards}
    for one in static.result.findings:
        finding = one.finding
        breaks = stages.get(finding.rule) == BUILD and finding.severity is Severity.ERROR
        unread = finding.rule in UNREAD and finding.severity is Severity.ERROR
        refused = as_operator and finding.rule == SCOPES
        if unread or refused or (breaks and not failed.isdisjoint(finding.targets)):
            yield one


def _in_order(findings: Iterable[TriagedFinding]) -> tuple[TriagedFinding, ...]:
    def place(one: TriagedFinding) -> tuple[str, str, int, int, str]:
        at = one.finding.location
        return at.file.repo, at.file.path, at.line, at.column, one.finding.rule

    return tuple(sorted(findings, key=place))
