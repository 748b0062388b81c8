"""Compiling and evaluating CEL expressions; the only module that imports a CEL engine."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from gitlint_ops.model.errors import UsageError

MAX_EXPRESSION_CHARACTERS = 20_000

_STRING = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"", re.DOTALL)
_IDENTIFIER = re.compile(r"(?<![.\w])[A-Za-z_]\w*")
_TAIL = re.compile(r"\s*\[[A-Z_]+\]\s*\Z")


class ExpressionError(Exception):
    """An expression that cannot be compiled; the message is the compiler's, with its caret."""


class EvaluationError(Exception):
    """An expression that has no value for these data (a missing key, a wrong type)."""


class Program(Struct, frozen=True):
    """A compiled expression and the variables that it names."""

    expression: str
    variables: frozenset[str]
    compiled: Any

    def evaluate(self, values: Mapping[str, Any]) -> Any:
        """The value of the expression as plain Python data.

        Only the variables that the expression names are handed over: passing an object costs
        more than most expressions. The engine bounds the iterations of comprehensions.

        Raises:
            EvaluationError: the expression has no value for these data.
        """
        data = {name: values[name] for name in self.variables}
        try:
            value = self.compiled.eval(data=data)
            if value.type().name() != "ERROR":
                return value.plain_value()
            reason = str(value.value())
        except (RuntimeError, ValueError, TypeError, OverflowError) as error:
            # Faults of conversion and of the iteration budget are raised; those of the
            # expression come back as values.
            reason = str(error)
        raise EvaluationError(plain_reason(reason))


def compile_expression(expression: str, variables: Iterable[str]) -> Program:
    """An expression over `variables`, which may be of any type, with optionals and string functions.

    Raises:
        ExpressionError: it is no CEL, or names something unknown.
        UsageError: no CEL engine is installed (there are platforms without one).
    """
    if len(expression) > MAX_EXPRESSION_CHARACTERS:
        raise ExpressionError(f"longer than {MAX_EXPRESSION_CHARACTERS} characters")
    named = named_variables(expression, variables)
    environment = _environment(named)
    try:
        compiled = environment.compile(expression)
    except (RuntimeError, ValueError, TypeError) as error:
        raise ExpressionError(plain_reason(str(error))) from error
    return Program(expression, named, compiled)


def named_variables(expression: str, variables: Iterable[str]) -> frozenset[str]:
    """Those of `variables` that stand in the expression as names of their own."""
    words = set(_IDENTIFIER.findall(_STRING.sub("''", expression)))
    return frozenset(words.intersection(variables))


def _environment(variables: Iterable[str]) -> Any:
    try:
        # 33 ms: only cards with an expression pay for it.
        from cel_expr_python import cel
        from cel_expr_python.ext import ext_optional, ext_strings
    except ImportError as error:
        raise UsageError(
            f"a selected rule is written in CEL, and the CEL engine cannot be loaded: {error}",
            hint="install cel-expr-python, or leave such rules out with `rules: {ignore: [...]}`",
        ) from error
    return cel.NewEnv(
        variables=dict.fromkeys(variables, cel.Type.DYN),
        extensions=[ext_optional.ExtOptional(), ext_strings.ExtStrings()],
    )


def plain_reason(reason: str) -> str:
    """The engine's message without its status words."""
    text = _TAIL.sub("", reason)
    for status in ("INVALID_ARGUMENT: ", "NOT_FOUND: ", "UNKNOWN: ", "INTERNAL: ", "ERROR: "):
        text = text.removeprefix(status)
    return text.replace("ERROR: <input>:", "").strip()
