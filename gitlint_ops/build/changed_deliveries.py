"""The deliveries of a workspace that a change can alter."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Set

from msgspec.structs import replace

from gitlint_ops.model.blame import sources_of
from gitlint_ops.model.delivery import Delivery, Expansion, Owner, OwnerKind
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.location import DocumentRef, Location
from gitlint_ops.model.structure import value_at

Changed = Mapping[str, Set[str]]
"""The paths of a change, by repository."""


def touched(expansion: Expansion, changed: Changed) -> Expansion:
    """Only the deliveries that a change can alter, all of whose objects count as altered where it is the
    delivery object itself, or what gives it its values, that changed."""
    kept = tuple(one for delivery in expansion.deliveries for one in _touched(delivery, changed))
    ids = frozenset(one.owner.id for one in kept)
    return replace(
        expansion,
        deliveries=kept,
        violations=tuple(one for one in expansion.violations if is_touched(one, ids, changed)),
        unchecked=tuple(one for one in expansion.unchecked if one.target in ids),
    )


def _touched(delivery: Delivery, changed: Changed) -> Iterator[Delivery]:
    by_owner = any(
        file.path in changed.get(file.repo, ()) for file in sources_of(delivery.owner.object.blame)
    )
    result = delivery.result
    if result is None:
        if by_owner:
            yield delivery
        return
    by_variable = any(
        file.path in changed.get(file.repo, ()) and file.path not in result.inputs
        for one in result.objects
        for file in sources_of(one.blame)
    )
    if by_owner or by_variable:
        yield replace(delivery, result=replace(result, whole=True))
    elif _reads(delivery, changed):
        yield delivery


def _reads(delivery: Delivery, changed: Changed) -> bool:
    """Whether a delivery reads a file of the change, or would read it if it were still there."""
    result = delivery.result
    assert result is not None
    own = changed.get(result.target.repo, frozenset())
    if own & result.inputs or any(path in changed.get(repo, ()) for repo, path in result.beside):
        return True
    return any(
        path.startswith(f"{folder}/") or folder == "" for folder in _folders(delivery.owner) for path in own
    )


def _folders(owner: Owner) -> Iterator[str]:
    """The folders that an owner names, as its text has them."""
    several = owner.value("spec", "sources")
    texts = [owner.text("spec", "source", "path")]
    texts += [str(value_at(one, ("path",)) or "") for one in (several if isinstance(several, list) else ())]
    if owner.kind is OwnerKind.FLUX_KUSTOMIZATION:
        texts = [owner.text("spec", "path") or "."]
    for text in filter(None, texts):
        path = posixpath.normpath(text.lstrip("/") or ".")
        yield "" if path == "." else path


def is_touched(violation: Violation, targets: Set[str], changed: Changed) -> bool:
    """Whether a violation is about a delivery of those, or stands in a file of the change."""
    on = violation.on
    if isinstance(on, DocumentRef):
        return on.file.path in changed.get(on.file.repo, ())
    if isinstance(on, Location):
        return on.file.path in changed.get(on.file.repo, ())
    files = sources_of(on.blame)
    return on.target in targets or any(one.path in changed.get(one.repo, ()) for one in files)
