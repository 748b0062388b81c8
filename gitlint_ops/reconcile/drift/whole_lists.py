"""Lists that only one manager can hold as a whole: what of them a hand changed, and what Git did."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from gitlint_ops.reconcile.drift.differences import Difference, aligned, value_in
from gitlint_ops.reconcile.drift.managed_fields import LivePath
from gitlint_ops.reconcile.drift.overlay import is_kept


def told_apart(
    found: Iterable[Difference],
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    base: Mapping[str, Any] | None,
) -> Iterator[Difference]:
    """Differences of which each is either a hand's or Git's, as far as that can be known.

    Several in one list are told as one of that list, unless `base`, what the operator applied last, has the
    same items.
    """
    grouped: dict[LivePath, list[Difference]] = {}
    for one in found:
        grouped.setdefault(_list_of(one.path) or one.path, []).append(one)
    for path, each in grouped.items():
        if _list_of(each[0].path) is None or _are_separate(each, value_in(before, path), path, base):
            yield from each
        else:
            yield Difference(path, value_in(before, path), value_in(after, path))


def only_in(items: Sequence[Any], others: Sequence[Any], same: Callable[[Any, Any], bool]) -> list[Any]:
    """The items that the others lack."""
    return [one for one in items if not any(same(one, other) for other in others)]


def _list_of(path: LivePath) -> LivePath | None:
    """The outermost list whose items only their places tell apart, None where a path is of none."""
    return next((path[:at] for at, step in enumerate(path) if isinstance(step, int)), None)


def _are_separate(
    each: list[Difference], living: Any, path: LivePath, base: Mapping[str, Any] | None
) -> bool:
    held = value_in(base, path) if base is not None else None
    if not isinstance(held, list) or not isinstance(living, list):
        return len(each) == 1
    return aligned(living, held, is_kept)
