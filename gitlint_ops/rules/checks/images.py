"""Images whose tag can come to mean another image without a commit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gitlint_ops.model.findings import Violation
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.rules.checks.image_fields import ImageField, image_fields
from gitlint_ops.rules.checks.image_reference import Firmness, firmness, is_placeholder_name
from gitlint_ops.rules.subjects import Facts, Params, nameless

_HINT = "pin a full version, or better a digest"


@nameless
def latest_or_missing(on: RenderedObject, _params: Params, facts: Facts) -> Iterator[Violation]:
    """Images with the tag "latest", or with none, which means the same."""
    for field in _judged(on, facts):
        if field.tag == "":
            message = f'image {field.written} has no tag, which means "latest"'
            yield Violation(on, field.path, message, hint=_HINT)
        elif "latest" in (field.tag or "").lower() and _firmness(field, (), ()) is Firmness.LATEST:
            message = f"image {field.written} is whatever was pushed last"
            yield Violation(on, field.path, message, hint=_HINT)


@nameless
def mutable(on: RenderedObject, params: Params, facts: Facts) -> Iterator[Violation]:
    """Images with the name of a branch, a channel, an environment or a variant for a tag."""
    for field in _judged(on, facts):
        if _firmness(field, params["words"], params["two_part_releases"]) is Firmness.MUTABLE:
            message = f"image {field.written} can change without a commit: '{field.tag}' is no version"
            yield Violation(on, field.path, message, hint=_HINT)


@nameless
def partial(on: RenderedObject, params: Params, facts: Facts) -> Iterator[Violation]:
    """Images with only a part of a version for a tag."""
    for field in _judged(on, facts):
        if _firmness(field, params["words"], params["two_part_releases"]) is Firmness.PARTIAL:
            message = f"image {field.written} moves with every release of '{field.tag}'"
            yield Violation(on, field.path, message, hint=_HINT)


def _judged(on: RenderedObject, facts: Facts) -> Iterator[ImageField]:
    for field in image_fields(on.body):
        replaced = field.name in facts.replaced_images or is_placeholder_name(field.name)
        if not replaced and not field.digest:
            yield field


def _firmness(field: ImageField, words: Sequence[str], two_part_releases: Sequence[str]) -> Firmness:
    if not field.tag:
        return Firmness.UNKNOWN
    short = field.name.rpartition("/")[2]
    return firmness(field.tag, words, two_parts_are_full=short in two_part_releases)
