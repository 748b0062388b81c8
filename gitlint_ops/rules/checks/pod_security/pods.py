"""Pods as the controls read them: what is filled in later (`${...}`) is unknown and breaks nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from msgspec import Struct

from gitlint_ops.model.location import FieldPath
from gitlint_ops.rules.subjects import CONTAINER_LISTS

_FILLED_IN = re.compile(r"\$\{|\$\(|\{\{|ENC\[")


class _Unknown:
    """The one value of what cannot be told: it is neither absent nor equal to anything."""


UNKNOWN: Final = _Unknown()


class Container(Struct, frozen=True):
    """A container of any list, at its path below the pod template."""

    name: str
    path: FieldPath
    body: Mapping[str, Any]

    def __str__(self) -> str:
        return f"container '{self.name}'"


class Pod(Struct, frozen=True):
    """A pod template's metadata and spec; `containers` are those of all three lists.

    `contexts` are the pod's own and all containers' security contexts: whose, its path below the
    template, it.
    """

    template: Mapping[str, Any]
    containers: tuple[Container, ...]
    contexts: tuple[tuple[str, FieldPath, Mapping[str, Any]], ...]

    @property
    def spec(self) -> Mapping[str, Any]:
        spec: Mapping[str, Any] = self.template["spec"]
        return spec

    @property
    def annotations(self) -> Mapping[str, Any]:
        found = held(self.template, "metadata", "annotations")
        return found if isinstance(found, dict) else {}

    @property
    def is_windows(self) -> bool:
        return bool(held(self.spec, "os", "name") == "windows")

    @property
    def has_own_users(self) -> bool:
        """Whether its users are not those of the node: it runs in a user namespace, or may do so."""
        return held(self.spec, "hostUsers") in (False, UNKNOWN)


def pod(template: Mapping[str, Any]) -> Pod:
    """The pod of a template whose `spec` is a mapping."""
    found: list[Container] = []
    for name in CONTAINER_LISTS:
        for index, body in items(template["spec"].get(name)):
            called = body.get("name")
            shown = called if isinstance(called, str) and called else f"{name}[{index}]"
            found.append(Container(shown, ("spec", name, index), body))
    return Pod(template, tuple(found), tuple(_contexts(template["spec"], found)))


def _contexts(
    spec: Mapping[str, Any], containers: Iterable[Container]
) -> Iterator[tuple[str, FieldPath, Mapping[str, Any]]]:
    own = held(spec, "securityContext")
    if isinstance(own, dict):
        yield "the pod", ("spec", "securityContext"), own
    for one in containers:
        context = held(one.body, "securityContext")
        if isinstance(context, dict):
            yield str(one), (*one.path, "securityContext"), context


def items(value: Any) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The mappings of a list with their indexes; none of what is no list."""
    for index, item in enumerate(value if isinstance(value, list) else ()):
        if isinstance(item, dict):
            yield index, item


def held(body: Any, *path: str) -> Any:
    """The value at `path`, None where it is absent, `UNKNOWN` where it is filled in later or malformed."""
    for key in path:
        if body is None:
            return None
        if not isinstance(body, dict):
            return UNKNOWN
        body = body.get(key)
    return UNKNOWN if isinstance(body, str) and _FILLED_IN.search(body) else body


def names(value: Any) -> Iterator[tuple[int, str]]:
    """The texts of a list that are known, with their indexes."""
    for index, item in enumerate(value if isinstance(value, list) else ()):
        if isinstance(item, str) and not _FILLED_IN.search(item):
            yield index, item


def is_open(value: Any) -> bool:
    """Whether a list may hold more than can be read: some item, or all of it, is filled in later."""
    if not isinstance(value, list):
        return value is not None
    return any(not isinstance(item, str) or _FILLED_IN.search(item) for item in value)
