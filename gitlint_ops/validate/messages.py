"""From schema errors to one message for each real fault."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from gitlint_ops.model.errors import did_you_mean
from gitlint_ops.model.location import FieldPath, format_path
from gitlint_ops.validate import amendments, formats
from gitlint_ops.validate.choices import choice, named_together
from gitlint_ops.validate.compiled import Schema, SchemaError, type_names
from gitlint_ops.validate.suggestions import Suggestion, suggestion
from gitlint_ops.validate.values import expected, given, is_filled_later, is_sensitive, json_type

MOST_FAULTS = 25
"""Faults told per object."""


class Fault(Struct, frozen=True):
    """A violation that does not say yet on which object; equal bodies share their faults."""

    rule: str
    path: FieldPath
    message: str
    hint: str = ""
    at_key: bool = False


def explained(schema: Schema, body: Any) -> tuple[Fault, ...]:
    """The faults of a body that `schema` refuses, in the order of the schema's errors."""
    errors = [error for error in schema.errors(body) if not _is_harmless(error)]
    unknown = list(_unknown_fields(schema, body, errors))
    meant = {found.path for _, _, found in unknown if found.path}
    faults = [
        *(_unknown_field(body, at, name, found) for at, name, found in unknown),
        *_missing_fields(body, errors, meant),
        *(_wrong_value(schema, body, error) for error in errors if error.keyword in _TELLERS),
        *(_other(schema, error) for error in errors if error.keyword not in _TOLD),
    ]
    return tuple(faults[:MOST_FAULTS])


def _is_harmless(error: SchemaError) -> bool:
    """Whether the value is not final, or it only says that the status lacks something.

    The API server drops the status of what is applied, after decoding it: its types count, but
    generated manifests may carry `status: {}`.
    """
    if is_filled_later(error.value):
        return True
    in_status = error.path[:1] == ("status",)
    return in_status and (error.keyword == "required" or error.value is None)


def _unknown_fields(
    schema: Schema, body: Any, errors: Iterable[SchemaError]
) -> Iterator[tuple[FieldPath, str, Suggestion]]:
    for error in errors:
        if error.keyword == "additionalProperties":
            at = error.path
            names = [name for name in error.argument if not is_filled_later(name)]
            for name in names[:MOST_FAULTS]:
                yield at, name, suggestion(schema, body, at, name)


def _unknown_field(body: Any, at: FieldPath, name: str, found: Suggestion) -> Fault:
    where = f"{format_path(at)} of {_called(body)}" if at else _called(body)
    return Fault("unknown-field", (*at, name), f"unknown field `{name}` in {where}", found.hint, at_key=True)


def _missing_fields(body: Any, errors: Iterable[SchemaError], meant: set[FieldPath]) -> Iterator[Fault]:
    """One fault for each mapping that lacks fields.

    A field that stands misspelt or in the wrong place (`meant`) is reported as that only.
    """
    missing: dict[FieldPath, list[str]] = {}
    for error in errors:
        if error.keyword == "required":
            at = error.path
            if (*at, error.argument) not in meant:
                missing.setdefault(at, []).append(error.argument)
    for at, names in missing.items():
        listed = ", ".join(f"`{name}`" for name in names)
        lack = (
            f"required fields {listed} are missing"
            if len(names) > 1
            else f"required field {listed} is missing"
        )
        where = f"{format_path(at)} of {_called(body)}" if at else _called(body)
        yield Fault("schema-violation", at or ("kind",), f"{lack} in {where}", at_key=True)


def _wrong_value(schema: Schema, body: Any, error: SchemaError) -> Fault:
    path = error.path
    hidden = is_sensitive(body, path)
    message, hint = _TELLERS[error.keyword](_Wrong(schema, path, error.value, error.argument, hidden))
    return Fault("schema-violation", path, f"{format_path(path) or _called(body)}: {message}", hint)


class _Wrong(Struct, frozen=True):
    """A value, and the argument of the keyword that refuses it."""

    schema: Schema
    path: FieldPath
    value: Any
    limit: Any
    hidden: bool


def _wrong_type(wrong: _Wrong) -> tuple[str, str]:
    # Asked of the schema again: the error lists the types in no useful order.
    types = type_names(wrong.schema.shape_at(wrong.path)) or tuple(n for n in wrong.limit if n != "null")
    if wrong.value is None:
        return f"it is empty (null), but {expected(types)} is required", ""
    got = given(wrong.value, hidden=wrong.hidden)
    return f"expected {expected(types)}, got {got}", _type_hint(types, wrong.value)


def _type_hint(types: Sequence[str], value: Any) -> str:
    found = json_type(value)
    if found == "string" and ("integer" in types or "number" in types) and _is_number(value):
        return "write it without quotes"
    if found == "string" and "boolean" in types:
        return "write true or false without quotes"
    if found in ("integer", "number", "boolean") and "string" in types:
        return "put it in quotes"
    if "array" in types:
        return "begin each item with `- `"
    if found == "array" and "object" in types and len(value) == 1 and isinstance(value[0], dict):
        return "leave out the `- `"
    return ""


def _is_number(text: str) -> bool:
    return text.strip().lstrip("+-").isdigit()


def _not_listed(wrong: _Wrong) -> tuple[str, str]:
    allowed = [str(option) for option in wrong.limit if option is not None]
    shown = ", ".join(allowed[:20]) + (", …" if len(allowed) > 20 else "")
    # What stands where the schema lists all that can stand there is no secret, whatever it is called.
    got = given(wrong.value)
    near = _near(wrong.value, allowed) if isinstance(wrong.value, str) else ""
    return f"expected one of {shown}; got {got}", f"did you mean {near}?" if near else ""


def _near(word: str, allowed: Sequence[str]) -> str:
    """The allowed word that differs in capitals only, or that is likely misspelt."""
    folded = {known.lower(): known for known in allowed}
    return folded.get(word.lower()) or did_you_mean(word, allowed)


def _out_of_range(wrong: _Wrong) -> tuple[str, str]:
    got = given(wrong.value, hidden=wrong.hidden)
    for bits in (32, 64):
        if wrong.limit in (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1):
            return f"{got} does not fit a {bits}-bit integer", ""
    bound = "at least" if wrong.limit > wrong.value else "at most"
    return f"expected {bound} {wrong.limit}, got {got}", ""


def _no_match(wrong: _Wrong) -> tuple[str, str]:
    got = given(wrong.value, hidden=wrong.hidden)
    match wrong.limit:
        case amendments.TIME:
            return f"{got} is no time such as 2026-01-31T12:00:00Z", ""
        case amendments.MICRO_TIME:
            return f"{got} is no time such as 2026-01-31T12:00:00.000000Z", ""
        case amendments.BASE64:
            plain = wrong.path[0] == "data"
            return f"{got} is no base64", "plain text belongs under `stringData`" if plain else ""
        case amendments.QUANTITY:
            return f'{got} is no quantity such as 2, "500m" or "1Gi"', _suffix_hint(wrong.value)
        case pattern if pattern in formats.SAID:
            return f"{got} is no {formats.SAID[pattern]}", ""
    return f"{given(wrong.value, hidden=wrong.hidden)} does not match the pattern {wrong.limit}", ""


_SUFFIXES_MEANT = {
    **{f"{letter}b": f"{letter.upper()}i" for letter in "kmgt"},
    **{f"{letter}ib": f"{letter.upper()}i" for letter in "kmgt"},
    **{f"{letter}i": f"{letter.upper()}i" for letter in "kmgt"},
    "k": "k or Ki",
    "g": "G or Gi",
    "t": "T or Ti",
}


def _suffix_hint(value: str) -> str:
    suffix = value.strip().lstrip("+-.0123456789").strip()
    meant = _SUFFIXES_MEANT.get(suffix.lower(), "")
    if suffix == meant:
        return f"write {''.join(value.split())}, without blanks"
    return f"the suffix `{suffix}` does not exist; meant is {meant}" if meant else ""


def _too_few(what: str) -> Callable[[_Wrong], tuple[str, str]]:
    return lambda wrong: (f"at least {_counted(wrong.limit, what)} needed, it has {len(wrong.value)}", "")


def _too_many_items(wrong: _Wrong) -> tuple[str, str]:
    return f"it has {len(wrong.value)} items, at most {wrong.limit} may be given", ""


def _too_many_fields(wrong: _Wrong) -> tuple[str, str]:
    listed = named_together([(name,) for name in wrong.value])
    return f"it has {listed}, but at most {_counted(wrong.limit, 'field')} allowed", ""


def _counted(number: Any, noun: str) -> str:
    return f"{number} {noun} is" if number == 1 else f"{number} {noun}s are"


def _limited(words: str) -> Callable[[_Wrong], tuple[str, str]]:
    return lambda wrong: (
        f"expected {words.format(wrong.limit)}, got {given(wrong.value, hidden=wrong.hidden)}",
        "",
    )


_TELLERS: Mapping[str, Callable[[_Wrong], tuple[str, str]]] = {
    "type": _wrong_type,
    "enum": _not_listed,
    "minimum": _out_of_range,
    "maximum": _out_of_range,
    "exclusiveMinimum": _limited("more than {}"),
    "exclusiveMaximum": _limited("less than {}"),
    "multipleOf": _limited("a multiple of {}"),
    "pattern": _no_match,
    "minLength": _limited("{} or more characters"),
    "maxLength": _limited("{} or fewer characters"),
    "minItems": _too_few("item"),
    "maxItems": _too_many_items,
    "minProperties": _too_few("field"),
    "maxProperties": _too_many_fields,
}

_TOLD = frozenset({*_TELLERS, "additionalProperties", "required"})


def _other(schema: Schema, error: SchemaError) -> Fault:
    """For keywords that only custom resources use (`not`, `anyOf`)."""
    found = choice(schema, error)
    path = (*error.path, *found.path)
    said = f"{format_path(error.path) or 'the object'}: {found.said}"
    return Fault("schema-violation", path or ("kind",), said, at_key=bool(found.path) or not path)


def _called(body: Any) -> str:
    return f"{body['kind']} ({body['apiVersion']})"
