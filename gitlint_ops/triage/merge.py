"""One cause, one finding: a fault of a base is told once, with all the targets that it reaches."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from msgspec.structs import replace

from gitlint_ops.model.findings import Confidence, Finding, Related

_CONFIDENCES = (Confidence.LOW, Confidence.MEDIUM, Confidence.HIGH)


def merge(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings in report order, those of one rule on one source field as one.

    The order in which they come does not matter. Where the text differs between targets, the
    first target's stands for all; severity and confidence are the highest of any. Two texts for
    one target are two faults and stay apart.
    """
    groups: defaultdict[tuple[Any, ...], list[Finding]] = defaultdict(list)
    for finding in findings:
        groups[_group(finding)].append(finding)
    merged = [_united(fault) for group in groups.values() for fault in _faults(group)]
    return tuple(sorted(merged, key=order))


def _group(finding: Finding) -> tuple[Any, ...]:
    """What findings of one fault share: their place, or a cause that shows at several places."""
    if finding.cause:
        return finding.rule, finding.cause, finding.fingerprint
    return finding.rule, finding.location, finding.path, finding.fingerprint


def order(finding: Finding) -> tuple[Any, ...]:
    """Sorts findings by file, line and rule, and by all else that users see where those are equal."""
    at = finding.location
    return (
        at.file.repo,
        at.file.path,
        at.line,
        finding.rule,
        at.column,
        at.end_line,
        at.end_column,
        finding.path,
        finding.message,
        finding.targets,
        finding.fingerprint,
    )


def _faults(group: Sequence[Finding]) -> list[list[Finding]]:
    """Findings at one place, one list for each fault."""
    if len(group) == 1:
        return [list(group)]
    alike = _alike(group)
    seen: set[str] = set()
    for fault in alike:
        reached = {target for finding in fault for target in finding.targets or ("",)}
        if seen & reached:
            return alike
        seen |= reached
    return [list(group)]


def _alike(group: Sequence[Finding]) -> list[list[Finding]]:
    """Findings with the same text, or the same but for the names of their objects."""
    by_text: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in group:
        by_text[finding.message].append(finding)
    by_form: defaultdict[str, list[Finding]] = defaultdict(list)
    for same in by_text.values():
        by_form[min(map(_nameless, same))].extend(same)
    return list(by_form.values())


def _nameless(finding: Finding) -> str:
    """The message without the rendered names, which overlays change (`namePrefix`, `namespace`)."""
    text = finding.message
    if finding.object is None:
        return text
    for name in (finding.object.key.name, finding.object.key.namespace):
        if name:
            text = re.sub(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", "\0", text)
    return text


def _united(alike: Sequence[Finding]) -> Finding:
    if len(alike) == 1:
        return replace(alike[0], targets=_sorted_targets(alike), related=_related(alike))
    ordered = _at_first_place(sorted(alike, key=_choice))
    edits = {finding.edit for finding in ordered}
    return replace(
        ordered[0],
        severity=max(finding.severity for finding in ordered),
        confidence=max((finding.confidence for finding in ordered), key=_CONFIDENCES.index),
        related=_related(ordered),
        targets=_sorted_targets(ordered),
        # An edit that mends one target and not the other is no longer the finding's.
        edit=ordered[0].edit if len(edits) == 1 else None,
    )


def _at_first_place(alike: Sequence[Finding]) -> list[Finding]:
    """Findings of one cause at several places: the first place stands for all, the others beside it."""
    places = {finding.location for finding in alike}
    if len(places) == 1:
        return list(alike)
    first = min(places)
    others = tuple(Related(one, "here too") for one in sorted(places - {first}))
    ordered = sorted(alike, key=lambda finding: finding.location != first)
    return [replace(ordered[0], related=(*ordered[0].related, *others)), *ordered[1:]]


def _choice(finding: Finding) -> tuple[Any, ...]:
    """Orders findings of one fault by everything they hold, so that no other order shows through."""
    named = finding.object
    return (
        sorted(finding.targets),
        (named.key, named.api_version) if named else (),
        finding.message,
        finding.hint,
        finding.severity.rank,
        finding.confidence.value,
        [(related.location, related.message, related.in_chain) for related in finding.related],
        repr(finding.edit),
    )


def _sorted_targets(alike: Sequence[Finding]) -> tuple[str, ...]:
    return tuple(sorted({target for finding in alike for target in finding.targets}))


def _related(alike: Sequence[Finding]) -> tuple[Related, ...]:
    """The places of all, without repeats; the links of the chain come before other places."""
    distinct = dict.fromkeys(related for finding in alike for related in finding.related)
    return tuple(sorted(distinct, key=lambda related: not related.in_chain))
