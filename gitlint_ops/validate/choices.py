"""`oneOf`, `anyOf` and `not` of custom resources in plain words: mostly they say which fields go together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from msgspec import Struct

from gitlint_ops.model.location import FieldPath
from gitlint_ops.validate.compiled import Schema, SchemaError

_MOST_NAMES = 8

Fields: TypeAlias = tuple[str, ...]
"""Fields that are given together."""

_WITHOUT_FIELDS: Mapping[str, str] = {
    "allOf": "it does not fit its schema",
    "anyOf": "it fits none of the forms that its schema allows",
    "not": "it has a form that its schema forbids",
    "oneOf": "it does not fit exactly one of the forms that its schema allows",
}


class Choice(Struct, frozen=True):
    """What a mapping chose wrongly; `path` leads to the field too many, from the mapping on."""

    said: str
    path: FieldPath = ()


def choice(schema: Schema, error: SchemaError) -> Choice:
    """What is wrong by one of these keywords."""
    for node in _nodes(schema, error.path):
        found = _by_fields(node, error) if isinstance(error.value, dict) else None
        if found is not None:
            return found
    return Choice(_WITHOUT_FIELDS.get(error.keyword, f"its schema does not allow this ({error.keyword})"))


def _nodes(schema: Schema, path: FieldPath) -> Iterator[Mapping[str, Any]]:
    """The schemas that judge the value at a path: its own, and those that it is put together of."""
    waiting: list[Any] = [schema.shape_at(path)]
    for node in waiting:
        if isinstance(node, Mapping):
            yield node
            waiting.extend((node.get("then"), *(node.get("allOf") or ())))


def _by_fields(node: Mapping[str, Any], error: SchemaError) -> Choice | None:
    """What is wrong with the fields that are given, where that is what the keyword judges by."""
    if error.keyword == "not":
        fields = _required(node.get("not"))
        return _too_many([(name,) for name in fields], "") if _given(fields, error.value) else None
    if error.keyword not in ("anyOf", "oneOf"):
        return None
    branches = node.get(error.keyword)
    if not isinstance(branches, list):
        return None
    known = [_required(one) for one in branches if not _is_none_of_them(one)]
    if not known or not all(known):
        return None
    chosen = [one for one in known if _given(one, error.value)]
    if not chosen and len(known) == len(branches):
        number = "one" if error.keyword == "oneOf" else "at least one"
        return Choice(f"{number} of {named_together(known, 'or')} is required")
    if len(chosen) > 1 and error.keyword == "oneOf":
        return _too_many(chosen, f", but only one of {named_together(known, 'or')} is allowed")
    return None


def _too_many(chosen: list[Fields], limit: str) -> Choice:
    verb = "are both given" if len(chosen) == 2 else "are all given"
    said = (
        f"{named_together(chosen)} {verb}{limit}"
        if limit
        else f"{named_together(chosen)} must not be given together"
    )
    return Choice(said, chosen[1][:1] if len(chosen) > 1 else chosen[0][:1])


def _required(branch: Any) -> Fields:
    """The fields that a branch demands, if that is all that it says."""
    held = branch.get("required") if isinstance(branch, Mapping) else None
    if not isinstance(held, list) or not all(isinstance(name, str) for name in held):
        return ()
    others = {key: value for key, value in branch.items() if key != "required"}
    described = others.pop("properties", {})
    says_no_more = not others and not any(described.values())
    return tuple(held) if says_no_more else ()


def _is_none_of_them(branch: Any) -> bool:
    """Whether a branch is the one for mappings that choose nothing."""
    return isinstance(branch, Mapping) and set(branch) == {"not"}


def _given(fields: Fields, value: Mapping[str, Any]) -> bool:
    return bool(fields) and all(name in value for name in fields)


def named_together(choices: Iterable[Fields], word: str = "and") -> str:
    """Fields by name, those that belong together joined: "`a`, `b` with `c` and `d`"."""
    names = [" with ".join(f"`{name}`" for name in one) for one in choices]
    shown = names[:_MOST_NAMES]
    if len(names) > _MOST_NAMES:
        return ", ".join((*shown, "…"))
    return f" {word} ".join((", ".join(shown[:-1]), shown[-1])) if len(shown) > 1 else shown[0]
