"""Entries that one place gives to many delivery objects, judged over all of them.

A patch that a parent puts into forty Kustomizations, or the images of an ApplicationSet's template, need
not match something in each: they are idle only where they match nothing anywhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from msgspec.structs import replace

from gitlint_ops.model.delivery import Delivery, Owner
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.location import DocumentRef, FieldPath, FileRef
from gitlint_ops.model.targets import Status

_Entry: TypeAlias = tuple[FileRef, int, FieldPath]

_LISTS = ("patches", "images", "components", "replicas")
_IDLE = frozenset({"patch-no-match", "images-no-match", "entry-without-effect", "patch-misses-field"})


def told_of_all_uses(deliveries: Sequence[Delivery]) -> Iterator[Delivery]:
    """The deliveries, without idle entries that serve another delivery."""
    uses: Counter[_Entry] = Counter()
    idle: Counter[tuple[_Entry, str]] = Counter()
    entries: dict[str, frozenset[_Entry]] = {}
    for one in deliveries:
        if one.result is None or one.result.status is Status.FAILED:
            continue
        own = entries[one.owner.id] = frozenset(_entries(one.owner))
        uses.update(own)
        idle.update({(entry, each.rule) for each in one.result.violations if (entry := _entry_of(each, own))})
    for one in deliveries:
        own = entries.get(one.owner.id, frozenset())
        if one.result is None or not own:
            yield one
            continue
        kept = tuple(each for each in one.result.violations if _is_told(each, own, uses, idle))
        yield replace(one, result=replace(one.result, violations=kept))


def _is_told(
    violation: Violation,
    own: frozenset[_Entry],
    uses: Counter[_Entry],
    idle: Counter[tuple[_Entry, str]],
) -> bool:
    entry = _entry_of(violation, own)
    return entry is None or idle[entry, violation.rule] >= uses[entry]


def _entries(owner: Owner) -> Iterator[_Entry]:
    specs: list[FieldPath] = [("spec",), ("spec", "source", "kustomize")]
    several = owner.value("spec", "sources")
    specs += [
        ("spec", "sources", index, "kustomize")
        for index in range(len(several) if isinstance(several, list) else 0)
    ]
    for spec in specs:
        for name in _LISTS:
            held = owner.value(*spec, name)
            for index in range(len(held) if isinstance(held, list) else 0):
                found = owner.origin((*spec, name, index))
                yield _place(found.source, found.source_path)


def _place(document: DocumentRef, path: FieldPath) -> _Entry:
    return document.file, document.index, (*document.embedded, *path)


def _entry_of(violation: Violation, own: frozenset[_Entry]) -> _Entry | None:
    """The entry of the owner that a violation is about, if it is one of being idle."""
    if violation.rule not in _IDLE or not isinstance(violation.on, DocumentRef):
        return None
    file, index, path = _place(violation.on, violation.path)
    for length in range(len(path), 0, -1):
        if (file, index, path[:length]) in own:
            return file, index, path[:length]
    return None
