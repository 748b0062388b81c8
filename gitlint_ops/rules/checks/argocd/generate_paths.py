"""manifest-generate-paths: files that an Application reads and Argo CD does not watch for it.

Source: argo-cd docs/operator-manual/high_availability.md (Manifest Paths Annotation),
util/app/path/path.go (GetAppRefreshPaths, AppFilesHaveChanged)
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from gitlint_ops.model.delivery import Delivery, OwnerKind
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.structure import value_at
from gitlint_ops.rules.checks.argocd.sources import argo_sources
from gitlint_ops.rules.deliveries import Deliveries
from gitlint_ops.rules.subjects import Facts, Params

_ANNOTATION = "argocd.argoproj.io/manifest-generate-paths"
_PATH: FieldPath = ("metadata", "annotations", _ANNOTATION)
_GLOB = "*?["


def unwatched(deliveries: Deliveries, _params: Params, _facts: Facts) -> Iterator[Violation]:
    """Applications whose rendering reads a file outside of the paths that a push is compared with."""
    for delivery in deliveries.of_kind(OwnerKind.APPLICATION):
        found = _unwatched(delivery)
        if found is not None:
            yield found


def _unwatched(delivery: Delivery) -> Violation | None:
    text = value_at(delivery.owner.object.body, _PATH)
    result = delivery.result
    if not isinstance(text, str) or result is None or not result.objects:
        return None
    entries = [one.strip() for one in text.split(";") if one.strip()]
    folders = [str(source.get("path") or "") for _, source in argo_sources(delivery.owner.object.body)]
    if not entries or len(folders) != 1 or any(one in text for one in _GLOB):
        return None
    watched = [_watched(one, folders[0]) for one in entries]
    missed = sorted(path for path in result.inputs if not any(_is_in(path, one) for one in watched))
    if not missed:
        return None
    more = f" and {len(missed) - 1} more" if len(missed) > 1 else ""
    folder = posixpath.dirname(missed[0])
    start = posixpath.normpath(folders[0] or ".")
    return Violation(
        delivery.owner.object,
        _PATH,
        f"the Application also reads {missed[0]}{more}, which these paths leave out: a push that changes it "
        "is not seen",
        hint=f"add ;{posixpath.relpath(folder or '.', start)} to the annotation",
    )


def _watched(entry: str, folder: str) -> str:
    """The folder or file that an entry means, from the repository's root."""
    path = entry.lstrip("/") if entry.startswith("/") else posixpath.join(folder, entry)
    normal = posixpath.normpath(path or ".")
    return "" if normal == "." else normal


def _is_in(path: str, folder: str) -> bool:
    return not folder or path == folder or path.startswith(f"{folder}/")
