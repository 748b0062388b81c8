"""Admission policies, in force before anything is asked that they judge."""

from __future__ import annotations

import secrets
from typing import Any

from gitlint_ops.model.objects import ObjectKey
from gitlint_ops.model.structure import value_at
from gitlint_ops.reconcile.api import Answer, Body
from gitlint_ops.reconcile.staging.ground import Ground, wait_until

GROUP = "admissionregistration.k8s.io"
_VALIDATING, _MUTATING = "ValidatingAdmissionPolicy", "MutatingAdmissionPolicy"
_KINDS = (_VALIDATING, f"{_VALIDATING}Binding", _MUTATING, f"{_MUTATING}Binding")

_SECONDS_TO_SPREAD = 20.0
_MARK = "gitlint-ops-probe"


def stage_policies(ground: Ground) -> None:
    """Store policies with what they look up, and wait until the server asks them.

    Policies come into force in the order in which they are stored; one of ours is the last.
    """
    policies = list(ground.of_kinds({(GROUP, kind) for kind in _KINDS}))
    if not policies:
        return
    parameters = {
        _group_kind(value_at(one.object.body, ("spec", "paramKind")))
        for one in policies
        if one.object.kind in (_VALIDATING, _MUTATING)
    }
    ground.store_all(ground.of_kinds({one for one in parameters if one is not None}))
    for kind in _KINDS:
        ground.store_all(one for one in policies if one.object.kind == kind)
    for kind in (_VALIDATING, _MUTATING):
        if any(one.object.kind == kind for one in policies):
            _await(kind, ground)


def _group_kind(held: Any) -> tuple[str, str] | None:
    version, kind = value_at(held, ("apiVersion",)), value_at(held, ("kind",))
    if not isinstance(version, str) or not isinstance(kind, str):
        return None
    return version.rpartition("/")[0], kind


def _await(kind: str, ground: Ground) -> None:
    """Wait until a policy of ours shows, and take it away again.

    It has a name that no other had: what was taken away is in force for a while.
    """
    served = next((one for one in ground.api.kinds() if (one.group, one.kind) == (GROUP, kind)), None)
    probed = ground.api.kind_of("v1", "ConfigMap")
    if served is None or probed is None:
        return
    name = f"{_MARK}-{secrets.token_hex(4)}"
    made = _probe(kind, served.api_version, name)
    if not all(ground.store_body(one).accepted for one in made):
        return
    asked = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "default"}}
    wait_until(lambda: _shows(ground.api.apply(asked, probed, manager=_MARK), name), _SECONDS_TO_SPREAD)
    for one in made:
        of_kind = ground.api.kind_of(one["apiVersion"], one["kind"])
        if of_kind is not None:
            ground.api.remove(ObjectKey(GROUP, one["kind"], "", name), of_kind)


def _shows(answer: Answer, name: str) -> bool:
    changed = value_at(answer.body, ("metadata", "annotations", name)) is not None
    return changed or any(name in one for one in answer.warnings)


def _probe(kind: str, api_version: str, name: str) -> tuple[Body, Body]:
    """A policy that does nothing but to a ConfigMap of ours; it warns, so that no other denial hides it."""
    matched = {
        "resourceRules": [
            {
                "apiGroups": [""],
                "apiVersions": ["v1"],
                "operations": ["CREATE"],
                "resources": ["configmaps"],
                "resourceNames": [name],
            }
        ]
    }
    spec: dict[str, Any] = {"matchConstraints": matched, "failurePolicy": "Ignore"}
    binding: dict[str, Any] = {"policyName": name}
    if kind == _VALIDATING:
        spec["validations"] = [{"expression": "false", "message": f"{name} is in force"}]
        binding["validationActions"] = ["Warn"]
    else:
        expression = f'Object{{metadata: Object.metadata{{annotations: {{"{name}": "yes"}}}}}}'
        applied = {"patchType": "ApplyConfiguration", "applyConfiguration": {"expression": expression}}
        spec |= {"mutations": [applied], "reinvocationPolicy": "Never"}
    head = {"apiVersion": api_version, "metadata": {"name": name}}
    return {**head, "kind": kind, "spec": spec}, {**head, "kind": f"{kind}Binding", "spec": binding}
