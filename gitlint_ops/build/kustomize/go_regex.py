"""Go's regular expressions, matched in time linear in the text.

Patterns stand in linted repositories, and Python's own matcher can take forever on some of them, so
all but the plainest go through a small automaton. It knows the syntax that selectors and image
names can sensibly use; captures are not needed and lookaround does not exist in Go.

Source: regexp/syntax/doc.go of Go
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from msgspec import Struct, field

from gitlint_ops.build.kustomize.faults import OURS

_MAX_PATTERN = 1000
_MAX_STATES = 1000
_MAX_DEPTH = 50
_MAX_REPEAT = 1000
_MAX_TEXT = 4096

_PLAIN = re.compile(r"[A-Za-z0-9_\-/]*\Z")
# At most two open-ended parts: quadratic at worst, on names.
_HARMLESS = re.compile(r"[A-Za-z0-9_\-/.|]*(?:\.[*+][A-Za-z0-9_\-/.|]*){0,2}\Z")


class RegexFault(Exception):
    """A pattern that Go would refuse, or that is beyond what is supported here."""


class GoRegex:
    """A compiled pattern.

    Raises:
        RegexFault: the pattern is malformed, too long or too large.
    """

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self._plain = _PLAIN.match(pattern) is not None
        if len(pattern) > _MAX_PATTERN and not self._plain:
            raise RegexFault(f"{OURS}a pattern of more than {_MAX_PATTERN} characters")
        self._simple = re.compile(pattern) if _HARMLESS.match(pattern) and not self._plain else None
        self._automaton = None if self._plain or self._simple else _Parser(pattern).automaton()

    def matches_all(self, text: str) -> bool:
        """Whether the whole text matches, as with `^(?:pattern)$`."""
        if self._plain:
            return text == self.pattern
        if len(text) > _MAX_TEXT:
            return False
        if self._simple is not None:
            return self._simple.fullmatch(text) is not None
        assert self._automaton is not None
        return self._automaton.run(text, anchored=True)

    def matches_in(self, text: str) -> bool:
        """Whether some part of the text matches."""
        if self._plain:
            return self.pattern in text
        if len(text) > _MAX_TEXT:
            return False
        if self._simple is not None:
            return self._simple.search(text) is not None
        assert self._automaton is not None
        return self._automaton.run(text, anchored=False)


CharTest: TypeAlias = Callable[[str], bool]
PlaceTest: TypeAlias = Callable[[str, int], bool]


class _State(Struct):
    """Takes a character (`takes`), stands at a place (`holds`), or only forks to `nexts`."""

    nexts: list[int] = field(default_factory=list)
    takes: CharTest | None = None
    holds: PlaceTest | None = None


class _Automaton(Struct, frozen=True):
    states: list[_State]
    start: int
    end: int

    def run(self, text: str, *, anchored: bool) -> bool:
        live = self._reach({self.start}, text, 0)
        for position, char in enumerate(text):
            if not anchored and self.end in live:
                return True
            stepped = {
                following
                for state in live
                if (takes := self.states[state].takes) is not None and takes(char)
                for following in self.states[state].nexts
            }
            if not anchored:
                stepped.add(self.start)
            live = self._reach(stepped, text, position + 1)
            if not live:
                return False
        return self.end in live

    def _reach(self, starts: set[int], text: str, position: int) -> set[int]:
        """All states reached without taking a character."""
        reached: set[int] = set()
        waiting = list(starts)
        while waiting:
            number = waiting.pop()
            if number in reached:
                continue
            state = self.states[number]
            if state.holds is not None and not state.holds(text, position):
                continue
            reached.add(number)
            if state.takes is None:
                waiting.extend(state.nexts)
        return reached


def _is_word(char: str) -> bool:
    return char.isascii() and (char.isalnum() or char == "_")


def _at_boundary(text: str, position: int) -> bool:
    before = position > 0 and _is_word(text[position - 1])
    after = position < len(text) and _is_word(text[position])
    return before != after


_CLASSES: dict[str, CharTest] = {
    "d": lambda c: "0" <= c <= "9",
    "w": _is_word,
    "s": lambda c: c in "\t\n\f\r ",
}
_POSIX: dict[str, CharTest] = {
    "alnum": lambda c: c.isascii() and c.isalnum(),
    "alpha": lambda c: c.isascii() and c.isalpha(),
    "digit": lambda c: "0" <= c <= "9",
    "lower": lambda c: "a" <= c <= "z",
    "upper": lambda c: "A" <= c <= "Z",
    "space": lambda c: c in "\t\n\v\f\r ",
    "punct": lambda c: c.isascii() and c.isprintable() and not c.isalnum() and c != " ",
    "word": _is_word,
    "xdigit": lambda c: c in "0123456789abcdefABCDEF",
}
_PLACES: dict[str, PlaceTest] = {
    "A": lambda _, position: position == 0,
    "z": lambda text, position: position == len(text),
    "b": _at_boundary,
    "B": lambda text, position: not _at_boundary(text, position),
}
_CONTROLS = {"a": "\a", "f": "\f", "t": "\t", "n": "\n", "r": "\r", "v": "\v"}


def _negated(test: CharTest) -> CharTest:
    return lambda char: not test(char)


_Piece: TypeAlias = tuple[int, int]
"""The first and last state of a part of the pattern."""


class _Parser:
    """Reads a pattern by recursive descent, building states as it goes."""

    def __init__(self, pattern: str) -> None:
        self._text = pattern
        self._at = 0
        self._depth = 0
        self._folded = False
        self._dot_all = False
        self._states: list[_State] = []

    def automaton(self) -> _Automaton:
        start, end = self._alternatives()
        if self._at < len(self._text):
            raise RegexFault("unexpected )")
        return _Automaton(self._states, start, end)

    def _new(self, takes: CharTest | None = None, holds: PlaceTest | None = None) -> int:
        if len(self._states) >= _MAX_STATES:
            raise RegexFault(f"{OURS}the pattern is too large")
        self._states.append(_State(takes=takes, holds=holds))
        return len(self._states) - 1

    def _link(self, source: int, *targets: int) -> None:
        self._states[source].nexts.extend(targets)

    def _peek(self) -> str:
        return self._text[self._at] if self._at < len(self._text) else ""

    def _take(self, text: str) -> bool:
        if self._text.startswith(text, self._at):
            self._at += len(text)
            return True
        return False

    def _alternatives(self) -> _Piece:
        start, end = self._new(), self._new()
        while True:
            first, last = self._sequence()
            self._link(start, first)
            self._link(last, end)
            if not self._take("|"):
                return start, end

    def _sequence(self) -> _Piece:
        start = last = self._new()
        while self._peek() not in ("", "|", ")"):
            first, following = self._repeated()
            self._link(last, first)
            last = following
        return start, last

    def _repeated(self) -> _Piece:
        begin = self._at
        piece = self._atom()
        quantified = False
        while (bounds := self._quantifier()) is not None:
            if quantified:
                raise RegexFault("invalid nested repetition operator")
            quantified = True
            end = self._at
            piece = self._copies(begin, piece, *bounds)
            self._at = end
        return piece

    def _quantifier(self) -> tuple[int, int | None] | None:
        bounds: tuple[int, int | None]
        if self._peek() in ("*", "+", "?") and self._peek():
            bounds = {"*": (0, None), "+": (1, None), "?": (0, 1)}[self._peek()]
            self._at += 1
        else:
            found = re.compile(r"\{(\d+)(,(\d*))?\}").match(self._text, self._at)
            if found is None:
                return None
            self._at = found.end()
            low = int(found[1])
            bounds = (low, low if found[2] is None else int(found[3]) if found[3] else None)
            if max(low, bounds[1] or 0) > _MAX_REPEAT or (bounds[1] is not None and bounds[1] < low):
                raise RegexFault("invalid repeat count")
        self._take("?")
        return bounds

    def _copies(self, begin: int, piece: _Piece, low: int, high: int | None) -> _Piece:
        """The atom that starts at `begin` of the pattern, so many times."""
        start = last = self._new()
        done = self._new()
        copies = [piece]
        for _ in range(1, max(low, high or 0, 1)):
            self._at = begin
            copies.append(self._atom())
        for number, (first, end) in enumerate(copies):
            if number >= low:
                self._link(last, done)
            if high == 0:
                break
            self._link(last, first)
            last = end
        if high is None:
            self._link(last, copies[-1][0])
        self._link(last, done)
        return start, done

    def _one(self, takes: CharTest | None = None, holds: PlaceTest | None = None) -> _Piece:
        first, last = self._new(takes, holds), self._new()
        self._link(first, last)
        return first, last

    def _atom(self) -> _Piece:
        char = self._peek()
        self._at += 1
        match char:
            case "(":
                return self._group()
            case "[":
                return self._one(self._class())
            case ".":
                return self._one((lambda _: True) if self._dot_all else (lambda c: c != "\n"))
            case "^":
                return self._one(holds=_PLACES["A"])
            case "$":
                return self._one(holds=_PLACES["z"])
            case "\\":
                return self._escaped_atom()
            case "*" | "+" | "?":
                raise RegexFault(f"missing argument to repetition operator: {char}")
            case _:
                return self._one(self._equal_to(char))

    def _equal_to(self, wanted: str) -> CharTest:
        if self._folded:
            lowered = wanted.lower()
            return lambda char: char.lower() == lowered
        return lambda char: char == wanted

    def _group(self) -> _Piece:
        before = (self._folded, self._dot_all)
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise RegexFault(f"{OURS}groups are nested too deep")
        if self._take("?"):
            named = re.compile(r"P?<\w+>").match(self._text, self._at)
            if named is not None:
                self._at = named.end()
            elif self._flags():
                self._depth -= 1
                return self._one(holds=lambda _text, _position: True)
        piece = self._alternatives()
        if not self._take(")"):
            raise RegexFault("missing closing )")
        self._folded, self._dot_all = before
        self._depth -= 1
        return piece

    def _flags(self) -> bool:
        """Sets flags; whether they hold for what follows the group, as in `(?i)`."""
        found = re.compile(r"([isU]*)(?:-([isU]+))?([:)])").match(self._text, self._at)
        if found is None:
            raise RegexFault("invalid or unsupported (? syntax")
        self._at = found.end()
        on, off = found[1], found[2] or ""
        self._folded = ("i" in on or self._folded) and "i" not in off
        self._dot_all = ("s" in on or self._dot_all) and "s" not in off
        return found[3] == ")"

    def _escaped_atom(self) -> _Piece:
        char = self._peek()
        if char in _PLACES and char:
            self._at += 1
            return self._one(holds=_PLACES[char])
        return self._one(self._escape())

    def _escape(self) -> CharTest:
        """What a backslash and the character after it stand for; the backslash is behind."""
        char = self._peek()
        self._at += 1
        if char and char.lower() in _CLASSES:
            test = _CLASSES[char.lower()]
            return test if char.islower() else _negated(test)
        if char in _CONTROLS:
            return self._equal_to(_CONTROLS[char])
        if not char or (char.isascii() and char.isalnum()) or not char.isascii():
            raise RegexFault(f"invalid or unsupported escape \\{char}")
        return self._equal_to(char)

    def _class(self) -> CharTest:
        negative = self._take("^")
        tests: list[CharTest] = []
        first = True
        while first or self._peek() != "]":
            if not self._peek():
                raise RegexFault("missing closing ]")
            tests.append(self._class_item())
            first = False
        self._at += 1

        def inside(char: str) -> bool:
            return any(test(char) for test in tests)

        return _negated(inside) if negative else inside

    def _class_item(self) -> CharTest:
        posix = re.compile(r"\[:(\^?)(\w+):\]").match(self._text, self._at)
        if posix is not None:
            self._at = posix.end()
            if posix[2] not in _POSIX:
                raise RegexFault(f"invalid character class {posix[0]}")
            return _negated(_POSIX[posix[2]]) if posix[1] else _POSIX[posix[2]]
        low = self._peek()
        self._at += 1
        if low == "\\":
            if self._peek().isalpha():
                return self._escape()
            low = self._peek()
            self._at += 1
        if self._peek() != "-" or self._text[self._at + 1 : self._at + 2] in ("]", ""):
            return self._equal_to(low)
        self._at += 1
        high = self._peek()
        self._at += 1
        if high == "\\":
            high = self._peek()
            self._at += 1
        if not high or high < low:
            raise RegexFault("invalid character class range")
        return self._in_range(low, high)

    def _in_range(self, low: str, high: str) -> CharTest:
        if self._folded:
            return lambda c: low <= c <= high or low <= c.lower() <= high or low <= c.upper() <= high
        return lambda c: low <= c <= high
