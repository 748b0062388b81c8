"""The objects that a cluster is known to hold, as delivery objects look them up by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from gitlint_ops.model.objects import RenderedObject

_SETTINGS = (
    ("", "ConfigMap"),
    ("", "Secret"),
    ("external-secrets.io", "ExternalSecret"),
    ("bitnami.com", "SealedSecret"),
)

_Name: TypeAlias = tuple[str, str, str, str]


class KnownObjects:
    """Objects of one cluster, in the order in which they became known.

    `complete` is False while something that is delivered to the cluster could not be rendered: then
    absence proves nothing. The first of two objects of one name is the one that is found.
    """

    def __init__(self, objects: Iterable[RenderedObject] = (), *, complete: bool = True) -> None:
        self.complete = complete
        self._by_name: dict[_Name, RenderedObject] = {}
        self._by_kind: dict[tuple[str, str], list[RenderedObject]] = {}
        self.add(objects)

    def add(self, objects: Iterable[RenderedObject]) -> None:
        """Take in what became known of the cluster."""
        for one in objects:
            key = one.key
            name = (key.group, key.kind, key.namespace, key.name)
            if name not in self._by_name:
                self._by_name[name] = one
                self._by_kind.setdefault((key.group, key.kind), []).append(one)

    def __iter__(self) -> Iterator[RenderedObject]:
        return iter(self._by_name.values())

    def get(self, group: str, kind: str, namespace: str, name: str) -> RenderedObject | None:
        """The object of that name, None where none is known."""
        return self._by_name.get((group, kind, namespace, name))

    def of_kind(self, group: str, kind: str) -> Iterator[RenderedObject]:
        """All objects of a kind."""
        return iter(self._by_kind.get((group, kind), ()))

    def named(self, group: str, kind: str, name: str) -> Iterator[RenderedObject]:
        """Those of a kind with that name, whatever their namespace: to say where else one is."""
        return (one for one in self.of_kind(group, kind) if one.key.name == name)


def settings_among(held: Iterable[KnownObjects]) -> KnownObjects:
    """The Secrets (and what makes Secrets) and ConfigMaps of several, the first of which counts most."""
    return KnownObjects(one for known in held for kind in _SETTINGS for one in known.of_kind(*kind))
