"""sprig's functions of maps.

Source: dict.go of github.com/Masterminds/sprig/v3, merge.go of dario.cat/mergo.
"""

from __future__ import annotations

from typing import Any

from gitlint_ops.gotemplate.faults import Budget, FunctionFault, Unverifiable
from gitlint_ops.gotemplate.signatures import Functions, function
from gitlint_ops.gotemplate.sprig.strings import text_of
from gitlint_ops.gotemplate.values import Map, Slice, Value, is_true, strings, type_name

_DEEPEST = 100


def _refuse_cycle(held: dict[str, Value], value: Value, budget: Budget) -> None:
    """That a map does not come to hold itself, which Go would print without end."""
    waiting: list[tuple[Value, int]] = [(value, 0)]
    while waiting:
        one, depth = waiting.pop()
        budget.spend(1)
        if one is held or depth > _DEEPEST:
            raise Unverifiable("a map that holds itself is not evaluated here")
        if isinstance(one, dict):
            waiting += [(inner, depth + 1) for inner in one.values()]
        elif isinstance(one, list):
            waiting += [(inner, depth + 1) for inner in one]


def _get(_: Budget, held: dict[str, Value], key: str) -> Value:
    return held.get(key, "")


def _set(budget: Budget, held: dict[str, Value], key: str, value: Value) -> Value:
    if isinstance(held, Map) and held.is_nil:
        raise FunctionFault("assignment to entry in nil map")
    _refuse_cycle(held, value, budget)
    held[key] = value
    return held


def _unset(_: Budget, held: dict[str, Value], key: str) -> Value:
    held.pop(key, None)
    return held


def _pluck(_: Budget, key: str, *maps: dict[str, Value]) -> Value:
    return [one[key] for one in maps if key in one]


def _keys(budget: Budget, *maps: dict[str, Value]) -> Value:
    budget.build(sum(len(one) for one in maps))
    return strings([key for one in maps for key in one], unordered=any(len(one) > 1 for one in maps))


def _values(budget: Budget, held: dict[str, Value]) -> Value:
    budget.build(len(held))
    return Slice(held.values(), unordered=True) if len(held) > 1 else list(held.values())


def _pick(_: Budget, held: dict[str, Value], *keys: str) -> Value:
    return {key: held[key] for key in keys if key in held}


def _omit(budget: Budget, held: dict[str, Value], *keys: str) -> Value:
    budget.build(len(held))
    return {key: value for key, value in held.items() if key not in keys}


def _dict(budget: Budget, *given: Value) -> Value:
    made: dict[str, Value] = {}
    for index in range(0, len(given), 2):
        made[text_of(given[index], budget)] = given[index + 1] if index + 1 < len(given) else ""
    return made


def _merge_into(held: dict[str, Value], other: dict[str, Value], overwrite: bool, budget: Budget) -> None:
    budget.build(len(other))
    for key, value in other.items():
        if value is None:
            if overwrite:
                held[key] = None
            continue
        mine = held.get(key)
        if isinstance(value, dict) and isinstance(mine, dict):
            if type_name(mine) != type_name(value):
                raise Unverifiable("a merge of maps of different types is not evaluated here")
            _merge_into(mine, value, overwrite, budget)
            if mine:
                continue
        if overwrite or not is_true(mine):
            _refuse_cycle(held, value, budget)
            held[key] = value


def _merged(budget: Budget, overwrite: bool, maps: tuple[dict[str, Value], ...]) -> Value:
    first = {} if isinstance(maps[0], Map) and maps[0].is_nil else maps[0]
    for one in maps[1:]:
        if one is not first:
            _merge_into(first, one, overwrite, budget)
    return first


def _merge(budget: Budget, *maps: dict[str, Value]) -> Value:
    return _merged(budget, False, maps)


def _merge_overwrite(budget: Budget, *maps: dict[str, Value]) -> Value:
    return _merged(budget, True, maps)


def _deep_copy(budget: Budget, value: Value) -> Any:
    if value is None:
        raise FunctionFault("reflect: call of reflect.Value.Type on zero Value")
    return _copied(budget, value)


def _copied(budget: Budget, value: Value) -> Any:
    budget.spend(1)
    if isinstance(value, dict):
        members = {key: _copied(budget, one) for key, one in value.items()}
        return Map(members, value.element, is_nil=value.is_nil) if isinstance(value, Map) else members
    if isinstance(value, list):
        items = [_copied(budget, one) for one in value]
        if isinstance(value, Slice):
            return Slice(items, value.element, is_nil=value.is_nil, unordered=value.unordered)
        return items
    return value


def _dig(_: Budget, *given: Value) -> Value:
    if len(given) < 3:
        raise FunctionFault("dig needs at least three arguments")
    *keys, otherwise, held = given
    _refuse_other_than_map(held)
    for key in keys:
        if not isinstance(key, str):
            raise FunctionFault(f"interface conversion: interface {{}} is {_named(key)}, not string")
    for key in keys:
        _refuse_other_than_map(held)
        if key not in held:
            return otherwise
        held = held[key]
    return held


def _refuse_other_than_map(value: Value) -> None:
    if value is None or type_name(value) != "map[string]interface {}":
        text = f"interface conversion: interface {{}} is {_named(value)}, not map[string]interface {{}}"
        raise FunctionFault(text)


def _named(value: Value) -> str:
    return "nil" if value is None else type_name(value)


DICTS: Functions = {
    "dict": function("...any", _dict),
    "get": function("dict, string", _get),
    "set": function("dict, string, any", _set),
    "unset": function("dict, string", _unset),
    "hasKey": function("dict, string", lambda _, held, key: key in held),
    "pluck": function("string, ...dict", _pluck),
    "keys": function("...dict", _keys),
    "values": function("dict", _values),
    "pick": function("dict, ...string", _pick),
    "omit": function("dict, ...string", _omit),
    "merge": function("dict, ...dict", _merge),
    "mustMerge": function("dict, ...dict", _merge),
    "mergeOverwrite": function("dict, ...dict", _merge_overwrite),
    "mustMergeOverwrite": function("dict, ...dict", _merge_overwrite),
    "deepCopy": function("any", _deep_copy),
    "mustDeepCopy": function("any", _deep_copy),
    "dig": function("...any", _dig),
}
