"""Evaluating CEL as the API server does: with the libraries of Kubernetes, or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from gitlint_ops.cel.kubernetes_library import functions
from gitlint_ops.cel.pattern_functions import find, find_all
from gitlint_ops.cel.program import EvaluationError, named_variables, plain_reason

MAX_EXPRESSION_CHARACTERS = 20_000

_CONFIGURATION = """\
name: kubernetes
extensions:
- name: optional
- name: strings
- name: sets
- name: lists
- name: two-var-comprehensions
- name: bindings
- name: regex
"""

# What the API server's engine fails at too. Anything else (no overload, a type that cannot be handed
# over, a spent budget) may be a limit of this engine only.
_FAULTS = re.compile(
    r"Key not found|no such key|Index error|index out of|divide by zero|modulus by zero|overflow"
    r"|cannot convert|[Cc]onversion failed|invalid regular expression|^OUT_OF_RANGE: |duplicate key"
    r"|dereference|<string>\.|cannot slice|must be non-negative"
)


# A known function that is asked with scalars it does not take: the value is an int-or-string, or of any
# type. With lists, maps and times it may be an overload that is lacking here.
_NO_OVERLOAD = re.compile(
    r"No matching overloads found : (?:\((?:int64|double|bool|string)\)\.)?[\w.]+"
    r"\((?:(?:int64|double|bool|string)(?:, )?)*\)\Z"
)

# Functions whose results differ: getMilliseconds counts only what is less than a second here, and the
# optionals of formats are lists, which equal no optional.
_OTHERWISE = re.compile(r"getMilliseconds|validate\([^()]*\)\s*[!=]=\s*optional")

# The engine bounds iterations and not sizes: a list of any length, and texts that grow with each step.
_GROWS = re.compile(r"\blists\.range\((?!\s*[0-9]{1,4}\s*\))|(?s:(?:\.replace\(.*){3})")
MOST_REPLACED = 1_000
"""Characters of the longest text that an expression may replace in."""


class Unevaluable(Exception):
    """An expression that cannot be judged here as the API server would; the message says why."""


class KubernetesProgram(Struct, frozen=True):
    """A compiled expression and the variables that it names."""

    expression: str
    variables: frozenset[str]
    compiled: Any

    def evaluate(self, values: Mapping[str, Any]) -> Any:
        """The value of the expression as plain Python data.

        Raises:
            EvaluationError: the expression has no value for these data on an API server either.
            Unevaluable: it has none here, which says nothing of an API server.
        """
        data = {name: values[name] for name in self.variables}
        if ".replace(" in self.expression and _longest_text(data) > MOST_REPLACED:
            raise Unevaluable("it replaces in a long text")
        try:
            value = self.compiled.eval(data=data)
            if value.type().name() != "ERROR":
                return value.plain_value()
            reason = str(value.value())
        except (RuntimeError, ValueError, TypeError, OverflowError, MemoryError) as error:
            reason = str(error)
        if _FAULTS.search(reason) or _NO_OVERLOAD.search(reason):
            raise EvaluationError(plain_reason(reason))
        raise Unevaluable(plain_reason(reason))


def _longest_text(value: Any) -> int:
    if isinstance(value, Mapping):
        return max((_longest_text(held) for held in value.values()), default=0)
    if isinstance(value, list):
        return max(map(_longest_text, value), default=0)
    return len(value) if isinstance(value, str) else 0


class KubernetesEnvironment:
    """Compiles expressions over `variables`, which may be of any type."""

    def __init__(self, variables: Iterable[str]) -> None:
        self._variables = frozenset(variables)
        self._environment: Any = None
        self._programs: dict[str, KubernetesProgram | Unevaluable] = {}

    def compile(self, expression: str) -> KubernetesProgram:
        """The program of an expression; each is compiled once.

        Raises:
            Unevaluable: it does not compile here, or no CEL engine is installed.
        """
        held = self._programs.get(expression)
        if held is None:
            held = self._programs[expression] = self._compiled(expression)
        if isinstance(held, Unevaluable):
            raise held
        return held

    def _compiled(self, expression: str) -> KubernetesProgram | Unevaluable:
        if _GROWS.search(expression):
            return Unevaluable("what it builds may be too large")
        other = _OTHERWISE.search(expression)
        if other:
            return Unevaluable(f"what {other[0]!r} gives differs between this engine and Kubernetes'")
        if len(expression) > MAX_EXPRESSION_CHARACTERS:
            return Unevaluable(f"it is longer than {MAX_EXPRESSION_CHARACTERS} characters")
        try:
            if self._environment is None:
                self._environment = _environment(self._variables)
            compiled = self._environment.compile(expression)
        except ImportError as error:
            return Unevaluable(f"the CEL engine cannot be loaded: {error}")
        except (RuntimeError, ValueError, TypeError) as error:
            return self._unchecked(expression, plain_reason(str(error)))
        return KubernetesProgram(expression, named_variables(expression, self._variables), compiled)

    def _unchecked(self, expression: str, reason: str) -> KubernetesProgram | Unevaluable:
        """A program without the check of types, where that check is all that stands against it.

        The engine refuses to compare whole numbers with fractions before it runs; Kubernetes does not.
        """
        if "found no matching overload for '_" not in reason or "undeclared reference" in reason:
            return Unevaluable(reason)
        try:
            compiled = self._environment.compile(expression, disable_check=True)
        except (RuntimeError, ValueError, TypeError) as error:
            return Unevaluable(plain_reason(str(error)))
        return KubernetesProgram(expression, named_variables(expression, self._variables), compiled)


def _environment(variables: Iterable[str]) -> Any:
    # 33 ms: only a run that meets an expression pays for it.
    from cel_expr_python import cel

    configuration = cel.NewEnvConfigFromYaml(_CONFIGURATION)
    plain = cel.NewEnv(config=configuration, variables={"text": cel.Type.STRING, "pattern": cel.Type.STRING})
    return cel.NewEnv(
        config=configuration,
        variables=dict.fromkeys(variables, cel.Type.DYN),
        extensions=[cel.CelExtension("kubernetes", _declarations(cel, plain))],
    )


def _declarations(cel: Any, plain: Any) -> list[Any]:
    kinds = {kind: getattr(cel.Type, kind.upper()) for kind in _KINDS}
    overloads: dict[str, list[Any]] = {}
    for index, ((name, arguments, result, compute), is_method) in enumerate(_all_functions(plain)):
        overload = cel.Overload(
            f"kubernetes_{index}",
            return_type=kinds[result],
            parameters=[kinds[kind] for kind in arguments.split()],
            is_member=is_method,
            impl=compute,
        )
        overloads.setdefault(name, []).append(overload)
    return [cel.FunctionDecl(name, held) for name, held in overloads.items()]


_KINDS = ("bool", "double", "dyn", "int", "list", "map", "string")


def _all_functions(plain: Any) -> Iterable[Any]:
    every = KubernetesProgram(
        "", frozenset({"text", "pattern"}), plain.compile("regex.extractAll(text, pattern)")
    )
    first = KubernetesProgram(
        "", frozenset({"text", "pattern"}), plain.compile("regex.extract(text, pattern).orValue('')")
    )
    yield from functions()
    yield ("find", "string string", "string", find(_evaluator(first))), True
    yield ("findAll", "string string", "dyn", find_all(_evaluator(every))), True
    yield ("findAll", "string string int", "dyn", find_all(_evaluator(every))), True


def _evaluator(program: KubernetesProgram) -> Any:
    """What evaluates a program for the engine, which knows no exceptions but its own."""

    def evaluated(values: Mapping[str, Any]) -> Any:
        try:
            return program.evaluate(values)
        except EvaluationError as error:
            raise ValueError(str(error)) from error

    return evaluated
