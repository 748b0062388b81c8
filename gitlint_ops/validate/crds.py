"""The schemas of custom resources, from CustomResourceDefinitions that stand in the workspace."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.validate.compiled import Schema, SchemaError
from gitlint_ops.validate.defaulting import defaulted
from gitlint_ops.validate.patterns import for_this_engine

if TYPE_CHECKING:
    from gitlint_ops.validate.cel_rules import RuleNode

_API_VERSION = "apiextensions.k8s.io/v1"
_KIND = "CustomResourceDefinition"

_COPIED = frozenset(
    {
        "minimum",
        "maximum",
        "minLength",
        "maxLength",
        "minItems",
        "maxItems",
        "minProperties",
        "maxProperties",
        "multipleOf",
        "x-kubernetes-list-type",
        "x-kubernetes-list-map-keys",
    }
)
_ANYTHING: Mapping[str, Any] = {}
_WORTH_SHARING = 3
"""Fields from which on an object is worth a definition of its own."""

_BYTE = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_FORMATS = {
    "ipv4": rf"^{_BYTE}(\.{_BYTE}){{3}}$",
    "ipv6": "^[0-9A-Fa-f.:]*:[0-9A-Fa-f.:]*$",
}
"""Formats that choices are made by."""


class CustomSchema(Schema):
    """The schema of a custom resource, from the structural schema (`source`) of its definition."""

    def __init__(self, source: Mapping[str, Any], object_meta: Mapping[str, Any]) -> None:
        super().__init__(custom_resource(source, object_meta))
        self._structural = source

    def is_valid(self, body: Any) -> bool:
        return super().is_valid(defaulted(body, self._structural))

    def errors(self, body: Any) -> Iterator[SchemaError]:
        return super().errors(defaulted(body, self._structural))

    @cached_property
    def rules(self) -> RuleNode | None:
        from gitlint_ops.validate.cel_rules import rules_of

        return rules_of(self._structural)


class CustomSchemas:
    """What the CustomResourceDefinitions among some objects say of their custom resources.

    `object_meta` is a schema with the definition of ObjectMeta at its root: the API server holds the
    metadata of every kind to it, whatever the definition says.
    """

    def __init__(self, objects: Iterable[RenderedObject], object_meta: Mapping[str, Any]) -> None:
        self._object_meta = object_meta
        self._sources: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
        self._kinds: set[tuple[str, str]] = set()
        self._schemas: dict[tuple[str, str], tuple[Schema, ...]] = {}
        for definition in objects:
            if definition.kind == _KIND and definition.api_version == _API_VERSION:
                self._add(definition.body)

    def schemas(self, api_version: str, kind: str) -> tuple[Schema, ...]:
        """The schemas of a kind, one for each different definition that serves it, as first met.

        A workspace may install several versions of one operator, and which of them is meant is not
        known here.
        """
        wanted = (api_version, kind)
        if wanted not in self._schemas:
            sources = self._sources.get(wanted, ())
            self._schemas[wanted] = tuple(
                schema for source in sources if (schema := CustomSchema(source, self._object_meta)).compiles
            )
        return self._schemas[wanted]

    def defines(self, group: str, kind: str) -> bool:
        """Whether a definition of this kind stands in the workspace, whichever versions it serves."""
        return (group, kind) in self._kinds

    def _add(self, body: Mapping[str, Any]) -> None:
        spec = _mapping(body.get("spec"))
        kind = _mapping(spec.get("names")).get("kind")
        self._kinds.add((str(spec.get("group")), str(kind)))
        for version, schema in _served(spec):
            held = self._sources.setdefault((f"{spec.get('group')}/{version}", str(kind)), [])
            if schema not in held:
                held.append(schema)


def _served(spec: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    versions = spec.get("versions")
    for version in versions if isinstance(versions, list) else ():
        named = _mapping(version)
        schema = _mapping(_mapping(named.get("schema")).get("openAPIV3Schema"))
        if named.get("served") is True and schema:
            yield str(named.get("name")), schema


def custom_resource(source: Mapping[str, Any], object_meta: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON schema by which the API server judges a custom resource, unknown fields refused.

    Source: k8s.io/apiextensions-apiserver/pkg/apiserver/schema (structural schemas, pruning)
    """
    translation = _Translation()
    root = translation.structural(source)
    root["properties"] = {
        **root.get("properties", {}),
        "apiVersion": {"type": "string"},
        "kind": {"type": "string"},
        "metadata": {"$ref": object_meta["$ref"]},
    }
    root["$defs"] = {**object_meta["$defs"], **translation.definitions}
    return root


class _Translation:
    """From a structural schema to a JSON schema.

    What stands in several places as one value (a pin's equal parts, a YAML alias) is translated once
    into `definitions` and referred to: the generators of an ApplicationSet repeat themselves 20 times.
    """

    def __init__(self) -> None:
        self.definitions: dict[str, Any] = {}
        self._names: dict[tuple[int, bool], str] = {}

    def structural(self, node: Mapping[str, Any]) -> dict[str, Any]:
        schema = _value_checks(node)
        if node.get("x-kubernetes-int-or-string") is True:
            schema["type"] = ["integer", "string"]
        elif isinstance(node.get("type"), str):
            schema["type"] = node["type"]
        if "items" in node:
            schema["items"] = self._shared(_mapping(node["items"]))
        if schema.get("type") == "object" or "properties" in node:
            self._describe_fields(schema, node)
        if node.get("nullable") is True:
            return _or_null(schema)
        return schema

    def _shared(self, node: Mapping[str, Any], *, or_null: bool = False) -> dict[str, Any]:
        """The schema of a node, or a reference to it."""
        if len(_mapping(node.get("properties"))) < _WORTH_SHARING:
            return self._translated(node, or_null)
        wanted = (id(node), or_null)
        name = self._names.get(wanted)
        if name is None:
            name = self._names[wanted] = f"part{len(self._names)}"
            self.definitions[name] = self._translated(node, or_null)
        return {"$ref": f"#/$defs/{name}"}

    def _translated(self, node: Mapping[str, Any], or_null: bool) -> dict[str, Any]:
        schema = self.structural(node)
        return _or_null(schema) if or_null else schema

    def _describe_fields(self, schema: dict[str, Any], node: Mapping[str, Any]) -> None:
        fields = {name: _mapping(field) for name, field in _mapping(node.get("properties")).items()}
        needed = _names(node.get("required"))
        required = [name for name in needed if "default" not in fields.get(name, _ANYTHING)]
        schema["properties"] = {
            # A null in a field that is not nullable is dropped before validation, so it counts as absent.
            name: self._shared(field, or_null=name not in required)
            for name, field in fields.items()
        }
        if required:
            schema["required"] = required
        if node.get("x-kubernetes-embedded-resource") is True:
            schema["properties"] = {"apiVersion": {}, "kind": {}, "metadata": {}, **schema["properties"]}
        others = node.get("additionalProperties")
        if isinstance(others, Mapping):
            schema["additionalProperties"] = self._shared(others)
        elif others is not True and node.get("x-kubernetes-preserve-unknown-fields") is not True:
            schema["additionalProperties"] = False


def _value_checks(node: Mapping[str, Any]) -> dict[str, Any]:
    """The keywords that judge values and say nothing of structure."""
    checks = {key: node[key] for key in _COPIED if key in node}
    if isinstance(node.get("pattern"), str):
        checks["pattern"] = for_this_engine(node["pattern"])
    if isinstance(node.get("enum"), list):
        checks["enum"] = list(node["enum"])
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        # OpenAPI 3.0 writes these as flags beside the bound.
        if node.get(exclusive) is True and bound in checks:
            checks[exclusive] = checks.pop(bound)
    if node.get("x-kubernetes-int-or-string") is not True:
        for key in ("allOf", "anyOf", "oneOf"):
            if isinstance(node.get(key), list):
                checks[key] = [_branch(_mapping(branch)) for branch in node[key]]
    if isinstance(node.get("not"), Mapping):
        checks["not"] = _branch(node["not"])
    return checks


def _branch(node: Mapping[str, Any]) -> dict[str, Any]:
    """A schema under `anyOf` and its like: it judges values and never forbids other fields."""
    branch = _value_checks(node)
    if isinstance(node.get("type"), str):
        branch["type"] = node["type"]
    if node.get("format") in _FORMATS:
        branch["allOf"] = [*branch.get("allOf", ()), {"pattern": _FORMATS[node["format"]]}]
    if isinstance(node.get("properties"), Mapping):
        branch["properties"] = {name: _branch(_mapping(field)) for name, field in node["properties"].items()}
    if _names(node.get("required")):
        branch["required"] = _names(node["required"])
    if isinstance(node.get("items"), Mapping):
        branch["items"] = _branch(node["items"])
    if isinstance(node.get("additionalProperties"), Mapping):
        branch["additionalProperties"] = _branch(node["additionalProperties"])
    return branch


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    """`schema`, or null. Keywords that null does not meet are put behind a choice."""
    if any(key in schema for key in ("allOf", "anyOf", "oneOf", "not")):
        # Other keywords judge values of their own type only, so null passes them.
        judged = {key: schema[key] for key in ("allOf", "anyOf", "oneOf", "not") if key in schema}
        rest = {key: value for key, value in schema.items() if key not in judged}
        return {**_or_null(rest), "if": {"not": {"type": "null"}}, "then": judged}
    loose = dict(schema)
    kinds = schema.get("type", ())
    if kinds:
        names = [kinds] if isinstance(kinds, str) else kinds
        loose["type"] = [*(name for name in names if name != "null"), "null"]
    if "enum" in schema and None not in schema["enum"]:
        loose["enum"] = [*schema["enum"], None]
    return loose


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else _ANYTHING


def _names(value: Any) -> list[str]:
    return [name for name in value if isinstance(name, str)] if isinstance(value, list) else []
