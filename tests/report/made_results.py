"""A realistic result: two repositories, one overlay that builds, one that waits for a remote base."""

from __future__ import annotations

from gitlint_ops.model.cards import Card, Profile
from gitlint_ops.model.findings import (
    Confidence,
    Finding,
    ObjectName,
    Related,
    Severity,
    State,
    Suppression,
    TriagedFinding,
)
from gitlint_ops.model.location import FileRef, Location
from gitlint_ops.model.objects import ObjectKey
from gitlint_ops.model.results import CheckResult, Coverage, TargetSummary
from gitlint_ops.model.targets import BuildTarget, Status, TargetKind, Unchecked

SOURCES = {
    "production/kustomization.yaml": (
        "resources:\n"
        "- ../../shop-api\n"
        "\n"
        "images:\n"
        "- name: web\n"
        "  newName: registry.example/shop/web\n"
        "\n"
        "# the tag of the week\n"
        "  newTag: latest\n"
    ),
    "deployment.yaml": "\n" * 16 + "      - image: web:1.2\n",
    "production/secret.yaml": "apiVersion: v1\nkind: Secret\nstringData:\n  password: hunter2-and-more\n",
}

TAG = Card(
    id="tag-mutable",
    code="IMG002",
    group="images",
    title="Container image can change without a commit",
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    profile=Profile.RECOMMENDED,
    subject="container",
    why="A tag such as latest moves.\nWhat runs is then not what Git says.\n\nA second paragraph.",
    fix="Pin a version, or better a digest.",
    false_positives="Images that are rebuilt on purpose.",
    params={"mutable": ["latest", "main"]},
    controls={"soc2": ("CC8.1",)},
    references=("https://kubernetes.io/docs/concepts/containers/images/",),
)
SECRET = Card(
    id="secret-plaintext",
    code="SEC001",
    group="secrets",
    title="Secret in plain text",
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    profile=Profile.RECOMMENDED,
    subject="object",
    why="Whoever can read the repository can read the secret.",
    fix="Encrypt it with SOPS, or take it from a store.",
)
CARDS = (SECRET, TAG)
ROOTS = (("shop-api", ""), ("shop-env", ""))


def file(path: str, repo: str = "shop-env") -> FileRef:
    return FileRef(repo, "worktree", path)


def source_line(location: Location) -> str | None:
    lines = SOURCES.get(location.file.path, "").split("\n")
    return lines[location.line - 1] if location.line <= len(lines) else None


def tag_finding(
    line: int = 9, targets: tuple[str, ...] = ("shop-env//production", "shop-env//staging")
) -> Finding:
    return Finding(
        rule="tag-mutable",
        severity=Severity.WARNING,
        confidence=Confidence.HIGH,
        message="image web:latest has no fixed tag or digest",
        hint="pin a version tag, or better a digest",
        location=Location(file("production/kustomization.yaml"), line, 11, line, 17),
        object=ObjectName("apps/v1", ObjectKey("apps", "Deployment", "shop", "web")),
        path="spec.template.spec.containers[name=web].image",
        related=(
            Related(
                Location(file("deployment.yaml", "shop-api"), 17, 16, 17, 23), "written here", in_chain=True
            ),
            Related(
                Location(file("production/kustomization.yaml"), 5, 9, 5, 12), "the entry names this image"
            ),
        ),
        targets=targets,
        fingerprint=f"sha256:{line:032x}",
    )


def secret_finding() -> Finding:
    return Finding(
        rule="secret-plaintext",
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        message="password is in plain text",
        hint="",
        location=Location(file("production/secret.yaml"), 4, 13, 4, 29),
        object=ObjectName("v1", ObjectKey("", "Secret", "", "db")),
        path="stringData.password",
        related=(),
        targets=("shop-env//production",),
        fingerprint="sha256:00ff",
    )


def summaries(staging: Status = Status.BUILT) -> tuple[TargetSummary, ...]:
    return (
        TargetSummary(
            BuildTarget("shop-env", "production", TargetKind.KUSTOMIZE, "production"), Status.BUILT, 12, None
        ),
        TargetSummary(
            BuildTarget("shop-env", "staging", TargetKind.KUSTOMIZE, "staging"),
            staging,
            12 if staging is Status.BUILT else 0,
            None if staging is Status.BUILT else "a remote base",
        ),
    )


def result_of(*findings: TriagedFinding, **more: object) -> CheckResult:
    held: dict[str, object] = {
        "findings": findings,
        "targets": summaries(),
        "unchecked": (),
        "coverage": Coverage(files=9, objects=24, validated=24),
        "cards": CARDS,
        "seconds": 0.2149,
        "tool_version": "0.1.0",
        "roots": ROOTS,
    }
    return CheckResult(**{**held, **more})  # type: ignore[arg-type]


def new(finding: Finding) -> TriagedFinding:
    return TriagedFinding(finding, State.NEW)


def full_result() -> CheckResult:
    """Findings in every state, an unchecked target, kinds without a schema, files left out."""
    return result_of(
        new(tag_finding()),
        TriagedFinding(
            tag_finding(line=10),
            State.SUPPRESSED,
            Suppression(
                "rebuilt daily",
                Location(file("production/kustomization.yaml"), 10, 19, 10, 70),
                "2027-01-31",
            ),
        ),
        TriagedFinding(tag_finding(line=11), State.BASELINED),
        new(secret_finding()),
        targets=summaries(Status.UNCHECKED),
        unchecked=(
            Unchecked("shop-env//staging", "remote base https://git.example/x is not in the workspace"),
        ),
        coverage=Coverage(
            files=9,
            objects=12,
            validated=10,
            unvalidated=(("example.com/v1/Shop", 2),),
            left_out=(("Helm templates", 4), ("Jinja templates", 1)),
        ),
    )
