"""Findings that a team has agreed to live with, as a file in the repository."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from gitlint_ops.model.errors import UsageError
from gitlint_ops.model.findings import Finding
from gitlint_ops.model.location import FileRef, Location

VERSION = 1

_AGAIN = "write it anew with `gitlint-ops baseline`"


class Entry(Struct, frozen=True, order=True):
    """Findings of one fingerprint; `file` and `rule` only serve those who read the file."""

    file: str
    rule: str
    fingerprint: str
    count: int = 1


class Baseline(Struct, frozen=True):
    entries: tuple[Entry, ...] = ()

    def counts(self) -> Counter[str]:
        """How many findings of each fingerprint are known."""
        counts: Counter[str] = Counter()
        for entry in self.entries:
            counts[entry.fingerprint] += entry.count
        return counts


def baseline_of(findings: Iterable[Finding]) -> Baseline:
    """The baseline that accepts exactly these merged findings."""
    counts = Counter((one.location.file.path, one.rule, one.fingerprint) for one in findings)
    return Baseline(tuple(sorted(Entry(*key, count) for key, count in counts.items())))


def pruned(baseline: Baseline, findings: Iterable[Finding]) -> Baseline:
    """The baseline without what is mended: no entry is added, and none counts more than before."""
    left = Counter(one.fingerprint for one in findings)
    kept: list[Entry] = []
    for entry in baseline.entries:
        count = min(entry.count, left[entry.fingerprint])
        left[entry.fingerprint] -= count
        if count:
            kept.append(Entry(entry.file, entry.rule, entry.fingerprint, count))
    return Baseline(tuple(sorted(kept)))


def write_baseline(baseline: Baseline) -> str:
    """The file's text: one entry a line, so that two branches seldom conflict."""
    lines = [json.dumps(_told(entry), ensure_ascii=False) for entry in sorted(baseline.entries)]
    listed = "".join(f"\n    {line}," for line in lines).removesuffix(",")
    end = "\n  ]" if lines else "]"
    return f'{{\n  "version": {VERSION},\n  "findings": [{listed}{end}\n}}\n'


def read_baseline(data: bytes, file: FileRef) -> Baseline:
    """The baseline in a file.

    Raises:
        UsageError: it is no JSON, of another version, or holds something that is no entry.
    """
    try:
        held = json.loads(data.decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        raise _unreadable(file, f"is no JSON: {error.msg}", error.lineno, error.colno) from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise _unreadable(file, "is no JSON text in UTF-8") from error
    if not isinstance(held, dict) or not isinstance(held.get("findings"), list):
        raise _unreadable(file, 'lacks the list "findings"')
    if held.get("version") != VERSION:
        raise _unreadable(file, f"is of version {held.get('version')!r}, and {VERSION} is wanted")
    return Baseline(tuple(_entry(one, number, file) for number, one in enumerate(held["findings"], 1)))


def _entry(held: Any, number: int, file: FileRef) -> Entry:
    fields = held if isinstance(held, dict) else {}
    fingerprint, count = fields.get("fingerprint"), fields.get("count", 1)
    if not isinstance(fingerprint, str) or not fingerprint:
        raise _unreadable(file, f"entry {number} of the findings has no fingerprint")
    if type(count) is not int or count < 1:
        raise _unreadable(file, f"entry {number} of the findings has a count of {count!r}")
    return Entry(str(fields.get("file", "")), str(fields.get("rule", "")), fingerprint, count)


def _told(entry: Entry) -> dict[str, Any]:
    told: dict[str, Any] = {"rule": entry.rule, "file": entry.file, "fingerprint": entry.fingerprint}
    return {**told, "count": entry.count} if entry.count > 1 else told


def _unreadable(file: FileRef, reason: str, line: int = 1, column: int = 1) -> UsageError:
    return UsageError(f"the baseline {reason}", at=Location(file, line, column, line, column), hint=_AGAIN)
