"""Rules whose card says in CEL what must hold."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from gitlint_ops.cel.program import EvaluationError, ExpressionError, Program, compile_expression
from gitlint_ops.model.cards import Card
from gitlint_ops.model.errors import UsageError
from gitlint_ops.model.location import FieldPath
from gitlint_ops.rules.card_fields import parse_at

VARIABLES = ("self", "object", "params")

_INTERPOLATED = re.compile(r"\{\{(.+?)\}\}", re.DOTALL)


class DeclarativeRule(Struct, frozen=True):
    """A card's expression, compiled; `message` alternates texts and expressions."""

    require: Program
    message: tuple[str | Program, ...]
    at: FieldPath

    def violations(
        self, body: Mapping[str, Any], whole: Mapping[str, Any], params: Mapping[str, Any]
    ) -> Iterator[tuple[str, str]]:
        """Message and hint for a subject that breaks the rule, or that the rule cannot judge."""
        values = {"self": body, "object": whole, "params": params}
        try:
            held = self.require.evaluate(values)
        except EvaluationError as error:
            yield (
                f"the rule cannot be judged here: {error}",
                "the rule's expression must say what holds where a field is missing: has(), .? and orValue()",
            )
            return
        if held is False:
            yield self._told(values), ""
        elif held is not True:
            yield (
                f"the rule cannot be judged here: its expression gives {_shown(held)}, not true or false",
                "",
            )

    def _told(self, values: Mapping[str, Any]) -> str:
        return "".join(part if isinstance(part, str) else _value(part, values) for part in self.message)


def compile_card(card: Card) -> DeclarativeRule:
    """The rule of a card with `require`.

    Raises:
        UsageError: an expression of the card is no CEL, or no CEL engine is installed.
    """
    pieces = _INTERPOLATED.split(card.message)
    message = tuple(
        _compiled(card, "message", piece) if index % 2 else piece for index, piece in enumerate(pieces)
    )
    return DeclarativeRule(_compiled(card, "require", card.require), message, parse_at(card.at))


def _compiled(card: Card, field: str, expression: str) -> Program:
    try:
        return compile_expression(expression.strip(), VARIABLES)
    except ExpressionError as error:
        raise UsageError(
            f"the rule '{card.id}' ({card.folder}) has no CEL expression in `{field}`: {error}",
            hint=f"variables are {', '.join(VARIABLES)}",
        ) from error


def _value(program: Program, values: Mapping[str, Any]) -> str:
    try:
        return _shown(program.evaluate(values))
    except EvaluationError:
        # The message names what is wrong with the object; a part that is missing is no reason
        # to hide the rest.
        return "(none)"


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(one, str | int | float) for one in value):
        return ", ".join(_shown(one) for one in value)
    return json.dumps(value, default=str, ensure_ascii=False)
