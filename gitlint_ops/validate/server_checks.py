"""What the API server checks beyond an object's schema: metadata, lists of distinct items, and the
rules of its own kinds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from gitlint_ops.model.location import FieldPath, format_path
from gitlint_ops.validate.compiled import Schema
from gitlint_ops.validate.core.checks import Check, Release
from gitlint_ops.validate.core.kinds import check_of
from gitlint_ops.validate.list_types import ListTypes
from gitlint_ops.validate.messages import MOST_FAULTS, Fault
from gitlint_ops.validate.metadata import metadata, without_metadata


class _Kind(Struct, frozen=True):
    """What is checked of one kind."""

    lists: ListTypes
    metadata: Check
    body: Check | None


class ServerChecks:
    """The checks of one release ("1.34"), each kind's prepared when it is first met."""

    def __init__(self, version: str) -> None:
        major, minor = version.split(".")
        self._release: Release = (int(major), int(minor))
        self._kinds: dict[tuple[str, str, bool], _Kind] = {}

    def faults(
        self, schema: Schema, body: Mapping[str, Any], *, core: bool, known: tuple[Fault, ...]
    ) -> tuple[Fault, ...]:
        """What is wrong with a body beside the faults already `known` of it."""
        told = {fault.path for fault in known}
        found: list[Fault] = []
        # A value that the schema refuses is judged; checks can rely on the types of the others.
        right = _unknown(body, _refused(known))
        for fault in self._found(schema, right, core=core):
            if fault.path not in told and not _explains(known, fault.path):
                told.add(fault.path)
                found.append(fault)
                if len(found) == MOST_FAULTS:
                    break
        if len(found) > 1:
            found = self._causes(found, schema, right, core=core)
        return tuple(_worded(fault) for fault in found)

    def _causes(
        self, found: list[Fault], schema: Schema, body: Mapping[str, Any], *, core: bool
    ) -> list[Fault]:
        """The faults that do not merely follow from a value that another one refuses.

        With a misspelt type of a Service, no field would be one of its type.
        """
        refused = _refused(found)
        if len(refused) == len(found):
            return found
        left = {
            (fault.path, fault.message) for fault in self._found(schema, _unknown(body, refused), core=core)
        }
        return [
            fault
            for fault in found
            if (fault.path, fault.message) in left or any(fault.path[: len(path)] == path for path in refused)
        ]

    def _found(self, schema: Schema, body: Mapping[str, Any], *, core: bool) -> Iterator[Fault]:
        kind = self._kind(schema, body, core=core)
        held = body.get("metadata")
        if isinstance(held, dict):
            for fault in kind.metadata(held):
                yield replace(fault, path=("metadata", *fault.path))
        elif held is None:
            yield without_metadata()
        yield from kind.lists.faults(body)
        if kind.body is not None:
            yield from kind.body(body)

    def _kind(self, schema: Schema, body: Mapping[str, Any], *, core: bool) -> _Kind:
        named = (body["apiVersion"], body["kind"], core)
        kind = self._kinds.get(named)
        if kind is None:
            api_version, name, _ = named
            kind = self._kinds[named] = _Kind(
                ListTypes(schema),
                metadata(api_version, name, self._release, core=core, namespaced=schema.is_namespaced),
                check_of(api_version, name, self._release) if core else None,
            )
        return kind


# Written as what Flux fills in: the checks say nothing of what they do not know.
_ANYTHING = "${anything}"


def _refused(faults: Iterable[Fault]) -> list[FieldPath]:
    """Where values stand that are wrong themselves."""
    return [fault.path for fault in faults if not fault.at_key]


def _unknown(body: Mapping[str, Any], paths: list[FieldPath]) -> Mapping[str, Any]:
    """A copy of `body` that does not say what is at these paths; what is not on the way is shared."""
    copied: Any = body
    for path in paths:
        if len(path) > 1 or (path and path[0] not in ("apiVersion", "kind")):
            copied = _with_anything(copied, path)
    return copied  # type: ignore[no-any-return]  # a mapping as `body` is: no empty path comes here


def _with_anything(value: Any, path: FieldPath) -> Any:
    if not path:
        return _ANYTHING
    if isinstance(value, dict) and path[0] in value:
        return {**value, path[0]: _with_anything(value[path[0]], path[1:])}
    if isinstance(value, list) and isinstance(path[0], int) and path[0] < len(value):
        rest = _with_anything(value[path[0]], path[1:])
        return [*value[: path[0]], rest, *value[path[0] + 1 :]]
    return value


def _explains(known: tuple[Fault, ...], path: FieldPath) -> bool:
    """Whether the schema told what is wrong here: a misspelt field in a mapping that lacks one, or a
    value of a wrong type above."""
    return any(
        fault.path[:-1] == path if fault.rule == "unknown-field" else fault.path == path[: len(fault.path)]
        for fault in known
        if fault.rule == "unknown-field" or not fault.at_key
    )


def _worded(fault: Fault) -> Fault:
    # What is wrong with the whole is told at its kind.
    at = "" if fault.path == ("kind",) else format_path(fault.path)
    return replace(fault, message=f"{at}: {fault.message}") if at else fault
