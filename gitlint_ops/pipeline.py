"""The order of the stages, and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from gitlint_ops import __version__
from gitlint_ops.beyond import reached, untouched_policies
from gitlint_ops.blame import Entries, finding
from gitlint_ops.build.changed_deliveries import is_touched
from gitlint_ops.build.plain import plain_objects
from gitlint_ops.build.retold import told_once, without_emptied
from gitlint_ops.build.site import Site, settings_of
from gitlint_ops.build.stage import (
    Built,
    altered_builds,
    build_all,
    built_together,
    covered,
    judged_builds,
    results_of,
)
from gitlint_ops.discover.image_markers import broken_markers
from gitlint_ops.discover.survey import Survey, survey
from gitlint_ops.discover.unlisted import unlisted
from gitlint_ops.discover.untouched import documents_with
from gitlint_ops.discovering import (
    Discovered,
    Progress,
    Request,
    declared_repositories,
    discovered,
    extent,
    is_limited,
    targets_of,
)
from gitlint_ops.facts import labelled_namespaces, rule_inputs, with_flux
from gitlint_ops.model.cards import Card
from gitlint_ops.model.delivery import Expansion, OwnerKind
from gitlint_ops.model.findings import Finding, Severity, Violation
from gitlint_ops.model.location import DocumentRef, FileRef
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.results import CheckResult
from gitlint_ops.model.targets import BuildResult, Status, Unchecked
from gitlint_ops.on_demand import Seen, on_demand, told_once_by_kind
from gitlint_ops.rules.deliveries import Deliveries
from gitlint_ops.rules.engine import run_rules
from gitlint_ops.summaries import coverage_of, summary_of, unchecked_of
from gitlint_ops.triage.accepted import accepted
from gitlint_ops.triage.suppressions import Hygiene
from gitlint_ops.triage.triage import triage
from gitlint_ops.validate.own_sources import OwnSources, own_sources
from gitlint_ops.validate.stage import validate
from gitlint_ops.workspace.base import base_of
from gitlint_ops.workspace.problems import violation_of
from gitlint_ops.workspace.sources import Sources
from gitlint_ops.workspace.tree import Tree

if TYPE_CHECKING:
    from gitlint_ops.validate.transitions import Former

DEFINITION = "CustomResourceDefinition"
HYGIENE = "suppression-hygiene"


class Checked(Struct, frozen=True):
    """A run's result with what it was made of: what was found, and the builds that were judged.

    `own` are the schemas that the user pinned, `unbuilt` what could not be rendered.
    """

    result: CheckResult
    found: Discovered
    builds: tuple[BuildResult, ...]
    judged: tuple[BuildResult, ...]
    located: tuple[Finding, ...]
    own: OwnSources | None = None
    unbuilt: tuple[Unchecked, ...] = ()


def check(trees: Sequence[Tree], request: Request, progress: Progress) -> CheckResult:
    """Discover, build, validate, run the rules, and triage what they find; `seconds` is the caller's.

    Raises:
        UsageError: what was asked for cannot be had (a revision, a version of Kubernetes).
    """
    return checked(trees, request, progress).result


def checked(trees: Sequence[Tree], request: Request, progress: Progress) -> Checked:
    """As `check`, for stages that go on from there."""
    found = discovered(trees, request, progress)
    sources, surveys, expansion = found.sources, found.surveys, found.expansion
    built = built_together((*found.alone, *results_of(expansion)), surveys, found.site)
    builds = built.results
    judged = judged_builds(builds, surveys, covered(expansion))
    altered = altered_builds(judged, surveys)
    progress("validating", 0, 1)
    former, own = _former(trees, surveys, builds, request), own_sources(trees[0], request.config)
    limited = is_limited(trees, request)
    elsewhere = partial(untouched_definitions, trees, sources) if limited else None
    apart = partial(_built_apart, trees, request)
    policies = untouched_policies(surveys, trees, sources, apart) if former else ()
    validated = validate(altered, judged, own, former, elsewhere, policies)
    progress("running rules", 0, 1)
    cards = {card.id: card for card in request.cards}
    namespaces = labelled_namespaces(judged, sources, trees, limited=limited)
    inputs = rule_inputs(judged, altered, surveys, request.config, request.kubernetes, namespaces)
    inputs = replace(inputs, deliveries=Deliveries(found.followed) if found.followed.deliveries else None)
    if not request.config.operators.flux and found.site.installed is not None:
        inputs = with_flux(inputs, found.followed, found.site.installed)
    seen = Seen(trees, surveys, builds, judged, sources, own, expansion, found.site.renderings)
    demanded = tuple(on_demand(seen, cards, request.config, request.kubernetes))
    violations = (
        *_of_files(surveys, builds, sources),
        *told_once(_of_builds(built, cards, sources, request), validated.violations),
        *expansion.violations,
        *without_emptied(told_once_by_kind(validated.violations, demanded), builds),
        *_of_change(run_rules(request.cards, inputs), found, cards),
        *demanded,
        *reached(altered, former, apart, request.cards, request.config, request.kubernetes),
    )
    findings = _located(violations, found, builds, judged, cards, progress)
    if request.changed is not None and request.limits is None:
        findings = _without_old(findings, trees, request, surveys)
    triaged = triage(
        findings,
        accepted=accepted(sources, _with_comments(findings, sources, request), judged, request.config),
        baseline=request.baseline,
        today=request.today,
        hygiene=_hygiene(request, judged, surveys),
    )
    unbuilt = tuple(unchecked_of(builds, expansion.unchecked, surveys, sources))
    result = CheckResult(
        findings=triaged,
        targets=tuple(summary_of(one, validated) for one in builds),
        unchecked=(*unbuilt, *validated.unchecked),
        coverage=coverage_of(surveys, builds, altered, validated),
        cards=request.cards,
        seconds=0.0,
        tool_version=__version__,
        roots=tuple((tree.name, tree.repository.root) for tree in trees),
    )
    return Checked(result, found, tuple(builds), judged, findings, own, unbuilt)


def _without_old(
    findings: tuple[Finding, ...], trees: Sequence[Tree], request: Request, surveys: Sequence[Survey]
) -> tuple[Finding, ...]:
    """Of a change: what stands in files that it does not touch is told where it was not there before.

    The base is looked at only where there is such a finding.
    """
    changed = {found.repo: found.changed for found in surveys}

    def is_apart(one: Finding) -> bool:
        paths = changed.get(one.location.file.repo, frozenset())
        return paths is not None and one.location.file.path not in paths

    if not any(map(is_apart, findings)):
        return findings
    before = [base_of(tree, request.changed or None) or tree for tree in trees]
    found = checked(before, replace(request, limits=changed), lambda *_: None).located
    old = Counter(one.fingerprint for one in found)
    old.subtract(one.fingerprint for one in findings if not is_apart(one))
    kept: list[Finding] = []
    for one in findings:
        if is_apart(one) and old[one.fingerprint] > 0:
            old[one.fingerprint] -= 1
        else:
            kept.append(one)
    return tuple(kept)


def _with_parameters(found: Iterable[Finding], expansion: Expansion, sources: Sources) -> Iterable[Finding]:
    if not any(one.owner.kind is OwnerKind.APPLICATION_SET for one in expansion.deliveries):
        return found
    from gitlint_ops.discover.applicationset.parameter_places import with_parameters

    return with_parameters(found, expansion.deliveries, sources)


def _entries(builds: Iterable[BuildResult]) -> Entries:
    return {one.target.id: one.elsewhere for one in builds if one.elsewhere}


def _located(
    violations: tuple[Violation, ...],
    found: Discovered,
    builds: Sequence[BuildResult],
    judged: Sequence[BuildResult],
    cards: Mapping[str, Card],
    progress: Progress,
) -> tuple[Finding, ...]:
    """The findings at the lines that a person would edit, with the edits that are proved to be safe."""
    sources = found.sources
    if found.site.renderings:
        from gitlint_ops.build.helm.values_blame import blamed_on_values

        told = [one for one in violations if one.rule in cards]
        violations = blamed_on_values(told, found.site.renderings, found.site.charts)
    progress("locating", 0, 1)
    located = with_targets(to_findings(violations, cards, sources, _entries(builds)), builds, judged)
    return _with_safe_edits(tuple(_with_parameters(located, found.expansion, sources)), sources, progress)


def _with_safe_edits(
    findings: tuple[Finding, ...], sources: Sources, progress: Progress
) -> tuple[Finding, ...]:
    if not any(one.edit is not None for one in findings):
        return findings
    from gitlint_ops.build.safe_edits import with_safe_edits

    progress("proving edits", 0, 1)
    return with_safe_edits(findings, sources)


def _of_change(
    violations: Sequence[Violation], found: Discovered, cards: Mapping[str, Card]
) -> Iterator[Violation]:
    """Of a change, what rules say of deliveries that it alters, or of its own files."""
    if found.followed is found.expansion:
        yield from violations
        return
    changed = {one.repo: one.changed or frozenset() for one in found.surveys}
    ids = frozenset(one.owner.id for one in found.expansion.deliveries)
    for one in violations:
        if "delivery" not in cards[one.rule].subject or is_touched(one, ids, changed):
            yield one


def _of_files(
    surveys: Iterable[Survey], builds: Sequence[BuildResult], sources: Sources
) -> Iterator[Violation]:
    """What is wrong with files as such: unreadable, unlisted, no YAML."""
    from gitlint_ops.rules.checks.secret_values import is_placeholder

    for found in surveys:
        yield from found.violations
        yield from unlisted(found, sources, builds, is_placeholder)
    yield from _parse_violations(surveys, builds, sources)
    yield from broken_markers(surveys, builds, sources)


def untouched_definitions(trees: Iterable[Tree], sources: Sources) -> tuple[RenderedObject, ...]:
    """The CustomResourceDefinitions of all files, as they are written."""
    return tuple(
        one
        for tree in trees
        for ref, body in documents_with(DEFINITION, sources, tree)
        for one in plain_objects(body, ref, (), "")
        if one.kind == DEFINITION
    )


def _former(
    trees: Sequence[Tree], surveys: Iterable[Survey], builds: Iterable[BuildResult], request: Request
) -> Former | None:
    """What objects were at the base of a change; None where the run is given none."""
    if request.changed is None:
        return None
    from gitlint_ops.build.former import FormerObjects

    return FormerObjects(
        trees,
        request.changed or None,
        [one.target for one in builds],
        {found.repo: found.changed for found in surveys if found.changed is not None},
        declared_repositories(request.config.repositories, trees[0]),
        request.helm,
    ).body_of


def _parse_violations(
    surveys: Iterable[Survey], builds: Iterable[BuildResult], sources: Sources
) -> Iterator[Violation]:
    """Syntax errors and duplicate keys of all files read; of a change, those that its targets read."""
    changed = {one.repo: one.changed for one in surveys if one.changed is not None}
    read = {(one.target.repo, path) for one in builds for path in one.inputs} if changed else set()
    for file, _, text in sources.parsed():
        if not sources.is_checked(file):
            continue  # what is wrong in another revision is told where it keeps something from building
        if (
            file.repo in changed
            and file.path not in changed[file.repo]
            and (file.repo, file.path) not in read
        ):
            continue
        problems = [*text.problems, *(one for document in text.documents for one in document.problems)]
        yield from (violation_of(file, problem) for problem in problems)


def with_targets(
    findings: Iterable[Finding], builds: Sequence[BuildResult], judged: Sequence[BuildResult]
) -> Iterator[Finding]:
    """Findings about files, with the targets that read them: those that are judged, or came to nothing."""
    readers: dict[tuple[str, str], list[str]] = {}
    barren = (one for one in builds if one.status is not Status.BUILT and not one.objects)
    for build in (*judged, *barren):
        for path in build.inputs:
            readers.setdefault((build.target.repo, path), []).append(build.target.id)
    for one in findings:
        file = one.location.file
        yield one if one.targets else replace(one, targets=tuple(readers.get((file.repo, file.path), ())))


def to_findings(
    violations: Iterable[Violation],
    cards: Mapping[str, Card],
    sources: Sources,
    entries: Entries = MappingProxyType({}),
) -> Iterator[Finding]:
    """Violations of the selected rules at their lines; those of rules left out are dropped."""
    for violation in violations:
        card = cards.get(violation.rule)
        if card is not None:
            yield finding(violation, card, sources, entries)


def _built_apart(
    trees: Sequence[Tree], request: Request, files: Mapping[str, frozenset[str] | None] = MappingProxyType({})
) -> tuple[BuildResult, ...]:
    """What reads these files of each repository, of which the run tells nothing; None is all files."""
    sources = Sources(trees, declared=declared_repositories(request.config.repositories, trees[0]))
    extents = (replace(extent(tree, request), changed=files.get(tree.name)) for tree in trees)
    surveys = tuple(survey(sources, tree, one) for tree, one in zip(trees, extents, strict=True))
    site = Site(sources, request.helm, settings_of(request.config))
    alone = build_all(surveys, targets_of(surveys, request), site, lambda *_: None)
    return judged_builds(built_together(alone, surveys, site).results, surveys)


def _with_comments(findings: Sequence[Finding], sources: Sources, request: Request) -> Iterable[FileRef]:
    """The files whose comments are read: all, or in a limited run those that have findings.

    What others allow in their repositories is not allowed here.
    """
    if request.changed is None:
        return dict.fromkeys(file for file, _, _ in sources.parsed() if sources.is_checked(file))
    return dict.fromkeys(one.location.file for one in findings)


def _hygiene(request: Request, judged: Sequence[BuildResult], surveys: Sequence[Survey]) -> Hygiene | None:
    card = next((card for card in request.cards if card.id == HYGIENE), None)
    if card is None:
        return None
    selected = frozenset(one.id for one in request.cards)
    # In a run limited to a change, other files were not looked at by all rules.
    limited = request.changed is not None
    looked_at = {(one.target.repo, path) for one in judged for path in one.inputs} | {
        (one.ref.file.repo, one.ref.file.path) for found in surveys for one in found.documents
    }

    def checked(file: FileRef, rule: str) -> bool:
        return not limited and rule in selected and (file.repo, file.path) in looked_at

    return Hygiene(card, request.known, checked)


def _of_own(violations: Iterable[Violation], sources: Sources) -> Iterator[Violation]:
    """Without what stands in other repositories and revisions, which nobody can mend here."""
    return (one for one in violations if isinstance(one.on, DocumentRef) and sources.is_checked(one.on.file))


def _of_builds(
    built: Built, cards: Mapping[str, Card], sources: Sources, request: Request
) -> Iterator[Violation]:
    """What was found while building; in a limited run not all users of a component are built, so that no
    entry of one is proved idle."""
    for build in built.results:
        yield from (replace(one, targets=(build.target.id,)) for one in build.violations)
    if request.changed is None:
        yield from (_milder(one, cards) for one in _of_own(built.in_components, sources))


def _milder(violation: Violation, cards: Mapping[str, Card]) -> Violation:
    """An idle entry of a component may serve users that are not here: a warning, no error."""
    card = cards.get(violation.rule)
    held = violation.severity or (card.severity if card else Severity.ERROR)
    return replace(violation, severity=min(held, Severity.WARNING))
