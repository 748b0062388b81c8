"""Typed fields from YAML bodies, as Go decodes JSON: names without regard to case, types strictly.

Source: encoding/json (field names, type errors), sigs.k8s.io/yaml (scalars given to string fields)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from msgspec import Struct, field
from msgspec.structs import force_setattr

from gitlint_ops.build.kustomize.faults import BuildFault, Place, did_you_mean, fault
from gitlint_ops.build.kustomize.node_texts import Shortened
from gitlint_ops.model.location import FieldPath, format_path
from gitlint_ops.syntax.scalars import go_float


class Text(Struct, frozen=True):
    pass


class Flag(Struct, frozen=True):
    pass


class Integer(Struct, frozen=True):
    pass


class Anything(Struct, frozen=True):
    pass


class MapOf(Struct, frozen=True):
    item: Shape


class ListOf(Struct, frozen=True):
    item: Shape


class StructOf(Struct, frozen=True):
    """A mapping with known fields; `name` is kustomize's name of the type, for messages."""

    name: str
    fields: Mapping[str, Shape]
    lowered: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        force_setattr(self, "lowered", {name.lower(): name for name in self.fields})


Shape: TypeAlias = Text | Flag | Integer | Anything | MapOf | ListOf | StructOf

TEXT = Text()
FLAG = Flag()
INTEGER = Integer()
ANYTHING = Anything()
TEXTS = ListOf(TEXT)
TEXT_MAP = MapOf(TEXT)


class Fields(Struct, frozen=True):
    """A decoded mapping: values by their canonical names, and where each stands.

    Nested mappings are `Fields` too. Fields that are absent or null are left out. `moved` are the places
    of fields and entries of lists that were added from elsewhere.
    """

    values: Mapping[str, Any]
    place: Place
    spelled: Mapping[str, str]
    moved: Mapping[FieldPath, Place] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def at(self, name: str, *rest: str | int) -> Place:
        """The place of a field, under the name that the file spells it by."""
        for length in (2, 1) if self.moved else ():
            found = self.moved.get((name, *rest)[:length])
            if found is not None and length <= len(rest) + 1:
                return found.of(*rest[length - 1 :])
        return self.place.of(self.spelled.get(name, name), *rest)

    def text(self, name: str) -> str:
        value = self.values.get(name, "")
        assert isinstance(value, str)
        return value

    def flag(self, name: str) -> bool:
        return bool(self.values.get(name, False))

    def integer(self, name: str) -> int:
        value = self.values.get(name, 0)
        assert isinstance(value, int)
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        value = self.values.get(name, ())
        assert isinstance(value, tuple)
        return value

    def text_map(self, name: str) -> Mapping[str, str]:
        value = self.values.get(name, {})
        assert isinstance(value, dict)
        return value

    def struct(self, name: str) -> Fields | None:
        value = self.values.get(name)
        assert value is None or isinstance(value, Fields)
        return value

    def structs(self, name: str) -> tuple[Fields, ...]:
        value = self.values.get(name, ())
        assert isinstance(value, tuple)
        return value

    def plain(self) -> dict[str, Any]:
        """The values as plain data under canonical names."""
        return {name: _plain(value) for name, value in self.values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Fields):
        return value.plain()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


class Rules(Struct, frozen=True):
    """How to decode. `strict`: unknown fields are faults, and scalars are never turned into text."""

    subject: str
    strict: bool

    @property
    def said(self) -> str:
        """What kustomize says before Go's own words, as far as it is the same for all."""
        return "invalid Kustomization: " if self.subject == "Kustomization" else ""


def decode_struct(body: Any, shape: StructOf, place: Place, *, subject: str, strict: bool) -> Fields:
    """`body` as the fields of `shape`.

    Raises:
        BuildFault: an unknown field (if strict) or a value of the wrong type, at its place.
    """
    return _struct(body, shape, place, shape.name, Rules(subject, strict))


def _struct(body: Any, shape: StructOf, place: Place, field_name: str, rules: Rules) -> Fields:
    if not isinstance(body, dict):
        raise _wrong_type(body, "a mapping", place, field_name, rules)
    values: dict[str, Any] = {}
    spelled: dict[str, str] = {}
    # Go names a field by the struct that holds it and all fields on the way: `Image.images.newTag`.
    _, _, outer = field_name.partition(".")
    holder = f"{shape.name}.{outer}" if outer else shape.name
    # Go decodes the keys of the JSON in byte order; of two spellings of one field the later wins.
    for key in sorted(map(str, body)):
        name = shape.lowered.get(key.lower())
        if name is None:
            if rules.strict:
                raise _unknown_field(key, shape, place, rules)
            continue
        spelled[name] = key
        value = _value(body.get(key), shape.fields[name], place.of(key), f"{holder}.{name}", rules)
        if value is not None:
            values[name] = value
    return Fields(values, place, spelled)


def _unknown_field(key: str, shape: StructOf, place: Place, rules: Rules) -> BuildFault:
    return fault(
        f'unknown field "{key}" (kustomize: {rules.said}json: unknown field "{key}")',
        place.of(key),
        hint=did_you_mean(key, shape.fields),
        at_key=True,
    )


def _value(value: Any, shape: Shape, place: Place, name: str, rules: Rules) -> Any:
    """The decoded value, or None for null, which Go takes for an absent field."""
    if value is None:
        return "" if isinstance(shape, Text) and name.endswith("[]") else None
    match shape:
        case StructOf():
            return _struct(value, shape, place, name, rules)
        case ListOf(item):
            return _list(value, item, place, name, rules)
        case MapOf(item):
            return _map(value, item, place, name, rules)
        case Anything():
            return value
        case _:
            return _scalar(value, shape, place, name, rules)


def _list(value: Any, item: Shape, place: Place, name: str, rules: Rules) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise _wrong_type(value, "a list", place, name, rules)
    decoded = (_value(one, item, place.of(index), f"{name}[]", rules) for index, one in enumerate(value))
    if isinstance(item, StructOf):
        # A null entry is an empty struct to Go, and not an absent one.
        return tuple(
            Fields({}, place.of(index), {}) if one is None else one for index, one in enumerate(decoded)
        )
    return tuple(decoded)


def _map(value: Any, item: Shape, place: Place, name: str, rules: Rules) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _wrong_type(value, "a mapping", place, name, rules)
    decoded = {str(key): _value(one, item, place.of(str(key)), name, rules) for key, one in value.items()}
    return {key: "" if one is None and isinstance(item, Text) else one for key, one in decoded.items()}


_SCALARS: tuple[tuple[type, Callable[[Any], bool], str], ...] = (
    (Text, lambda value: isinstance(value, str), "a string"),
    (Flag, lambda value: isinstance(value, bool), "true or false"),
    (Integer, lambda value: isinstance(value, int) and not isinstance(value, bool), "an integer"),
)


def _scalar(value: Any, shape: Shape, place: Place, name: str, rules: Rules) -> Any:
    for kind, accepts, wanted in _SCALARS:
        if isinstance(shape, kind):
            if accepts(value):
                return value
            if isinstance(shape, Integer) and isinstance(value, float) and value.is_integer():
                return int(value)
            if isinstance(shape, Text) and not rules.strict and isinstance(value, bool | int | float):
                return scalar_text(value)
            raise _wrong_type(value, wanted, place, name, rules)
    raise AssertionError(shape)


def scalar_text(value: Any) -> str:
    """A scalar as its YAML text; "" for null and for what is no scalar."""
    if isinstance(value, str):
        return str(value)  # a plain one
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Shortened):
        return go_float(value)
    if isinstance(value, int | float):
        return repr(value).removesuffix(".0")
    return ""


def _wrong_type(value: Any, wanted: str, place: Place, name: str, rules: Rules) -> BuildFault:
    given, go_name = _described(value)
    where = format_path(place.path) or name
    return fault(
        f"{where} must be {wanted}, not {given} "
        f"(kustomize: {rules.said}json: cannot unmarshal {go_name} into Go struct field "
        f"{name.replace('[]', '')})",
        place,
    )


def _described(value: Any) -> tuple[str, str]:
    match value:
        case None:
            return "null", "null"
        case bool():
            return f"the boolean {scalar_text(value)} (quote it to make it a string)", "bool"
        case int() | float():
            return f"the number {scalar_text(value)} (quote it to make it a string)", "number"
        case str():
            return "a string", "string"
        case list():
            return "a list", "array"
        case _:
            return "a mapping", "object"
