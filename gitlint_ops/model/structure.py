"""Reading and changing nested mappings and lists without touching the original."""

from __future__ import annotations

from typing import Any

from gitlint_ops.model.location import FieldPath


def value_at(body: Any, path: FieldPath, default: Any = None) -> Any:
    """The value at `path`, or `default` where the path leads nowhere."""
    for key in path:
        if isinstance(body, dict) and key in body:
            body = body[key]
        elif isinstance(body, list) and isinstance(key, int) and -len(body) <= key < len(body):
            body = body[key]
        else:
            return default
    return body


def with_value(body: Any, path: FieldPath, value: Any) -> Any:
    """A copy of `body` with `value` at `path`; only the containers on the path are copied.

    Missing mappings on the way are made; list items must exist.
    """
    if not path:
        return value
    key, rest = path[0], path[1:]
    if isinstance(key, int):
        copied = list(body)
        copied[key] = with_value(body[key], rest, value)
        return copied
    held = body if isinstance(body, dict) else {}
    return {**held, key: with_value(held.get(key), rest, value)}


def without(body: Any, path: FieldPath) -> Any:
    """A copy of `body` without the member or item at `path`, which must exist."""
    key, rest = path[0], path[1:]
    if rest:
        return with_value(body, (key,), without(body[key], rest))
    if isinstance(body, list):
        assert isinstance(key, int)
        return [*body[:key], *body[key + 1 :]]
    return {name: value for name, value in body.items() if name != key}
