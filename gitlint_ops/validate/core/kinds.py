"""Which check judges which kind; its module is imported when the first object is met."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from gitlint_ops.validate.core.checks import Check, Release

# The apiVersion and kind, exactly; the module here, and the check in it.
_CHECKS: Mapping[tuple[str, str], tuple[str, str]] = {
    ("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration"): ("admission", "mutating"),
    ("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy"): ("admission_policies", "policy"),
    ("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicyBinding"): (
        "admission_policies",
        "binding",
    ),
    ("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration"): ("admission", "validating"),
    ("apiextensions.k8s.io/v1", "CustomResourceDefinition"): ("definitions", "definition"),
    ("apiregistration.k8s.io/v1", "APIService"): ("cluster", "api_service"),
    ("certificates.k8s.io/v1", "CertificateSigningRequest"): ("cluster", "certificate_request"),
    ("coordination.k8s.io/v1", "Lease"): ("cluster", "lease"),
    ("flowcontrol.apiserver.k8s.io/v1", "FlowSchema"): ("flow", "flow_schema"),
    ("flowcontrol.apiserver.k8s.io/v1", "PriorityLevelConfiguration"): ("flow", "priority_level"),
    ("networking.k8s.io/v1", "IPAddress"): ("networking", "ip_address"),
    ("networking.k8s.io/v1", "IngressClass"): ("networking", "ingress_class"),
    ("node.k8s.io/v1", "RuntimeClass"): ("cluster", "runtime_class"),
    ("policy/v1", "PodDisruptionBudget"): ("policy", "disruption_budget"),
    ("rbac.authorization.k8s.io/v1", "ClusterRole"): ("rbac", "cluster_role"),
    ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"): ("rbac", "cluster_role_binding"),
    ("rbac.authorization.k8s.io/v1", "Role"): ("rbac", "role"),
    ("rbac.authorization.k8s.io/v1", "RoleBinding"): ("rbac", "role_binding"),
    ("scheduling.k8s.io/v1", "PriorityClass"): ("policy", "priority_class"),
    ("storage.k8s.io/v1", "CSIDriver"): ("drivers", "driver"),
    ("storage.k8s.io/v1", "CSINode"): ("drivers", "node_drivers"),
    ("storage.k8s.io/v1", "CSIStorageCapacity"): ("drivers", "capacity"),
    ("storage.k8s.io/v1", "StorageClass"): ("storage", "storage_class"),
    ("storage.k8s.io/v1", "VolumeAttachment"): ("drivers", "attachment"),
    ("apps/v1", "ControllerRevision"): ("workloads", "controller_revision"),
    ("authentication.k8s.io/v1", "TokenRequest"): ("cluster", "never_stored"),
    ("autoscaling/v1", "Scale"): ("cluster", "never_stored"),
    ("policy/v1", "Eviction"): ("cluster", "never_stored"),
    ("v1", "APIGroup"): ("cluster", "never_stored"),
    ("v1", "APIVersions"): ("cluster", "never_stored"),
    ("v1", "ComponentStatus"): ("cluster", "never_stored"),
    ("v1", "ConfigMap"): ("config", "config_map"),
    ("v1", "Event"): ("cluster", "event"),
    ("v1", "LimitRange"): ("quotas", "limit_range"),
    ("v1", "PersistentVolume"): ("storage", "persistent_volume"),
    ("v1", "PersistentVolumeClaim"): ("storage", "persistent_volume_claim"),
    ("v1", "ResourceQuota"): ("quotas", "resource_quota"),
    ("v1", "Secret"): ("config", "secret"),
    ("v1", "Status"): ("cluster", "never_stored"),
}

# As above, but a function makes the check for a release of Kubernetes.
_BY_RELEASE: Mapping[tuple[str, str], tuple[str, str]] = {
    ("apps/v1", "DaemonSet"): ("workloads", "daemon_set"),
    ("apps/v1", "Deployment"): ("workloads", "deployment"),
    ("apps/v1", "ReplicaSet"): ("workloads", "replica_set"),
    ("apps/v1", "StatefulSet"): ("workloads", "stateful_set"),
    ("autoscaling/v1", "HorizontalPodAutoscaler"): ("autoscaling", "autoscaler_v1"),
    ("autoscaling/v2", "HorizontalPodAutoscaler"): ("autoscaling", "autoscaler"),
    ("batch/v1", "CronJob"): ("batch", "cron_job"),
    ("batch/v1", "Job"): ("batch", "job"),
    ("discovery.k8s.io/v1", "EndpointSlice"): ("endpoints", "endpoint_slice"),
    ("networking.k8s.io/v1", "Ingress"): ("networking", "ingress"),
    ("networking.k8s.io/v1", "NetworkPolicy"): ("networking", "network_policy"),
    ("networking.k8s.io/v1", "ServiceCIDR"): ("networking", "service_cidr"),
    ("v1", "Endpoints"): ("endpoints", "endpoints"),
    ("v1", "Node"): ("cluster", "node"),
    ("v1", "Pod"): ("pods", "pod"),
    ("v1", "PodTemplate"): ("pods", "pod_template"),
    ("v1", "ReplicationController"): ("workloads", "replication_controller"),
    ("v1", "Service"): ("services", "service"),
}


def check_of(api_version: str, kind: str, release: Release) -> Check | None:
    """The check of one of Kubernetes' own kinds, or None where its schema says all that is known."""
    named = (api_version, kind)
    if named in _CHECKS:
        check: Check = _named(_CHECKS[named])
        return check
    if named in _BY_RELEASE:
        made: Check = _named(_BY_RELEASE[named])(release)
        return made
    return None


def checked_kinds() -> tuple[tuple[str, str], ...]:
    """The kinds that have a check."""
    return (*_CHECKS, *_BY_RELEASE)


def _named(place: tuple[str, str]) -> Any:
    module, name = place
    return getattr(import_module(f"gitlint_ops.validate.core.{module}"), name)
