"""What an API server's compiler surely refuses of an expression; whatever is not sure passes.

The variables here may be of any type and not all functions of Kubernetes are known, so that most of
what the engine says of types and functions proves nothing. Sure are faults of syntax, names that
nothing declares, a few operators and functions on literals, and the type of a whole expression.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from gitlint_ops.cel.kubernetes import KubernetesEnvironment, Unevaluable

_PLACE = re.compile(r"^(?:<input>:)?(\d+):(\d+): (.*)")
_UNDECLARED = re.compile(r"undeclared reference to '(\w+)[^']*'")
_NO_OVERLOAD = re.compile(r"found no matching overload for '([^']+)'")
_STRING = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"", re.DOTALL)

# Functions and operators all of whose overloads the engine has.
_KNOWN_WHOLLY = frozenset({"!_", "-_", "@in", "contains", "endsWith", "matches", "size", "startsWith"})

# What may stand before a dot and is no variable: packages of functions and of types.
_PACKAGES = frozenset(
    {
        "base64",
        "cel",
        "format",
        "google",
        "k8s",
        "kubernetes",
        "lists",
        "math",
        "net",
        "optional",
        "optional_type",
        "regex",
        "sets",
        "strings",
    }
)

_SURE_TYPES = ("BOOL", "BYTES", "DOUBLE", "INT", "LIST", "MAP", "NULL", "STRING", "UINT")


def refusal(expression: str, variables: Iterable[str], results: Iterable[str] = ()) -> str:
    """Why an API server does not take an expression over `variables`, "" where that is not sure.

    `results` are the types that it may give, such as "BOOL"; none means any.
    """
    try:
        program = _environment(tuple(sorted(variables))).compile(expression)
    except Unevaluable as error:
        return _surely_wrong(expression, str(error))
    wanted = tuple(results)
    given = str(program.compiled.return_type()).partition("<")[0]
    if wanted and given in _SURE_TYPES and given not in wanted:
        return f"it gives {given.lower()}, not {' or '.join(wanted).lower()}"
    return ""


@cache
def _environment(variables: tuple[str, ...]) -> KubernetesEnvironment:
    return KubernetesEnvironment(variables)


def _surely_wrong(expression: str, reason: str) -> str:
    found = _PLACE.match(reason)
    if found is None:
        return ""
    line, column, said = found.groups()
    at = f"in column {column}" if line == "1" else f"in line {line}, column {column}"
    if said.startswith("Syntax error: "):
        return f"{said[len('Syntax error: ') :]} ({at})"
    undeclared = _UNDECLARED.match(said)
    if undeclared and _is_variable(undeclared[1], expression):
        return f"nothing declares {undeclared[1]} ({at})"
    overload = _NO_OVERLOAD.match(said)
    return f"{said} ({at})" if overload and overload[1] in _KNOWN_WHOLLY else ""


def _is_variable(name: str, expression: str) -> bool:
    """Whether a name stands in an expression as that of a value, and not of a function or a package."""
    if name in _PACKAGES:
        return False
    without_texts = _STRING.sub("''", expression)
    return re.search(rf"(?<![\w.]){re.escape(name)}\b(?!\s*\()", without_texts) is not None
