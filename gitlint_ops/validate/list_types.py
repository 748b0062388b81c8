"""Lists whose items must differ: `x-kubernetes-list-type: map` and `set`.

The API server merges such lists by their keys. Server-side apply refuses duplicates everywhere, and
a custom resource's are refused however it is sent.

Sources: sigs.k8s.io/structured-merge-diff/typed/validate.go and
k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype/validation.go
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gitlint_ops.model.location import FieldPath
from gitlint_ops.validate.compiled import Schema
from gitlint_ops.validate.core.checks import is_settled
from gitlint_ops.validate.messages import MOST_FAULTS, Fault
from gitlint_ops.validate.values import given

RULE = "listmap-duplicate"

# A port without a protocol is one for TCP; the published schemas do not say so.
_DEFAULTS = {"protocol": "TCP"}

# A reference to a Secret without a name is one to "".
_DEFAULTS_OF = {"imagePullSecrets": {"name": ""}}

_DEEPEST = 40


class ListTypes:
    """Where one schema has lists of distinct items."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._below: dict[int, _Node | None] = {}
        self._root = self._node(schema.resolved(schema.source), 0)

    def faults(self, body: Any) -> Iterator[Fault]:
        """The items that repeat the key of an earlier one."""
        if self._root is None:
            return
        # The API server drops the status of what is applied.
        applied = {name: held for name, held in body.items() if name != "status"}
        found: list[Fault] = []
        _gather(self._root, applied, (), found)
        yield from found[:MOST_FAULTS]

    def _node(self, shape: Mapping[str, Any], depth: int) -> _Node | None:
        """What of a schema leads to such lists; None where nothing does."""
        shape = self._schema.resolved(shape)
        if id(shape) in self._below:
            return self._below[id(shape)]
        node = _Node(shape)
        # Definitions can hold themselves (JSONSchemaProps); what is not known yet is kept.
        self._below[id(shape)] = node
        if depth < _DEEPEST:
            self._fill(node, shape, depth + 1)
        if not node.leads_on:
            self._below[id(shape)] = None
            return None
        return node

    def _fill(self, node: _Node, shape: Mapping[str, Any], depth: int) -> None:
        for name, field in shape.get("properties", {}).items():
            below = self._node(field, depth) if isinstance(field, Mapping) else None
            if below is not None:
                node.fields[name] = below
                below.defaults.update(_DEFAULTS_OF.get(name, {}))
        if isinstance(shape.get("items"), Mapping):
            node.items = self._node(shape["items"], depth)
        if isinstance(shape.get("additionalProperties"), Mapping):
            node.values = self._node(shape["additionalProperties"], depth)


class _Node:
    """One field on the way to lists of distinct items."""

    __slots__ = ("defaults", "fields", "is_set", "items", "keys", "values")

    def __init__(self, shape: Mapping[str, Any]) -> None:
        kind = shape.get("x-kubernetes-list-type")
        self.keys: tuple[str, ...] = (
            tuple(shape.get("x-kubernetes-list-map-keys", ())) if kind == "map" else ()
        )
        self.is_set = kind == "set"
        self.fields: dict[str, _Node] = {}
        self.items: _Node | None = None
        self.values: _Node | None = None
        self.defaults = _key_defaults(shape, self.keys)

    @property
    def leads_on(self) -> bool:
        return bool(self.keys or self.is_set or self.fields or self.items or self.values)


def _key_defaults(shape: Mapping[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    """What a key counts as in an item that lacks it."""
    held = shape.get("items")
    properties = held.get("properties", {}) if isinstance(held, Mapping) else {}
    found = {}
    for key in keys:
        field = properties.get(key, {})
        default = field.get("default") if isinstance(field, Mapping) else None
        found[key] = _DEFAULTS.get(key) if default is None else default
    return found


def _gather(node: _Node, value: Any, path: FieldPath, found: list[Fault]) -> None:
    """Adds what is wrong in a value; a generator for each of its parts would double the time."""
    if isinstance(value, list):
        if node.keys:
            if not _surely_differ(node, value):
                found.extend(_same_keys(node, value, path))
        elif node.is_set:
            found.extend(_same_items(value, path))
        if node.items is not None and len(found) < MOST_FAULTS:
            for index, item in enumerate(value):
                _gather(node.items, item, (*path, index), found)
    elif isinstance(value, dict):
        for name, held in value.items():
            below = node.fields.get(name, node.values)
            if below is not None:
                _gather(below, held, (*path, name), found)


def _same_keys(node: _Node, value: list[Any], path: FieldPath) -> Iterator[Fault]:
    seen: dict[tuple[Any, ...], int] = {}
    for index, item in enumerate(value):
        if item is None or _lacks_keys(node, item):
            yield Fault("schema-violation", (*path, index), f"an item needs {' and '.join(node.keys)}")
            continue
        key = _key(node, item)
        if key is None:
            continue
        first = seen.setdefault(key, index)
        if first != index:
            shown = ", ".join(f"{name} {given(part)}" for name, part in zip(node.keys, key, strict=True))
            name = next((name for name in node.keys if name in item), node.keys[0])
            yield Fault(RULE, (*path, index, name), f"duplicate {shown}: item {first} has it too")


def _surely_differ(node: _Node, value: list[Any]) -> bool:
    """Whether the items have different values of the first key already, as nearly all have."""
    name = node.keys[0]
    held = [item.get(name) if isinstance(item, dict) else None for item in value]
    for part in held:
        if not isinstance(part, (str, int)):
            return False
    return len(set(held)) == len(held)


def _lacks_keys(node: _Node, item: Any) -> bool:
    """Whether an item has none of its keys, nor defaults for them; a null is a key."""
    return isinstance(item, dict) and all(
        name not in item and node.defaults[name] is None for name in node.keys
    )


def _key(node: _Node, item: Any) -> tuple[Any, ...] | None:
    if not isinstance(item, dict):
        return None
    key = tuple(_or_default(item.get(name), node.defaults[name]) for name in node.keys)
    if any(part is None or isinstance(part, (dict, list)) or not is_settled(part) for part in key):
        return None
    return key


def _or_default(held: Any, default: Any) -> Any:
    return default if held is None else held


def _same_items(value: list[Any], path: FieldPath) -> Iterator[Fault]:
    seen: dict[Any, int] = {}
    for index, item in enumerate(value):
        if item is None:
            yield Fault("schema-violation", (*path, index), "it is empty (null)")
        if isinstance(item, (dict, list)) or item is None or not is_settled(item):
            continue
        first = seen.setdefault((type(item), item), index)
        if first != index:
            yield Fault(RULE, (*path, index), f"duplicate {given(item)}: item {first} is the same")
