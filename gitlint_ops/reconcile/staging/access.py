"""Accounts and roles, in force before anything is asked in their name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gitlint_ops.model.structure import value_at
from gitlint_ops.reconcile.api import Body, Identity
from gitlint_ops.reconcile.identities import account_of
from gitlint_ops.reconcile.outcomes import Entry
from gitlint_ops.reconcile.staging.ground import Ground, wait_until

RBAC = "rbac.authorization.k8s.io"
_V1 = f"{RBAC}/v1"
_KINDS = {
    ("", "ServiceAccount"),
    (RBAC, "ClusterRole"),
    (RBAC, "Role"),
    (RBAC, "ClusterRoleBinding"),
    (RBAC, "RoleBinding"),
}
_OPERATORS = frozenset(
    {"argocd-application-controller", "kustomize-controller", "helm-controller", "flux-operator"}
)
_SECONDS_TO_SPREAD = 20.0
_MARK = "gitlint-ops-probe"
_PROBE = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": _MARK, "namespace": "default"}}


def stage_access(ground: Ground) -> list[tuple[str, str]]:
    """Store accounts, roles and bindings; gives the bindings that nothing in the set provides.

    An operator whose account nothing in the set binds is installed by other means, and may do everything.
    """
    stored = ground.store_all(ground.of_kinds(_KINDS))
    identities = {one.applier.identity for one in ground.entries if one.applier.identity is not None}
    if not identities:
        return []
    bound = set(_bound(one for one, answer in stored if answer.accepted))
    free = sorted(one.user for one in identities if _is_of_operator(one) and account_of(one) not in bound)
    for number, user in enumerate(free):
        ground.store_body(_administrator(f"gitlint-ops-operator-{number}", user))
    _aggregate(ground)
    _await(ground)
    return [("ClusterRoleBinding", f"cluster-admin of {user}") for user in free]


def _is_of_operator(one: Identity) -> bool:
    account = account_of(one)
    return account is not None and account[1] in _OPERATORS


def _bound(entries: Iterable[Entry]) -> Iterator[tuple[str, str]]:
    """Namespace and name of each account that is bound to a role."""
    for one in entries:
        subjects = value_at(one.object.body, ("subjects",)) if one.object.kind.endswith("Binding") else None
        for subject in subjects if isinstance(subjects, list) else ():
            if value_at(subject, ("kind",)) == "ServiceAccount":
                namespace = value_at(subject, ("namespace",)) or one.object.key.namespace
                yield str(namespace), str(value_at(subject, ("name",)))


def _administrator(name: str, user: str) -> Body:
    return _binding("ClusterRoleBinding", name, user, "ClusterRole", "cluster-admin")


def _binding(kind: str, name: str, user: str, role_kind: str, role: str, **metadata: str) -> Body:
    return {
        "apiVersion": _V1,
        "kind": kind,
        "metadata": {"name": name, **metadata},
        "roleRef": {"apiGroup": RBAC, "kind": role_kind, "name": role},
        "subjects": [{"apiGroup": RBAC, "kind": "User", "name": user}],
    }


def _aggregate(ground: Ground) -> None:
    """Fill roles that are put together of others, which a controller does elsewhere."""
    kind = ground.api.kind_of(_V1, "ClusterRole")
    assert kind is not None
    roles = list(ground.api.listed(kind, whole=True))
    for role in roles:
        selectors = value_at(role, ("aggregationRule", "clusterRoleSelectors"))
        if not isinstance(selectors, list):
            continue
        rules = [
            rule
            for other in roles
            if other is not role and any(_selects(one, other) for one in selectors)
            for rule in other.get("rules") or ()
        ]
        name = value_at(role, ("metadata", "name"))
        filled = {"apiVersion": _V1, "kind": "ClusterRole", "metadata": {"name": name}, "rules": rules}
        ground.store_body({**filled, "aggregationRule": role["aggregationRule"]})


def _selects(selector: Any, role: Body) -> bool:
    """Whether a selector of labels by their values selects a role."""
    wanted = value_at(selector, ("matchLabels",))
    held = value_at(role, ("metadata", "labels"), {})
    return isinstance(wanted, Mapping) and all(held.get(key) == value for key, value in wanted.items())


def _await(ground: Ground) -> None:
    """Wait until bindings of ours, which were stored last, let two users in."""
    rules = [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["*"]}]
    role = {"apiVersion": _V1, "metadata": {"name": _MARK, "namespace": "default"}, "rules": rules}
    of_all = {"apiVersion": _V1, "metadata": {"name": _MARK}, "rules": rules}
    ground.store_body({**of_all, "kind": "ClusterRole"})
    ground.store_body({**role, "kind": "Role"})
    everywhere, within = f"{_MARK}:cluster", f"{_MARK}:namespace"
    ground.store_body(_binding("ClusterRoleBinding", _MARK, everywhere, "ClusterRole", _MARK))
    ground.store_body(_binding("RoleBinding", _MARK, within, "Role", _MARK, namespace="default"))
    kind = ground.api.kind_of("v1", "ConfigMap")
    assert kind is not None
    for user in (everywhere, within):
        identity = Identity(user, ("system:authenticated",))
        wait_until(
            lambda who=identity: ground.api.apply(_PROBE, kind, manager=_MARK, identity=who).accepted,  # type: ignore[misc]
            _SECONDS_TO_SPREAD,
        )
