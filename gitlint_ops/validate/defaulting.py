"""The values that the API server gives to absent fields of a custom resource before it judges it.

Source: k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def defaulted(value: Any, node: Mapping[str, Any]) -> Any:
    """`value` with the defaults of a structural schema; what gets none is `value` itself.

    A null in a field that has a default and is not nullable counts as absent.
    """
    if isinstance(value, dict):
        return _mapping(value, node)
    items = node.get("items")
    if isinstance(value, list) and isinstance(items, Mapping):
        filled = [defaulted(item, items) for item in value]
        return filled if _differs(filled, value) else value
    return value


def without_nulls(value: Any, node: Mapping[str, Any]) -> Any:
    """`value` without the nulls in fields that take none, which the API server drops when it creates one."""
    if isinstance(value, list):
        items = node.get("items")
        return [without_nulls(item, items) for item in value] if isinstance(items, Mapping) else value
    fields = node.get("properties")
    if not isinstance(value, dict) or not isinstance(fields, Mapping):
        return value
    return {
        name: without_nulls(held, field) if isinstance(field := fields.get(name), Mapping) else held
        for name, held in value.items()
        if held is not None or not _takes_no_null(fields.get(name))
    }


def _takes_no_null(field: Any) -> bool:
    return isinstance(field, Mapping) and field.get("nullable") is not True and "default" not in field


def _mapping(value: dict[str, Any], node: Mapping[str, Any]) -> dict[str, Any]:
    fields = node.get("properties")
    fields = fields if isinstance(fields, Mapping) else {}
    filled = dict(value)
    for name, field in fields.items():
        if isinstance(field, Mapping) and "default" in field and _is_absent(value, name, field):
            filled[name] = field["default"]
    others = node.get("additionalProperties")
    for name, held in filled.items():
        below = fields.get(name, others)
        if isinstance(below, Mapping):
            filled[name] = defaulted(held, below)
    if len(filled) == len(value) and not _differs(filled.values(), value.values()):
        return value
    return filled


def _is_absent(value: Mapping[str, Any], name: str, field: Mapping[str, Any]) -> bool:
    return name not in value or (value[name] is None and field.get("nullable") is not True)


def _differs(filled: Iterable[Any], held: Iterable[Any]) -> bool:
    return any(new is not old for new, old in zip(filled, held, strict=True))
