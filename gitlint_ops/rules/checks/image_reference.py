"""Image references, and how firmly their tags name one image."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum

from msgspec import Struct


class ImageReference(Struct, frozen=True):
    """An image as written: nothing is filled in, an absent part is empty."""

    registry: str
    repository: str
    tag: str
    digest: str

    @property
    def name(self) -> str:
        """The image without tag and digest."""
        return f"{self.registry}/{self.repository}" if self.registry else self.repository

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        digest = f"@{self.digest}" if self.digest else ""
        return f"{self.name}{tag}{digest}"


class Firmness(Enum):
    """What a tag promises; `UNKNOWN` is a value that is filled in later."""

    FIXED = "fixed"
    PARTIAL = "partial"
    MUTABLE = "mutable"
    LATEST = "latest"
    UNKNOWN = "unknown"


# Source: github.com/distribution/reference, reference.go (grammar). The first part is a registry
# only with a dot, a port, or as "localhost"; otherwise it belongs to the repository.
_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_REFERENCE = re.compile(
    rf"(?:(?P<registry>localhost(?::\d+)?|[A-Za-z0-9-]+(?::\d+|(?:\.[A-Za-z0-9-]+)+(?::\d+)?)|\[[0-9A-Fa-f:]+\](?::\d+)?)/)?"
    rf"(?P<repository>{_COMPONENT}(?:/{_COMPONENT})*)"
    r"(?::(?P<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?"
    r"(?:@(?P<digest>[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?\Z"
)

# A name of 255, a tag of 128 and a digest, with some room.
MAX_CHARACTERS = 600

_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\Z")
_DIGEST = re.compile(r"@[a-z0-9]+:[0-9a-fA-F]{32,}\Z")
_PLACEHOLDER = re.compile(
    r"set-by|set_by|replace|placeholder|overrid|overwrit|change-?_?me|to-?be-?|tbd\Z|todo|dummy|unset"
    r"|not-?used|ignored|your-|injected|provided|fixme|xxx|\A(?:tag|version|image|none|null|undefined)\Z",
    re.IGNORECASE,
)
_PLACEHOLDER_NAME = re.compile(
    r"(?:set-by|replaced?-by|to-be-|replace-?me|replace-with|change-?me|placeholder|overridden|your-)",
    re.IGNORECASE,
)
_SHOUTED = re.compile(r"[A-Z]+(?:_[A-Z0-9]+)+\Z|[A-Z]*(?:TAG|VERSION|IMAGE)\Z|__.*__\Z")
_FULL = re.compile(
    r"\d+[._]\d+[._]\d+|\d+\.\d+-\d+(?:\Z|-)|\d+\.\d+(?:\.\d+)*[-_.]?(?:rc|alpha|beta|b|p|r|build|ls)[-.]?\d+",
    re.I,
)
_DATED = re.compile(r"(?:19|20)\d{2}[-._]?(?:0[1-9]|1[0-2])(?:[-._]?(?:0[1-9]|[12]\d|3[01]))?(?!\d)")
_HASH = re.compile(
    r"(?:\A|[-_.g]|sha)(?=[0-9a-f]*[0-9])(?=[0-9a-f]*[a-f])[0-9a-f]{7,64}(?:\Z|[-_.])|\A[0-9a-f]{12,64}\Z"
)
_BUILD = re.compile(r"(?:\A|[a-z][-_.])(?:b|r|build|pr)?[-_.]?\d{3,}(?:\Z|[-_.])", re.I)
_TWO_PARTS = re.compile(r"(?:\A|[^0-9.])v?\d+\.\d+(?![0-9.])", re.I)
_ONE_PART = re.compile(r"v?\d{1,2}(?:-[a-z].*)?\Z", re.I)
_WILDCARD = re.compile(r"v?\d+(?:\.\d+)?\.x(?:\Z|-)", re.I)
_NUMBERED = re.compile(r"[a-z]+-?v?\d+\Z", re.I)


def parse_image(text: str) -> ImageReference | None:
    """The parts of an image reference, or None where `text` is no valid one."""
    found = _REFERENCE.match(text) if len(text) <= MAX_CHARACTERS else None
    if found is None:
        return None
    registry, repository, tag, digest = found.group("registry", "repository", "tag", "digest")
    return ImageReference(registry or "", repository, tag or "", digest or "")


def firmness(tag: str, words: Sequence[str], *, two_parts_are_full: bool = False) -> Firmness:
    """How firmly a tag names one image; `words` are names of branches, channels and environments.

    `two_parts_are_full` is for publishers whose releases have two numbers (PostgreSQL 16.4).
    """
    if not _TAG.match(tag):
        return Firmness.FIXED if _DIGEST.search(tag) else Firmness.UNKNOWN
    if is_placeholder(tag):
        return Firmness.UNKNOWN
    tokens = re.split(r"[-_.]", tag.lower())
    if tokens[0] == "latest" or tokens[-1] == "latest":
        return Firmness.LATEST
    if any(pattern.search(tag) for pattern in (_FULL, _DATED, _HASH, _BUILD)):
        return Firmness.FIXED
    if any(token in words for token in tokens):
        return Firmness.MUTABLE
    return _by_numbers(tag, two_parts_are_full)


def is_placeholder(tag: str) -> bool:
    """Whether a tag says that something else fills it in before delivery."""
    return _PLACEHOLDER.search(tag) is not None or _SHOUTED.match(tag) is not None


def is_placeholder_name(repository: str) -> bool:
    """Whether the last part of an image's name only stands for the real one.

    Narrower than for tags: "todo-app" and "xxx-proxy" are names of programs.
    """
    return _PLACEHOLDER_NAME.match(repository.rpartition("/")[2]) is not None


def _by_numbers(tag: str, two_parts_are_full: bool) -> Firmness:
    if _TWO_PARTS.search(tag):
        return Firmness.FIXED if two_parts_are_full else Firmness.PARTIAL
    if _ONE_PART.match(tag) or _WILDCARD.match(tag):
        return Firmness.PARTIAL
    # What has no version at all ("alpine", "jdk17", "openshift") names a stream.
    letters_only = not any(character.isdigit() for character in tag)
    return Firmness.MUTABLE if letters_only or _NUMBERED.match(tag) else Firmness.FIXED
