"""Names of generated Applications: each must be legal, and stand once in its set.

Source: validateGeneratedApplications in applicationset/controllers/applicationset_controller.go
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

from gitlint_ops.discover.applicationset.faults import NAMES, GeneratorFault
from gitlint_ops.discover.applicationset.parameters import ParamSet
from gitlint_ops.discover.known import KnownObjects
from gitlint_ops.model.findings import Confidence, Note
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.structure import value_at

_NAME = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*\Z")
_LONGEST = 253
_LONGEST_LABEL = 63
_MOST_TOLD = 3
_NORMALIZED = "use `nameNormalized`, `path.basenameNormalized` or, with Go templates, `normalize`"


class NamedSet(Struct, frozen=True):
    """A generated name, what it was made of, and where its template stands."""

    name: str
    of: ParamSet
    path: FieldPath


def longest_name(known: KnownObjects) -> int:
    """How many characters a name may have: where Argo CD tracks by label, as many as a label's value."""
    for held in known.named("", "ConfigMap", "argocd-cm"):
        if value_at(held.body, ("data", "application.resourceTrackingMethod")) == "label":
            return _LONGEST_LABEL
    return _LONGEST


def name_faults(named: Sequence[NamedSet], longest: int) -> tuple[list[int], list[GeneratorFault]]:
    """The indexes of those that the controller applies, and what is wrong with the others.

    Of several Applications with one name it applies none; the first is kept here, so that what it delivers
    is looked at all the same.
    """
    counts = Counter(one.name for one in named)
    kept: dict[str, int] = {}
    illegal: dict[FieldPath, list[tuple[NamedSet, str]]] = {}
    for index, one in enumerate(named):
        reason = _illegal(one.name, longest)
        if reason:
            illegal.setdefault(one.path, []).append((one, reason))
        else:
            kept.setdefault(one.name, index)
    faults = [_illegal_fault(path, found) for path, found in illegal.items()]
    doubled = [name for name, count in counts.items() if count > 1 and not _illegal(name, longest)]
    if doubled:
        faults.append(_clash(doubled, named))
    return list(kept.values()), faults


def _illegal(name: str, longest: int) -> str:
    if not name:
        return "an Application without a name is not applied"
    if len(name) > longest:
        why = " (Argo CD tracks by label here)" if longest == _LONGEST_LABEL else ""
        return f"an Application's name has at most {longest} characters{why}, '{name[:30]}…' has {len(name)}"
    if not _NAME.match(name):
        return f"'{name}' is no name for an Application: only lower case letters, digits, '-' and '.' are"
    return ""


def _illegal_fault(path: FieldPath, found: Sequence[tuple[NamedSet, str]]) -> GeneratorFault:
    first, reason = found[0]
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    return GeneratorFault(
        f"{reason}{more}",
        path,
        NAMES,
        hint=_NORMALIZED if first.name and not _NAME.match(first.name) else "",
        related=_notes([first]),
    )


def _clash(doubled: Sequence[str], named: Sequence[NamedSet]) -> GeneratorFault:
    name = doubled[0]
    of_name = [one for one in named if one.name == name]
    said = "; ".join(one.of.said for one in of_name[:_MOST_TOLD] if one.of.said)
    others = len(doubled) - 1
    more = f"; {others} other name{'s are' if others > 1 else ' is'} doubled as well" if others else ""
    return GeneratorFault(
        f"{len(of_name)} Applications of this set are called '{name}', so none of them is applied"
        f"{f': those for {said}' if said else ''}{more}",
        of_name[0].path,
        NAMES,
        hint="put what tells them apart into the name",
        related=_notes(of_name[:_MOST_TOLD]),
        # One inventory may tell of clusters that different Argo CDs know.
        confidence=Confidence.MEDIUM if all(one.of.clusters for one in of_name) else None,
    )


def _notes(named: Sequence[NamedSet]) -> tuple[Note, ...]:
    notes: dict[Note, None] = {}
    for one in named:
        place = next((found for names in one.of.places if (found := one.of.place(names))), None)
        if place is not None:
            notes[Note(place.source, place.source_path, f"from {one.of.said}")] = None
    return tuple(notes)
