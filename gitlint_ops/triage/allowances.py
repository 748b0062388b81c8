"""What users write to accept a finding: a comment, an annotation, an entry of the configuration."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from enum import Enum

from msgspec import Struct

from gitlint_ops.model.location import Location

FORM = "# gitlint-ops: allow[rule] until=2027-01-31 reason"

_DIRECTIVE = re.compile(r"#?\s*gitlint-ops:\s*(?P<body>.*)", re.DOTALL)
_ALLOW = re.compile(r"allow\[(?P<rules>[^\]]*)\](?P<rest>.*)", re.DOTALL)
_UNTIL = re.compile(r"\s*until=(?P<date>[^\s:;]*)(?P<rest>.*)", re.DOTALL)
_ANNOTATED = re.compile(r"(?P<rule>[a-z0-9-]+)(?:\s+until=(?P<date>[^\s:;]*))?(?P<reason>\s*:.*)?", re.DOTALL)
_SEPARATORS = " \t\r\n:-\u2013\u2014"


class Fault(Enum):
    """Why an allowance does not count; the values go into fingerprints."""

    FORM = "form"
    REASON = "reason"
    DATE = "date"


class Allowance(Struct, frozen=True):
    """One rule that users accept at one place.

    `until` is the last day on which it holds. `fault` is set where the text is not as it must be;
    `written` is the text that is at fault.
    """

    rule: str
    reason: str
    at: Location
    until: date | None = None
    fault: Fault | None = None
    written: str = ""


class Annotation(Struct, frozen=True):
    """The value of an object's annotation `gitlint-ops.dev/allow` and where it stands."""

    text: str
    at: Location


class PathAllowance(Struct, frozen=True):
    """An entry of the configuration: rules that are accepted in some paths.

    `paths` are globs as `model.globs` reads them.
    `until` is an ISO date or empty.
    """

    paths: tuple[str, ...]
    rules: tuple[str, ...]
    reason: str
    at: Location
    until: str = ""


def from_comment(text: str, at: Location) -> tuple[Allowance, ...]:
    """The allowances of one comment: none where it does not speak to gitlint-ops."""
    directive = _DIRECTIVE.fullmatch(text.strip())
    if directive is None:
        return ()
    allow = _ALLOW.fullmatch(directive["body"])
    rules = [rule.strip() for rule in allow["rules"].split(",") if rule.strip()] if allow else []
    if allow is None or not rules:
        return (Allowance("", "", at, fault=Fault.FORM, written=text.strip()),)
    until = _UNTIL.fullmatch(allow["rest"])
    reason = until["rest"] if until else allow["rest"]
    return tuple(_allowance(rule, reason, until["date"] if until else None, at) for rule in rules)


def from_annotation(annotation: Annotation) -> Iterator[Allowance]:
    """The allowances of `rule-a: reason; rule-b until=2027-01-31: reason`.

    A part that names no rule belongs to the reason before it, so reasons may hold semicolons.
    """
    entries: list[tuple[str, str | None, str]] = []
    for part in re.split(r"[;\n]", annotation.text):
        entry = _ANNOTATED.fullmatch(part.strip())
        if entry is not None:
            entries.append((entry["rule"], entry["date"], entry["reason"] or ""))
        elif part.strip() and entries:
            rule, until, reason = entries[-1]
            entries[-1] = (rule, until, f"{reason};{part}")
        elif part.strip():
            yield Allowance("", "", annotation.at, fault=Fault.FORM, written=part.strip())
    for rule, until, reason in entries:
        yield _allowance(rule, reason, until, annotation.at)


def from_configuration(entry: PathAllowance) -> Iterator[Allowance]:
    """The allowances of an entry of the configuration, one for each rule."""
    for rule in entry.rules:
        yield _allowance(rule, entry.reason, entry.until or None, entry.at)


def _allowance(rule: str, reason: str, until: str | None, at: Location) -> Allowance:
    reason = " ".join(reason.strip(_SEPARATORS).split())
    if until is not None:
        try:
            day = date.fromisoformat(until)
        except ValueError:
            return Allowance(rule, reason, at, fault=Fault.DATE, written=until)
    else:
        day = None
    return Allowance(rule, reason, at, day, None if reason else Fault.REASON)
