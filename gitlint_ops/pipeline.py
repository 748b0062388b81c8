"""The order of the stages, and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from gitlint_ops import __version__
from gitlint_ops.blame import finding
from gitlint_ops.build.kustomize.builder import KustomizeBuilder
from gitlint_ops.build.stage import altered_builds, build_all, judged_builds
from gitlint_ops.discover.delivery import replaced_images
from gitlint_ops.discover.survey import Extent, Survey, survey
from gitlint_ops.discover.targets import Versions, targets
from gitlint_ops.discover.unlisted import unlisted
from gitlint_ops.model.cards import Card
from gitlint_ops.model.environments import environment_of
from gitlint_ops.model.findings import Finding, Note, Severity, Violation
from gitlint_ops.model.globs import Globs
from gitlint_ops.model.location import FileRef
from gitlint_ops.model.results import CheckResult, Coverage, TargetSummary
from gitlint_ops.model.targets import BuildResult, BuildTarget, Status, TargetKind, Unchecked
from gitlint_ops.rules.engine import run_rules
from gitlint_ops.rules.inputs import RuleInputs
from gitlint_ops.rules.subjects import Facts
from gitlint_ops.triage.accepted import accepted
from gitlint_ops.triage.baseline import Baseline
from gitlint_ops.triage.suppressions import Hygiene
from gitlint_ops.triage.triage import triage
from gitlint_ops.validate.stage import Validated, validate
from gitlint_ops.workspace.config import Config
from gitlint_ops.workspace.sources import Sources, spanned
from gitlint_ops.workspace.tree import Tree

Progress: TypeAlias = Callable[[str, int, int], None]
"""Called with the stage, how much of it is done, and how much there is."""

HYGIENE = "suppression-hygiene"


class Request(Struct, frozen=True):
    """What one run checks.

    `cards` are the selected rules with the user's severities, `known` the ids of all rules.
    `changed` limits the run to what a change can alter: the base to compare with ("" for what the
    tree itself stages over HEAD), or None for everything. `kubernetes` overrides the
    configuration's versions.
    """

    config: Config
    cards: tuple[Card, ...]
    known: frozenset[str]
    today: date
    kubernetes: str = ""
    changed: str | None = None
    baseline: Baseline = Baseline()


def check(trees: Sequence[Tree], request: Request, progress: Progress) -> CheckResult:
    """Discover, build, validate, run the rules, and triage what they find; `seconds` is the caller's.

    Raises:
        UsageError: what was asked for cannot be had (a revision, a version of Kubernetes).
    """
    sources = Sources(trees)
    surveys = [survey(sources, tree, _extent(tree, request)) for tree in trees]
    built = build_all(surveys, _targets(surveys, request), sources, progress)
    builds = built.results
    judged = judged_builds(builds, surveys)
    altered = altered_builds(judged, surveys)
    progress("validating", 0, 1)
    validated = validate(altered)
    progress("running rules", 0, 1)
    violations = (
        *(one for found in surveys for one in (*found.violations, *unlisted(found, sources))),
        *parse_violations(sources),
        *(replace(one, targets=(build.target.id,)) for build in builds for one in build.violations),
        # In a limited run not all users of a component are built, so no entry is proved idle.
        *(_milder(one) for one in built.in_components if request.changed is None),
        *validated.violations,
        *run_rules(request.cards, _inputs(judged, altered, surveys, request)),
    )
    progress("locating", 0, 1)
    cards = {card.id: card for card in request.cards}
    findings = tuple(with_targets(to_findings(violations, cards, sources), builds, judged))
    triaged = triage(
        findings,
        accepted=accepted(sources, _with_comments(findings, sources, request), judged, request.config),
        baseline=request.baseline,
        today=request.today,
        hygiene=_hygiene(request, judged, surveys),
    )
    return CheckResult(
        findings=triaged,
        targets=tuple(TargetSummary(one.target, one.status, len(one.objects), one.reason) for one in builds),
        unchecked=_unchecked(builds, surveys, sources),
        coverage=_coverage(surveys, altered, validated),
        cards=request.cards,
        seconds=0.0,
        tool_version=__version__,
        roots=tuple((tree.name, tree.repository.root) for tree in trees),
    )


def build_folder(tree: Tree, path: str) -> tuple[BuildResult, tuple[Finding, ...], Sources]:
    """What one folder renders to, with the faults that keep it from building at their lines."""
    from gitlint_ops.rules.catalogue import catalogue

    sources = Sources([tree])
    result = KustomizeBuilder(sources, tree.name).build(BuildTarget(tree.name, path, TargetKind.KUSTOMIZE))
    cards = {card.id: card for card in catalogue()} if result.violations else {}
    return result, tuple(to_findings(result.violations, cards, sources)), sources


def parse_violations(sources: Sources) -> Iterator[Violation]:
    """Syntax errors and duplicate keys of all files read."""
    for file, _, text in sources.parsed():
        problems = [*text.problems, *(one for document in text.documents for one in document.problems)]
        for problem in problems:
            yield Violation(
                on=spanned(file, problem.span),
                path=(),
                message=problem.message,
                hint=problem.hint,
                rule=problem.rule,
                related=tuple(Note(spanned(file, span), (), said) for span, said in problem.related),
            )


def with_targets(
    findings: Iterable[Finding], builds: Sequence[BuildResult], judged: Sequence[BuildResult]
) -> Iterator[Finding]:
    """Findings about files, with the targets that read them: those that are judged, or failed."""
    readers: dict[tuple[str, str], list[str]] = {}
    for build in (*judged, *(one for one in builds if one.status is Status.FAILED)):
        for path in build.inputs:
            readers.setdefault((build.target.repo, path), []).append(build.target.id)
    for one in findings:
        file = one.location.file
        yield one if one.targets else replace(one, targets=tuple(readers.get((file.repo, file.path), ())))


def to_findings(
    violations: Iterable[Violation], cards: Mapping[str, Card], sources: Sources
) -> Iterator[Finding]:
    """Violations of the selected rules at their lines; those of rules left out are dropped."""
    for violation in violations:
        card = cards.get(violation.rule)
        if card is not None:
            yield finding(violation, card, sources)


def _extent(tree: Tree, request: Request) -> Extent:
    excluded = Globs(request.config.exclude)
    changed: frozenset[str] | None = None
    if request.changed is not None:
        changed = tree.changed_since(request.changed or None)
        source = request.config.source
        if source is not None and source.file.path in changed:
            changed = None  # other settings can change any verdict
    return Extent(
        scopes=tree.repository.scopes,
        changed=changed,
        excluded=frozenset(path for path in tree.entries() if excluded.match(path)),
    )


def _targets(surveys: Sequence[Survey], request: Request) -> tuple[BuildTarget, ...]:
    config = request.config
    by_environment = {one.name: one.kubernetes for one in config.environments if one.kubernetes}
    versions = Versions(request.kubernetes or config.kubernetes, {} if request.kubernetes else by_environment)
    return targets(surveys, config.declared_environments, versions)


def _inputs(
    judged: tuple[BuildResult, ...],
    altered: tuple[BuildResult, ...],
    surveys: Sequence[Survey],
    request: Request,
) -> RuleInputs:
    config = request.config
    documents = tuple(one for found in surveys for one in found.documents)
    replaced = replaced_images(one.body for one in documents)

    def facts(kubernetes: str) -> Facts:
        return Facts(
            kubernetes=kubernetes,
            flux=config.operators.flux,
            argocd=config.operators.argocd,
            replaced_images=replaced,
            environments=config.declared_environments,
        )

    versions = {one.name: one.kubernetes for one in config.environments if one.kubernetes}
    of_files: dict[tuple[str, str], Facts] = {}
    for one in documents if versions and not request.kubernetes else ():
        found = environment_of(one.ref.file.path, config.declared_environments)
        if found is not None and found[0] in versions:
            of_files[one.ref.file.repo, one.ref.file.path] = facts(versions[found[0]])
    by_version = {one.target.kubernetes: facts(one.target.kubernetes) for one in judged}
    return RuleInputs(
        judged=judged,
        altered=altered,
        documents=documents,
        facts=facts(request.kubernetes or config.kubernetes),
        target_facts={one.target.id: by_version[one.target.kubernetes] for one in judged},
        file_facts=of_files,
    )


def _with_comments(findings: Sequence[Finding], sources: Sources, request: Request) -> Iterable[FileRef]:
    """The files whose comments are read: all, or in a limited run those that have findings."""
    if request.changed is None:
        return dict.fromkeys(file for file, _, _ in sources.parsed())
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


def _unchecked(
    builds: Sequence[BuildResult], surveys: Sequence[Survey], sources: Sources
) -> tuple[Unchecked, ...]:
    """What is unchecked, at the entry that asks for it; of a change, only what stands in its files."""
    changed = {found.repo: found.changed for found in surveys}
    found: dict[Unchecked, None] = {}
    for build in builds:
        of_change = changed[build.target.repo]
        for one in build.unchecked:
            if one.on is None:
                found[one] = None
            elif of_change is None or one.on.file.path in of_change:
                location, _ = sources.location(one.on, one.path)
                found[replace(one, place=f"{location.file.path}:{location.line}")] = None
    return tuple(found)


def _milder(violation: Violation) -> Violation:
    """An idle entry of a component may serve users that are not here: a warning, no error."""
    return replace(violation, severity=Severity.WARNING)


def _coverage(surveys: Sequence[Survey], judged: Sequence[BuildResult], validated: Validated) -> Coverage:
    left_out: Counter[str] = Counter()
    for found in surveys:
        left_out.update(found.left_out)
    return Coverage(
        files=sum(found.files for found in surveys),
        objects=sum(len(one.objects) for one in judged),
        validated=validated.objects,
        unvalidated=validated.unvalidated,
        left_out=tuple(sorted(left_out.items())),
    )
