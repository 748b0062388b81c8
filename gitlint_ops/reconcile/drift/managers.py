"""What the names of field managers tell: the owner's operator, a person's tool, or a controller."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum

from gitlint_ops.reconcile.drift.managed_fields import Entry
from gitlint_ops.reconcile.outcomes import Applier, Operator


class Sort(Enum):
    """Who is behind a field manager."""

    OWN = "own"
    """The operator that delivers the object."""
    HAND = "hand"
    """A person, with the tool that the name tells."""
    CONTROLLER = "controller"
    """A program of the cluster, which does so by design."""
    UNKNOWN = "unknown"


# kubectl's commands set the manager themselves; other programs are known by the start of their user agent.
# Source: k8s.io/kubectl pkg/cmd/*; k8s.io/apiserver pkg/endpoints/handlers/create.go managerOrUserAgent
_APPLIED_BY_HAND = frozenset(
    {
        "kubectl-client-side-apply",
        "kubectl",
        "before-first-apply",
        "kubectl-create",
        "kubectl-replace",
        "helm",
    }
)  # fmt: skip
_OWN: Mapping[Operator, frozenset[str]] = {
    Operator.ARGO_CD: frozenset(
        {"argocd-controller", "argocd-application-controller", "argocd-repo-server", "argocd"}
    ),
    Operator.FLUX_KUSTOMIZE: frozenset({"kustomize-controller", "flux-operator"}),
    Operator.FLUX_HELM: frozenset({"helm-controller"}),
    Operator.HAND: _APPLIED_BY_HAND | {"gitlint-ops"},
}

_HANDS: Mapping[str, str] = {
    "node-fetch": "Lens or another desktop client (node-fetch)",
    "Mozilla": "a browser (Mozilla), such as Rancher's or a dashboard's",
    "lens": "Lens",
    "Lens": "Lens",
    "OpenLens": "OpenLens",
    "freelens": "Freelens",
    "k9s": "k9s",
    "argocd-server": "the user interface or API of Argo CD (argocd-server)",
    "rancher": "Rancher",
    "dashboard": "the Kubernetes dashboard",
    "kubernetes-dashboard-api": "the Kubernetes dashboard",
    "headlamp": "Headlamp",
    "headlamp-server": "Headlamp",
    "helm": "the helm command",
    "terraform": "Terraform",
    "Terraform": "Terraform",
    "HashiCorp": "Terraform",
    "terraform-provider-kubernetes": "Terraform",
    "terraform-provider-kubectl": "Terraform",
    "terraform-provider-helm": "Terraform",
    "pulumi": "Pulumi",
    "pulumi-kubernetes": "Pulumi",
    "pulumi-resource-kubernetes": "Pulumi",
    "oc": "oc",
    "flux": "the flux command",
    "flux-client-side-apply": "kubectl, as flux-client-side-apply",
    "curl": "curl",
    "okteto": "okteto",
    "skaffold": "skaffold",
    "tilt": "tilt",
    "ansible": "Ansible",
    "Ansible": "Ansible",
    "OpenAPI-Generator": "a script (OpenAPI-Generator)",
    "python-requests": "a script (python-requests)",
}
_KUBECTL = re.compile(r"(?:kubectl|oc)-([a-z-]{1,40})\Z")
_HAND_WITH_MORE = re.compile(r"(?:pulumi|terraform|Terraform|HashiCorp|rancher)[-_/]")

_CONTROLLERS = frozenset(
    {
        # Stands for all that was there, defaults too, before the server wrote down whose it is.
        "before-first-apply",
        "kubelet", "kubeadm", "manager", "controller", "operator", "webhook", "cainjector", "istiod",
        "pilot-discovery", "kyverno", "gatekeeper", "velero", "velero-server", "keda", "karpenter",
        "flagger", "reloader", "Reloader", "descheduler", "goldilocks", "metacontroller", "crossplane",
        "external-secrets", "external-dns", "coredns", "fleetagent", "kapp", "traefik", "knative",
    }
)  # fmt: skip
_CONTROLLER = re.compile(
    r"\A(?:kube-|cloud-|vpa-|keda-|gke-|aks-|eks-|aws-|azure-|cert-manager|cluster-autoscaler|linkerd|system:|"
    r"cilium|calico|istio|knative|karmada|capi-|cap[a-z]-|crossplane|kyverno|gatekeeper|apiextensions|"
    r"addon-?manager|sealed-secrets|rollouts-)"
    r"|(?:[-_]controller(?:-manager)?|[-_]manager|[-_]operator|[-_]webhook|[-_]injector|[-_]cainjector"
    r"|[-_]autoscaler|[-_]scheduler|[-_]provisioner|[-_]syncer|[-_]agent|[-_]server)\Z"
)

FORMER: Mapping[str, str] = {
    "before-first-apply": "somebody, before the server kept records (before-first-apply)",
    "ancient-changes": "somebody long ago, of whom the server has merged the records (ancient-changes)",
}
"""Names by which the server means whoever it was.

Source: k8s.io/apimachinery/pkg/util/managedfields/internal/skipnonapplied.go, capmanagers.go
"""


def sort_of(entry: Entry, applier: Applier) -> Sort:
    """Who is behind an entry of an object that `applier` delivers.

    A scale subresource that no tool of a person wrote to is an autoscaler's.
    """
    name = entry.manager
    if not entry.subresource and (name == applier.manager or name in _OWN[applier.operator]):
        return Sort.OWN
    if is_hand(name):
        return Sort.HAND
    if entry.subresource or name in _CONTROLLERS or _CONTROLLER.search(name):
        return Sort.CONTROLLER
    return Sort.UNKNOWN


def is_hand(manager: str) -> bool:
    """Whether a manager is the tool of a person, or of a person's pipeline."""
    return (
        manager in _HANDS
        or manager == "kubectl"
        or _KUBECTL.match(manager) is not None
        or _HAND_WITH_MORE.match(manager) is not None
    )


def is_edit(entry: Entry) -> bool:
    """Whether an entry is a person's change of an object that was there, and no way of making one."""
    return is_hand(entry.manager) and (bool(entry.subresource) or entry.manager not in _APPLIED_BY_HAND)


def said_manager(entry: Entry) -> str:
    """A manager as people know it: "kubectl-edit", "kubectl scale", "a browser (Mozilla) ..."."""
    name = entry.manager
    if name == "kubectl":
        return f"kubectl {entry.subresource or 'apply --server-side'}"
    if _KUBECTL.match(name):
        return name
    known = _HANDS.get(name) or FORMER.get(name)
    if known:
        return known
    return f"'{name[:100]}'" if name else "a program without a name"


def said_time(entry: Entry) -> str:
    """The time of an entry as a part of a sentence: " on 2026-11-23 at 15:20 UTC", or ""."""
    found = re.match(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::\d\d(?:\.\d+)?)?Z\Z", entry.time)
    return f" on {found[1]} at {found[2]} UTC" if found else ""


def is_undone_by_flux(entry: Entry, applier: Applier) -> bool:
    """Whether kustomize-controller removes what an entry holds and Git has not.

    It takes over all that kubectl holds, and so loses what its own apply does not set.
    Source: kustomize-controller internal/controller/kustomization_controller.go apply,
    fluxcd/pkg/ssa patch.go matchFieldManager
    """
    return (
        applier.operator is Operator.FLUX_KUSTOMIZE
        and not entry.subresource
        and entry.operation in ("Apply", "Update")
        and entry.manager.startswith(("kubectl", "before-first-apply"))
    )


__all__ = [
    "FORMER",
    "Sort",
    "is_edit",
    "is_hand",
    "is_undone_by_flux",
    "said_manager",
    "said_time",
    "sort_of",
]
