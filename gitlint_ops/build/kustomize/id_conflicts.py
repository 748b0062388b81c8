"""Two resources of one id, which no build may have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gitlint_ops.build.kustomize.faults import RESOURCE_ID_CONFLICT, BuildFault, fault
from gitlint_ops.build.kustomize.identity import format_id, plain_id
from gitlint_ops.build.kustomize.kustomization import Entry
from gitlint_ops.build.kustomize.reading import place_of
from gitlint_ops.build.kustomize.resource import Resource
from gitlint_ops.model.findings import Note


def id_conflict(
    added: Resource, held: Resource, entry: Entry, listed: Iterable[Entry], *, of_file: bool
) -> BuildFault:
    """The fault of an entry that adds what is there already; `listed` are all entries beside it."""
    return fault(
        f"{plain_id(added.cur_id)} is there already, and {entry.text} adds another (kustomize: may "
        f"not add resource with an already registered id: {format_id(added.cur_id)})",
        entry.place,
        rule=RESOURCE_ID_CONFLICT,
        hint=_hint(added, held, entry, listed, of_file=of_file),
        related=_notes(added, held),
    )


def _hint(added: Resource, held: Resource, entry: Entry, listed: Iterable[Entry], *, of_file: bool) -> str:
    if place_of(added) == place_of(held):
        if sum(one.text == entry.text for one in listed) > 1:
            return f"{entry.text} is listed twice: remove one of the two entries"
        if of_file:
            return "another entry brings the same object of the same file: remove this one"
    if of_file:
        return (
            f"to change the one that is there, make {entry.text} a patch and list it in patches; to have "
            "both, give one another name or namespace"
        )
    return "take it in once only, or give one of the two another name or namespace"


def _notes(added: Resource, held: Resource) -> Iterator[Note]:
    yield place_of(held).note("the one that is there")
    if place_of(added) != place_of(held):
        yield place_of(added).note("the one that is added")
