"""Which source text set which field of an object that was built from several files.

A `Blame` is a tree beside an object's body. It only has nodes where the object differs from the
document it was read from, and it is never changed in place: as bodies share structure between
the overlays of one base, so do their blames.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import TypeAlias

from msgspec import Struct

from gitlint_ops.model.location import DocumentRef, FieldPath


class Via(Enum):
    """How a value came into an object."""

    RESOURCE = "resource"
    PATCH = "patch"
    GENERATOR = "generator"
    TRANSFORMER = "transformer"
    REPLACEMENT = "replacement"
    HELM_TEMPLATE = "helm-template"
    HELM_VALUES = "helm-values"
    SUBSTITUTION = "substitution"
    APPLICATIONSET = "applicationset"


class Origin(Struct, frozen=True):
    """A subtree that one place in a source file set.

    `verbatim` says that the subtree stands in the source as it is, so that a child of it stands
    at `source_path` plus the child's key; otherwise the source entry made the whole subtree
    (`namePrefix:`, a label, a generator literal). `over` is the blame of what stood there before.
    """

    source: DocumentRef
    source_path: FieldPath
    via: Via
    verbatim: bool = True
    over: Blame | None = None


class MapBlame(Struct, frozen=True):
    """A mapping as `base` says, but for the keys in `changed`."""

    base: Blame
    changed: Mapping[str, Blame]


class ListBlame(Struct, frozen=True):
    """A list whose items come from different places; `base` blames the list as a whole."""

    base: Blame
    items: tuple[Blame, ...]


Blame: TypeAlias = Origin | MapBlame | ListBlame


def child(blame: Blame, key: str | int) -> Blame:
    """The blame of one member of a mapping or one item of a list."""
    match blame:
        case MapBlame(base, changed):
            found = changed.get(key) if isinstance(key, str) else None
            return found if found is not None else child(base, key)
        case ListBlame(base, items):
            if isinstance(key, int) and -len(items) <= key < len(items):
                return items[key]
            return child(base, key)
        case Origin(source, source_path, via, verbatim, over):
            # Not `replace()`, which costs several times as much: every merged field passes here.
            path = (*source_path, key) if verbatim else source_path
            return Origin(source, path, via, verbatim, child(over, key) if over is not None else None)


def at(blame: Blame, path: FieldPath) -> Blame:
    """The blame of the field at `path`."""
    for key in path:
        blame = child(blame, key)
    return blame


def origin(blame: Blame) -> Origin:
    """The place that set this node itself, whatever set its children."""
    while not isinstance(blame, Origin):
        blame = blame.base
    return blame


def chain(blame: Blame) -> Iterator[Origin]:
    """The places that set this node, the last to act first, down to the first."""
    now: Blame | None = blame
    while now is not None:
        found = origin(now)
        yield found
        now = found.over


def with_blame(blame: Blame, path: FieldPath, new: Blame) -> Blame:
    """`blame` with the field at `path` set by `new`, sharing all else.

    A list on the way becomes a `ListBlame` only as far as it must: lists on the path keep their
    items' own blames. `new` stands as it is; give it `over` where a value is replaced.
    """
    if not path:
        return new
    key, rest = path[0], path[1:]
    inner = with_blame(child(blame, key), rest, new)
    if isinstance(key, str):
        if isinstance(blame, MapBlame):
            return MapBlame(blame.base, {**blame.changed, key: inner})
        return MapBlame(blame, {key: inner})
    if isinstance(blame, ListBlame) and key < len(blame.items):
        return ListBlame(blame.base, (*blame.items[:key], inner, *blame.items[key + 1 :]))
    return ListBlame(blame, (*(child(blame, i) for i in range(key)), inner))
