"""Containers that a patch adds without an image: a fault, unless an overlay gives them one.

A base may leave the image to its overlays on purpose. So what a patch adds is judged by what comes out:
of a build itself, and of all builds that read the patch.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from msgspec.structs import replace

from gitlint_ops.model.blame import at, chain
from gitlint_ops.model.findings import Severity, Violation
from gitlint_ops.model.location import DocumentRef, FieldPath
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.targets import BuildResult, Status

PATCH_MISSES_FIELD = "patch-misses-field"

_CONTAINERS = frozenset({"containers", "initContainers", "ephemeralContainers"})
_Place: TypeAlias = tuple[object, FieldPath]


def is_without_image(found: Violation) -> bool:
    """Whether a violation is that of a patch which adds a container and gives it no image."""
    return found.rule == PATCH_MISSES_FIELD and found.severity is Severity.ERROR


def still_without_image(
    violations: Sequence[Violation], objects: Iterable[RenderedObject]
) -> tuple[Violation, ...]:
    """The violations of one build without those of containers that have an image in the end, or are gone."""
    if not any(map(is_without_image, violations)):
        return tuple(violations)
    bare = {place for one in objects for place in _bare_containers(one)}
    return tuple(one for one in violations if not is_without_image(one) or (one.on, one.path) in bare)


def completed_nowhere(results: Sequence[BuildResult]) -> tuple[BuildResult, ...]:
    """The results without such violations that some build which reads the patch has no more."""
    told = {(one.on, one.path): one for each in results for one in each.violations if is_without_image(one)}
    completed = {
        place
        for place, one in told.items()
        if isinstance(one.on, DocumentRef) and any(_completes(each, one, one.on) for each in results)
    }
    if not completed:
        return tuple(results)
    return tuple(_without(one, completed) for one in results)


def _completes(built: BuildResult, found: Violation, on: DocumentRef) -> bool:
    return (
        built.status is not Status.FAILED
        and built.complete
        and built.target.repo == on.file.repo
        and on.file.path in built.inputs
        and found not in built.violations
    )


def _without(built: BuildResult, completed: set[tuple[Any, FieldPath]]) -> BuildResult:
    kept = tuple(
        one for one in built.violations if not is_without_image(one) or (one.on, one.path) not in completed
    )
    return built if len(kept) == len(built.violations) else replace(built, violations=kept)


def _bare_containers(one: RenderedObject) -> Iterator[_Place]:
    """The places that gave containers without an image their names."""
    for path in _names_of_bare(one.body, ()):
        for origin in chain(at(one.blame, path)):
            yield origin.source, origin.source_path


def _names_of_bare(node: Any, path: FieldPath) -> Iterator[FieldPath]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield from _names_of_bare(value, (*path, str(key)))
    elif isinstance(node, list):
        for index, item in enumerate(node):
            if path[-1:] and path[-1] in _CONTAINERS and isinstance(item, Mapping) and not item.get("image"):
                yield (*path, index, "name")
            yield from _names_of_bare(item, (*path, index))
