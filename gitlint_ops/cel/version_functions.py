"""The functions on semantic versions that Kubernetes adds to CEL.

Source: k8s.io/apiserver/pkg/cel/library/semverlib.go, https://semver.org
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import zip_longest
from typing import Any

from gitlint_ops.cel.opaque import SEMVER, opaque, text_of

_NUMBER = "(0|[1-9][0-9]*)"
_NAMES = r"[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*"
_FORM = re.compile(rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}(?:-({_NAMES}))?(?:\+{_NAMES})?")
_LARGEST = 2**64
_LONGEST = 256


def semver(text: str, normalize: bool = False) -> dict[str, Any]:
    """The version that a text writes; with `normalize`, "v1.02" writes 1.2.0.

    Raises:
        ValueError: it writes none.
    """
    found = _FORM.fullmatch(_normalized(text) if normalize else text) if len(text) <= _LONGEST else None
    if found is None or any(int(found[part]) >= _LARGEST for part in (1, 2, 3)):
        raise ValueError(f'invalid semantic version "{text}"')
    names = found[4] or ""
    if any(_is_padded(name) for name in names.split(".")):
        raise ValueError(f'a number of the pre-release of "{text}" starts with 0')
    # What is built does not count when versions are compared.
    return opaque(SEMVER, f"{found[1]}.{found[2]}.{found[3]}" + (f"-{names}" if names else ""))


def is_semver(text: str, normalize: bool = False) -> bool:
    try:
        semver(text, normalize)
    except ValueError:
        return False
    return True


def major(held: Mapping[str, Any]) -> int:
    return _numbers(held)[0]


def minor(held: Mapping[str, Any]) -> int:
    return _numbers(held)[1]


def patch(held: Mapping[str, Any]) -> int:
    return _numbers(held)[2]


def compare(held: Mapping[str, Any], other: Mapping[str, Any]) -> int:
    one, two = _numbers(held), _numbers(other)
    if one != two:
        return 1 if one > two else -1
    return _compared_names(text_of(held, SEMVER), text_of(other, SEMVER))


def _compared_names(one: str, two: str) -> int:
    first, second = one.partition("-")[2], two.partition("-")[2]
    if not first or not second:
        # A pre-release comes before its release.
        return (not first) - (not second)
    for left, right in zip_longest(first.split("."), second.split(".")):
        if left != right:
            return 1 if _rank(left) > _rank(right) else -1
    return 0


def _rank(name: str | None) -> tuple[int, int, str]:
    if name is None:
        return (0, 0, "")
    return (1, int(name), "") if name.isdigit() else (2, 0, name)


def _numbers(held: Mapping[str, Any]) -> tuple[int, int, int]:
    one, two, three = text_of(held, SEMVER).partition("-")[0].split(".")
    return int(one), int(two), int(three)


def _is_padded(name: str) -> bool:
    return name.isdigit() and len(name) > 1 and name.startswith("0")


def _normalized(text: str) -> str:
    parts = [_unpadded(part) for part in text.removeprefix("v").split(".", 2)]
    if len(parts) < 3 and any(mark in parts[-1] for mark in "+-"):
        # "1-alpha" is ambiguous: short versions have neither pre-release nor build.
        raise ValueError(f'short version "{text}" with a pre-release or build')
    return ".".join([*parts, "0", "0"][:3])


def _unpadded(part: str) -> str:
    short = part.lstrip("0")
    if len(part) < 2 or short == part:
        return part
    return short if short[:1].isdigit() else f"0{short}"
