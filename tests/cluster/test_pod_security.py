"""Pod Security Standards: which pods a real API server refuses in a namespace, and which we say it does."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import pytest

from gitlint_ops.model.blame import Origin, Via
from gitlint_ops.model.findings import Severity
from gitlint_ops.model.location import DocumentRef, FileRef
from gitlint_ops.model.objects import RenderedObject, object_key
from gitlint_ops.model.targets import BuildResult, BuildTarget, Status, TargetKind
from gitlint_ops.rules.checks.pod_security.checks import keeps_baseline
from gitlint_ops.rules.namespaces import Namespaces, namespaces_by_target
from gitlint_ops.rules.subjects import Facts
from gitlint_ops.validate.objects import Validator

from ..pod_security.random_pods import Pods
from .client import Client
from .server import Server

LOG = logging.getLogger(__name__)
SEED = 12
PODS = 400
LEAST_TAKEN = 100
PREFIX = "pod-security.kubernetes.io/"
LABELS: Mapping[str, Mapping[str, str]] = {
    "free": {"enforce": "privileged", "warn": "restricted"},
    "base": {"enforce": "baseline"},
    "base-old": {"enforce": "baseline", "enforce-version": "v1.26"},
    "base-future": {"enforce": "baseline", "enforce-version": "v1.99", "audit": "restricted"},
    "tight": {"enforce": "restricted", "enforce-version": "latest"},
    "tight-old": {"enforce": "restricted", "enforce-version": "v1.24"},
    "tight-later": {"enforce": "restricted", "enforce-version": "v1.34"},
}
BAD_LABELS = (
    {"enforce": "basline"},
    {"enforce": ""},
    {"warn": "Restricted"},
    {"audit-version": "1.34"},
    {"enforce-version": "v1.034"},
    {"enforce-version": "v2.1"},
    {"warn-version": "latest"},
    {"enforce-version": "v1.0"},
    {"inform": "baseline"},
)


def _namespace(name: str, labels: Mapping[str, str]) -> dict[str, Any]:
    held = {f"{PREFIX}{key}": value for key, value in labels.items()}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": held}}


def _rendered(body: dict[str, Any]) -> RenderedObject:
    origin = Origin(DocumentRef(FileRef("shop", "worktree", "object.yaml")), (), Via.RESOURCE)
    return RenderedObject(object_key(body), body["apiVersion"], body, origin, "shop//")


def _pods() -> list[dict[str, Any]]:
    """Random pods without what no pod can be created with."""
    drawn = Pods(SEED)
    found = []
    for _ in range(PODS):
        template = drawn.template()
        for number, one in enumerate(
            (*template["spec"]["containers"], *(template["spec"].get("initContainers") or ()))
        ):
            one |= {"name": f"c{number}", "image": "example/web:1"}
        template["spec"].pop("ephemeralContainers", None)
        found.append(template)
    return found


@pytest.fixture(scope="module")
def seen(client: Client) -> Namespaces:
    """The namespaces, made on the server, as a target sees them that delivers them."""
    bodies = [_namespace(name, labels) for name, labels in LABELS.items()]
    for body in bodies:
        assert client.create(body).accepted
    target = BuildTarget("shop", "", TargetKind.PLAIN)
    built = BuildResult(target, Status.BUILT, tuple(map(_rendered, bodies)))
    return namespaces_by_target([built])[target.id]


def test_the_same_pods_are_refused(client: Client, server: Server, seen: Namespaces) -> None:
    facts = Facts(kubernetes=server.release(), namespaces=seen)
    wrong, taken, refused = [], 0, 0
    for number, template in enumerate(_pods()):
        told = {}
        for namespace in LABELS:
            metadata = {**template["metadata"], "name": f"p{number}", "namespace": namespace}
            body = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"]}
            told[namespace] = (client.dry_create(body), _is_refused_here(body, facts))
        if not told["free"][0].accepted:
            continue  # no pod anywhere
        taken += 1
        for namespace, (theirs, ours) in told.items():
            assert theirs.accepted or "violates PodSecurity" in theirs.message, theirs.message
            refused += not theirs.accepted
            if theirs.accepted is ours:
                wrong.append((namespace, ours, theirs.message, template))
    LOG.info("%d pods in %d namespaces, %d refusals", taken, len(LABELS), refused)

    assert wrong[:3] == []
    assert taken >= LEAST_TAKEN


def _is_refused_here(body: dict[str, Any], facts: Facts) -> bool:
    found = keeps_baseline(_rendered(body), {"exempt_namespaces": ()}, facts)
    return any(one.severity in (None, Severity.ERROR) for one in found)


@pytest.mark.parametrize("labels", BAD_LABELS, ids=str)
def test_the_same_labels_are_refused(client: Client, server: Server, labels: Mapping[str, str]) -> None:
    body = _namespace("labelled", labels)

    found = Validator(server.release(), []).validate(_rendered(body))

    assert bool(found) is not client.dry_create(body).accepted
