"""`labels:`, `commonLabels:` and `commonAnnotations:`: entries of mappings in many fields.

Source: api/internal/target/kusttarget_configplugin.go, api/filters/labels, api/filters/annotations
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

from msgspec import Struct

from gitlint_ops.build.kustomize.decode import Fields
from gitlint_ops.build.kustomize.faults import Place, fault
from gitlint_ops.build.kustomize.field_specs import (
    FieldSpec,
    FieldSpecConflict,
    FieldSpecFault,
    FieldSpecs,
    Hit,
    SpecsByKind,
    decoded_spec,
    merge_specs,
)
from gitlint_ops.build.kustomize.no_effect import without_effect
from gitlint_ops.build.kustomize.resource import Gvk, Resource
from gitlint_ops.build.kustomize.shared_values import with_shared
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.location import FieldPath

_METADATA = FieldSpec(Gvk("", "", ""), "metadata/labels", create=True)


class MapEntries(Struct, frozen=True):
    """Labels or annotations to add, in the fields of `specs`; `place` is that of their mapping.

    `own` are those of the specs that stand in the entry itself. `implied`: nobody wrote the entry, but
    kustomize has it (with no labels) where there are others.
    """

    entries: Mapping[str, str]
    place: Place
    specs: tuple[FieldSpec, ...]
    own: tuple[Fields, ...] = ()
    implied: bool = False


def label_entries(label: Fields, specs: FieldSpecs) -> MapEntries:
    """One entry of `labels:` with the fields that it means.

    Raises:
        BuildFault: its own fields contradict the configured ones.
    """
    try:
        chosen = _label_specs(label, specs)
    except FieldSpecConflict as error:
        raise fault(
            f"the fields of this entry and of the configuration disagree on creating {error} "
            "(kustomize: failed to merge labels: conflicting fieldspecs)",
            label.place,
        ) from error
    return MapEntries(label.text_map("pairs"), label.at("pairs"), chosen, label.structs("fields"))


def _label_specs(label: Fields, specs: FieldSpecs) -> tuple[FieldSpec, ...]:
    own = tuple(decoded_spec(one) for one in label.structs("fields"))
    chosen = merge_specs(own, specs.labels)
    if label.flag("includeSelectors"):
        return merge_specs(chosen, specs.common_labels)
    if label.flag("includeTemplates"):
        chosen = merge_specs(chosen, specs.template_labels)
    return merge_specs(chosen, (_METADATA,))


def add_entries(
    resources: tuple[Resource, ...], added: MapEntries, effective: set[str] | None = None
) -> tuple[Resource, ...]:
    """The resources with the entries set wherever the specs lead.

    `effective` takes in the keys that were not there already, or had another value.
    """
    if not added.entries:
        return resources
    adding = _Adding(added, set() if effective is None else effective)
    return tuple(adding.to(resource) for resource in resources)


def without_effects(added: MapEntries, effective: Set[str]) -> Iterator[Violation]:
    """The entries that were there already, each or all as one; or that there are none."""
    if not added.entries and not added.implied:
        yield without_effect("this entry changes nothing: it adds no label", added.place)
        return
    idle = [key for key in added.entries if key not in effective]
    if len(idle) > 1 and not effective:
        yield without_effect("this changes nothing: all that it adds is there already", added.place)
        return
    for key in idle:
        yield without_effect(
            f"this entry changes nothing: {key} is {added.entries[key]!r} already wherever it is set",
            added.place.of(key),
        )


class _Adding:
    """The same entries being added to one resource after the other."""

    def __init__(self, added: MapEntries, effective: set[str]) -> None:
        self._added = added
        self._effective = effective
        self._specs = SpecsByKind(added.specs, creates=True)
        self._keys = sorted(added.entries)
        self._new: dict[str, list[FieldPath]] = {}

    def to(self, resource: Resource) -> Resource:
        self._new = {key: [] for key in self._keys}
        resource = self._specs.change(resource, self._added.place, self._change)
        for key, paths in self._new.items():
            resource = with_shared(resource, paths, self._added.entries[key])
        return resource

    def _change(self, resource: Resource, hit: Hit) -> Resource:
        if hit.value is None and not hit.creates:
            return resource
        if hit.value is not None and not isinstance(hit.value, dict):
            raise FieldSpecFault("wrong node kind: expected MappingNode")
        for key in self._keys:
            path = (*hit.path, key)
            if key not in self._effective and (hit.value or {}).get(key) != self._added.entries[key]:
                self._effective.add(key)
            if key not in (hit.value or {}):
                self._new[key].append(path)
            resource = resource.with_field(path, self._added.entries[key], self._added.place.of(key).origin())
        return resource
