"""Entries that serve several builds: idle only if they are in every one.

A variable may be defined in a base and used by its overlays only; a configuration may name the kinds
of many applications.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import NamedTuple, TypeAlias

from gitlint_ops.build.kustomize.faults import Place
from gitlint_ops.build.kustomize.field_specs import FieldSpecs
from gitlint_ops.model.findings import Violation

Judged: TypeAlias = tuple[Hashable, Violation | None]
"""An entry, and what to tell of it; None if it has an effect."""


class Configured(NamedTuple):
    """The field specs of a file, which `entry` of a kustomization names."""

    entry: Place
    file: Place
    specs: FieldSpecs


class EntryUses:
    """What the builds so far made of each entry."""

    def __init__(self) -> None:
        self._held: dict[Hashable, Violation | None] = {}

    def note(self, judged: Iterable[Judged]) -> None:
        """Takes in one build; of two violations the one with a hint counts."""
        for key, found in judged:
            held = self._held.setdefault(key, found)
            if found is None or (held is not None and not held.hint):
                self._held[key] = found

    def idle(self) -> Iterator[Violation]:
        """What to tell of the entries that had no effect in any build."""
        yield from (one for one in self._held.values() if one is not None and one.message)
