"""The ValueAddTransformer: one value put into fields, or into a place of the paths they hold.

Source: api/internal/builtins/ValueAddTransformer.go, api/filters/valueadd/valueadd.go
"""

from __future__ import annotations

import posixpath
from typing import Any

from msgspec import Struct

from gitlint_ops.build.kustomize import namespace
from gitlint_ops.build.kustomize.decode import (
    INTEGER,
    TEXT,
    Fields,
    ListOf,
    StructOf,
    decode_struct,
    scalar_text,
)
from gitlint_ops.build.kustomize.faults import Place, because, fault
from gitlint_ops.build.kustomize.field_specs import split_path
from gitlint_ops.build.kustomize.identity import Scopes
from gitlint_ops.build.kustomize.kustomization import SELECTOR, Entry
from gitlint_ops.build.kustomize.reading import Reader
from gitlint_ops.build.kustomize.resource import Resource
from gitlint_ops.build.kustomize.selectors import Selector, SelectorFault
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.structure import value_at

_TARGET = StructOf("Target", {"selector": SELECTOR, "fieldPath": TEXT, "filePathPosition": INTEGER})
_TARGETS = StructOf("Targets", {"targets": ListOf(_TARGET)})
SETTING = StructOf("ValueAdd", {"value": TEXT, "targets": ListOf(_TARGET), "targetFilePath": TEXT})


class ValueSetting(Struct, frozen=True):
    value: str
    place: Place
    targets: tuple[Fields, ...]


def read_setting(fields: Fields, reader: Reader) -> ValueSetting:
    """The setting; without a value it is the name of the kustomization's folder.

    Raises:
        BuildFault: there is no target, or one has no path.
    """
    targets = fields.structs("targets")
    if fields.text("targetFilePath"):
        place, body = reader.body(Entry(fields.text("targetFilePath"), fields.at("targetFilePath")))
        targets += decode_struct(body, _TARGETS, place, subject="targets", strict=False).structs("targets")
    if not targets:
        raise fault("must specify at least one target", fields.place)
    for target in targets:
        if not target.text("fieldPath"):
            raise fault("fieldPath cannot be empty", target.place)
        if target.integer("filePathPosition") < 0:
            raise fault("filePathPosition cannot be negative", target.at("filePathPosition"))
    value = fields.text("value").strip() or posixpath.basename(reader.folder.path)
    place = fields.at("value") if fields.text("value").strip() else fields.place
    return ValueSetting(value, place, targets)


def apply(resources: tuple[Resource, ...], setting: ValueSetting, scopes: Scopes) -> tuple[Resource, ...]:
    """The resources with the value put where each target says."""
    for target in setting.targets:
        selector = _selector(target)
        resources = tuple(
            _with_value(one, target, setting, scopes) if selector.selects(one, scopes) else one
            for one in resources
        )
    return resources


def _selector(target: Fields) -> Selector:
    fields = target.struct("selector")
    try:
        return Selector.parse(fields.plain() if fields is not None else {})
    except SelectorFault as error:
        raise fault(f"the selector cannot be read {because(error.reason)}", target.at("selector")) from error


def _with_value(resource: Resource, target: Fields, setting: ValueSetting, scopes: Scopes) -> Resource:
    path: FieldPath = split_path(target.text("fieldPath"))
    if path == ("metadata", "namespace"):
        moved = namespace.NamespaceSetting(setting.value, setting.place)
        return namespace.moved(resource, moved, scopes)
    old = value_at(resource.body, path)
    if isinstance(old, dict | list):
        raise fault(
            f"{target.text('fieldPath')} of {resource.gvk.kind} {resource.name} is no scalar "
            "(kustomize: wrong node kind: expected ScalarNode)",
            target.place,
        )
    position = target.integer("filePathPosition")
    value = _inserted(scalar_text(old), position - 1, setting.value) if position > 0 else setting.value
    return resource.with_field(path, value, setting.place.origin())


def _inserted(path: str, position: int, part: str) -> str:
    """A file path with one more part; an absolute path stays absolute."""
    cleaned = posixpath.normpath(path) if path else ""
    if cleaned in ("", "."):
        return part
    parts: list[Any] = [one for one in cleaned.split("/") if one]
    parts.insert(min(position, len(parts)), part)
    return ("/" if cleaned.startswith("/") else "") + "/".join(parts)
