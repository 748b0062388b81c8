"""eq, ne, lt, le, gt and ge, which compare values of the same basic kind only.

Source: text/template/funcs.go of Go; reflect.DeepEqual.
"""

from __future__ import annotations

from gitlint_ops.gotemplate.faults import Budget, FunctionFault
from gitlint_ops.gotemplate.literals import to_bytes
from gitlint_ops.gotemplate.values import (
    INVALID,
    Byte,
    Object,
    Uint64,
    Value,
    is_nil,
    kind,
    ordered,
    type_name,
)

_BAD_TYPE = "invalid type for comparison"


def _basic_kind(value: Value) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        # Signed and unsigned integers can be compared with each other.
        return "uint" if isinstance(value, Uint64 | Byte) else "int"
    if isinstance(value, float):
        return "float"
    if isinstance(value, complex):
        return "complex"
    return "string" if isinstance(value, str) else ""


def _nothing(value: Value) -> bool:
    return value is None or value is INVALID


def equal(_: Budget, first: Value, *others: Value) -> bool:
    """Whether the first is equal to one of the others."""
    if not others:
        raise FunctionFault("missing argument for comparison")
    return any(_equal(first, one) for one in others)


def _equal(first: Value, second: Value) -> bool:
    kinds = (_basic_kind(first), _basic_kind(second))
    if set(kinds) == {"int", "uint"}:
        return int(first) == int(second)
    if kinds[0] != kinds[1]:
        if _nothing(first) or _nothing(second):
            return False
        raise FunctionFault(f"incompatible types for comparison: {type_name(first)} and {type_name(second)}")
    if kinds[0]:
        return bool(first == second)
    if not (_nothing(first) or _nothing(second)) and kind(first) != kind(second):
        raise FunctionFault(f"non-comparable types {type_name(first)}, {type_name(second)}")
    if is_nil(first) or is_nil(second):
        return is_nil(first) and is_nil(second)
    if not isinstance(second, Object):
        raise FunctionFault(f"non-comparable type {type_name(second)}")
    return first is second or (not type_name(first).startswith("*") and bool(first == second))


def unequal(budget: Budget, first: Value, second: Value) -> bool:
    return not equal(budget, first, second)


def less(_: Budget, first: Value, second: Value) -> bool:
    kinds = (_basic_kind(first), _basic_kind(second))
    if "" in kinds:
        raise FunctionFault(_BAD_TYPE)
    if kinds[0] != kinds[1] and set(kinds) != {"int", "uint"}:
        raise FunctionFault(f"incompatible types for comparison: {type_name(first)} and {type_name(second)}")
    if kinds[0] in ("bool", "complex"):
        raise FunctionFault(_BAD_TYPE)
    if kinds[0] == "string":
        return to_bytes(first) < to_bytes(second)
    return bool(first < second)


def less_or_equal(budget: Budget, first: Value, second: Value) -> bool:
    return less(budget, first, second) or _equal(first, second)


def greater(budget: Budget, first: Value, second: Value) -> bool:
    return not less_or_equal(budget, first, second)


def greater_or_equal(budget: Budget, first: Value, second: Value) -> bool:
    return not less(budget, first, second)


def deeply_equal(first: Value, second: Value, budget: Budget) -> bool:
    """Go's reflect.DeepEqual, which never takes two types for equal."""
    budget.spend(1)
    if _nothing(first) or _nothing(second):
        return _nothing(first) and _nothing(second)
    if type_name(first) != type_name(second) or is_nil(first) != is_nil(second):
        return False
    if isinstance(first, list):
        return len(first) == len(second) and all(
            deeply_equal(one, other, budget)
            for one, other in zip(ordered(first), ordered(second), strict=True)
        )
    if isinstance(first, dict):
        return first.keys() == second.keys() and all(
            deeply_equal(first[key], second[key], budget) for key in first
        )
    return bool(first == second)
