"""Building all targets of a run, and saying which of them are judged by what they render to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from gitlint_ops.build.helm.program import Helm
from gitlint_ops.build.kustomize.builder import KustomizeBuilder
from gitlint_ops.build.plain import build_plain
from gitlint_ops.discover.delivery import delivered_paths
from gitlint_ops.discover.survey import Survey
from gitlint_ops.model.blame import origin
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.targets import BuildResult, BuildTarget, Status, TargetKind, Unchecked
from gitlint_ops.workspace.sources import Sources

_Fault: TypeAlias = tuple[str, object, FieldPath, str]
"""What tells one fault from another: its rule, place and message."""

UNUSED_COMPONENT = "no kustomization here uses this component, and it does not build alone"


class Built(Struct, frozen=True):
    """All targets of a run; `in_components` are entries of components that served no user of them."""

    results: tuple[BuildResult, ...]
    in_components: tuple[Violation, ...]


def build_all(
    surveys: Sequence[Survey],
    targets: Sequence[BuildTarget],
    sources: Sources,
    progress: Callable[[str, int, int], None],
    helm: Helm,
) -> Built:
    """Every target built, in the order given."""
    by_repo = {found.repo: found for found in surveys}
    builders = {found.repo: KustomizeBuilder(sources, found.repo, helm=helm) for found in surveys}
    results: list[BuildResult] = []
    for number, target in enumerate(targets):
        progress("building", number, len(targets))
        found = by_repo[target.repo]
        if target.kind is TargetKind.PLAIN:
            results.append(build_plain(target, found.loose[target.path]))
        else:
            built = builders[target.repo].build(target)
            results.append(_alone(built) if found.dirs[target.path].component else built)
    return Built(
        with_ways(results),
        tuple(one for builder in builders.values() for one in builder.unmatched_in_components()),
    )


_MOST_STEPS = 8


def with_ways(results: Sequence[BuildResult]) -> tuple[BuildResult, ...]:
    """The results with the way to each fault told by the target that came the longest way to it.

    A base that fails fails forty overlays: one way shows how a build comes there, and the finding
    lists its targets.
    """
    longest: dict[_Fault, BuildResult] = {}
    for one in results:
        for violation in one.violations if one.status is Status.FAILED else ():
            held = longest.setdefault(_fault_of(violation), one)
            if len(one.way) > len(held.way):
                longest[_fault_of(violation)] = one
    return tuple(
        replace(one, violations=tuple(_with_way(each, one, longest) for each in one.violations))
        if one.way
        else one
        for one in results
    )


def _fault_of(violation: Violation) -> _Fault:
    return violation.rule, violation.on, violation.path, violation.message


def _with_way(violation: Violation, of: BuildResult, longest: Mapping[_Fault, BuildResult]) -> Violation:
    if longest.get(_fault_of(violation)) is not of:
        return violation
    return replace(violation, related=(*violation.related, *of.way[:_MOST_STEPS]))


def altered_builds(builds: Iterable[BuildResult], surveys: Sequence[Survey]) -> tuple[BuildResult, ...]:
    """The builds with only those objects that a change can have altered, if the run is limited to one.

    An object of a changed manifest is altered. Where anything else that a target reads has changed
    (a kustomization, a patch, a generator's file), any of its objects may be.
    """
    by_repo = {found.repo: found for found in surveys}
    return tuple(_altered(one, by_repo[one.target.repo]) for one in builds)


def _altered(build: BuildResult, found: Survey) -> BuildResult:
    if found.changed is None:
        return build
    changed = build.inputs & found.changed
    if not changed <= found.manifests:
        return build
    kept = tuple(one for one in build.objects if _source_of(one) in changed)
    return replace(build, objects=kept)


def _source_of(one: RenderedObject) -> str:
    """The path that an object was written at, "" in another repository."""
    file = origin(one.blame).source.file
    return file.path if one.target.startswith(f"{file.repo}//") else ""


def _alone(built: BuildResult) -> BuildResult:
    """A component that nothing uses, built by itself.

    Its patches and transformers wait for objects that only a user of it brings, so what they do
    not find proves nothing, and a failure means that it cannot be checked alone.
    """
    if built.status is not Status.FAILED:
        return replace(built, violations=(), complete=False)
    missing = tuple(one for one in built.violations if one.rule == "reference-missing")
    return replace(
        built,
        status=Status.UNCHECKED,
        violations=missing,
        reason=UNUSED_COMPONENT,
        unchecked=(Unchecked(built.target.id, UNUSED_COMPONENT),),
    )


def judged_builds(builds: Iterable[BuildResult], surveys: Sequence[Survey]) -> tuple[BuildResult, ...]:
    """The builds whose objects are judged: what is delivered, and not a base on its way to it.

    A base is judged through the overlays that build with it; by itself only where no overlay
    does, or where a Flux Kustomization or Argo CD Application names its folder. Examples and tests
    are built, but nobody delivers what they render to.
    """
    rendered = [one for one in builds if one.objects and one.status is not Status.FAILED]
    taken = {(one.target.repo, folder) for one in rendered for folder in one.included}
    apart = taken | {(found.repo, folder) for found in surveys for folder in found.undelivered}
    named = {
        (found.repo, path)
        for found in surveys
        for path in delivered_paths(document.body for document in found.documents)
    }
    places = ((one, (one.target.repo, one.target.path)) for one in rendered)
    return tuple(one for one, place in places if place not in apart or place in named)
