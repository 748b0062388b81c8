"""Valid objects with one field changed: what people get wrong, by a fixed random seed.

Nothing here says whether a change makes an object illegal; that is for the API server to say.
Many do not, and those show false alarms.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from . import changed_fields, changed_names, changed_values, changed_workloads
from .changes import Body, Mutator, Path, with_change

SEED = 20_260

MUTATORS: Mapping[str, Mutator] = {
    **changed_fields.MUTATORS,
    **changed_values.MUTATORS,
    **changed_names.MUTATORS,
    **changed_workloads.MUTATORS,
}


@dataclass(frozen=True, slots=True)
class Mutation:
    """An object with one change; `label` says of which sort."""

    label: str
    path: Path
    body: Body


def mutations(seeds: Iterable[Body], at_most: int, seed: int = SEED) -> Iterator[Mutation]:
    """Changes of each sort to each object, `at_most` of one sort to one object."""
    for body in seeds:
        for label, mutator in MUTATORS.items():
            chance = random.Random(f"{seed} {_name(body)} {label}")
            changes = list(mutator(body, chance))
            for path, value in chance.sample(changes, min(at_most, len(changes))):
                changed = with_change(body, path, value)
                if changed != body:
                    yield Mutation(label, path, changed)


def _name(body: Body) -> str:
    return f"{body['apiVersion']} {body['kind']} {body['metadata']['name']}"
