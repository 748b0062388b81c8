"""An API server over HTTP, as `gitlint_ops.reconcile.api.Api` describes it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import msgspec

from gitlint_ops.model.objects import ObjectKey
from gitlint_ops.reconcile.api import Answer, Body, Identity, Refused, ServedKind
from gitlint_ops.reconcile.server.answers import answer_of, status_of_ours
from gitlint_ops.reconcile.server.connection import Connection
from gitlint_ops.reconcile.server.discovery import Served, served_by
from gitlint_ops.reconcile.server.line import DRY_RUN, JSON, Asked, Query

APPLY = "application/apply-patch+yaml"  # JSON is YAML
METADATA = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"
STRICT = ("fieldValidation", "Strict")
DEFAULT_NAMESPACE = "default"
PAGE = 500
MOST_RESTARTS = 2
"""Of a list whose pages are too old, before it is asked for in one piece."""


class HttpApi:
    """One API server over one connection, which `Connection.close` closes."""

    def __init__(self, connection: Connection) -> None:
        """Raises ServerLost, or NoDiscovery where the server does not say what it serves."""
        self._connection = connection
        self._release = _release(connection)
        self._served = Served()
        self._by_kind: Mapping[tuple[str, str], ServedKind] = {}
        self.refresh()

    @property
    def owned(self) -> bool:
        return self._connection.owned

    @property
    def name(self) -> str:
        return self._connection.name

    @property
    def release(self) -> str:
        return self._release

    def kind_of(self, api_version: str, kind: str) -> ServedKind | None:
        return self._by_kind.get((api_version, kind))

    def kinds(self) -> tuple[ServedKind, ...]:
        return self._served.kinds

    def broken_groups(self) -> frozenset[str]:
        return self._served.broken

    def refresh(self) -> None:
        self._served = served_by(self._connection)
        self._by_kind = {(one.api_version, one.kind): one for one in reversed(self._served.kinds)}

    def read(self, kind: ServedKind, namespace: str, name: str) -> Answer:
        if not _is_segment(name) or not _is_segment(namespace or DEFAULT_NAMESPACE):
            return _no_such_object(kind, name)
        return self._asked(Asked("GET", f"{_collection(kind, namespace)}/{quote(name, safe='')}"))

    def apply(
        self,
        body: Body,
        kind: ServedKind,
        *,
        manager: str,
        force: bool = True,
        identity: Identity | None = None,
        namespace: str = "",
    ) -> Answer:
        query = (DRY_RUN, STRICT, ("fieldManager", manager))
        return self._applied(body, kind, query, force=force, identity=identity, namespace=namespace)

    def listed(
        self, kind: ServedKind, *, selector: str = "", namespace: str = "", whole: bool = False
    ) -> Iterator[Body]:
        path = _collection(kind, namespace) if namespace else _everywhere(kind)
        wanted: Query = (("labelSelector", selector),) if selector else ()
        seen: set[tuple[str, str]] = set()
        for body in self._items(path, wanted, JSON if whole else METADATA):
            metadata = _metadata(body)
            place = metadata.get("namespace", ""), metadata.get("name", "")
            if place not in seen:
                seen.add(place)
                # Items of a list do not say what they are, or say that they are but metadata.
                known = {"apiVersion": kind.api_version, "kind": kind.kind}
                yield {**body, **known} if whole else {**known, "metadata": metadata}

    def store(self, body: Body, kind: ServedKind, *, manager: str, subresource: str = "") -> Answer:
        query = (STRICT, ("fieldManager", manager))
        return self._applied(body, kind, query, force=True, subresource=subresource)

    def remove(self, key: ObjectKey, kind: ServedKind) -> Answer:
        if not _is_segment(key.name) or not _is_segment(key.namespace or DEFAULT_NAMESPACE):
            return _no_such_object(kind, key.name)
        path = f"{_collection(kind, key.namespace)}/{quote(key.name, safe='')}"
        return self._asked(Asked("DELETE", path, (("propagationPolicy", "Background"),)))

    def _applied(
        self,
        body: Body,
        kind: ServedKind,
        query: Query,
        *,
        force: bool,
        identity: Identity | None = None,
        namespace: str = "",
        subresource: str = "",
    ) -> Answer:
        if identity is not None and not _is_header(identity):
            return _answer_of_ours(
                HTTPStatus.FORBIDDEN, "Forbidden", f"nobody can be named {identity.user!r}"
            )
        metadata = _metadata(body)
        within = metadata.get("namespace") or namespace or DEFAULT_NAMESPACE
        name = metadata.get("name")
        if kind.namespaced and not _is_segment(within):
            return _answer_of_ours(
                HTTPStatus.UNPROCESSABLE_ENTITY, "Invalid", f"{within!r} names no namespace"
            )
        collection = _collection(kind, str(within))
        if not _is_segment(name):  # no URL has such a name: that is judged as a new object is
            return self._asked(Asked("POST", collection, query, _encoded(body), identity=identity))
        path = f"{collection}/{quote(str(name), safe='')}" + (f"/{subresource}" if subresource else "")
        forced = (*query, ("force", "true" if force else "false"))
        return self._asked(Asked("PATCH", path, forced, _encoded(body), APPLY, identity=identity))

    def _items(self, path: str, wanted: Query, accept: str) -> Iterator[dict[str, Any]]:
        """All items; some of them twice where the list had to be begun anew."""
        token, restarts = "", 0
        while True:
            pages: Query = (("limit", str(PAGE)),) if restarts < MOST_RESTARTS else ()
            more: Query = (("continue", token),) if token else ()
            reply = self._connection.request(Asked("GET", path, (*wanted, *pages, *more), accept=accept))
            answer = answer_of(reply)
            if answer.status == HTTPStatus.GONE and token:
                token, restarts = "", restarts + 1
                continue
            if not answer.accepted:
                raise Refused(answer)
            yield from (one for one in answer.body.get("items") or () if isinstance(one, dict))
            token = _metadata(answer.body).get("continue") or ""
            if not token:
                return

    def _asked(self, asked: Asked) -> Answer:
        return answer_of(self._connection.request(asked))


class OwnedApi(HttpApi):
    """A server of ours: `kubeconfig` is a file for kubectl, `ending` the command that ends what is kept."""

    def __init__(self, connection: Connection, kubeconfig: str, ending: str) -> None:
        super().__init__(connection)
        self.kubeconfig = kubeconfig
        self.ending = ending


def _release(connection: Connection) -> str:
    """ "1.37" of what /version says, where some add a plus sign; "" where it says nothing."""
    said = answer_of(connection.request(Asked("GET", "/version"))).body
    major, minor = said.get("major"), said.get("minor")
    return f"{major}.{str(minor).rstrip('+')}" if major and minor else ""


def _everywhere(kind: ServedKind) -> str:
    return f"/{'apis' if kind.group else 'api'}/{kind.api_version}/{kind.plural}"


def _collection(kind: ServedKind, namespace: str) -> str:
    if not kind.namespaced:
        return _everywhere(kind)
    root = f"/{'apis' if kind.group else 'api'}/{kind.api_version}"
    return f"{root}/namespaces/{quote(namespace or DEFAULT_NAMESPACE, safe='')}/{kind.plural}"


def _is_segment(name: object) -> bool:
    """Whether a name can stand in a path and mean itself there."""
    return isinstance(name, str) and name.strip(".") != "" and "/" not in name and name.isprintable()


def _is_header(identity: Identity) -> bool:
    return all(one.isascii() and one.isprintable() for one in (identity.user, *identity.groups))


def _metadata(body: Body) -> Mapping[str, Any]:
    held = body.get("metadata")
    return held if isinstance(held, dict) else {}


def _encoded(body: Body) -> bytes:
    try:
        return msgspec.json.encode(body)
    except (OverflowError, UnicodeEncodeError, TypeError):  # huge integers, halves of surrogate pairs
        return json.dumps(body, default=str).encode()


def _no_such_object(kind: ServedKind, name: str) -> Answer:
    return _answer_of_ours(HTTPStatus.NOT_FOUND, "NotFound", f'{kind.plural} "{name}" not found')


def _answer_of_ours(status: HTTPStatus, reason: str, message: str) -> Answer:
    return Answer(int(status), status_of_ours(status, reason, message))
