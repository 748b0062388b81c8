"""What the parts of a jq expression do with a value, and how they are put together.

A filter gives paths with their values, a test the results of a condition.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, TypeAlias

from gitlint_ops.gotemplate.faults import Budget, FunctionFault, Unverifiable
from gitlint_ops.gotemplate.regex.machine import Regex
from gitlint_ops.model.location import FieldPath

Found: TypeAlias = tuple[FieldPath, Any]
Filter: TypeAlias = Callable[[Found], Iterator[Found]]
Test: TypeAlias = Callable[[Any], list[Any]]
"""What a condition comes to for a value: jq knows none, one or several results."""

_MOST_STEPS = 200_000


class NotUnderstood(Exception):
    """An expression beyond what is evaluated here; says which part."""


class JqError(Exception):
    """What jq would stop with, such as iterating over a text."""


class Steps:
    """What one evaluation may still spend: a short expression can name more than there is time for."""

    def __init__(self) -> None:
        self._left = 0

    def restart(self) -> None:
        self._left = _MOST_STEPS

    def take(self, number: int = 1) -> None:
        """Spend some.

        Raises:
            NotUnderstood: there are none left.
        """
        self._left -= number
        if self._left < 0:
            raise NotUnderstood("it would take too long")


def itself(found: Found) -> Iterator[Found]:
    yield found


def field_of(name: str) -> Filter:
    def step(found: Found) -> Iterator[Found]:
        path, value = found
        if value is not None and not isinstance(value, dict):
            raise JqError(f"{name} of what is no object")
        yield (*path, name), (value or {}).get(name)

    return step


def item_at(number: int) -> Filter:
    def step(found: Found) -> Iterator[Found]:
        path, value = found
        if value is not None and not isinstance(value, list):
            raise JqError("an index of what is no list")
        items = value or []
        at = number + len(items) if number < 0 else number
        yield (*path, at), items[at] if 0 <= at < len(items) else None

    return step


def iterated(found: Found) -> Iterator[Found]:
    path, value = found
    if isinstance(value, list):
        yield from (((*path, at), one) for at, one in enumerate(value))
    elif isinstance(value, dict):
        yield from (((*path, str(key)), one) for key, one in value.items())
    else:
        raise JqError("iteration over what is neither a list nor an object")


def descended(found: Found) -> Iterator[Found]:
    waiting = [found]
    while waiting:
        now = waiting.pop()
        yield now
        if isinstance(now[1], dict | list):
            waiting += reversed(list(iterated(now)))


def piped(first: Filter, then: Filter, steps: Steps) -> Filter:
    def step(found: Found) -> Iterator[Found]:
        for one in first(found):
            steps.take()
            yield from then(one)

    return step


def one_after_another(several: list[Filter]) -> Filter:
    def step(found: Found) -> Iterator[Found]:
        for one in several:
            yield from one(found)

    return step


def forgiving(inner: Filter) -> Filter:
    def step(found: Found) -> Iterator[Found]:
        try:
            yield from inner(found)
        except JqError:
            return

    return step


def selected(test: Test) -> Filter:
    def step(found: Found) -> Iterator[Found]:
        if any(map(is_true, test(found[1]))):
            yield found

    return step


def is_true(value: Any) -> bool:
    return value is not None and value is not False


def alone(function: Callable[[Any], Any]) -> Test:
    return lambda value: [function(value)]


def counted(results: list[Any], steps: Steps) -> Iterator[Any]:
    """Results, each of which costs a step."""
    for one in results:
        steps.take()
        yield one


def either(one: Test, other: Test, steps: Steps) -> Test:
    def test(value: Any) -> list[Any]:
        return [
            result
            for left in counted(one(value), steps)
            for result in ([True] if is_true(left) else map(is_true, other(value)))
        ]

    return test


def both(one: Test, other: Test, steps: Steps) -> Test:
    def test(value: Any) -> list[Any]:
        return [
            result
            for left in counted(one(value), steps)
            for result in (map(is_true, other(value)) if is_true(left) else [False])
        ]

    return test


def then(one: Test, other: Test, steps: Steps) -> Test:
    return lambda value: [
        result for left in counted(one(value), steps) for result in counted(other(left), steps)
    ]


def comparing(sign: str, one: Test, other: Test, steps: Steps) -> Test:
    def test(value: Any) -> list[Any]:
        left, right = one(value), other(value)
        steps.take(len(left) * len(right))
        return [_compared(sign, each, than) for than in right for each in left]

    return test


def _compared(sign: str, left: Any, right: Any) -> bool:
    order = _order(left, right)
    return {
        "==": order == 0,
        "!=": order != 0,
        "<": order < 0,
        "<=": order <= 0,
        ">": order > 0,
        ">=": order >= 0,
    }[sign]


def _order(left: Any, right: Any) -> int:
    """Below 0 where the left one comes first: null, false, true, numbers, texts, lists, objects."""
    rank, other = _rank(left), _rank(right)
    if rank != other:
        return rank - other
    if isinstance(left, list):
        pairs = zip(left, right, strict=False)
        first = next((found for one, two in pairs if (found := _order(one, two))), 0)
        return first or len(left) - len(right)
    if isinstance(left, dict):
        keys, others = sorted(left), sorted(right)
        if keys != others:
            return -1 if keys < others else 1
        return next((found for key in keys if (found := _order(left[key], right[key]))), 0)
    if left is None or isinstance(left, bool):
        return 0
    return int(left > right) - int(left < right)


def _rank(value: Any) -> int:
    if isinstance(value, bool):
        return 2 if value else 1
    ranks = {type(None): 0, int: 3, float: 3, str: 4, list: 5, dict: 6}
    return ranks.get(type(value), 6)


def over_items(test: Test, *, any_of: bool) -> Callable[[Any], bool]:
    def over(value: Any) -> bool:
        if not isinstance(value, list | dict):
            raise JqError("iteration over what is neither a list nor an object")
        items = value if isinstance(value, list) else list(value.values())
        tried = [is_true(result) for one in items for result in test(one)]
        return any(tried) if any_of else all(tried)

    return over


def _type(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    names = {dict: "object", list: "array", str: "string", int: "number", float: "number"}
    return names.get(type(value), "null")


def _length(value: Any) -> Any:
    if value is None:
        return 0
    if isinstance(value, bool):
        raise JqError("the length of what has none")
    return abs(value) if isinstance(value, int | float) else len(value)


SIMPLE: Mapping[str, Callable[[Any], Any]] = {"type": _type, "length": _length}
_TEXT_TESTS: Mapping[str, Callable[[str, str], bool]] = {
    "startswith": str.startswith,
    "endswith": str.endswith,
    "contains": str.__contains__,
}
OF_TEXT = frozenset({"test", "has", *_TEXT_TESTS})


def of_text(name: str, wanted: Any) -> Callable[[Any], bool]:
    if name == "has":
        return lambda value: _has(value, wanted)
    if not isinstance(wanted, str):
        raise NotUnderstood(f"'{name}({wanted}'")
    tried = _matching(wanted) if name == "test" else partial(_flipped, _TEXT_TESTS[name], wanted)

    def test(value: Any) -> bool:
        if not isinstance(value, str):
            raise JqError(f"{name} of what is no text")
        return tried(value)

    return test


def _flipped(test: Callable[[str, str], bool], wanted: str, value: str) -> bool:
    return test(value, wanted)


def _has(value: Any, wanted: Any) -> bool:
    if isinstance(value, dict):
        return isinstance(wanted, str) and wanted in value
    if isinstance(value, list) and isinstance(wanted, int):
        return 0 <= wanted < len(value)
    if value is None:
        return False
    raise JqError("has of what holds nothing")


def _matching(pattern: str) -> Callable[[str], bool]:
    try:
        regex = Regex(pattern)
    except (FunctionFault, Unverifiable) as error:
        raise NotUnderstood(f"the pattern '{pattern[:40]}'") from error

    def test(value: str) -> bool:
        try:
            return regex.search(value, 0, Budget(_MOST_STEPS)) is not None
        except Unverifiable as error:
            raise NotUnderstood(f"the pattern '{pattern[:40]}', which takes too long") from error

    return test
