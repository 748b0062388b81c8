"""`namePrefix:` and `nameSuffix:`.

Source: api/internal/builtins/PrefixTransformer.go, SuffixTransformer.go
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from gitlint_ops.build.kustomize.decode import scalar_text
from gitlint_ops.build.kustomize.faults import Place
from gitlint_ops.build.kustomize.field_specs import FieldSpec, FieldSpecFault, Hit, SpecsByKind
from gitlint_ops.build.kustomize.identity import is_selected
from gitlint_ops.build.kustomize.merge_nodes import Written, unknown_text
from gitlint_ops.build.kustomize.resource import Gvk, Resource
from gitlint_ops.build.kustomize.scalar_setting import with_scalar

# Their names have a meaning to others, so they are never renamed.
_SKIPPED = (
    Gvk("", "", "CustomResourceDefinition"),
    Gvk("apiregistration.k8s.io", "", "APIService"),
    Gvk("", "", "Namespace"),
)


class Affix(Struct, frozen=True):
    """A prefix or suffix, and where it says so."""

    text: str
    is_prefix: bool
    place: Place

    def on(self, name: str) -> str:
        return self.text + name if self.is_prefix else name + self.text


def apply(
    resources: tuple[Resource, ...],
    affix: Affix,
    specs: Sequence[FieldSpec],
    written: Written = unknown_text,
) -> tuple[Resource, ...]:
    """The resources renamed; they remember the affix, which tells apart what names refer to."""
    return tuple(_renamed(resource, affix, specs, written) for resource in resources)


def _renamed(resource: Resource, affix: Affix, specs: Sequence[FieldSpec], written: Written) -> Resource:
    gvk = resource.org_id.gvk
    if any(is_selected(gvk, skipped) for skipped in _SKIPPED):
        return resource
    for spec in specs:
        if not is_selected(gvk, spec.gvk):
            continue
        if spec.path == "metadata/name" and affix.text:
            resource = _remembering(resource, affix)
        resource = SpecsByKind((spec,), creates=True).change(
            resource, affix.place, lambda one, hit: _set(one, hit, affix, written)
        )
    return resource


def _remembering(resource: Resource, affix: Affix) -> Resource:
    resource = resource.remembered()
    if affix.is_prefix:
        return replace(resource, prefixes=(*resource.prefixes, affix.text))
    return replace(resource, suffixes=(*resource.suffixes, affix.text))


def _set(resource: Resource, hit: Hit, affix: Affix, written: Written) -> Resource:
    if isinstance(hit.value, dict | list):
        raise FieldSpecFault("wrong node kind: expected ScalarNode")
    text = affix.on(scalar_text(hit.value))
    return with_scalar(resource, hit.path, text, affix.place.origin(), written)
