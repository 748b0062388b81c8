"""What operators take away from objects before they send them."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from gitlint_ops.model.blame import Origin, Via
from gitlint_ops.model.location import DocumentRef, FileRef
from gitlint_ops.model.objects import RenderedObject, object_key
from gitlint_ops.reconcile.appliers import BY_HAND
from gitlint_ops.reconcile.bodies import sent
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


def authority_sent(body: dict[str, Any], applier: Applier) -> Any:
    place = Origin(DocumentRef(FileRef("shop", "worktree", "a.yaml")), (), Via.RESOURCE)
    held = RenderedObject(object_key(body), body["apiVersion"], body, place, "shop//")
    return (
        sent(Entry(held, "shop//", applier))
        .body["spec"]["conversion"]["webhook"]["clientConfig"]
        .get("caBundle")
    )


@pytest.mark.parametrize("wrong", ["Cg==", "not base64"])
def test_flux_leaves_out_an_authority_that_is_none(wrong: str) -> None:
    body = definition(wrong)

    assert authority_sent(body, FLUX) is None
    assert authority_sent(body, BY_HAND) == wrong
    assert body["spec"]["conversion"]["webhook"]["clientConfig"]["caBundle"] == wrong


def test_flux_sends_a_certificate() -> None:
    assert authority_sent(definition(CERTIFICATE), FLUX) == CERTIFICATE
