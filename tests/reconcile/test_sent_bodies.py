"""What operators take away from objects before they send them."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from gitlint_ops.model.blame import Origin, Via
from gitlint_ops.model.location import DocumentRef, FileRef
from gitlint_ops.model.objects import RenderedObject, object_key
from gitlint_ops.reconcile.appliers import BY_HAND, BY_HELM
from gitlint_ops.reconcile.bodies import marked, sent
from gitlint_ops.reconcile.outcomes import Applier, Entry, Operator

FLUX = Applier(Operator.FLUX_KUSTOMIZE, "kustomize-controller")
CERTIFICATE = base64.b64encode(b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n").decode()


def definition(authority: str) -> dict[str, Any]:
    client = {"caBundle": authority, "service": {"name": "a", "namespace": "a"}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "widgets.example.com"},
        "spec": {"conversion": {"strategy": "Webhook", "webhook": {"clientConfig": client}}},
    }


def entry(body: dict[str, Any], applier: Applier) -> Entry:
    place = Origin(DocumentRef(FileRef("shop", "worktree", "a.yaml")), (), Via.RESOURCE)
    held = RenderedObject(object_key(body), body["apiVersion"], body, place, "shop//")
    return Entry(held, "shop//", applier)


def authority_sent(body: dict[str, Any], applier: Applier) -> Any:
    return sent(entry(body, applier)).body["spec"]["conversion"]["webhook"]["clientConfig"].get("caBundle")


@pytest.mark.parametrize("wrong", ["Cg==", "not base64"])
def test_flux_leaves_out_an_authority_that_is_none(wrong: str) -> None:
    body = definition(wrong)

    assert authority_sent(body, FLUX) is None
    assert authority_sent(body, BY_HAND) == wrong
    assert body["spec"]["conversion"]["webhook"]["clientConfig"]["caBundle"] == wrong


def test_flux_sends_a_certificate() -> None:
    assert authority_sent(definition(CERTIFICATE), FLUX) == CERTIFICATE


@pytest.mark.parametrize(
    ("applier", "field", "mark"),
    [
        (FLUX, "labels", "kustomize.toolkit.fluxcd.io/name"),
        (Applier(Operator.ARGO_CD, "argocd-controller"), "annotations", "argocd.argoproj.io/tracking-id"),
        (Applier(Operator.FLUX_HELM, "helm-controller"), "annotations", "meta.helm.sh/release-name"),
        (BY_HELM, "labels", "app.kubernetes.io/managed-by"),
    ],
)
def test_marks_of_the_operator_that_stand_on_the_object_are_sent_again(
    applier: Applier, field: str, mark: str
) -> None:
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", field: {"own": "git"}}}
    standing = {"metadata": {"name": "a", field: {"own": "live", "other": "live", mark: "shop"}}}

    found = marked(body, standing, entry(body, applier))

    assert found["metadata"] == {"name": "a", field: {"own": "git", mark: "shop"}}
    assert body["metadata"] == {"name": "a", field: {"own": "git"}}


def test_nothing_is_added_to_what_carries_no_marks_of_its_operator() -> None:
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "labels": None}}
    other = {"metadata": {"annotations": {"argocd.argoproj.io/tracking-id": "shop"}}}

    assert marked(body, other, entry(body, FLUX)) is body
    assert marked(body, None, entry(body, FLUX)) is body
    assert marked({**body, "metadata": "broken"}, other, entry(body, FLUX))["metadata"] == "broken"
