"""Which kinds a server serves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from gitlint_ops.reconcile.api import ServedKind
from gitlint_ops.reconcile.server.answers import answer_of
from gitlint_ops.reconcile.server.connection import Connection
from gitlint_ops.reconcile.server.line import Asked

_AS = "application/json;g=apidiscovery.k8s.io;v={};as=APIGroupDiscoveryList"
AGGREGATED = ",".join((_AS.format("v2"), _AS.format("v2beta1"), "application/json"))
STALE = "Stale"


class Served(Struct, frozen=True):
    """All kinds, those of preferred versions first, and the `group/version`s that cannot be asked."""

    kinds: tuple[ServedKind, ...] = ()
    broken: frozenset[str] = frozenset()


class NoDiscovery(Exception):
    """The server does not say what it serves; says what it answers."""


class _Version(Struct, frozen=True):
    """A version of a group; `kinds` is None where the server does not know them at the moment."""

    api_version: str
    kinds: tuple[ServedKind, ...] | None


def served_by(connection: Connection) -> Served:
    """What a server serves: by aggregated discovery, else by asking for each version of each group.

    Raises:
        NoDiscovery: it does not say.
        ServerLost: it does not answer.
    """
    versions = [one for root in ("/api", "/apis") for one in _versions(connection, root)]
    return Served(
        tuple(kind for one in versions for kind in one.kinds or ()),
        frozenset(one.api_version for one in versions if one.kinds is None),
    )


def _versions(connection: Connection, root: str) -> Iterator[_Version]:
    answer = answer_of(connection.request(Asked("GET", root, accept=AGGREGATED)))
    read = answer.body
    asked = f"{connection.url}{root}"
    if not answer.accepted:
        raise NoDiscovery(f"{connection.name}: {asked} is answered with {answer.status}: {answer.message}")
    if read.get("kind") == "APIGroupDiscoveryList":
        return _aggregated(read)
    if read.get("kind") == "APIVersions":
        listed = read.get("versions")
        names = [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else []
        return _legacy(connection, root, names)
    if read.get("kind") == "APIGroupList":
        return _legacy(
            connection, root, [one for group in _list(read, "groups") for one in _preferred(group)]
        )
    raise NoDiscovery(f"{connection.name}: {asked} does not say what is served: is it an API server?")


def _aggregated(read: Mapping[str, Any]) -> Iterator[_Version]:
    for group in _list(read, "items"):
        name = str(_mapping(group, "metadata").get("name") or "")
        for version in _list(group, "versions"):
            said = str(version.get("version"))
            kinds = tuple(_kinds(name, said, _list(version, "resources")))
            stale = version.get("freshness") == STALE
            yield _Version(f"{name}/{said}" if name else said, None if stale else kinds)


def _kinds(group: str, version: str, resources: Sequence[Mapping[str, Any]]) -> Iterator[ServedKind]:
    for one in resources:
        kind = _mapping(one, "responseKind").get("kind")
        if isinstance(kind, str):
            yield ServedKind(
                group,
                version,
                kind,
                str(one.get("resource")),
                one.get("scope") == "Namespaced",
                _verbs(one),
            )


def _preferred(group: Mapping[str, Any]) -> list[str]:
    """The versions of a group as `group/version`, the preferred one first."""
    first = _mapping(group, "preferredVersion").get("groupVersion")
    known = [str(one.get("groupVersion")) for one in _list(group, "versions")]
    return sorted(known, key=lambda one: one != first)


def _legacy(connection: Connection, root: str, versions: Sequence[str]) -> Iterator[_Version]:
    for one in versions:
        answer = answer_of(connection.request(Asked("GET", f"{root}/{one}", patient=False)))
        kinds = tuple(_legacy_kinds(one, _list(answer.body, "resources")))
        yield _Version(one, kinds if answer.accepted else None)


def _legacy_kinds(api_version: str, resources: Sequence[Mapping[str, Any]]) -> Iterator[ServedKind]:
    group, _, version = api_version.rpartition("/")
    for one in resources:
        name = str(one.get("name"))
        if "/" not in name and isinstance(one.get("kind"), str):
            yield ServedKind(group, version, one["kind"], name, bool(one.get("namespaced")), _verbs(one))


def _verbs(resource: Mapping[str, Any]) -> frozenset[str]:
    listed = resource.get("verbs")
    return (
        frozenset(one for one in listed if isinstance(one, str)) if isinstance(listed, list) else frozenset()
    )


def _mapping(held: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = held.get(key)
    return found if isinstance(found, dict) else {}


def _list(held: Mapping[str, Any], key: str) -> Sequence[Mapping[str, Any]]:
    """The mappings of a list."""
    found = held.get(key)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else ()
