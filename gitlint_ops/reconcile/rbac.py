"""The access that a run against a cluster needs, and no more: as objects to be applied by somebody who may.

RBAC cannot tell a dry run from the real thing: the API server asks for the same verbs (Kubernetes' docs, API
concepts, dry-run authorization). So an account that may send dry runs gets a ValidatingAdmissionPolicy
beside its role that refuses every write of its own that is none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from msgspec import Struct

from gitlint_ops.model.errors import UsageError
from gitlint_ops.model.objects import ObjectKey
from gitlint_ops.reconcile.api import Identity

Body: TypeAlias = dict[str, Any]
Plural: TypeAlias = Callable[[ObjectKey], str]
"""The name of an object's kind in URLs and rules."""

LIST: tuple[str, ...] = ("list",)
READ: tuple[str, ...] = ("get", "list")
READ_AND_WRITE: tuple[str, ...] = ("get", "list", "create", "patch")
AUTOSCALED = frozenset(["Deployment", "StatefulSet", "ReplicaSet"])
AUTOSCALERS = frozenset([("autoscaling", "horizontalpodautoscalers"), ("keda.sh", "scaledobjects")])
"""What may set the replicas of an object in the place of Git."""

UNGUARDED = "admissionregistration.k8s.io"
"""Policies do not judge policies and webhooks, so no policy could keep dry runs of them to dry runs."""

_SERVICE_ACCOUNT = "system:serviceaccount:"
_RBAC = "rbac.authorization.k8s.io"


class Account(Struct, frozen=True):
    """A service account, and how what belongs to it is called."""

    namespace: str
    name: str

    @property
    def user(self) -> str:
        return f"{_SERVICE_ACCOUNT}{self.namespace}:{self.name}"

    @property
    def prefix(self) -> str:
        return self.name if self.name == self.namespace else f"{self.namespace}-{self.name}"

    @property
    def subject(self) -> Body:
        return {"kind": "ServiceAccount", "namespace": self.namespace, "name": self.name}


class Asking(Struct, frozen=True):
    """An object that a server is asked about, and as whom (None: as the account itself)."""

    key: ObjectKey
    identity: Identity | None = None
    only_read: bool = False

    @property
    def is_sent(self) -> bool:
        """Whether the account itself sends it."""
        return self.identity is None and not self.only_read


def account_named(text: str) -> Account:
    """The account of `namespace/name`.

    Raises:
        UsageError: it is none.
    """
    namespace, _, name = text.partition("/")
    if not namespace or not name or "/" in name:
        raise UsageError(f"--account is NAMESPACE/NAME, not '{text}'")
    return Account(namespace, name)


def access(
    asked: Iterable[Asking], plural: Plural, account: Account, *, writes: bool, drift: bool = True
) -> Iterator[Body]:
    """All that an account needs to ask about objects; without `writes` it only reads what lives there.

    For `drift` it also looks for what may set fields in the place of Git.
    """
    held = [*asked]
    yield {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": account.namespace}}
    yield {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": account.name, "namespace": account.namespace},
    }
    identities = {one.identity for one in held if one.identity is not None} if writes else set[Identity]()
    own = {(one.key.group, plural(one.key)) for one in held if writes and one.is_sent}
    read = {(one.key.group, plural(one.key)) for one in held if drift or not one.only_read}
    scaled = drift and any(one.key.kind in AUTOSCALED for one in held)
    rules = [*_rules(read, own, AUTOSCALERS if scaled else ()), *_groups(identities)]
    yield from _granted(f"{account.prefix}-reconcile", "", rules, account)
    for namespace, names in sorted(_service_accounts(identities).items()):
        rule = {"apiGroups": [""], "resources": ["serviceaccounts"], "resourceNames": sorted(names)}
        yield from _granted(
            f"{account.prefix}-reconcile-as", namespace, [{**rule, "verbs": ["impersonate"]}], account
        )
    if own:
        yield from _only_dry_runs(account)


def unguarded(asked: Iterable[Asking], plural: Plural) -> frozenset[str]:
    """Kinds whose dry runs the account is not let to send, as `plural.group`."""
    keys = (one.key for one in asked if one.is_sent and one.key.group == UNGUARDED)
    return frozenset(f"{plural(one)}.{one.group}" for one in keys)


def grants(asked: Iterable[Asking]) -> bool:
    """Whether there are roles or bindings among the objects, which takes rights of their own to write."""
    return any(one.key.group == _RBAC and one.is_sent for one in asked)


def _rules(
    read: Iterable[tuple[str, str]], written: Iterable[tuple[str, str]], listed: Iterable[tuple[str, str]]
) -> Iterator[Body]:
    """A rule for each group and verbs, in order."""
    verbs = dict.fromkeys(listed, LIST) | dict.fromkeys(read, READ)
    verbs |= dict.fromkeys((one for one in written if one[0] != UNGUARDED), READ_AND_WRITE)
    by_group: dict[tuple[str, tuple[str, ...]], set[str]] = {}
    for (group, resource), allowed in verbs.items():
        by_group.setdefault((group, allowed), set()).add(resource)
    for (group, allowed), resources in sorted(by_group.items()):
        yield {"apiGroups": [group], "resources": sorted(resources), "verbs": list(allowed)}


def _groups(identities: Iterable[Identity]) -> Iterator[Body]:
    """Whom the account may ask as, but for service accounts: groups, and users by name."""
    held = [*identities]
    groups = sorted({group for one in held for group in one.groups})
    users = sorted({one.user for one in held if not one.user.startswith(_SERVICE_ACCOUNT)})
    for resource, names in (("groups", groups), ("users", users)):
        if names:
            rule = {"apiGroups": [""], "resources": [resource], "resourceNames": names}
            yield {**rule, "verbs": ["impersonate"]}


def _service_accounts(identities: Iterable[Identity]) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = {}
    for one in identities:
        if one.user.startswith(_SERVICE_ACCOUNT):
            namespace, _, name = one.user.removeprefix(_SERVICE_ACCOUNT).partition(":")
            found.setdefault(namespace, set()).add(name)
    return found


def _granted(name: str, namespace: str, rules: list[Body], account: Account) -> Iterator[Body]:
    """A role and its binding, in one namespace or ("") in the cluster."""
    kind = "Role" if namespace else "ClusterRole"
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    yield {"apiVersion": f"{_RBAC}/v1", "kind": kind, "metadata": metadata, "rules": rules}
    yield {
        "apiVersion": f"{_RBAC}/v1",
        "kind": f"{kind}Binding",
        "metadata": metadata,
        "roleRef": {"apiGroup": _RBAC, "kind": kind, "name": name},
        "subjects": [account.subject],
    }


def _only_dry_runs(account: Account) -> Iterator[Body]:
    """What refuses everything that the account would change for good."""
    name = f"{account.prefix}-dry-run-only"
    yield {
        "apiVersion": f"{UNGUARDED}/v1",
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": name},
        "spec": {
            "failurePolicy": "Fail",
            "matchConstraints": {
                "resourceRules": [
                    {"apiGroups": ["*"], "apiVersions": ["*"], "operations": ["*"], "resources": ["*/*"]}
                ]
            },
            "matchConditions": [
                {"name": "this-account", "expression": f'request.userInfo.username == "{account.user}"'}
            ],
            "validations": [
                {
                    "expression": "has(request.dryRun) && request.dryRun",
                    "message": f"{account.namespace}/{account.name} may send dry runs only",
                }
            ],
        },
    }
    yield {
        "apiVersion": f"{UNGUARDED}/v1",
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": name},
        "spec": {"policyName": name, "validationActions": ["Deny"]},
    }
