"""The path expressions of jq that people write to name fields: what `del(...)` would take away.

Fields, indexes, iteration, `..`, pipes, commas, `select` with comparisons, tests of text, `has`, `any`, and
`?`. Everything else (functions, variables, reduce, arithmetic) is refused, and never guessed.

Why no library: the expressions are those of whoever wrote the repository. The bindings of jq run it within
our process, without a limit of time or memory (`[limit(1e12; repeat(1))]`), and what Argo CD runs is gojq.

Source: jq's manual; github.com/itchyny/gojq for what Argo CD runs
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from gitlint_ops.model.location import FieldPath
from gitlint_ops.reconcile.drift.ignored.jq_steps import (
    OF_TEXT,
    SIMPLE,
    Filter,
    JqError,
    NotUnderstood,
    Steps,
    Test,
    alone,
    both,
    comparing,
    descended,
    either,
    field_of,
    forgiving,
    is_true,
    item_at,
    iterated,
    itself,
    of_text,
    one_after_another,
    over_items,
    piped,
    selected,
    then,
)

_LONGEST = 2000
_MOST_FOUND = 10_000
_MOST_LEVELS = 40
_MOST_JOINTS = 200
"""Parts behind each other, each of which is a generator within another."""

_TOKEN = re.compile(
    r"\s*(?:(?P<text>\"(?:[^\"\\]|\\.)*\")|(?P<number>-?\d{1,15}(?:\.\d{1,15})?)"
    r"|(?P<field>\.[A-Za-z_]\w*)|(?P<word>[A-Za-z_]\w*)|(?P<sign>\.\.|==|!=|<=|>=|//|[.\[\]|,()?<>;:$+*/%{}-]))"
)
_COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")
_CONSTANTS = {"null": None, "true": True, "false": False}


def compiled(expression: str) -> Callable[[Any], tuple[FieldPath, ...]]:
    """What gives the paths that an expression names in a body.

    It raises JqError where jq would fail on the body (then Argo CD leaves the body as it is), and
    NotUnderstood where it takes more than is spent on it.

    Raises:
        NotUnderstood: it is beyond what is evaluated here.
    """
    if len(expression) > _LONGEST:
        raise NotUnderstood("so long an expression")
    steps = Steps()
    parser = _Parser(_tokens(expression), steps)
    found = parser.pipe()
    parser.expect_end()

    def paths(body: Any) -> tuple[FieldPath, ...]:
        held: list[FieldPath] = []
        steps.restart()
        for path, _ in found(((), body)):
            held.append(path)
            if len(held) > _MOST_FOUND:
                raise NotUnderstood("so many fields at once")
        return tuple(held)

    return paths


def _tokens(expression: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    position, text = 0, expression.rstrip()
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            raise NotUnderstood(f"'{text[position : position + 10]}'")
        found.append((token.lastgroup or "", token[token.lastgroup or 0]))
        position = token.end()
    return found


class _Parser:
    """Recursive descent over the tokens; each method reads what its name says."""

    def __init__(self, tokens: list[tuple[str, str]], steps: Steps) -> None:
        self._tokens = tokens
        self._steps = steps
        self._at = 0
        self._level = 0
        self._joints = 0

    def pipe(self) -> Filter:
        self._level += 1
        if self._level > _MOST_LEVELS:
            raise NotUnderstood("so deep an expression")
        first = self._alternatives()
        while self._take("|"):
            first = self._piped(first, self._alternatives())
        self._level -= 1
        return first

    def expect_end(self) -> None:
        if self._at < len(self._tokens):
            raise NotUnderstood(f"'{self._tokens[self._at][1]}'")

    def _alternatives(self) -> Filter:
        several = [self._path()]
        while self._take(","):
            several.append(self._path())
        return several[0] if len(several) == 1 else one_after_another(several)

    def _path(self) -> Filter:
        """One path: a start, and what follows it without a pipe."""
        found = self._forgiving(self._start())
        while (step := self._step()) is not None:
            found = self._piped(found, self._forgiving(step))
        return found

    def _piped(self, first: Filter, step: Filter) -> Filter:
        self._joints += 1
        if self._joints > _MOST_JOINTS:
            raise NotUnderstood("so long an expression")
        return piped(first, step, self._steps)

    def _start(self) -> Filter:
        sort, text = self._next()
        if sort == "field":
            return field_of(text[1:])
        if text == "..":
            return descended
        if text == ".":
            return self._after_dot()
        if text == "(":
            found = self.pipe()
            self._expect(")")
            return found
        if text in ("select", "recurse"):
            return self._function(text)
        raise NotUnderstood(f"'{text}'")

    def _forgiving(self, step: Filter) -> Filter:
        """A step with the `?` behind it, which is about this step alone."""
        if not self._take("?"):
            return step
        if self._peek()[1] == "?":
            raise NotUnderstood("'??'")
        return forgiving(step)

    def _function(self, name: str) -> Filter:
        if name == "recurse":
            return descended
        self._expect("(")
        test = self._condition()
        self._expect(")")
        return selected(test)

    def _after_dot(self) -> Filter:
        sort, text = self._peek()
        if sort == "text":
            self._at += 1
            return field_of(_string(text))
        return itself

    def _step(self) -> Filter | None:
        """What follows a path; None where it ends."""
        sort, text = self._peek()
        if sort == "field":
            self._at += 1
            return field_of(text[1:])
        if text == "." and self._peek(1)[0] == "text":
            self._at += 2
            return field_of(_string(self._tokens[self._at - 1][1]))
        if text == "." and self._peek(1)[1] == "[":
            self._at += 1
        if not self._take("["):
            return None
        return self._bracketed()

    def _bracketed(self) -> Filter:
        """What stands in brackets, the first of which is read."""
        sort, text = self._next()
        if text == "]":
            return iterated
        if sort == "text":
            self._expect("]")
            return field_of(_string(text))
        if sort == "number" and "." not in text:
            self._expect("]")
            return item_at(int(text))
        raise NotUnderstood(f"'[{text}'")

    def _condition(self) -> Test:
        """A pipe binds least, `or` less than `and`."""
        self._level += 1
        if self._level > _MOST_LEVELS:
            raise NotUnderstood("so deep an expression")
        found = self._either()
        while self._take("|"):
            found = then(found, self._either(), self._steps)
        self._level -= 1
        return found

    def _either(self) -> Test:
        found = self._both()
        while self._take("or"):
            found = either(found, self._both(), self._steps)
        return found

    def _both(self) -> Test:
        found = self._compared()
        while self._take("and"):
            found = both(found, self._compared(), self._steps)
        return found

    def _compared(self) -> Test:
        left = self._operand()
        sort, sign = self._peek()
        if sort != "sign" or sign not in _COMPARISONS:
            return left
        self._at += 1
        return comparing(sign, left, self._operand(), self._steps)

    def _operand(self) -> Test:
        sort, text = self._peek()
        if sort in ("text", "number") or text in _CONSTANTS:
            self._at += 1
            constant = _constant(sort, text)
            return lambda _: [constant]
        if text == "(":
            return self._grouped()
        if sort == "word" and text != "select":
            self._at += 1
            return self._builtin(text)
        path = self._path()
        return lambda value: [one for _, one in path(((), value))]

    def _grouped(self) -> Test:
        self._expect("(")
        found = self._condition()
        self._expect(")")
        return found

    def _builtin(self, name: str) -> Test:
        if name == "not":
            return lambda value: [not is_true(value)]
        if name in SIMPLE:
            return alone(SIMPLE[name])
        if name in OF_TEXT:
            self._expect("(")
            sort, text = self._next()
            if sort not in ("text", "number"):
                raise NotUnderstood(f"'{name}({text}'")
            self._expect(")")
            return alone(of_text(name, _constant(sort, text)))
        if name in ("any", "all"):
            self._expect("(")
            test = self._condition()
            self._expect(")")
            return alone(over_items(test, any_of=name == "any"))
        raise NotUnderstood(f"'{name}'")

    def _peek(self, ahead: int = 0) -> tuple[str, str]:
        at = self._at + ahead
        return self._tokens[at] if at < len(self._tokens) else ("", "")

    def _next(self) -> tuple[str, str]:
        found = self._peek()
        if not found[0]:
            raise NotUnderstood("where it ends")
        self._at += 1
        return found

    def _take(self, text: str) -> bool:
        if self._peek() in (("sign", text), ("word", text)):
            self._at += 1
            return True
        return False

    def _expect(self, text: str) -> None:
        if not self._take(text):
            raise NotUnderstood(f"'{self._peek()[1]}'" if self._peek()[1] else "where it ends")


def _constant(sort: str, text: str) -> Any:
    if sort == "text":
        return _string(text)
    if sort == "number":
        return float(text) if "." in text else int(text)
    return _CONSTANTS[text]


def _string(text: str) -> str:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise NotUnderstood(text) from error
    # jq's interpolation, which JSON refuses as an escape, has raised above.
    assert isinstance(found, str)
    return found


__all__ = ["JqError", "NotUnderstood", "compiled"]
