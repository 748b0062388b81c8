"""Who operators are to an API server: the service accounts that they act as.

Sources: kustomize-controller and helm-controller, spec.serviceAccountName and --default-service-account;
argo-cd docs/operator-manual/app-sync-using-impersonation.md, util/settings/impersonation.go
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gitlint_ops.model.delivery import ARGO, Delivery, Expansion, Owner, OwnerKind
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.structure import value_at
from gitlint_ops.reconcile.api import Identity

ACCOUNTS = "system:serviceaccounts"
_USER = "system:serviceaccount:"
_DEFAULT_ACCOUNT = "--default-service-account="

_CONTROLLERS: Mapping[OwnerKind, tuple[str, str]] = {
    OwnerKind.APPLICATION: ("argocd", "argocd-application-controller"),
    OwnerKind.FLUX_KUSTOMIZATION: ("flux-system", "kustomize-controller"),
    OwnerKind.HELM_RELEASE: ("flux-system", "helm-controller"),
    OwnerKind.RESOURCE_SET: ("flux-system", "flux-operator"),
}
"""The usual namespace of each operator, and the name of its workload and account."""


class Identities:
    """The accounts of the operators, as the objects of each cluster install them."""

    def __init__(self, expansion: Expansion) -> None:
        self._known = expansion.known
        self._servers = {one.name: one.address for one in expansion.clusters}

    def of(self, delivery: Delivery) -> Identity | None:
        """Who applies a delivery; None where that cannot be known (what a kubeconfig's user may do)."""
        owner = delivery.owner
        if owner.kind is OwnerKind.APPLICATION:
            chosen = self._of_project(delivery)
            if chosen is not None:
                return chosen
        elif account := owner.text("spec", "serviceAccountName") or self._default_account(owner):
            return identity(owner.object.key.namespace, account)
        is_remote = bool(delivery.destination) and delivery.destination != owner.cluster
        return None if is_remote else self._of_controller(owner)

    def _of_controller(self, owner: Owner) -> Identity:
        usual, name = _CONTROLLERS.get(owner.kind, ("flux-system", owner.kind.value))
        found = next(self._workloads(owner), None)
        if found is None:
            # Applications live beside Argo CD unless it is told otherwise.
            beside = owner.object.key.namespace if owner.kind is OwnerKind.APPLICATION else ""
            return identity(beside or usual, name)
        account = value_at(found.body, ("spec", "template", "spec", "serviceAccountName"))
        return identity(found.key.namespace or usual, account if isinstance(account, str) else "default")

    def _workloads(self, owner: Owner) -> Iterator[RenderedObject]:
        _, name = _CONTROLLERS.get(owner.kind, ("", ""))
        for one in self._of_kinds(owner.cluster, {"Deployment", "StatefulSet"}):
            if one.key.name == name:
                yield one

    def _default_account(self, owner: Owner) -> str:
        """The account that a controller takes where none is named, if it is told one."""
        for one in self._workloads(owner):
            containers = value_at(one.body, ("spec", "template", "spec", "containers"))
            for container in containers if isinstance(containers, list) else ():
                args = value_at(container, ("args",))
                for arg in args if isinstance(args, list) else ():
                    if isinstance(arg, str) and arg.startswith(_DEFAULT_ACCOUNT):
                        return arg.removeprefix(_DEFAULT_ACCOUNT)
        return ""

    def _of_project(self, delivery: Delivery) -> Identity | None:
        """The account that the project of an Application gives to its destination."""
        owner = delivery.owner
        name = owner.text("spec", "project") or "default"
        projects = (
            one
            for one in self._of_kinds(owner.cluster, {"AppProject"})
            if one.key.group == ARGO and one.key.name == name
        )
        for project in projects:
            entries = value_at(project.body, ("spec", "destinationServiceAccounts"))
            for entry in entries if isinstance(entries, list) else ():
                if self._is_for(entry, delivery):
                    account = str(value_at(entry, ("defaultServiceAccount",), ""))
                    namespace, _, named = account.rpartition(":")
                    own = delivery.namespace or owner.object.key.namespace
                    return identity(namespace or own, named)
        return None

    def _is_for(self, entry: Any, delivery: Delivery) -> bool:
        server = delivery.owner.text("spec", "destination", "server")
        server = server or self._servers.get(delivery.destination, "")
        wanted = value_at(entry, ("server",), ""), value_at(entry, ("namespace",), "")
        return _matches(wanted[0], server) and _matches(wanted[1], delivery.namespace)

    def _of_kinds(self, cluster: str, kinds: Iterable[str]) -> Iterator[RenderedObject]:
        for name in dict.fromkeys((cluster, "")):
            yield from (one for one in self._known.get(name, ()) if one.kind in kinds)


def identity(namespace: str, account: str) -> Identity:
    """A service account with the groups that the API server gives it."""
    groups = (ACCOUNTS, f"{ACCOUNTS}:{namespace}", "system:authenticated")
    return Identity(f"{_USER}{namespace}:{account}", groups)


def account_of(held: Identity) -> tuple[str, str] | None:
    """Namespace and name of the service account that an identity is, None where it is none."""
    if not held.user.startswith(_USER):
        return None
    namespace, _, name = held.user.removeprefix(_USER).partition(":")
    return namespace, name


def _matches(pattern: Any, text: str) -> bool:
    return isinstance(pattern, str) and len(pattern) < 1_000 and fnmatch.fnmatchcase(text, pattern)
