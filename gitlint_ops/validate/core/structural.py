"""Whether the schemas of a CustomResourceDefinition are structural, as the API server demands.

Source: k8s.io/apiextensions-apiserver/pkg/apiserver/schema/validation.go
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from gitlint_ops.validate.core.checks import below, is_settled, mapping, wrong
from gitlint_ops.validate.core.schema_branches import branches, incomplete
from gitlint_ops.validate.core.schema_nodes import node
from gitlint_ops.validate.messages import Fault
from gitlint_ops.validate.values import given, json_type

_TYPES = ("array", "boolean", "integer", "number", "object", "string")
_DEEPEST = 64
_NAMES_OF_OBJECT = frozenset({"name", "generateName"})

# The keywords beside which a definition may have the subresource `status`.
_WITH_STATUS = frozenset(
    {
        "description",
        "example",
        "exclusiveMaximum",
        "exclusiveMinimum",
        "externalDocs",
        "format",
        "items",
        "maxItems",
        "maxLength",
        "maximum",
        "minItems",
        "minLength",
        "minimum",
        "multipleOf",
        "pattern",
        "properties",
        "required",
        "title",
        "type",
        "uniqueItems",
        "x-kubernetes-preserve-unknown-fields",
        "x-kubernetes-validations",
    }
)


class _Place(Struct, frozen=True):
    """Where a node stands: `depth` 0 is the whole; `is_loose` says that a former value of it is not
    known, as of an item in a list without keys; `has_default` is False where none is allowed."""

    depth: int = 0
    is_loose: bool = False
    has_default: bool = True


def structural(value: Any, *, has_status: bool = False) -> Iterator[Fault]:
    """Faults of a whole schema; `has_status` says that its kind has the subresource `status`."""
    yield from _node(value, _Place())
    if isinstance(value, dict):
        yield from _whole(value, has_status=has_status)


def _whole(value: Mapping[str, Any], *, has_status: bool) -> Iterator[Fault]:
    if value.get("nullable") is True:
        yield wrong("the whole object must not be nullable", "nullable")
    if value.get("additionalProperties") is not None:
        yield wrong("it is not allowed at the root of a schema", "additionalProperties", at_key=True)
    for name in value if has_status else ():
        told = name in _WITH_STATUS or name.startswith(("$", "additional"))
        if not told and (_says_something(value[name]) or (name == "default" and value[name] is not None)):
            said = "with the subresource `status` it is not allowed at the root of a schema"
            yield wrong(said, name, at_key=True)
    yield from incomplete(value)
    metadata = mapping(mapping(value.get("properties")).get("metadata"))
    for name, held in metadata.items():
        if name == "type" or not _says_something(held) or name == "default":
            continue
        if name != "properties" or not _NAMES_OF_OBJECT.issuperset(held):
            said = "of metadata no more than name and generateName may be described"
            yield wrong(said, "properties", "metadata", name, at_key=True)


def _says_something(value: Any) -> bool:
    return value is not None and value is not False and value not in ("", [], {})


def _node(value: Any, place: _Place) -> Iterator[Fault]:
    # A null is a schema that says nothing.
    value = {} if value is None and place.depth else value
    if not isinstance(value, dict):
        if value is not None:
            yield wrong(f"expected a mapping, got {given(value)}")
        return
    if place.depth > _DEEPEST:
        return
    yield from _type(value, is_root=place.depth == 0)
    yield from _default(value, place)
    yield from node(value)
    yield from _kind_of_object(value, is_root=place.depth == 0)
    yield from _below(value, place)
    yield from branches(value)
    if value.get("x-kubernetes-validations"):
        from gitlint_ops.validate.core.expressions import rules_of_schema

        yield from rules_of_schema(value, is_object=place.depth == 0, is_loose=place.is_loose)


def _below(value: Mapping[str, Any], place: _Place) -> Iterator[Fault]:
    depth = place.depth + 1
    for name, held in mapping(value.get("properties")).items():
        of_server = place.depth == 0 and name in ("apiVersion", "kind", "metadata")
        inner = _Place(depth, place.is_loose, place.has_default and not of_server)
        yield from below(("properties", name), _node(held, inner))
    if isinstance(value.get("items"), dict):
        is_loose = place.is_loose or value.get("x-kubernetes-list-type") != "map"
        yield from below(("items",), _node(value["items"], _Place(depth, is_loose, place.has_default)))
    elif value.get("items") is None and value.get("type") == "array":
        yield wrong("a list needs `items`", *(("items",) if "items" in value else ()), at_key=True)
    if isinstance(value.get("additionalProperties"), dict):
        inner = _Place(depth, place.is_loose, place.has_default)
        yield from below(("additionalProperties",), _node(value["additionalProperties"], inner))


def _kind_of_object(value: Mapping[str, Any], *, is_root: bool) -> Iterator[Fault]:
    """What an object must be, of which the API server reads the kind and the metadata itself."""
    embedded = value.get("x-kubernetes-embedded-resource") is True
    if not is_root and not embedded:
        return
    fields = mapping(value.get("properties"))
    for name, wanted in (("apiVersion", "string"), ("kind", "string"), ("metadata", "object")):
        if name in fields and mapping(fields[name]).get("type") != wanted:
            yield wrong(f"its type must be {wanted}", "properties", name, at_key=True)
    if embedded and value.get("type") and value["type"] != "object":
        yield wrong("with `x-kubernetes-embedded-resource` it must be object", "type")
    if embedded and not fields and value.get("x-kubernetes-preserve-unknown-fields") is not True:
        said = "`x-kubernetes-embedded-resource` needs `properties` or `x-kubernetes-preserve-unknown-fields`"
        yield wrong(said, "x-kubernetes-embedded-resource", at_key=True)


def _is_free(value: Mapping[str, Any]) -> bool:
    return (
        value.get("x-kubernetes-int-or-string") is True
        or value.get("x-kubernetes-preserve-unknown-fields") is True
        # What is wrong is told at the reference.
        or value.get("$ref") is not None
        or not all(map(is_settled, value))
    )


def _type(value: Mapping[str, Any], *, is_root: bool) -> Iterable[Fault]:
    held = value.get("type")
    if not held:
        embedded = value.get("x-kubernetes-embedded-resource") is True
        at = ("type",) if "type" in value else ()
        return () if _is_free(value) and not embedded else (wrong("`type` is required", *at, at_key=True),)
    if held == "null":
        return (wrong("there is no type null: write `nullable: true` beside the type", "type"),)
    if is_root and held != "object" and is_settled(held):
        return (wrong(f"the type of the whole must be object, not {given(held)}", "type"),)
    if not isinstance(held, str) or held in _TYPES or not is_settled(held):
        return ()
    return (wrong(f"expected one of {', '.join(_TYPES)}; got {given(held)}", "type"),)


def _default(value: Mapping[str, Any], place: _Place) -> Iterator[Fault]:
    held, kind = value.get("default"), value.get("type")
    if held is not None and not place.has_default:
        said = "apiVersion, kind and metadata of an object must have no defaults"
        yield wrong(said, "default", at_key=True)
        return
    if held is None or kind not in _TYPES or not is_settled(held):
        return
    found = json_type(held)
    if found != kind and not (kind == "number" and found == "integer"):
        yield wrong(f"{given(held)} is not of type {kind}", "default")
        return
    from gitlint_ops.validate.crds import fits

    if not fits(held, value):
        yield wrong(f"{given(held)} is no value that the schema takes", "default")
