"""What an answer says is wrong, cause by cause, whichever of its forms the server chose.

Sources: k8s.io/apimachinery/pkg/util/validation/field/errors.go (causes of a Status),
sigs.k8s.io/structured-merge-diff/typed (server-side apply), sigs.k8s.io/json (decoding)
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from msgspec import Struct

from gitlint_ops.reconcile.api import Answer

NO_VALUE: Final = "\0none"
MOST_CAUSES = 25
_LONGEST = 50_000

_NOT_CHECKED = "some validation rules were not checked"
_REGEX = re.compile(r",? ?regex used for validation is '.*'(?=\)|$)", re.DOTALL)
_VALUED = re.compile(
    r"(Invalid value|Unsupported value|Duplicate value|Not found|Too many): ", re.IGNORECASE | re.DOTALL
)
_UNVALUED = re.compile(r"(Required value|Forbidden|Too long|Too few|Internal error)(?:: |\Z)")
_KINDS = {
    "Invalid value": "invalid",
    "Unsupported value": "unsupported",
    "Duplicate value": "duplicate",
    "Not found": "not-found",
    "Too many": "too-many",
    "Required value": "required",
    "Forbidden": "forbidden",
    "Too long": "too-long",
    "Too few": "too-few",
    "Internal error": "internal",
}

_TYPED = re.compile(
    r"failed to create typed (?:patch|live|manager) object \(.*?\): (.*)"
    # The version in which another manager holds fields, or in which it is stored, lacks one of them.
    r"|failed to prune fields: .*?failed to convert merged object at version \S+?: (\..*)",
    re.DOTALL,
)
_TYPED_LINE = re.compile(
    r"(\..*?): (field not declared in schema|expected .*|duplicate entries for key .*|element .*"
    r"|associative list .*|unexpected .*)",
    re.DOTALL,
)
_UNCONVERTED = re.compile(
    r"failed to convert new object \(.*?\) to proper version: (?:unable to convert unstructured object to "
    r"[^:]*: )?(?:error decoding from json: )?(.*)",
    re.DOTALL,
)
_UNHANDLED = re.compile(r"\S+ in version \"[^\"]*\" cannot be handled as a \S+?: (.*)", re.DOTALL)
_STRICT = re.compile(r"(unknown|duplicate) field \"([^\"]*)\"")
_GO_FIELD = re.compile(
    r"json: cannot unmarshal (\S+) into Go (?:struct )?(?:field \w+\.(\S+)|value) of type (\S+)"
)
_INVALID = re.compile(r"\S+ \"[^\"]*\" is invalid: (.*)", re.DOTALL)
_FORBIDDEN = re.compile(r"\S+(?: \"[^\"]*\")? is forbidden: (.*)", re.DOTALL)
_FIELD = re.compile(r"((?:[a-z]\w*|<nil>)(?:\.[\w/-]+|\[[^\]]*\])*): (.*)", re.DOTALL)


class Cause(Struct, frozen=True):
    """One reason of a refusal. `field` is as the server spells it.

    `kind` is what is wrong with the field ("invalid", "required", "unknown-field", "wrong-type" ...), ""
    where the answer speaks of no field. `value` is the value that the server quotes, NO_VALUE if none;
    `said` its own words.
    """

    kind: str
    field: str
    said: str
    value: Any = NO_VALUE


def causes_of(answer: Answer) -> tuple[Cause, ...]:
    """The causes of a refusal, without those that only follow from another; one at least."""
    message = answer.message[:_LONGEST] or f"the server answers with the status {answer.status}"
    found = list(_listed(answer)) or list(_of_message(message))
    return _distinct(found)[:MOST_CAUSES] or (Cause("", "", message),)


def _listed(answer: Answer) -> Iterator[Cause]:
    for one in answer.causes:
        said, field = one.get("message"), one.get("field")
        if not isinstance(said, str) or not isinstance(field, str) or _NOT_CHECKED in said:
            continue
        yield of_text(said[:_LONGEST], field)


def of_text(text: str, field: str) -> Cause:
    """A cause of what the server says of a field: `Invalid value: 0: must be greater than 1`."""
    text = _REGEX.sub("", text).replace(" ()", "")
    plain = _UNVALUED.match(text)
    if plain is not None:
        return Cause(_KINDS[plain[1]], field, text[plain.end() :].strip())
    valued = _VALUED.match(text)
    if valued is None:
        return Cause("", field, text)
    value, said = _quoted(text[valued.end() :])
    return Cause(_KINDS[valued[1].capitalize()], field, said.strip(), value)


def _quoted(text: str) -> tuple[Any, str]:
    """The JSON that a text starts with, and the words behind it; a text may consist of either."""
    try:
        value, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return NO_VALUE, text
    if end == len(text):
        return value, ""
    return (value, text[end + 2 :]) if text.startswith(": ", end) else (NO_VALUE, text)


def _of_message(message: str) -> Iterator[Cause]:
    for pattern, causes in (
        (_TYPED, _typed),
        (_UNCONVERTED, _decoding),
        (_UNHANDLED, _decoding),
        (_INVALID, _fields),
        (_FORBIDDEN, _whole),
    ):
        found = pattern.match(message)
        if found is not None:
            yield from causes(next(one for one in found.groups() if one is not None))
            return
    yield Cause("", "", message)


def _whole(text: str) -> Iterator[Cause]:
    yield Cause("", "", text.strip())


def _typed(text: str) -> Iterator[Cause]:
    """Of server-side apply: one line for each error where there are several."""
    lines = [one.strip() for one in text.removeprefix("errors:").splitlines() if one.strip()]
    for line in lines[:MOST_CAUSES]:
        found = _TYPED_LINE.match(line)
        if found is None:
            yield Cause("", "", line)
            continue
        field, said = found[1], found[2]
        if said.startswith("field not declared"):
            yield Cause("unknown-field", field, said)
        elif said.startswith("duplicate entries"):
            yield Cause("repeated-item", field, said)
        elif said.startswith("expected "):
            yield Cause("wrong-type", field, said.removeprefix("expected ").split(", got ")[0])
        else:
            yield Cause("invalid", field, said)


def _decoding(text: str) -> Iterator[Cause]:
    text = text.strip()
    fields = _STRICT.findall(text)
    for what, field in fields:
        yield Cause("unknown-field" if what == "unknown" else "repeated-field", field, f"{what} field")
    if fields:
        return
    found = _GO_FIELD.search(text)
    if found is not None:
        yield Cause("wrong-type", found[2] or "", f"{_go_type(found[3])}, got {found[1]}")
    else:
        yield Cause("undecodable", "", text)


def _go_type(name: str) -> str:
    if name.startswith("map[") or name[:1].isupper() or "." in name:
        return "a mapping"
    if name.startswith("[]"):
        return "a list"
    return {"string": "string", "bool": "boolean"}.get(name, "numeric")


def _fields(text: str) -> Iterator[Cause]:
    """Of a message that tells fields, where the answer lists no causes."""
    found = _FIELD.match(text)
    yield of_text(found[2], found[1]) if found else Cause("", "", text.strip())


def _distinct(causes: list[Cause]) -> tuple[Cause, ...]:
    """Causes without repeats, and without those of a parent that only sum up its fields."""
    kept: list[Cause] = []
    for one in causes:
        if one in kept or _is_sum(one, causes):
            continue
        kept.append(one)
    return tuple(kept)


def _is_sum(one: Cause, causes: list[Cause]) -> bool:
    """Whether a cause says again, of all of a mapping, what another one says of a field in it."""
    if not isinstance(one.value, dict):
        return False
    return any(
        other is not one and other.field.startswith((f"{one.field}.", f"{one.field}[")) for other in causes
    )
