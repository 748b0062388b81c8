"""Causes in plain words: what the server refuses, with its own reason where that is good."""

from __future__ import annotations

import json
import re
from typing import Any

from gitlint_ops.model.errors import did_you_mean
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.structure import value_at
from gitlint_ops.reconcile.verdicts.causes import NO_VALUE, Cause
from gitlint_ops.reconcile.verdicts.places import Place
from gitlint_ops.reconcile.verdicts.shown import HIDDEN, shown

_SUPPORTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_WANTED = {
    "numeric (int or float)": "a number",
    "numeric": "a number",
    "string": "text",
    "boolean": "true or false",
    "map": "a mapping",
    "list": "a list",
}
_BODY = re.compile(r"\S+ in body (?:should|must) ")
_DECODED = {
    "quantities must match": 'it is no quantity such as 2, "500m" or "1Gi"',
    "illegal base64": "it is no base64",
    "cannot convert float64 to int": "it is no whole number",
    "parsing time": "it is no time such as 2026-01-31T12:00:00Z",
}

_YAML_WORDS = (("true",), ("false",))
_WORD_AS_KEY = "as a key, YAML reads y, n, yes, no, on and off as true and false: put key and value in quotes"


def sentence(cause: Cause, place: Place, body: Any, kind: str) -> str:
    """One sentence on what the server refuses."""
    name = _last(place) or kind
    where = place.called or kind
    refused = f"the API server refuses {where}"
    match cause.kind:
        case "required":
            return f"the API server wants {where}{_because(cause) or ', which is missing or empty'}"
        case "unknown-field":
            return f"the API server does not know the field `{name}`{_within(place, kind)}"
        case "repeated-field":
            return f"{where} is given twice"
        case "repeated-item":
            key = cause.said.partition("for key ")[2].strip("[]=")
            return f"{refused}: another item has the same key{f' ({key})' if key else ''}"
        case "wrong-type":
            wanted = cause.said.split(",")[0]
            value = shown(value_at(body, place.path), body, place.path)
            got = f", got {value}" if value else ""
            return f"the API server wants {_WANTED.get(wanted, wanted)} for {where}{got}"
        case "undecodable":
            told = next((said for text, said in _DECODED.items() if text in cause.said), cause.said)
            return f"{refused}{_value(value_at(body, place.path), body, place.path)}: {told}"
    if cause.kind == "too-many":
        has = "" if cause.value is NO_VALUE else f"it has {cause.value}, "
        return f"{refused}: {has}{cause.said}"
    return f"{refused}{_value(cause.value, body, place.path)}{_because(cause) or _BARE[cause.kind]}"


_BARE = {
    "": ": it gives no reason",
    "invalid": ": it is not valid",
    "unsupported": ": it is not supported",
    "duplicate": ": it is given twice",
    "not-found": ": there is none of that name",
    "too-many": ": there are too many",
    "forbidden": ": it is forbidden",
    "too-long": ": it is too long",
    "too-few": ": there are too few",
    "internal": ": the server failed",
}


def hint(cause: Cause, place: Place, body: Any) -> str:
    """What to do about a cause, "" where the sentence says it."""
    if not place.missing and place.path[-1:] in _YAML_WORDS:
        return _WORD_AS_KEY
    match cause.kind:
        case "unsupported":
            return _meant(cause)
        case "wrong-type":
            return _as_type(cause.said, value_at(body, place.path))
        case "undecodable" if "base64" in cause.said and place.path[:1] == ("data",):
            return "plain text belongs under `stringData`" if value_at(body, ("kind",)) == "Secret" else ""
        case "too-long" if "262144" in cause.said:
            return "the annotations of an object may have 256 KiB together"
        case "too-long" if "1048576" in cause.said:
            return "an object holds 1 MiB of data at most: split it, or keep the content elsewhere"
    return ""


def _meant(cause: Cause) -> str:
    options = _SUPPORTED.findall(cause.said)
    if not isinstance(cause.value, str):
        return ""
    folded = {one.lower(): one for one in options}
    near = folded.get(cause.value.lower()) or did_you_mean(cause.value, options)
    return f"did you mean {near}?" if near else ""


def _as_type(said: str, value: Any) -> str:
    if said.startswith("string") and isinstance(value, int | float):
        return "put it in quotes"
    if said.startswith("numeric") and isinstance(value, str) and value.strip().lstrip("+-").isdigit():
        return "write it without quotes"
    if said.startswith("boolean") and isinstance(value, str):
        return "write true or false without quotes"
    return ""


def _because(cause: Cause) -> str:
    """The server's reason behind a colon, without the field's name and value, which are told before."""
    said = cause.said
    if isinstance(cause.value, str):
        said = said.removesuffix(f": {json.dumps(cause.value)}")
    told = " ".join(_BODY.sub("must ", said).split())
    return f": {told}" if told else ""


def _value(value: Any, body: Any, path: FieldPath) -> str:
    told = "" if value is NO_VALUE else shown(value, body, path)
    if not told or told == HIDDEN:
        return f" {told}" if told else ""
    return f" ({told})"


def _last(place: Place) -> str:
    if place.missing:
        return place.missing
    return str(place.path[-1]) if place.path else ""


def _within(place: Place, kind: str) -> str:
    above = Place(place.path if place.missing else place.path[:-1]).called
    return f" in {above}" if above else f" of {kind}"
