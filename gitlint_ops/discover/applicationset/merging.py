"""Merging of mappings as Argo CD does by way of mergo v1.

Source: deepMerge in dario.cat/mergo merge.go, with and without WithOverride.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gitlint_ops.gotemplate.values import Map

# Bytes to mergo, and so taken as a whole.
_OPAQUE = frozenset({"valuesObject"})


class Unmergeable(ValueError):
    """Go panics: a map that holds only texts is given what may be anything."""


def overridden(base: Any, by: Any) -> Any:
    """`base` with what `by` says in its place; mappings are merged, all else is replaced.

    Raises:
        Unmergeable: `base` is a map of texts, such as the `values` of a generator, and `by` is none.
    """
    if not isinstance(base, dict) or not isinstance(by, dict):
        return by
    if by and isinstance(base, Map) and not isinstance(by, Map):
        raise Unmergeable
    merged = {**base, **{key: overridden(base[key], new) if key in base else new for key, new in by.items()}}
    return Map(merged, base.element) if isinstance(base, Map) else merged


def filled(held: Any, defaults: Any) -> Any:
    """`held` with what `defaults` says where it is empty: "", 0, false, and lists without items too."""
    if isinstance(held, dict) and isinstance(defaults, dict):
        merged = dict(held)
        for key, default in defaults.items():
            if not merged.get(key):
                merged[key] = default
            elif key not in _OPAQUE:
                merged[key] = filled(merged[key], default)
        return merged
    return held or defaults


def is_filled_in(held: Any, path: tuple[str | int, ...]) -> bool:
    """Whether the field at a path of what `filled` made was taken from the defaults."""
    for key in path:
        if isinstance(held, Mapping) and held.get(str(key)):
            held = held[str(key)]
        else:
            return not isinstance(held, list)
    return not held
