"""What changes to objects are made of."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

Path: TypeAlias = tuple[str | int, ...]
Body: TypeAlias = Mapping[str, Any]
Change: TypeAlias = tuple[Path, Any]
"""A place and what to write there; GONE takes away what is there."""
Mutator: TypeAlias = Callable[[Body, random.Random], Iterator[Change]]

GONE: Any = object()


def with_change(body: Body, path: Path, value: Any) -> Body:
    changed = copy.deepcopy(body)
    inner: Any = changed
    for step in path[:-1]:
        inner = inner[step]
    if value is GONE:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return changed


def walk(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value below an object's, except what says of which kind it is."""
    if isinstance(value, Mapping):
        inner: Iterable[tuple[Any, Any]] = value.items()
    else:
        inner = enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        if path or key not in ("apiVersion", "kind"):
            yield (*path, key), one
            yield from walk(one, (*path, key))


def at(body: Any, path: Path) -> Any:
    """The value at a path."""
    for step in path:
        body = body[step]
    return body
