"""Whole repositories as people lay them out: all that is right in them stays without a finding."""

from __future__ import annotations

from pathlib import Path

from ..cli.command_line import Files, Git, check, write

PATCHED = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: cluster-apps, namespace: flux-system}
spec:
  interval: 1h
  path: ./kubernetes/apps
  prune: true
  decryption: {provider: sops, secretRef: {name: sops-age}}
  sourceRef: {kind: GitRepository, name: flux-system}
  patches:
  - patch: |-
      apiVersion: kustomize.toolkit.fluxcd.io/v1
      kind: Kustomization
      metadata: {name: _}
      spec:
        decryption: {provider: sops, secretRef: {name: sops-age}}
        postBuild: {substituteFrom: [{kind: Secret, name: cluster-secrets}]}
    target: {group: kustomize.toolkit.fluxcd.io, kind: Kustomization}
"""
APP = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: echo, namespace: shop}
spec:
  interval: 1h
  path: ./kubernetes/apps/shop/echo/app
  prune: true
  components: [../../../../components/storage]
  targetNamespace: shop
  sourceRef: {kind: GitRepository, name: flux-system, namespace: flux-system}
  postBuild: {substitute: {APP: echo, SIZE: 5Gi}}
"""
ENCRYPTED = """\
apiVersion: v1
kind: Secret
metadata: {name: cluster-secrets}
stringData: {SECRET_DOMAIN: "ENC[AES256_GCM,data:a,iv:b,tag:c,type:str]"}
sops: {mac: "ENC[AES256_GCM,data:a,iv:b,tag:c,type:str]", lastmodified: "2026-01-01T00:00:00Z"}
"""
CLAIM = """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: "${CLAIM:=${APP}}"
  annotations: {kustomize.toolkit.fluxcd.io/prune: disabled}
spec:
  accessModes: ["${MODES:-ReadWriteOnce}"]
  resources: {requests: {storage: "${SIZE:-1Gi}"}}
"""
CONFIG = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: echo}
data: {host: "${APP}.${SECRET_DOMAIN}"}
"""
COMPONENT = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: "
HOME: Files = {
    "kubernetes/flux/cluster.yaml": PATCHED,
    "kubernetes/apps/shop/kustomization.yaml": "namespace: shop\ncomponents: [../../components/secrets]\n"
    "resources: [namespace.yaml, echo/ks.yaml]\n",
    "kubernetes/apps/shop/namespace.yaml": "apiVersion: v1\nkind: Namespace\n"
    "metadata: {name: shop, annotations: {kustomize.toolkit.fluxcd.io/prune: disabled}}\n",
    "kubernetes/apps/shop/echo/ks.yaml": APP,
    "kubernetes/apps/shop/echo/app/kustomization.yaml": "resources: [config.yaml]\n",
    "kubernetes/apps/shop/echo/app/config.yaml": CONFIG,
    "kubernetes/components/secrets/kustomization.yaml": f"{COMPONENT}[secrets.sops.yaml]\n",
    "kubernetes/components/secrets/secrets.sops.yaml": ENCRYPTED,
    "kubernetes/components/storage/kustomization.yaml": f"{COMPONENT}[claim.yaml]\n",
    "kubernetes/components/storage/claim.yaml": CLAIM,
}


def test_a_home_cluster_with_patched_kustomizations_is_rendered_and_silent(tmp_path: Path) -> None:
    ran = check(write(tmp_path / "home", HOME))

    assert [one for one in ran.found() if not one.startswith("schema-missing")] == []
    (echo,) = [one for one in ran.report["targets"] if one["id"].endswith("Kustomization/shop/echo")]
    assert (echo["status"], echo["path"]) == ("built", "kubernetes/apps/shop/echo/app")


def test_what_the_parent_patches_in_is_wanted_at_the_patch(tmp_path: Path) -> None:
    files = {key: text for key, text in HOME.items() if "components/secrets" not in key}
    files["kubernetes/apps/shop/kustomization.yaml"] = (
        "namespace: shop\nresources: [namespace.yaml, echo/ks.yaml]\n"
    )

    ran = check(write(tmp_path / "home", files))

    assert ran.places("substitute-source-missing") == ["kubernetes/flux/cluster.yaml:17"]


SPLIT = """\
apiVersion: source.extensions.fluxcd.io/v1beta1
kind: ArtifactGenerator
metadata: {name: flux-system, namespace: flux-system}
spec:
  sources: [{alias: repo, kind: GitRepository, name: flux-system}]
  artifacts:
  - name: apps
    copy:
    - {from: "@repo/apps/base/**", to: "@artifact/base/"}
    - {from: "@repo/apps/staging/**", to: "@artifact/staging/"}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec:
  interval: 1h
  path: ./staging
  prune: true
  sourceRef: {kind: ExternalArtifact, name: apps}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: other, namespace: flux-system}
spec:
  interval: 1h
  path: ./production
  prune: true
  sourceRef: {kind: ExternalArtifact, name: apps}
"""


def test_parts_of_a_repository_are_delivered_as_artifacts_of_their_own(tmp_path: Path) -> None:
    itself = APP.replace("name: echo, namespace: shop", "name: flux-system, namespace: flux-system")
    itself = itself.partition("  components")[0].replace("kubernetes/apps/shop/echo/app", "clusters/staging")
    files = {
        "clusters/staging/apps.yaml": SPLIT,
        "clusters/staging/flux.yaml": f"{itself}  sourceRef: {{kind: GitRepository, name: flux-system}}\n",
        "apps/base/config.yaml": CONFIG.replace("${APP}.${SECRET_DOMAIN}", "shop.example"),
        "apps/base/kustomization.yaml": "resources: [config.yaml]\n",
        "apps/staging/kustomization.yaml": "resources: [../base]\nnamespace: shop\n",
        "apps/production/kustomization.yaml": "resources: [../base]\nnamespace: shop\n",
    }

    ran = check(write(tmp_path / "home", files))

    by_id = {one["id"].rpartition("/")[2]: one for one in ran.report["targets"]}
    assert (by_id["apps"]["status"], by_id["apps"]["path"]) == ("built", "apps/staging")
    assert ran.places("path-missing") == ["clusters/staging/apps.yaml:26"]
    assert ran.places("source-missing") == []


SHOP = """\
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: shop, namespace: flux-system}
spec: {interval: 1m, url: "ssh://git@git.example/acme/shop.git", ref: {tag: v1.0.0}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: shop, namespace: flux-system}
spec:
  interval: 10m
  path: ./deploy
  prune: true
  sourceRef: {kind: GitRepository, name: shop}
  postBuild: {substitute: {region: eu}}
"""
LABELLED = (
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shop, namespace: shop}\ndata: {at: '${region}'}\n"
)


def two_repositories(folder: Path, released: str, now: str) -> tuple[Path, Path]:
    """An environment's repository, and one of an application with a release behind its head."""
    fleet, shop = (folder / name for name in ("fleet", "shop"))
    write(fleet, {"clusters/production/shop.yaml": SHOP})
    write(shop, {f"{released}/config.yaml": LABELLED})
    git = Git(shop)
    git("init", "-q", "-b", "main")
    git("remote", "add", "origin", "https://git.example/acme/shop")
    git.commit()
    git("tag", "v1.0.0")
    git("mv", released, now)
    git.commit()
    return fleet, shop


def test_an_application_is_read_at_the_release_that_its_source_names(tmp_path: Path) -> None:
    fleet, shop = two_repositories(tmp_path, "deploy", "manifests")

    ran = check(fleet, shop)

    assert ran.places("path-missing") == []
    (target,) = [one for one in ran.report["targets"] if one["id"].endswith("Kustomization/flux-system/shop")]
    assert target["status"] == "built"


def test_a_folder_that_the_release_does_not_have_yet_is_missing(tmp_path: Path) -> None:
    fleet, shop = two_repositories(tmp_path, "manifests", "deploy")

    ran = check(fleet, shop)

    assert ran.places("path-missing") == ["clusters/production/shop.yaml:11"]
    assert "at v1.0.0" in ran.of("path-missing")["message"]


def test_without_the_clone_it_is_unchecked_and_says_which_to_add(tmp_path: Path) -> None:
    fleet, _ = two_repositories(tmp_path, "deploy", "manifests")

    ran = check(fleet)

    assert ran.places("path-missing") == []
    assert any("git.example/acme/shop" in one["reason"] for one in ran.report["unchecked"])


INSTANCE = """\
apiVersion: fluxcd.controlplane.io/v1
kind: FluxInstance
metadata: {name: flux, namespace: flux-system}
spec:
  distribution: {version: 2.x, registry: ghcr.io/fluxcd}
  sync: {kind: OCIRepository, url: "oci://ghcr.io/acme/fleet", ref: latest, path: clusters/production}
"""
FROM_ARTIFACT = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec:
  interval: 1h
  path: ./apps
  prune: true
  sourceRef: {kind: OCIRepository, name: flux-system}
"""
SYNC = f"""\
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {{name: flux-system, namespace: flux-system}}
spec: {{interval: 1m, url: "oci://ghcr.io/acme/fleet", ref: {{tag: latest}}}}
---
{FROM_ARTIFACT.replace("name: apps,", "name: flux-system,").replace("./apps", "./clusters/production")}"""


def test_an_artifact_that_delivers_the_folder_that_names_it_is_this_repository(tmp_path: Path) -> None:
    files = {"clusters/production/apps.yaml": FROM_ARTIFACT, "apps/config.yaml": CONFIG}

    for name, text in (("instance", INSTANCE), ("sync", SYNC)):
        root = write(tmp_path / name / "fleet", {**files, "clusters/production/flux.yaml": text})
        report = check(root).report
        (target,) = (one for one in report["targets"] if one["id"].endswith("flux-system/apps"))
        assert target["status"] == "built"


def test_an_artifact_may_hold_anything_else(tmp_path: Path) -> None:
    elsewhere = SYNC.replace("./clusters/production", "./production")
    files = {
        "clusters/production/flux.yaml": elsewhere,
        "clusters/production/apps.yaml": FROM_ARTIFACT,
        "apps/config.yaml": CONFIG,
    }

    report = check(write(tmp_path / "fleet", files)).report

    assert {one["status"] for one in report["targets"] if "flux-system/" in one["id"]} == {"unchecked"}
