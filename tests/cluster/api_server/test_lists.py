"""Lists come page by page, each object once, whatever happens between two pages."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from gitlint_ops.model.objects import ObjectKey
from gitlint_ops.reconcile.api import Refused, ServedKind
from gitlint_ops.reconcile.ephemeral.running import Running
from gitlint_ops.reconcile.server.access import Access
from gitlint_ops.reconcile.server.connection import Connection
from gitlint_ops.reconcile.server.http_api import PAGE, HttpApi, OwnedApi

from .bodies import config_map, namespace, served_as, stored
from .forwarding import Change, in_front_of
from .misbehaving import Answered, Request, status

MANY = 2 * PAGE + 200
WHERE = "many"


@pytest.fixture(scope="module")
def kind(owned: OwnedApi) -> ServedKind:
    """ConfigMaps, of which there are many in one namespace."""
    stored(owned, namespace(WHERE))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda at: stored(owned, config_map(f"c-{at:04}", WHERE, a="b")), range(MANY)))
    return served_as(owned, config_map("any"))


def names(bodies: Iterator[Any]) -> Counter[str]:
    return Counter(one["metadata"]["name"] for one in bodies)


EACH_ONCE = Counter(f"c-{at:04}" for at in range(MANY))


def listed_through(running: Running, kind: ServedKind, change: Change) -> tuple[Counter[str], list[Request]]:
    with in_front_of(running, change) as server:
        connection = Connection("forwarded", lambda: Access(server.url))
        found = names(HttpApi(connection).listed(kind, namespace=WHERE))
        connection.close()
        return found, [one for one in server.requests if "configmaps" in one.path]


def is_later_page(request: Request) -> bool:
    return "configmaps" in request.path and "continue=" in request.path


def test_a_long_list_comes_page_by_page(owned: OwnedApi, kind: ServedKind, served: Running) -> None:
    assert names(owned.listed(kind, namespace=WHERE)) == EACH_ONCE

    found, requests = listed_through(served, kind, lambda request, ask: ask(request))
    assert found == EACH_ONCE
    assert len(requests) == 3


def test_of_a_list_only_the_metadata_comes_unless_it_is_wanted_whole(
    owned: OwnedApi, kind: ServedKind
) -> None:
    part = next(owned.listed(kind, namespace=WHERE))
    whole = next(owned.listed(kind, namespace=WHERE, whole=True))

    assert set(part) == {"apiVersion", "kind", "metadata"}
    assert whole["data"] == {"a": "b"}
    assert {(one["apiVersion"], one["kind"]) for one in (part, whole)} == {("v1", "ConfigMap")}
    assert "managedFields" in part["metadata"]


def test_a_server_that_gives_no_mere_metadata_gives_whole_objects(
    served: Running, owned: OwnedApi, kind: ServedKind
) -> None:
    def change(request: Request, ask: Callable[[Request], Answered]) -> Answered:
        if "PartialObjectMetadata" in request.headers["Accept"]:
            request.headers["Accept"] = "application/json"  # type: ignore[index]
        return ask(request)

    with in_front_of(served, change) as server:
        connection = Connection("forwarded", lambda: Access(server.url))
        first = next(HttpApi(connection).listed(kind, namespace=WHERE))
        connection.close()

    assert first == next(owned.listed(kind, namespace=WHERE))


def test_a_list_that_grows_too_old_between_two_pages_is_begun_anew(
    owned: OwnedApi, kind: ServedKind, audit_log: Path
) -> None:
    found: list[str] = []
    for at, body in enumerate(owned.listed(kind, namespace=WHERE)):
        found.append(body["metadata"]["name"])
        if at == PAGE - 1:
            outdate(owned)

    codes = [json.loads(line)["responseStatus"]["code"] for line in audit_log.read_text().splitlines()]
    assert 410 in codes
    assert Counter(found) == EACH_ONCE


def outdate(owned: OwnedApi) -> None:
    """Wait until the server's store has forgotten what was true until now: it does so every two seconds."""
    latest = time.monotonic() + 6
    at = 0
    while time.monotonic() < latest:
        stored(owned, config_map("elsewhere", at=str(at)))
        at += 1
        time.sleep(0.5)


def test_pages_that_are_gone_again_and_again_are_replaced_by_one_list(
    served: Running, kind: ServedKind
) -> None:
    def change(request: Request, ask: Callable[[Request], Answered]) -> Answered:
        gone = is_later_page(request)
        return status(410, "Expired", "the continue parameter is too old") if gone else ask(request)

    found, requests = listed_through(served, kind, change)

    assert found == EACH_ONCE
    assert ["limit=" in one.path for one in requests] == [True, True, True, True, False]


def test_what_is_refused_on_a_later_page_is_told(served: Running, kind: ServedKind) -> None:
    def change(request: Request, ask: Callable[[Request], Answered]) -> Answered:
        return status(403, "Forbidden", "not any more") if is_later_page(request) else ask(request)

    with pytest.raises(Refused, match="not any more"):
        listed_through(served, kind, change)


def test_a_list_can_be_narrowed(owned: OwnedApi, kind: ServedKind) -> None:
    marked = config_map("marked", WHERE)
    marked["metadata"]["labels"] = {"mark": "yes-no"}
    stored(owned, marked)

    assert names(owned.listed(kind, selector="mark in (yes-no, other)")) == Counter(["marked"])
    assert names(owned.listed(kind, selector="mark=other")) == Counter()
    owned.remove(ObjectKey("", "ConfigMap", WHERE, "marked"), kind)


def test_what_cannot_be_listed_is_refused(owned: OwnedApi) -> None:
    review = owned.kind_of("authorization.k8s.io/v1", "SelfSubjectAccessReview")
    assert review is not None

    with pytest.raises(Refused) as refused:
        next(owned.listed(review))
    assert refused.value.answer.status == 405
