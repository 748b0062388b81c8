"""sprig's functions of defaults, of JSON and of types.

Source: defaults.go, reflect.go and flow_control of github.com/Masterminds/sprig/v3.
"""

from __future__ import annotations

from gitlint_ops.gotemplate.comparison import deeply_equal
from gitlint_ops.gotemplate.faults import Budget, FunctionFault
from gitlint_ops.gotemplate.json_text import NotJson, read_json, write_json
from gitlint_ops.gotemplate.signatures import Functions, function
from gitlint_ops.gotemplate.values import Value, is_true, kind, type_name


def _default(_: Budget, otherwise: Value, *given: Value) -> Value:
    return given[0] if given and is_true(given[0]) else otherwise


def _coalesce(_: Budget, *given: Value) -> Value:
    return next((one for one in given if is_true(one)), None)


def _from_json(budget: Budget, text: str) -> Value:
    try:
        return read_json(text, budget)
    except NotJson:
        return None


def _must_from_json(budget: Budget, text: str) -> Value:
    try:
        return read_json(text, budget)
    except NotJson as problem:
        raise FunctionFault(str(problem)) from problem


def _to_json(budget: Budget, value: Value) -> str:
    try:
        return write_json(value, budget)
    except NotJson:
        return ""


def _to_pretty_json(budget: Budget, value: Value) -> str:
    try:
        return write_json(value, budget, indent="  ")
    except NotJson:
        return ""


def _must_json(budget: Budget, value: Value, *, indent: str = "", escapes_html: bool = True) -> str:
    try:
        return write_json(value, budget, indent=indent, escapes_html=escapes_html)
    except NotJson as problem:
        raise FunctionFault(str(problem)) from problem


def _raw_json(budget: Budget, value: Value) -> str:
    return _must_json(budget, value, escapes_html=False)


def _type_of(value: Value) -> str:
    return "<nil>" if value is None else type_name(value)


def _fail(_: Budget, message: str) -> Value:
    raise FunctionFault(message)


DEFAULTS: Functions = {
    "default": function("any, ...any", _default),
    "empty": function("any", lambda _, value: not is_true(value)),
    "coalesce": function("...any", _coalesce),
    "all": function("...any", lambda _, *given: all(map(is_true, given))),
    "any": function("...any", lambda _, *given: any(map(is_true, given))),
    "ternary": function("any, any, bool", lambda _, first, second, chosen: first if chosen else second),
    "fromJson": function("string", _from_json),
    "mustFromJson": function("string", _must_from_json),
    "toJson": function("any", _to_json),
    "mustToJson": function("any", _must_json),
    "toPrettyJson": function("any", _to_pretty_json),
    "mustToPrettyJson": function("any", lambda budget, value: _must_json(budget, value, indent="  ")),
    "toRawJson": function("any", _raw_json),
    "mustToRawJson": function("any", _raw_json),
    "typeOf": function("any", lambda _, value: _type_of(value)),
    "typeIs": function("string, any", lambda _, wanted, value: wanted == _type_of(value)),
    "typeIsLike": function("string, any", lambda _, wanted, value: _type_of(value) in (wanted, f"*{wanted}")),
    "kindOf": function("any", lambda _, value: kind(value)),
    "kindIs": function("string, any", lambda _, wanted, value: wanted == kind(value)),
    "deepEqual": function("any, any", lambda budget, one, other: deeply_equal(one, other, budget)),
    "fail": function("string", _fail),
}
