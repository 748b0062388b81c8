"""Entries that change nothing at their own step, found by what they leave as it was.

Steps share what they do not touch, so that most comparisons end at the same Python object.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from gitlint_ops.build.kustomize.faults import Place, violation
from gitlint_ops.build.kustomize.node_texts import Untyped
from gitlint_ops.build.kustomize.patch_targets import resource_label
from gitlint_ops.build.kustomize.reading import Record
from gitlint_ops.build.kustomize.resource import Resource
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.location import DocumentRef
from gitlint_ops.workspace.sources import Sources

ENTRY_WITHOUT_EFFECT = "entry-without-effect"
PATCH_MISSES_FIELD = "patch-misses-field"
UNRESOLVED = "replacement-or-var-unresolved"
_MOST_NAMED = 3
_SETTER = "$imagepolicy"

Resources: TypeAlias = tuple[Resource, ...]
Change: TypeAlias = Callable[[Resources], Resources]


def is_same(old: Any, new: Any) -> bool:
    """Whether two values are equal, and of the same types: in YAML, true is not 1."""
    return old is new or (bool(old == new) and _is_same_type(old, new))


def _is_same_type(old: Any, new: Any) -> bool:
    if old is new:
        return True
    if isinstance(old, dict):
        return all(_is_same_type(old[key], new[key]) for key in old)
    if isinstance(old, list):
        return all(map(_is_same_type, old, new))
    # Some texts say which quotes they have.
    texts = isinstance(old, str) and isinstance(new, str)
    return type(old) is type(new) or (texts and isinstance(old, Untyped) == isinstance(new, Untyped))


def is_unchanged(before: Sequence[Resource], after: Sequence[Resource]) -> bool:
    return len(before) == len(after) and all(
        old is new or is_same(old.body, new.body) for old, new in zip(before, after, strict=True)
    )


def told_if_idle(change: Change, record: Record, place: Place, what: str) -> Change:
    """The change, which tells of itself when it leaves all resources as they were.

    `what` says what they have already. Where there are no resources they are yet to come, and where
    some were left out it may change those.
    """

    def changed(before: Resources) -> Resources:
        after = change(before)
        if before and record.complete and is_unchanged(before, after):
            record.violations.append(without_effect(f"this entry changes nothing: {what}", place))
        return after

    return changed


def without_effect(message: str, place: Place, hint: str = "", *, at_key: bool = False) -> Violation:
    return violation(message, place, rule=ENTRY_WITHOUT_EFFECT, hint=hint, at_key=at_key)


def is_automated(found: Violation, sources: Sources) -> bool:
    """Whether an entry without effect is one that Flux's image automation edits, by its comment."""
    if found.rule != ENTRY_WITHOUT_EFFECT or not isinstance(found.on, DocumentRef):
        return False
    location, _ = sources.location(found.on, found.path)
    return _SETTER in (sources.line(location) or "")


def labels_of(resources: Sequence[Resource]) -> str:
    """Some resources as a sentence names them."""
    names = [resource_label(one) for one in resources[:_MOST_NAMED]]
    more = len(resources) - len(names)
    if more:
        return f"{', '.join(names)} and {more} more"
    return " and ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else "".join(names)


def has_or_have(held: Sequence[object]) -> str:
    return "have" if len(held) > 1 else "has"
