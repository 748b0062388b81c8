"""Classes of characters.

Source: regexp/syntax (doc.go, perl_groups.go) of Go.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from msgspec import Struct

_CATEGORIES = frozenset(
    "Cc Cf Co Cs Ll Lm Lo Lt Lu Mc Me Mn Nd Nl No Pc Pd Pe Pf Pi Po Ps Sc Sk Sm So Zl Zp Zs".split()  # noqa: SIM905
) | frozenset("CLMNPSZ")
_ALSO_FOLDED = {"k": "\u212a", "s": "\u017f"}


class Class(Struct, frozen=True):
    """Characters by ranges, by other classes and by the beginning of a Unicode category."""

    ranges: tuple[tuple[str, str], ...] = ()
    inner: tuple[Class, ...] = ()
    category: str = ""
    negated: bool = False
    folds: bool = False

    def holds(self, character: str) -> bool:
        """Whether a character belongs to it."""
        if self.folds:
            return self.negated != any(self._listed(one) for one in _folds(character))
        return self.negated != self._listed(character)

    def _listed(self, character: str) -> bool:
        if any(low <= character <= high for low, high in self.ranges):
            return True
        if any(one.holds(character) for one in self.inner):
            return True
        return bool(self.category) and unicodedata.category(character).startswith(self.category)


def _folds(character: str) -> set[str]:
    found = {character, character.lower(), character.upper(), character.casefold()}
    lower = character.casefold()
    return found | {_ALSO_FOLDED[lower]} if lower in _ALSO_FOLDED else found


def literal(character: str) -> Class:
    return Class(((character, character),))


def _ranges(*pairs: str) -> Class:
    return Class(tuple((one[0], one[-1]) for one in pairs))


def _not(one: Class) -> Class:
    return Class(one.ranges, one.inner, one.category, negated=True)


ANY = Class(negated=True)
ANY_BUT_NEWLINE = Class((("\n", "\n"),), negated=True)
_DIGITS = _ranges("09")
_WORD = _ranges("09", "AZ", "__", "az")
_BLANKS = _ranges("\t\n", "\f\r", "  ")

PERL: Mapping[str, Class] = {
    "d": _DIGITS,
    "w": _WORD,
    "s": _BLANKS,
    "D": _not(_DIGITS),
    "W": _not(_WORD),
    "S": _not(_BLANKS),
}

_POSIX: Mapping[str, Class] = {
    "alnum": _ranges("09", "AZ", "az"),
    "alpha": _ranges("AZ", "az"),
    "ascii": _ranges("\x00\x7f"),
    "blank": _ranges("\t\t", "  "),
    "cntrl": _ranges("\x00\x1f", "\x7f\x7f"),
    "digit": _DIGITS,
    "graph": _ranges("!~"),
    "lower": _ranges("az"),
    "print": _ranges(" ~"),
    "punct": _ranges("!/", ":@", "[`", "{~"),
    "space": _ranges("\t\r", "  "),
    "upper": _ranges("AZ"),
    "word": _WORD,
    "xdigit": _ranges("09", "AF", "af"),
}


def posix(name: str) -> Class | None:
    """A class such as [:alpha:]; None for a name that is none."""
    return _POSIX.get(name)


def unicode_class(name: str) -> Class | None:
    """A general category of Unicode; None for scripts and all else."""
    if name == "Any":
        return ANY
    return Class(category=name) if name in _CATEGORIES else None
