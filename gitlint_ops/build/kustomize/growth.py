"""Bounds for what copying inside a build can make: a short text that doubles itself at every step.

Copies share their structure, so that the doubled value costs nothing until someone walks it. It is
measured the same way: what is shared is looked at once, and counted as often as it stands there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MAX_SIZE = 3_000_000
"""Values and characters of one object together; etcd takes objects of 1.5 million bytes."""

MAX_DEPTH = 200
"""Mappings and lists within each other, as in a file."""


def is_outgrown(body: Any) -> bool:
    """Whether an object is larger or deeper than any that a cluster would take."""
    size, height = _measured(body, 0, {})
    return size > MAX_SIZE or height > MAX_DEPTH


def _measured(node: Any, depth: int, held: dict[int, tuple[int, int]]) -> tuple[int, int]:
    """The size and the height of a value; too deep a one is not followed to its end."""
    if isinstance(node, str):
        return 1 + len(node), 0
    if not isinstance(node, Mapping | list) or depth > MAX_DEPTH:
        return 1, 0
    found = held.get(id(node))
    if found is None:
        items = node.values() if isinstance(node, Mapping) else node
        below = [_measured(item, depth + 1, held) for item in items]
        size = 1 + sum(one[0] for one in below)
        found = held[id(node)] = size, 1 + max((one[1] for one in below), default=0)
    return found
