"""Ranges of versions as Helm and Flux write them: ">=1.25.0-0 <1.33", "~1.2", "^1.2.3 || 2.x".

Source of the semantics: github.com/Masterminds/semver v3 (constraints.go), which both use.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct

_NUMBER = r"0|[1-9][0-9]{0,17}"
_PART = rf"(?:{_NUMBER}|[xX*])"
_LABELS = r"(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?"
_VERSION = re.compile(rf"v?({_NUMBER})(?:\.({_NUMBER}))?(?:\.({_NUMBER}))?{_LABELS}")
_ONE = re.compile(
    rf"\s*(!=|>=|=>|<=|=<|~>|>|<|=|~|\^|)\s*v?({_PART})(?:\.({_PART}))?(?:\.({_PART}))?{_LABELS}(?=\s|,|$)"
)
_WILD = rf"v?{_PART}(?:\.{_PART}){{0,2}}(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?"
_HYPHEN = re.compile(rf"({_WILD})\s+-\s+({_WILD})")
_MOST_CHARACTERS = 1_000
_MOST_PARTS = 100

_SAME = {"=>": ">=", "=<": "<=", "~>": "~", "=": ""}


class Version(Struct, frozen=True):
    """A version by semver 2; `labels` are the parts of its pre-release, compared in order."""

    major: int
    minor: int = 0
    patch: int = 0
    labels: tuple[str, ...] = ()

    def order(self) -> tuple[object, ...]:
        """What versions are compared by."""
        labels = tuple((0, int(one), "") if one.isdigit() else (1, 0, one) for one in self.labels)
        return (self.major, self.minor, self.patch, not labels, labels)


class _Condition(Struct, frozen=True):
    """One comparison; `given` is how many of the three numbers were written and are no wildcard.

    A lone wildcard counts as 0.0.0, but where it is compared by "<=".
    """

    operator: str
    version: Version
    given: int


def version(text: str) -> Version | None:
    """A version, with or without "v", a minor or a patch; None where it is none."""
    found = _VERSION.fullmatch(text.strip()) if len(text) <= _MOST_CHARACTERS else None
    if found is None:
        return None
    major, minor, patch = (int(found[one] or 0) for one in (1, 2, 3))
    return Version(major, minor, patch, tuple(found[4].split(".")) if found[4] else ())


def satisfies(held: Version, text: str) -> bool | None:
    """Whether a version lies in a range; None where the range is none."""
    if len(text) > _MOST_CHARACTERS:
        return None
    choices = [_conditions(one) for one in text.split("||")]
    if any(one is None for one in choices):
        return None
    return any(all(_holds(held, each) for each in one) for one in choices if one is not None)


def newest_in(text: str, names: Iterable[str]) -> str | None:
    """The name of the newest version in a range, as tags of a repository have them; None of none."""
    held = ((one, version(one)) for one in names)
    within = [(found.order(), name) for name, found in held if found and satisfies(found, text)]
    return max(within)[1] if within else None


def _conditions(text: str) -> list[_Condition] | None:
    text = _HYPHEN.sub(r">=\1 <=\2", text).strip()
    found: list[_Condition] = []
    position = 0
    while position < len(text):
        one = _ONE.match(text, position)
        if one is None or len(found) == _MOST_PARTS:
            return None
        found.append(_condition(one))
        position = one.end()
        while position < len(text) and text[position] in " ,\t":
            position += 1
    return found or None


def _condition(found: re.Match[str]) -> _Condition:
    numbers = [found[one] for one in (2, 3, 4)]
    given = next((at for at, one in enumerate(numbers) if one is None or one in "xX*"), 3)
    major, minor, patch = [*(int(one) for one in numbers[:given]), 0, 0, 0][:3]
    labels = tuple(found[5].split(".")) if found[5] else ()
    operator = _SAME.get(found[1], found[1])
    if given == 0 and operator not in ("", "<="):
        given = 3
    return _Condition(operator, Version(major, minor, patch, labels), given)


def _holds(held: Version, one: _Condition) -> bool:
    if held.labels and not one.version.labels:
        return False  # a pre-release is meant only where the range names one
    return _HOLDS[one.operator](held, one)


def _tilde(held: Version, one: _Condition) -> bool:
    wanted = one.version
    if held.order() < wanted.order():
        return False
    if one.given == 0 or (one.given == 3 and wanted == Version(0)):
        return True
    return held.major == wanted.major and (one.given == 1 or held.minor == wanted.minor)


def _caret(held: Version, one: _Condition) -> bool:
    wanted = one.version
    if held.order() < wanted.order():
        return False
    if wanted.major > 0 or one.given <= 1:
        return held.major == wanted.major
    if held.major > 0:
        return False
    if wanted.minor > 0 or one.given == 2:
        return held.minor == wanted.minor
    return held.minor == 0 and held.patch == wanted.patch


def _equal(held: Version, one: _Condition) -> bool:
    return _tilde(held, one) if one.given < 3 else held == one.version


def _unequal(held: Version, one: _Condition) -> bool:
    if one.given == 3:
        return held != one.version
    return (held.major, held.minor)[: one.given] != (one.version.major, one.version.minor)[: one.given]


def _below(held: Version, one: _Condition) -> bool:
    return held.order() < one.version.order()


def _above(held: Version, one: _Condition) -> bool:
    if one.given == 3:
        return held.order() > one.version.order()
    return (held.major, held.minor)[: one.given] > (one.version.major, one.version.minor)[: one.given]


def _at_most(held: Version, one: _Condition) -> bool:
    if one.given == 3:
        return held.order() <= one.version.order()
    if one.given == 0:
        return held.major == held.minor == 0
    return (held.major, held.minor)[: one.given] <= (one.version.major, one.version.minor)[: one.given]


_HOLDS: Mapping[str, Callable[[Version, _Condition], bool]] = {
    "": _equal,
    "!=": _unequal,
    ">": _above,
    ">=": lambda held, one: not _below(held, one),
    "<": _below,
    "<=": _at_most,
    "~": _tilde,
    "^": _caret,
}
