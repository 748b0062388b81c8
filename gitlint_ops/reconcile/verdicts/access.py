"""Refusals for want of permission.

Source: k8s.io/apiserver/pkg/endpoints/handlers/responsewriters/errors.go,
k8s.io/kubernetes/pkg/registry/rbac/escalation_check.go
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gitlint_ops.model.findings import Violation
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.structure import value_at

_NOT_ALLOWED = re.compile(
    r"User \"([^\"]*)\" cannot (\w+) resource \"([^\"]*)\" in API group \"([^\"]*)\""
    r"(?: in the namespace \"([^\"]*)\"| at the cluster scope)?"
)
_ESCALATION = re.compile(
    r"user \"([^\"]*)\" .*is attempting to grant RBAC permissions not currently held:\s*(.*)", re.DOTALL
)
_RULE = re.compile(
    r"\{APIGroups:\[([^\]]*)\], Resources:\[([^\]]*)\](?:, ResourceNames:\[([^\]]*)\])?, "
    r"Verbs:\[([^\]]*)\]\}"
)
_MOST_RULES = 5


def unallowed(said: str, on: RenderedObject, namespaced: bool) -> Iterator[Violation]:
    """What the identity of a request may not do; nothing where the words are of something else."""
    found = _NOT_ALLOWED.search(said)
    if found is not None:
        yield _refused(found, on, namespaced)
        return
    granted = _ESCALATION.search(said)
    if granted is not None:
        yield _escalation(granted, on)


def _refused(found: re.Match[str], on: RenderedObject, namespaced: bool) -> Violation:
    user, verb, resource, group, namespace = found.groups()
    kind = f"{resource}.{group}" if group else resource
    namespace = namespace if namespaced else ""  # the server calls a Namespace to be in itself
    where = f"in the namespace {namespace}" if namespace else "in the cluster"
    role = "a Role and a RoleBinding there" if namespace else "a ClusterRole and a ClusterRoleBinding"
    return Violation(
        on,
        ("kind",),
        f"{user} may not {verb} {kind} {where}",
        hint=f"grant it the verbs get, create and patch of {resource} in the API group "
        f'"{group}" ({role}), or let another account apply this',
    )


def _escalation(found: re.Match[str], on: RenderedObject) -> Violation:
    path: FieldPath = next((at for at in (("rules",), ("roleRef",)) if value_at(on.body, at)), ("kind",))
    rules = [_rule(one) for one in _RULE.finditer(found[2])]
    more = f" and {len(rules) - _MOST_RULES} more" if len(rules) > _MOST_RULES else ""
    told = "; ".join(rules[:_MOST_RULES]) or " ".join(found[2].split())
    return Violation(
        on,
        path,
        f"{found[1]} may not grant what it is not allowed itself: {told}{more}",
        hint="grant it these permissions, or the verb `escalate` (for bindings `bind`) of the role, or let "
        "an administrator apply this",
        at_key=True,
    )


def _rule(found: re.Match[str]) -> str:
    groups, resources, _, verbs = (
        part.replace('"', "").replace(" ", ", ") if part else "" for part in found.groups()
    )
    return f"{verbs} of {resources}{f' in {groups}' if groups.strip(', ') else ''}"
