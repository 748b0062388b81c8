"""A live object with what Git says laid over it: what an apply would come to, where no server is asked."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from decimal import InvalidOperation
from typing import Any

from gitlint_ops.reconcile.drift.differences import Absent, by_key, path_in
from gitlint_ops.reconcile.drift.managed_fields import Fields, keys_of
from gitlint_ops.validate.quantities import quantity

_MOST_LEVELS = 200


def overlaid(live: Any, git: Mapping[str, Any], shape: Fields) -> Any:
    """`live` with the fields that `git` sets; values that only look different stay as they live."""
    return _laid(live, as_stored(git), shape, 0)


def is_kept(live: Any, sent: Any) -> bool:
    """Whether a part of a live object is what was sent: nothing of that is otherwise, the rest is the
    server's."""
    return bool(_laid(live, sent, None, 0) == live)


def as_stored(git: Mapping[str, Any]) -> Mapping[str, Any]:
    """Of a Secret, its texts as data, as the server keeps them."""
    texts = git.get("stringData")
    if git.get("kind") != "Secret" or not isinstance(texts, dict):
        return git
    held = git.get("data")
    data = dict(held) if isinstance(held, dict) else {}
    data |= {
        key: base64.b64encode(one.encode("utf-8", "surrogatepass")).decode()
        for key, one in texts.items()
        if isinstance(one, str)
    }
    return {**{key: value for key, value in git.items() if key != "stringData"}, "data": data}


def _laid(live: Any, git: Any, shape: Fields | None, level: int) -> Any:
    if level > _MOST_LEVELS:
        return live
    if isinstance(live, dict) and isinstance(git, dict):
        laid = dict(live)
        for key, value in git.items():
            if value is not None:
                inner = shape.below.get(key) if shape else None
                laid[key] = _laid(live[key], value, inner, level + 1) if key in live else value
        return laid
    if isinstance(live, list) and isinstance(git, list):
        return _lists(live, git, shape, level)
    return live if _means_same(live, git) else git


def _lists(live: list[Any], git: list[Any], shape: Fields | None, level: int) -> list[Any]:
    keys = keys_of(shape)
    held = by_key(live, keys) if keys else None
    if held is None:
        if len(live) != len(git):
            return git
        return [_laid(one, other, None, level + 1) for one, other in zip(live, git, strict=True)]
    laid, added = list(live), list(git)
    for step, one in held.items():
        (place, exact), inner = path_in(git, (step,)), shape.below.get(step) if shape else None
        if exact:
            wanted = git[int(place[0])]
            laid[laid.index(one)] = _laid(one, wanted, inner, level + 1)
            added = [other for other in added if other is not wanted]
    return [*laid, *added]


def _means_same(live: Any, git: Any) -> bool:
    """Whether the server would store the same for both: "1000m" is "1", and base64 may hold line breaks."""
    if live == git and isinstance(live, bool) == isinstance(git, bool):
        return True
    if isinstance(live, Absent | bool) or isinstance(git, bool):
        return False
    if not isinstance(live, str | int | float) or not isinstance(git, str | int | float):
        return False
    return _quantity(live, git) or _base64(live, git)


def _quantity(live: str | float, git: str | float) -> bool:
    try:
        return quantity(live) == quantity(git)
    except (ValueError, InvalidOperation):
        return False


def _base64(live: str | float, git: str | float) -> bool:
    if not isinstance(live, str) or not isinstance(git, str) or not set(git) & set("\r\n"):
        return False
    try:
        return base64.b64decode(live) == base64.b64decode("".join(git.split()), validate=True)
    except (binascii.Error, ValueError):
        return False
