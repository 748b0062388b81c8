"""On a server that others use nothing is ever stored: the server's own audit log says so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitlint_ops.model.objects import ObjectKey
from gitlint_ops.reconcile.api import Identity
from gitlint_ops.reconcile.server.access import Access
from gitlint_ops.reconcile.server.connection import Connection
from gitlint_ops.reconcile.server.http_api import HttpApi, OwnedApi
from gitlint_ops.reconcile.server.line import Asked, Line, Reply

from .bodies import config_map, served_as, stored
from .misbehaving import Answered, small_server

NOBODY = Access("http://127.0.0.1:9")
READS = {"get", "list"}


def noted(log: Path) -> list[dict[str, Any]]:
    """What the server has noted of requests that came from this program."""
    events = (json.loads(line) for line in log.read_text().splitlines())
    return [one for one in events if one["userAgent"] == "gitlint-ops"]


def test_whatever_is_asked_of_a_server_of_others_only_reads_or_dry_runs_reach_it(
    owned: OwnedApi, theirs: HttpApi, audit_log: Path
) -> None:
    body = config_map("kept", a="1")
    stored(owned, body)
    kind = served_as(theirs, body)
    nameless = {**body, "metadata": {"generateName": "some-"}}
    before = len(noted(audit_log))

    theirs.refresh()
    assert theirs.read(kind, "default", "kept").accepted
    assert theirs.apply(config_map("kept", a="2"), kind, manager="tests").accepted
    assert theirs.apply(config_map("new"), kind, manager="tests", force=False).accepted
    assert theirs.apply(nameless, kind, manager="tests", namespace="default").accepted
    assert not theirs.apply(config_map("a/b"), kind, manager="tests").accepted
    assert not theirs.apply(config_map("new"), kind, manager="x", identity=Identity("nobody")).accepted
    assert [*theirs.listed(kind)]
    assert [*theirs.listed(kind, namespace="default", selector="a!=b", whole=True)]
    for storing in (
        lambda: theirs.store(body, kind, manager="tests"),
        lambda: theirs.store(body, kind, manager="tests", subresource="status"),
        lambda: theirs.store(nameless, kind, manager="tests"),
        lambda: theirs.remove(ObjectKey("", "ConfigMap", "default", "kept"), kind),
    ):
        with pytest.raises(AssertionError, match="is no dry run"):
            storing()

    since = noted(audit_log)[before:]
    assert {one["verb"] for one in since} == {*READS, "patch", "create"}
    assert all(one["verb"] in READS or "dryRun=All" in one["requestURI"] for one in since)
    assert owned.read(kind, "default", "kept").body["data"] == {"a": "1"}
    assert not owned.read(kind, "default", "new").accepted


def test_a_request_that_stores_is_refused_before_a_byte_of_it_is_sent() -> None:
    with small_server(lambda _: Answered()) as server:
        line = Line(Access(server.url), 1, owned=False)
        with pytest.raises(AssertionError):
            line.send(Asked("PATCH", "/api/v1/namespaces/a", body=b"{}"), 1)
        assert isinstance(line.send(Asked("GET", "/api"), 1), Reply)
        line.close()

    assert [one.method for one in server.requests] == ["GET"]


def keys() -> st.SearchStrategy[str]:
    return st.sampled_from(["dryRun", "dryrun", "DryRun", "dryRun ", "force", "a&dryRun"])


@given(
    st.sampled_from(["POST", "PUT", "PATCH", "DELETE", "get", "HEAD", "CONNECT"]),
    st.text(alphabet="/a?&=dryRunAl"),
    st.lists(st.tuples(keys(), st.sampled_from(["All", "all", "", "None", "All,All"])), max_size=3),
)
def test_only_a_plain_dry_run_passes_the_guard(method: str, path: str, query: list[tuple[str, str]]) -> None:
    asked = Asked(method, path, query)
    plain = [one for one in query if one[0] == "dryRun"] == [("dryRun", "All")] and "?" not in path
    line = Line(NOBODY, 1, owned=False)

    assert asked.stores is not plain
    if asked.stores:
        with pytest.raises(AssertionError):
            line.send(asked, 1)


def test_the_guard_stands_below_everything_that_repeats_requests() -> None:
    connection = Connection("test", lambda: NOBODY)

    with pytest.raises(AssertionError):
        connection.request(Asked("DELETE", "/api/v1/namespaces/a"))
