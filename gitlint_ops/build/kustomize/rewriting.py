"""What JSON patches see of a resource that is not in its body, and what they undo.

Kustomize keeps notes on a resource (the names it had, what its generator asked for) in annotations
until the end. So a JSON patch can add an annotation to a resource without any: the mapping is there.

Source: api/internal/builtins/PatchTransformer.go transformJson6902
"""

from __future__ import annotations

from msgspec.structs import replace

from gitlint_ops.build.kustomize.resource import Resource
from gitlint_ops.model.structure import value_at, with_value

_ANNOTATIONS = ("metadata", "annotations")


def with_room_for_notes(resource: Resource, *, renames: bool) -> Resource:
    """A resource as a JSON patch finds it; `renames`: its name is noted before it is patched."""
    metadata = resource.body.get("metadata")
    if (
        not (renames or resource.has_notes)
        or not isinstance(metadata, dict)
        or value_at(metadata, ("annotations",)) is not None
    ):
        return resource
    return replace(resource, body=with_value(resource.body, _ANNOTATIONS, {}))


def as_rewritten(before: tuple[Resource, ...], after: tuple[Resource, ...]) -> tuple[Resource, ...]:
    """The resources after a JSON patch, which wrote those anew that it did not leave alone.

    Their fields share no values any more, and have the quotes that kustomize gives them.
    """
    return tuple(new if new is old else _rewritten(new) for old, new in zip(before, after, strict=True))


def _rewritten(resource: Resource) -> Resource:
    return replace(
        resource,
        shared=(),
        rewritten=True,
        styled=False,
        stripped=True,
        commented=frozenset(),
        brace_comments=(),
    )
