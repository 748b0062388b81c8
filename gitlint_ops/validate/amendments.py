"""Where the published schemas differ from what the API server does, and how they are mended.

The schemas are generated from Go types, and "required" there means only that a field is written
out when empty. For most such fields the API server's own validation refuses the empty value, so
"required" holds; the exceptions are listed here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# The API server takes the empty value (or fills in a default) for these, so a manifest may leave
# them out. Sources: pkg/apis/*/validation and pkg/apis/*/v*/defaults.go of Kubernetes.
_MAY_BE_ABSENT: Mapping[str, frozenset[str]] = {
    "io.k8s.api.apps.v1.ControllerRevision": frozenset({"revision"}),
    "io.k8s.api.apps.v1.StatefulSetSpec": frozenset({"serviceName"}),
    "io.k8s.api.batch.v1.PodFailurePolicy": frozenset({"rules"}),
    "io.k8s.api.batch.v1.PodFailurePolicyOnPodConditionsPattern": frozenset({"status"}),
    "io.k8s.api.batch.v1.PodFailurePolicyRule": frozenset({"onPodConditions"}),
    "io.k8s.api.core.v1.HTTPHeader": frozenset({"value"}),
    "io.k8s.api.core.v1.ISCSIPersistentVolumeSource": frozenset({"lun"}),
    "io.k8s.api.core.v1.ISCSIVolumeSource": frozenset({"lun"}),
    "io.k8s.api.core.v1.LimitRangeSpec": frozenset({"limits"}),
    "io.k8s.api.core.v1.Sysctl": frozenset({"value"}),
    "io.k8s.api.discovery.v1.EndpointSlice": frozenset({"endpoints"}),
    "io.k8s.api.networking.v1.NetworkPolicySpec": frozenset({"podSelector"}),
    "io.k8s.api.rbac.v1.RoleRef": frozenset({"apiGroup"}),
    "io.k8s.api.core.v1.TypedLocalObjectReference": frozenset({"kind", "name"}),
    "io.k8s.api.storage.v1.CSIDriver": frozenset({"spec"}),
    "io.k8s.api.storage.v1.CSINode": frozenset({"spec"}),
    "io.k8s.api.storage.v1.CSINodeSpec": frozenset({"drivers"}),
    "io.k8s.api.storage.v1.TokenRequest": frozenset({"audience"}),
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionVersion": frozenset(
        {"served", "storage"}
    ),
}

# Without their spec these have no content that the API server would take; older schemas do not say so.
_NEED_SPEC = frozenset(
    {
        "io.k8s.api.apps.v1.DaemonSet",
        "io.k8s.api.apps.v1.Deployment",
        "io.k8s.api.apps.v1.ReplicaSet",
        "io.k8s.api.apps.v1.StatefulSet",
        "io.k8s.api.autoscaling.v1.HorizontalPodAutoscaler",
        "io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler",
        "io.k8s.api.batch.v1.CronJob",
        "io.k8s.api.batch.v1.Job",
        "io.k8s.api.batch.v1.JobTemplateSpec",
        "io.k8s.api.core.v1.PersistentVolume",
        "io.k8s.api.core.v1.PersistentVolumeClaim",
        "io.k8s.api.core.v1.Pod",
        "io.k8s.api.core.v1.PodTemplateSpec",
        "io.k8s.api.core.v1.Service",
        "io.k8s.api.networking.v1.Ingress",
    }
)

_NOT_NULL = ["array", "boolean", "integer", "number", "object", "string"]

# Prose, and keys that no check reads. The list-type keys stay: they name the keys of list maps.
_DROPPED = frozenset(
    {
        "description",
        "x-kubernetes-group-version-kind",
        "x-kubernetes-patch-strategy",
        "x-kubernetes-patch-merge-key",
        "x-kubernetes-unions",
        "x-kubernetes-map-type",
    }
)

# The schemas name these formats but no bounds; a number outside cannot be decoded.
_BOUNDS = {
    "int32": {"minimum": -(2**31), "maximum": 2**31 - 1},
    "int64": {"minimum": -(2**63), "maximum": 2**63 - 1},
}


TIME = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$"
MICRO_TIME = TIME.replace(r"(\.[0-9]+)?", r"\.[0-9]{6}")
BASE64 = (
    r"^[\r\n]*(([A-Za-z0-9+/][\r\n]*){4})*"
    r"(([A-Za-z0-9+/][\r\n]*){2}(=[\r\n]*){2}|([A-Za-z0-9+/][\r\n]*){3}=[\r\n]*)?$"
)
QUANTITY = (
    r"^\s*([+-]|[+-]?(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)|[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)"
    r"((n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)|[eE][+-]?[0-9]+)?)\s*$"
)
"""What the API server can decode; the schemas only name these formats."""

_PATTERNS = {"date-time": TIME, "byte": BASE64}

_MICRO_TIME = "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime"
_EXTENSIONS = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1."
_SCHEMA = f"{_EXTENSIONS}JSONSchemaProps"
_REFERENCE = "#/$defs/"

# These are published as anything at all; the API server decodes them itself, without a word on fields
# that it does not know.
_SCHEMA_OF_ITEMS = f"{_EXTENSIONS}JSONSchemaPropsOrArray"
_SCHEMA_OR_BOOLEAN = f"{_EXTENSIONS}JSONSchemaPropsOrBool"

_QUANTITY_DEFINITION = "io.k8s.apimachinery.pkg.api.resource.Quantity"


def amended(name: str, definition: Mapping[str, Any]) -> dict[str, Any]:
    """The definition called `name` as the API server understands it, without prose, refs local."""
    if name == _SCHEMA_OR_BOOLEAN:
        return {"if": {"type": "boolean"}, "else": {"$ref": _REFERENCE + _SCHEMA_OF_ITEMS}}
    mended = _slim(definition)
    if name == _MICRO_TIME:
        return {**mended, "pattern": MICRO_TIME}
    if name in (_SCHEMA, _SCHEMA_OF_ITEMS):
        # A null among the names of required fields is read as an empty one.
        mended["properties"]["required"]["items"] = {"type": ["string", "null"]}
    if name == _SCHEMA_OF_ITEMS:
        return _decoded_only(mended)
    if name == _QUANTITY_DEFINITION:
        return {**mended, "pattern": QUANTITY}
    free = _MAY_BE_ABSENT.get(name, frozenset())
    published = mended.get("required", ())
    required = [field for field in published if field not in free]
    if name in _NEED_SPEC and "spec" not in required:
        required.append("spec")
    fields = mended.get("properties", {})
    # As published, a required field may be null where it refers to another definition.
    fields.update({name: {**fields[name], "type": _NOT_NULL} for name in required if "$ref" in fields[name]})
    fields.update({name: _nullable(fields[name]) for name in published if name in free})
    return {**mended, "required": required} if required or published else mended


def published_as(name: str) -> str:
    """The definition that says what the one called `name` holds."""
    return _SCHEMA if name == _SCHEMA_OF_ITEMS else name


def _decoded_only(node: dict[str, Any]) -> dict[str, Any]:
    """A definition of schemas and what is below: types only, and references to it alone."""
    if isinstance(node.get("$ref"), str):
        to = node["$ref"].removeprefix(_REFERENCE)
        if to == _SCHEMA_OR_BOOLEAN:
            return node
        return {"$ref": _REFERENCE + _SCHEMA_OF_ITEMS} if to in (_SCHEMA, _SCHEMA_OF_ITEMS) else {}
    slim: dict[str, Any] = {}
    for key, held in node.items():
        if key.startswith("x-kubernetes-list") or (key == "additionalProperties" and held is False):
            continue
        if key == "properties":
            slim[key] = {name: _decoded_only(field) for name, field in held.items()}
        else:
            slim[key] = _decoded_only(held) if isinstance(held, dict) else held
    return slim


def _slim(node: Mapping[str, Any]) -> dict[str, Any]:
    slim: dict[str, Any] = _merged_as(node)
    for key, value in node.items():
        if key in _DROPPED:
            continue
        if key == "properties":
            slim[key] = {field: _slim(schema) for field, schema in value.items()}
        elif key == "oneOf":
            slim["type"] = _either(value)
        elif isinstance(value, dict):
            slim[key] = _slim(value)
        elif key == "format":
            slim.update(_BOUNDS.get(value, {}), format=value)
            if value in _PATTERNS:
                slim["pattern"] = _PATTERNS[value]
        else:
            slim[key] = value
    return slim


def _merged_as(node: Mapping[str, Any]) -> dict[str, Any]:
    """The list type that the API server takes from the older patch keys (kube-openapi's schemaconv)."""
    if "x-kubernetes-list-type" in node or "merge" not in str(node.get("x-kubernetes-patch-strategy", "")):
        return {}
    if "items" not in node:
        return {}
    if "x-kubernetes-patch-merge-key" not in node:
        return {"x-kubernetes-list-type": "set"}
    keys = [node["x-kubernetes-patch-merge-key"]]
    return {"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": keys}


def _either(branches: list[Mapping[str, Any]]) -> list[str]:
    """The types of a `oneOf` of plain types (quantities, int-or-string) as one list.

    As published, null fits both branches and so is refused, which the API server does not do.
    """
    return sorted({name for branch in branches for name in branch["type"]})


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    kind = schema.get("type")
    return {**schema, "type": [kind, "null"]} if isinstance(kind, str) else schema
