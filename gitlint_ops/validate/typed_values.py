"""The values of a custom resource as CEL rules see them: by the types of the structural schema.

Source: k8s.io/apiserver/pkg/cel/common/valuesunstructured.go, k8s.io/apiserver/pkg/cel/escaping.go
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Mapping
from typing import Any

RESERVED = frozenset(
    [
        "true",
        "false",
        "null",
        "in",
        "as",
        "break",
        "const",
        "continue",
        "else",
        "for",
        "function",
        "if",
        "import",
        "let",
        "loop",
        "package",
        "namespace",
        "return",
        "var",
        "void",
        "while",
    ]
)
"""Words that CEL keeps for itself, so that no field or variable can be called by them as they are."""

_NAME = re.compile(r"[A-Za-z_./-][A-Za-z0-9_./-]*")
_ESCAPED = re.compile(r"__|[-./]")
_ESCAPES = {"__": "__underscores__", ".": "__dot__", "-": "__dash__", "/": "__slash__"}

_NOWHERE: Mapping[str, Any] = {}
_IDENTITY = ("name", "generateName")
"""Of an object's metadata rules see no more than these."""


def escaped(name: str) -> str | None:
    """The identifier by which expressions name a field, None where none can."""
    if name in RESERVED:
        return f"__{name}__"
    if not _NAME.fullmatch(name):
        return None
    return _ESCAPED.sub(lambda found: _ESCAPES[found[0]], name)


def typed(value: Any, node: Mapping[str, Any], is_object: bool = False) -> Any:
    """`value` for an expression; `is_object` is set at the root of a whole Kubernetes object.

    Whole numbers become fractions where the schema says `number`; names are escaped; nulls in fields
    that are not nullable are left out, as the API server drops them first.
    """
    if value is None or node.get("x-kubernetes-int-or-string") is True:
        return value
    if isinstance(value, dict):
        return _fields(value, node, is_object or node.get("x-kubernetes-embedded-resource") is True)
    if isinstance(value, list):
        items = _mapping(node.get("items"))
        return [typed(item, items) for item in value]
    return _scalar(value, node)


def _fields(value: Mapping[str, Any], node: Mapping[str, Any], is_object: bool) -> dict[str, Any]:
    properties = node.get("properties")
    if not isinstance(properties, Mapping) and not is_object:
        others = _mapping(node.get("additionalProperties"))
        return {name: typed(held, others) for name, held in value.items() if _is_kept(held, others)}
    seen = _object_meta(value) if is_object else {}
    for name, field in _mapping(properties).items():
        identifier = escaped(name)
        if name in value and identifier and identifier not in seen and _is_kept(value[name], _mapping(field)):
            seen[identifier] = typed(value[name], _mapping(field))
    return seen


def _object_meta(value: Mapping[str, Any]) -> dict[str, Any]:
    seen = {name: value[name] for name in ("apiVersion", "kind") if name in value}
    metadata = _mapping(value.get("metadata"))
    return {**seen, "metadata": {name: metadata[name] for name in _IDENTITY if name in metadata}}


def _is_kept(value: Any, node: Mapping[str, Any]) -> bool:
    return value is not None or node.get("nullable") is True


def _scalar(value: Any, node: Mapping[str, Any]) -> Any:
    kind = node.get("type")
    if kind == "number" and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if kind == "integer" and isinstance(value, float):
        return int(value)
    if kind == "string" and node.get("format") == "byte" and isinstance(value, str):
        return _decoded(value)
    return value


def _decoded(value: str) -> Any:
    try:
        return b64decode(value, validate=True)
    except ValueError:
        return value


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else _NOWHERE
