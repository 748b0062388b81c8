"""Field specs: which fields of which kinds a transformer changes, and how paths find fields.

Source: api/types/fieldspec.go, api/filters/fieldspec/fieldspec.go, api/internal/plugins/builtinconfig
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from msgspec import Struct, field
from msgspec.structs import fields, replace

from gitlint_ops.build.kustomize.decode import Fields
from gitlint_ops.build.kustomize.faults import BuildFault, Place, because, fault
from gitlint_ops.build.kustomize.identity import is_selected
from gitlint_ops.build.kustomize.order import kind_order
from gitlint_ops.build.kustomize.resource import Gvk, Resource
from gitlint_ops.model.location import FieldPath


class FieldSpec(NamedTuple):
    """A path (lists on it are gone through) in the kinds that `gvk` selects.

    `create`: the field is made where it is missing, by transformers that can.
    """

    gvk: Gvk
    path: str
    create: bool = False


class NameReference(NamedTuple):
    """Fields that hold the name of a resource of kind `target`."""

    target: Gvk
    referrers: tuple[FieldSpec, ...]


class FieldSpecConflict(Exception):
    """Two specs of one field that disagree on creating it."""


class FieldSpecs(Struct, frozen=True):
    """The field specs of all transformers, as configured so far."""

    name_prefix: tuple[FieldSpec, ...] = ()
    name_suffix: tuple[FieldSpec, ...] = ()
    namespace: tuple[FieldSpec, ...] = ()
    common_labels: tuple[FieldSpec, ...] = ()
    labels: tuple[FieldSpec, ...] = ()
    template_labels: tuple[FieldSpec, ...] = ()
    common_annotations: tuple[FieldSpec, ...] = ()
    name_reference: tuple[NameReference, ...] = ()
    var_reference: tuple[FieldSpec, ...] = ()
    images: tuple[FieldSpec, ...] = ()
    replicas: tuple[FieldSpec, ...] = ()

    def merged(self, other: FieldSpecs) -> FieldSpecs:
        """Both, without doubles.

        Raises:
            FieldSpecConflict: they disagree.
        """
        # Every level of overlays merges the defaults again; nearly all change nothing.
        if other is self:
            return self
        changes: dict[str, Any] = {}
        for one in fields(self):
            mine, theirs = getattr(self, one.name), getattr(other, one.name)
            if mine is theirs or not theirs:
                continue
            merge: Any = merge_name_references if one.name == "name_reference" else merge_specs
            both = merge(mine, theirs)
            if both is not mine:
                changes[one.name] = tuple(sorted(both, key=_order))
        return replace(self, **changes) if changes else self


# The names that configuration files use.
GROUP_FIELDS = {
    "namePrefix": "name_prefix",
    "nameSuffix": "name_suffix",
    "namespace": "namespace",
    "commonLabels": "common_labels",
    "labels": "labels",
    "templateLabels": "template_labels",
    "commonAnnotations": "common_annotations",
    "nameReference": "name_reference",
    "varReference": "var_reference",
    "images": "images",
    "replicas": "replicas",
}


def default_field_specs() -> FieldSpecs:
    """What kustomize changes unless configured otherwise (data/sources.lock.json says whence)."""
    text = (Path(__file__).parent / "data" / "field_specs.json").read_text("utf-8")
    groups: dict[str, Any] = {}
    for name, entries in json.loads(text).items():
        read = _name_reference if name == "nameReference" else _field_spec
        groups[GROUP_FIELDS[name]] = tuple(sorted(map(read, entries), key=_order))
    return FieldSpecs(**groups)


def _field_spec(entry: Mapping[str, Any]) -> FieldSpec:
    return FieldSpec(_gvk(entry), entry.get("path", ""), bool(entry.get("create", False)))


def _name_reference(entry: Mapping[str, Any]) -> NameReference:
    return NameReference(_gvk(entry), tuple(map(_field_spec, entry.get("fieldSpecs", ()))))


def _gvk(entry: Mapping[str, Any]) -> Gvk:
    return Gvk(entry.get("group", ""), entry.get("version", ""), entry.get("kind", ""))


def decoded_spec(entry: Fields) -> FieldSpec:
    """A field spec of a kustomization or of a plugin's configuration."""
    return FieldSpec(decoded_gvk(entry), entry.text("path"), entry.flag("create"))


def decoded_gvk(entry: Fields) -> Gvk:
    return Gvk(entry.text("group"), entry.text("version"), entry.text("kind"))


def _order(spec: FieldSpec | NameReference) -> tuple[int, str]:
    return kind_order(spec[0])


def merge_specs(held: tuple[FieldSpec, ...], added: tuple[FieldSpec, ...]) -> tuple[FieldSpec, ...]:
    """The specs of both; a new one is dropped where its kinds take in those of one held.

    `held` itself comes back where nothing is new, so that equal configurations stay one object.

    Raises:
        FieldSpecConflict: the two would disagree on creating the field.
    """
    if held is added:
        return held
    merged = list(held)
    by_path: dict[str, list[FieldSpec]] = {}
    for spec in merged:
        by_path.setdefault(spec.path, []).append(spec)
    for spec in added:
        same = next((one for one in by_path.get(spec.path, ()) if is_selected(one.gvk, spec.gvk)), None)
        if same is None:
            merged.append(spec)
            by_path.setdefault(spec.path, []).append(spec)
        elif same.create != spec.create:
            raise FieldSpecConflict(spec.path)
    return held if len(merged) == len(held) else tuple(merged)


def merge_name_references(
    held: tuple[NameReference, ...], added: tuple[NameReference, ...]
) -> tuple[NameReference, ...]:
    """The references of both; `held` itself where nothing is new."""
    merged = {one.target: one for one in held}
    changed = False
    for one in added:
        mine = merged.get(one.target)
        if mine is one:
            continue
        referrers = merge_specs(mine.referrers, one.referrers) if mine else one.referrers
        if mine is None or referrers is not mine.referrers:
            merged[one.target] = NameReference(one.target, referrers)
            changed = True
    return tuple(merged.values()) if changed else held


def split_path(path: str) -> tuple[str, ...]:
    """The keys of a field spec's path; "\\/" stands for a slash within a key."""
    parts = path.split("/")
    if len(parts) > 1 and parts[0] == "":
        parts = parts[1:]
    joined = [parts[0]]
    for part in parts[1:]:
        if joined[-1].endswith("\\"):
            joined[-1] = f"{joined[-1][:-1]}/{part}"
        else:
            joined.append(part)
    return tuple(joined)


class Hit(NamedTuple):
    """A field that a spec leads to.

    `creates`: a value is to be made where there is none. `becomes`: the path ends before the field,
    and what is here, a null or nothing, becomes this empty list or mapping.
    """

    path: FieldPath
    value: Any
    creates: bool = False
    becomes: list[Any] | dict[str, Any] | None = None


class FieldSpecFault(Exception):
    """A spec that does not fit the resource; the message is kustomize's."""


def hits(body: Mapping[str, Any], parts: tuple[str, ...], *, create: bool) -> Iterator[Hit]:
    """The fields that a path leads to, in document order; missing ones too if `create`.

    Raises:
        FieldSpecFault: the path leads through a scalar.
    """
    yield from _hits(body, parts, (), create)


def _hits(node: Any, parts: tuple[str, ...], path: FieldPath, create: bool) -> Iterator[Hit]:
    if not parts:
        yield Hit(path, node, create)
    elif isinstance(node, dict):
        yield from _member_hits(node, parts, path, create)
    elif isinstance(node, list):
        for index, item in enumerate(node):
            yield from _hits(item, parts, (*path, index), create)
    elif node is not None:
        raise FieldSpecFault("expected sequence or mapping node")


def _member_hits(
    node: dict[str, Any], parts: tuple[str, ...], path: FieldPath, create: bool
) -> Iterator[Hit]:
    key = parts[0]
    is_list = key.endswith("[]")
    if is_list:
        key = key[:-2]
    if not key:
        raise FieldSpecFault("cannot set or create an empty field name")
    inner = (*path, key)
    value = node.get(key)
    if is_list:
        if key in node and value is None:
            yield Hit(inner, None, becomes=[])
        elif key in node:
            yield from _hits(value, parts[1:], inner, create)
    elif value is None and create and parts[1:]:
        # Made even if a list that is missing ends the path further down.
        yield from list(_hits({}, parts[1:], inner, create)) or [Hit(inner, None, becomes={})]
    elif key in node or create:
        yield from _hits(value, parts[1:], inner, create)


_ANNOTATIONS = ("metadata", "annotations")


class SpecsByKind(Struct):
    """The specs of one transformer, looked up by kind and split once."""

    specs: tuple[FieldSpec, ...]
    creates: bool
    _held: dict[Gvk, tuple[tuple[tuple[str, ...], bool, str], ...]] = field(default_factory=dict)

    def of(self, gvk: Gvk) -> tuple[tuple[tuple[str, ...], bool, str], ...]:
        """Split path, whether to create, and the path as written, of each spec for a kind."""
        held = self._held.get(gvk)
        if held is None:
            held = self._held[gvk] = tuple(
                (split_path(spec.path), spec.create and self.creates, spec.path)
                for spec in self.specs
                if is_selected(gvk, spec.gvk)
            )
        return held

    def change(
        self, resource: Resource, place: Place, change: Callable[[Resource, Hit], Resource]
    ) -> Resource:
        """The resource with `change` made at every field that the specs lead to."""
        for parts, create, written in self.of(resource.gvk):
            try:
                has_room = create or (parts == _ANNOTATIONS and resource.has_notes)
                for hit in list(hits(resource.body, parts, create=has_room)):
                    if hit.becomes is not None:
                        resource = resource.with_field(hit.path, hit.becomes, place.origin())
                    else:
                        resource = change(resource, hit)
            except FieldSpecFault as error:
                raise spec_fault(error, written, resource, place) from error
        return resource


def spec_fault(error: FieldSpecFault, path: str, resource: Resource, place: Place) -> BuildFault:
    return fault(
        f"field {path} of {resource.gvk.kind} {resource.name} cannot be set {because(str(error))}",
        place,
    )
