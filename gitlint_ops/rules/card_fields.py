"""What a rule card may hold, field by field; `schemas/rule-card.schema.json` says the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from msgspec import Struct

from gitlint_ops.model.cards import Profile
from gitlint_ops.model.errors import did_you_mean
from gitlint_ops.model.findings import Confidence, Severity
from gitlint_ops.model.location import FieldPath

NARROW_SUBJECTS = ("object", "workload", "pod", "container", "volume", "rbac-rule", "document")
WIDE_SUBJECTS = ("build", "environment", "workspace", "delivery")
# What stages report on beside objects and documents.
STAGE_SUBJECTS = ("file", "kustomize-dir")
CONTROL_FRAMEWORKS = ("soc2", "iso27001", "nist80053", "cis", "nsa")

_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")
_PYTHON = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*\Z")
_OWN_CHECKS = "gitlint_ops.rules.checks."
_STEP = re.compile(r"(?:^|\.)(?P<key>[A-Za-z_][\w-]*)|\[(?P<index>\d+)\]|\[\"(?P<quoted>[^\"]+)\"\]")


class Fault(Struct, frozen=True):
    """What is wrong with a card, and at which field."""

    path: FieldPath
    message: str
    hint: str = ""


Check: TypeAlias = Callable[[FieldPath, Any], Iterator[Fault]]


def parse_at(text: str) -> FieldPath:
    """The path that `spec.ports[0].name` or `metadata.labels["a/b"]` writes.

    Raises:
        ValueError: `text` is no such path.
    """
    path: list[str | int] = []
    position = 0
    while position < len(text):
        step = _STEP.match(text, position)
        if step is None:
            raise ValueError(f"no field path from character {position + 1} on")
        path.append(int(step["index"]) if step["index"] else step["key"] or step["quoted"])
        position = step.end()
    return tuple(path)


def faults(body: Any, folder: str) -> Iterator[Fault]:
    """All that keeps `body` from being the card of the rule in a folder of this name."""
    if not isinstance(body, Mapping):
        yield Fault((), "a rule card is a mapping with the fields id, title, severity and so on")
        return
    yield from _names(body)
    for name, value in body.items():
        if name in FIELDS:
            yield from FIELDS[name]((name,), value)
    if isinstance(body.get("id"), str) and body["id"] != folder:
        yield Fault(("id",), f"the rule's id is '{body['id']}', but its folder is named '{folder}'")
    yield from _judgement(body)


def _names(body: Mapping[Any, Any]) -> Iterator[Fault]:
    for name in body:
        if name not in FIELDS:
            near = did_you_mean(str(name), FIELDS)
            yield Fault((name,), f"unknown field '{name}'", f"did you mean '{near}'?" if near else "")
    for name in REQUIRED:
        if name not in body:
            yield Fault((), f"the field '{name}' is missing")


def _judgement(body: Mapping[str, Any]) -> Iterator[Fault]:
    """How the rule is judged: by exactly one of an expression, a check, or a stage."""
    ways = [name for name in ("require", "python", "stage") if name in body]
    if len(ways) != 1:
        held = " and ".join(ways) or "none"
        yield Fault(
            (ways[1],) if ways[1:] else (), f"needs exactly one of require, python and stage, has {held}"
        )
        return
    subjects = subjects_of(body.get("subject"))
    if ways == ["require"]:
        if "message" not in body:
            yield Fault((), "the field 'message' is missing: a rule with `require` says what is wrong")
        wide = [one for one in subjects if one not in NARROW_SUBJECTS]
        if wide:
            yield Fault(
                ("subject",), f"`require` judges one thing at a time and cannot see a whole {wide[0]}"
            )
    if ways != ["stage"] and any(one in STAGE_SUBJECTS for one in subjects):
        yield Fault(("subject",), "this subject is for rules that a stage reports itself")


def subjects_of(value: Any) -> tuple[str, ...]:
    """The subjects that a card names, one or a list."""
    return tuple(str(one) for one in value) if isinstance(value, list) else (str(value),)


def _text(path: FieldPath, value: Any) -> Iterator[Fault]:
    if not isinstance(value, str) or not value.strip():
        yield Fault(path, f"'{path[-1]}' must be a text that is not empty")


def _matching(pattern: re.Pattern[str], wanted: str) -> Check:
    def check(path: FieldPath, value: Any) -> Iterator[Fault]:
        if not isinstance(value, str) or not pattern.match(value):
            yield Fault(path, f"'{path[-1]}' must be {wanted}")

    return check


def _one_of(words: tuple[str, ...]) -> Check:
    def check(path: FieldPath, value: Any) -> Iterator[Fault]:
        if value not in words:
            near = did_you_mean(str(value), words)
            hint = f"did you mean '{near}'?" if near else ""
            yield Fault(path, f"'{value}' is none of {', '.join(words)}", hint)

    return check


def _list_of(check_item: Check) -> Check:
    def check(path: FieldPath, value: Any) -> Iterator[Fault]:
        if not isinstance(value, list) or not value:
            yield Fault(path, f"'{path[-1]}' must be a list that is not empty")
            return
        for index, item in enumerate(value):
            yield from check_item((*path, index), item)

    return check


def _map_of(known: Mapping[str, Check]) -> Check:
    def check(path: FieldPath, value: Any) -> Iterator[Fault]:
        if not isinstance(value, Mapping):
            yield Fault(path, f"'{path[-1]}' must be a mapping")
            return
        for name, item in value.items():
            if name not in known:
                yield Fault((*path, name), f"unknown field '{name}'; known are {', '.join(known)}")
            else:
                yield from known[name]((*path, name), item)

    return check


def _subject(path: FieldPath, value: Any) -> Iterator[Fault]:
    one = _one_of((*NARROW_SUBJECTS, *WIDE_SUBJECTS, *STAGE_SUBJECTS))
    yield from (_list_of(one) if isinstance(value, list) else one)(path, value)


def _python(path: FieldPath, value: Any) -> Iterator[Fault]:
    if not isinstance(value, str) or not _PYTHON.match(value):
        yield Fault(path, "'python' must name a check as module:function")
    elif not value.startswith(_OWN_CHECKS):
        yield Fault(
            path,
            "Python checks from outside gitlint-ops are not run",
            "write the rule with `require` (CEL) instead",
        )


def _at(path: FieldPath, value: Any) -> Iterator[Fault]:
    try:
        parse_at(value if isinstance(value, str) else "?")
    except ValueError as error:
        yield Fault(path, f"'at' must be a path such as spec.template or ports[0].name: {error}")


def _params(path: FieldPath, value: Any) -> Iterator[Fault]:
    if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
        yield Fault(path, "'params' must be a mapping of names to values")


def _values(enumeration: type[Severity] | type[Confidence] | type[Profile]) -> tuple[str, ...]:
    return tuple(str(member.value) for member in enumeration)


FIELDS: Mapping[str, Check] = {
    "id": _matching(_ID, "in kebab case, such as tag-mutable"),
    "code": _matching(re.compile(r"[A-Z]{3}[0-9]{3}\Z"), "three letters and three digits"),
    "title": _text,
    "severity": _one_of(_values(Severity)),
    "confidence": _one_of(_values(Confidence)),
    "profile": _one_of(_values(Profile)),
    "subject": _subject,
    "match": _map_of({"kinds": _list_of(_text), "groups": _list_of(_text)}),
    "require": _text,
    "python": _python,
    "stage": _text,
    "at": _at,
    "message": _text,
    "params": _params,
    "why": _text,
    "fix": _text,
    "false_positives": _text,
    "controls": _map_of(dict.fromkeys(CONTROL_FRAMEWORKS, _list_of(_text))),
    "references": _list_of(_matching(re.compile(r"https?://\S+\Z"), "a URL")),
}
REQUIRED = ("id", "title", "severity", "confidence", "profile", "subject", "why", "fix")
