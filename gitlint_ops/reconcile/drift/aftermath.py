"""What the operator of an owner does about a change that was not made in Git."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from gitlint_ops.model.delivery import Owner, OwnerKind


class Aftermath(Struct, frozen=True):
    """Whether the operator sets a field back by itself, and a sentence (without its end) that says so.

    In the sentence, `{it}` stands for what was changed.
    """

    reverts: bool
    said: str

    def of(self, it: str = "it") -> str:
        return self.said.replace("{it}", it)


def aftermath_of(owner: Owner | None, living: Owner | None = None) -> Aftermath:
    """What happens to a hand's work on what an owner delivers; None: nobody delivers it.

    `living` is the owner as it lives (`as_living`), by which its operator acts until Git is delivered.
    """
    if owner is None:
        return Aftermath(False, "nothing sets {it} back before the next apply")
    now = living or owner
    if owner.kind is OwnerKind.APPLICATION:
        return _of_application(now, there=_there(now, owner, "spec", "syncPolicy", "automated"))
    there = _there(now, owner, "spec", "suspend")
    if owner.kind is OwnerKind.HELM_RELEASE:
        return _of_release(now, there)
    controller = "flux-operator" if owner.kind is OwnerKind.RESOURCE_SET else "kustomize-controller"
    if now.value("spec", "suspend") is True:
        return Aftermath(
            False,
            f"{controller} sets {{it}} back as soon as {owner.said} is no longer suspended{there}",
        )
    return Aftermath(True, f"{controller} sets {{it}} back at its next reconciliation{_every(now)}")


def as_living(owner: Owner | None, live: Mapping[str, Any] | None) -> Owner | None:
    """An owner with what it is set to on the server, where it lives there."""
    spec = live.get("spec") if live is not None else None
    if owner is None or not isinstance(spec, dict):
        return owner
    return replace(owner, object=replace(owner.object, body={**owner.object.body, "spec": spec}))


def paused(owner: Owner | None, living: Owner | None) -> str:
    """What was stopped on the server and runs in Git, as a note; "" where nothing was."""
    if owner is None or living is None:
        return ""
    if living.value("spec", "suspend") is True and owner.value("spec", "suspend") is not True:
        return f"{owner.said} is suspended in the cluster, in Git it is not: nothing of it is synced now"
    if owner.kind is OwnerKind.APPLICATION and automated_of(owner) and not automated_of(living):
        return f"{owner.said} is not synced by itself in the cluster, in Git it is: automated is off there"
    return ""


def _there(now: Owner, owner: Owner, *path: str) -> str:
    """Where a setting is so, if it is otherwise in Git."""
    return " in the cluster" if now.value(*path) != owner.value(*path) else ""


def automated_of(owner: Owner) -> Mapping[str, Any] | None:
    """The automated policy of an Application, None where it is synced by hand."""
    held = owner.value("spec", "syncPolicy", "automated")
    if not isinstance(held, Mapping) or held.get("enabled") is False:
        return None
    return held


def _of_application(owner: Owner, there: str) -> Aftermath:
    automated = automated_of(owner)
    if automated is None:
        return Aftermath(
            False, f"{owner.said} is not synced by itself{there}: {{it}} stays until somebody syncs it"
        )
    if automated.get("selfHeal") is True:
        return Aftermath(True, "Argo CD sets {it} back as soon as it sees it (selfHeal)")
    return Aftermath(
        False,
        f"Argo CD has no selfHeal{there or ' here'}: {{it}} stays, and the next commit's sync takes it back "
        "unannounced",
    )


def _of_release(owner: Owner, there: str) -> Aftermath:
    mode = owner.text("spec", "driftDetection", "mode")
    if owner.value("spec", "suspend") is True:
        return Aftermath(
            False, f"{owner.said} is suspended{there}: {{it}} stays at least until it is resumed"
        )
    if mode == "enabled":
        return Aftermath(True, f"helm-controller sets {{it}} back at its next reconciliation{_every(owner)}")
    told = "only warns of it (driftDetection.mode: warn)" if mode == "warn" else "does not look for drift"
    return Aftermath(False, f"helm-controller {told}: {{it}} stays until the next upgrade of {owner.said}")


def _every(owner: Owner) -> str:
    interval = owner.text("spec", "interval")
    return f" (every {interval[:20]})" if interval else ""
