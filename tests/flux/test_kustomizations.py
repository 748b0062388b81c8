"""What Kustomizations deliver: where their files come from, and what is put on top."""

from __future__ import annotations

import pytest

from gitlint_ops.model.findings import Severity
from gitlint_ops.model.targets import Status

from .conftest import SOURCE, Deliver

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: web
    image: nginx:1.25
"""
COMPONENT = """\
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
configMapGenerator:
- {name: made, literals: [a=b], options: {disableNameSuffixHash: true}}
"""


def test_a_folder_without_a_kustomization_is_all_of_its_manifests(deliver: Deliver) -> None:
    files = {
        "apps/web.yaml": POD,
        "apps/deep/er/config.yml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: deep}\n",
        "apps/built/kustomization.yaml": "resources: [pod.yaml]\nnamePrefix: in-\n",
        "apps/built/pod.yaml": POD,
        "apps/notes.txt": "nothing",
    }

    assert deliver(files).names() == ["ConfigMap/deep", "Pod/in-web", "Pod/web"]


def test_what_the_kustomization_adds_is_blamed_on_its_field(deliver: Deliver) -> None:
    spec = """\
  path: ./apps
  targetNamespace: shop
  namePrefix: eu-
  images:
  - name: nginx
    newTag: "1.27"
  commonMetadata:
    labels:
      team: web
  patches:
  - patch: |
      - op: add
        path: /spec/hostname
        value: web
    target: {kind: Pod}
"""
    found = deliver({"apps/web.yaml": POD}, spec)

    body = found.body("Pod")
    assert body["metadata"] == {"name": "eu-web", "namespace": "shop", "labels": {"team": "web"}}
    assert body["spec"]["containers"][0]["image"] == "nginx:1.27"
    assert found.blame("Pod", "metadata", "namespace")[0].endswith("apps.yaml:14")
    assert found.blame("Pod", "metadata", "labels", "team")[0].endswith("apps.yaml:21")
    assert found.blame("Pod", "spec", "containers", 0, "image")[0].endswith("apps.yaml:18")
    assert found.blame("Pod", "spec", "hostname")[0].endswith("apps.yaml:26")


def test_an_image_of_the_kustomization_goes_over_the_entry_of_the_file(deliver: Deliver) -> None:
    files = {
        "apps/kustomization.yaml": "resources: [web.yaml]\nimages:\n"
        "- {name: nginx, newName: mirror/nginx, newTag: '2'}\n",
        "apps/web.yaml": POD,
    }
    spec = "  path: apps\n  images: [{name: nginx, digest: sha256:abc}]\n"

    assert deliver(files, spec).body("Pod")["spec"]["containers"][0]["image"] == "mirror/nginx@sha256:abc"


def test_components_that_are_not_there_may_be_ignored(deliver: Deliver) -> None:
    files = {"apps/web.yaml": POD, "parts/one/kustomization.yaml": COMPONENT}
    spec = "  path: apps\n  components: [../parts/one, ../parts/two]\n"

    told = deliver(files, spec).told()
    ignored = deliver(files, f"{spec}  ignoreMissingComponents: true\n")

    assert told == [("reference-missing", "clusters/production/apps.yaml:14")]
    assert ignored.names() == ["ConfigMap/made", "Pod/web"]


def test_files_anywhere_in_the_source_may_be_taken(deliver: Deliver) -> None:
    files = {
        "apps/kustomization.yaml": "resources: [../shared/web.yaml]\n",
        "shared/web.yaml": POD,
    }

    assert deliver(files).names() == ["Pod/web"]


@pytest.mark.parametrize("path", ["./apps", "apps/", "/apps", "../apps", "apps/../apps"])
def test_paths_are_those_of_the_artifact(deliver: Deliver, path: str) -> None:
    assert deliver({"apps/web.yaml": POD}, f"  path: {path}\n").result.target.path == "apps"


def test_a_folder_that_is_not_there_is_told_at_the_path(deliver: Deliver) -> None:
    found = deliver({"apps/web.yaml": POD}, "  path: ./aps\n")

    assert found.told() == [("path-missing", "clusters/production/apps.yaml:13")]
    assert found.result.violations[0].hint == "did you mean './apps'?"
    assert found.result.status is Status.FAILED


def test_what_the_source_leaves_out_is_not_there(deliver: Deliver) -> None:
    files = {
        "apps/web.yaml": POD,
        "apps/more.yaml": POD.replace("web}", "more}"),
        ".sourceignore": "more.yaml\n",
    }

    assert deliver(files).names() == ["Pod/web"]


def test_a_folder_that_the_source_leaves_out_is_told_at_the_path(deliver: Deliver) -> None:
    source = SOURCE.replace("interval: 1m", 'interval: 1m, ignore: "/*\\n!/clusters"')

    found = deliver({"apps/web.yaml": POD}, source=source)

    assert found.told() == [("path-missing", "clusters/production/apps.yaml:13")]
    assert "leaves out all of" in found.result.violations[0].message


def test_a_file_that_the_source_leaves_out_is_missing_in_the_build(deliver: Deliver) -> None:
    files = {
        "apps/kustomization.yaml": "configMapGenerator:\n- name: logo\n  files: [logo.png]\n",
        "apps/logo.png": "picture",
    }

    assert deliver(files).told() == [("reference-missing", "apps/kustomization.yaml:3")]


def test_an_artifact_that_is_not_git_is_mapped_by_the_configuration(deliver: Deliver) -> None:
    source = """\
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: fleet, namespace: flux-system}
spec: {url: "oci://registry.example/fleet", interval: 1m}
---
"""
    spec = "  path: ./shop\n  sourceRef: {kind: OCIRepository, name: fleet}\n"
    files = {"apps/shop/web.yaml": POD}

    mapped = deliver(files, spec, source=source, artifacts={"oci://registry.example/fleet": "fleet//apps"})
    unmapped = deliver(files, spec, source=source)

    assert mapped.names() == ["Pod/web"]
    assert mapped.result.target.path == "apps/shop"
    assert unmapped.result.status is Status.UNCHECKED
    assert 'artifacts: {"oci://registry.example/fleet": FOLDER}' in str(unmapped.result.reason)


def test_a_source_that_bootstrap_made_is_the_repository_itself(deliver: Deliver) -> None:
    spec = "  path: ./apps\n  sourceRef: {kind: GitRepository, name: flux-system}\n"

    assert deliver({"apps/web.yaml": POD}, spec, source="").names() == ["Pod/web"]


def test_a_source_of_a_flux_instance_is_the_repository_that_it_names(deliver: Deliver) -> None:
    instance = """\
apiVersion: fluxcd.controlplane.io/v1
kind: FluxInstance
metadata: {name: flux, namespace: flux-system}
spec:
  sync: {kind: GitRepository, url: https://git.example/acme/fleet, ref: refs/heads/main, path: clusters}
---
"""
    spec = "  path: ./apps\n  sourceRef: {kind: GitRepository, name: flux-system}\n"

    assert deliver({"apps/web.yaml": POD}, spec, source=instance).names() == ["Pod/web"]


def test_a_source_that_is_nowhere_leaves_the_kustomization_unchecked(deliver: Deliver) -> None:
    found = deliver({"apps/web.yaml": POD}, source="")

    assert found.result.status is Status.UNCHECKED
    assert found.result.reason == (
        "no GitRepository flux-system/fleet is known here, so that what it holds cannot be rendered"
    )
    assert not found.result.complete


def test_what_a_source_includes_is_found_where_it_is_put(deliver: Deliver) -> None:
    source = SOURCE.replace(
        "interval: 1m", "interval: 1m, include: [{repository: {name: lib}, fromPath: lib, toPath: apps/lib}]"
    )
    library = SOURCE.replace("name: fleet", "name: lib")

    found = deliver({"lib/one/web.yaml": POD}, "  path: ./apps/lib/one\n", source=source + library)

    assert found.names() == ["Pod/web"]


def test_a_path_that_is_not_final_leaves_the_kustomization_unchecked(deliver: Deliver) -> None:
    found = deliver({"apps/web.yaml": POD}, "  path: ./${CLUSTER}/apps\n")

    assert found.told() == []
    assert found.result.reason == "'./${CLUSTER}/apps' is filled in by something that is not known here"


def test_a_file_that_is_no_manifest_stops_a_folder_without_a_kustomization(deliver: Deliver) -> None:
    found = deliver({"apps/web.yaml": POD, "apps/values.yaml": "replicas: 2\n"})

    assert found.told() == [("build-failed", "apps/values.yaml:1")]
    assert "all YAML files of a folder" in found.result.violations[0].hint


def test_an_installed_version_says_how_strict_flux_is(deliver: Deliver) -> None:
    controller = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: kustomize-controller
  namespace: flux-system
  labels: {app.kubernetes.io/version: v2.6.4}
"""
    files = {"apps/web.yaml": POD.replace("nginx:1.25", "nginx:1${minor}"), "flux.yaml": controller}
    spec = "  path: ./apps\n  postBuild: {substitute: {a: b}}\n"

    older = deliver(files, spec, cluster=("flux.yaml",)).result.violations
    newest = deliver(files, spec).result.violations

    assert [one.severity for one in (*older, *newest)] == [Severity.WARNING, Severity.ERROR]


def test_a_repository_that_delivers_itself_is_its_own_source_whatever_it_is_called(deliver: Deliver) -> None:
    source = SOURCE.replace("acme/fleet", "somebody/else")

    itself = deliver({"apps/web.yaml": POD}, "  path: ./clusters/production\n", source=source)
    other = deliver({"apps/web.yaml": POD}, "  path: ./apps\n", source=source)

    assert itself.names() == ["GitRepository/fleet", "Kustomization/apps"]
    assert other.result.status is Status.UNCHECKED
