"""`vars:` (deprecated): `$(NAME)` in known fields becomes the value of another field.

Source: api/types/var.go, api/internal/accumulator, api/filters/refvar
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from gitlint_ops.build.kustomize.decode import Fields, scalar_text
from gitlint_ops.build.kustomize.faults import OURS, Place, did_you_mean, fault
from gitlint_ops.build.kustomize.field_specs import FieldSpec, FieldSpecFault, Hit, SpecsByKind
from gitlint_ops.build.kustomize.growth import MAX_SIZE
from gitlint_ops.build.kustomize.identity import Scopes, format_gvk, plain_id
from gitlint_ops.build.kustomize.merge_nodes import (
    Node,
    Written,
    text_as_written,
    unknown_text,
    written_null,
)
from gitlint_ops.build.kustomize.node_texts import Shortened, Untyped, plain
from gitlint_ops.build.kustomize.resource import Gvk, ResId, Resource
from gitlint_ops.build.kustomize.shared_values import settled
from gitlint_ops.model.blame import Origin, Via, over
from gitlint_ops.model.blame import at as blame_at
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.structure import value_at, with_value
from gitlint_ops.syntax.scalars import number
from gitlint_ops.syntax.text import Unfit

DEFAULT_FIELD = "metadata.name"


class _Value(NamedTuple):
    """What a variable means, and its entry over what set the field that it reads."""

    value: Any
    blame: Origin


class Variable(Struct, frozen=True):
    """A name for the field at `field_path` of one resource."""

    name: str
    target: ResId
    field_path: str
    place: Place


def variable(fields: Fields) -> Variable:
    owner = fields.struct("objref")
    reference = fields.struct("fieldref")
    return Variable(
        name=fields.text("name"),
        target=_target(owner) if owner else ResId(Gvk("", "", ""), "", ""),
        field_path=(reference.text("fieldPath") if reference else "") or DEFAULT_FIELD,
        place=fields.place,
    )


def _target(owner: Fields) -> ResId:
    group, version = owner.text("group"), owner.text("version")
    parts = owner.text("apiVersion").split("/")
    if parts != [""] and len(parts) <= 2:
        version = parts[-1]
        group = parts[0] if len(parts) == 2 else group
    return ResId(Gvk(group, version, owner.text("kind")), owner.text("name"), owner.text("namespace"))


def merge(held: Mapping[str, Variable], added: Iterable[Variable]) -> Mapping[str, Variable]:
    """The variables of both.

    Raises:
        BuildFault: a name is used twice.
    """
    merged = dict(held)
    for one in added:
        other = merged.get(one.name)
        if other is not None:
            raise fault(
                f"the variable {one.name!r} is defined twice "
                f"(kustomize: var '{one.name}' already encountered)",
                one.place,
                related=(other.place.note("the other definition"),),
            )
        merged[one.name] = one
    return merged


def bind(
    resources: tuple[Resource, ...], variables: Sequence[Variable], scopes: Scopes
) -> tuple[Resource, ...]:
    """The resources, those that variables mean remembering the variables' names.

    Raises:
        BuildFault: a variable may mean several resources.
    """
    for one in variables:
        found = [index for index, resource in enumerate(resources) if _is_meant(resource, one.target, scopes)]
        if len(found) > 1:
            raise fault(
                f"the variable {one.name!r} may mean any of {len(found)} resources: add a namespace "
                f"(kustomize: found {len(found)} resId matches for var, unable to disambiguate)",
                one.place,
            )
        for index in found:
            owner = resources[index]
            owner = replace(owner, variables=(*owner.variables, one.name))
            resources = (*resources[:index], owner, *resources[index + 1 :])
    return resources


def _is_meant(resource: Resource, target: ResId, scopes: Scopes) -> bool:
    ids = (*resource.prev_ids, resource.cur_id)
    if target.namespace or scopes.is_cluster_scoped(target.gvk):
        return any(scopes.identity(one) == scopes.identity(target) for one in ids)
    return any(one.gvk == target.gvk and one.name == target.name for one in ids)


def resolve(
    resources: tuple[Resource, ...],
    variables: Mapping[str, Variable],
    specs: Sequence[FieldSpec],
    *,
    complete: bool,
    written: Written = unknown_text,
) -> tuple[Resource, ...]:
    """The resources with `$(NAME)` replaced in the fields that `specs` name.

    Raises:
        BuildFault: a variable's resource or field does not exist (unless not `complete`).
    """
    values: dict[str, _Value] = {}
    for name in sorted(variables):
        found = _value_of(variables[name], resources, written, complete=complete)
        if found is not None:
            values[name] = found
    if not values:
        return resources
    expander = _Expander(values)
    by_kind = SpecsByKind(tuple(specs), creates=False)
    place = variables[next(iter(values))].place
    # Fields without "$(" cannot change; most resources have none.
    expanded = tuple(by_kind.change(resource, place, expander.change) for resource in resources)
    # A label may share its value with others; that a selector changes along is told for steps only.
    return settled(expanded, [])


def _near(wanted: ResId, resources: Sequence[Resource]) -> str:
    """What there is of the kind that was looked for."""
    names = [resource.name for resource in resources if resource.gvk.kind == wanted.gvk.kind]
    return did_you_mean(wanted.name, names) if names else f"there is no {wanted.gvk.kind} here at all"


def _value_of(
    one: Variable, resources: tuple[Resource, ...], written: Written, *, complete: bool
) -> _Value | None:
    owner = next((resource for resource in resources if one.name in resource.variables), None)
    if owner is None:
        if complete:
            raise fault(
                f"the variable {one.name!r} means {plain_id(one.target)}, which is not part of this build "
                f"(kustomize: var '{{{one.name} {format_gvk(one.target.gvk)} ...}}' cannot be mapped to a "
                "field in the set of known resources)",
                one.place,
                hint=_near(one.target, resources),
            )
        return None
    try:
        path = find(owner.body, one.field_path)
        value = _read(owner, path, written)
    except KeyError as error:
        if one.field_path == "metadata.annotations" and owner.has_notes:
            return None
        raise fault(
            f"the variable {one.name!r} means the field {one.field_path} of {owner.gvk.kind} {owner.name}, "
            "which does not exist (kustomize: field specified in var not found in corresponding resource)",
            one.place,
        ) from error
    entry = replace(one.place.origin(Via.REPLACEMENT), over=blame_at(owner.blame, path))
    return _Value(value, entry)


def _read(owner: Resource, path: FieldPath, written: Written) -> Any:
    """The value of a field, which kustomize reads from its text by its tag.

    Raises:
        KeyError: the text is none that it can read.
    """
    value = value_at(owner.body, path)
    if isinstance(value, Shortened):
        return value
    if value is None:
        blame = blame_at(owner.blame, path)
        return "null" if owner.rewritten else written_null(Node(value, blame=blame), written)
    if isinstance(value, bool | float | dict | list):
        return plain(value)
    text = (
        scalar_text(value)
        if owner.rewritten
        else text_as_written(value, blame_at(owner.blame, path), written)
    )
    if isinstance(value, str):
        if isinstance(value, Unfit):
            raise KeyError(path)
        return str(text)
    if _DECIMAL.match(text):
        return int(text)
    if isinstance(number(text), float):
        return value
    raise KeyError(path)


_DECIMAL = re.compile(r"[+-]?[0-9]+\Z")
_INDEXED = re.compile(r"(.*)\[(\d+)\]\Z", re.DOTALL)


def field_parts(path: str) -> tuple[str | int, ...]:
    """The keys of a dotted path: `a.b[0]`, `a.[name=web].b`, `a\\.b`."""
    parts: list[str | int] = []
    for text in re.findall(r"\[[^\]]*\]|(?:\\.|[^.\[]|\[\d+\])+", path):
        name = text.replace("\\.", ".")
        indexed = _INDEXED.match(name)
        if indexed:
            parts += [indexed[1]] if indexed[1] else []
            parts.append(int(indexed[2]))
        elif name.startswith("[") and "=" not in name:
            parts.append(name.strip("[]"))
        else:
            parts.append(int(name) if name.isdecimal() else name)
    return tuple(parts)


def find(body: Mapping[str, Any], path: str) -> FieldPath:
    """Where a dotted path leads.

    Raises:
        KeyError: nowhere.
    """
    node: Any = body
    keys: list[str | int] = []
    for part in field_parts(path):
        key = _key(node, part)
        if key is None:
            raise KeyError(path)
        keys.append(key)
        node = node[key]
    return tuple(keys)


def _key(node: Any, part: str | int) -> str | int | None:
    """The key or index that a part of a path means in a mapping or list."""
    if isinstance(node, list) and isinstance(part, int):
        return part if part < len(node) else None
    if isinstance(node, list) and str(part).startswith("["):
        key, _, value = str(part).strip("[]").partition("=")
        return next((index for index, one in enumerate(node) if _has(one, key, value)), None)
    return str(part) if isinstance(node, dict) and str(part) in node else None


def _has(item: Any, key: str, value: str) -> bool:
    return isinstance(item, dict) and scalar_text(item.get(key)) == value


class _Expander:
    """Values by variable, put into fields."""

    def __init__(self, values: Mapping[str, _Value]) -> None:
        self._values = values

    def change(self, resource: Resource, hit: Hit) -> Resource:
        value = hit.value
        if isinstance(value, str):
            return resource if isinstance(value, Unfit) else self._expanded(resource, hit.path, value)
        if isinstance(value, dict):
            for key, item in value.items():
                if isinstance(item, str) and not isinstance(item, Unfit):
                    resource = self._expanded(resource, (*hit.path, key), item)
        elif isinstance(value, list):
            for index, item in enumerate(value):
                if not isinstance(item, str) or isinstance(item, Unfit):
                    raise FieldSpecFault("invalid value type expect a string")
                resource = self._expanded(resource, (*hit.path, index), item)
        return resource

    def _expanded(self, resource: Resource, path: FieldPath, text: str) -> Resource:
        if "$" not in text:
            return _as_text(resource, path, text) if type(text) is Untyped else resource
        used: list[str] = []
        value = expand(text, lambda name: self._mapped(name, used))
        if value == text and isinstance(value, str):
            return _as_text(resource, path, text) if type(text) is Untyped else resource
        return resource.with_field(path, plain(value), self._origin(used))

    def _origin(self, used: Sequence[str]) -> Origin:
        """All variables in the field, the first before the others."""
        if not used:  # `$$` became `$`, because there are variables
            return replace(next(iter(self._values.values())).blame, via=Via.TRANSFORMER, over=None)
        first, *others = dict.fromkeys(used)
        made = self._values[first].blame
        for name in others:
            made = over(made, self._values[name].blame)
        return made

    def _mapped(self, name: str, used: list[str]) -> Any:
        held = self._values.get(name)
        if held is None or not isinstance(held.value, str | int | float):
            return f"$({name})"
        used.append(name)
        return held.value


def _as_text(resource: Resource, path: FieldPath, text: str) -> Resource:
    """The resource with a text that had no type yet: kustomize gives it one by looking for variables."""
    return replace(resource, body=with_value(resource.body, path, str(text)))


def expand(text: str, mapped: Callable[[str], Any]) -> Any:
    """`text` with `$(NAME)` replaced; a text that is one variable only takes on its type.

    `$$` stands for one `$`, and what is no variable stays.

    Raises:
        FieldSpecFault: the text becomes longer than any object that a cluster takes.
    """
    parts: list[str] = []
    at = length = 0
    last = text.rfind(")")
    while at < len(text):
        char = text[at]
        if char != "$" or at + 1 == len(text):
            parts.append(char)
            at += 1
            continue
        end = text.find(")", at + 2) if text[at + 1] == "(" and at < last else -1
        if end >= 0:
            value = mapped(text[at + 2 : end])
            if at == 0 and end + 1 == len(text):
                return value
            parts.append(scalar_text(value))
            length += len(parts[-1])
            if length > MAX_SIZE:
                raise FieldSpecFault(OURS + "its variables make it larger than any object a cluster takes")
            at = end + 1
        else:
            parts.append("$" if text[at + 1] == "$" else text[at : at + 2])
            at += 2
    return "".join(parts)
