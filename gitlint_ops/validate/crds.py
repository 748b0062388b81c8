"""The schemas of custom resources, from CustomResourceDefinitions that stand in the workspace."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.validate.compiled import Schema, SchemaError
from gitlint_ops.validate.defaulting import defaulted, without_nulls
from gitlint_ops.validate.formats import bounds_of, pattern_of
from gitlint_ops.validate.patterns import for_this_engine

if TYPE_CHECKING:
    from gitlint_ops.validate.cel_rules import RuleNode

_API_VERSION = "apiextensions.k8s.io/v1"
_KIND = "CustomResourceDefinition"
_NAMESPACED = "Namespaced"

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
_NAMES_OF_KIND: Mapping[str, Any] = {
    "apiVersion": {"type": "string", "minLength": 1},
    "kind": {"type": "string", "pattern": "^[A-Za-z]([-A-Za-z0-9]*[A-Za-z0-9])?$"},
}
_WORTH_SHARING = 3
"""Fields from which on an object is worth a definition of its own."""


class CustomSchema(Schema):
    """The schema of a custom resource, from the structural schema (`source`) of its definition.

    `scope` is the definition's: "Namespaced" or "Cluster".
    """

    def __init__(
        self, source: Mapping[str, Any], object_meta: Mapping[str, Any], *, scope: str = _NAMESPACED
    ) -> None:
        super().__init__(custom_resource(source, object_meta))
        self._structural = source
        self.is_namespaced = scope == _NAMESPACED

    def is_valid(self, body: Any) -> bool:
        filled = defaulted(body, self._structural)
        if not super().is_valid(filled):
            return False
        # A null may stand for a field that some choice requires.
        return not _holds_null(filled) or super().is_valid(without_nulls(filled, self._structural))

    def errors(self, body: Any) -> Iterator[SchemaError]:
        filled = defaulted(body, self._structural)
        found = list(super().errors(filled))
        return iter(found) if found else super().errors(without_nulls(filled, self._structural))

    def without_rules(self) -> CustomSchema:
        """This schema, known to hold no rules in CEL, so that they are not looked for."""
        self.__dict__["rules"] = None
        return self

    @cached_property
    def rules(self) -> RuleNode | None:
        from gitlint_ops.validate.cel_rules import rules_of

        return rules_of(self._structural)

    @cached_property
    def compares(self) -> bool:
        from gitlint_ops.validate.cel_rules import has_transitions

        return self.rules is not None and has_transitions(self.rules)


class CustomSchemas:
    """What the CustomResourceDefinitions among some objects say of their custom resources.

    `object_meta` is a schema with the definition of ObjectMeta at its root: the API server holds the
    metadata of every kind to it, whatever the definition says.
    """

    def __init__(self, objects: Iterable[RenderedObject], object_meta: Mapping[str, Any]) -> None:
        self._object_meta = object_meta
        self._sources: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
        self._kinds: dict[tuple[str, str], RenderedObject] = {}
        self._served: dict[tuple[str, str], dict[str, None]] = {}
        self._schemas: dict[tuple[str, str], tuple[Schema, ...]] = {}
        self._scopes: dict[tuple[str, str], str] = {}
        for definition in objects:
            if definition.kind == _KIND and definition.api_version == _API_VERSION:
                self._add(definition)

    def schemas(self, api_version: str, kind: str) -> tuple[Schema, ...]:
        """The schemas of a kind, one for each different definition that serves it, as first met.

        A workspace may install several versions of one operator, and which of them is meant is not
        known here.
        """
        wanted = (api_version, kind)
        if wanted not in self._schemas:
            scope = self._scopes.get((api_version.rpartition("/")[0], kind), _NAMESPACED)
            made = [
                CustomSchema(source, self._object_meta, scope=scope)
                for source in self._sources.get(wanted, ())
            ]
            self._schemas[wanted] = tuple(schema for schema in made if schema.compiles)
        return self._schemas[wanted]

    def defines(self, group: str, kind: str) -> bool:
        """Whether a definition of this kind stands in the workspace, whichever versions it serves."""
        return (group, kind) in self._kinds

    def definition(self, group: str, kind: str) -> RenderedObject:
        """The first definition of a kind that is defined."""
        return self._kinds[group, kind]

    def served(self, group: str, kind: str) -> tuple[str, ...]:
        """The versions of a kind that any definition serves, in the order of the definitions."""
        return tuple(self._served.get((group, kind), ()))

    def _add(self, definition: RenderedObject) -> None:
        spec = _mapping(definition.body.get("spec"))
        kind = _mapping(spec.get("names")).get("kind")
        named = (str(spec.get("group")), str(kind))
        self._kinds.setdefault(named, definition)
        self._scopes.setdefault(named, str(spec.get("scope")))
        self._served.setdefault(named, {}).update(dict.fromkeys(_served_names(spec)))
        for version, schema in _served(spec):
            held = self._sources.setdefault((f"{spec.get('group')}/{version}", str(kind)), [])
            if schema not in held:
                held.append(schema)


def _holds_null(value: Any) -> bool:
    if isinstance(value, dict):
        return any(held is None or _holds_null(held) for held in value.values())
    return isinstance(value, list) and any(map(_holds_null, value))


def _served_names(spec: Mapping[str, Any]) -> Iterator[str]:
    versions = spec.get("versions")
    for version in versions if isinstance(versions, list) else ():
        if _mapping(version).get("served") is True:
            yield str(_mapping(version).get("name"))


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
    translation = _Translation(object_meta["$ref"])
    root = translation.structural(source)
    root["properties"] = {
        **root.get("properties", {}),
        "apiVersion": {"type": "string"},
        "kind": {"type": "string"},
        "metadata": {"$ref": object_meta["$ref"]},
    }
    root["$defs"] = {**object_meta["$defs"], **translation.definitions}
    return root


def fits(value: Any, node: Mapping[str, Any]) -> bool:
    """Whether a value is one that a structural schema takes; metadata of objects in it are not judged."""
    translation = _Translation("#/$defs/metadata")
    schema = translation.structural(node)
    judge = Schema({**schema, "$defs": {"metadata": {}, **translation.definitions}})
    return not judge.compiles or judge.is_valid(defaulted(value, node))


class _Translation:
    """From a structural schema to a JSON schema.

    What stands in several places as one value (a pin's equal parts, a YAML alias) is translated once
    into `definitions` and referred to: the generators of an ApplicationSet repeat themselves 20 times.
    `metadata` is a reference to the metadata of any object.
    """

    def __init__(self, metadata: str) -> None:
        self.definitions: dict[str, Any] = {}
        self._metadata = metadata
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
            self._describe_object(schema)
        others = node.get("additionalProperties")
        if isinstance(others, Mapping):
            schema["additionalProperties"] = self._shared(others)
        elif others is not True and node.get("x-kubernetes-preserve-unknown-fields") is not True:
            schema["additionalProperties"] = False

    def _describe_object(self, schema: dict[str, Any]) -> None:
        """An object in an object: it names its kind, and its metadata are those of any object."""
        own = schema["properties"]
        named = {name: {"allOf": [own.get(name, {}), judge]} for name, judge in _NAMES_OF_KIND.items()}
        schema["properties"] = {**own, **named, "metadata": {"$ref": self._metadata}}
        schema["required"] = [*dict.fromkeys((*schema.get("required", ()), *named))]


def _value_checks(node: Mapping[str, Any]) -> dict[str, Any]:
    """The keywords that judge values and say nothing of structure."""
    checks = {key: node[key] for key in _COPIED if key in node} | bounds_of(node)
    format_pattern = pattern_of(node)
    if isinstance(node.get("pattern"), str):
        checks["pattern"] = for_this_engine(node["pattern"])
    elif format_pattern:
        checks["pattern"] = format_pattern
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
    if format_pattern and checks.get("pattern") != format_pattern:
        checks["allOf"] = [*checks.get("allOf", ()), {"pattern": format_pattern}]
    if isinstance(node.get("not"), Mapping):
        checks["not"] = _branch(node["not"])
    return checks


def _branch(node: Mapping[str, Any]) -> dict[str, Any]:
    """A schema under `anyOf` and its like: it judges values and never forbids other fields."""
    branch = _value_checks(node)
    if isinstance(node.get("type"), str):
        branch["type"] = node["type"]
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
