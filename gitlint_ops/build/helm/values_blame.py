"""Findings in rendered charts, told at the value that a person would edit.

Which value an object's field comes from is not guessed: the chart is rendered again with the values
changed that may be meant, and the field is looked at. That is done for findings only, all those of a
chart together, and not often.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import chain
from typing import TypeAlias

from msgspec.structs import replace

from gitlint_ops.build.helm.render import ChartRenderer
from gitlint_ops.build.helm.request import Rendering
from gitlint_ops.build.helm.value_search import ValueSearch, field_of
from gitlint_ops.model.blame import Origin, Via, at, origin, over, with_blame
from gitlint_ops.model.blame import chain as places_of
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.location import DocumentRef, FieldPath
from gitlint_ops.model.objects import RenderedObject

_Place: TypeAlias = tuple[DocumentRef, FieldPath]

# Rules that tell of a value that it stands in the repository.
_OF_REPOSITORY = frozenset({"secret-plaintext"})


def blamed_on_values(
    violations: Sequence[Violation],
    renderings: Iterable[tuple[str, Rendering]],
    charts: ChartRenderer,
) -> tuple[Violation, ...]:
    """The violations, with those of rendered charts told at the values that caused them.

    What is told of such a value already, where it is written, is not told twice. What no value of the release
    causes in a chart that others maintain is told where the chart is asked for. That a value stands in the
    repository is not told of what a template makes up anew each time.
    """
    templated = _Templated(one for one in violations if _is_templated(one))
    search = ValueSearch(charts)
    places: dict[int, Origin] = {}
    random: set[int] = set()
    for target, rendering in renderings:
        mine = [one for one in templated.of(target, rendering) if id(one) not in places]
        found = dict(search.places(rendering, mine)) if mine else {}
        for one in mine:
            place = found.get(field_of(one))
            if place is not None:
                places[id(one)] = place
            elif rendering.kept:
                places[id(one)] = replace(rendering.entry, over=None)
        unplaced = [one for one in mine if one.rule in _OF_REPOSITORY and field_of(one) not in found]
        random.update(id(one) for one in search.random(rendering, unplaced))
    moved = [(one, _with_place(one, places.get(id(one)))) for one in violations if id(one) not in random]
    told = {(now.rule, *_stands_at(now)) for before, now in moved if now is not before}
    return tuple(
        now for before, now in moved if now is not before or (now.rule, *_stands_at(now)) not in told
    )


def _stands_at(violation: Violation) -> tuple[object, FieldPath]:
    """Where a violation stands in the sources."""
    on = violation.on
    if isinstance(on, RenderedObject):
        source = origin(at(on.blame, violation.path))
        return source.source, source.source_path
    return on, violation.path


def _is_templated(violation: Violation) -> bool:
    """Whether a violation is told at a template, or at what asks for the chart."""
    on = violation.on
    if not isinstance(on, RenderedObject) or not violation.path:
        return False
    first = origin(at(on.blame, violation.path))
    return first.via is Via.HELM_TEMPLATE or (first.via is Via.GENERATOR and not first.verbatim)


class _Templated:
    """Violations of rendered charts, by what they were rendered for."""

    def __init__(self, violations: Iterable[Violation]) -> None:
        self._by_target: dict[str, list[Violation]] = {}
        for one in violations:
            assert isinstance(one.on, RenderedObject)
            self._by_target.setdefault(one.on.target, []).append(one)

    def of(self, target: str, rendering: Rendering) -> Sequence[Violation]:
        """Those of a target; without one, those of the charts that an entry of a kustomization renders."""
        if target:
            return self._by_target.get(target, ())
        entry = (rendering.entry.source, rendering.entry.source_path)
        return self._by_entry.get(entry, ())

    @cached_property
    def _by_entry(self) -> Mapping[_Place, Sequence[Violation]]:
        found: dict[_Place, list[Violation]] = {}
        for one in chain.from_iterable(self._by_target.values()):
            assert isinstance(one.on, RenderedObject)
            for place in {(each.source, each.source_path) for each in places_of(at(one.on.blame, one.path))}:
                found.setdefault(place, []).append(one)
        return found


def _with_place(violation: Violation, place: Origin | None) -> Violation:
    on = violation.on
    if place is None or not isinstance(on, RenderedObject):
        return violation
    old = at(on.blame, violation.path)
    if place.via is Via.GENERATOR:
        told = over(place, replace(origin(old), over=None))  # the entry, with the template behind it
    else:
        told = over(replace(place, via=Via.HELM_VALUES, over=None), old)
    moved = replace(on, blame=with_blame(on.blame, violation.path, told))
    related = tuple(replace(note, on=moved) if note.on is on else note for note in violation.related)
    # The key of a value is that of the field where values are handed on as they are (toYaml).
    at_key = violation.at_key and place.verbatim and place.source_path[-1:] == violation.path[-1:]
    return replace(violation, on=moved, related=related, at_key=at_key)
