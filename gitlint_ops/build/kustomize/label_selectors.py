"""Label selectors as the API server writes them: `app=web,tier in (a, b),!legacy`.

Source: k8s.io/apimachinery/pkg/labels/selector.go
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum

from msgspec import Struct

from gitlint_ops.build.kustomize.faults import OURS

_MAX_SELECTOR = 4096
_TOKEN = re.compile(r"[ \t\r\n]*(?:(==|!=|[=!(),<>])|([^=!(),<> \t\r\n]+))")
_NAME = re.compile(r"(?=.{1,63}\Z)[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?\Z")
_PREFIX = re.compile(r"(?=.{1,253}\Z)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*\Z")
_INTEGER = re.compile(r"[+-]?\d{1,19}\Z")


class LabelSelectorFault(Exception):
    """Text that is no label selector."""


class Operator(Enum):
    EXISTS = "exists"
    MISSING = "!"
    IN = "in"
    NOT_IN = "notin"
    GREATER = ">"
    LESS = "<"


_BINARY = {
    "=": Operator.IN,
    "==": Operator.IN,
    "!=": Operator.NOT_IN,
    "in": Operator.IN,
    "notin": Operator.NOT_IN,
    ">": Operator.GREATER,
    "<": Operator.LESS,
}


class Requirement(Struct, frozen=True):
    key: str
    operator: Operator
    values: frozenset[str] = frozenset()

    def holds(self, labels: Mapping[str, str]) -> bool:
        value = labels.get(self.key)
        match self.operator:
            case Operator.EXISTS:
                return value is not None
            case Operator.MISSING:
                return value is None
            case Operator.IN:
                return value in self.values
            case Operator.NOT_IN:
                return value not in self.values
            case Operator.GREATER | Operator.LESS:
                if value is None or not _INTEGER.match(value):
                    return False
                bound = int(next(iter(self.values)))
                return int(value) > bound if self.operator is Operator.GREATER else int(value) < bound


def matches_selector(selector: str, labels: Mapping[str, str]) -> bool:
    """Whether labels (or annotations) satisfy a selector; the empty one selects all.

    Raises:
        LabelSelectorFault: the text is no selector.
    """
    return all(requirement.holds(labels) for requirement in parse_label_selector(selector))


def parse_label_selector(selector: str) -> tuple[Requirement, ...]:
    """The requirements of a selector, all of which must hold.

    Raises:
        LabelSelectorFault: the text is no selector.
    """
    if len(selector) > _MAX_SELECTOR:
        raise LabelSelectorFault(f"{OURS}longer than {_MAX_SELECTOR} characters")
    parser = _Parser(_tokens(selector))
    found: list[Requirement] = []
    while parser.now is not None:
        found.append(parser.requirement())
        if parser.now is None:
            break
        parser.expect(",")
        if parser.now is None or (parser.now in _SYMBOLS and parser.now != "!"):
            raise LabelSelectorFault(f"found '{parser.now or ''}', expected: identifier after ','")
    return tuple(found)


_SYMBOLS = frozenset(("=", "==", "!=", "!", "(", ")", ",", "<", ">"))


def _tokens(selector: str) -> list[str]:
    tokens: list[str] = []
    position = 0
    text = selector.rstrip(" \t\r\n")
    while position < len(text):
        found = _TOKEN.match(text, position)
        assert found is not None
        tokens.append(found[1] or found[2])
        position = found.end()
    return tokens


class _Parser:
    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._at = 0

    @property
    def now(self) -> str | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def take(self) -> str:
        token = self.now
        self._at += 1
        return token or ""

    def expect(self, symbol: str) -> None:
        found = self.take()
        if found != symbol:
            raise LabelSelectorFault(f"found '{found}', expected: '{symbol}'")

    def requirement(self) -> Requirement:
        negative = self.now == "!"
        if negative:
            self.take()
        key = self.take()
        _check_key(key)
        if negative:
            if self.now not in (None, ","):
                raise LabelSelectorFault(f"found '{self.now}', expected: ',' or the end after '!{key}'")
            return Requirement(key, Operator.MISSING)
        if self.now in (None, ","):
            return Requirement(key, Operator.EXISTS)
        operator = self.take()
        if operator not in _BINARY:
            raise LabelSelectorFault(f"found '{operator}', expected: {', '.join(_BINARY)}")
        values = self._set() if operator in ("in", "notin") else frozenset((self._value(),))
        _check_values(_BINARY[operator], values)
        return Requirement(key, _BINARY[operator], values)

    def _value(self) -> str:
        if self.now in (None, ","):
            return ""
        value = self.take()
        if value in _SYMBOLS:
            raise LabelSelectorFault(f"found '{value}', expected: identifier")
        return value

    def _set(self) -> frozenset[str]:
        self.expect("(")
        values: set[str] = set()
        while True:
            value = "" if self.now in (",", ")") else self.take()
            if value in _SYMBOLS:
                raise LabelSelectorFault(f"found '{value}', expected: ',', or identifier")
            values.add(value)
            if self.now == ")":
                self.take()
                return frozenset(values)
            self.expect(",")


def _check_key(key: str) -> None:
    prefix, slash, name = key.rpartition("/")
    if not _NAME.match(name) or (slash and not _PREFIX.match(prefix)):
        raise LabelSelectorFault(f"'{key}' is no label key")


def _check_values(operator: Operator, values: frozenset[str]) -> None:
    for value in values:
        if operator in (Operator.GREATER, Operator.LESS) and not _INTEGER.match(value):
            raise LabelSelectorFault("for 'Gt', 'Lt' operators, the value must be an integer")
        if value and not _NAME.match(value):
            raise LabelSelectorFault(f"'{value}' is no label value")
