"""Labels that change, in fields that cannot."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from ..cli.command_line import check

RULE = "selector-mutation"


def workload(kind: str = "Deployment", name: str = "web", labels: str = "app: web") -> str:
    return dedent(f"""\
        apiVersion: apps/v1
        kind: {kind}
        metadata:
          name: {name}
        spec:
          selector:
            matchLabels:
              {labels}
          template:
            metadata:
              labels:
                {labels}
            spec:
              containers:
              - name: web
                image: registry.example/web:1.4.2
        """)


def judged(folder: Path, files: dict[str, str]) -> list[tuple[str, str, list[str]]]:
    """Place, severity and targets of each finding."""
    for path, text in files.items():
        file = folder / "repo" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    found = [one for one in check(folder / "repo", "--select", RULE).findings if one["rule"] == RULE]
    return [
        (
            f"{one['location']['file']}:{one['location']['line']}",
            one["severity"],
            sorted(target.partition("//")[2] for target in one["targets"]),
        )
        for one in found
    ]


def label_of(entry: str) -> str:
    return f"resources: [web.yaml]\ncommonLabels:\n  {entry}\n"


@pytest.mark.parametrize(
    "entry",
    [
        "version: 1.2.3",
        'version: "1.2"',
        "version: v2.0.0-rc.1",
        "app.kubernetes.io/version: v0.6",
        "helm.sh/chart: redis-17.0.1",
        "chart: redis-17.0.1",
        'build: "20261"',
        "example.com/git-sha: 3f9c2ab",
        "commit: ${GIT_COMMIT}",
        "anything: 4b825dc642cb6eb9a060e54bf8d69288fbee4904",
        "released: 2026-03-01",
        'date: "20260301"',
        "track: main-v1.20.3",
    ],
)
def test_a_label_that_changes_with_a_release_is_told_at_its_line(tmp_path: Path, entry: str) -> None:
    files = {"web.yaml": workload(), "kustomization.yaml": label_of(entry)}

    assert judged(tmp_path, files) == [("kustomization.yaml:3", "error", [""])]


@pytest.mark.parametrize(
    "entry",
    [
        "app: web",
        "environment: production",
        "version: v1",
        "version: stable",
        "tier: front-2",
        "app.kubernetes.io/instance: web-prod",
        "app.kubernetes.io/version: stable",
        "team: 5eeddeadbeef",
        "address: 10.0.0.1",
        'account: "123456789012"',
        "app.kubernetes.io/part-of: shop.v2",
        "release: shop",
        "topology: ${CLUSTER_NAME}",
    ],
)
def test_a_label_that_stays_is_left_alone(tmp_path: Path, entry: str) -> None:
    assert judged(tmp_path, {"web.yaml": workload(), "kustomization.yaml": label_of(entry)}) == []


def test_one_entry_is_one_finding_with_all_targets_and_workloads(tmp_path: Path) -> None:
    kustomization = (
        "resources: [web.yaml, api.yaml]\nlabels:\n"
        "- includeSelectors: true\n  pairs:\n    app: web\n    version: 1.2.3\n"
    )
    files = {
        "base/web.yaml": workload(),
        "base/api.yaml": workload("StatefulSet", "api"),
        "base/kustomization.yaml": kustomization,
        "dev/kustomization.yaml": "resources: [../base]\n",
        "prod/kustomization.yaml": "resources: [../base]\nnamePrefix: prod-\n",
    }

    assert judged(tmp_path, files) == [("base/kustomization.yaml:6", "error", ["dev", "prod"])]


@pytest.mark.parametrize(
    ("kustomization", "line"),
    [
        (
            "labels:\n- pairs: {version: 1.2.3}\n  fields:\n"
            "  - {path: spec/selector/matchLabels, create: true, kind: Deployment}\n",
            2,
        ),
        (
            "transformers:\n- |-\n  apiVersion: builtin\n  kind: LabelTransformer\n"
            "  metadata: {name: labels}\n  labels: {version: 1.2.3}\n"
            "  fieldSpecs: [{path: spec/selector/matchLabels, create: true}]\n",
            2,
        ),
        (
            "configurations: [labels.yaml]\nlabels:\n- pairs:\n    version: 1.2.3\n",
            4,
        ),
    ],
)
def test_any_way_into_a_selector_is_seen(tmp_path: Path, kustomization: str, line: int) -> None:
    files = {
        "web.yaml": workload(),
        "labels.yaml": "labels:\n- {path: spec/selector/matchLabels, create: true, kind: Deployment}\n",
        "kustomization.yaml": f"{kustomization}resources: [web.yaml]\n",
    }
    found = judged(tmp_path, files)

    assert [(place.partition(":")[0], severity) for place, severity, _ in found] == [
        ("kustomization.yaml", "error")
    ]
    assert int(found[0][0].partition(":")[2]) >= line


def test_labels_beside_the_selector_may_change(tmp_path: Path) -> None:
    kustomization = "resources: [web.yaml]\nlabels:\n- includeTemplates: true\n  pairs: {version: 1.2.3}\n"

    assert judged(tmp_path, {"web.yaml": workload(), "kustomization.yaml": kustomization}) == []


def test_the_selectors_of_a_service_may_change(tmp_path: Path) -> None:
    service = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}}\n"

    assert judged(tmp_path, {"web.yaml": service, "kustomization.yaml": label_of("version: 1.2.3")}) == []


def test_claim_templates_cannot_change_either(tmp_path: Path) -> None:
    claims = "  volumeClaimTemplates:\n  - metadata: {name: data}\n    spec: {accessModes: [ReadWriteOnce]}\n"
    files = {
        "db.yaml": workload("StatefulSet", "db") + claims,
        "kustomization.yaml": "resources: [db.yaml]\nlabels:\n- includeTemplates: true\n"
        "  pairs: {version: 1.2.3}\n",
    }

    assert judged(tmp_path, files) == [("kustomization.yaml:4", "error", [""])]


def test_a_version_that_the_name_carries_is_another_object_next_time(tmp_path: Path) -> None:
    kustomization = "resources: [web.yaml]\nnameSuffix: -1-2-3\ncommonLabels: {version: 1.2.3}\n"

    assert judged(tmp_path, {"web.yaml": workload(), "kustomization.yaml": kustomization}) == []


def test_a_version_that_a_manifest_itself_selects_by_is_a_warning_there(tmp_path: Path) -> None:
    files = {
        "web.yaml": workload(labels="app.kubernetes.io/version: 1.2.3"),
        "mesh.yaml": workload(name="reviews", labels="version: v1"),
        "kustomization.yaml": "resources: [web.yaml, mesh.yaml]\n",
    }

    assert judged(tmp_path, files) == [("web.yaml:8", "warning", [""])]


_PATCH = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  labels:\n    tier: back\n"


@pytest.mark.parametrize(
    ("overlay", "places"),
    [
        ("patches:\n- path: patch.yaml\n", ["over/patch.yaml:6"]),
        ("labels:\n- pairs: {tier: back}\n", ["over/kustomization.yaml:3"]),
        ("labels:\n- {pairs: {tier: back}, includeSelectors: true}\n", []),
        ("patches:\n- path: both.yaml\n", []),
        (
            "patches:\n- target: {kind: Deployment}\n  patch: |-\n"
            "    - {op: replace, path: /metadata/labels/tier, value: back}\n",
            [],
        ),
    ],
)
def test_a_label_that_takes_its_selector_along_unseen_is_told(
    tmp_path: Path, overlay: str, places: list[str]
) -> None:
    bare = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {}}}\n"
    both = f"{_PATCH}spec:\n  selector:\n    matchLabels: {{tier: back}}\n"
    files = {
        "base/web.yaml": bare,
        "base/kustomization.yaml": "resources: [web.yaml]\ncommonLabels: {tier: front}\n",
        "over/patch.yaml": _PATCH,
        "over/both.yaml": both,
        "over/kustomization.yaml": f"resources: [../base]\n{overlay}",
    }

    assert [(place, severity) for place, severity, _ in judged(tmp_path, files)] == [
        (place, "warning") for place in places
    ]
