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


def structural(value: Any, depth: int = 0) -> Iterator[Fault]:
    """Faults of one schema node and of those below; the one at the root has depth 0."""
    # A null is a schema that says nothing.
    value = {} if value is None and depth else value
    if not isinstance(value, dict):
        if value is not None:
            yield wrong(f"expected a mapping, got {given(value)}")
        return
    if depth > _DEEPEST:
        return
    yield from _type(value, is_root=depth == 0)
    yield from _default(value)
    yield from _list_keys(value)
    yield from _kind_of_object(value, is_root=depth == 0)
    for name, held in mapping(value.get("properties")).items():
        yield from below(("properties", name), structural(held, depth + 1))
    if isinstance(value.get("items"), dict):
        yield from below(("items",), structural(value["items"], depth + 1))
    elif value.get("items") is None and value.get("type") == "array":
        yield wrong("a list needs `items`", *(("items",) if "items" in value else ()), at_key=True)
    if isinstance(value.get("additionalProperties"), dict):
        yield from below(("additionalProperties",), structural(value["additionalProperties"], depth + 1))
    yield from _junctors(value)
    yield from _rules(value)
    if value.get("x-kubernetes-validations"):
        from gitlint_ops.validate.core.expressions import rules_of_schema

        yield from rules_of_schema(value, is_object=depth == 0)


def _rules(value: Mapping[str, Any]) -> Iterator[Fault]:
    held = value.get("x-kubernetes-validations")
    for index, rule in enumerate(held if isinstance(held, list) else ()):
        expression = mapping(rule).get("rule")
        if expression is None or (isinstance(expression, str) and not expression.strip()):
            yield wrong("`rule` is required", "x-kubernetes-validations", index, at_key=True)


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
        or not all(map(is_settled, value))
    )


def _type(value: Mapping[str, Any], *, is_root: bool) -> Iterable[Fault]:
    held = value.get("type")
    if not held:
        embedded = value.get("x-kubernetes-embedded-resource") is True
        at = ("type",) if "type" in value else ()
        return () if _is_free(value) and not embedded else (wrong("`type` is required", *at, at_key=True),)
    if is_root and held != "object" and is_settled(held):
        return (wrong(f"the type of the whole must be object, not {given(held)}", "type"),)
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
        return
    from gitlint_ops.validate.crds import fits

    if not fits(held, value):
        yield wrong(f"{given(held)} is no value that the schema takes", "default")


def _list_keys(value: Mapping[str, Any]) -> Iterator[Fault]:
    keys, kind = value.get("x-kubernetes-list-map-keys"), value.get("x-kubernetes-list-type")
    if keys and kind != "map":
        said = "it needs `x-kubernetes-list-type: map`"
        yield wrong(said, "x-kubernetes-list-map-keys", at_key=True)
    if kind == "map" and not keys:
        yield wrong("list type map needs `x-kubernetes-list-map-keys`", "x-kubernetes-list-type")
    named = mapping(mapping(value.get("items")).get("properties"))
    needed = mapping(value.get("items")).get("required")
    for index, key in enumerate(keys if kind == "map" and isinstance(keys, list) else ()):
        at = ("x-kubernetes-list-map-keys", index)
        if not isinstance(key, str):
            continue
        if key not in named:
            yield wrong(f"the items have no field {key}", *at)
        elif key not in (needed or ()) and mapping(named[key]).get("default") is None:
            yield wrong(f"the field {key} of the items must be required or have a default", *at)
        elif isinstance(keys, list) and key in keys[:index]:
            yield wrong(f"duplicate {given(key)}", *at)
    if isinstance(kind, str) and kind not in ("atomic", "set", "map", "") and is_settled(kind):
        yield wrong(f"expected one of atomic, set, map; got {given(kind)}", "x-kubernetes-list-type")
    if kind and value.get("type") not in ("array", None, "") and is_settled(kind):
        yield wrong("only a list (`type: array`) has a list type", "x-kubernetes-list-type", at_key=True)


def _junctors(value: Mapping[str, Any]) -> Iterator[Fault]:
    for name in _JUNCTORS:
        for index, branch in members(value, name):
            if not _is_int_or_string(value, name, index):
                yield from below((name, index), _branch(branch))
    if isinstance(value.get("not"), dict):
        yield from below(("not",), _branch(value["not"]))


_INTEGER_OR_STRING = [{"type": "integer"}, {"type": "string"}]


def _is_int_or_string(value: Mapping[str, Any], name: str, index: int) -> bool:
    """Whether a branch belongs to one of the two ways to write what an int-or-string is."""
    if value.get("x-kubernetes-int-or-string") is not True:
        return False
    if name == "anyOf":
        return bool(value[name] == _INTEGER_OR_STRING)
    return bool(name == "allOf" and index == 0 and mapping(value[name][0]).get("anyOf") == _INTEGER_OR_STRING)


def _branch(value: Mapping[str, Any], depth: int = 0) -> Iterator[Fault]:
    for name in _NOT_IN_JUNCTORS:
        if value.get(name) and not (name == "nullable" and value[name] is False):
            yield wrong("it is not allowed below allOf, anyOf, oneOf and not", name, at_key=True)
    if depth < _DEEPEST:
        for name, held in mapping(value.get("properties")).items():
            yield from below(("properties", name), _branch(mapping(held), depth + 1))
