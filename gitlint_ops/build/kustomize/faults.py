"""Why a build cannot go on, told at the entry that a person would edit."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from gitlint_ops.model.blame import Origin, Via
from gitlint_ops.model.disclosure import without_logins
from gitlint_ops.model.findings import Note, Severity, Violation
from gitlint_ops.model.location import DocumentRef, FieldPath, FileRef
from gitlint_ops.model.wording import clipped

if TYPE_CHECKING:
    from gitlint_ops.workspace.tree import Tree

BUILD_FAILED = "build-failed"
REFERENCE_MISSING = "reference-missing"
RESOURCE_ID_CONFLICT = "resource-id-conflict"


class Place(Struct, frozen=True):
    """A field of a source document: where an entry stands."""

    document: DocumentRef
    path: FieldPath = ()

    def of(self, *keys: str | int) -> Place:
        return Place(self.document, (*self.path, *keys))

    def origin(self, via: Via = Via.TRANSFORMER) -> Origin:
        """The entry as the maker of a value that does not stand in it as it is."""
        return Origin(self.document, self.path, via, verbatim=False)

    def note(self, message: str) -> Note:
        return Note(self.document, self.path, message)


class BuildFault(Exception):
    """A kustomization that does not build.

    `violations` tell it at the places to edit; they are the same objects for every overlay that
    takes in the failing base. There are none where the fault is reported elsewhere (a file that is
    no YAML). `inputs`, `included` and `elsewhere` are what had been read until then. `lasting` is False
    where the fault depends on who takes the folder in (a cycle), so that it must not be remembered.
    `way` are the entries by which the build came to the file at fault, the nearest first.
    """

    def __init__(self, reason: str, violations: tuple[Violation, ...] = (), *, lasting: bool = True) -> None:
        super().__init__(reason)
        self.reason = clipped(without_logins(reason))
        self.violations = violations
        self.lasting = lasting
        self.inputs: frozenset[str] = frozenset()
        self.included: frozenset[str] = frozenset()
        self.elsewhere: Mapping[FileRef, Place] = {}
        self.way: tuple[Note, ...] = ()

    def again(self, reason: str = "") -> BuildFault:
        """The same fault, to be raised once more, told with another reason if one is given."""
        copy = BuildFault(reason or self.reason, self.violations, lasting=self.lasting)
        copy.inputs, copy.included, copy.way = self.inputs, self.included, self.way
        copy.elsewhere = self.elsewhere
        return copy

    def seen_from(self, place: Place, tree: Tree, reason: str) -> BuildFault:
        """The fault of a folder in another repository, as it is told by who refers there at `place`."""
        copy = self.again(reason)
        files = (*(tree.ref(path) for path in self.inputs), *self.elsewhere)
        copy.elsewhere = dict.fromkeys(files, place)
        copy.inputs, copy.included = frozenset(), frozenset()
        return copy


def fault(
    message: str,
    place: Place,
    *,
    rule: str = BUILD_FAILED,
    hint: str = "",
    related: Iterable[Note] = (),
    at_key: bool = False,
) -> BuildFault:
    """A fault with one violation at `place`."""
    return BuildFault(
        f"{place.document.file.path}: {message}",
        (violation(message, place, rule=rule, hint=hint, related=related, at_key=at_key),),
    )


def violation(
    message: str,
    place: Place,
    *,
    rule: str,
    hint: str = "",
    related: Iterable[Note] = (),
    at_key: bool = False,
    severity: Severity | None = None,
) -> Violation:
    return Violation(
        on=place.document,
        path=place.path,
        message=message,
        related=tuple(related),
        hint=hint,
        rule=rule,
        at_key=at_key,
        severity=severity,
    )


_MOST_EDITS = 3
_STEMS_ALIKE = 0.6


def near_file(name: str, known: Iterable[str]) -> str:
    """The one known file name that `name` misspells, or "".

    Files of a folder are named alike (`redis-charts.yaml`, `gitea-charts.yaml`), so that only few
    slips count as one.
    """
    return next(
        (
            other
            for other in difflib.get_close_matches(name, known, n=3, cutoff=0.75)
            if (_is_like(name, other, 0.8) or sorted(name) == sorted(other))
            and _edits(name, other) <= _MOST_EDITS
            and _is_like(_stem(name), _stem(other), _STEMS_ALIKE)
        ),
        "",
    )


def _is_like(left: str, right: str, ratio: float) -> bool:
    return difflib.SequenceMatcher(None, left, right).ratio() >= ratio


def _stem(name: str) -> str:
    return name.partition(".")[0]


def _edits(left: str, right: str) -> int:
    """How many characters must change, about."""
    steps = difflib.SequenceMatcher(None, left, right).get_opcodes()
    return sum(max(end - start, to - since) for tag, start, end, since, to in steps if tag != "equal")


OURS = "gitlint-ops: "
"""What a reason begins with that is a limit of ours; kustomize knows none."""


def because(reason: str) -> str:
    """A reason in parentheses, with the name of the one who gives it."""
    return f"({reason})" if reason.startswith(OURS) else f"(kustomize: {reason})"


def because_of(error: Exception, before: str = "", after: str = "") -> str:
    """The same for an error, which kustomize tells with words `before` and `after` it."""
    reason = str(error)
    return because(reason if reason.startswith(OURS) else f"{before}{reason}{after}")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint naming the one known word that is close to `word`, or ""."""
    by_lower = {name.lower(): name for name in known}
    close = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.75)
    return f"did you mean {by_lower[close[0]]!r}?" if close else ""
