"""sprig's functions of lists.

Source: list.go of github.com/Masterminds/sprig/v3.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gitlint_ops.gotemplate.comparison import deeply_equal
from gitlint_ops.gotemplate.faults import Budget, FunctionFault
from gitlint_ops.gotemplate.formatting import sorted_keys
from gitlint_ops.gotemplate.signatures import Functions, function
from gitlint_ops.gotemplate.sprig.numbers import to_int64
from gitlint_ops.gotemplate.sprig.strings import text_of, texts_of
from gitlint_ops.gotemplate.values import Slice, Value, is_true, kind, ordered, strings

_NIL = "runtime error: invalid memory address or nil pointer dereference"


def _items(budget: Budget, value: Value, task: str) -> list[Value]:
    """The elements of a list.

    Raises:
        FunctionFault: it is none; `task` is what Go says cannot be done.
    """
    if value is None:
        raise FunctionFault(_NIL)
    if not isinstance(value, list):
        raise FunctionFault(f"{task} type {kind(value)}")
    budget.build(len(value))
    return ordered(value)  # type: ignore[no-any-return]  # values have no narrower type


def _append(budget: Budget, held: Value, value: Value) -> Value:
    return [*_items(budget, held, "Cannot push on"), value]


def _prepend(budget: Budget, held: Value, value: Value) -> Value:
    return [value, *_items(budget, held, "Cannot prepend on")]


def _chunk(budget: Budget, size: int, held: Value) -> Value:
    items = _items(budget, held, "Cannot chunk")
    if size <= 0:
        # sprig divides without looking; of a negative size no chunk at all may come out.
        if size == 0 or (len(items) - 1) // size != -1:
            raise FunctionFault("runtime error: makeslice: len out of range")
        return Slice(element="[]interface {}")
    return Slice([items[at : at + size] for at in range(0, len(items), size)], "[]interface {}")


def _first(budget: Budget, held: Value) -> Value:
    items = _items(budget, held, "Cannot find first on")
    return items[0] if items else None


def _last(budget: Budget, held: Value) -> Value:
    items = _items(budget, held, "Cannot find last on")
    return items[-1] if items else None


def _rest(budget: Budget, held: Value) -> Value:
    items = _items(budget, held, "Cannot find rest on")
    return list(items[1:]) if items else Slice(is_nil=True)


def _initial(budget: Budget, held: Value) -> Value:
    items = _items(budget, held, "Cannot find initial on")
    return list(items[:-1]) if items else Slice(is_nil=True)


def _reverse(budget: Budget, held: Value) -> Value:
    return list(reversed(_items(budget, held, "Cannot find reverse on")))


def _compact(budget: Budget, held: Value) -> Value:
    return [one for one in _items(budget, held, "Cannot compact on") if is_true(one)]


def _is_in(one: Value, items: list[Value] | tuple[Value, ...], budget: Budget) -> bool:
    return any(deeply_equal(one, other, budget) for other in items)


def _unique(budget: Budget, held: Value) -> Value:
    found: list[Value] = []
    for one in _items(budget, held, "Cannot find uniq on"):
        if not _is_in(one, found, budget):
            found.append(one)
    return found


def _without(budget: Budget, held: Value, *left_out: Value) -> Value:
    items = _items(budget, held, "Cannot find without on")
    return [one for one in items if not _is_in(one, left_out, budget)]


def _has(budget: Budget, wanted: Value, held: Value) -> bool:
    if held is None:
        return False
    if not isinstance(held, list):
        raise FunctionFault(f"Cannot find has on type {kind(held)}")
    return _is_in(wanted, list(held), budget)


def _slice(budget: Budget, held: Value, *bounds: Value) -> Value:
    if held is not None and not isinstance(held, list):
        raise FunctionFault(f"list should be type of slice or array but {kind(held)}")
    items = _items(budget, held, "")
    if not items:
        return None
    start = to_int64(bounds[0]) if bounds else 0
    end = to_int64(bounds[1]) if len(bounds) > 1 else len(items)
    if not 0 <= start <= end <= len(items):
        raise FunctionFault("reflect.Value.Slice: slice index out of bounds")
    return Slice(items[start:end], held.element) if isinstance(held, Slice) else items[start:end]


def _concat(budget: Budget, *lists: Value) -> Value:
    found: list[Value] = []
    for one in lists:
        if one is not None and not isinstance(one, list):
            raise FunctionFault(f"Cannot concat type {kind(one)} as list")
        found += _items(budget, one, "")
    return found or Slice(is_nil=True)


def _sort(budget: Budget, held: Value) -> Value:
    if not isinstance(held, list):
        return strings([text_of(held, budget)])
    plain_order = Slice(held, held.element) if isinstance(held, Slice) else held
    budget.build(len(held))
    return strings(sorted_keys(texts_of(plain_order, budget)))


def _both(name: str, signature: str, body: Callable[..., Any]) -> Functions:
    """A function and the one that yields an error where it panics: to a template they are the same."""
    made = function(signature, body)
    return {name: made, f"must{name[0].upper()}{name[1:]}": made}


LISTS: Functions = {
    "list": function("...any", lambda _, *given: list(given)),
    "tuple": function("...any", lambda _, *given: list(given)),
    "sortAlpha": function("any", _sort),
    "concat": function("...any", _concat),
    **_both("append", "any, any", _append),
    **_both("push", "any, any", _append),
    **_both("prepend", "any, any", _prepend),
    **_both("chunk", "int, any", _chunk),
    **_both("first", "any", _first),
    **_both("last", "any", _last),
    **_both("rest", "any", _rest),
    **_both("initial", "any", _initial),
    **_both("reverse", "any", _reverse),
    **_both("compact", "any", _compact),
    **_both("uniq", "any", _unique),
    **_both("without", "any, ...any", _without),
    **_both("has", "any, any", _has),
    **_both("slice", "any, ...any", _slice),
}
