"""An object in which each text is a template of its own, as ApplicationSets have them.

Source: deeplyReplace in applicationset/utils/utils.go of github.com/argoproj/argo-cd/v3.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

Path: TypeAlias = tuple[str | int, ...]


def with_texts(body: Any, replaced: Callable[[str, Path], str], path: Path = ()) -> Any:
    """A copy of plain data with every text and every key replaced; `replaced` also gets the path to it.

    Members that are null are left out, as the controller does; in lists they stay. A value is replaced before
    its key. Where two keys become one, the last counts here; in the controller chance decides.
    """
    if isinstance(body, str):
        return replaced(body, path)
    if isinstance(body, list):
        return [with_texts(one, replaced, (*path, index)) for index, one in enumerate(body)]
    if not isinstance(body, dict):
        return body
    made: dict[str, Any] = {}
    for key, value in body.items():
        if value is not None:
            member = with_texts(value, replaced, (*path, key))
            made[replaced(key, (*path, key))] = member
    return made
