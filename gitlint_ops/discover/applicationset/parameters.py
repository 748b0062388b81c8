"""Sets of parameters, each with the places that its parameters were taken from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from msgspec import Struct, field

from gitlint_ops.gotemplate.faults import Budget
from gitlint_ops.gotemplate.formatting import plain
from gitlint_ops.gotemplate.values import Map, from_data
from gitlint_ops.model.blame import Blame, Origin, Via, at, origin
from gitlint_ops.model.location import FieldPath

Names: TypeAlias = tuple[str, ...]
"""A parameter: its names from the root with Go templates, one flat name with classic ones."""

MAX_SETS = 10_000
"""Parameter sets of one generator; a few lines of nested matrices can ask for billions."""


class ParamSet(Struct, frozen=True):
    """What one Application is made of; `told` names it in messages ("cluster 'prod'").

    `values` are as Go holds them: nested with Go templates, flat texts with classic ones. `clusters` are
    those of the inventory that it is about; `at` is the field that it is written out in, if it is in one.
    """

    values: Mapping[str, Any]
    places: Mapping[Names, Blame] = field(default_factory=dict)
    told: tuple[str, ...] = ()
    clusters: tuple[str, ...] = ()
    at: FieldPath = ()

    def place(self, names: Names) -> Origin | None:
        """Where a parameter was taken from, None where that is no file."""
        for length in range(len(names), 0, -1):
            found = self.places.get(names[:length])
            if found is not None:
                held = origin(at(found, names[length:]))
                return Origin(held.source, held.source_path, Via.APPLICATIONSET, held.verbatim, held.over)
        return None

    @property
    def said(self) -> str:
        return " and ".join(self.told)


def combined(first: ParamSet, second: ParamSet, values: Mapping[str, Any]) -> ParamSet:
    """A set made of two; the places of the first go before those of the second."""
    return ParamSet(
        values,
        {**second.places, **first.places},
        tuple(dict.fromkeys((*first.told, *second.told))),
        tuple(dict.fromkeys((*first.clusters, *second.clusters))),
    )


def strings(values: Mapping[str, str]) -> Map:
    """A `map[string]string`."""
    return Map(values, "string")


def flattened(values: Any) -> dict[str, str]:
    """Nested values as `a.b.0: text`; empty lists and mappings leave nothing.

    Source: flatten.go of jeremywohl/flatten; flattenParameters in generator_spec_processor.go.
    """
    budget = Budget(steps=1_000_000)
    return {name: plain(from_data(leaf, budget), budget) for name, leaf in _leaves(values, "")}


def _leaves(value: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, held in value.items():
            yield from _leaves(held, f"{prefix}.{key}" if prefix else str(key))
    elif type(value) is list:
        for index, held in enumerate(value):
            yield from _leaves(held, f"{prefix}.{index}")
    else:
        yield prefix, value


def text_of(value: Any) -> str:
    """A value as Go's %v prints it."""
    budget = Budget()
    return plain(from_data(value, budget), budget)


def known_names(sets: Sequence[ParamSet], *, nested: bool) -> set[str]:
    """All parameters of some sets, as templates write them."""
    found: set[str] = set()
    for one in sets[:50]:
        if nested:
            found.update(f".{name}" for name in _paths(one.values, ""))
        else:
            found.update(one.values)
    return found


def _paths(value: Any, prefix: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, held in value.items():
            name = f"{prefix}.{key}" if prefix else str(key)
            yield name
            yield from _paths(held, name)
