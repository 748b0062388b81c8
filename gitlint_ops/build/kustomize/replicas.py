"""`replicas:`: the number of replicas of a workload, found by any name it has had.

Source: api/internal/builtins/ReplicaCountTransformer.go
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec import Struct

from gitlint_ops.build.kustomize.decode import Fields
from gitlint_ops.build.kustomize.faults import Place, did_you_mean, fault
from gitlint_ops.build.kustomize.field_specs import FieldSpec, FieldSpecFault, Hit, SpecsByKind
from gitlint_ops.build.kustomize.identity import is_selected
from gitlint_ops.build.kustomize.merge_nodes import Written, unknown_text
from gitlint_ops.build.kustomize.resource import Resource
from gitlint_ops.build.kustomize.scalar_setting import stands_in_quotes

_MOST_NAMED = 5


class ReplicaEntry(Struct, frozen=True):
    name: str
    count: int
    fields: Fields

    @property
    def place(self) -> Place:
        return self.fields.at("count") if "count" in self.fields else self.fields.place


def replica_entry(fields: Fields) -> ReplicaEntry:
    return ReplicaEntry(fields.text("name"), fields.integer("count"), fields)


def apply(
    resources: tuple[Resource, ...],
    entry: ReplicaEntry,
    specs: Sequence[FieldSpec],
    *,
    complete: bool,
    written: Written = unknown_text,
) -> tuple[Resource, ...]:
    """The resources with the count set in the one so named.

    Raises:
        BuildFault: there is none (unless the build is not `complete`: it may be in what is missing).
    """
    found = False
    for spec in specs:
        by_kind = SpecsByKind((spec,), creates=True)
        changed = []
        for resource in resources:
            if _is_meant(resource, entry, spec):
                found = True
                resource = by_kind.change(  # noqa: PLW2901
                    resource, entry.place, lambda one, hit: _set(one, hit, entry, written)
                )
            changed.append(resource)
        resources = tuple(changed)
    if not found and complete:
        names = {one.name for one in resources if any(is_selected(one.gvk, spec.gvk) for spec in specs)}
        raise fault(
            f"no workload with replicas is called {entry.name!r} (kustomize: resource with name {entry.name} "
            "does not match a config with the following GVK)",
            entry.fields.at("name") if "name" in entry.fields else entry.place,
            hint=did_you_mean(entry.name, names) or _there_is(names),
        )
    return resources


def _there_is(names: Collection[str]) -> str:
    if not names:
        return "there is no such workload here at all"
    shown = ", ".join(sorted(names)[:_MOST_NAMED])
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return f"there is {shown}{more}"


def _is_meant(resource: Resource, entry: ReplicaEntry, spec: FieldSpec) -> bool:
    return any(
        one.name == entry.name and is_selected(one.gvk, spec.gvk)
        for one in (resource.cur_id, *resource.prev_ids)
    )


def _set(resource: Resource, hit: Hit, entry: ReplicaEntry, written: Written) -> Resource:
    if isinstance(hit.value, dict | list):
        raise FieldSpecFault("wrong node kind: expected ScalarNode")
    # A number in quotes stays in quotes, and so is a text.
    in_quotes = isinstance(hit.value, str) and stands_in_quotes(resource, hit.path, written)
    count = str(entry.count) if in_quotes else entry.count
    return resource.with_field(hit.path, count, entry.place.origin())
