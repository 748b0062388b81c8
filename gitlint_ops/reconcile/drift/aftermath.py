"""What the operator of an owner does about a change that was not made in Git."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from gitlint_ops.model.delivery import Owner, OwnerKind


class Aftermath(Struct, frozen=True):
    """Whether the operator sets a field back by itself, and a sentence (without its end) that says so.

    In the sentence, `{it}` stands for what was changed.
    """

    reverts: bool
    said: str

    def of(self, it: str = "it") -> str:
        return self.said.replace("{it}", it)


def aftermath_of(owner: Owner | None) -> Aftermath:
    """What happens to a hand's work on what an owner delivers; None: nobody delivers it."""
    if owner is None:
        return Aftermath(False, "nothing sets {it} back before the next apply")
    if owner.kind is OwnerKind.APPLICATION:
        return _of_application(owner)
    if owner.kind is OwnerKind.HELM_RELEASE:
        return _of_release(owner)
    controller = "flux-operator" if owner.kind is OwnerKind.RESOURCE_SET else "kustomize-controller"
    if owner.value("spec", "suspend") is True:
        return Aftermath(
            False, f"{controller} sets {{it}} back as soon as {owner.said} is no longer suspended"
        )
    return Aftermath(True, f"{controller} sets {{it}} back at its next reconciliation{_every(owner)}")


def automated_of(owner: Owner) -> Mapping[str, Any] | None:
    """The automated policy of an Application, None where it is synced by hand."""
    held = owner.value("spec", "syncPolicy", "automated")
    if not isinstance(held, Mapping) or held.get("enabled") is False:
        return None
    return held


def _of_application(owner: Owner) -> Aftermath:
    automated = automated_of(owner)
    if automated is None:
        return Aftermath(False, f"{owner.said} is not synced by itself: {{it}} stays until somebody syncs it")
    if automated.get("selfHeal") is True:
        return Aftermath(True, "Argo CD sets {it} back as soon as it sees it (selfHeal)")
    return Aftermath(
        False,
        "Argo CD has no selfHeal here: {it} stays, and the next commit's sync takes it back unannounced",
    )


def _of_release(owner: Owner) -> Aftermath:
    mode = owner.text("spec", "driftDetection", "mode")
    if owner.value("spec", "suspend") is True:
        return Aftermath(False, f"{owner.said} is suspended: {{it}} stays at least until it is resumed")
    if mode == "enabled":
        return Aftermath(True, f"helm-controller sets {{it}} back at its next reconciliation{_every(owner)}")
    told = "only warns of it (driftDetection.mode: warn)" if mode == "warn" else "does not look for drift"
    return Aftermath(False, f"helm-controller {told}: {{it}} stays until the next upgrade of {owner.said}")


def _every(owner: Owner) -> str:
    interval = owner.text("spec", "interval")
    return f" (every {interval[:20]})" if interval else ""
