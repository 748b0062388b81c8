"""The end of a text report: how much was checked, what came of it, what was not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice

from gitlint_ops.model.findings import Severity, State
from gitlint_ops.model.results import CheckResult, Measure
from gitlint_ops.model.targets import Status
from gitlint_ops.report.counts import Counts, count
from gitlint_ops.report.text.findings import Page
from gitlint_ops.report.text.paint import printable

SHOWN_KINDS = 5
SHOWN_TARGETS = 3
SHOWN_REASONS = 10


def summary(result: CheckResult, view: Page) -> Iterator[str]:
    """One line where all is clean and checked; else also what was found and what was not checked."""
    counts = count(result)
    gaps = [*_not_checked(result, view)]
    if view.verbose:
        yield from _targets(result, view)
    complete = not gaps and all(one.is_complete for one in result.rehearsals or ())
    yield _verdict(result, counts, view, complete=complete)
    fixable = sum(one.finding.edit is not None and one.state is State.NEW for one in result.findings)
    if fixable:
        yield f"{fixable:,} fixable with `gitlint-ops fix` (what is rendered stays the same)."
    if gaps:
        yield view.paint("Not checked:", "heading")
        yield from gaps


def _verdict(result: CheckResult, counts: Counts, view: Page, *, complete: bool) -> str:
    checked = f"{'rehearsed' if result.rehearsals is not None else 'checked'} {_checked(result, counts)}"
    apart = [
        f"{counts.states[state]} {words}"
        for state, words in ((State.SUPPRESSED, "allowed"), (State.BASELINED, "in the baseline"))
        if counts.states[state]
    ]
    beside = f" ({', '.join(apart)})" if apart else ""
    if counts.counting:
        found = _join(
            view.paint(_number(counts.severities[severity], severity.value), severity.value)
            for severity in sorted(Severity, reverse=True)
            if counts.severities[severity]
        )
        files = {one.finding.location.file for one in result.findings if one.state is State.NEW}
        return f"Found {found} in {_number(len(files), 'file')}{beside}; {checked}."
    clean = complete and bool(result.targets) and all(one.status is Status.BUILT for one in result.targets)
    word = view.paint("Clean", "good") if clean else view.paint("No findings", "heading")
    return f"{word}{beside}: {checked}."


def _checked(result: CheckResult, counts: Counts) -> str:
    coverage = result.coverage
    told = [number for one in result.rehearsals or () for _, number in one.objects]
    objects = sum(told) if result.rehearsals is not None else sum(one.objects for one in result.targets)
    targets = _number(len(result.targets), "target")
    others = [
        f"{counts.statuses[status]} {status.value}"
        for status in (Status.FAILED, Status.UNCHECKED)
        if counts.statuses[status]
    ]
    outcome = f" ({', '.join(others)})" if others else ""
    how = (
        f"on {_number(len(result.rehearsals), 'server')}"
        if result.rehearsals is not None
        else f"with {_number(len(result.cards), 'rule')}"
    )
    return (
        f"{_number(objects, 'object')} of {targets}{outcome} from {_number(coverage.files, 'file')} "
        f"{how} in {_seconds(result.seconds)}"
    )


def _not_checked(result: CheckResult, view: Page) -> Iterator[str]:
    by_reason: defaultdict[str, dict[str, None]] = defaultdict(dict)
    places: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for one in result.unchecked:
        by_reason[one.reason][one.target] = None
        places[one.reason].update({one.place: None} if one.place else {})
    limit = len(by_reason) if view.verbose else SHOWN_REASONS
    for reason, targets in islice(by_reason.items(), limit):
        names = _few([view.target(one) for one in targets], view)
        at = _few([printable(one) for one in places[reason]], view)
        yield f"  {at}: {printable(reason)} [{names}]" if at else f"  {names}: {printable(reason)}"
    if len(by_reason) > limit:
        yield f"  {len(by_reason) - limit} more, shown with -v"
    # A server knows its kinds and rules, whatever schemas there are here.
    unvalidated = () if result.rehearsals is not None else result.coverage.unvalidated
    if unvalidated:
        objects = _number(sum(number for _, number in unvalidated), "object")
        kinds = [f"{printable(gvk)} ({number})" for gvk, number in _largest(unvalidated)]
        limit = len(kinds) if view.verbose else SHOWN_KINDS
        rest = f", and {len(kinds) - limit} more" if len(kinds) > limit else ""
        of_kinds = f"{_number(len(kinds), 'kind')} without a schema"
        yield f"  {objects} of {of_kinds}: {', '.join(kinds[:limit])}{rest}"
    if result.rehearsals is None:
        yield from _coverage(result)
    left_out = result.coverage.left_out
    if left_out:
        files = _number(sum(number for _, number in left_out), "file")
        reasons = ", ".join(f"{printable(reason)} ({number})" for reason, number in _largest(left_out))
        yield f"  {files} left out: {reasons}"


def _coverage(result: CheckResult) -> Iterator[str]:
    """Objects that were judged in part, and the share that was judged in full where that is not all."""
    partly = result.coverage.unverifiable
    if partly:
        objects = _number(sum(number for _, number in partly), "object")
        reasons = ", ".join(f"{printable(reason)} ({number})" for reason, number in partly)
        yield f"  {objects} judged in part: {reasons}"
    measure = result.coverage.measure
    if measure.percent is not None and measure.validated < measure.objects:
        asked = "" if result.is_covered else f"; {result.min_coverage:g} % are asked for"
        yield f"  coverage: {measure.percent} % of {_number(measure.objects, 'object')} judged in full{asked}"


def _of_target(measure: Measure | None) -> str:
    """What was not judged in full, "" where all was."""
    if measure is None or measure.validated == measure.objects:
        return ""
    parts = [
        f"{number} {words}"
        for number, words in ((measure.unvalidated, "without a schema"), (measure.unverifiable, "in part"))
        if number
    ]
    return f", {measure.percent} % judged in full: {', '.join(parts)}"


def _few(names: Sequence[str], view: Page) -> str:
    limit = len(names) if view.verbose else SHOWN_TARGETS
    rest = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + rest


def _largest(counted: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    return sorted(counted, key=lambda held: (-held[1], held[0]))


def _targets(result: CheckResult, view: Page) -> Iterator[str]:
    if not result.targets:
        return
    yield view.paint("Targets", "heading")
    for one in result.targets:
        outcome = printable(one.reason) if one.reason else _number(one.objects, "object")
        status, kind = one.status.value, one.target.kind.value
        yield f"  {status:<9}  {kind:<9}  {view.target(one.target.id)}  ({outcome}{_of_target(one.measure)})"
    yield ""


def _seconds(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.0f} s"


def _number(number: int, word: str) -> str:
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


def _join(parts: Iterator[str]) -> str:
    *most, last = parts
    return f"{', '.join(most)} and {last}" if most else last
