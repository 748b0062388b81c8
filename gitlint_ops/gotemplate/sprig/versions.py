"""sprig's functions of semantic versions.

Source: semver.go of github.com/Masterminds/sprig/v3, version.go of github.com/Masterminds/semver/v3.
"""

from __future__ import annotations

import re

from gitlint_ops.gotemplate.faults import FunctionFault, Unverifiable
from gitlint_ops.gotemplate.signatures import Functions, simple
from gitlint_ops.gotemplate.values import Object, Uint64, Value
from gitlint_ops.model import version_ranges

_VERSION = re.compile(
    r"v?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?"
    r"(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?"
)
_PADDED_NUMBER = re.compile(r"0[0-9]+")
_MOST_CHARACTERS = 1_000


class Version(Object):
    """A *semver.Version."""

    __slots__ = ("build", "original", "prerelease", "version")

    go_type = "*semver.Version"

    def __init__(self, version: version_ranges.Version, prerelease: str, build: str, original: str) -> None:
        self.version = version
        self.prerelease = prerelease
        self.build = build
        self.original = original

    def shown(self) -> str:
        """Without the "v" that it may have been written with."""
        numbers = f"{self.version.major}.{self.version.minor}.{self.version.patch}"
        return (
            numbers
            + (f"-{self.prerelease}" if self.prerelease else "")
            + (f"+{self.build}" if self.build else "")
        )

    def call(self, name: str, given: list[Value]) -> Value:
        """The methods that sprig's documentation names."""
        parts = {
            "Major": Uint64(self.version.major),
            "Minor": Uint64(self.version.minor),
            "Patch": Uint64(self.version.patch),
            "Prerelease": self.prerelease,
            "Metadata": self.build,
            "Original": self.original,
            "String": self.shown(),
        }
        if name in parts and not given:
            return parts[name]
        if name in _COMPARISONS and len(given) == 1 and isinstance(given[0], Version):
            order = _compared(self.version, given[0].version)
            return order if name == "Compare" else order == _COMPARISONS[name]
        raise Unverifiable(f"the method {name} of a version is not evaluated here")


_COMPARISONS = {"Compare": 0, "Equal": 0, "LessThan": -1, "GreaterThan": 1}


def _compared(one: version_ranges.Version, other: version_ranges.Version) -> int:
    return (one.order() > other.order()) - (one.order() < other.order())


def version(text: str) -> Version:
    """A version, with minor and patch of 0 where they are not written."""
    found = _VERSION.fullmatch(text) if len(text) <= _MOST_CHARACTERS else None
    if found is None:
        raise FunctionFault("invalid semantic version")
    numbers = [int(found[index] or 0) for index in (1, 2, 3)]
    if max(numbers) >= 2**64:
        raise FunctionFault("error parsing version segment: value out of range")
    prerelease, build = found[4] or "", found[5] or ""
    labels = tuple(prerelease.split(".")) if prerelease else ()
    if any(_PADDED_NUMBER.fullmatch(one) for one in labels):
        raise FunctionFault("version segment starts with 0")
    return Version(
        version_ranges.Version(numbers[0], numbers[1], numbers[2], labels), prerelease, build, text
    )


def _compare(constraint: str, text: str) -> bool:
    if len(constraint) > _MOST_CHARACTERS:
        raise Unverifiable("so long a range of versions is not evaluated here")
    if version_ranges.satisfies(version_ranges.Version(0), constraint) is None:
        raise FunctionFault(f"improper constraint: {constraint}")
    return bool(version_ranges.satisfies(version(text).version, constraint))


VERSIONS: Functions = {
    "semver": simple("string", version),
    "semverCompare": simple("string, string", _compare),
}
