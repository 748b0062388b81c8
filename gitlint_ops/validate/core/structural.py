"""Whether the schemas of a CustomResourceDefinition are structural, as the API server demands.

Source: k8s.io/apiextensions-apiserver/pkg/apiserver/schema/validation.go
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gitlint_ops.validate.core.checks import below, is_settled, mapping, members, wrong
from gitlint_ops.validate.messages import Fault
from gitlint_ops.validate.values import given, json_type

_TYPES = ("array", "boolean", "integer", "number", "object", "string")
_JUNCTORS = ("allOf", "anyOf", "oneOf")
_NOT_IN_JUNCTORS = ("default", "nullable", "type", "additionalProperties", "title", "description")
_DEEPEST = 64


def structural(value: Any, depth: int = 0, *, typed: bool = False) -> Iterator[Fault]:
    """Faults of one schema node and of those below; `typed` says that it must name its type."""
    if not isinstance(value, dict):
        if value is not None:
            yield wrong(f"expected a mapping, got {given(value)}")
        return
    if depth > _DEEPEST:
        return
    yield from _type(value, typed=typed)
    yield from _default(value)
    yield from _list_keys(value)
    for name, held in mapping(value.get("properties")).items():
        yield from below(("properties", name), structural(held, depth + 1, typed=True))
    if isinstance(value.get("items"), dict):
        yield from below(("items",), structural(value["items"], depth + 1, typed=True))
    if isinstance(value.get("additionalProperties"), dict):
        found = structural(value["additionalProperties"], depth + 1, typed=True)
        yield from below(("additionalProperties",), found)
    yield from _junctors(value)
    for index, rule in members(value, "x-kubernetes-validations"):
        if not rule.get("rule"):
            yield wrong("`rule` is required", "x-kubernetes-validations", index, at_key=True)


def _is_free(value: Mapping[str, Any]) -> bool:
    return (
        value.get("x-kubernetes-int-or-string") is True
        or value.get("x-kubernetes-preserve-unknown-fields") is True
        or not all(map(is_settled, value))
    )


def _type(value: Mapping[str, Any], *, typed: bool) -> Iterable[Fault]:
    held = value.get("type")
    if not held:
        return (wrong("`type` is required", at_key=True),) if typed and not _is_free(value) else ()
    if not isinstance(held, str) or held in _TYPES or not is_settled(held):
        return ()
    return (wrong(f"expected one of {', '.join(_TYPES)}; got {given(held)}", "type"),)


def _default(value: Mapping[str, Any]) -> Iterator[Fault]:
    held, kind = value.get("default"), value.get("type")
    if held is None or kind not in _TYPES or not is_settled(held):
        return
    found = json_type(held)
    if found != kind and not (kind == "number" and found == "integer"):
        yield wrong(f"{given(held)} is not of type {kind}", "default")


def _list_keys(value: Mapping[str, Any]) -> Iterator[Fault]:
    keys, kind = value.get("x-kubernetes-list-map-keys"), value.get("x-kubernetes-list-type")
    if keys and kind != "map":
        said = "it needs `x-kubernetes-list-type: map`"
        yield wrong(said, "x-kubernetes-list-map-keys", at_key=True)
    if kind == "map" and not keys:
        yield wrong("list type map needs `x-kubernetes-list-map-keys`", "x-kubernetes-list-type")
    named = mapping(mapping(value.get("items")).get("properties"))
    for index, key in enumerate(keys if kind == "map" and isinstance(keys, list) else ()):
        if isinstance(key, str) and key not in named:
            yield wrong(f"the items have no field {key}", "x-kubernetes-list-map-keys", index)


def _junctors(value: Mapping[str, Any]) -> Iterator[Fault]:
    free = value.get("x-kubernetes-int-or-string") is True
    for name in _JUNCTORS:
        for index, branch in members(value, name):
            if not free:
                yield from below((name, index), _branch(branch))
    if isinstance(value.get("not"), dict):
        yield from below(("not",), _branch(value["not"]))


def _branch(value: Mapping[str, Any], depth: int = 0) -> Iterator[Fault]:
    for name in _NOT_IN_JUNCTORS:
        if value.get(name) and not (name == "nullable" and value[name] is False):
            yield wrong("it is not allowed below allOf, anyOf, oneOf and not", name, at_key=True)
    if depth < _DEEPEST:
        for name, held in mapping(value.get("properties")).items():
            yield from below(("properties", name), _branch(mapping(held), depth + 1))
