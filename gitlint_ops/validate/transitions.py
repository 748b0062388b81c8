"""What an object was before: which former value belongs to which, for rules that compare the two.

Source: k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel/validation.go, maplist.go
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from gitlint_ops.model.objects import RenderedObject

Former: TypeAlias = Callable[[RenderedObject], Mapping[str, Any] | None]
"""The body that an object had at the base of a change, None where there was none or it cannot be known."""

_LIST_TYPE = "x-kubernetes-list-type"
_MAP_KEYS = "x-kubernetes-list-map-keys"

# An item by its index, and what makes a list of another: that has no type, so its order counts.
_POSITIONS = re.compile(
    r"(?<=[\w)\]])\[|\.(?:map|filter|join|indexOf|lastIndexOf|isSorted|slice|first|last|sort|sortBy|reverse"
    r"|flatten|distinct|transformList)\("
)
_WHOLE = re.compile(r"\boldSelf\s*[!=]=|[!=]=\s*oldSelf\b(?!\s*[.\[])|\bin\s+\[")
_ADDED = re.compile(r"\b(oldSelf(?:\.\w+)*)\s*\+|\+\s*(oldSelf(?:\.\w+)*)(?![\w.(])")


def former_field(old: Any, name: str, node: Mapping[str, Any]) -> Any:
    """The former value of a field of what `node` describes, None where none corresponds."""
    if not isinstance(old, dict) or node.get("x-kubernetes-map-type") == "atomic":
        return None
    return old.get(name)


def former_items(old: Any, node: Mapping[str, Any]) -> Callable[[Any], Any]:
    """What gives the former item of an item, in a list that is a map by its keys; in others there is none."""
    keys = _keys(node)
    held: dict[str, Any] = {}
    if keys and isinstance(old, list):
        for one in old:
            if isinstance(one, dict):
                held.setdefault(_key(one, keys), one)
    return lambda item: held.get(_key(item, keys)) if held else None


def aligned(old: Any, new: Any, node: Mapping[str, Any]) -> Any:
    """`old` with its sets and maps in the order of `new`, where that means nothing to the API server."""
    if isinstance(old, dict) and isinstance(new, dict):
        fields, others = _mapping(node.get("properties")), node.get("additionalProperties")
        return {
            name: aligned(held, new.get(name), _mapping(fields.get(name, others)))
            for name, held in old.items()
        }
    if isinstance(old, list) and isinstance(new, list):
        return _aligned_list(old, new, node)
    return old


def counts_order(expression: str, old: Any, ordered: Any) -> bool | None:
    """Whether a rule asks for positions in former lists, None where it may also compare them as a whole.

    `ordered` is `old` with the lists that differ in their order only. Positions count where an item is
    taken by its index or a new list is made; what compares whole lists does not count them.
    """
    if not _POSITIONS.search(expression):
        return False
    is_outermost = isinstance(old, list) and all(item in old for item in ordered)
    return True if is_outermost and not _WHOLE.search(expression) else None


def adds_lists(expression: str, old: Any) -> bool:
    """Whether a rule adds a former list to another; of sets and maps the API server makes a union."""
    for found in _ADDED.finditer(expression):
        held = old
        for name in (found[1] or found[2] or "").split(".")[1:]:
            held = held.get(name) if isinstance(held, dict) else None
        if isinstance(held, list):
            return True
    return False


def _aligned_list(old: list[Any], new: list[Any], node: Mapping[str, Any]) -> list[Any]:
    items, keys = _mapping(node.get("items")), _keys(node)
    if keys:
        order = {_key(item, keys): item for item in reversed(new)}
        ranks = {key: rank for rank, key in enumerate(reversed(order))}
        placed = sorted(old, key=lambda one: ranks.get(_key(one, keys), len(ranks)))
        return [aligned(one, order.get(_key(one, keys)), items) for one in placed]
    if node.get(_LIST_TYPE) == "set":
        ranks = {repr(item): rank for rank, item in reversed(list(enumerate(new)))}
        return sorted(old, key=lambda one: ranks.get(repr(one), len(ranks)))
    return [
        aligned(one, new[at] if at < len(new) and len(old) == len(new) else None, items)
        for at, one in enumerate(old)
    ]


def _keys(node: Mapping[str, Any]) -> tuple[str, ...]:
    held = node.get(_MAP_KEYS) if node.get(_LIST_TYPE) == "map" else ()
    return tuple(one for one in held if isinstance(one, str)) if isinstance(held, Iterable) else ()


def _key(item: Any, keys: Iterable[str]) -> str:
    return repr([item.get(key) for key in keys]) if isinstance(item, dict) else repr(item)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
