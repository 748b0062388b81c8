"""What `range` goes through.

Source: walkRange in text/template/exec.go of Go.
"""

from __future__ import annotations

from gitlint_ops.gotemplate.faults import Budget, FunctionFault
from gitlint_ops.gotemplate.formatting import plain, sorted_keys
from gitlint_ops.gotemplate.values import INVALID, Map, Slice, Value, ordered


def elements(value: Value, variables: int, budget: Budget) -> list[tuple[Value, Value]]:
    """The elements of a value, each behind its index or key.

    Raises:
        FunctionFault: there is nothing to go through, in Go's words.
    """
    if value is INVALID:
        return []
    if isinstance(value, list):
        return list(enumerate(ordered(value)))
    if isinstance(value, dict):
        return [(key, value[key]) for key in sorted_keys(value)]
    if not isinstance(value, int) or isinstance(value, bool):
        raise FunctionFault(f"range can't iterate over {plain(value, budget)}")
    if variables > 1:
        raise FunctionFault(f"can't use {int(value)} to iterate over more than one variable")
    budget.build(max(0, value))
    return [(INVALID, type(value)(one)) for one in range(value)]


def is_boxed(value: Value) -> bool:
    """Whether its elements are interfaces in Go."""
    if isinstance(value, Slice | Map):
        return value.element == "interface {}"
    return isinstance(value, list | dict)
