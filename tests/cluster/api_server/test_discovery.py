"""Which kinds a server serves is known by both ways of asking, also where a part of it is broken."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from gitlint_ops.reconcile.ephemeral.running import Running
from gitlint_ops.reconcile.server.access import Access
from gitlint_ops.reconcile.server.connection import Connection
from gitlint_ops.reconcile.server.discovery import NoDiscovery, Served, served_by
from gitlint_ops.reconcile.server.http_api import HttpApi, OwnedApi

from .bodies import stored
from .forwarding import Change, in_front_of
from .misbehaving import Answered, Request, small_server, status

BROKEN = "broken.example.org/v1"


@pytest.fixture(scope="module")
def broken(owned: OwnedApi) -> OwnedApi:
    """The server, with an aggregated API of which nothing is there."""
    spec = {
        "group": "broken.example.org",
        "version": "v1",
        "groupPriorityMinimum": 1000,
        "versionPriority": 10,
        "insecureSkipTLSVerify": True,
        "service": {"namespace": "default", "name": "nobody"},
    }
    metadata = {"name": "v1.broken.example.org"}
    body = {
        "apiVersion": "apiregistration.k8s.io/v1",
        "kind": "APIService",
        "metadata": metadata,
        "spec": spec,
    }
    stored(owned, body)
    latest = time.monotonic() + 30
    while BROKEN not in owned.broken_groups() and time.monotonic() < latest:
        time.sleep(0.2)
        owned.refresh()
    return owned


def served_through(running: Running, change: Change) -> Served:
    with in_front_of(running, change) as server:
        connection = Connection("forwarded", lambda: Access(server.url))
        found = served_by(connection)
        connection.close()
    return found


def without_aggregation(request: Request, ask: Callable[[Request], Answered]) -> Answered:
    """As servers before 1.26 answer, which do not know what else is asked for."""
    return ask(replace(request, headers={**request.headers, "Accept": "application/json"}))


def test_an_aggregated_api_that_is_not_there_is_named_and_everything_else_is_known(broken: OwnedApi) -> None:
    assert broken.broken_groups() == {BROKEN}
    assert broken.kind_of("apps/v1", "Deployment") is not None
    assert not any(one.api_version == BROKEN for one in broken.kinds())


def test_an_old_server_is_asked_group_by_group_with_the_same_result(
    broken: OwnedApi, served: Running
) -> None:
    old = served_through(served, without_aggregation)

    assert old.broken == {BROKEN}
    assert set(old.kinds) == set(broken.kinds())


def test_a_group_that_cannot_be_asked_costs_an_old_server_only_that_group(served: Running) -> None:
    def change(request: Request, ask: Callable[[Request], Answered]) -> Answered:
        if request.path == "/apis/apps/v1":
            return Answered(503, b"service unavailable\n")
        return without_aggregation(request, ask)

    old = served_through(served, change)

    assert "apps/v1" in old.broken
    assert any(one.api_version == "batch/v1" for one in old.kinds)
    assert not any(one.api_version == "apps/v1" for one in old.kinds)


def test_how_a_kind_is_served_is_known(owned: OwnedApi) -> None:
    deployment = owned.kind_of("apps/v1", "Deployment")
    node = owned.kind_of("v1", "Node")

    assert deployment is not None
    assert node is not None
    assert (deployment.plural, deployment.namespaced, deployment.api_version) == (
        "deployments",
        True,
        "apps/v1",
    )
    assert {"get", "list", "patch"} <= deployment.verbs
    assert (node.plural, node.namespaced, node.api_version) == ("nodes", False, "v1")
    assert owned.kind_of("apps/v2", "Deployment") is None


def test_kinds_come_in_the_version_that_the_server_prefers_first(owned: OwnedApi) -> None:
    versions = [one.version for one in owned.kinds() if one.kind == "HorizontalPodAutoscaler"]

    assert versions == ["v2", "v1"]


def test_a_new_definition_is_served_after_a_look(owned: OwnedApi) -> None:
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    body = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "shelves.example.org"},
        "spec": {
            "group": "example.org",
            "names": {"kind": "Shelf", "plural": "shelves"},
            "scope": "Cluster",
            "versions": [
                {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
            ],
        },
    }
    stored(owned, body)
    latest = time.monotonic() + 30
    while owned.kind_of("example.org/v1", "Shelf") is None and time.monotonic() < latest:
        time.sleep(0.1)
        owned.refresh()

    shelf = owned.kind_of("example.org/v1", "Shelf")
    assert shelf is not None
    assert (shelf.plural, shelf.namespaced) == ("shelves", False)


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"kind": "Status"}', b""])
def test_what_is_no_api_server_is_refused(body: bytes) -> None:
    with small_server(lambda _: Answered(200, body)) as server:
        connection = Connection("test", lambda: Access(server.url))
        with pytest.raises(NoDiscovery, match="/api does not say what is served"):
            served_by(connection)
        connection.close()


@pytest.mark.parametrize(
    "items", [None, [1], [{}], [{"metadata": 1, "versions": 2}], [{"versions": [1, {"resources": [1, {}]}]}]]
)
def test_discovery_that_makes_no_sense_serves_nothing(items: object) -> None:
    body = json.dumps({"kind": "APIGroupDiscoveryList", "items": items}).encode()
    with small_server(lambda _: Answered(200, body)) as server:
        connection = Connection("test", lambda: Access(server.url))
        assert served_by(connection) == Served()
        connection.close()


def test_a_server_that_does_not_tell_is_refused_with_its_words() -> None:
    with small_server(lambda _: status(403, "Forbidden", "user x cannot get path /api")) as server:
        connection = Connection("test", lambda: Access(server.url))
        with pytest.raises(NoDiscovery, match="/api is answered with 403: user x cannot get path"):
            HttpApi(connection)
        connection.close()
