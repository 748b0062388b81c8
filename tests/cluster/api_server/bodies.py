"""Objects for these tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gitlint_ops.reconcile.api import Api, ServedKind


def config_map(name: str, namespace: str = "default", **values: str) -> dict[str, Any]:
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": values}


def namespace(name: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def served_as(api: Api, body: Mapping[str, Any]) -> ServedKind:
    kind = api.kind_of(body["apiVersion"], body["kind"])
    assert kind is not None, f"{body['apiVersion']} {body['kind']} is not served"
    return kind


def stored(api: Api, body: Mapping[str, Any]) -> None:
    answer = api.store(body, served_as(api, body), manager="tests")
    assert answer.accepted, answer.message
