"""The rules of the group flux on small repositories: what they tell, and where they are silent."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from ..cli.command_line import Files, Ran, check, write

Check = Callable[..., Ran]

GIT = """\
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: fleet, namespace: flux-system}
spec: {interval: 1m, url: https://git.example/acme/fleet, ref: {branch: main}}
"""
CLUSTER = "clusters/production/flux.yaml"


def kustomization(name: str, *spec: str, path: str = "", namespace: str = "flux-system") -> str:
    lines = (
        *("apiVersion: kustomize.toolkit.fluxcd.io/v1", "kind: Kustomization"),
        f"metadata: {{name: {name}, namespace: {namespace}}}",
        "spec:",
        *("  interval: 10m", "  prune: true", f"  path: {path or name}"),
        "  sourceRef: {kind: GitRepository, name: fleet, namespace: flux-system}",
        *(f"  {line}" for line in spec),
    )
    return "---\n" + "\n".join(lines) + "\n"


def config(name: str, namespace: str = "shop", data: str = "{a: b}") -> str:
    return (
        f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, namespace: {namespace}}}\ndata: {data}\n"
    )


def release(name: str, repository: str, *spec: str, namespace: str = "shop") -> str:
    lines = (
        *("apiVersion: helm.toolkit.fluxcd.io/v2", "kind: HelmRelease"),
        f"metadata: {{name: {name}, namespace: {namespace}}}",
        *(
            "spec:",
            "  interval: 10m",
            "  chart:",
            "    spec:",
            f"      chart: {name}",
            "      version: 1.2.3",
        ),
        f"      sourceRef: {{kind: HelmRepository, name: {repository}, namespace: flux-system}}",
        *(f"  {line}" for line in spec),
    )
    return "---\n" + "\n".join(lines) + "\n"


@pytest.fixture
def told(tmp_path: Path) -> Callable[[str, Files], Sequence[str]]:
    """`told(rule, files)`: the findings of one rule as `file:line: message`."""

    def found(rule: str, files: Files) -> Sequence[str]:
        ran = check(write(tmp_path / "fleet", files), "--select", rule)
        return [
            f"{one['location']['file']}:{one['location']['line']}: {one['message']}"
            for one in ran.findings
            if one["rule"] == rule
        ]

    return found


Told = Callable[[str, Files], Sequence[str]]


# Sources


def test_a_source_in_another_namespace_is_told_with_where_it_is(tmp_path: Path) -> None:
    flux = GIT + kustomization("apps").replace(", namespace: flux-system}\n", "}\n").replace(
        "{name: apps}", "{name: apps, namespace: shop}"
    )
    files = {CLUSTER: flux, "apps/config.yaml": config("one")}

    ran = check(write(tmp_path / "fleet", files), "--select", "source-missing")

    assert ran.places("source-missing") == [f"{CLUSTER}:13"]
    assert ran.of("source-missing")["hint"] == "there is one in the namespace 'flux-system'"


def test_a_source_of_another_kind_is_told_with_that_kind(tmp_path: Path) -> None:
    flux = GIT + kustomization("apps").replace("kind: GitRepository", "kind: OCIRepository")
    files = {CLUSTER: flux, "apps/config.yaml": config("one")}

    ran = check(write(tmp_path / "fleet", files), "--select", "source-missing")

    assert "write kind: GitRepository" in ran.of("source-missing")["hint"]


def test_a_source_that_something_unknown_may_bring_is_not_missed(told: Told) -> None:
    elsewhere = GIT.replace("name: fleet", "name: other").replace("acme/fleet", "acme/other")
    flux = f"{GIT}---\n{elsewhere}" + kustomization("apps")
    flux += kustomization("more").replace("name: fleet, namespace", "name: other, namespace")
    flux += kustomization("last").replace("name: fleet, namespace", "name: brought, namespace")

    assert told("source-missing", {CLUSTER: flux, "apps/config.yaml": config("one")}) == []


# Dependencies


def test_a_dependency_between_releases_is_followed(told: Told) -> None:
    charts = GIT.replace("GitRepository", "HelmRepository").replace("name: fleet", "name: charts")
    files = {
        CLUSTER: GIT + kustomization("apps"),
        "apps/releases.yaml": charts
        + release("web", "charts", "dependsOn: [{name: db}, {name: cache, namespace: data}]")
        + release("db", "charts"),
    }

    (found,) = told("dependency-missing", files)

    assert found.startswith(
        "apps/releases.yaml:16: HelmRelease shop/web waits for ever for the HelmRelease data/cache"
    )


def test_one_that_waits_for_what_it_delivers_and_that_depends_on_it_stands_still(told: Told) -> None:
    files = {
        CLUSTER: GIT + kustomization("apps", "wait: true"),
        "apps/child.yaml": kustomization("child", "dependsOn: [{name: apps}]").removeprefix("---\n"),
        "child/config.yaml": config("one"),
    }

    (found,) = told("dependency-cycle", files)

    assert found.startswith("apps/child.yaml:9: these wait for each other")
    assert "Kustomization flux-system/apps waits for Kustomization flux-system/child" in found


def test_a_child_may_depend_on_a_parent_that_does_not_wait(told: Told) -> None:
    files = {
        CLUSTER: GIT + kustomization("apps"),
        "apps/child.yaml": kustomization("child", "dependsOn: [{name: apps}]").removeprefix("---\n"),
        "child/config.yaml": config("one"),
    }

    assert told("dependency-cycle", files) == []


def test_a_source_that_comes_with_what_waits_for_it_stands_still(told: Told) -> None:
    later = GIT.replace("name: fleet", "name: later")
    shop = kustomization("shop", "dependsOn: [{name: web}]")
    web = kustomization("web").replace("name: fleet, namespace", "name: later, namespace")
    files = {CLUSTER: GIT + shop + web, "shop/source.yaml": later, "web/config.yaml": config("one")}

    (found,) = told("dependency-cycle", files)

    assert found.startswith(f"{CLUSTER}:14: these wait for each other")


def test_an_entry_that_says_itself_when_it_is_ready_needs_no_wait(told: Told) -> None:
    workload = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: db, namespace: shop}\nspec: {}\n"
    depends = "dependsOn: [{name: db, readyExpr: 'dep.status.x == 1'}]"
    files = {
        CLUSTER: GIT + kustomization("db") + kustomization("apps", depends),
        "db/db.yaml": workload,
        "apps/config.yaml": config("one"),
    }

    assert told("dependency-not-gating", files) == []
    plain = {**files, CLUSTER: files[CLUSTER].replace(", readyExpr: 'dep.status.x == 1'", "")}
    assert len(told("dependency-not-gating", plain)) == 1


def test_what_is_there_at_once_gates_without_waiting(told: Told) -> None:
    files = {
        CLUSTER: GIT + kustomization("settings") + kustomization("apps", "dependsOn: [{name: settings}]"),
        "settings/config.yaml": config("settings"),
        "apps/config.yaml": config("one"),
    }

    assert told("dependency-not-gating", files) == []


RESOURCES = """\
---
apiVersion: fluxcd.controlplane.io/v1
kind: ResourceSet
metadata: {name: tenants, namespace: flux-system}
spec:
  inputs: [{name: shop}]
  resourcesTemplate: |
    apiVersion: kustomize.toolkit.fluxcd.io/v1
    kind: Kustomization
    metadata: {name: << inputs.name >>, namespace: flux-system}
    spec:
      interval: 1h
      path: ./shop
      prune: true
      sourceRef: {kind: OCIRepository, name: << inputs.name >>}
"""


def test_of_a_resource_set_that_nothing_delivers_it_is_not_known_what_is_beside_it(told: Told) -> None:
    assert told("source-missing", {"tenants/resources.yaml": RESOURCES}) == []
    assert len(told("source-missing", {"clusters/production/resources.yaml": RESOURCES})) == 1


# Variables


def test_variables_from_an_object_that_another_kustomization_brings_are_there(told: Told) -> None:
    wants = "postBuild: {substituteFrom: [{kind: ConfigMap, name: settings}]}"
    files = {
        CLUSTER: GIT + kustomization("apps", wants) + kustomization("settings"),
        "settings/config.yaml": config("settings", "flux-system", "{region: eu}"),
        "apps/config.yaml": config("one", data='{at: "${region}"}'),
    }

    assert told("substitute-source-missing", files) == []
    assert told("substitution-undefined", files) == []


GENERATED = """\
configMapGenerator:
- name: web-values
  namespace: shop
  files: [values.txt]
"""


def test_values_that_a_generator_makes_under_another_name_are_told(tmp_path: Path) -> None:
    wants = "valuesFrom: [{kind: ConfigMap, name: web-valuez}]"
    files = {
        CLUSTER: GIT + kustomization("apps"),
        "apps/kustomization.yaml": f"resources: [release.yaml]\n{GENERATED}",
        "apps/release.yaml": release("web", "charts", wants),
        "apps/values.txt": "replicas: 2\n",
    }

    found = check(write(tmp_path / "fleet", files), "--select", "substitute-source-missing")

    told = found.of("substitute-source-missing")
    assert told["location"]["file"] == "apps/release.yaml"
    assert told["hint"] == "did you mean 'web-values'?"


def test_the_hash_of_a_generated_name_keeps_values_away(tmp_path: Path) -> None:
    wants = "valuesFrom: [{kind: ConfigMap, name: web-values}]"
    files = {
        CLUSTER: GIT + kustomization("apps"),
        "apps/kustomization.yaml": f"resources: [release.yaml]\n{GENERATED}",
        "apps/release.yaml": release("web", "charts", wants),
        "apps/values.txt": "replicas: 2\n",
    }

    found = check(write(tmp_path / "fleet", files), "--select", "substitute-source-missing")

    assert "disableNameSuffixHash" in found.of("substitute-source-missing")["hint"]


def test_a_secret_that_nothing_makes_may_be_made_by_hand(tmp_path: Path) -> None:
    wants = "postBuild: {substituteFrom: [{kind: Secret, name: settings}]}"
    files = {CLUSTER: GIT + kustomization("apps", wants), "apps/config.yaml": config("one")}

    found = check(write(tmp_path / "fleet", files), "--select", "substitute-source-missing")

    assert found.of("substitute-source-missing")["severity"] == "warning"


# Versions


@pytest.mark.parametrize(
    ("version", "floats"),
    [
        ("1.2.3", False),
        ("v1.2.3", False),
        ("1.2.3-rc.1", False),
        ("1.2.3+abc", False),
        ("${VERSION}", False),
        ("1.2.x", True),
        ("1.2", True),
        ('">=1.0.0"', True),
        ('"*"', True),
    ],
)
def test_only_a_whole_version_stands_still(told: Told, version: str, floats: bool) -> None:
    text = release("web", "charts").replace("version: 1.2.3", f"version: {version}").removeprefix("---\n")

    found = told("chart-version-floating", {"release.yaml": text})

    assert len(found) == int(floats)
    assert all(one.startswith("release.yaml:9: chart web follows") for one in found)


def test_a_chart_without_a_version_is_told_at_the_chart(told: Told) -> None:
    text = release("web", "charts").replace("      version: 1.2.3\n", "").removeprefix("---\n")

    assert told("chart-version-floating", {"release.yaml": text}) == [
        "release.yaml:7: chart web follows no version: what is installed can change without a commit here"
    ]


def test_a_chart_in_git_has_the_version_of_its_commit(told: Told) -> None:
    text = release("./charts/web", "fleet").replace("HelmRepository", "GitRepository")

    assert told("chart-version-floating", {"release.yaml": text.replace("      version: 1.2.3\n", "")}) == []


# Pruning and owners


def test_a_namespace_with_only_its_own_objects_may_be_pruned(told: Told) -> None:
    namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n"
    files = {CLUSTER: GIT + kustomization("apps"), "apps/all.yaml": f"{namespace}---\n{config('one')}"}

    assert told("prune-hazard", files) == []


NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n"
RUNS = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "web:1.0"}]}
"""
CLAIM = """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data, namespace: shop}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}, storageClassName: disks}
"""


def test_what_a_child_delivers_into_a_namespace_goes_with_it_by_right(told: Told) -> None:
    tenant = f"{NAMESPACE}{kustomization('web', namespace='shop')}"
    files = {CLUSTER: GIT + kustomization("tenants"), "tenants/shop.yaml": tenant, "web/web.yaml": RUNS}

    assert told("prune-hazard", files) == []


def test_what_lives_in_no_namespace_is_no_content_of_one(told: Told) -> None:
    issuer = (
        "apiVersion: cert-manager.io/v1\nkind: ClusterIssuer\nmetadata: {name: ca, namespace: shop}\n"
        "spec: {selfSigned: {}}\n"
    )
    files = {
        CLUSTER: GIT + kustomization("namespaces") + kustomization("issuers"),
        "namespaces/shop.yaml": NAMESPACE,
        "issuers/all.yaml": f"{issuer}---\n{NAMESPACE.replace('shop', 'other')}",
    }

    assert told("prune-hazard", files) == []


def test_the_namespace_that_bootstrap_makes_is_left_alone(told: Told) -> None:
    made = (
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {app.kubernetes.io/part-of: flux}}\n"
    )
    files = {
        CLUSTER: GIT + kustomization("flux") + kustomization("apps"),
        "flux/gotk-components.yaml": made,
        "apps/web.yaml": RUNS,
    }

    assert told("prune-hazard", files) == []


def test_settings_of_others_are_no_loss_beside_what_runs_in_the_namespace(told: Told) -> None:
    files = {
        CLUSTER: GIT + kustomization("shop") + kustomization("settings"),
        "shop/all.yaml": f"{NAMESPACE}---\n{RUNS}",
        "settings/config.yaml": config("colours"),
    }

    assert told("prune-hazard", files) == []


def test_what_others_run_in_a_namespace_is_a_loss(told: Told) -> None:
    files = {
        CLUSTER: GIT + kustomization("database") + kustomization("web"),
        "database/all.yaml": f"{NAMESPACE}---\n{RUNS.replace('web', 'database')}",
        "web/web.yaml": RUNS,
    }

    assert told("prune-hazard", files) == [
        "database/all.yaml:3: Kustomization flux-system/database deletes Namespace shop once it is gone from "
        "here: with it goes all that others deliver into it, such as Deployment web of Kustomization "
        "flux-system/web"
    ]


def test_claims_are_told_once_for_all_that_an_owner_delivers(told: Told) -> None:
    more = CLAIM.replace("name: data", "name: media")
    files = {CLUSTER: GIT + kustomization("apps"), "apps/a.yaml": CLAIM, "apps/b.yaml": more}

    assert told("prune-hazard", files) == [
        "apps/a.yaml:3: Kustomization flux-system/apps deletes PersistentVolumeClaim data and 1 more once "
        "they are gone from here: with each goes its data, unless its volume is retained"
    ]


VOLUME = """\
apiVersion: v1
kind: PersistentVolume
metadata: {name: shares}
spec: {storageClassName: disks, capacity: {storage: 1Gi}, nfs: {server: nas, path: /data}}
"""
STORAGE = (
    "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: disks}\nprovisioner: csi.example\n"
)
COPIES = """\
apiVersion: volsync.backube/v1alpha1
kind: ReplicationSource
metadata: {name: data, namespace: shop}
spec: {sourcePVC: data}
"""


@pytest.mark.parametrize(
    "beside",
    [VOLUME, f"{STORAGE}reclaimPolicy: Retain\n", COPIES],
    ids=["a volume that was made by hand", "a class that retains its volumes", "copies elsewhere"],
)
def test_a_claim_whose_data_stays_may_be_pruned(told: Told, beside: str) -> None:
    files = {CLUSTER: GIT + kustomization("apps"), "apps/a.yaml": CLAIM, "apps/beside.yaml": beside}

    assert told("prune-hazard", files) == []


@pytest.mark.parametrize(
    "beside",
    [
        VOLUME.replace("{storageClassName", "{persistentVolumeReclaimPolicy: Delete, storageClassName"),
        STORAGE,
    ],
)
def test_a_claim_whose_volume_is_deleted_with_it_is_told(told: Told, beside: str) -> None:
    files = {CLUSTER: GIT + kustomization("apps"), "apps/a.yaml": CLAIM, "apps/beside.yaml": beside}

    assert len(told("prune-hazard", files)) == 1


def test_folders_within_each_other_deliver_the_same_objects_twice(told: Told) -> None:
    files = {
        CLUSTER: GIT + kustomization("apps") + kustomization("web", path="apps/web"),
        "apps/config.yaml": config("one"),
        "apps/web/config.yaml": config("two") + "---\n" + config("three"),
    }

    (found,) = told("object-owned-twice", files)

    assert found.startswith("clusters/production/flux.yaml:12: Kustomization flux-system/apps and ")
    assert "both deliver ConfigMap three and 1 more object" in found


def test_two_that_deliver_one_folder_are_told_at_the_later_one(told: Told) -> None:
    files = {
        CLUSTER: GIT + kustomization("apps") + kustomization("again", path="apps"),
        "apps/config.yaml": config("one"),
    }

    (found,) = told("object-owned-twice", files)

    assert found.startswith("clusters/production/flux.yaml:21: ")


def test_of_a_chart_and_a_manifest_the_manifest_is_told(told: Told) -> None:
    if shutil.which("helm") is None:
        pytest.skip("no helm is on the PATH")
    chart = "name: web\nversion: 1.0.0\napiVersion: v2\n"
    of_chart = release("web", "charts").replace(
        "kind: HelmRepository, name: charts", "kind: GitRepository, name: fleet"
    )
    files = {
        CLUSTER: GIT + kustomization("apps") + kustomization("web"),
        "charts/web/Chart.yaml": chart,
        "charts/web/templates/web.yaml": config("web"),
        "apps/config.yaml": config("web"),
        "web/release.yaml": of_chart.replace("chart: web", "chart: ./charts/web"),
    }

    (said,) = told("object-owned-twice", files)

    assert said.startswith(
        "apps/config.yaml:3: HelmRelease shop/web and Kustomization flux-system/apps both "
    )


def test_the_same_object_in_two_clusters_has_two_owners_by_right(told: Told) -> None:
    files = {
        "clusters/production/flux.yaml": GIT + kustomization("apps"),
        "clusters/staging/flux.yaml": GIT + kustomization("apps"),
        "apps/config.yaml": config("one"),
    }

    assert told("object-owned-twice", files) == []


def test_an_object_that_is_merged_on_purpose_may_be_delivered_twice(told: Told) -> None:
    merged = config("one").replace(
        "namespace: shop", "namespace: shop, annotations: {kustomize.toolkit.fluxcd.io/ssa: Merge}"
    )
    files = {
        CLUSTER: GIT + kustomization("apps") + kustomization("more"),
        "apps/config.yaml": config("one"),
        "more/config.yaml": merged,
    }

    assert told("object-owned-twice", files) == []


def test_a_namespace_that_two_bring_is_a_warning(tmp_path: Path) -> None:
    namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n"
    files = {
        CLUSTER: GIT + kustomization("apps") + kustomization("more"),
        "apps/all.yaml": f"{namespace}---\n{config('one')}",
        "more/all.yaml": f"{namespace}---\n{config('two')}",
    }

    ran = check(write(tmp_path / "fleet", files), "--select", "object-owned-twice")

    assert ran.of("object-owned-twice")["severity"] == "warning"


# Markers

IMAGES = """\
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata: {name: web, namespace: flux-system}
spec: {imageRepositoryRef: {name: web}, policy: {semver: {range: 1.x}}}
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageUpdateAutomation
metadata: {name: updates, namespace: flux-system}
spec:
  interval: 30m
  sourceRef: {kind: GitRepository, name: fleet}
  update: {path: ./apps, strategy: Setters}
"""


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('image: acme/web:1.0 # {"$imagepolicy": "flux-system:web"}', ""),
        ('tag: "1.0" # {"$imagepolicy": "flux-system:web:tag"}', ""),
        (
            'image: acme/web:1.0 # {"$imagepolicy": "flux-system:wbe"}',
            "there is no ImagePolicy flux-system/wbe",
        ),
        ('image: acme/web:1.0 # {"$imagepolicy": "tenant:web"}', ""),
        ('image: acme/web:1.0 # {"$imagepolicy": "flux-system:web:tag"}', "writes a tag alone over"),
        ('tag: "1.0" # {"$imagepolicy": "flux-system:web"}', "writes a whole image into 'tag'"),
        ('image: acme/web:1.0 # {"$imagepolicy": "flux-system:web:tags"}', "passes over the marker"),
        ('image: acme/web:1.0 # {"$imagepolicy": flux-system:web}', "no JSON"),
        ('image: acme/web:1.0 # see {"$imagepolicy": "flux-system:web"}', "no JSON"),
    ],
)
def test_a_marker_is_judged_by_what_flux_makes_of_it(told: Told, line: str, message: str) -> None:
    files = {
        CLUSTER: GIT + IMAGES + kustomization("apps"),
        "apps/values.yaml": f'{config("one")}other: 1 # {{"$imagepolicy": "flux-system:web"}}\n{line}\n',
    }

    found = told("image-marker-broken", files)

    assert len(found) == bool(message)
    assert all(message in one and one.startswith("apps/values.yaml:6: ") for one in found)


def test_a_marker_where_no_automation_looks_is_told(told: Told) -> None:
    marked = f'{config("one")}image: acme/web:1.0 # {{"$imagepolicy": "flux-system:web"}}\n'
    files = {CLUSTER: GIT + IMAGES + kustomization("web"), "web/values.yaml": marked}

    (found,) = told("image-marker-broken", files)

    assert found.startswith("web/values.yaml:5: no automation updates this file")


def test_markers_of_policies_that_stand_elsewhere_are_not_judged(told: Told) -> None:
    marked = f'{config("one")}image: acme/web:1.0 # {{"$imagepolicy": "flux-system:web"}}\n'

    assert told("image-marker-broken", {"apps/values.yaml": marked}) == []


@pytest.mark.parametrize(
    "marker",
    [
        '{"$imagepolicy": "flux-system:wbe"}',
        '{"$imagepolicy": "flux-system:web:tags"}',
        '{"$imagepolicy": flux-system:web}',
    ],
)
def test_a_policy_that_a_broken_marker_means_is_not_told_too(told: Told, marker: str) -> None:
    files = {
        CLUSTER: GIT + IMAGES + kustomization("apps"),
        "apps/values.yaml": f"{config('one')}image: acme/web:1.0 # {marker}\n",
    }

    (found,) = told("image-marker-broken", files)

    assert found.startswith("apps/values.yaml:5: ")
