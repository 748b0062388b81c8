"""What stands below `allOf`, `anyOf`, `oneOf` and `not` in a schema of a CustomResourceDefinition.

There values are judged and nothing is described: what a value is, is said outside of them.
Source: k8s.io/apiextensions-apiserver/pkg/apiserver/schema/validation.go and complete.go
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gitlint_ops.validate.core.checks import below, mapping, members, wrong
from gitlint_ops.validate.core.schema_nodes import node
from gitlint_ops.validate.messages import Fault

_JUNCTORS = ("allOf", "anyOf", "oneOf")
_DESCRIBES = (
    "additionalProperties",
    "default",
    "description",
    "nullable",
    "title",
    "type",
    "x-kubernetes-embedded-resource",
    "x-kubernetes-int-or-string",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-list-type",
    "x-kubernetes-map-type",
    "x-kubernetes-preserve-unknown-fields",
    "x-kubernetes-validations",
)
_INTEGER_OR_STRING = [{"type": "integer"}, {"type": "string"}]
_DEEPEST = 64


def branches(value: Mapping[str, Any], depth: int = 0) -> Iterator[Fault]:
    """Faults of the branches of one schema node, and of those below them."""
    if depth > _DEEPEST:
        return
    for name in _JUNCTORS:
        for index, branch in members(value, name):
            if not _is_int_or_string(value, name, index):
                yield from below((name, index), _branch(branch, depth + 1))
    if isinstance(value.get("not"), dict):
        yield from below(("not",), _branch(value["not"], depth + 1))


def _is_int_or_string(value: Mapping[str, Any], name: str, index: int) -> bool:
    """Whether a branch belongs to one of the two ways to write what an int-or-string is."""
    if value.get("x-kubernetes-int-or-string") is not True:
        return False
    if name == "anyOf":
        return bool(value[name] == _INTEGER_OR_STRING)
    return bool(name == "allOf" and index == 0 and mapping(value[name][0]).get("anyOf") == _INTEGER_OR_STRING)


def _branch(value: Mapping[str, Any], depth: int) -> Iterator[Fault]:
    described = [name for name in _DESCRIBES if _is_given(name, value.get(name))]
    for name in described:
        yield wrong("it is not allowed below allOf, anyOf, oneOf and not", name, at_key=True)
    if not described:
        yield from node(value)
    if depth > _DEEPEST:
        return
    fields = mapping(value.get("properties"))
    if "metadata" in fields:
        yield wrong("metadata must not be judged here", "properties", "metadata", at_key=True)
    for name, held in fields.items():
        yield from below(("properties", name), _branch(mapping(held), depth + 1))
    if isinstance(value.get("items"), dict):
        yield from below(("items",), _branch(value["items"], depth + 1))
    yield from branches(value, depth)


def _is_given(name: str, held: Any) -> bool:
    return held is not None and (name == "default" or (held is not False and held not in ("", [])))


def incomplete(root: Mapping[str, Any]) -> Iterator[Fault]:
    """Fields that the branches of a whole schema judge and the schema itself does not describe."""
    for path, branch in _branches_of(root, ()):
        for name in mapping(branch.get("properties")):
            if name not in mapping(root.get("properties")):
                said = f"the schema has no field {name} outside of allOf, anyOf, oneOf and not"
                yield wrong(said, *path, "properties", name, at_key=True)


def _branches_of(
    value: Mapping[str, Any], path: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], Mapping[str, Any]]]:
    """All branches that judge the same value as `value`."""
    if len(path) > _DEEPEST:
        return
    held = [((*path, name, index), one) for name in _JUNCTORS for index, one in members(value, name)]
    if isinstance(value.get("not"), dict):
        held.append(((*path, "not"), value["not"]))
    for at, one in held:
        yield at, one
        yield from _branches_of(one, at)
