"""The tree of a regular expression in Go's syntax.

Source: regexp/syntax (doc.go, parse.go) of Go.
"""

from __future__ import annotations

import re
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from gitlint_ops.gotemplate.faults import FunctionFault, Unverifiable
from gitlint_ops.gotemplate.regex.classes import (
    ANY,
    ANY_BUT_NEWLINE,
    PERL,
    Class,
    literal,
    posix,
    unicode_class,
)

_MOST_CHARACTERS = 1_000
_DEEPEST = 30
_MOST_REPEATS = 1_000

_REPEAT = re.compile(r"\{(0|[1-9][0-9]*)(?:(,)(0|[1-9][0-9]*)?)?\}")
_FLAGS = re.compile(r"\(\?([imsU]*)(?:(-)([imsU]+))?([:)])")
_NAMED = re.compile(r"\(\?P?<(\w+)>", re.ASCII)
_POSIX = re.compile(r"\[:(\^?)(\w+):\]")
_PROPERTY = re.compile(r"\\([pP])(?:\{(\^?)(\w+)\}|([A-Z]))")
_CODE = re.compile(r"\\(?:x\{([0-9A-Fa-f]{1,8})\}|x([0-9A-Fa-f]{2})|([1-7][0-7]{1,2}|0[0-7]{0,2}))")
_CONTROLS = {"a": "\a", "f": "\f", "t": "\t", "n": "\n", "r": "\r", "v": "\v"}


class Empty(Struct, frozen=True):
    pass


class Assertion(Struct, frozen=True):
    """`kind` is "^" or "$" of lines, "A" or "z" of the text, "b" or "B"."""

    kind: str


class Group(Struct, frozen=True):
    number: int
    inner: Tree


class Sequence(Struct, frozen=True):
    parts: tuple[Tree, ...]


class Choice(Struct, frozen=True):
    parts: tuple[Tree, ...]


class Repeat(Struct, frozen=True):
    """`most` is None where there is no limit."""

    inner: Tree
    least: int
    most: int | None
    greedy: bool


Tree: TypeAlias = Empty | Class | Assertion | Group | Sequence | Choice | Repeat


class Expression(Struct, frozen=True):
    tree: Tree
    groups: int
    names: dict[str, int]


class _Flags(Struct, frozen=True):
    fold: bool = False
    lines: bool = False
    dot_is_all: bool = False
    lazy: bool = False


def parse_expression(pattern: str) -> Expression:
    """The tree of a pattern.

    Raises:
        FunctionFault: Go would refuse it.
        Unverifiable: it is beyond what is evaluated here.
    """
    if len(pattern) > _MOST_CHARACTERS:
        raise Unverifiable("so long a regular expression is not evaluated here")
    return _Parser(pattern).expression()


class _Parser:
    def __init__(self, pattern: str) -> None:
        self._text = pattern
        self._at = 0
        self._groups = 0
        self._names: dict[str, int] = {}
        self._flags = _Flags()
        self._depth = 0

    def expression(self) -> Expression:
        tree = self._choice()
        if self._at < len(self._text):
            raise self._fault("unexpected )")
        return Expression(tree, self._groups, self._names)

    def _fault(self, problem: str) -> FunctionFault:
        return FunctionFault(f"error parsing regexp: {problem}: `{self._text}`")

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _choice(self) -> Tree:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise Unverifiable("a regular expression that is nested so deeply is not evaluated here")
        parts = [self._sequence()]
        while self._peek() == "|":
            self._at += 1
            parts.append(self._sequence())
        self._depth -= 1
        return parts[0] if len(parts) == 1 else Choice(tuple(parts))

    def _sequence(self) -> Tree:
        parts: list[Tree] = []
        while self._peek() not in ("", "|", ")"):
            atom = self._atom()
            parts += [self._repeated(one) if one is atom[-1] else one for one in atom]
        return Sequence(tuple(parts))

    def _repeated(self, atom: Tree) -> Tree:
        repeated = False
        while True:
            bounds = self._bounds()
            if bounds is None:
                return atom
            if repeated:
                raise self._fault("invalid nested repetition operator")
            greedy = self._peek() != "?"
            self._at += not greedy
            least, most = bounds
            if max(least, most or 0) > _MOST_REPEATS or (most is not None and most < least):
                raise self._fault("invalid repeat count")
            atom = Repeat(atom, least, most, greedy != self._flags.lazy)
            if max(least, most or 0) > 1 and _size(atom) > _MOST_REPEATS:
                raise self._fault("invalid repeat count")
            repeated = True

    def _bounds(self) -> tuple[int, int | None] | None:
        simple = {"*": (0, None), "+": (1, None), "?": (0, 1)}.get(self._peek())
        if simple is not None:
            self._at += 1
            return simple
        found = _REPEAT.match(self._text, self._at)
        if found is None:
            return None
        self._at = found.end()
        least = int(found[1][:9])
        return least, (int(found[3][:9]) if found[3] else None if found[2] else least)

    def _atom(self) -> list[Tree]:
        character = self._peek()
        if character in "*+?" or (character == "{" and _REPEAT.match(self._text, self._at)):
            raise self._fault("missing argument to repetition operator")
        if character == "(":
            return [self._group()]
        if character == "[":
            return [self._folded(self._class())]
        if character == "\\":
            return self._escape()
        self._at += 1
        if character == ".":
            return [ANY if self._flags.dot_is_all else ANY_BUT_NEWLINE]
        if character == "^":
            return [Assertion("^" if self._flags.lines else "A")]
        if character == "$":
            return [Assertion("$" if self._flags.lines else "z")]
        return [self._folded(literal(character))]

    def _folded(self, one: Class) -> Class:
        return replace(one, folds=True) if self._flags.fold else one

    def _group(self) -> Tree:
        flags = self._flags
        if not self._text.startswith("(?", self._at):
            self._at += 1
            self._groups += 1
            return self._closed(Group(self._groups, Empty()), flags)
        named = _NAMED.match(self._text, self._at)
        if named is not None:
            if named[1] in self._names:
                raise self._fault("duplicate capture group name")
            self._at = named.end()
            self._groups += 1
            self._names[named[1]] = self._groups
            return self._closed(Group(self._groups, Empty()), flags)
        found = _FLAGS.match(self._text, self._at)
        if found is None or (found[4] == ")" and not (found[1] or found[3])):
            raise self._fault("invalid or unsupported Perl syntax")
        self._at = found.end()
        self._flags = _with_flags(flags, found[1], found[3] or "")
        return Empty() if found[4] == ")" else self._closed(None, flags)

    def _closed(self, group: Group | None, flags: _Flags) -> Tree:
        inner = self._choice()
        if self._peek() != ")":
            raise self._fault("missing closing )")
        self._at += 1
        self._flags = flags
        return inner if group is None else Group(group.number, inner)

    # Escapes.

    def _escape(self) -> list[Tree]:
        after = self._text[self._at + 1 : self._at + 2]
        if after == "Q":
            return self._quoted()
        if after and after in "AzbB":
            self._at += 2
            return [Assertion(after)]
        if after in PERL:
            self._at += 2
            return [self._folded(PERL[after])]
        found = _PROPERTY.match(self._text, self._at)
        if found is not None:
            return [self._folded(self._property(found))]
        return [self._folded(literal(self._escaped_character()))]

    def _quoted(self) -> list[Tree]:
        end = self._text.find("\\E", self._at + 2)
        inner = self._text[self._at + 2 : end if end >= 0 else len(self._text)]
        self._at = end + 2 if end >= 0 else len(self._text)
        return [self._folded(literal(one)) for one in inner] or [Empty()]

    def _property(self, found: re.Match[str]) -> Class:
        self._at = found.end()
        name = found[3] or found[4]
        known = unicode_class(name)
        if known is None:
            raise Unverifiable(f"the class of characters {name} is not evaluated here")
        negated = (found[1] == "P") != bool(found[2])
        return replace(known, negated=True) if negated else known

    def _escaped_character(self) -> str:
        after = self._text[self._at + 1 : self._at + 2]
        if not after:
            raise self._fault("trailing backslash at end of expression")
        found = _CODE.match(self._text, self._at)
        if found is not None:
            code = int(found[3], 8) if found[3] else int(found[1] or found[2], 16)
            if code > 0x10FFFF:
                raise self._fault("invalid escape sequence")
            self._at = found.end()
            return chr(code)
        if after in _CONTROLS or (after.isascii() and not after.isalnum()):
            self._at += 2
            return _CONTROLS.get(after, after)
        raise self._fault("invalid escape sequence")

    # Classes.

    def _class(self) -> Class:
        self._at += 1
        negated = self._peek() == "^"
        self._at += negated
        ranges: list[tuple[str, str]] = []
        inner: list[Class] = []
        first = True
        while first or self._peek() != "]":
            if not self._peek():
                raise self._fault("missing closing ]")
            if not first and self._peek() == "-" and self._text[self._at + 1 : self._at + 2] != "]":
                raise self._fault("invalid character class range")
            first = False
            known = self._class_in_class()
            if known is not None:
                inner.append(known)
                continue
            ranges.append(self._range())
        self._at += 1
        return Class(tuple(ranges), tuple(inner), negated=negated)

    def _class_in_class(self) -> Class | None:
        found = _POSIX.match(self._text, self._at)
        if found is not None:
            known = posix(found[2])
            if known is None:
                raise self._fault("invalid character class range")
            self._at = found.end()
            return replace(known, negated=True) if found[1] else known
        if self._peek() != "\\":
            return None
        if self._text[self._at + 1 : self._at + 2] in PERL:
            self._at += 2
            return PERL[self._text[self._at - 1]]
        property_ = _PROPERTY.match(self._text, self._at)
        return self._property(property_) if property_ else None

    def _range(self) -> tuple[str, str]:
        low = self._class_character()
        high = low
        if self._peek() == "-" and self._text[self._at + 1 : self._at + 2] not in ("", "]"):
            self._at += 1
            high = self._class_character()
            if high < low:
                raise self._fault("invalid character class range")
        return low, high

    def _class_character(self) -> str:
        if not self._peek():
            raise self._fault("missing closing ]")
        if self._peek() == "\\":
            return self._escaped_character()
        self._at += 1
        return self._text[self._at - 1]


def _with_flags(flags: _Flags, on: str, off: str) -> _Flags:
    names = {"i": "fold", "m": "lines", "s": "dot_is_all", "U": "lazy"}
    changes = {names[one]: True for one in on} | {names[one]: False for one in off}
    return replace(flags, **changes)


def _size(tree: Tree) -> int:
    """How often the innermost part of nested repeats can be repeated."""
    match tree:
        case Repeat(inner=inner, least=least, most=most):
            return max(least, most or 0, 1) * _size(inner)
        case Group(inner=inner):
            return _size(inner)
        case Sequence(parts=parts) | Choice(parts=parts):
            return max((_size(one) for one in parts), default=1)
        case _:
            return 1
