"""The values of a build with their chains, to compare with those of the build above or below it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from gitlint_ops.model.blame import Origin, at, chain, origin
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.targets import BuildResult

from .checking import scalars

Path: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True)
class Layer:
    """For each scalar its value and its chain, by the document it came from and its named path."""

    fields: Mapping[Path, tuple[Any, list[Origin]]]

    @classmethod
    def of(cls, result: BuildResult) -> Layer:
        fields: dict[Path, tuple[Any, list[Origin]]] = {}
        documents = Counter(_document(one) for one in result.objects)
        for one in result.objects:
            if documents[_document(one)] > 1:
                continue  # a base taken in twice, under two names
            for path, value in scalars(one.body):
                fields[*_document(one), one.kind, *_named(one, path)] = (
                    value,
                    list(chain(at(one.blame, path))),
                )
        return cls(fields)


def _document(one: RenderedObject) -> Path:
    came_from = origin(one.blame)
    return came_from.source, came_from.source_path


def _named(one: RenderedObject, path: Path) -> Iterator[Any]:
    """The path with list items by their names: patches move them."""
    body: Any = one.body
    for key in path:
        body = body[key]
        is_named = isinstance(key, int) and isinstance(body, dict) and "name" in body
        yield body["name"] if is_named else key


def same_end(places: Sequence[Origin], old: Sequence[Origin]) -> bool:
    """Whether a chain ends with another."""
    now, before = ([(one.source, one.source_path) for one in chained] for chained in (places, old))
    return now[-len(before) :] == before
