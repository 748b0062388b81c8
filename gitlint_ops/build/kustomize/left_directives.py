"""`$patch` that a merge leaves in an object, as it merges no items of lists whose keys it does not know."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gitlint_ops.build.kustomize.faults import Place, violation
from gitlint_ops.build.kustomize.merge_schema import MergeSchema
from gitlint_ops.build.kustomize.no_effect import PATCH_MISSES_FIELD
from gitlint_ops.build.kustomize.patch_targets import resource_label
from gitlint_ops.build.kustomize.resource import Resource
from gitlint_ops.model.blame import at, origin
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.location import DocumentRef, FieldPath

_DIRECTIVE = "$patch"
_PATCHES = "patch"


def left_directives(
    patched: Iterable[Resource], source: DocumentRef, schema: MergeSchema
) -> Iterator[Violation]:
    """The directives of a patch that became fields of custom resources.

    Of Kubernetes' own kinds the schema tells, as of any unknown field.
    """
    told: set[Place] = set()
    for resource in patched:
        if schema.of_kind(str(resource.body.get("apiVersion")), resource.gvk.kind) is not None:
            continue
        for path in _directives(resource.body, ()):
            set_by = origin(at(resource.blame, path))
            place = Place(set_by.source, set_by.source_path)
            if set_by.source == source and place not in told:
                told.add(place)
                yield violation(
                    f"`{_DIRECTIVE}` becomes a field of {resource_label(resource)}: kustomize merges no "
                    "items of this list, but takes the whole list from the patch",
                    place,
                    rule=PATCH_MISSES_FIELD,
                    hint="write the whole list without the directive, or change items with a JSON patch",
                    at_key=True,
                )


def _directives(node: Any, path: FieldPath) -> Iterator[FieldPath]:
    if isinstance(node, Mapping):
        if _DIRECTIVE in node:
            yield (*path, _DIRECTIVE)
        for key, value in node.items():
            # Fields like `patches` of a Flux Kustomization hold patches on purpose.
            if isinstance(value, Mapping | list) and _PATCHES not in str(key).lower():
                yield from _directives(value, (*path, str(key)))
    elif isinstance(node, list):
        for index, item in enumerate(node):
            if isinstance(item, Mapping | list):
                yield from _directives(item, (*path, index))
