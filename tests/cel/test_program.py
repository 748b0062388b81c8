from __future__ import annotations

import sys
from typing import Any

import pytest

from gitlint_ops.cel.program import EvaluationError, ExpressionError, compile_expression, named_variables
from gitlint_ops.model.errors import UsageError


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("self.a + 1", 2),
        ("self.?b.orValue('none')", "none"),
        ("has(self.a) && self.a == 1.0", True),
        ("'x-y'.split('-')", ["x", "y"]),
        ("self.list.map(one, one * 2)", [2, 4]),
    ],
)
def test_an_expression_gives_plain_data(expression: str, value: Any) -> None:
    assert compile_expression(expression, ("self",)).evaluate({"self": {"a": 1, "list": [1, 2]}}) == value


@pytest.mark.parametrize("expression", ["self.", "1 + 'a'", "other.a", "self." + "a" * 30_000, "'" + "\\q'"])
def test_what_is_no_expression_is_refused(expression: str) -> None:
    with pytest.raises(ExpressionError):
        compile_expression(expression, ("self",))


@pytest.mark.parametrize(
    ("expression", "data"),
    [
        ("self.missing", {}),
        ("self.a > 1", {"a": "text"}),
        ("self.a > 1", {"a": 2**70}),
        ("self.a", {"a": "\ud800"}),
        ("self.a.map(x, self.a.map(y, self.a.map(z, x)))", {"a": list(range(300))}),
    ],
)
def test_an_expression_without_a_value_is_an_error_and_no_value(expression: str, data: Any) -> None:
    with pytest.raises(EvaluationError):
        compile_expression(expression, ("self",)).evaluate({"self": data})


def test_only_variables_that_are_named_are_handed_over() -> None:
    assert named_variables("self.params == 'object' && params.x", ("self", "object", "params")) == {
        "self",
        "params",
    }


def test_a_platform_without_an_engine_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cel_expr_python", None)

    with pytest.raises(UsageError) as raised:
        compile_expression("true", ())

    assert "cel-expr-python" in raised.value.hint
