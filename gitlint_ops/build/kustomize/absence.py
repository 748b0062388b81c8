"""Where a path leaves what an object has, and which field was likely meant."""

from __future__ import annotations

import re
from typing import Any

from gitlint_ops.build.kustomize.faults import did_you_mean
from gitlint_ops.model.location import FieldPath, format_path

_MOST_NAMED = 8
_INDEX = re.compile(r"[+-]?[0-9]{1,18}\Z")


def absence(container: Any, parent: FieldPath, key: str) -> str:
    """Why `container`, the value at `parent`, has no member `key`; "" where it has one."""
    where = format_path(parent) or "the object"
    if isinstance(container, dict):
        if key in container:
            return ""
        names = [str(one) for one in container]
        near = did_you_mean(key, names)
        if near:
            return f"{where} has no {key!r}: {near}"
        has = f"it has {', '.join(sorted(names))}" if 0 < len(names) <= _MOST_NAMED else "add it first"
        return f"{where} has no {key!r}; {has}"
    if isinstance(container, list):
        return _absent_item(container, where, key)
    return f"{where} has nothing below it"


def _absent_item(items: list[Any], where: str, key: str) -> str:
    if not _INDEX.match(key):
        return f"{where} is a list: name an item by its number from 0"
    if -len(items) <= int(key) < len(items):
        return ""
    held = {0: "is empty", 1: "has one item, number 0"}
    return f"{where} {held.get(len(items), f'has {len(items)} items, numbered from 0')}"
