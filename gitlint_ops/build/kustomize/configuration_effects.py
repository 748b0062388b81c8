"""Entries of `configurations:` that no object has, and what they may have meant.

Files that serve many applications name kinds that a build does not have. So an entry is told only
if an object is nearly as it says, and a file as a whole if nothing of it has any effect.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from typing import Any, NamedTuple

from gitlint_ops.build.kustomize.decode import Fields
from gitlint_ops.build.kustomize.entry_uses import Configured, Judged
from gitlint_ops.build.kustomize.faults import Place, violation
from gitlint_ops.build.kustomize.field_specs import (
    GROUP_FIELDS,
    FieldSpec,
    FieldSpecFault,
    NameReference,
    decoded_spec,
    hits,
    split_path,
)
from gitlint_ops.build.kustomize.identity import is_selected
from gitlint_ops.build.kustomize.merge_schema import MergeSchema
from gitlint_ops.build.kustomize.no_effect import without_effect
from gitlint_ops.build.kustomize.patch_targets import resource_label
from gitlint_ops.build.kustomize.resource import Gvk, Resource
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.near_names import near_name

CONFIGURATION_NO_MATCH = "configuration-no-match"


class _Miss(NamedTuple):
    """Why an entry finds nothing: the field of it that is wrong, if any."""

    message: str = ""
    hint: str = ""
    field: str = "path"


class _Objects:
    """The objects of a build by kind; `known` are the kinds of the schema in force, of any version."""

    def __init__(self, resources: Sequence[Resource], schema: MergeSchema) -> None:
        self.by_kind: dict[str, list[Resource]] = {"": list(resources)}
        for one in resources:
            self.by_kind.setdefault(one.gvk.kind, []).append(one)
        self.known = frozenset(name.rpartition("|")[2] for name in schema.kinds)

    def selected(self, gvk: Gvk) -> list[Resource]:
        return [one for one in self.by_kind.get(gvk.kind, ()) if is_selected(one.gvk, gvk)]


def configuration_effects(
    configured: Sequence[Configured], resources: Sequence[Resource], schema: MergeSchema
) -> Iterator[Judged]:
    """What the entries find among the objects of a build."""
    objects = _Objects(resources, schema)
    for one in dict.fromkeys(configured):
        judged = list(_judged(one, objects))
        idle = bool(judged) and all(found is not None and not found.message for _, found in judged)
        yield from judged
        yield one.file, _idle_file(one.entry) if idle else None


def _idle_file(entry: Place) -> Violation:
    return without_effect("this configuration changes nothing: no object here has what it names", entry)


def unmatched_fields(
    fields: Sequence[Fields], resources: Sequence[Resource], schema: MergeSchema
) -> Iterator[Violation]:
    """The `fields:` of an entry of `labels:` that no object has, be it under nearly the same name."""
    objects = _Objects(resources, schema)
    for one in fields:
        spec = decoded_spec(one)
        found = _told(_missed(spec, objects, frozenset()), one.place)
        if found is not None and not found.message:
            told = f"{_absence(spec, objects)}: this entry changes nothing"
            found = without_effect(told, one.at("path"))
        if found is not None:
            yield found


def _absence(spec: FieldSpec, objects: _Objects) -> str:
    what = spec.gvk.kind or "object"
    if objects.selected(spec.gvk):
        return f"no {what} here has {spec.path}"
    if objects.by_kind.get(spec.gvk.kind):
        return f"no {what} here is of the group and version that this names"
    return f"there is no {what} here"


def no_definitions(body: Any, entry: Place) -> Violation:
    """A file of `crds:` that says nothing to kustomize."""
    if isinstance(body, dict) and body.get("kind") == "CustomResourceDefinition":
        return violation(
            "kustomize takes nothing from this CustomResourceDefinition: here it neither delivers it nor "
            "reads its schema",
            entry,
            rule=CONFIGURATION_NO_MATCH,
            hint="to deliver it, list it under resources; crds takes OpenAPI definitions with extensions "
            "like x-kubernetes-object-ref-kind",
        )
    return without_effect("this changes nothing: no definition here has kustomize's extensions", entry)


def _judged(one: Configured, objects: _Objects) -> Iterator[Judged]:
    for name, attribute in GROUP_FIELDS.items():
        entries = getattr(one.specs, attribute)
        covered = {gvk.kind for gvk in _kinds(entries) if objects.selected(gvk)}
        for index, held in enumerate(entries):
            place = one.file.of(name, index)
            if isinstance(held, NameReference):
                yield place, _told(_missed_kind(held.target, objects, covered), place)
                specs = [(spec, place.of("fieldSpecs", at)) for at, spec in enumerate(held.referrers)]
            else:
                specs = [(held, place)]
            for spec, at in specs:
                yield at, _told(_missed(spec, objects, covered), at)


def _kinds(entries: Iterable[FieldSpec | NameReference]) -> Iterator[Gvk]:
    for one in entries:
        yield from (spec.gvk for spec in one.referrers) if isinstance(one, NameReference) else (one.gvk,)


def _told(miss: _Miss | None, place: Place) -> Violation | None:
    """The violation; one without a message is not told, but counts as without effect."""
    if miss is None:
        return None
    return violation(miss.message, place.of(miss.field), rule=CONFIGURATION_NO_MATCH, hint=miss.hint)


def _missed(spec: FieldSpec, objects: _Objects, covered: Set[str]) -> _Miss | None:
    """Why a spec finds nothing; None if it finds something."""
    miss = _missed_kind(spec.gvk, objects, covered)
    if miss is not None:
        return miss
    selected = objects.selected(spec.gvk)
    parts = split_path(spec.path)
    if spec.create or any(_has(one, parts) for one in selected):
        return None
    return next((found for one in selected if (found := _near_path(one, spec)) is not None), _Miss())


def _missed_kind(gvk: Gvk, objects: _Objects, covered: Set[str]) -> _Miss | None:
    """The same for a kind; `covered` are kinds that other entries find in another group or version."""
    if objects.selected(gvk):
        return None
    of_kind = objects.by_kind.get(gvk.kind)
    # Files list Kubernetes' own kinds under groups that are long gone, beside those that are in use.
    if not gvk.kind or gvk.kind in objects.known:
        return _Miss()
    if of_kind:
        return _Miss() if gvk.kind in covered else _other_version(gvk, of_kind[0])
    meant = near_name(gvk.kind, objects.by_kind)
    if not meant:
        return _Miss()
    return _Miss(
        f"there is no {gvk.kind} here: this entry changes nothing", f"did you mean {meant!r}?", "kind"
    )


def _other_version(gvk: Gvk, near: Resource) -> _Miss:
    field = "group" if gvk.group and gvk.group != near.gvk.group else "version"
    own = getattr(near.gvk, field)
    return _Miss(
        f"no {gvk.kind} here is of the {field} {getattr(gvk, field)!r}: this entry changes nothing",
        f"{resource_label(near)} would match but for its {field}, which is {own!r}" if own else "",
        field,
    )


def _has(resource: Resource, parts: tuple[str, ...]) -> bool:
    try:
        return next(hits(resource.body, parts, create=False), None) is not None
    except FieldSpecFault:
        return True


def _near_path(resource: Resource, spec: FieldSpec) -> _Miss | None:
    """The path that the spec nearly names in one object."""
    node: Any = resource.body
    parts = split_path(spec.path)
    for index, part in enumerate(parts):
        while isinstance(node, list):
            node = node[0] if node else None
        key = part.removesuffix("[]")
        if not isinstance(node, dict):
            return None
        if key not in node:
            meant = near_name(key, node)
            found = "/".join((*parts[:index], meant, *parts[index + 1 :]))
            here = "/".join((*parts[:index], key))
            return (
                _Miss(
                    f"{resource_label(resource)} has no {here}: this entry changes nothing",
                    f"did you mean {found}?",
                )
                if meant
                else None
            )
        node = node[key]
    return None
