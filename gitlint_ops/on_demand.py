"""Findings of single rules that take work of their own: made only where the rule is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from gitlint_ops.discover.survey import Survey
from gitlint_ops.model.blame import at, origin
from gitlint_ops.model.cards import Card
from gitlint_ops.model.delivery import Expansion
from gitlint_ops.model.environments import environment_of
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.globs import Globs
from gitlint_ops.model.location import DocumentRef
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.targets import BuildResult
from gitlint_ops.workspace.config import Config
from gitlint_ops.workspace.sources import Sources
from gitlint_ops.workspace.tree import Tree

if TYPE_CHECKING:
    from gitlint_ops.build.helm.request import Rendering
    from gitlint_ops.validate.own_sources import OwnSources


class Seen(Struct, frozen=True):
    """What a run has found so far; `judged` are those of the `builds` that are delivered."""

    trees: Sequence[Tree]
    surveys: Sequence[Survey]
    builds: Sequence[BuildResult]
    judged: Sequence[BuildResult]
    sources: Sources
    own: OwnSources | None
    expansion: Expansion = Expansion()
    renderings: Sequence[tuple[str, Rendering]] = ()


def on_demand(seen: Seen, cards: Mapping[str, Card], config: Config, kubernetes: str) -> Iterator[Violation]:
    """The violations of the selected rules that no other stage yields; `kubernetes` overrides the release."""
    yield from _remote_bases(seen)
    if "deprecated-field" in cards:
        yield from _deprecated_fields(seen)
    if "overlay-dead" in cards or "orphan-manifest" in cards:
        yield from _dead(seen, cards)
    if "cr-without-crd-provider" in cards:
        yield from _without_provider(seen, config)
    if "api-deprecated" in cards:
        yield from _deprecated_versions(seen)
    if "kubeversion-unsatisfied" in cards:
        yield from _unsatisfied_charts(seen, config, kubernetes)
    if "lock-out-of-sync" in cards:
        yield from _locks(seen, config)
    if "values-key-unused" in cards and seen.renderings:
        yield from _unused_values(seen)


def _unused_values(seen: Seen) -> Iterator[Violation]:
    """Of a change, those that stand in its files."""
    from gitlint_ops.build.helm.unused_values import unused_values

    changed = {found.repo: found.changed for found in seen.surveys}
    for one in unused_values(seen.renderings, seen.sources):
        assert isinstance(one.on, DocumentRef)
        of_change = changed.get(one.on.file.repo)
        if of_change is None or one.on.file.path in of_change:
            yield one


def _locks(seen: Seen, config: Config) -> Iterator[Violation]:
    """Of charts with dependencies, which few repositories hold."""
    # Copies of charts that others maintain are theirs to lock.
    excluded = Globs((*config.exclude, *(f"/{one}" for one in config.charts)))
    for tree, found in zip(seen.trees, seen.surveys, strict=True):
        if any(path.rpartition("/")[2] == "Chart.yaml" for path in tree.entries()):
            from gitlint_ops.build.helm.locks import lock_violations

            yield from lock_violations(found, tree, seen.sources, excluded)


def told_once_by_kind(violations: Sequence[Violation], demanded: Sequence[Violation]) -> Iterator[Violation]:
    """`violations` but for kinds without a schema of which `demanded` tells that nothing defines them."""
    undefined = {_kind(one) for one in demanded if one.rule == "cr-without-crd-provider"}
    for one in violations:
        if one.rule != "schema-missing" or _kind(one) not in undefined:
            yield one


def _kind(violation: Violation) -> tuple[str, str]:
    on = violation.on
    return (on.key.group, on.key.kind) if isinstance(on, RenderedObject) else ("", "")


def _deprecated_fields(seen: Seen) -> Iterator[Violation]:
    from gitlint_ops.build.kustomize.deprecated import deprecated_fields

    for found in seen.surveys:
        yield from deprecated_fields(found, seen.sources)


def _remote_bases(seen: Seen) -> Iterator[Violation]:
    """Of references to other repositories, which few have."""
    for found in seen.surveys:
        if any(not one.path for directory in found.dirs.values() for one in directory.references):
            from gitlint_ops.discover.remote_bases import remote_bases

            yield from remote_bases(found, seen.sources)


def _dead(seen: Seen, cards: Mapping[str, Card]) -> Iterator[Violation]:
    """Folders and manifests that nothing delivers."""
    from gitlint_ops.discover.dead import dead
    from gitlint_ops.discover.evidence import evidence_of
    from gitlint_ops.discover.orphans import orphans

    evidence = evidence_of(seen.surveys, seen.builds, seen.expansion)
    for found in seen.surveys:
        if "overlay-dead" in cards:
            yield from dead(found, seen.sources, evidence)
        if "orphan-manifest" in cards:
            yield from orphans(found, seen.sources, evidence)


def _without_provider(seen: Seen, config: Config) -> Iterator[Violation]:
    """Custom resources that nothing defines; a run limited to a change does not see what could."""
    external = config.schemas.external
    if external is None or any(found.changed is not None for found in seen.surveys):
        return
    from gitlint_ops.validate.providers import without_provider

    bodies: Iterable[Any] = (one.body for found in seen.surveys for one in found.documents)
    yield from without_provider(seen.judged, bodies, external, _known_to_user(seen))


def _known_to_user(seen: Seen) -> Callable[[BuildResult, RenderedObject], bool]:
    """Whether the user has the kind of an object among the pins, or in a catalogue."""
    own = seen.own
    pinned = frozenset(own.pins.kinds()) if own and own.pins else frozenset()

    def is_known(build: BuildResult, obj: RenderedObject) -> bool:
        if own is None or (obj.key.group, obj.kind) in pinned:
            return own is not None
        from gitlint_ops.validate.schemas import resolve_version

        held = own.catalogues(resolve_version(build.target.kubernetes))
        return held is not None and held.schema(obj.api_version, obj.kind) is not None

    return is_known


def _deprecated_versions(seen: Seen) -> Iterator[Violation]:
    """Custom resources in deprecated versions; of a change, those that stand in its files."""
    from gitlint_ops.validate.deprecated_versions import deprecated_versions

    objects = [one for build in seen.judged for one in build.objects]
    if not any("." in one.key.group for one in objects):
        return
    changed = {found.repo: found.changed for found in seen.surveys}
    pins = seen.own.pins if seen.own else None
    known = frozenset(pins.kinds()) if pins else frozenset()
    for one in deprecated_versions(objects, objects, lambda group, kind: (group, kind) in known):
        assert isinstance(one.on, RenderedObject)
        file = origin(at(one.on.blame, one.path)).source.file
        of_change = changed.get(file.repo)
        if of_change is None or file.path in of_change:
            yield one


def _unsatisfied_charts(seen: Seen, config: Config, kubernetes: str) -> Iterator[Violation]:
    from gitlint_ops.discover.chart_versions import unsatisfied_charts

    by_environment = {one.name: one.kubernetes for one in config.environments if one.kubernetes}

    def release_of(path: str) -> str:
        found = environment_of(path, config.declared_environments)
        return kubernetes or by_environment.get(found[0] if found else "", "") or config.kubernetes

    for tree, found in zip(seen.trees, seen.surveys, strict=True):
        yield from unsatisfied_charts(found, tree, seen.sources, release_of)
