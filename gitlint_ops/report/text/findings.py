"""Findings for people, grouped by file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from msgspec import Struct

from gitlint_ops.model.disclosure import hides
from gitlint_ops.model.findings import Finding, ObjectName, State, TriagedFinding
from gitlint_ops.model.location import FileRef, Location
from gitlint_ops.model.results import CheckResult
from gitlint_ops.report.text.excerpt import excerpt, is_one_field
from gitlint_ops.report.text.folding import Folded, fold
from gitlint_ops.report.text.options import TextOptions, Verbosity
from gitlint_ops.report.text.paint import Painter, painter, printable

SECRET_RULE = "secret-plaintext"  # noqa: S105 - the name of a rule
SECRETS_GROUP = "secrets"
_VARIABLE = re.compile(r"\benv\[[^]]*\]\.value\b")  # whose name only rules know to be a secret's
_SHOWN_OF_SECRETS = ("apiVersion", "kind", "metadata")
SHOWN_TARGETS = 3
SHOWN_RELATED = 8
INDENT = " " * 4


class Page(Struct, frozen=True):
    """What all lines of one report share."""

    options: TextOptions
    paint: Painter
    several: bool
    secret_rules: frozenset[str]
    secret_lines: frozenset[tuple[FileRef, int]]
    of_servers: bool = False

    @property
    def verbose(self) -> bool:
        return self.options.verbosity >= Verbosity.VERBOSE

    def file(self, file: FileRef) -> str:
        if self.options.file_name is not None:
            return printable(self.options.file_name(file))
        return printable(f"{file.repo}/{file.path}" if self.several else file.shown)

    def place(self, location: Location) -> str:
        return f"{self.file(location.file)}:{location.line}:{location.column}"

    def target(self, target: str) -> str:
        """A target's id, without the repository's name where there is but one."""
        repo, _, path = target.partition("//")
        if self.several or not _:
            return printable(target)
        return printable(path or f"{repo} (root)")


def page(result: CheckResult, options: TextOptions) -> Page:
    """The page for a result: which names are needed, and which lines hold secrets."""
    repos = {name for name, _ in result.roots}
    repos.update(one.target.repo for one in result.targets)
    repos.update(one.finding.location.file.repo for one in result.findings)
    secret_rules = frozenset(
        [SECRET_RULE, *(card.id for card in result.cards if card.group == SECRETS_GROUP)]
    )
    places = (one.finding.location for one in result.findings if one.finding.rule in secret_rules)
    secret_lines = frozenset((place.file, place.line) for place in places)
    return Page(
        options,
        painter(options.colour),
        len(repos) > 1,
        secret_rules,
        secret_lines,
        result.rehearsals is not None,
    )


def one_liners(result: CheckResult, view: Page) -> Iterator[str]:
    """A line for each finding that counts, as editors and `grep` like it."""
    for one in _counting(result.findings):
        finding = one.finding
        severity = view.paint(finding.severity.value, finding.severity.value)
        yield f"{view.place(finding.location)}: {severity}[{finding.rule}] {printable(finding.message)}"


def finding_blocks(result: CheckResult, view: Page) -> Iterator[str]:
    """Lines for the findings that count, under their files; many of a kind are folded.

    With `-v` those that do not count are there too, and nothing is folded.
    """
    folded = Folded(result.findings, ()) if view.verbose else fold(_counting(result.findings))
    for file, group in groupby(folded.full, key=lambda one: one.finding.location.file):
        yield view.paint(view.file(file), "file")
        for one in group:
            yield from _block(one, view)
            yield ""
    for held in folded.more:
        yield from _more(held, view)
        yield ""


def _more(alike: Sequence[TriagedFinding], view: Page) -> Iterator[str]:
    """The places of findings that were shown in full above often enough."""
    first = alike[0].finding
    severity = view.paint(first.severity.value, first.severity.value)
    yield f"{len(alike)} more  {severity}  {view.paint(first.rule, 'rule')}  {printable(first.hint)}"
    for one in alike:
        yield f"  {view.place(one.finding.location)}  {printable(one.finding.message)}"


def _counting(findings: Sequence[TriagedFinding]) -> list[TriagedFinding]:
    return [one for one in findings if one.state is State.NEW]


def _block(triaged: TriagedFinding, view: Page) -> Iterator[str]:
    finding = triaged.finding
    place = f"{finding.location.line}:{finding.location.column}"
    yield "  ".join(
        (
            f"  {view.paint(place, 'faint')}",
            view.paint(finding.severity.value, finding.severity.value),
            view.paint(finding.rule, "rule"),
            printable(finding.message),
        )
    )
    if triaged.state is not State.NEW:
        yield INDENT + view.paint(_why_not(triaged, view), "faint")
        return
    yield from _source(finding, view)
    for label, text in _details(finding, view):
        yield f"{INDENT}{view.paint(f'{label:>7}', 'faint')} {text}"
    if finding.hint:
        yield f"{INDENT}{view.paint('   hint', 'hint')} {printable(finding.hint)}"


def _why_not(triaged: TriagedFinding, view: Page) -> str:
    held = triaged.suppression
    if held is None:
        return "does not count: it is in the baseline"
    until = f" until {held.until}" if held.until else ""
    at = f", at {view.place(held.at)}" if held.at else ""
    return f"does not count: allowed{until}{at}: {printable(held.reason)}"


def _source(finding: Finding, view: Page) -> Iterator[str]:
    line = view.options.source_line(finding.location)
    if line is None:
        return
    number = str(finding.location.line)
    gutter = f"{INDENT}{' ' * max(0, 7 - len(number))}"
    columns = max(view.options.width - len(gutter) - len(number) - 3, 20)
    shown = excerpt(line, finding.location, columns, masked=_is_secret(finding, line, view))
    if shown is None:
        return
    caret = view.paint("^" * shown.length, finding.severity.value)
    yield f"{gutter}{view.paint(f'{number} |', 'faint')} {shown.text}"
    yield f"{gutter}{' ' * len(number)} {view.paint('|', 'faint')} {' ' * shown.offset}{caret}"


def _is_secret(finding: Finding, line: str, view: Page) -> bool:
    """Whether the line holds a secret, whatever this finding says of it."""
    at = finding.location
    if finding.rule in view.secret_rules or (at.file, at.line) in view.secret_lines:
        return True
    if hides(finding.message) or (view.of_servers and _VARIABLE.search(finding.path)):
        return True
    if finding.path.startswith("secretGenerator"):
        return not is_one_field(line)
    in_secret = finding.object is not None and finding.object.key.kind == "Secret"
    told = re.split(r"[.[]", finding.path, maxsplit=1)[0] in _SHOWN_OF_SECRETS and is_one_field(line)
    return in_secret and not told


def _details(finding: Finding, view: Page) -> Iterator[tuple[str, str]]:
    if finding.object is not None:
        where = f", {printable(finding.path)}" if finding.path else ""
        yield "in", _object(finding.object) + where
    elif finding.path:
        yield "in", printable(finding.path)
    for related in finding.related[:SHOWN_RELATED]:
        label = "over" if related.in_chain else "see"
        yield label, f"{view.place(related.location)}  {printable(related.message)}"
    more = len(finding.related) - SHOWN_RELATED
    if more > 0:
        yield "see", f"{more} more {_plural(more, 'place')}"
    if len(finding.targets) > 1 or (finding.targets and view.verbose):
        yield "reaches", _targets(finding.targets, view)


def _object(named: ObjectName) -> str:
    key = named.key
    name = f"{key.namespace}/{key.name}" if key.namespace else key.name
    return printable(f"{key.kind} {name}".strip())


def _targets(targets: Sequence[str], view: Page) -> str:
    limit = len(targets) if view.verbose else SHOWN_TARGETS
    named = ", ".join(view.target(one) for one in targets[:limit])
    rest = ", \u2026" if len(targets) > limit else ""
    return f"{len(targets)} {_plural(len(targets), 'target')}: {named}{rest}"


def _plural(number: int, word: str) -> str:
    return word if number == 1 else f"{word}s"


def top_rules(findings: Iterable[TriagedFinding], view: Page) -> Iterator[str]:
    """The rules with the most findings that count, as a table."""
    numbers: dict[str, int] = {}
    for one in findings:
        if one.state is State.NEW:
            numbers[one.finding.rule] = numbers.get(one.finding.rule, 0) + 1
    if len(numbers) < 2:
        return
    yield view.paint("Findings by rule", "heading")
    ordered = sorted(numbers.items(), key=lambda held: (-held[1], held[0]))
    for rule, number in ordered[:10]:
        yield f"{number:>7}  {rule}"
    yield ""
