"""Joining two lists by the keys of their items, with kustomize's own corner cases.

Where items name all keys once, this is what one expects. Items that lack a key are matched as
kustomize happens to match them: its steps on lists are kept one by one, since charts and bases in
the wild depend on the outcome.

Source: kyaml/yaml/walk/associative_sequence.go, kyaml/yaml/fns.go ElementSetter, ElementMatcher
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from typing import TypeAlias

from msgspec.structs import replace

from gitlint_ops.build.kustomize.faults import OURS
from gitlint_ops.build.kustomize.merge_directives import DIRECTIVE, Directive, parse_directive
from gitlint_ops.build.kustomize.merge_nodes import MergeFault, Node, scalar_text

Values: TypeAlias = tuple[str, ...]
"""The texts of an item's keys; "" for one that it lacks."""

WalkItems: TypeAlias = Callable[[Node | None, Node | None], Node | None]
"""Merges one item of each list; either may be missing, and None is an item deleted."""

_MAX_IRREGULAR_ITEMS = 1000
"""Lists without full keys take quadratic time; none in the wild has more than a few dozen items."""


class ListOrder(Enum):
    """Which items come first; kustomize builds put the patch's first."""

    PATCH_FIRST = "patch first"
    BASE_FIRST = "base first"


def take_list_directive(patch: Node) -> Directive:
    """What an item `- $patch: ...` of a patch's list asks for the list; it is taken out."""
    items = patch.opened_items()
    found = next((item for item in items if item.get(DIRECTIVE) is not None), None)
    if found is None or len(tuple(found.keys())) > 1:
        return Directive.MERGE
    member = found.get(DIRECTIVE)
    assert member is not None
    directive = parse_directive(member)
    set_item(items, (DIRECTIVE,), (directive.value,), None)
    return directive


def join_items(dest: Node, patch: Node | None, keys: Values, order: ListOrder, walk: WalkItems) -> None:
    """Joins the items of `patch` into `dest`, in place; without keys both are sets of scalars."""
    ours = dest.opened_items()
    theirs = patch.opened_items() if patch is not None else []
    if _is_regular(ours, keys) and (theirs is ours or _is_regular(theirs, keys)):
        dest.items = _joined_regular(ours, theirs, keys, order, walk)
        return
    if len(ours) + len(theirs) > _MAX_IRREGULAR_ITEMS:
        raise MergeFault(
            f"{OURS}a list of more than {_MAX_IRREGULAR_ITEMS} items without unique merge keys", patch
        )
    dest.items = _joined_irregular(ours, theirs, keys or ("",), order, walk)


def is_regular(values: Sequence[object], keys: Values) -> bool:
    """Whether each of some plain items names the one key of the list, and none names it twice."""
    if len(keys) > 1:
        return False
    if keys:
        key = keys[0]
        values = [value.get(key) if isinstance(value, dict) else None for value in values]
    return _are_distinct(values)


def _is_regular(items: Sequence[Node], keys: Values) -> bool:
    if len(keys) > 1:
        return False
    return _are_distinct([item.scalar_at(keys[0]) if keys else item.value for item in items])


def _are_distinct(values: Sequence[object]) -> bool:
    if any(value is None or value == "" or isinstance(value, dict | list) for value in values):
        return False
    return len(set(map(scalar_text, values))) == len(values)


def _joined_regular(
    ours: list[Node], theirs: list[Node], keys: Values, order: ListOrder, walk: WalkItems
) -> list[Node]:
    """In linear time, the same as the irregular way gives for regular lists."""
    our_items, their_items = _by_value(ours, keys), _by_value(theirs, keys)
    first, second = (their_items, our_items) if order is ListOrder.PATCH_FIRST else (our_items, their_items)
    joined: list[Node] = []
    for value in {**first, **second}:
        our_item = our_items.get(value)
        merged = walk(our_item, their_items.get(value))
        if merged is None or merged.value is None or (merged.is_map and merged.is_empty):
            continue
        # Whatever came of the merge, an item of the base that was not deleted takes its place:
        # `$patch: replace` on an item therefore changes nothing.
        joined.append(our_item if our_item is not None and order is ListOrder.PATCH_FIRST else merged)
    return joined


def _by_value(items: Sequence[Node], keys: Values) -> dict[str, Node]:
    if not keys:
        return {item.text: item for item in items}
    return {scalar_text(item.scalar_at(keys[0])): item for item in items}


def _joined_irregular(
    ours: list[Node], theirs: list[Node], keys: Values, order: ListOrder, walk: WalkItems
) -> list[Node]:
    found = _all_values(ours, theirs, keys, order)
    if len(keys) > 1:
        _harmonise(found)
    added: list[Node] = []
    used: Values = ()
    for values in found:
        used, wanted = _valid(found, values, keys)
        merged = walk(_find(ours, used, wanted), _find(theirs, used, wanted))
        if merged is None or merged.value is None or (merged.is_map and merged.is_empty):
            set_item(ours, used, wanted, None)
            continue
        _name_keys(merged, used, wanted)
        set_item(added, used, wanted, merged)
    if not found:
        return ours
    if order is ListOrder.PATCH_FIRST:
        return _appended(added, ours, used)
    return _appended(ours, added, used)


def _name_keys(item: Node, keys: Values, values: Values) -> None:
    for key, value in zip(keys, values, strict=False):
        if key and value and item.get(key) is None:
            if not item.is_map:
                raise _wrong_kind(item)
            item.put(key, Node(value, blame=replace(item.origin(), verbatim=False)))


def _all_values(ours: list[Node], theirs: list[Node], keys: Values, order: ListOrder) -> list[Values]:
    """The key values of all items, each once, in the order of the result."""
    lists = (theirs, ours) if order is ListOrder.PATCH_FIRST else (ours, theirs)
    if keys == ("",):
        return list(dict.fromkeys((item.text,) for items in lists for item in items))
    return list(dict.fromkeys(_values(item, keys) for items in lists for item in items))


def _values(item: Node, keys: Values) -> Values:
    members = (item.get(key) for key in keys)
    return tuple("" if member is None or member.is_empty else member.text for member in members)


def _harmonise(found: list[Values]) -> None:
    """Unifies the values that agree on one key and conflict on none, in place."""
    for i in range(len(found)):
        left = found[i]  # stays for the whole round, as in the original, even where found[i] changes
        for j in range(len(found)):
            unified = _unified(left, found[j])
            if unified is not None:
                found[i] = found[j] = unified


def _unified(left: Values, right: Values) -> Values | None:
    if all(a != b for a, b in zip(left, right, strict=True)):
        return None
    if any(a != b and a and b for a, b in zip(left, right, strict=True)):
        return None
    return tuple(a or b for a, b in zip(left, right, strict=True))


def _valid(found: Sequence[Values], values: Values, keys: Values) -> tuple[Values, Values]:
    """The keys that some item names, and the values for them; all where none names any."""
    named = {key for one in found for key, value in zip(keys, one, strict=False) if value}
    if not named:
        return keys, values
    return (
        tuple(key for key in keys if key in named),
        tuple(value for key, value in zip(keys, values, strict=False) if value or key in named),
    )


def _find(items: Sequence[Node], keys: Values, values: Values) -> Node | None:
    """The first item with these values, leaving out keys without one."""
    keys, values = _valid((values,), values, keys)
    if keys[0] == "":
        return next((item for item in items if item.text == values[0]), None)
    if len(keys) != len(values):
        return None
    return next((item for item in items if _has(item, keys, values)), None)


def _has(item: Node, keys: Values, values: Values) -> bool:
    members = (item.get(key) for key in keys)
    return all(m is not None and m.text == value for m, value in zip(members, values, strict=True))


def set_item(items: list[Node], keys: Values, values: Values, new: Node | None) -> None:
    """Puts `new` in place of each item with these values, or at the end; None removes them.

    Null and empty items go; so does everything where there are no values to look for. A value of
    "" matches any.
    """
    of_mappings = bool(keys[0]) and bool(values) and values[0] != ""
    kept: list[Node] = []
    replaced = False
    for item in items:
        if item.value is None or (item.is_map and item.is_empty):
            continue
        if of_mappings and not item.is_map:
            kept.append(item)
        elif not _matches(item, keys, values):
            if values:
                kept.append(item)
        else:
            replaced = True
            if new is not None:
                kept.append(new)
    items[:] = kept
    if new is not None and new.value is not None and not replaced:
        items.append(new)


def _matches(item: Node, keys: Values, values: Values) -> bool:
    matched = False
    for position, key in enumerate(keys):
        # A key without a value passes if the one before it did.
        if position < len(values):
            matched = _matches_one(item, key, values[position])
        if not matched:
            return False
    return True


def _matches_one(item: Node, key: str, value: str) -> bool:
    if key == "":
        if item.is_container:
            raise _wrong_kind(item)
        return item.text == value
    if not item.is_map:
        raise _wrong_kind(item)
    member = item.get(key)
    return member is not None and value in ("", member.text)


def _appended(items: list[Node], more: Sequence[Node], keys: Values) -> list[Node]:
    """`items` with each of `more` in place of the one with its values, or at the end."""
    for item in list(more):
        if keys[0] == "":
            set_item(items, keys, (item.text,), item)
            continue
        values: list[str] = []
        for key in keys:
            if item.value is not None and not item.is_map:
                raise _wrong_kind(item)
            member = item.get(key)
            if member is None:
                items.append(item)
                continue
            values.append(member.text)
        if len(keys) > 1:
            set_item(items, keys, tuple(values), None)
        set_item(items, keys, tuple(values), item)
    return items


def _wrong_kind(item: Node) -> MergeFault:
    return MergeFault("wrong node kind in a list that is merged by keys", item)
