"""The part of docs/explanation/agreement.md that is measured."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from .agreement import Judged, Matrix, matrix

BEGIN = "<!-- measured: written by tools/agreement.py -->"
END = "<!-- end of what was measured -->"
HEAD = "both accept | both reject | only gitlint-ops rejects | only the server rejects"

# Why verdicts differ, by what the server says to what we accept; the first that fits counts.
CAUSES: Sequence[tuple[str, str]] = (
    (r'"null"', "a null in an optional field of a custom resource"),
    (r"estimated rule cost|exceeds budget", "an expression whose worst cost is above the server's budget"),
    (
        r"not configured on this cluster|serviceAccountName is not set",
        "what the test server is configured for",
    ),
    (r"does not match event.namespace", "a namespace that is given when it is delivered"),
    (r"compilation failed|\.rule: Invalid|messageExpression: Invalid", "types within expressions"),
    (r"failed to convert new object|cannot unmarshal", "a value that cannot be decoded"),
    (r"Invalid value: -\d{12,}|must be an integer", "a quantity beyond 64 bits"),
    (r"spec\.template\.metadata", "names and labels of objects within custom resources"),
    (r"should be less than or equal to 2147483647", "a bound that a scale subresource sets"),
)
OURS: Sequence[tuple[str, str]] = ((r"`name` is required|metadata.name", "an object without a name"),)


def written(page: Path, part: Iterable[str]) -> None:
    """Put the measured part into the page, between its marks.

    Raises:
        ValueError: the page has no marks.
    """
    before, begin, rest = page.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page} has no marks")
    page.write_text("\n".join([f"{before}{BEGIN}", "", *part, "", f"{END}{after}"]))


def measured(
    found: Mapping[str, Sequence[Judged]], beside: Sequence[tuple[str, str, Matrix, Matrix, int]]
) -> Iterator[str]:
    """The tables; `beside` has each other validator, what it judged, its figures, ours, and how many
    objects it has no schema of."""
    yield f"| | {HEAD} | caught | alarmed |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
    for title, judged in found.items():
        yield _row(title, matrix(judged), shares=True)
    changed = list(found.values())[-1]
    yield from ("", "By sort of change:", "", f"| sort | {HEAD} |", "| --- | ---: | ---: | ---: | ---: |")
    yield from _rows(changed, lambda one: one.case.label)
    yield from _kinds(changed)
    yield from _differences(changed)
    yield from _others(beside)


def _row(title: str, one: Matrix, *, shares: bool = False) -> str:
    cells = [title, one.both_accept, one.both_reject, one.only_we_reject, one.only_we_accept]
    return f"| {' | '.join(map(str, [*cells, *(_shares(one) if shares else ())]))} |"


def _shares(one: Matrix) -> tuple[str, str]:
    return f"{one.caught:.2%}", f"{one.alarmed:.2%}"


def _rows(judged: Iterable[Judged], of: Callable[[Judged], str]) -> Iterator[str]:
    for key, group in groupby(sorted(judged, key=of), key=of):
        yield _row(key, matrix(group))


def _kinds(judged: Sequence[Judged]) -> Iterator[str]:
    """The kinds in which verdicts differ; the others are counted together."""
    apart = {one.case.kind for one in judged if not one.agreed}
    same = [one for one in judged if one.case.kind not in apart]
    yield from ("", "By kind, where any verdict differs:", "")
    yield from (f"| kind | {HEAD} |", "| --- | ---: | ---: | ---: | ---: |")
    yield from _rows([one for one in judged if one.case.kind in apart], lambda one: one.case.kind)
    yield _row(f"{len({one.case.kind for one in same})} other kinds", matrix(same))


def _differences(judged: Sequence[Judged]) -> Iterator[str]:
    apart = [one for one in judged if not one.agreed]
    yield from (
        "",
        f"The {len(apart)} verdicts that differ, by cause:",
        "",
        "| cause | who rejects | count |",
    )
    yield "| --- | --- | ---: |"
    counts: dict[tuple[str, str], int] = {}
    for one in apart:
        who = "only gitlint-ops" if one.server.accepted else "only the server"
        said = " ".join(one.ours) if one.server.accepted else one.server.message
        key = (_cause(said, OURS if one.server.accepted else CAUSES), who)
        counts[key] = counts.get(key, 0) + 1
    for (cause, who), count in sorted(counts.items(), key=lambda one: (-one[1], one[0])):
        yield f"| {cause} | {who} | {count} |"


def _cause(said: str, causes: Sequence[tuple[str, str]]) -> str:
    for pattern, cause in causes:
        if re.search(pattern, said):
            return cause
    shown = re.sub(r"^\d+: .*?is invalid: ", "", " ".join(said.split()))
    return shown[:110].replace("|", "\\|")


def _others(beside: Sequence[tuple[str, str, Matrix, Matrix, int]]) -> Iterator[str]:
    for title, rows in groupby(beside, key=lambda one: one[0]):
        yield from ("", f"Beside {title}:", "")
        yield "| | judged | left out | its caught | its alarmed | ours caught | ours alarmed |"
        yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
        for _, what, theirs, ours, left_out in rows:
            known = sum(
                (theirs.both_accept, theirs.both_reject, theirs.only_we_reject, theirs.only_we_accept)
            )
            shares = " | ".join((*_shares(theirs), *_shares(ours)))
            yield f"| {what} | {known} | {left_out} | {shares} |"
