"""Reading what lives on a server; what it does not let us read is told once and never guessed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gitlint_ops.model.objects import ObjectKey, RenderedObject
from gitlint_ops.reconcile.api import Api, Refused, ServedKind

Live = Mapping[str, Any]

NOT_FOUND = 404


class Reader:
    """Reads objects once each, and collects what was refused."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self._held: dict[tuple[ServedKind, str, str], Live | None] = {}
        self._lists: dict[tuple[ServedKind, str], tuple[Live, ...] | None] = {}
        self.refused: dict[str, None] = {}
        self._kinds: dict[tuple[str, str], ServedKind] = {
            (one.group, one.kind): one for one in reversed(api.kinds())
        }

    def served(self, group: str, kind: str) -> ServedKind | None:
        """A kind in the version that the server prefers, None where it has none."""
        return self._kinds.get((group, kind))

    def kind_of(self, on: RenderedObject) -> ServedKind | None:
        return self.api.kind_of(on.api_version, on.kind) or self.served(on.key.group, on.kind)

    def read(self, kind: ServedKind, namespace: str, name: str) -> Live | None:
        """An object, None where it is not there or may not be read.

        Raises:
            ServerLost: the server does not answer any more.
        """
        asked = (kind, namespace if kind.namespaced else "", name)
        if asked not in self._held:
            answer = self.api.read(*asked)
            if not answer.accepted and answer.status != NOT_FOUND:
                self.refuse("read", kind)
            self._held[asked] = answer.body if answer.accepted else None
        return self._held[asked]

    def is_absent(self, kind: ServedKind, namespace: str, name: str) -> bool:
        """Whether the server says that there is no such object; False too where it may not be read.

        Raises:
            ServerLost: the server does not answer any more.
        """
        answer = self.api.read(kind, namespace if kind.namespaced else "", name)
        if not answer.accepted and answer.status != NOT_FOUND:
            self.refuse("read", kind)
        return answer.status == NOT_FOUND

    def whole(self, kind: ServedKind, namespace: str) -> tuple[Live, ...] | None:
        """All objects of a kind in a namespace, None where they may not be listed."""
        asked = (kind, namespace)
        if asked not in self._lists:
            try:
                listed = self.api.listed(kind, namespace=namespace, whole=True)
                self._lists[asked] = tuple(listed)
            except Refused:
                self.refuse("list", kind)
                self._lists[asked] = None
        return self._lists[asked]

    def refuse(self, verb: str, kind: ServedKind) -> None:
        """Note that something was refused."""
        self.refused[f"{verb} {kind.plural}{f'.{kind.group}' if kind.group else ''}"] = None


def key_in(on: RenderedObject, kind: ServedKind | None, namespace: str) -> ObjectKey:
    """The key of an object as it is on the server: in the namespace that it goes to, if its kind has one."""
    key = on.key
    if kind is not None and not kind.namespaced:
        return ObjectKey(key.group, key.kind, "", key.name)
    return ObjectKey(key.group, key.kind, key.namespace or namespace or "default", key.name)


def said_key(key: ObjectKey) -> str:
    """An object as people name it: "ConfigMap shop/web"."""
    return f"{key.kind} {key.namespace}/{key.name}" if key.namespace else f"{key.kind} {key.name}"
