"""The path expressions of jq that people write to name fields: what `del(...)` would take away.

Fields, indexes, iteration, `..`, pipes, commas, `select` with comparisons, tests of text, `has`, `any`, and
`?`. Everything else (functions, variables, reduce, arithmetic) is refused, and never guessed.

Source: jq's manual; github.com/itchyny/gojq for what Argo CD runs
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, TypeAlias

from gitlint_ops.gotemplate.faults import Budget, FunctionFault, Unverifiable
from gitlint_ops.gotemplate.regex.machine import Regex
from gitlint_ops.model.location import FieldPath

Found: TypeAlias = tuple[FieldPath, Any]
Filter: TypeAlias = Callable[[Found], Iterator[Found]]
Test: TypeAlias = Callable[[Any], list[Any]]
"""What a condition comes to for a value: jq knows none, one or several results."""

_LONGEST = 2000
_MOST_FOUND = 10_000
_MOST_LEVELS = 40
_MOST_STEPS = 200_000
_TOKEN = re.compile(
    r"\s*(?:(?P<text>\"(?:[^\"\\]|\\.)*\")|(?P<number>-?\d{1,15}(?:\.\d{1,15})?)"
    r"|(?P<field>\.[A-Za-z_]\w*)|(?P<word>[A-Za-z_]\w*)|(?P<sign>\.\.|==|!=|<=|>=|//|[.\[\]|,()?<>;:$+*/%{}-]))"
)
_COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")
_CONSTANTS = {"null": None, "true": True, "false": False}


class NotUnderstood(Exception):
    """An expression beyond what is evaluated here; says which part."""


class JqError(Exception):
    """What jq would stop with, such as iterating over a text."""


def compiled(expression: str) -> Callable[[Any], tuple[FieldPath, ...]]:
    """What gives the paths that an expression names in a body.

    It raises JqError where jq would fail on the body (then Argo CD leaves the body as it is), and
    NotUnderstood where it takes more than is spent on it.

    Raises:
        NotUnderstood: it is beyond what is evaluated here.
    """
    if len(expression) > _LONGEST:
        raise NotUnderstood("so long an expression")
    parser = _Parser(_tokens(expression))
    found = parser.pipe()
    parser.expect_end()

    def paths(body: Any) -> tuple[FieldPath, ...]:
        held: list[FieldPath] = []
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

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._at = 0
        self._level = 0

    def pipe(self) -> Filter:
        self._level += 1
        if self._level > _MOST_LEVELS:
            raise NotUnderstood("so deep an expression")
        first = self._alternatives()
        while self._take("|"):
            first = _piped(first, self._alternatives())
        self._level -= 1
        return first

    def expect_end(self) -> None:
        if self._at < len(self._tokens):
            raise NotUnderstood(f"'{self._tokens[self._at][1]}'")

    def _alternatives(self) -> Filter:
        several = [self._path()]
        while self._take(","):
            several.append(self._path())
        return several[0] if len(several) == 1 else _each(several)

    def _path(self) -> Filter:
        """One path: a start, and what follows it without a pipe."""
        sort, text = self._next()
        if sort == "field":
            found = _field(text[1:])
        elif text == "..":
            found = _descended
        elif text == ".":
            found = self._after_dot()
        elif text == "(":
            found = self.pipe()
            self._expect(")")
        elif text in ("select", "recurse"):
            found = self._function(text)
        else:
            raise NotUnderstood(f"'{text}'")
        return self._suffixes(found)

    def _function(self, name: str) -> Filter:
        if name == "recurse":
            return _descended
        self._expect("(")
        test = self._condition()
        self._expect(")")
        return _selected(test)

    def _after_dot(self) -> Filter:
        sort, text = self._peek()
        if sort == "text":
            self._at += 1
            return _field(_string(text))
        return _itself

    def _suffixes(self, found: Filter) -> Filter:
        while True:
            sort, text = self._peek()
            if sort == "field":
                self._at += 1
                found = _piped(found, _field(text[1:]))
            elif text == "." and self._peek(1)[0] == "text":
                self._at += 2
                found = _piped(found, _field(_string(self._tokens[self._at - 1][1])))
            elif text == "." and self._peek(1)[1] == "[":
                self._at += 1
            elif text == "[":
                self._at += 1
                found = _piped(found, self._bracketed())
            elif text == "?":
                self._at += 1
                found = _forgiving(found)
            else:
                return found

    def _bracketed(self) -> Filter:
        """What stands in brackets, the first of which is read."""
        sort, text = self._next()
        if text == "]":
            return _iterated
        if sort == "text":
            self._expect("]")
            return _field(_string(text))
        if sort == "number" and "." not in text:
            self._expect("]")
            return _index(int(text))
        raise NotUnderstood(f"'[{text}'")

    def _condition(self) -> Test:
        """`or` binds less than `and`; a pipe least, and only in front of a last test."""
        self._level += 1
        if self._level > _MOST_LEVELS:
            raise NotUnderstood("so deep an expression")
        found = self._both()
        while self._take("or"):
            found = _either(found, self._both())
        self._level -= 1
        return found

    def _both(self) -> Test:
        found = self._compared()
        while self._take("and"):
            found = _all(found, self._compared())
        return found

    def _compared(self) -> Test:
        left = self._operand()
        while self._take("|"):
            right = self._operand()
            left = _then(left, right)
        sign = self._peek()[1]
        if sign in _COMPARISONS and self._peek()[0] == "sign":
            self._at += 1
            return _comparing(sign, left, self._operand())
        return left

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
            return lambda value: [not _is_true(value)]
        if name in _SIMPLE:
            return _alone(_SIMPLE[name])
        if name in _OF_TEXT:
            self._expect("(")
            sort, text = self._next()
            if sort not in ("text", "number"):
                raise NotUnderstood(f"'{name}({text}'")
            self._expect(")")
            return _alone(_of_text(name, _constant(sort, text)))
        if name in ("any", "all"):
            self._expect("(")
            test = self._condition()
            self._expect(")")
            return _alone(_over_items(test, any_of=name == "any"))
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


def _itself(found: Found) -> Iterator[Found]:
    yield found


def _field(name: str) -> Filter:
    def step(found: Found) -> Iterator[Found]:
        path, value = found
        if value is not None and not isinstance(value, dict):
            raise JqError(f"{name} of what is no object")
        yield (*path, name), (value or {}).get(name)

    return step


def _index(number: int) -> Filter:
    def step(found: Found) -> Iterator[Found]:
        path, value = found
        if value is not None and not isinstance(value, list):
            raise JqError("an index of what is no list")
        items = value or []
        at = number + len(items) if number < 0 else number
        yield (*path, at), items[at] if 0 <= at < len(items) else None

    return step


def _iterated(found: Found) -> Iterator[Found]:
    path, value = found
    if isinstance(value, list):
        yield from (((*path, at), one) for at, one in enumerate(value))
    elif isinstance(value, dict):
        yield from (((*path, str(key)), one) for key, one in value.items())
    else:
        raise JqError("iteration over what is neither a list nor an object")


def _descended(found: Found) -> Iterator[Found]:
    waiting = [found]
    while waiting:
        now = waiting.pop()
        yield now
        if isinstance(now[1], dict | list):
            waiting += reversed(list(_iterated(now)))


def _piped(first: Filter, then: Filter) -> Filter:
    def step(found: Found) -> Iterator[Found]:
        for one in first(found):
            yield from then(one)

    return step


def _each(several: list[Filter]) -> Filter:
    def step(found: Found) -> Iterator[Found]:
        for one in several:
            yield from one(found)

    return step


def _forgiving(inner: Filter) -> Filter:
    def step(found: Found) -> Iterator[Found]:
        try:
            yield from inner(found)
        except JqError:
            return

    return step


def _selected(test: Test) -> Filter:
    def step(found: Found) -> Iterator[Found]:
        if any(map(_is_true, test(found[1]))):
            yield found

    return step


def _is_true(value: Any) -> bool:
    return value is not None and value is not False


def _alone(function: Callable[[Any], Any]) -> Test:
    return lambda value: [function(value)]


def _either(one: Test, other: Test) -> Test:
    def test(value: Any) -> list[Any]:
        return [
            result
            for left in one(value)
            for result in ([True] if _is_true(left) else map(_is_true, other(value)))
        ]

    return test


def _all(one: Test, other: Test) -> Test:
    def test(value: Any) -> list[Any]:
        return [
            result
            for left in one(value)
            for result in (map(_is_true, other(value)) if _is_true(left) else [False])
        ]

    return test


def _then(one: Test, other: Test) -> Test:
    return lambda value: [result for left in one(value) for result in other(left)]


def _comparing(sign: str, one: Test, other: Test) -> Test:
    return lambda value: [_compared(sign, left, right) for right in other(value) for left in one(value)]


def _compared(sign: str, left: Any, right: Any) -> bool:
    if sign in ("==", "!="):
        same = left == right and isinstance(left, bool) == isinstance(right, bool)
        return bool(same == (sign == "=="))
    numbers = isinstance(left, int | float) and isinstance(right, int | float)
    if not numbers and not (isinstance(left, str) and isinstance(right, str)):
        raise JqError("a comparison of different types")
    less, equal = bool(left < right), bool(left == right)
    return {"<": less, "<=": less or equal, ">": not less and not equal, ">=": not less}[sign]


def _over_items(test: Test, *, any_of: bool) -> Callable[[Any], bool]:
    def over(value: Any) -> bool:
        if not isinstance(value, list | dict):
            raise JqError("iteration over what is neither a list nor an object")
        items = value if isinstance(value, list) else list(value.values())
        tried = [_is_true(result) for one in items for result in test(one)]
        return any(tried) if any_of else all(tried)

    return over


def _type(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    names = {dict: "object", list: "array", str: "string", int: "number", float: "number"}
    return names.get(type(value), "null")


def _length(value: Any) -> int:
    if value is None:
        return 0
    if not isinstance(value, str | list | dict):
        raise JqError("the length of what has none")
    return len(value)


_SIMPLE: Mapping[str, Callable[[Any], Any]] = {"type": _type, "length": _length}
_TEXT_TESTS: Mapping[str, Callable[[str, str], bool]] = {
    "startswith": str.startswith,
    "endswith": str.endswith,
    "contains": str.__contains__,
}
_OF_TEXT = frozenset({"test", "has", *_TEXT_TESTS})


def _of_text(name: str, wanted: Any) -> Callable[[Any], bool]:
    if name == "has":
        return lambda value: _has(value, wanted)
    if not isinstance(wanted, str):
        raise NotUnderstood(f"'{name}({wanted}'")
    tried = _matching(wanted) if name == "test" else partial(_flipped, _TEXT_TESTS[name], wanted)

    def test(value: Any) -> bool:
        if not isinstance(value, str):
            raise JqError(f"{name} of what is no text")
        return tried(value)

    return test


def _flipped(test: Callable[[str, str], bool], wanted: str, value: str) -> bool:
    return test(value, wanted)


def _has(value: Any, wanted: Any) -> bool:
    if isinstance(value, dict) and isinstance(wanted, str):
        return wanted in value
    if isinstance(value, list) and isinstance(wanted, int):
        return 0 <= wanted < len(value)
    raise JqError("has of what holds nothing")


def _matching(pattern: str) -> Callable[[str], bool]:
    try:
        regex = Regex(pattern)
    except (FunctionFault, Unverifiable) as error:
        raise NotUnderstood(f"the pattern '{pattern[:40]}'") from error

    def test(value: str) -> bool:
        try:
            return regex.search(value, 0, Budget(_MOST_STEPS)) is not None
        except Unverifiable as error:
            raise NotUnderstood(f"the pattern '{pattern[:40]}', which takes too long") from error

    return test


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
