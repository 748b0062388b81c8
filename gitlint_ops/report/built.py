"""What a target renders to, as `gitlint-ops build` prints it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from gitlint_ops.model.blame import Origin, at, chain, takes_elsewhere
from gitlint_ops.model.location import FieldPath, Location, format_path
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.syntax.emit import emit_all

Locate: TypeAlias = Callable[[Origin], tuple[Location, bool]]


def as_yaml(objects: Iterable[RenderedObject]) -> str:
    """The objects as kustomize prints them."""
    return emit_all([one.body for one in objects])


def as_provenance(objects: Iterable[RenderedObject], locate: Locate) -> str:
    """A line for every scalar: its path and value, and the place that set it.

    Places that set it earlier follow after "over", the last to act first; places that set the
    field it was copied from follow after "from".
    """
    lines: list[str] = []
    for one in objects:
        namespace = f"{one.key.namespace}/" if one.key.namespace else ""
        lines.append(f"{one.api_version} {one.kind} {namespace}{one.key.name}")
        rows = [
            (f"  {format_path(path)}: {_short(value)}", _places(one, path, locate))
            for path, value in _scalars(one.body, ())
        ]
        width = min(max((len(left) for left, _ in rows), default=0), 80)
        lines.extend(f"{left:<{width}}  # {right}" for left, right in rows)
        lines.append("")
    return "\n".join(lines)


def _scalars(body: Any, path: FieldPath) -> Iterator[tuple[FieldPath, Any]]:
    if isinstance(body, Mapping) and body:
        for key in body:
            yield from _scalars(body[key], (*path, key))
    elif isinstance(body, list) and body:
        for index, item in enumerate(body):
            yield from _scalars(item, (*path, index))
    else:
        yield path, body


def _short(value: Any, limit: int = 60) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _places(one: RenderedObject, path: FieldPath, locate: Locate) -> str:
    told = ""
    later: Origin | None = None
    for origin in chain(at(one.blame, path)):
        location, exact = locate(origin)
        if later is None:
            told = _place(location, origin)
        elif exact:
            told += f" {'from' if takes_elsewhere(later) else 'over'} {_place(location, origin)}"
        later = origin
    return told


def _place(location: Location, origin: Origin) -> str:
    return f"{origin.via.value} {location}"
