"""What the generators of one ApplicationSet work with, and what they come upon."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from msgspec import Struct

from gitlint_ops.discover.applicationset.engines import Engine
from gitlint_ops.discover.applicationset.faults import GeneratorFault, Unresolvable
from gitlint_ops.discover.applicationset.parameters import MAX_SETS, Names, ParamSet
from gitlint_ops.discover.known import KnownObjects
from gitlint_ops.discover.source_trees import SourceTrees
from gitlint_ops.model.blame import Blame, Origin, Via, at, origin
from gitlint_ops.model.delivery import Cluster, Owner
from gitlint_ops.model.findings import Note
from gitlint_ops.model.location import FieldPath

Generator: TypeAlias = Mapping[str, Any]

_MAX_WORK = 3_000_000
"""Paths and patterns that the generators of one set may look at."""


class EmptyResult(Struct, frozen=True):
    """A generator that yields nothing, and why, where that is a fault; `is_sure`: one that nobody means.

    What becomes of it is added to the message where it is told.

    `is_slip`: a name is misspelled, which is told even where other generators of the set yield something.
    """

    path: FieldPath
    message: str
    hint: str = ""
    is_sure: bool = True
    is_slip: bool = False


class Scope:
    """One ApplicationSet and what is known around it; what generators come upon is noted here."""

    def __init__(
        self,
        owner: Owner,
        engine: Engine,
        clusters: Sequence[Cluster],
        known: KnownObjects,
        trees: SourceTrees,
        fixtures: Mapping[str, Any],
    ) -> None:
        self.owner = owner
        self.engine = engine
        self.clusters = clusters
        self.known = known
        self.trees = trees
        self.fixtures = fixtures
        self.unresolved: list[Unresolvable] = []
        self.missing: dict[tuple[FieldPath, Names], list[ParamSet]] = {}
        self.files: set[tuple[str, str]] = set()
        self.empty: list[EmptyResult] = []
        self.faults: list[GeneratorFault] = []
        # By the `values` of cluster generators, the label that they go by and the inventory never names.
        self.untold: dict[str, str] = {}
        # Elements of merges that change nothing, and those that do: within a matrix one may be both in turn.
        self.idle: dict[FieldPath, GeneratorFault] = {}
        self.used: set[FieldPath] = set()
        self._work = _MAX_WORK

    def place(self, path: FieldPath) -> Blame:
        """What set a field of the ApplicationSet."""
        return at(self.owner.object.blame, path)

    def entry(self, path: FieldPath) -> Origin:
        """A field of the ApplicationSet as the maker of what does not stand in it as it is."""
        held = origin(self.place(path))
        return Origin(held.source, held.source_path, Via.APPLICATIONSET, verbatim=False, over=held.over)

    def note(self, path: FieldPath, message: str) -> Note:
        return Note(self.owner.object, path, message)

    def place_of(self, held: ParamSet) -> Note:
        """Where a set of parameters comes from."""
        names = next(iter(held.places))
        place = held.place(names)
        assert place is not None
        return Note(place.source, place.source_path, f"the parameters of {held.said}")

    def has_read(self, place: Origin) -> bool:
        """Whether a place is an entry of a file that a git generator read."""
        file = place.source.file
        return place.verbatim and bool(place.source_path) and (file.repo, file.path) in self.files

    def work(self, amount: int, path: FieldPath) -> None:
        """Account for so many paths that are looked at.

        Raises:
            Unresolvable: it is more than one set may ask for.
        """
        self._work -= amount
        if self._work < 0:
            raise Unresolvable("its generators look at more files than can be followed here", path)

    def is_missing(self, path: FieldPath, names: Names, of: ParamSet) -> None:
        """Note a parameter that a text names and a set does not give."""
        self.missing.setdefault((path, names), []).append(of)


def bounded(found: list[ParamSet], path: FieldPath) -> list[ParamSet]:
    """The same sets.

    Raises:
        TooMany: they are more than a generator may yield here.
    """
    if len(found) > MAX_SETS:
        raise TooMany(path)
    return found


class TooMany(Exception):
    """A generator yields more parameter sets than are followed."""

    def __init__(self, path: FieldPath) -> None:
        super().__init__(f"more than {MAX_SETS} parameter sets")
        self.path = path
