"""What no schema of a CustomResourceDefinition may say, wherever in it.

Source: k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation/validation.go
(ValidateCustomResourceDefinitionOpenAPISchema) and pkg/apiserver/schema/validation.go
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gitlint_ops.validate.core.checks import is_settled, mapping, wrong
from gitlint_ops.validate.messages import Fault
from gitlint_ops.validate.values import given

_PRESERVE = "x-kubernetes-preserve-unknown-fields"
_INT_OR_STRING = "x-kubernetes-int-or-string"
_EMBEDDED = "x-kubernetes-embedded-resource"
_LIST_TYPE = "x-kubernetes-list-type"
_MAP_TYPE = "x-kubernetes-map-type"

# Keywords of JSON schema that are refused where they say something.
_REFUSED: Mapping[str, str] = {
    "$ref": "`$ref` is not supported: write the schema out here",
    "$schema": "`$schema` is not supported",
    "additionalItems": "`additionalItems` is not supported",
    "definitions": "`definitions` are not supported: write each schema out where it is used",
    "dependencies": "`dependencies` is not supported",
    "id": "`id` is not supported",
    "patternProperties": "`patternProperties` is not supported: use `additionalProperties`",
}
_MAY_BE_EMPTY = frozenset({"$schema", "definitions", "id", "patternProperties"})


def node(value: Mapping[str, Any]) -> Iterator[Fault]:
    """Faults of one schema node, structural or below `allOf` and its like; not of those below."""
    for name, said in _REFUSED.items():
        held = value.get(name)
        if held is not None and not (name in _MAY_BE_EMPTY and held in ("", {})):
            yield wrong(said, name, at_key=True)
    if value.get("uniqueItems") is True:
        said = "`uniqueItems: true` is not allowed: comparing all items would take too long"
        yield wrong(said, "uniqueItems", hint="`x-kubernetes-list-type: set` makes items differ")
    if isinstance(value.get("items"), list):
        yield wrong("it must be one schema for all items, not a list", "items")
    if value.get(_PRESERVE) is False:
        yield wrong("it must be true, or not be given", _PRESERVE)
    yield from _pattern(value)
    yield from _map_or_struct(value)
    yield from _contradictions(value)
    yield from _map_type(value)
    yield from _list_type(value)


def _pattern(value: Mapping[str, Any]) -> Iterator[Fault]:
    held = value.get("pattern")
    if not isinstance(held, str) or not held or not is_settled(held):
        return
    # The CEL engine, whose expressions are RE2's, is loaded only where there is a pattern.
    from gitlint_ops.cel.patterns import pattern_fault

    if reason := pattern_fault(held):
        yield wrong(f"{given(held)} does not compile as a regular expression of Go: {reason}", "pattern")


def _map_or_struct(value: Mapping[str, Any]) -> Iterator[Fault]:
    others = value.get("additionalProperties")
    if value.get("properties") and others is not None and others is not True:
        said = "`properties` and `additionalProperties` must not both be given: it is one or the other"
        yield wrong(said, "additionalProperties", at_key=True)


def _contradictions(value: Mapping[str, Any]) -> Iterator[Fault]:
    for name in (_PRESERVE, _EMBEDDED):
        if value.get(_INT_OR_STRING) is True and value.get(name) is True:
            yield wrong(f"it must not be given beside `{_INT_OR_STRING}`", name, at_key=True)
    if value.get(_EMBEDDED) is True and value.get("additionalProperties") is not None:
        yield wrong(f"it must not be given beside `{_EMBEDDED}`", "additionalProperties", at_key=True)


def _map_type(value: Mapping[str, Any]) -> Iterator[Fault]:
    held = value.get(_MAP_TYPE)
    if not isinstance(held, str) or not is_settled(held):
        return
    if held not in ("atomic", "granular"):
        yield wrong(f"expected one of atomic, granular; got {given(held)}", _MAP_TYPE)
    elif value.get("type") != "object" and is_settled(value.get("type")):
        yield wrong("only a mapping (`type: object`) has a map type", _MAP_TYPE, at_key=True)


def _list_type(value: Mapping[str, Any]) -> Iterator[Fault]:
    keys, kind = value.get("x-kubernetes-list-map-keys"), value.get(_LIST_TYPE)
    if keys and kind != "map":
        said = "it needs `x-kubernetes-list-type: map`"
        yield wrong(said, "x-kubernetes-list-map-keys", at_key=True)
    if isinstance(kind, str) and kind not in ("atomic", "set", "map", "") and is_settled(kind):
        yield wrong(f"expected one of atomic, set, map; got {given(kind)}", _LIST_TYPE)
    if kind and value.get("type") not in ("array", None, "") and is_settled(kind):
        yield wrong("only a list (`type: array`) has a list type", _LIST_TYPE, at_key=True)
    items = mapping(value.get("items"))
    if kind in ("set", "map") and items.get("nullable") is True:
        yield wrong(f"the items of a list of type {kind} must not be nullable", "items", "nullable")
    if kind == "set" and value.get("type") == "array":
        yield from _items_of_set(items)
    if kind == "map":
        yield from _items_of_map(items)
        yield from _keys(keys, items)


def _items_of_set(items: Mapping[str, Any]) -> Iterator[Fault]:
    if items.get("type") == "object" and items.get(_MAP_TYPE) != "atomic":
        at = (_MAP_TYPE,) if _MAP_TYPE in items else ()
        said = "mappings in a list of type set are compared as a whole"
        yield wrong(f"{said}: `{_MAP_TYPE}: atomic` is required", "items", *at, at_key=True)
    if items.get("type") == "array" and items.get(_LIST_TYPE) not in (None, "atomic"):
        yield wrong("a list in a list of type set must be atomic", "items", _LIST_TYPE)


def _items_of_map(items: Mapping[str, Any]) -> Iterator[Fault]:
    held = items.get("type")
    if held and held != "object" and is_settled(held):
        yield wrong("the items of a list of type map must be mappings (`type: object`)", "items", "type")


def _keys(keys: Any, items: Mapping[str, Any]) -> Iterator[Fault]:
    if not keys:
        yield wrong("list type map needs `x-kubernetes-list-map-keys`", _LIST_TYPE)
    named, needed = mapping(items.get("properties")), items.get("required")
    for index, key in enumerate(keys if isinstance(keys, list) else ()):
        at = ("x-kubernetes-list-map-keys", index)
        if not isinstance(key, str):
            continue
        field = mapping(named.get(key))
        if key not in named:
            if items.get("type") in ("object", None, ""):
                yield wrong(f"the items have no field {key}", *at)
        elif key not in (needed or ()) and field.get("default") is None:
            yield wrong(f"the field {key} of the items must be required or have a default", *at)
        elif field.get("nullable") is True:
            yield wrong(f"the field {key} of the items must not be nullable", *at)
        elif field.get("type") in ("array", "object"):
            yield wrong(f"the field {key} of the items must be a plain value, not {field['type']}", *at)
        elif key in keys[:index]:
            yield wrong(f"duplicate {given(key)}", *at)
