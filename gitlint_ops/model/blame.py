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

from gitlint_ops.model.location import DocumentRef, FieldPath, FileRef


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
    over: Below | None = None


class Stacked(Struct, frozen=True):
    """What set a value that was copied from elsewhere, and what set the value that it replaced."""

    source: Below
    replaced: Below


class MapBlame(Struct, frozen=True):
    """A mapping as `base` says, but for the keys in `changed`."""

    base: Blame
    changed: Mapping[str, Blame]


class ListBlame(Struct, frozen=True):
    """A list whose items come from different places; `base` blames the list as a whole."""

    base: Blame
    items: tuple[Blame, ...]


class FieldBlame(Struct, frozen=True):
    """As `base` says, but for the field at `path`, which `by` set.

    What transformers leave behind: one node, however deep the field is, where a `MapBlame` takes one
    for every mapping on the way. `replaced`: there was a value before, and so `by` is over what set
    that. `count` is how many of these nodes lie upon each other.
    """

    base: Blame
    path: FieldPath
    by: Origin
    replaced: bool
    count: int


Blame: TypeAlias = Origin | MapBlame | ListBlame | FieldBlame
Below: TypeAlias = Blame | Stacked

LONGEST_CHAIN = 100
"""Places that a chain tells of. A value set more often loses those in the middle, so that neither a
thousand patches of one field nor replacements that copy to and fro cost more than their number."""

_MOST_FIELDS = 40
"""Fields set one by one; of more, mappings are made, or each look-up would go through all of them."""


def child(blame: Blame, key: str | int) -> Blame:
    """The blame of one member of a mapping or one item of a list."""
    later: list[FieldBlame] = []
    while not isinstance(blame, Origin):
        if isinstance(blame, FieldBlame):
            if blame.path[0] == key:
                later.append(blame)
        elif isinstance(blame, MapBlame):
            found = blame.changed.get(key) if isinstance(key, str) else None
            if found is not None:
                return _with_fields(found, later) if later else found
        elif isinstance(key, int) and -len(blame.items) <= key < len(blame.items):
            return _with_fields(blame.items[key], later) if later else blame.items[key]
        blame = blame.base
    made = _member_of(blame, key)
    return _with_fields(made, later) if later else made


def _member_of(blame: Origin, key: str | int) -> Origin:
    """The blame of a member of what places set as a whole, each over those before it."""
    links = [blame]
    while isinstance(below := links[-1].over, Origin):
        links.append(below)
    member: Below | None = None if below is None else _member_below(below, key)
    for one in reversed(links):
        # Not `replace()`, which costs several times as much: every merged field passes here.
        path = (*one.source_path, key) if one.verbatim else one.source_path
        made = member = Origin(one.source, path, one.via, one.verbatim, member)
    return made


def _member_below(below: Below, key: str | int) -> Below:
    if isinstance(below, Stacked):
        return _stacked(_member_below(below.source, key), _member_below(below.replaced, key))
    return child(below, key)


def _with_fields(blame: Blame, later: list[FieldBlame]) -> Blame:
    """The blame of a member with the fields that were set in it since, the last of them first."""
    for one in reversed(later):
        blame = _set(blame, one.path[1:], one.by, one.replaced)
    return blame


def with_field(blame: Blame, path: FieldPath, by: Origin, *, replaced: bool) -> Blame:
    """`blame` with the field at `path` set by a place; `replaced`: over what set its value before."""
    if isinstance(blame, FieldBlame) and blame.count >= _MOST_FIELDS:
        blame = _as_mappings(blame)
    return _set(blame, path, by, replaced)


def _set(blame: Blame, path: FieldPath, by: Origin, replaced: bool) -> Blame:
    if not path:
        return over(by, blame) if replaced else by
    return FieldBlame(blame, path, by, replaced, blame.count + 1 if isinstance(blame, FieldBlame) else 1)


def _as_mappings(blame: Blame) -> Blame:
    """The same as a `MapBlame` of all that was set."""
    fields: list[FieldBlame] = []
    while isinstance(blame, FieldBlame):
        fields.append(blame)
        blame = blame.base
    for one in reversed(fields):
        old = at(blame, one.path) if one.replaced else None
        blame = with_blame(blame, one.path, over(one.by, old))
    return blame


def _child_below(over: Below, key: str | int) -> Below:
    if isinstance(over, Stacked):
        return _stacked(_child_below(over.source, key), _child_below(over.replaced, key))
    return child(over, key)


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


def chain(blame: Below) -> Iterator[Origin]:
    """The places that set this node, the last to act first, down to the first."""
    waiting = [blame]
    before: tuple[DocumentRef, FieldPath] | None = None
    while waiting:
        now = waiting.pop()
        if isinstance(now, Stacked):
            waiting += (now.replaced, now.source)
            continue
        found = origin(now)
        place = (found.source, found.source_path)
        if place != before:  # an entry may set a field twice in a row
            yield found
        before = place
        if found.over is not None:
            waiting.append(found.over)


def over(new: Origin, old: Blame | None) -> Origin:
    """A place that sets a value over what set it before. What `new` is over already comes between."""
    below: Below | None = old
    if new.over is not None:
        below = _stacked(new.over, old)
    elif old is None:
        return new
    elif _length(old) >= LONGEST_CHAIN:
        below = origin(old).over
    return Origin(new.source, new.source_path, new.via, new.verbatim, below)


def _stacked(source: Below, replaced: Below | None) -> Below:
    """Both, or as much of them as a chain may tell."""
    length = _length(source)
    if length >= LONGEST_CHAIN:
        first = next(chain(source))
        return Origin(first.source, first.source_path, first.via, first.verbatim)
    if replaced is None or length + _length(replaced) >= LONGEST_CHAIN:
        return source
    return Stacked(source, replaced)


def _length(blame: Below) -> int:
    """How many places a chain has; more than the limit are not counted."""
    length, waiting = 0, [blame]
    while waiting and length <= LONGEST_CHAIN:
        now = waiting.pop()
        if isinstance(now, Stacked):
            waiting += (now.replaced, now.source)
            continue
        length += 1
        below = origin(now).over
        if below is not None:
            waiting.append(below)
    return length


def takes_elsewhere(origin: Origin) -> bool:
    """Whether a place took the value from another field, whose places then follow in the chain.

    So do replacements, variables, and JSON patches that move or copy.
    """
    if origin.verbatim or origin.over is None:
        return False
    by_replacement = origin.via is Via.REPLACEMENT and origin.source_path[-1:] != ("sourceValue",)
    # An operation is an item of a list; what a name refers to may have been renamed by its `value`.
    return by_replacement or (origin.via is Via.PATCH and isinstance(origin.source_path[-1], int))


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


def with_members(blame: Blame, fields: Mapping[FieldPath, Blame]) -> Blame:
    """`blame` with many fields of mappings within mappings set at once, as `with_blame` sets one."""
    if not fields:
        return blame
    changed: dict[str, Blame] = {}
    below: dict[str, dict[FieldPath, Blame]] = {}
    for path, new in fields.items():
        if len(path) == 1:
            changed[str(path[0])] = new
        else:
            below.setdefault(str(path[0]), {})[path[1:]] = new
    for key, inner in below.items():
        changed[key] = with_members(child(blame, key), inner)
    return MapBlame(blame, changed)


def sources_of(blame: Below) -> frozenset[FileRef]:
    """The files that any part of an object comes from."""
    found: set[FileRef] = set()
    waiting: list[Below] = [blame]
    while waiting:
        now = waiting.pop()
        if isinstance(now, Stacked):
            waiting += (now.source, now.replaced)
        elif isinstance(now, Origin):
            found.add(now.source.file)
            waiting += [now.over] if now.over is not None else []
        elif isinstance(now, MapBlame):
            waiting += (now.base, *now.changed.values())
        elif isinstance(now, ListBlame):
            waiting += (now.base, *now.items)
        else:
            waiting += (now.base, now.by)
    return frozenset(found)
