"""The values of a template, with the types that Go gives them.

Data is as Go decodes JSON: dict is `map[string]interface {}`, list `[]interface {}`, float `float64`. An int
is Go's `int`, which only literals and functions make. The rest has classes here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from msgspec import Struct

from gitlint_ops.gotemplate.faults import Budget, FunctionFault, Unverifiable

Value: TypeAlias = Any


class Invalid(Struct, frozen=True):
    """Go's reflect.Value of nothing: it prints as "<no value>", and fields of it are nothing again.

    None is the nil that stands in a map or list: fields of that are an error.
    """


INVALID = Invalid()


class Int64(int):
    """An int64: what most sprig functions that calculate yield; it is no int for those that want one."""

    __slots__ = ()


class Uint64(int):
    __slots__ = ()


class Byte(int):
    """A uint8: what `index` takes from a text."""

    __slots__ = ()


class Duration(int):
    """A time.Duration in nanoseconds."""

    __slots__ = ()


class Slice(list[Any]):
    """A slice that is no `[]interface {}`, or is nil, or has an order that only a run decides."""

    __slots__ = ("element", "is_nil", "unordered")

    def __init__(
        self,
        items: Iterable[Any] = (),
        element: str = "interface {}",
        *,
        is_nil: bool = False,
        unordered: bool = False,
    ) -> None:
        super().__init__(items)
        self.element = element
        self.is_nil = is_nil
        self.unordered = unordered and len(self) > 1


class Map(dict[str, Any]):
    """A map that is no `map[string]interface {}`, or is nil."""

    __slots__ = ("element", "is_nil")

    def __init__(
        self, items: Mapping[str, Any] | None = None, element: str = "interface {}", *, is_nil: bool = False
    ) -> None:
        super().__init__(items or {})
        self.element = element
        self.is_nil = is_nil


class Object:
    """A value of a struct type; `go_type` is its name."""

    __slots__ = ()

    go_type = ""

    def shown(self) -> str:
        """What its String method yields."""
        raise FunctionFault(f"{self.go_type} has no String method")

    def json(self) -> Any:
        """What it becomes in JSON."""
        return self.shown()

    def call(self, name: str, given: list[Value]) -> Value:
        """What a method yields.

        Raises:
            KeyError: it has no such method.
        """
        raise KeyError(name, len(given))


def strings(items: Iterable[str], *, unordered: bool = False) -> Slice:
    """A `[]string`."""
    return Slice(items, "string", unordered=unordered)


_TYPES: Mapping[type, str] = {
    bool: "bool",
    int: "int",
    float: "float64",
    str: "string",
    complex: "complex128",
    list: "[]interface {}",
    dict: "map[string]interface {}",
    Int64: "int64",
    Uint64: "uint64",
    Byte: "uint8",
    Duration: "time.Duration",
    type(None): "interface {}",
    Invalid: "invalid",
}
_KINDS: Mapping[type, str] = {
    list: "slice",
    Slice: "slice",
    dict: "map",
    Map: "map",
    Duration: "int64",
    type(None): "invalid",
}


def type_name(value: Value) -> str:
    """What Go's %T prints for it."""
    if isinstance(value, Slice):
        return f"[]{value.element}"
    if isinstance(value, Map):
        return f"map[string]{value.element}"
    return value.go_type if isinstance(value, Object) else _TYPES[type(value)]


def kind(value: Value) -> str:
    """The name of its reflect.Kind."""
    if isinstance(value, Object):
        return "ptr" if value.go_type.startswith("*") else "struct"
    return _KINDS.get(type(value)) or _TYPES[type(value)]


def is_list(value: Value) -> bool:
    return isinstance(value, list)


def is_unordered(value: Value) -> bool:
    """Whether the order of its elements differs between runs: Go shuffles the keys of maps."""
    return isinstance(value, Slice) and value.unordered


def ordered(value: Value) -> Value:
    """The value, where its order is the same in each run.

    Raises:
        Unverifiable: it is not.
    """
    if is_unordered(value):
        raise Unverifiable("the order of the keys of a map is known only at run time")
    return value


def is_true(value: Value) -> bool:
    """Whether `if` takes it for true."""
    if value is None or value is INVALID:
        return False
    return True if isinstance(value, Object) else bool(value)


def is_nil(value: Value) -> bool:
    return value is None or value is INVALID or (isinstance(value, Slice | Map) and value.is_nil)


def wrapped(number: int) -> Int64:
    """A number as an int64 that overflows."""
    return Int64((number + 2**63) % 2**64 - 2**63)


def from_data(data: Any, budget: Budget, depth: int = 0) -> Value:
    """A copy of plain data with the types of decoded JSON, for functions such as `set` to change.

    Raises:
        Unverifiable: it is too large, too deep, or holds what JSON cannot.
    """
    budget.spend(1)
    if depth > budget.nesting:
        raise Unverifiable("the data is nested too deeply to be evaluated here")
    if isinstance(data, dict):
        members = {_text(str(key)): from_data(one, budget, depth + 1) for key, one in data.items()}
        return Map(members, data.element) if isinstance(data, Map) else members
    if isinstance(data, list | tuple):
        items = [from_data(one, budget, depth + 1) for one in data]
        return Slice(items, data.element) if isinstance(data, Slice) else items
    if isinstance(data, str):
        return _text(data)
    if data is None or isinstance(data, bool | float | Int64 | Object):
        return data
    if isinstance(data, int):
        return _float(data)
    raise Unverifiable(f"a value of type {type(data).__name__} is not evaluated here")


def _float(number: int) -> float:
    try:
        return float(number)
    except OverflowError:
        raise Unverifiable("a number in the data is too large for Go") from None


def _text(text: str) -> str:
    # A lone surrogate cannot be decoded from JSON or YAML by Go, which puts U+FFFD there.
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
