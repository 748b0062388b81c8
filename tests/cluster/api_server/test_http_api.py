"""What is asked of one object, and as whom."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from gitlint_ops.model.objects import ObjectKey
from gitlint_ops.reconcile.api import Identity
from gitlint_ops.reconcile.server.http_api import HttpApi, OwnedApi

from .bodies import config_map, namespace, served_as, stored

TENANT = Identity(
    "system:serviceaccount:team:deployer", ("system:serviceaccounts:team", "system:authenticated")
)


def applied(api: HttpApi, body: dict[str, Any], **how: Any) -> Any:
    return api.apply(body, served_as(api, body), **{"manager": "tests", **how})


def test_a_server_says_what_it_is(theirs: HttpApi, owned: OwnedApi) -> None:
    assert (theirs.name, theirs.owned) == ("context gitlint-ops", False)
    assert (owned.name, owned.owned) == ("envtest", True)
    assert theirs.release == owned.release
    assert theirs.release.startswith("1.")


def test_an_object_is_stored_and_read_and_removed(owned: OwnedApi) -> None:
    body = config_map("short-lived", a="1")
    kind = served_as(owned, body)
    stored(owned, body)

    read = owned.read(kind, "default", "short-lived")
    assert (read.status, read.body["data"]) == (200, {"a": "1"})
    assert owned.remove(ObjectKey("", "ConfigMap", "default", "short-lived"), kind).accepted
    gone = owned.read(kind, "default", "short-lived")
    assert (gone.status, gone.reason) == (404, "NotFound")


def test_an_apply_says_what_would_be_and_changes_nothing(owned: OwnedApi) -> None:
    body = config_map("planned", a="1")

    would = applied(owned, body)

    assert would.body["metadata"]["managedFields"][0]["manager"] == "tests"
    assert owned.read(served_as(owned, body), "default", "planned").status == 404


def test_a_refusal_comes_with_its_causes(owned: OwnedApi) -> None:
    body = {**config_map("a"), "data": {"not a key": "x"}}

    refused = applied(owned, body)

    assert (refused.status, refused.reason) == (422, "Invalid")
    assert refused.causes[0]["field"] == "data[not a key]"


def test_fields_that_the_server_does_not_know_are_refused(owned: OwnedApi) -> None:
    refused = applied(owned, {**config_map("a"), "datas": {}})

    assert not refused.accepted
    assert "datas" in refused.message


def test_a_status_is_stored_as_one(owned: OwnedApi) -> None:
    quota = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "limits", "namespace": "default"},
        "spec": {"hard": {"pods": "1"}},
    }
    kind = served_as(owned, quota)
    stored(owned, quota)
    said = {**quota, "status": {"hard": {"pods": "1"}, "used": {"pods": "0"}}}
    assert owned.store(said, kind, manager="tests", subresource="status").accepted

    assert owned.read(kind, "default", "limits").body["status"]["used"] == {"pods": "0"}
    owned.remove(ObjectKey("", "ResourceQuota", "default", "limits"), kind)


def test_another_manager_is_a_conflict_unless_forced(owned: OwnedApi) -> None:
    stored(owned, config_map("shared", a="1"))

    unforced = applied(owned, config_map("shared", a="2"), manager="others", force=False)

    assert (unforced.status, unforced.reason) == (409, "Conflict")
    assert unforced.causes[0]["reason"] == "FieldManagerConflict"
    assert applied(owned, config_map("shared", a="2"), manager="others").accepted


def test_an_object_without_a_name_is_tried_as_a_new_one(owned: OwnedApi) -> None:
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"generateName": "job-"}}

    would = applied(owned, body, namespace="kube-system")

    assert would.status == 201
    assert would.body["metadata"]["namespace"] == "kube-system"


@pytest.mark.parametrize(
    "name", ["..", ".", "a/b", "a?dryRun=All", "a%2fb", "ä", "a b", "a\nb", "\ud800", "A", 7]
)
def test_a_name_that_no_object_can_have_is_refused_as_one(name: object, owned: OwnedApi) -> None:
    refused = applied(owned, {**config_map("x"), "metadata": {"name": name, "namespace": "default"}})

    assert not refused.accepted
    assert refused.status in (400, 422)
    assert "name" in refused.message.lower()


@pytest.mark.parametrize("within", ["..", "a/b", "a?b", "Ä", "a\nb"])
def test_a_namespace_that_cannot_be_is_refused(within: str, owned: OwnedApi) -> None:
    assert applied(owned, config_map("x", within)).status in (400, 404, 422)
    assert owned.read(served_as(owned, config_map("x")), within, "x").status == 404
    assert not owned.read(served_as(owned, config_map("x")), "default", within).accepted


@pytest.mark.parametrize("metadata", [None, [], "x"])
def test_an_object_without_metadata_is_refused_by_the_server(metadata: object, owned: OwnedApi) -> None:
    assert not applied(owned, {**config_map("x"), "metadata": metadata}).accepted


def test_a_number_that_no_json_encoder_likes_is_the_servers_to_refuse(owned: OwnedApi) -> None:
    assert not applied(owned, {**config_map("x"), "data": {"a": 10**40}}).accepted


def test_what_the_server_warns_of_is_told(owned: OwnedApi) -> None:
    old = {"apiVersion": "v1", "kind": "Endpoints", "metadata": {"name": "a", "namespace": "default"}}

    assert any("deprecated" in one for one in applied(owned, old).warnings)


def test_requests_are_made_as_whom_is_wanted(owned: OwnedApi, theirs: HttpApi) -> None:
    stored(owned, namespace("team"))
    body = config_map("theirs", "team")
    before = applied(theirs, body, identity=TENANT)
    role = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "Role",
        "metadata": {"name": "deployer", "namespace": "team"},
        "rules": [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["create", "patch", "get"]}],
    }
    group = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "system:serviceaccounts:team"}
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "deployer", "namespace": "team"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "deployer"},
        "subjects": [group],
    }
    for one in (role, binding):
        stored(owned, one)

    assert (before.status, before.reason) == (403, "Forbidden")
    assert TENANT.user in before.message
    latest = time.monotonic() + 10  # an authorizer hears of new roles a little later
    while not applied(theirs, body, identity=TENANT).accepted:
        assert time.monotonic() < latest
    assert applied(theirs, config_map("a"), identity=TENANT).status == 403


@pytest.mark.parametrize("user", ["a\r\nX: y", "ä", "a\0b", "\ud800"])
def test_nobody_is_named_by_what_cannot_stand_in_a_header(user: str, theirs: HttpApi) -> None:
    refused = applied(theirs, config_map("a"), identity=Identity(user))

    assert (refused.status, "nobody can be named" in refused.message) == (403, True)


def test_eight_threads_ask_at_once(theirs: HttpApi) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda at: applied(theirs, config_map(f"c-{at}", at=str(at))), range(400)))

    assert [one.body["data"]["at"] for one in answers] == [str(at) for at in range(400)]


def test_a_definition_of_a_megabyte_is_applied(theirs: HttpApi) -> None:
    properties = {f"field{at}": {"type": "string", "description": "x" * 200} for at in range(4000)}
    schema = {"type": "object", "properties": {"spec": {"type": "object", "properties": properties}}}
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    body = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "houses.example.org"},
        "spec": {
            "group": "example.org",
            "names": {"kind": "House", "plural": "houses"},
            "scope": "Namespaced",
            "versions": [version],
        },
    }

    would = applied(theirs, body)

    assert would.accepted, would.message
    assert (
        len(
            would.body["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]
        )
        == 4000
    )
