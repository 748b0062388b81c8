"""What servers said, a block for each cluster: between the findings and the summary of a text report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from gitlint_ops.model.objects import ObjectKey
from gitlint_ops.model.rehearsal import FieldChange, PlannedChange, ServerSummary
from gitlint_ops.model.removed_apis import kubernetes_minor
from gitlint_ops.model.results import CheckResult
from gitlint_ops.report.rehearsals import told_fields
from gitlint_ops.report.text.findings import Page
from gitlint_ops.report.text.paint import printable

SHOWN_NAMES = 5
VALUE_COLUMNS = 60
LISTED = " " * 4

WORDS: Mapping[str, tuple[str, str]] = {
    "accepted": ("accepted", "accepted"),
    "compared": ("compared", "compared"),
    "rejected": ("rejected", "rejected"),
    "prerequisite": ("waits for what the same sync creates", "wait for what the same sync creates"),
    "not-applied": ("never applied by its operator", "never applied by their operators"),
    "unknown-kind": ("of a kind that the server does not know", "of kinds that the server does not know"),
    "unverifiable": ("could not be judged", "could not be judged"),
    "unasked": ("not asked", "not asked"),
}
"""Of one object, and of several, in the order in which they are said."""

PLANNED = (("create", "creates", "+"), ("change", "changes", "~"), ("prune", "prunes", "-"))
NONE = "none"


def rehearsal_blocks(result: CheckResult, view: Page) -> Iterator[str]:
    """A block for each cluster that was rehearsed, with an empty line after it."""
    for one in result.rehearsals or ():
        yield view.paint(_title(one), "heading")
        yield from (f"  {line}".rstrip() for line in _lines(one, view))
        yield ""


def _title(summary: ServerSummary) -> str:
    if summary.cluster:
        environment = f" ({summary.environment})" if summary.environment else ""
        what = f"Cluster {summary.cluster}{environment}"
    else:
        what = f"Environment {summary.environment}" if summary.environment else "All targets"
    return printable(f"{what} on {summary.server}, Kubernetes {summary.release}")


def _lines(summary: ServerSummary, view: Page) -> Iterator[str]:
    if summary.wanted and kubernetes_minor(summary.wanted) != kubernetes_minor(summary.release):
        yield printable(f"judged by {summary.release}, though Kubernetes {summary.wanted} is asked for here")
    yield _counts(summary)
    yield from _not_applied(summary, view)
    yield from _planned(summary, view)
    yield from _by_hand(summary)
    yield from _assumed(summary, view)
    yield from _named("webhooks that nothing serves here, and that were not asked:", _webhooks(summary), view)
    yield from (f"note: {printable(one)}" for one in summary.notes)
    yield from _gaps(summary.gaps, view)
    if summary.lost:
        yield f"{view.paint('server lost', 'error')}: {printable(summary.lost)}; what it said before counts"


def _counts(summary: ServerSummary) -> str:
    counted = Counter(dict(summary.objects))
    order = [*WORDS, *sorted(counted.keys() - WORDS.keys())]
    said = [
        f"{counted[word]:,} {WORDS.get(word, (word, word))[counted[word] != 1]}"
        for word in order
        if counted[word]
    ]
    total = counted.total()
    lasted = f" in {summary.seconds:.1f} s" if summary.seconds else ""
    return f"{_number(total, 'object')}{lasted}{': ' if said else ''}{', '.join(said)}"


def _not_applied(summary: ServerSummary, view: Page) -> Iterator[str]:
    """The objects that their operators never apply, with -v."""
    held = summary.not_applied if view.verbose else ()
    if held:
        yield "never applied by their operators:"
    for key, target, why in held:
        yield f"{LISTED}{_named_key(key)} [{view.target(target)}]: {printable(why)}"


def _planned(summary: ServerSummary, view: Page) -> Iterator[str]:
    if not summary.compared:
        return
    planned = [one for one in summary.changes if one.action != NONE]
    number = summary.uncompared
    unknown = f"; what it does to {_number(number, 'object')} is not known" if number else ""
    if not planned:
        is_part = summary.lost or number
        yield f"the next sync changes nothing{' of what could be compared' if is_part else ''}{unknown}"
        return
    counted = Counter(one.action for one in planned)
    said = ", ".join(f"{word} {counted[action]:,}" for action, word, _ in PLANNED if counted[action])
    yield f"the next sync {said}{'' if view.verbose else ' (-v lists them)'}{unknown}"
    if view.verbose:
        for one in planned:
            yield from _change(one, view)


def _change(change: PlannedChange, view: Page) -> Iterator[str]:
    sign = next((sign for action, _, sign in PLANNED if action == change.action), "?")
    at = f"  {view.file(change.at.file)}:{change.at.line}" if change.at else ""
    note = f"  ({printable(change.note)})" if change.note else ""
    yield f"{LISTED}{sign} {_named_key(change.key)}{at}{note}"
    for one in told_fields(change):
        yield f"{LISTED}    {_field(one)}"


def _by_hand(summary: ServerSummary) -> Iterator[str]:
    """With -v the fields themselves are among the planned changes."""
    counted = [sum(field.by_hand for field in one.fields) for one in summary.changes]
    touched = [*filter(None, counted)]
    if not touched:
        return
    number = sum(touched)
    objects = _number(len(touched), "object")
    yield f"changed by hand, and taken back by the next sync: {_number(number, 'field')} of {objects}"


def _field(field: FieldChange) -> str:
    by = f"by {'hand: ' if field.by_hand else ''}{field.manager}" if field.manager else ""
    who = ", ".join(part for part in (by, field.time) if part)
    change = f"{_value(field.before)} -> {_value(field.after)}"
    return f"{printable(field.path)}: {change}{f'  ({printable(who)})' if who else ''}"


def _value(text: str) -> str:
    shown = printable(text) or "nothing"
    return shown if len(shown) <= VALUE_COLUMNS else f"{shown[: VALUE_COLUMNS - 1]}\u2026"


def _named_key(key: ObjectKey) -> str:
    return printable(f"{key.kind} {f'{key.namespace}/' if key.namespace else ''}{key.name}")


def _assumed(summary: ServerSummary, view: Page) -> Iterator[str]:
    by_kind: dict[str, list[str]] = {}
    for kind, name in summary.assumed:
        by_kind.setdefault(kind, []).append(name)
    for kind, names in by_kind.items():
        yield from _named(f"taken to be there, as nothing here renders it: {printable(kind)}", names, view)


def _webhooks(summary: ServerSummary) -> list[str]:
    return [*summary.absent_webhooks]


def _named(what: str, names: Sequence[str], view: Page) -> Iterator[str]:
    limit = len(names) if view.verbose else SHOWN_NAMES
    if names:
        rest = f" and {len(names) - limit} more" if len(names) > limit else ""
        yield f"{what} {', '.join(printable(one) for one in names[:limit])}{rest}"


def _gaps(gaps: Sequence[str], view: Page) -> Iterator[str]:
    if not gaps:
        return
    one = len(gaps) == 1
    more = "" if view.verbose else f"; -v prints {'a report' if one else 'reports'} to send us"
    yield f"{_number(len(gaps), 'object')} that `check` passes {'is' if one else 'are'} refused here{more}"
    for gap in gaps if view.verbose else ():
        yield from (f"{LISTED}{printable(line)}".rstrip() for line in gap.splitlines())
        yield ""


def _number(number: int, word: str) -> str:
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"
