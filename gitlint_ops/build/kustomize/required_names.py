"""Resources that have lost their kind or their name on the way: kustomize looks once more at the end.

Source: api/resource/factory.go DropLocalNodes, kyaml/yaml/rnode.go GetValidatedMetadata
"""

from __future__ import annotations

from typing import Any

from gitlint_ops.build.kustomize.decode import scalar_text
from gitlint_ops.build.kustomize.faults import BuildFault, Place, fault
from gitlint_ops.build.kustomize.resource import Resource
from gitlint_ops.model.blame import at, origin
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.structure import value_at

_NAME: FieldPath = ("metadata", "name")


def require_names(resource: Resource) -> None:
    """Raise BuildFault where a resource has no kind, or no name; lists need none."""
    commas = [sum(text.count(",") for text in texts) for texts in zip(*resource.previous, strict=True)]
    if len(set(commas)) > 1:
        source = origin(at(resource.blame, _NAME))
        raise fault(
            f"a {resource.gvk.kind} had a name with a comma in it, and kustomize keeps names in a list with "
            "commas (kustomize: number of previous names, number of previous namespaces, number of previous "
            "kinds not equal)",
            Place(source.source, source.source_path),
        )
    kind = _text(value_at(resource.body, ("kind",)))
    if not kind:
        raise _missing(resource, ("kind",), f"{resource.name or 'an object'} has no kind any more")
    if not kind.endswith("List") and not _text(value_at(resource.body, _NAME)):
        raise _missing(resource, _NAME, f"a {kind} has no metadata.name any more")


def _text(value: Any) -> str:
    return "" if value is None else scalar_text(value)


def _missing(resource: Resource, path: FieldPath, what: str) -> BuildFault:
    source = origin(at(resource.blame, path))
    return fault(
        f"{what} once everything is applied (kustomize: missing {'.'.join(map(str, path))} in object)",
        Place(source.source, source.source_path),
        hint="look for a patch or replacement that empties or removes it",
    )
