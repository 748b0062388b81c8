"""A difference in words: of long lists and texts only what differs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from gitlint_ops.reconcile.drift.differences import Difference, said_path
from gitlint_ops.reconcile.drift.managed_fields import LivePath
from gitlint_ops.reconcile.drift.overlay import is_kept
from gitlint_ops.reconcile.drift.values import HIDDEN, is_clipped, is_hidden, shown
from gitlint_ops.reconcile.drift.whole_lists import only_in
from gitlint_ops.rules.checks.secret_names import NameKind, name_kind

_ASSIGNED = re.compile(r"(?<![\w.-])([\w.-]{1,80})[\"']?\s{0,20}[:=]\s{0,20}[^\s:=]")
_SECRET = (NameKind.SECRET, NameKind.REFERENCE_OR_SECRET)
_MOST_ITEMS = 3
_MOST_COMPARED = 300
_AROUND = 20
_LONGEST_ITEM = 160


class _Sides(Struct, frozen=True):
    """Parts of two values that only one of them has, as they may be shown."""

    here: str
    there: str


def said_difference(difference: Difference, body: Mapping[str, Any], base: Any) -> str:
    """What differs, "image is web:2 in the cluster and web:1 in Git"; `base` is what the operator applied.

    Where Git has gone on since, of a list and of lines only that is told which was changed in the cluster.
    """
    path, before, after = difference.path, difference.before, difference.after
    name = said_path(path)
    if _is_hidden(difference, body):
        return f"{name} has another value in the cluster than in Git {HIDDEN}"
    parted = None if is_hidden(base, path, body) else _parts(before, base)
    if parted is not None and not is_kept(after, base):
        sides = _sides(*parted, path, body)
        told = [f"added {sides.here}"] * bool(sides.here) + [f"removed {sides.there}"] * bool(sides.there)
        return f"{name} was changed in the cluster: {' and '.join(told) or _otherwise(before)}"
    here, there = shown(before, path, body), shown(after, path, body)
    if not (is_clipped(here) or is_clipped(there) or _has_lines(before, after)):
        return f"{name} is {here} in the cluster and {there} in Git"
    parted = _parts(before, after)
    if parted is None:
        here, there = _excerpts(before, after, path, body) or (here, there)
        return f"{name} is {here} in the cluster and {there} in Git"
    sides = _sides(*parted, path, body)
    told = [f"in the cluster only: {sides.here}"] * bool(sides.here)
    told += [f"in Git only: {sides.there}"] * bool(sides.there)
    return f"{name} differs, {'; '.join(told) or _otherwise(before)}"


def shown_both(difference: Difference, body: Mapping[str, Any]) -> tuple[str, str]:
    """Both values; of long ones what differs."""
    path, before, after = difference.path, difference.before, difference.after
    here, there = shown(before, path, body), shown(after, path, body)
    if _is_hidden(difference, body) or not (is_clipped(here) and is_clipped(there)):
        return here, there
    parted = _parts(before, after)
    if parted is None:
        return _excerpts(before, after, path, body) or (here, there)
    sides = _sides(*parted, path, body)
    if not sides.here and not sides.there:
        return here, there
    return (f"… {sides.here}" if sides.here else "…", f"… {sides.there}" if sides.there else "…")


def _is_hidden(difference: Difference, body: Mapping[str, Any]) -> bool:
    return any(is_hidden(one, difference.path, body) for one in (difference.before, difference.after))


def _has_lines(*values: Any) -> bool:
    return all(isinstance(one, str) for one in values) and any("\n" in one.rstrip("\n") for one in values)


def _parts(one: Any, other: Any) -> tuple[list[Any], list[Any]] | None:
    """The items or lines of which only one has each, None of values that have none."""
    if _has_lines(one, other):
        one, other = one.splitlines(), other.splitlines()
        lines, others = set(one), set(other)
        return [line for line in one if line not in others], [line for line in other if line not in lines]
    if not isinstance(one, list) or not isinstance(other, list):
        return None
    if max(len(one), len(other)) > _MOST_COMPARED:
        return None
    return only_in(one, other, is_kept), only_in(other, one, lambda item, living: is_kept(living, item))


def _otherwise(value: Any) -> str:
    return (
        "in the order or number of its items"
        if isinstance(value, list)
        else "in the order, number or ends of its lines"
    )


def _sides(one: Sequence[Any], other: Sequence[Any], path: LivePath, body: Mapping[str, Any]) -> _Sides:
    return _Sides(_listed(one, path, body), _listed(other, path, body))


def _listed(items: Sequence[Any], path: LivePath, body: Mapping[str, Any]) -> str:
    more = f" and {len(items) - _MOST_ITEMS} more" if len(items) > _MOST_ITEMS else ""
    return ", ".join(_item(one, path, body) for one in items[:_MOST_ITEMS]) + more


def _item(one: Any, path: LivePath, body: Mapping[str, Any]) -> str:
    """An item, or a line, which out of its text may not be known for the secret that it is."""
    secret = next(_secrets(one), None) if isinstance(one, str) else None
    if secret is not None:
        return f"{secret}: {HIDDEN}"
    return shown(one, path, body, longest=_LONGEST_ITEM)


def _secrets(text: str) -> Iterator[str]:
    """The names of secrets to which a text gives values."""
    return (found[1] for found in _ASSIGNED.finditer(text) if name_kind(found[1]) in _SECRET)


def _excerpts(before: Any, after: Any, path: LivePath, body: Mapping[str, Any]) -> tuple[str, str] | None:
    """Two long texts from shortly before their first difference on."""
    if not isinstance(before, str) or not isinstance(after, str):
        return None
    if any(next(_secrets(one), None) for one in (before, after)):
        return None
    # As they are shown, so that nothing comes to light that is hidden there.
    here, there = shown(before, path, body, longest=None), shown(after, path, body, longest=None)
    same = next(
        (at for at, (a, b) in enumerate(zip(here, there, strict=False)) if a != b), min(len(here), len(there))
    )
    start = max(0, same - _AROUND)
    return (_from(here, start), _from(there, start)) if start else None


def _from(text: str, start: int) -> str:
    return f"…{text[start : start + 3 * _AROUND]}{'…' if len(text) > start + 3 * _AROUND else ''}"


__all__ = ["said_difference", "shown_both"]
