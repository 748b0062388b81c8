"""`configurations:` and `crds:`: field specs beside kustomize's own.

Source: api/internal/plugins/builtinconfig/loaddefaultconfig.go,
api/internal/accumulator/loadconfigfromcrds.go
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gitlint_ops.build.kustomize.decode import TEXT, Fields, ListOf, Shape, StructOf, decode_struct
from gitlint_ops.build.kustomize.faults import Place, fault
from gitlint_ops.build.kustomize.field_specs import (
    GROUP_FIELDS,
    FieldSpec,
    FieldSpecConflict,
    FieldSpecs,
    NameReference,
    decoded_gvk,
    decoded_spec,
)
from gitlint_ops.build.kustomize.kustomization import FIELD_SPEC
from gitlint_ops.build.kustomize.resource import Gvk

MAX_DEPTH = 32

_NAME_REFERENCE = StructOf(
    "NameBackReferences",
    {"group": TEXT, "version": TEXT, "kind": TEXT, "fieldSpecs": ListOf(FIELD_SPEC)},
)
_SHAPES: Mapping[str, Shape] = {
    name: ListOf(_NAME_REFERENCE if name == "nameReference" else FIELD_SPEC) for name in GROUP_FIELDS
}
CONFIGURATION = StructOf("TransformerConfig", _SHAPES)


def read_configuration(body: Any, place: Place) -> FieldSpecs:
    """The field specs of a configuration file.

    Raises:
        BuildFault: it has an unknown field or a value of the wrong type.
    """
    if body is None:
        return FieldSpecs()
    fields = decode_struct(body, CONFIGURATION, place, subject="configuration", strict=True)
    groups: dict[str, Any] = {}
    for name, attribute in GROUP_FIELDS.items():
        read = _name_reference if name == "nameReference" else decoded_spec
        groups[attribute] = tuple(read(one) for one in fields.structs(name))
    return FieldSpecs(**groups)


def _name_reference(fields: Fields) -> NameReference:
    return NameReference(decoded_gvk(fields), tuple(map(decoded_spec, fields.structs("fieldSpecs"))))


def merged(held: FieldSpecs, added: FieldSpecs, place: Place) -> FieldSpecs:
    """Both configurations.

    Raises:
        BuildFault: they disagree on creating a field.
    """
    try:
        return held.merged(added)
    except FieldSpecConflict as error:
        raise fault(
            f"two configurations disagree on creating the field {error} (kustomize: conflicting fieldspecs)",
            place,
        ) from error


def read_crds(body: Any) -> FieldSpecs:
    """The field specs that OpenAPI definitions of custom resources name by their extensions."""
    if not isinstance(body, dict):
        return FieldSpecs()
    found = _CrdSpecs(body)
    for name in body:
        if _is_kubernetes_type(_properties(body, name)):
            found.collect(Gvk("", "", str(name).rpartition(".")[2]), str(name), ())
    return FieldSpecs(
        name_prefix=tuple(found.prefixes),
        common_labels=tuple(found.labels),
        common_annotations=tuple(found.annotations),
        name_reference=tuple(found.references),
    )


class _CrdSpecs:
    """Field specs collected from the definitions of one file."""

    def __init__(self, definitions: Mapping[str, Any]) -> None:
        self._definitions = definitions
        self.annotations: list[FieldSpec] = []
        self.labels: list[FieldSpec] = []
        self.prefixes: list[FieldSpec] = []
        self.references: list[NameReference] = []

    def collect(self, gvk: Gvk, type_name: str, path: tuple[str, ...]) -> None:
        # Definitions may refer to themselves; kustomize would not end on those.
        if len(path) > MAX_DEPTH:
            return
        for name, schema in _properties(self._definitions, type_name):
            inner = (*path, name)
            for extension, specs in (
                ("x-kubernetes-annotation", self.annotations),
                ("x-kubernetes-label-selector", self.labels),
                ("x-kubernetes-identity", self.prefixes),
            ):
                if isinstance(schema.get(extension), str):
                    specs.append(FieldSpec(gvk, "/".join(inner)))
            self._collect_reference(gvk, schema, inner)
            reference = schema.get("$ref")
            if isinstance(reference, str):
                self.collect(gvk, reference, inner)

    def _collect_reference(self, gvk: Gvk, schema: Mapping[str, Any], path: tuple[str, ...]) -> None:
        version, kind = (schema.get(f"x-kubernetes-object-ref-{part}") for part in ("api-version", "kind"))
        if isinstance(version, str) and isinstance(kind, str):
            name_key = schema.get("x-kubernetes-object-ref-name-key", "name")
            spec = FieldSpec(gvk, "/".join((*path, str(name_key))))
            self.references.append(NameReference(Gvk("", version, kind), (spec,)))


def _properties(definitions: Mapping[str, Any], name: object) -> list[tuple[str, Mapping[str, Any]]]:
    return list(_named_schemas(definitions, name))


def _named_schemas(definitions: Mapping[str, Any], name: object) -> Iterator[tuple[str, Mapping[str, Any]]]:
    definition = definitions.get(str(name))
    schema = _member(definition, "Schema")
    properties = _member(schema, "properties")
    for key, value in properties.items():
        if isinstance(value, dict):
            yield str(key), value


def _member(body: Any, name: str) -> dict[str, Any]:
    """A member that is a mapping, its name without regard to case; else an empty one."""
    if not isinstance(body, dict):
        return {}
    found = next((value for key, value in body.items() if str(key).lower() == name.lower()), None)
    return found if isinstance(found, dict) else {}


def _is_kubernetes_type(properties: list[tuple[str, Mapping[str, Any]]]) -> bool:
    return {"kind", "apiVersion", "metadata"} <= {name for name, _ in properties}
