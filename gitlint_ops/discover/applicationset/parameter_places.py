"""Findings in what generated Applications deliver, with the parameters that went into them.

What a field of an Application makes of a build is blamed on that field; where it is a placeholder, what to
edit may as well be the element, file or cluster that the parameter comes from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from msgspec.structs import replace

from gitlint_ops.blame import CHAIN_MESSAGES
from gitlint_ops.model.blame import Blame, Origin, Via, chain, child
from gitlint_ops.model.delivery import Delivery, Owner, OwnerKind
from gitlint_ops.model.findings import Finding, Related
from gitlint_ops.model.location import Location
from gitlint_ops.workspace.sources import Sources

_MOST = 5


def with_parameters(
    findings: Iterable[Finding], deliveries: Sequence[Delivery], sources: Sources
) -> Iterator[Finding]:
    """The findings; those at a placeholder say where its parameters are given, for their first target."""
    sets = {one.owner.id for one in deliveries if one.owner.kind is OwnerKind.APPLICATION_SET}
    generated = {one.owner.id: one.owner for one in deliveries if one.owner.parent in sets}
    held: dict[str, _Places] = {}
    for finding in findings:
        owner = generated.get(finding.targets[0]) if finding.targets else None
        if owner is None:
            yield finding
            continue
        if owner.id not in held:
            held[owner.id] = _Places(owner, sources)
        yield held[owner.id].told(finding)


class _Places:
    """The placeholders of one Application, by where they stand."""

    def __init__(self, owner: Owner, sources: Sources) -> None:
        self._sources = sources
        self._found: dict[Location, tuple[Origin, ...]] = {}
        for origins in _filled_in(owner.object.body, owner.object.blame):
            first, _ = sources.location_of(origins[0])
            self._found.setdefault(first, origins[1:])

    def told(self, finding: Finding) -> Finding:
        """The finding with the places behind the placeholder that it stands at."""
        at_hand = next((one for one in self._found if _holds(one, finding.location)), None)
        if at_hand is None:
            return finding
        related = list(finding.related)
        for one in self._found[at_hand]:
            location, exact = self._sources.location_of(one)
            if exact and location not in {finding.location, *(held.location for held in related)}:
                related.append(Related(location, CHAIN_MESSAGES[Via.APPLICATIONSET], in_chain=True))
        return replace(finding, related=tuple(related))


def _filled_in(held: Any, blame: Blame) -> Iterator[tuple[Origin, ...]]:
    """For each text that parameters were put in: its place, and theirs."""
    if isinstance(held, Mapping):
        for key, one in held.items():
            yield from _filled_in(one, child(blame, key))
    elif isinstance(held, list):
        for index, one in enumerate(held):
            yield from _filled_in(one, child(blame, index))
    elif isinstance(held, str):
        origins = tuple(islice(chain(blame), _MOST + 1))
        if len(origins) > 1 and origins[0].via is Via.APPLICATIONSET:
            yield origins


def _holds(outer: Location, inner: Location) -> bool:
    return (
        outer.file == inner.file
        and (outer.line, outer.column) <= (inner.line, inner.column)
        and (inner.end_line, inner.end_column) <= (outer.end_line, outer.end_column)
    )
