"""Which field of an object an expression judges, where it reads a single one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gitlint_ops.model.location import FieldPath
from gitlint_ops.validate.typed_values import escaped

# Texts, and what only looks like one: the name of a field, as in object.metadata.labels["team"].
_TEXT = re.compile(
    r"(\[\s*\??(?:'[^'\\]*'|\"[^\"\\]*\")\s*\])|'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"", re.DOTALL
)
_STEP = r"\s*\.\s*\??\s*[A-Za-z_]\w*|\s*\[\s*\??(?:'[^'\\]*'|\"[^\"\\]*\"|[0-9]{1,6})\s*\]"
_CHAIN = re.compile(rf"(?<![\w.])object((?:{_STEP})*)(\s*\()?")
_PART = re.compile(r"\.\s*\??\s*([A-Za-z_]\w*)|\[\s*\??(?:'([^']*)'|\"([^\"]*)\"|([0-9]+))")


def judged_field(expressions: Iterable[str], body: Mapping[str, Any]) -> tuple[FieldPath, bool]:
    """The path in `body` of the one field that the expressions read, and whether it is there.

    Of a field that is not there, the path is that of what would hold it; it is empty where several
    fields are read, or the whole object.
    """
    read = {chain for expression in expressions for chain in _chains(expression)}
    ends = [one for one in read if not any(one != other and other[: len(one)] == one for other in read)]
    if len(ends) != 1:
        return (), False
    return _written(ends[0], body)


def _chains(expression: str) -> Iterator[FieldPath]:
    for steps, called in _CHAIN.findall(_TEXT.sub(lambda found: found[1] or "''", expression)):
        parts = tuple(
            int(index) if index else name or single or double
            for name, single, double, index in _PART.findall(steps)
        )
        yield parts[:-1] if called else parts


def _written(chain: FieldPath, body: Any) -> tuple[FieldPath, bool]:
    path: list[str | int] = []
    for step in chain:
        key = _key(step, body)
        if key is None:
            return tuple(path), False
        path.append(key)
        body = body[key]
    return tuple(path), bool(path)


def _key(step: str | int, held: Any) -> str | int | None:
    if isinstance(held, list):
        return step if isinstance(step, int) and step < len(held) else None
    if not isinstance(held, dict) or isinstance(step, int):
        return None
    return step if step in held else next((key for key in held if escaped(str(key)) == step), None)
