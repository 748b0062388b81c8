"""Building all targets of a run, and saying which of them are judged by what they render to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from gitlint_ops.build.missing_images import completed_nowhere
from gitlint_ops.build.plain import build_plain
from gitlint_ops.build.site import Site
from gitlint_ops.build.unproved import proved
from gitlint_ops.discover.delivery import delivered_paths
from gitlint_ops.discover.survey import Survey
from gitlint_ops.model.blame import at, origin
from gitlint_ops.model.delivery import Expansion
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.targets import BuildResult, BuildTarget, Status, TargetKind, Unchecked

_Fault: TypeAlias = tuple[str, object, FieldPath, str]
"""What tells one fault from another: its rule, place and message."""

UNUSED_COMPONENT = "no kustomization here uses this component, and it does not build alone"


class Covered(Struct, frozen=True):
    """Folders and files, by repository and path, that deliveries render: they are judged through these."""

    folders: frozenset[tuple[str, str]] = frozenset()
    files: frozenset[tuple[str, str]] = frozenset()


class Built(Struct, frozen=True):
    """All targets of a run; `in_components` are entries of components that served no user of them."""

    results: tuple[BuildResult, ...]
    in_components: tuple[Violation, ...]


def build_all(
    surveys: Sequence[Survey],
    targets: Sequence[BuildTarget],
    site: Site,
    progress: Callable[[str, int, int], None],
) -> tuple[BuildResult, ...]:
    """Every target built by itself, in the order given."""
    by_repo = {found.repo: found for found in surveys}
    results: list[BuildResult] = []
    for number, target in enumerate(targets):
        progress("building", number, len(targets))
        found = by_repo[target.repo]
        if target.kind is TargetKind.PLAIN:
            results.append(build_plain(target, found.loose[target.path]))
        else:
            built = site.builder(target.repo).build(target)
            results.append(_alone(built) if found.dirs[target.path].component else built)
    return tuple(results)


def built_together(results: Sequence[BuildResult], surveys: Sequence[Survey], site: Site) -> Built:
    """The results of a run, once all that uses a component has been built."""
    builders = [site.builder(found.repo) for found in surveys]
    idle = (one for each in builders for one in each.unmatched_in_components())
    return Built(with_ways(completed_nowhere(results)), tuple(proved(idle, results, surveys)))


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
    on: object = violation.on
    if isinstance(on, RenderedObject):
        found = origin(at(on.blame, violation.path))
        on = found.source, found.source_path
    return violation.rule, on, violation.path, violation.message


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
    if found.changed is None or build.whole:
        return build
    changed = build.inputs & found.changed
    if not changed <= found.manifests:
        return build
    kept = tuple(one for one in build.objects if _source_of(one, build.target.repo) in changed)
    return replace(build, objects=kept)


def _source_of(one: RenderedObject, repo: str) -> str:
    """The path that an object was written at, "" in another repository."""
    file = origin(one.blame).source.file
    return file.path if file.repo == repo else ""


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


def judged_builds(
    builds: Iterable[BuildResult],
    surveys: Sequence[Survey],
    covered: Covered = Covered(),  # noqa: B008 - frozen
) -> tuple[BuildResult, ...]:
    """The builds whose objects are judged: what is delivered, and not a base on its way to it.

    A base is judged through the overlays and deliveries that build with it; by itself only where none
    does, or where a delivery object names its folder that could not be rendered. Examples and tests are
    built, but nobody delivers what they render to.
    """
    rendered = [one for one in builds if one.objects and one.status is not Status.FAILED]
    taken = {(one.target.repo, folder) for one in rendered for folder in one.included} | covered.folders
    apart = taken | {(found.repo, folder) for found in surveys for folder in found.undelivered}
    named = {
        (found.repo, path)
        for found in surveys
        for path in delivered_paths(document.body for document in found.documents)
    } - covered.folders
    judged: list[BuildResult] = []
    for one in rendered:
        place = (one.target.repo, one.target.path)
        if one.target.owner:
            judged.append(one)
        elif one.target.kind is TargetKind.PLAIN:
            judged.extend(_uncovered(one, covered))
        elif place not in apart or place in named:
            judged.append(one)
    return tuple(judged)


def _uncovered(build: BuildResult, covered: Covered) -> Iterator[BuildResult]:
    """A folder of manifests without those that a delivery reads."""
    repo = build.target.repo
    kept = tuple(one for one in build.objects if (repo, _source_of(one, repo)) not in covered.files)
    if len(kept) == len(build.objects):
        yield build
    elif kept:
        yield replace(build, objects=kept)


def covered(expansion: Expansion) -> Covered:
    """The folders and files that deliveries render: judged through them."""
    folders: set[tuple[str, str]] = set()
    files: set[tuple[str, str]] = set()
    for result in _rendered(expansion):
        repo = result.target.repo
        if result.inputs:  # else it was rendered from another revision, and has no folder here
            folders.add((repo, result.target.path))
        folders.update((repo, one) for one in result.included)
        files.update((repo, one) for one in result.inputs)
        files.update(result.beside)
    return Covered(frozenset(folders), frozenset(files))


def _rendered(expansion: Expansion) -> Iterator[BuildResult]:
    for one in expansion.deliveries:
        if one.result is not None and one.result.objects:
            yield one.result


def results_of(expansion: Expansion) -> Iterable[BuildResult]:
    """What deliveries render to, in the order in which they were followed."""
    return (one.result for one in expansion.deliveries if one.result is not None)
