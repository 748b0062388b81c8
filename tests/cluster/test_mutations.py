"""The changes are the same every time, and each changes one field of a valid object."""

from __future__ import annotations

import copy

from .mutations import MUTATORS, mutations
from .seeds import seeds


def test_the_same_seed_makes_the_same_changes() -> None:
    assert list(mutations(seeds(), 1)) == list(mutations(seeds(), 1))


def test_another_seed_makes_others() -> None:
    assert list(mutations(seeds(), 1, seed=1)) != list(mutations(seeds(), 1, seed=2))


def test_the_valid_objects_stay_as_they_are() -> None:
    held = seeds()
    before = copy.deepcopy(held)

    for one in mutations(held, 1):
        assert one.body not in held

    assert held == before


def test_every_sort_of_change_is_made_to_something() -> None:
    assert {one.label for one in mutations(seeds(), 1)} == set(MUTATORS)
