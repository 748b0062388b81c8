"""Taking fields out of a body without touching the original."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.structure import value_at, without

_MISSING = object()


def without_paths(body: Any, paths: Iterable[FieldPath]) -> Any:
    """A body without the fields at these paths, as many of them as are there.

    All paths are those of the body as given: the last items of lists go first.
    """
    for path in sorted(dict.fromkeys(paths), key=_order, reverse=True):
        if path and value_at(body, path, _MISSING) is not _MISSING:
            body = without(body, path)
    return body


def _order(path: FieldPath) -> tuple[tuple[int, int, str], ...]:
    return tuple((1, step, "") if isinstance(step, int) else (0, 0, step) for step in path)


def pointer_path(pointer: str, body: Any) -> FieldPath | None:
    """The path in a body that a JSON pointer means, None where it is no pointer or leads nowhere.

    Source: RFC 6901
    """
    if not pointer.startswith("/"):
        return None
    path: list[str | int] = []
    for part in pointer[1:].split("/"):
        key = part.replace("~1", "/").replace("~0", "~")
        step: str | int = key
        if isinstance(body, list):
            if not (key.isascii() and key.isdigit()) or (len(key) > 1 and key[0] == "0"):
                return None
            step = int(key[:10])
            if step >= len(body):
                return None
        elif not isinstance(body, dict) or key not in body:
            return None
        body = body[step]
        path.append(step)
    return tuple(path)
