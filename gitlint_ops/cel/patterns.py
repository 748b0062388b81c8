"""Whether a regular expression compiles for an API server, which reads RE2's syntax as CEL does.

The engine's own RE2 is asked; it and Go's regexp agree on what is an expression, but for classes of
Unicode by name, of which newer releases of Go know more.
"""

from __future__ import annotations

import re
from functools import cache

from gitlint_ops.cel.kubernetes import KubernetesEnvironment, KubernetesProgram, Unevaluable
from gitlint_ops.cel.program import EvaluationError

_REFUSED = "invalid regular expression: "
_CLASS_BY_NAME = re.compile(r"\\[pP]")
_LACKING = (
    (re.compile(r"invalid perl operator: (\(\?[=!])"), "there is no look-ahead, `{}`"),
    (re.compile(r"invalid perl operator: (\(\?<[=!])"), "there is no look-behind, `{}`"),
    (re.compile(r"invalid escape sequence: (\\[1-9])"), "there are no back-references, `{}`"),
    (re.compile(r"invalid perl operator: (\(\?>)"), "there are no atomic groups, `{}`"),
)


def pattern_fault(pattern: str) -> str:
    """Why an API server cannot compile a pattern, "" where it can or that is not sure."""
    try:
        _matches().evaluate({"text": "", "pattern": pattern})
    except Unevaluable:
        return ""
    except EvaluationError as error:
        told = str(error)
        is_sure = told.startswith(_REFUSED) and not _CLASS_BY_NAME.search(told)
        return _spoken(told.removeprefix(_REFUSED)) if is_sure else ""
    return ""


@cache
def _matches() -> KubernetesProgram:
    return KubernetesEnvironment(("text", "pattern")).compile("text.matches(pattern)")


def _spoken(reason: str) -> str:
    for lacking, words in _LACKING:
        found = lacking.match(reason)
        if found:
            return words.format(found[1])
    return reason
