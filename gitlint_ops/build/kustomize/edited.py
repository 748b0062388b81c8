"""A kustomization as an operator edits it before it builds: fields set, entries added.

Flux and Argo CD both write into the kustomization file of the folder that they build, or make one
where there is none. What they add is blamed on the fields of the delivery object that asked for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from gitlint_ops.build.kustomize.decode import Fields, Shape, StructOf, decode_struct
from gitlint_ops.build.kustomize.faults import Place
from gitlint_ops.build.kustomize.kustomization import KUSTOMIZATION, Kustomization
from gitlint_ops.model.location import DocumentRef, FieldPath


def made_kustomization(document: DocumentRef) -> Kustomization:
    """A kustomization that says nothing yet, for a folder that has none; `document` is where it would be."""
    return Kustomization(document, is_component=False, fields=Fields({}, Place(document), {}))


def decoded(name: str, value: Any, place: Place) -> Any:
    """The value of a kustomization's field, as a delivery object gives it at `place`.

    For a list this is one entry of it.

    Raises:
        BuildFault: it has a wrong type, or a field that kustomize does not know.
    """
    shape = KUSTOMIZATION.fields[name]
    single = getattr(shape, "item", None) if isinstance(value, Mapping) else None
    wanted: Shape = shape if single is None or not isinstance(single, StructOf) else single
    if isinstance(wanted, StructOf):
        return decode_struct(value, wanted, place, subject=wanted.name, strict=False)
    whole = StructOf("Kustomization", {name: wanted})
    return decode_struct({name: value}, whole, place, subject=name, strict=False).values.get(name)


def with_field(kustomization: Kustomization, name: str, value: Any, place: Place) -> Kustomization:
    """With a field set as a whole, whatever it was before."""
    fields = kustomization.fields
    moved = {path: one for path, one in fields.moved.items() if path[0] != name}
    values = {**fields.values, name: value}
    return replace(kustomization, fields=replace(fields, values=values, moved={**moved, (name,): place}))


def with_entries(
    kustomization: Kustomization, name: str, entries: Sequence[tuple[Any, Place]]
) -> Kustomization:
    """With entries added to a list; those that are mappings are `Fields` and know their own places."""
    if not entries:
        return kustomization
    fields = kustomization.fields
    held: tuple[Any, ...] = fields.values.get(name, ())
    places: dict[FieldPath, Place] = {
        (name, len(held) + number): place for number, (_, place) in enumerate(entries)
    }
    values = {**fields.values, name: (*held, *(value for value, _ in entries))}
    return replace(kustomization, fields=replace(fields, values=values, moved={**fields.moved, **places}))
