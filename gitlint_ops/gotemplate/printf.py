"""Go's Sprintf.

Source: fmt (doc.go, print.go, format.go) of Go.
"""

from __future__ import annotations

import re

from gitlint_ops.gotemplate.faults import Budget
from gitlint_ops.gotemplate.formatting import plain
from gitlint_ops.gotemplate.values import Value, type_name
from gitlint_ops.gotemplate.verbs import Flags, with_verb

_LARGEST = 1_000_000
_FLAGS = re.compile(r"[#0+\- ]*")
_DIGITS = re.compile(r"[0-9]+")
_INDEX = re.compile(r"\[([0-9]+)\]")


def formatted(budget: Budget, pattern: str, *given: Value) -> str:
    """`pattern` with its verbs replaced; mistakes in it are written into the text, as Go does."""
    return _Format(budget, pattern, list(given)).text()


class _Format:
    def __init__(self, budget: Budget, pattern: str, given: list[Value]) -> None:
        self._budget = budget
        self._pattern = pattern
        self._given = given
        self._at = 0
        self._next = 0
        self._reordered = False
        self._good_index = True
        self._after_index = False
        self._pieces: list[str] = []

    def text(self) -> str:
        budget, end = self._budget, len(self._pattern)
        while self._at < end:
            percent = self._pattern.find("%", self._at)
            upto = end if percent < 0 else percent
            self._pieces.append(self._pattern[self._at : upto])
            self._at = upto
            if percent >= 0:
                self._at += 1
                self._verb()
            budget.spend(1)
        self._extra()
        text = "".join(self._pieces)
        budget.make(len(text))
        return text

    def _verb(self) -> None:
        self._good_index, self._after_index = True, False
        found = _FLAGS.match(self._pattern, self._at)
        assert found is not None
        self._at = found.end()
        flags = Flags(*(mark in found[0] for mark in "#0+- "))
        self._index()
        flags = self._width(flags)
        flags = self._precision(flags)
        if not self._after_index:
            self._index()
        if self._at >= len(self._pattern):
            self._pieces.append("%!(NOVERB)")
            return
        verb = self._pattern[self._at]
        self._at += 1
        self._pieces.append(self._shown(verb, flags))

    def _shown(self, verb: str, flags: Flags) -> str:
        if verb == "%":
            return "%"
        if not self._good_index:
            return f"%!{verb}(BADINDEX)"
        if self._next >= len(self._given):
            return f"%!{verb}(MISSING)"
        value = self._given[self._next]
        self._next += 1
        return with_verb(value, verb, flags, self._budget)

    def _index(self) -> None:
        if self._pattern[self._at : self._at + 1] != "[":
            return
        self._reordered = True
        found = _INDEX.match(self._pattern, self._at)
        if found is not None and len(found[1]) < 8 and 1 <= int(found[1]) <= len(self._given):
            self._next = int(found[1]) - 1
            self._at = found.end()
            self._after_index = True
            return
        self._good_index = False
        closed = self._pattern.find("]", self._at)
        self._after_index = found is not None
        self._at = closed + 1 if closed >= 0 else self._at + 1

    def _number(self) -> int | None:
        found = _DIGITS.match(self._pattern, self._at)
        if found is None:
            return None
        self._at = found.end()
        number = int(found[0]) if len(found[0]) < 20 else _LARGEST + 1
        return number if number <= _LARGEST else None

    def _star(self) -> int | None:
        """The width or precision that an argument gives; None where it is none."""
        self._at += 1
        self._after_index = False
        if self._next >= len(self._given):
            return None
        value = self._given[self._next]
        self._next += 1
        is_number = isinstance(value, int) and not isinstance(value, bool)
        return int(value) if is_number and abs(value) <= _LARGEST else None

    def _width(self, flags: Flags) -> Flags:
        if self._pattern[self._at : self._at + 1] != "*":
            width = self._number()
            if self._after_index and width is not None:
                self._good_index = False
            return flags.with_width(width)
        width = self._star()
        if width is None:
            self._pieces.append("%!(BADWIDTH)")
        elif width < 0:
            return flags.with_width(-width).left()
        return flags.with_width(width)

    def _precision(self, flags: Flags) -> Flags:
        if self._at + 1 >= len(self._pattern) or self._pattern[self._at] != ".":
            return flags
        self._at += 1
        if self._after_index:
            self._good_index = False
        self._after_index = False
        self._index()
        if self._pattern[self._at : self._at + 1] != "*":
            return flags.with_precision(self._number() or 0)
        precision = self._star()
        if precision is None or precision < 0:
            self._pieces.append("%!(BADPREC)")
            return flags
        return flags.with_precision(precision)

    def _extra(self) -> None:
        if self._reordered or self._next >= len(self._given):
            return
        rest = [
            "<nil>" if one is None else f"{type_name(one)}={plain(one, self._budget)}"
            for one in self._given[self._next :]
        ]
        self._pieces.append(f"%!(EXTRA {', '.join(rest)})")
