"""sprig's arithmetic, its conversions to numbers, and its lists of integers.

Source: numeric.go and functions.go of github.com/Masterminds/sprig/v3, github.com/spf13/cast (caste.go),
github.com/shopspring/decimal.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal, DecimalException, Inexact

from gitlint_ops.gotemplate import literals
from gitlint_ops.gotemplate.faults import Budget, FunctionFault, Unverifiable
from gitlint_ops.gotemplate.formatting import joined
from gitlint_ops.gotemplate.signatures import Functions, function, simple, unknown
from gitlint_ops.gotemplate.values import Duration, Int64, Slice, Value, wrapped

_ZERO_DECIMALS = re.compile(r"\.0+\Z")
_LEAST = -(2**63)
_DIGITS_OF_QUOTIENT = Decimal("1E-16")
_MOST_OPERANDS = 50


def to_int64(value: Value) -> int:
    """cast.ToInt64: 0 for what is no number."""
    if isinstance(value, str):
        return literals.signed(_ZERO_DECIMALS.sub("", value)) or 0
    if isinstance(value, float):
        inside = math.isfinite(value) and -(2.0**63) <= value < 2.0**63
        return int(value) if inside else _LEAST
    return int(wrapped(value)) if isinstance(value, int) and not isinstance(value, Duration) else 0


def to_float64(value: Value) -> float:
    """cast.ToFloat64: 0 for what is no number."""
    if isinstance(value, str):
        return literals.real(value) or 0.0
    return float(value) if isinstance(value, int | float) and not isinstance(value, Duration) else 0.0


def _atoi(text: str) -> int:
    value = literals.integer(text, 10)
    return 0 if value is None else max(_LEAST, min(2**63 - 1, value))


def _to_decimal(budget: Budget, value: Value) -> Int64:
    number = literals.signed(joined([value], budget), 8)
    return Int64(number or 0)


def _add(_: Budget, *given: Value) -> Int64:
    return wrapped(sum(to_int64(one) for one in given))


def _multiply(_: Budget, first: Value, *given: Value) -> Int64:
    product = Int64(to_int64(first))
    for one in given:
        product = wrapped(product * to_int64(one))
    return product


def _divide(first: Value, second: Value) -> Int64:
    dividend, divisor = to_int64(first), to_int64(second)
    if divisor == 0:
        raise FunctionFault("runtime error: integer divide by zero")
    quotient = abs(dividend) // abs(divisor)
    return wrapped(quotient if (dividend < 0) == (divisor < 0) else -quotient)


def _remainder(first: Value, second: Value) -> Int64:
    dividend, divisor = to_int64(first), to_int64(second)
    if divisor == 0:
        raise FunctionFault("runtime error: integer divide by zero")
    rest = abs(dividend) % abs(divisor)
    return Int64(-rest if dividend < 0 else rest)


def _decimal(value: Value) -> Decimal:
    number = to_float64(value)
    if not math.isfinite(number):
        raise FunctionFault(f"Cannot create a Decimal from {number}")
    return Decimal(repr(number))


def _calculated(
    operation: Callable[[Context, Decimal, Decimal], Decimal], first: Value, rest: tuple[Value, ...]
) -> float:
    if len(rest) > _MOST_OPERANDS:
        raise Unverifiable("so long a calculation is not evaluated here")
    # Enough digits for every float64, so that only the quotient is rounded.
    context = Context(prec=20_000, rounding=ROUND_HALF_UP)
    context.clear_traps()
    result = _decimal(first)
    for one in rest:
        result = operation(context, result, _decimal(one))
    if context.flags[Inexact]:
        raise Unverifiable("so exact a calculation is not evaluated here")
    # A decimal has no negative zero.
    return float(result) if result else 0.0


def _quotient(_: Context, first: Decimal, second: Decimal) -> Decimal:
    if not second:
        raise FunctionFault("decimal division by 0")
    context = Context(prec=2_000)
    try:
        return context.divide(first, second).quantize(_DIGITS_OF_QUOTIENT, ROUND_HALF_UP, context=context)
    except DecimalException:
        raise Unverifiable("so large a quotient is not evaluated here") from None


def _sum(context: Context, first: Decimal, second: Decimal) -> Decimal:
    return context.add(first, second)


def _difference(context: Context, first: Decimal, second: Decimal) -> Decimal:
    return context.subtract(first, second)


def _product(context: Context, first: Decimal, second: Decimal) -> Decimal:
    return context.multiply(first, second)


def _whole(value: float, rounded: Callable[[float], int]) -> float:
    return math.copysign(float(rounded(value)), value) if math.isfinite(value) else value


def _round(_: Budget, value: Value, places: int, *limit: float) -> float:
    if len(limit) == 0:
        limit = (0.5,)
    if abs(places) > 300:
        raise Unverifiable("rounding to so many places is not evaluated here")
    power = 10.0**places
    shifted = power * to_float64(value)
    fraction = math.modf(shifted)[0]
    return _whole(shifted, math.ceil if fraction >= limit[0] else math.floor) / power


def steps(budget: Budget, start: int, stop: int, step: int) -> list[int]:
    """sprig's untilStep."""
    if (stop < start) == (step >= 0) or step == 0:
        return []
    numbers = range(start, stop, step)
    budget.build(len(numbers))
    return list(numbers)


def _until(budget: Budget, count: int) -> Slice:
    return Slice(steps(budget, 0, count, -1 if count < 0 else 1), "int")


def _sequence(budget: Budget, *given: int) -> str:
    match given:
        case (end,):
            start, step = 1, -1 if end < 1 else 1
        case (start, end):
            step = -1 if end < start else 1
        case (start, step, end):
            if end < start and step > 0:
                return ""
        case _:
            return ""
    # The last number is included: the end lies one behind it.
    beyond = end + (-1 if end < start else 1)
    return " ".join(map(str, steps(budget, start, beyond, step)))


def _most(first: Value, *given: Value) -> Int64:
    return Int64(max(to_int64(one) for one in (first, *given)))


def _least(first: Value, *given: Value) -> Int64:
    return Int64(min(to_int64(one) for one in (first, *given)))


def _extreme(chosen: Callable[[list[float]], float]) -> Callable[..., float]:
    def extreme(*given: Value) -> float:
        numbers = [to_float64(one) for one in given]
        return math.nan if any(math.isnan(one) for one in numbers) else chosen(numbers)

    return extreme


NUMBERS: Functions = {
    "atoi": simple("string", _atoi),
    "int64": simple("any", lambda value: Int64(to_int64(value))),
    "int": simple("any", to_int64),
    "float64": simple("any", to_float64),
    "toDecimal": function("any", _to_decimal),
    "until": function("int", _until),
    "untilStep": function(
        "int, int, int", lambda budget, start, stop, step: Slice(steps(budget, start, stop, step), "int")
    ),
    "seq": function("...int", _sequence),
    "add1": simple("any", lambda value: wrapped(to_int64(value) + 1)),
    "add": function("...any", _add),
    "sub": simple("any, any", lambda first, second: wrapped(to_int64(first) - to_int64(second))),
    "div": simple("any, any", _divide),
    "mod": simple("any, any", _remainder),
    "mul": function("any, ...any", _multiply),
    "randInt": unknown("int, int", "a number drawn at random is known only at run time"),
    "add1f": simple("any", lambda value: _calculated(_sum, value, (1,))),
    "addf": simple("...any", lambda *given: _calculated(_sum, 0.0, given)),
    "subf": simple("any, ...any", lambda first, *given: _calculated(_difference, first, given)),
    "divf": simple("any, ...any", lambda first, *given: _calculated(_quotient, first, given)),
    "mulf": simple("any, ...any", lambda first, *given: _calculated(_product, first, given)),
    "biggest": simple("any, ...any", _most),
    "max": simple("any, ...any", _most),
    "min": simple("any, ...any", _least),
    "maxf": simple("any, ...any", _extreme(max)),
    "minf": simple("any, ...any", _extreme(min)),
    "ceil": simple("any", lambda value: _whole(to_float64(value), math.ceil)),
    "floor": simple("any", lambda value: _whole(to_float64(value), math.floor)),
    "round": function("any, int, ...float64", _round),
}
