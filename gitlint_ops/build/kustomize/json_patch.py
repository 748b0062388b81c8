"""JSON 6902 patches, as the library that kustomize uses applies them.

It differs from the RFC: indexes may be negative, `replace` of a missing member adds it, `copy` of
a missing member and a missing `value` give null.

Source: gopkg.in/evanphx/json-patch.v4 patch.go, api/filters/patchjson6902
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from gitlint_ops.build.kustomize.absence import absence
from gitlint_ops.build.kustomize.faults import OURS, did_you_mean
from gitlint_ops.build.kustomize.growth import MAX_DEPTH, is_outgrown
from gitlint_ops.build.kustomize.json_spelling import equals_spelled, with_floats
from gitlint_ops.build.kustomize.resource import Resource
from gitlint_ops.model.blame import Blame, ListBlame, Origin, at, child, origin, over, with_blame
from gitlint_ops.model.disclosure import is_shown
from gitlint_ops.model.location import FieldPath, format_path
from gitlint_ops.model.structure import value_at, with_value, without

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}\Z")
MAX_OPERATIONS = 10_000
_LONG_POINTER = 30
_LONGEST_SHOWN = 200


class JsonPatchFault(Exception):
    """An operation that cannot be applied; `index` counts operations from 0.

    `index` is None where the patch as a whole is no list of operations. `field` is the one of the
    operation to correct.
    """

    def __init__(self, reason: str, index: int | None = None, *, field: str = "path", hint: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.index = index
        self.field = field
        self.hint = hint


class _Fault(Exception):
    def __init__(self, reason: str, hint: str = "", field: str = "path") -> None:
        super().__init__(reason)
        self.hint = hint
        self.field = field


class _Document(Struct, frozen=True):
    body: Any
    blame: Blame


class _Member(Struct, frozen=True):
    """A place that an operation names: the container at `parent`, which exists, and a key in it."""

    parent: FieldPath
    container: dict[str, Any] | list[Any]
    key: str


class _Operation(Struct, frozen=True):
    """One step of a patch, and where it stands."""

    held: Mapping[str, Any]
    here: Origin
    as_json: Mapping[str, Any] | None

    @property
    def name(self) -> str:
        name = self.held.get("op")
        return name if isinstance(name, str) else "unknown"

    def moving(self, source: Blame | None) -> Origin:
        """The blame of a value that it brings from elsewhere, where `source` set it."""
        return over(replace(self.here, verbatim=False, over=source), None)


def apply_json_patch(
    resource: Resource,
    operations: Any,
    patch: Origin,
    bodies: list[Any] | None = None,
    *,
    as_json: Any = None,
) -> Resource:
    """The resource with all operations applied; `patch` is where the list of them stands.

    `bodies` takes in the body before the first operation and after each of them. `as_json`
    are the operations as they are spelled, if they are JSON and not YAML.

    Raises:
        JsonPatchFault: an operation does not apply.
    """
    if operations is None:
        return resource
    if not isinstance(operations, list):
        raise JsonPatchFault("a JSON patch is a list of operations")
    if len(operations) > MAX_OPERATIONS:
        raise JsonPatchFault(f"{OURS}more than {MAX_OPERATIONS} operations")
    document = _Document(resource.body, resource.blame)
    bodies = [] if bodies is None else bodies
    bodies.append(document.body)
    for index, operation in enumerate(operations):
        here = replace(patch, source_path=(*patch.source_path, index))
        try:
            document = _apply(document, operation, here, as_json[index] if as_json else None)
            _check_growth(document, operation)
        except _Fault as error:
            raise JsonPatchFault(str(error), index, field=error.field, hint=error.hint) from error
        bodies.append(document.body)
    if not isinstance(document.body, dict):
        raise JsonPatchFault("json: cannot unmarshal array into Go value of type map[string]interface {}")
    body = with_floats(document.body)
    return replace(resource, body=body, blame=document.blame, untyped=body is not document.body)


def _apply(document: _Document, operation: Any, here: Origin, as_json: Any) -> _Document:
    if operation is not None and not isinstance(operation, dict):
        raise _Fault("json: cannot unmarshal a value that is no mapping into an operation")
    step = _Operation(operation or {}, here, as_json)
    apply = _OPERATIONS.get(step.name)
    if apply is None:
        meant = did_you_mean(step.name, _OPERATIONS) or f"op is one of {', '.join(_OPERATIONS)}"
        raise _Fault(f"Unexpected kind: {step.name}", meant, "op")
    return apply(document, step)


def _check_growth(document: _Document, operation: Any) -> None:
    """A copy can double an object, a move or a long pointer nest it, with every operation."""
    held = operation if isinstance(operation, dict) else {}
    can_grow = held.get("op") in ("copy", "move") or str(held.get("path")).count("/") > _LONG_POINTER
    if can_grow and is_outgrown(document.body):
        raise _Fault(f"{OURS}it makes the object larger or deeper than any that a cluster takes")


def _pointer(operation: _Operation, field: str) -> str:
    pointer = operation.held.get(field)
    if not isinstance(pointer, str):
        hint = f"add `{field}:` with a pointer such as /spec/replicas"
        raise _Fault(f"{operation.name} operation failed to decode {field}: missing value", hint, field)
    if pointer.count("/") > MAX_DEPTH:
        raise _Fault(f"{OURS}the pointer leads through more than {MAX_DEPTH} fields", field=field)
    return pointer


def _member(document: _Document, operation: _Operation, field: str = "path") -> _Member:
    pointer = _pointer(operation, field)
    parts = pointer.split("/")
    container = document.body
    parent: FieldPath = ()
    absent = "a pointer starts with /"
    # What stands before the first slash is ignored, as kustomize does.
    for part in parts[1:-1]:
        key = _held_key(container, _unescaped(part))
        absent = absence(container, parent, _unescaped(part))
        container = None if key is None else container[key]
        parent = (*parent, "" if key is None else key)
        if not isinstance(container, dict | list):
            absent = absent or f"{format_path(parent)} has nothing below it"
            break
    if len(parts) < 2 or not isinstance(container, dict | list):
        shown = pointer if operation.name == "replace" else f'"{pointer}"'  # as the library has it
        what = "doc is missing from path" if field == "from" else "doc is missing path"
        raise _Fault(
            f"{operation.name} operation does not apply: {what}: {shown}: missing value", absent, field
        )
    return _Member(parent, container, _unescaped(parts[-1]))


def member_at(body: Any, pointer: str) -> tuple[FieldPath, Any, str] | None:
    """The container that a pointer leads to, its path, and the key in it; None where it leads nowhere."""
    *above, last = pointer.split("/")[1:] or [""]
    path: FieldPath = ()
    for part in above:
        key = _held_key(body, _unescaped(part))
        if key is None:
            return None
        body, path = body[key], (*path, key)
    return path, body, _unescaped(last)


def _unescaped(part: str) -> str:
    return part.replace("~1", "/").replace("~0", "~") if "~" in part else part


def _held_key(container: Any, part: str) -> str | int | None:
    """The key or index of a member that exists."""
    if isinstance(container, dict):
        return part if part in container else None
    if not isinstance(container, list) or not _INTEGER.match(part):
        return None
    index = int(part)
    index = index + len(container) if index < 0 else index
    return index if 0 <= index < len(container) else None


def _no_index(member: _Member) -> _Fault:
    return _Fault(
        f"Unable to access invalid index: {member.key}: invalid index referenced",
        absence(member.container, member.parent, member.key),
    )


def _list_index(member: _Member, pointer: str) -> int:
    if not _INTEGER.match(member.key):
        raise _Fault(
            f"'{member.key}' is no index of the list at {pointer!r}: value was not a proper array index",
            absence(member.container, member.parent, member.key),
        )
    found = _held_key(member.container, member.key)
    if not isinstance(found, int):
        raise _no_index(member)
    return found


def _set(document: _Document, path: FieldPath, value: Any, by: Origin) -> _Document:
    """Puts a value where one stood already; one that says the same again stays whose it was."""
    held = value_at(document.body, path)
    if value is not None and not isinstance(value, dict | list) and _is_equal(held, value):
        return document
    blame = over(by, at(document.blame, path))
    return _Document(with_value(document.body, path, value), with_blame(document.blame, path, blame))


def _added(document: _Document, member: _Member, value: Any, by: Origin) -> _Document:
    if isinstance(member.container, list):
        return _inserted(document, member, member.container, value, by)
    path = (*member.parent, member.key)
    if member.key in member.container:
        return _set(document, path, value, by)
    return _Document(with_value(document.body, path, value), with_blame(document.blame, path, by))


def _inserted(document: _Document, member: _Member, items: list[Any], value: Any, by: Origin) -> _Document:
    if member.key == "-":
        index = len(items)
    elif not _INTEGER.match(member.key):
        raise _Fault(
            f"value was not a proper array index: '{member.key}'",
            f"{absence(items, member.parent, member.key)}, or append with -",
        )
    else:
        index = int(member.key)
        if not -len(items) - 1 <= index <= len(items):
            raise _no_index(member)
        index = index + len(items) + 1 if index < 0 else index
    blames = _item_blames(document, member.parent, len(items))
    return _with_items(
        document,
        member.parent,
        [*items[:index], value, *items[index:]],
        (*blames[:index], by, *blames[index:]),
    )


def _item_blames(document: _Document, path: FieldPath, length: int) -> tuple[Blame, ...]:
    blame = at(document.blame, path)
    if isinstance(blame, ListBlame) and len(blame.items) == length:
        return blame.items
    return tuple(child(blame, index) for index in range(length))


def _with_items(
    document: _Document, path: FieldPath, items: list[Any], blames: tuple[Blame, ...]
) -> _Document:
    listed = ListBlame(origin(at(document.blame, path)), blames)
    return _Document(with_value(document.body, path, items), with_blame(document.blame, path, listed))


def _removed(document: _Document, member: _Member, pointer: str) -> _Document:
    if isinstance(member.container, dict):
        if member.key not in member.container:
            raise _Fault(
                f"error in remove for path: '{pointer}': "
                f"Unable to remove nonexistent key: {member.key}: missing value",
                absence(member.container, member.parent, member.key),
            )
        return replace(document, body=without(document.body, (*member.parent, member.key)))
    index = _list_index(member, pointer)
    blames = _item_blames(document, member.parent, len(member.container))
    items = [*member.container[:index], *member.container[index + 1 :]]
    return _with_items(document, member.parent, items, (*blames[:index], *blames[index + 1 :]))


def _of_value(operation: _Operation) -> Origin:
    if "value" not in operation.held:
        return replace(operation.here, verbatim=False)
    return replace(operation.here, source_path=(*operation.here.source_path, "value"))


def _add(document: _Document, operation: _Operation) -> _Document:
    member = _member(document, operation)
    return _added(document, member, operation.held.get("value"), _of_value(operation))


def _remove(document: _Document, operation: _Operation) -> _Document:
    return _removed(document, _member(document, operation), _pointer(operation, "path"))


def _replace(document: _Document, operation: _Operation) -> _Document:
    pointer, value = _pointer(operation, "path"), operation.held.get("value")
    by = _of_value(operation)
    if pointer == "":
        if not isinstance(value, dict | list):
            raise _Fault("replace operation value must be object or array")
        return _Document(value, over(by, document.blame))
    member = _member(document, operation)
    if isinstance(member.container, dict):
        return _added(document, member, value, by)
    index = _held_key(member.container, member.key)
    if index is None:
        raise _Fault(
            f"replace operation does not apply: doc is missing key: {pointer}: missing value",
            absence(member.container, member.parent, member.key),
        )
    return _set(document, (*member.parent, index), value, by)


def _move(document: _Document, operation: _Operation) -> _Document:
    source = _member(document, operation, "from")
    value, set_by = _taken(document, source)
    document = _removed(document, source, _pointer(operation, "from"))
    return _added(document, _member(document, operation), value, operation.moving(set_by))


def _copy(document: _Document, operation: _Operation) -> _Document:
    value, set_by = _taken(document, _member(document, operation, "from"))
    return _added(document, _member(document, operation), value, operation.moving(set_by))


def _taken(document: _Document, member: _Member) -> tuple[Any, Blame | None]:
    """The value of a member and its blame; null for a missing member of a mapping."""
    key = _held_key(member.container, member.key)
    if key is None:
        if isinstance(member.container, list):
            raise _no_index(member)
        return None, None
    path = (*member.parent, key)
    return value_at(document.body, path), at(document.blame, path)


def _test(document: _Document, operation: _Operation) -> _Document:
    pointer, wanted = _pointer(operation, "path"), operation.held.get("value")
    found = document.body if pointer == "" else _taken(document, _member(document, operation))[0]
    as_json = operation.as_json
    equal = _is_equal(found, wanted)
    if equal and as_json is not None and "value" in as_json:
        equal = equals_spelled(found, as_json["value"])
    if not equal:
        shown = is_shown(document.body) and len(str(found)) <= _LONGEST_SHOWN
        plain = shown and not isinstance(found, dict | list | None)
        hint = f"the value there is {json.dumps(found)}" if plain else "the value there is another one"
        raise _Fault(f"testing value {pointer} failed: test failed", hint)
    return document


def _is_equal(left: Any, right: Any) -> bool:
    """JSON equality: unlike in Python, true is not 1."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_is_equal(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_is_equal, left, right))
    return isinstance(left, bool) == isinstance(right, bool) and bool(left == right)


_OPERATIONS: Mapping[str, Callable[[_Document, _Operation], _Document]] = {
    "add": _add,
    "remove": _remove,
    "replace": _replace,
    "move": _move,
    "copy": _copy,
    "test": _test,
}
