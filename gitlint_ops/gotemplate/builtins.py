"""The functions that every Go template has.

Source: text/template/funcs.go of Go.
"""

from __future__ import annotations

from gitlint_ops.gotemplate.comparison import equal, greater, greater_or_equal, less, less_or_equal, unequal
from gitlint_ops.gotemplate.faults import Budget, FunctionFault
from gitlint_ops.gotemplate.formatting import joined, line, printed
from gitlint_ops.gotemplate.literals import from_bytes, is_printable, to_bytes
from gitlint_ops.gotemplate.printf import formatted
from gitlint_ops.gotemplate.signatures import Functions, function
from gitlint_ops.gotemplate.values import (
    INVALID,
    Byte,
    Map,
    Slice,
    Value,
    is_true,
    ordered,
    type_name,
)

_HTML = {"\0": "\ufffd", '"': "&#34;", "'": "&#39;", "&": "&amp;", "<": "&lt;", ">": "&gt;"}
_SCRIPT = {
    "\\": "\\\\",
    "'": "\\'",
    '"': '\\"',
    "<": "\\u003C",
    ">": "\\u003E",
    "&": "\\u0026",
    "=": "\\u003D",
}
_UNRESERVED = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~")


def _integral(value: Value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _position(value: Value, length: int) -> int:
    if value is None or value is INVALID:
        raise FunctionFault("cannot index slice/array with nil")
    if not _integral(value):
        raise FunctionFault(f"cannot index slice/array with type {type_name(value)}")
    if not 0 <= value <= length:
        raise FunctionFault(f"index out of range: {int(value)}")
    return int(value)


def index(budget: Budget, item: Value, *keys: Value) -> Value:
    """`index x 1 "a"` is x[1]["a"]; a key that a map lacks yields the zero value."""
    if item is None or item is INVALID:
        raise FunctionFault("index of untyped nil")
    for key in keys:
        budget.spend(1)
        item = _indexed(item, key)
    return item


def _indexed(item: Value, key: Value) -> Value:
    if item is None or item is INVALID:
        raise FunctionFault("index of nil pointer")
    if isinstance(item, dict):
        if key is None or key is INVALID:
            raise FunctionFault("value is nil; should be of type string")
        if not isinstance(key, str):
            raise FunctionFault(f"value has type {type_name(key)}; should be string")
        return item.get(key, "" if isinstance(item, Map) and item.element == "string" else None)
    if not isinstance(item, list | str):
        raise FunctionFault(f"can't index item of type {type_name(item)}")
    held = to_bytes(item) if isinstance(item, str) else ordered(item)
    position = _position(key, len(held))
    if position == len(held):
        kind = "string" if isinstance(item, str) else "slice"
        raise FunctionFault(f"reflect: {kind} index out of range")
    return Byte(held[position]) if isinstance(item, str) else held[position]


def cut(_: Budget, item: Value, *bounds: Value) -> Value:
    """Go's own `slice`; that of sprig takes its place where there is sprig."""
    if item is None or item is INVALID:
        raise FunctionFault("slice of untyped nil")
    if len(bounds) > 3:
        raise FunctionFault(f"too many slice indexes: {len(bounds)}")
    if not isinstance(item, list | str):
        raise FunctionFault(f"can't slice item of type {type_name(item)}")
    if isinstance(item, str) and len(bounds) == 3:
        raise FunctionFault("cannot 3-index slice a string")
    held = to_bytes(item) if isinstance(item, str) else ordered(item)
    found = [_position(one, len(held)) for one in bounds]
    start, end, *capacity = [*found, *[0, len(held)][len(found) :]]
    for first, second in ((start, end), *((end, one) for one in capacity)):
        if first > second:
            raise FunctionFault(f"invalid slice index: {first} > {second}")
    if isinstance(item, str):
        return from_bytes(to_bytes(item)[start:end])
    return Slice(item[start:end], item.element) if isinstance(item, Slice) else item[start:end]


def length(_: Budget, item: Value) -> int:
    """In bytes, for a text."""
    if item is None:
        raise FunctionFault("len of nil pointer")
    if isinstance(item, str):
        return len(to_bytes(item))
    if isinstance(item, list | dict):
        return len(item)
    if item is INVALID:
        raise FunctionFault("reflect: call of reflect.Value.Type on zero Value")
    raise FunctionFault(f"len of type {type_name(item)}")


def _call(_: Budget, called: Value, *__: Value) -> Value:
    if called is None or called is INVALID:
        raise FunctionFault("call of nil")
    raise FunctionFault(f"non-function of type {type_name(called)}")


def _as_text(budget: Budget, given: tuple[Value, ...]) -> str:
    # A nil among them is printed as nothing that has a value.
    return joined([printed(None, budget) if one is None else one for one in given], budget)


def _html(budget: Budget, *given: Value) -> str:
    return "".join(_HTML.get(one, one) for one in _as_text(budget, given))


def _script(budget: Budget, *given: Value) -> str:
    return "".join(_scripted(one) for one in _as_text(budget, given))


def _scripted(character: str) -> str:
    code = ord(character)
    if character in _SCRIPT:
        return _SCRIPT[character]
    if code < 32:
        return f"\\u{code:04X}"
    if code < 128:
        return character
    if 0xDC80 <= code <= 0xDCFF:
        return "\ufffd"
    return character if is_printable(character) else f"\\u{code:04X}"


def _query(budget: Budget, *given: Value) -> str:
    return query_escaped(_as_text(budget, given))


def query_escaped(text: str) -> str:
    """Go's url.QueryEscape."""
    return "".join(
        chr(one) if one in _UNRESERVED else "+" if one == 32 else f"%{one:02X}" for one in to_bytes(text)
    )


BUILTINS: Functions = {
    # The executor evaluates these two itself: they stop at the first argument that decides.
    "and": function("value, ...value", lambda _, *given: given[-1]),
    "or": function("value, ...value", lambda _, *given: given[-1]),
    "not": function("value", lambda _, value: not is_true(value)),
    "call": function("value, ...value", _call),
    "html": function("...any", _html),
    "js": function("...any", _script),
    "urlquery": function("...any", _query),
    "index": function("value, ...value", index),
    "slice": function("value, ...value", cut),
    "len": function("value", length),
    "print": function("...any", lambda budget, *given: joined(list(given), budget)),
    "printf": function("string, ...any", formatted),
    "println": function("...any", lambda budget, *given: line(list(given), budget)),
    "eq": function("value, ...value", equal),
    "ne": function("value, value", unequal),
    "lt": function("value, value", less),
    "le": function("value, value", less_or_equal),
    "gt": function("value, value", greater),
    "ge": function("value, value", greater_or_equal),
}
