"""What servers could say of the workspace of made_results: a cluster of the user's, and one that was made."""

from __future__ import annotations

from gitlint_ops.model.cards import Card, Profile
from gitlint_ops.model.findings import Confidence, Finding, ObjectName, Severity
from gitlint_ops.model.location import Location
from gitlint_ops.model.objects import ObjectKey
from gitlint_ops.model.rehearsal import FieldChange, PlannedChange, ServerSummary
from gitlint_ops.model.results import CheckResult

from .made_results import CARDS, file, new, result_of

REJECTED = Card(
    id="dryrun-rejected",
    code="DRY001",
    group="reconcile",
    title="The API server rejects an object",
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    profile=Profile.RECONCILE,
    subject="object",
    why="The sync would fail.",
    fix="Do what the server says.",
)
GAP = """\
check passes what a server refuses
kubernetes: 1.36
message: spec.ports[0].port: Invalid value: 0"""

CREATED = PlannedChange(
    "create",
    "apps/v1",
    ObjectKey("apps", "Deployment", "shop", "web"),
    "shop-env//production",
    at=Location(file("deployment.yaml", "shop-api"), 1, 1, 1, 5),
)
CHANGED = PlannedChange(
    "change",
    "v1",
    ObjectKey("", "Service", "shop", "web"),
    "shop-env//production",
    (
        FieldChange("spec.ports[port=80].targetPort", "8080", "9090", "argocd-controller"),
        FieldChange(
            "spec.type", "NodePort", "ClusterIP", "kubectl-edit", "2026-11-20T10:12:00Z", by_hand=True
        ),
    ),
    at=Location(file("service.yaml", "shop-api"), 4, 1, 4, 9),
)
SECRET = PlannedChange(
    "change",
    "v1",
    ObjectKey("", "Secret", "shop", "db"),
    "shop-env//production",
    (
        FieldChange("data.password", "aHVudGVyMg==", "bmV3", "kubectl-edit", by_hand=True),
        FieldChange("data.extra", "", "bmV3"),
    ),
)
PRUNED = PlannedChange(
    "prune", "v1", ObjectKey("", "ConfigMap", "shop", "old"), "shop-env//production", note="left Git"
)

LIVE = ServerSummary(
    cluster="eu-1",
    environment="production",
    server="context prod-eu",
    release="1.36",
    wanted="1.37",
    objects=(("accepted", 9), ("rejected", 1), ("prerequisite", 2)),
    changes=(CREATED, CHANGED, SECRET, PRUNED),
    notes=("objects of kinds that left the workspace are not looked for",),
    gaps=(GAP,),
    seconds=2.14,
    compared=True,
)
MADE = ServerSummary(
    cluster="",
    environment="staging",
    server="envtest",
    release="1.37",
    wanted="1.37",
    objects=(("accepted", 1), ("unknown-kind", 3), ("not-applied", 1)),
    assumed=(("Namespace", "monitoring"), ("CustomResourceDefinition", "shops.example.com")),
    absent_webhooks=("validate.kyverno.svc",),
    seconds=4.0,
)


def rejection() -> Finding:
    return Finding(
        rule="dryrun-rejected",
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        message="spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive",
        hint="",
        location=Location(file("service.yaml", "shop-api"), 9, 11, 9, 12),
        object=ObjectName("v1", ObjectKey("", "Service", "shop", "web")),
        path="spec.ports[0].port",
        related=(),
        targets=("shop-env//production",),
        fingerprint="sha256:0badc0de",
    )


def rehearsed(*summaries: ServerSummary, findings: tuple[Finding, ...] = ()) -> CheckResult:
    cards = (*CARDS, REJECTED)
    return result_of(*map(new, findings), rehearsals=summaries, cards=cards)
