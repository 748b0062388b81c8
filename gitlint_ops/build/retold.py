"""What the build noticed and the schema tells as well: told once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gitlint_ops.build.kustomize.no_effect import PATCH_MISSES_FIELD
from gitlint_ops.model.blame import at, origin
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.location import DocumentRef, FieldPath
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.targets import BuildResult

_UNKNOWN_FIELD = "unknown-field"
_WITHOUT_VALUE = frozenset({"substitution-undefined", "substitution-eats-script"})


def told_once(found: Iterable[Violation], told: Iterable[Violation]) -> Iterator[Violation]:
    """`found` without the JSON operations whose misspelt field is among the unknown fields `told`."""
    waiting = list(found)
    if any(one.rule == PATCH_MISSES_FIELD for one in waiting):
        known = set(_operations(told))
        waiting = [one for one in waiting if (one.rule, one.on, one.path[:-1]) not in known]
    yield from waiting


def _operations(told: Iterable[Violation]) -> Iterator[tuple[str, DocumentRef, FieldPath]]:
    """The operations of JSON patches that set unknown fields."""
    for one in told:
        if one.rule == _UNKNOWN_FIELD and isinstance(one.on, RenderedObject):
            source = origin(at(one.on.blame, one.path))
            if source.source_path[1:] == ("value",):
                yield PATCH_MISSES_FIELD, source.source, source.source_path[:-1]


def without_emptied(told: Iterable[Violation], builds: Iterable[BuildResult]) -> Iterator[Violation]:
    """`told` without what is wrong with values in which variables are missing, which the build says."""
    emptied = {
        (on.target, on.key, path)
        for build in builds
        for one in build.violations
        if one.rule in _WITHOUT_VALUE
        for on, path in ((one.on, one.path), *((note.on, note.path) for note in one.related))
        if isinstance(on, RenderedObject)
    }
    for one in told:
        on = one.on
        if not emptied or not isinstance(on, RenderedObject) or (on.target, on.key, one.path) not in emptied:
            yield one
