"""Findings that users accept, and faults of the words with which they do."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date

from msgspec import Struct, field
from msgspec.structs import replace

from gitlint_ops.model.cards import Card
from gitlint_ops.model.errors import did_you_mean
from gitlint_ops.model.findings import Finding, Suppression
from gitlint_ops.model.globs import Globs
from gitlint_ops.model.location import FileRef
from gitlint_ops.model.objects import ObjectKey
from gitlint_ops.triage.allowances import (
    FORM,
    Allowance,
    Annotation,
    Fault,
    PathAllowance,
    from_annotation,
    from_configuration,
)
from gitlint_ops.triage.comments import FileComments


class Accepted(Struct, frozen=True):
    """All that users have written to accept findings.

    `comments` holds the line and text of each comment that names gitlint-ops; `lines` gives the
    text of a file by lines, as the YAML reader counts them, and is asked for files with comments
    only. `annotations` are the values of `gitlint-ops.dev/allow` by target and rendered object.
    """

    comments: Mapping[FileRef, Sequence[tuple[int, str]]] = field(default_factory=dict)
    lines: Callable[[FileRef], Sequence[str]] = lambda _: ()
    annotations: Mapping[tuple[str, ObjectKey], Annotation] = field(default_factory=dict)
    paths: tuple[PathAllowance, ...] = ()


class Hygiene(Struct, frozen=True):
    """How faults of allowances are reported.

    `checked` says whether a rule looked at a file in this run: an allowance is unused only where
    it did. `known` are the ids of all rules, selected or not.
    """

    card: Card
    known: frozenset[str]
    checked: Callable[[FileRef, str], bool]


class Suppressions:
    """Applies what users accept to findings and remembers which of it served."""

    def __init__(self, accepted: Accepted, today: date) -> None:
        self._today = today
        self._all: dict[Allowance, None] = {}
        self._used: set[Allowance] = set()
        self._comments = {
            file: FileComments(file, comments, accepted.lines(file))
            for file, comments in accepted.comments.items()
            if comments
        }
        for one in self._comments.values():
            self._kept(one.allowances)
        self._annotations = {
            place: self._kept(from_annotation(annotation))
            for place, annotation in accepted.annotations.items()
        }
        self._entries = [
            (Globs(entry.paths), self._kept(from_configuration(entry))) for entry in accepted.paths
        ]
        self._by_path: dict[str, tuple[Allowance, ...]] = {}

    def apply(self, finding: Finding) -> Iterator[tuple[Finding, Suppression | None]]:
        """The finding and why it does not count, once for each answer that its targets give.

        An annotation that one overlay adds accepts the finding in that overlay only.
        """
        here = self._serving(finding, self._of_source(finding))
        if not self._annotations:
            yield finding, here
            return
        by_answer: defaultdict[Suppression | None, list[str]] = defaultdict(list)
        for target in finding.targets:
            there = self._serving(finding, self._of_object(finding, target))
            by_answer[here or there].append(target)
        if len(by_answer) <= 1:
            yield finding, next(iter(by_answer), here)
            return
        for answer, targets in by_answer.items():
            yield replace(finding, targets=tuple(targets)), answer

    def faults(self, hygiene: Hygiene) -> Iterator[Finding]:
        """Findings for what is written wrongly, has expired, or serves nothing."""
        for allowance in self._all:
            kind, message, hint = self._fault(allowance, hygiene)
            if kind:
                yield _fault_finding(hygiene.card, allowance, kind, message, hint)

    def _fault(self, allowance: Allowance, hygiene: Hygiene) -> tuple[str, str, str]:
        """Kind, message and hint of what is wrong, or three empty texts."""
        rule = allowance.rule
        if allowance.fault is not None:
            return (allowance.fault.value, *_TOLD[allowance.fault](allowance))
        if rule not in hygiene.known:
            meant = did_you_mean(rule, sorted(hygiene.known))
            hint = f"did you mean {meant!r}?" if meant else "`gitlint-ops rules` lists the rules"
            return "unknown", f"allows {rule!r}, and there is no such rule", hint
        if self._expired(allowance):
            hint = "fix the finding, or agree on a new date"
            return "expired", f"the allowance of {rule} ended on {allowance.until}", hint
        if allowance not in self._used and hygiene.checked(allowance.at.file, rule):
            return "unused", f"allows {rule}, and nothing here breaks that rule", "remove it"
        return "", "", ""

    def _kept(self, allowances: Iterable[Allowance]) -> tuple[Allowance, ...]:
        kept = tuple(allowances)
        self._all.update(dict.fromkeys(kept))
        return kept

    def _of_source(self, finding: Finding) -> Iterator[Allowance]:
        file = finding.location.file
        comments = self._comments.get(file)
        if comments is not None:
            yield from comments.about(finding.location)
        yield from self._of_path(file.path)

    def _of_path(self, path: str) -> tuple[Allowance, ...]:
        if path not in self._by_path:
            self._by_path[path] = tuple(
                allowance
                for patterns, allowances in self._entries
                if patterns.match(path)
                for allowance in allowances
            )
        return self._by_path[path]

    def _of_object(self, finding: Finding, target: str) -> tuple[Allowance, ...]:
        if finding.object is None:
            return ()
        return self._annotations.get((target, finding.object.key), ())

    def _serving(self, finding: Finding, allowances: Iterable[Allowance]) -> Suppression | None:
        """The first allowance that holds for the finding; all that hold count as used."""
        serving = [
            one
            for one in allowances
            if one.rule == finding.rule and one.fault is None and not self._expired(one)
        ]
        self._used.update(serving)
        if not serving:
            return None
        first = serving[0]
        return Suppression(first.reason, first.at, first.until.isoformat() if first.until else None)

    def _expired(self, allowance: Allowance) -> bool:
        return allowance.until is not None and self._today > allowance.until


_TOLD: Mapping[Fault, Callable[[Allowance], tuple[str, str]]] = {
    Fault.FORM: lambda _: ("this does not say what to allow", f"the form is `{FORM}`"),
    Fault.REASON: lambda one: (
        f"allows {one.rule} without a reason",
        "say why: the finding counts until then",
    ),
    Fault.DATE: lambda one: (
        f"{one.written!r} is no date, so {one.rule} is not allowed",
        "write until=2027-01-31",
    ),
}


def _fault_finding(card: Card, allowance: Allowance, kind: str, message: str, hint: str) -> Finding:
    told = json.dumps([card.id, allowance.at.file.path, kind, allowance.rule, allowance.written])
    return Finding(
        rule=card.id,
        severity=card.severity,
        confidence=card.confidence,
        message=message,
        hint=hint,
        location=allowance.at,
        object=None,
        path="",
        related=(),
        targets=(),
        fingerprint="sha256:" + hashlib.sha256(told.encode()).hexdigest()[:32],
    )
