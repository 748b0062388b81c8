"""Which kinds have a schema, and where each was taken from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from gitlint_ops.validate.own_pins import OwnPins
from gitlint_ops.validate.pins import by_stability, shipped_kinds


class ListedKind(Struct, frozen=True):
    """One kind; `versions` have a schema, the most stable first, and `unserved` are those not served.

    `place` is "shipped", or the folder or files in the repository; `used` is False where another
    place knows the kind and goes before.
    """

    group: str
    kind: str
    scope: str
    versions: tuple[str, ...]
    unserved: tuple[str, ...]
    source: str
    place: str
    used: bool = True

    @property
    def key(self) -> tuple[str, str]:
        return self.group, self.kind


def listed(own: OwnPins | None, wanted: Iterable[str] = ()) -> tuple[ListedKind, ...]:
    """The user's pins and the shipped ones, by group and kind; those that a name means exactly first.

    `wanted` are groups and kinds, or parts of their names; empty means all.
    """
    ours = tuple(_own(own)) if own else ()
    known = {one.key for one in ours}
    shipped = (replace(one, used=one.key not in known) for one in _shipped())
    words = [one.lower() for one in wanted]
    found = (one for one in (*ours, *shipped) if not words or any(_is_meant(one, word) for word in words))
    return tuple(
        sorted(found, key=lambda one: (not _is_exactly(one, words), one.group, one.kind, not one.used))
    )


def _is_exactly(one: ListedKind, words: Iterable[str]) -> bool:
    kind = one.kind.lower()
    return any(word in (kind, one.group, f"{kind}.{one.group}") for word in words)


def _is_meant(one: ListedKind, word: str) -> bool:
    return word in one.group or word in f"{one.kind.lower()}.{one.group}"


def _own(pins: OwnPins) -> Iterator[ListedKind]:
    for folder, _, entry in pins.locked():
        source = next((one for one in folder.lock.sources if one.name == entry.source), None)
        yield ListedKind(
            entry.group,
            entry.kind,
            entry.scope,
            by_stability(one.name for one in entry.versions if one.served and one.sha256),
            by_stability(one.name for one in entry.versions if not one.served),
            (source.chart or source.name) if source else entry.source,
            folder.path or ".",
        )
    for group, kind, versions, path in pins.loose():
        yield ListedKind(group, kind, "", by_stability(versions), (), "", path)


def _shipped() -> Iterator[ListedKind]:
    for kind in shipped_kinds():
        yield ListedKind(
            kind.group, kind.kind, kind.scope, kind.versions, kind.unserved, kind.origin, "shipped"
        )
