"""Roles and their bindings.

Source: k8s.io/kubernetes/pkg/apis/rbac/validation/validation.go
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gitlint_ops.validate.core.checks import (
    Check,
    both,
    each,
    fields,
    filled,
    is_absent,
    is_settled,
    one_of,
    requires,
    some,
    text,
    wrong,
)
from gitlint_ops.validate.core.selectors import label_selector
from gitlint_ops.validate.messages import Fault
from gitlint_ops.validate.name_syntax import dns_subdomain, path_segment
from gitlint_ops.validate.values import given

_GROUP = "rbac.authorization.k8s.io"
_KINDS = ("ServiceAccount", "User", "Group")


def _rule(*, namespaced: bool) -> Check:
    def check(rule: Any) -> Iterator[Fault]:
        if not rule.get("nonResourceURLs"):
            for name in ("apiGroups", "resources"):
                if not rule.get(name):
                    at = (name,) if name in rule else ()
                    hint = 'the core group is apiGroups: [""]' if name == "apiGroups" else ""
                    yield wrong(f"`{name}` is required", *at, hint=hint, at_key=True)
            return
        if namespaced:
            yield wrong("only a ClusterRole can have `nonResourceURLs`", "nonResourceURLs", at_key=True)
        elif rule.get("apiGroups") or rule.get("resources") or rule.get("resourceNames"):
            said = "`nonResourceURLs` must stand in a rule of its own"
            yield wrong(said, "nonResourceURLs", at_key=True)

    return fields({"verbs": some("at least one verb")}, requires("verbs"), check)


def _subject(*, namespaced: bool) -> Check:
    def check(subject: Any) -> Iterator[Fault]:
        kind, group = subject.get("kind"), subject.get("apiGroup")
        if kind == "ServiceAccount":
            if not is_absent(group):
                yield wrong("it must be empty for a ServiceAccount", "apiGroup")
            if not namespaced and is_absent(subject.get("namespace")):
                yield wrong("a ServiceAccount needs `namespace` here", at_key=True)
            name = subject.get("name")
            if isinstance(name, str) and name and is_settled(name) and (reason := dns_subdomain(name)):
                yield wrong(f"{given(name)} is not allowed: {reason}", "name")
        elif kind in _KINDS and not is_absent(group) and group != _GROUP and is_settled(group):
            yield wrong(f"expected {_GROUP}, got {given(group)}", "apiGroup")

    return fields({"kind": both(filled, one_of(*_KINDS)), "name": filled}, check)


def _reference(*kinds: str) -> Check:
    return fields(
        {
            "apiGroup": one_of(_GROUP),
            "kind": both(filled, one_of(*kinds)),
            "name": text(path_segment, required=True),
        }
    )


role: Check = fields({"rules": each(_rule(namespaced=True))})
"""A Role."""

_AGGREGATED = both(some("at least one selector"), each(label_selector))

_AGGREGATION = fields({"clusterRoleSelectors": _AGGREGATED}, requires("clusterRoleSelectors"))

cluster_role: Check = fields({"rules": each(_rule(namespaced=False)), "aggregationRule": _AGGREGATION})
"""A ClusterRole."""

_SUBJECTS = each(_subject(namespaced=True))

role_binding: Check = fields({"roleRef": _reference("Role", "ClusterRole"), "subjects": _SUBJECTS})
"""A RoleBinding."""

_CLUSTER_SUBJECTS = each(_subject(namespaced=False))

cluster_role_binding: Check = fields({"roleRef": _reference("ClusterRole"), "subjects": _CLUSTER_SUBJECTS})
"""A ClusterRoleBinding."""
