"""Structural schemas without their prose.

Keywords are told from the names of fields: a field may itself be called "description" or "title".
A keyword that is not known here stops the generator, so that no check is lost unseen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

_PROSE = frozenset({"description", "title", "example", "examples", "externalDocs", "$comment"})
_VALUES = frozenset(
    {
        "type", "format", "required", "enum", "default", "nullable", "pattern", "uniqueItems",
        "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
        "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties",
        "x-kubernetes-embedded-resource", "x-kubernetes-int-or-string", "x-kubernetes-list-map-keys",
        "x-kubernetes-list-type", "x-kubernetes-map-type", "x-kubernetes-preserve-unknown-fields",
        "x-kubernetes-validations",
    }
)  # fmt: skip
_IGNORED = frozenset({"optional"})
"""Keywords that some definitions have and the API server does not know: it drops them."""
_LISTS = frozenset({"allOf", "anyOf", "oneOf"})
_SCHEMAS = frozenset({"items", "not", "additionalProperties"})


def reduced(node: Mapping[str, Any]) -> dict[str, Any]:
    """`node` with all that judges a value or gives one, and nothing that only explains.

    Raises:
        ValueError: a keyword is not known.
    """
    kept: dict[str, Any] = {}
    for key, value in node.items():
        if value is None and key != "default":
            continue
        if key in _VALUES:
            kept[key] = value
        elif key == "properties":
            kept[key] = {name: reduced(field) for name, field in value.items()}
        elif key in _LISTS:
            kept[key] = [reduced(branch) for branch in value]
        elif key in _SCHEMAS:
            kept[key] = reduced(value) if isinstance(value, Mapping) else value
        elif key not in _PROSE and key not in _IGNORED:
            raise ValueError(f"unknown keyword {key}")
    return kept


def decoded_only(node: Mapping[str, Any]) -> dict[str, Any]:
    """What of the schema of a Go type holds for an API server that has no schema but the type itself.

    Such a server decodes an object and then judges it by code: no field is required for its absence
    in a schema, no list is held to its keys. An object without named fields is one of any fields
    (RawExtension, ObjectMeta).
    """
    dropped = ("required", "x-kubernetes-list-type", "x-kubernetes-list-map-keys", "x-kubernetes-map-type")
    kept = {key: value for key, value in node.items() if key not in dropped}
    if kept.get("type") == "object" and not {"properties", "additionalProperties"} & set(kept):
        kept["x-kubernetes-preserve-unknown-fields"] = True
    return _below(kept, decoded_only)


def without_needed_values(node: Mapping[str, Any]) -> dict[str, Any]:
    """`node` where no plain value is required: a default or webhook that is not seen here may supply it."""
    kept = dict(node)
    fields = kept.get("properties", {})
    if "required" in kept:
        plain = ("string", "integer", "number", "boolean")
        needed = kept["required"]
        kept["required"] = [name for name in needed if fields.get(name, {}).get("type") not in plain]
    return _below(kept, without_needed_values)


def opened(node: Mapping[str, Any]) -> dict[str, Any]:
    """`node` where objects may have fields that it does not name."""
    kept = dict(node)
    if "properties" in kept:
        kept["x-kubernetes-preserve-unknown-fields"] = True
    return _below(kept, opened)


def _below(node: dict[str, Any], changed: Callable[[Mapping[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    """`node` with what describes its fields and items changed."""
    if "properties" in node:
        node["properties"] = {name: changed(field) for name, field in node["properties"].items()}
    for key in ("items", "additionalProperties"):
        if isinstance(node.get(key), Mapping):
            node[key] = changed(node[key])
    return node
