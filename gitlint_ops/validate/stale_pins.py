"""Pins that say something else than the definition that the workspace itself delivers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from gitlint_ops.model.findings import Note, Violation
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.validate.definitions import (
    Definition,
    NoDefinition,
    canonical,
    definition,
    is_definition,
)
from gitlint_ops.validate.own_pins import STALE, OwnPins
from gitlint_ops.validate.pin_lock import PinnedDefinition, sha256


def stale_pins(pins: OwnPins, objects: Iterable[RenderedObject]) -> Iterator[Violation]:
    """Locked pins of kinds that the workspace defines, and never as they were pinned.

    Where several releases of an operator are delivered, the pin may be of any of them.
    """
    delivered = _by_kind(objects)
    for folder, number, entry in pins.locked():
        held = delivered.get(entry.key, ())
        if held and not any(_says(one) == _pinned(entry) for _, one in held):
            first, newest = held[0]
            at = pins.place(folder, ("definitions", number))
            yield Violation(
                first,
                ("spec", "versions"),
                f"{newest.name} differs from its pin: {difference(entry, newest)}",
                hint="`gitlint-ops schemas pin` with the file or chart that defines it takes it over",
                rule=STALE,
                at_key=True,
                related=(Note(at, (), "pinned here"),),
            )


def difference(entry: PinnedDefinition, held: Definition) -> str:
    """In what a definition differs from its pin, in one clause."""
    pinned, given = _pinned(entry), _says(held)
    for name in (*given, *pinned):
        if name not in pinned:
            return f"version {name} is not pinned"
        if name not in given:
            return f"version {name} is gone"
        if pinned[name][:2] != given[name][:2]:
            return f"version {name} is no longer served or stored as it was pinned"
        if pinned[name] != given[name]:
            return f"the schema of {name} has changed"
    return "its scope has changed"


def _by_kind(
    objects: Iterable[RenderedObject],
) -> Mapping[tuple[str, str], list[tuple[RenderedObject, Definition]]]:
    found: dict[tuple[str, str], list[tuple[RenderedObject, Definition]]] = {}
    for one in objects:
        if is_definition(one.body):
            try:
                held = definition(one.body)
            except NoDefinition:
                continue  # told where definitions are validated
            found.setdefault((held.group, held.kind), []).append((one, held))
    return found


def _says(held: Definition) -> Mapping[str, tuple[bool, bool, str]]:
    """Each version: whether it is served and stored, and what its schema hashes to."""
    return {
        one.name: (one.served, one.storage, sha256(canonical(one.schema)) if one.schema else "")
        for one in held.versions
    }


def _pinned(entry: PinnedDefinition) -> Mapping[str, tuple[bool, bool, str]]:
    return {one.name: (one.served, one.storage, one.sha256) for one in entry.versions}
