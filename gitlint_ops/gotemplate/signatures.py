"""The functions that templates call, with the types of what they take."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from msgspec import Struct

from gitlint_ops.gotemplate.faults import Budget, Unverifiable
from gitlint_ops.gotemplate.values import Value

Body: TypeAlias = Callable[..., Value]


class Function(Struct, frozen=True):
    """A function in Go's types: "any" is interface{}, "value" is reflect.Value.

    `rest` is the type of what may follow, where it takes any number. The body gets the budget first.
    """

    takes: tuple[str, ...]
    rest: str | None
    body: Body

    def type_at(self, index: int) -> str:
        """The type of an argument that its count allows."""
        if index < len(self.takes):
            return self.takes[index]
        assert self.rest is not None
        return self.rest

    def count_problem(self, written: int, is_piped: bool) -> str:
        """What is wrong with so many arguments, one more where one is piped; "" where nothing is."""
        count = written + is_piped
        if self.rest is None and count != len(self.takes):
            return f"want {len(self.takes)} got {count}"
        if count < len(self.takes):
            return f"want at least {len(self.takes)} got {written}"
        return ""


Functions: TypeAlias = Mapping[str, Function]


def function(signature: str, body: Body) -> Function:
    """A function from a signature such as "string, int, ...any"."""
    types = [one.strip() for one in signature.split(",") if one.strip()]
    rest = types.pop()[3:] if types and types[-1].startswith("...") else None
    return Function(tuple(_NAMES.get(one, one) for one in types), rest and _NAMES.get(rest, rest), body)


def simple(signature: str, body: Body) -> Function:
    """A function whose body does not look at the budget: its cost is that of its texts."""

    def charged(budget: Budget, *given: Value) -> Value:
        budget.make(sum(len(one) for one in given if isinstance(one, str)))
        return body(*given)

    return function(signature, charged)


def unknown(signature: str, reason: str) -> Function:
    """A function of which only a run knows what it yields."""

    def refused(_: Budget, *__: Value) -> Value:
        raise Unverifiable(reason)

    return function(signature, refused)


_NAMES = {
    "any": "interface {}",
    "value": "reflect.Value",
    "dict": "map[string]interface {}",
    "time": "time.Time",
}
