"""HelmReleases of Flux render as helm-controller renders them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gitlint_ops.build.helm.program import Helm
from gitlint_ops.build.helm.release import release_name
from gitlint_ops.build.site import DeliverySettings
from gitlint_ops.model.targets import BuildResult, Status

from .charts import Files, chart
from .conftest import Ran
from .releases import Cluster

Open = Callable[..., Cluster]

PRINTED: Files = {
    "Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.2.0\n",
    "values.yaml": "color: blue\nsize: 1\n",
    "other.yaml": "color: black\n",
    "templates/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\n"
    "  namespace: {{ .Release.Namespace }}\ndata:\n  values: {{ toJson .Values | quote }}\n"
    "  size: {{ .Values.size | quote }}\n",
    "templates/b.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  template:\n"
    "    spec:\n      containers:\n      - name: web\n        image: nginx:1.25\n",
    "crds/thing.yaml": "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n"
    "  name: things.example.com\n",
}
GIT = (
    "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata:\n  name: repo\n"
    "  namespace: apps\nspec:\n  url: https://git.example/repo\n"
)
CHARTS = (
    "apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\nmetadata:\n  name: shop\n"
    "  namespace: apps\nspec:\n  url: https://charts.example\n"
)
HEAD = (
    "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: shop\n  namespace: apps\n"
)
FROM_GIT = (
    "spec:\n  chart:\n    spec:\n      chart: ./chart\n      sourceRef: {kind: GitRepository, name: repo}\n"
)
FROM_CHARTS = (
    "spec:\n  chart:\n    spec:\n      chart: web\n      version: VERSION\n"
    "      sourceRef: {kind: HelmRepository, name: shop}\n"
)


@pytest.fixture
def cluster(write: Callable[[Files], Path], helm: str) -> Open:
    def opened(spec: str, files: Files | None = None, *, complete: bool = True, **settings: Any) -> Cluster:
        root = write(
            {
                **chart("chart", PRINTED),
                "sources/git.yaml": GIT,
                "sources/charts.yaml": CHARTS,
                "release.yaml": HEAD + spec,
                **(files or {}),
            }
        )
        return Cluster(root, Helm(helm), DeliverySettings(**settings), complete=complete)

    return opened


def printed(made: BuildResult, name: str = "shop") -> dict[str, str]:
    """The data of the ConfigMap that the chart makes."""
    found = next(one for one in made.objects if one.kind == "ConfigMap" and one.key.name == name)
    return dict(found.body["data"])


def test_a_chart_of_a_git_repository_is_rendered_with_the_values_of_the_release(cluster: Open) -> None:
    made = cluster(FROM_GIT + "  values: {color: red}\n").deliver()

    assert (made.status, made.target.path) == (Status.BUILT, "chart")
    assert printed(made)["values"] == '{"color":"red","size":1}'
    assert "chart/templates/a.yaml" in made.inputs
    assert "release.yaml" not in made.inputs


@pytest.mark.parametrize(
    ("spec", "release", "namespace"),
    [
        ("", "shop", "apps"),
        ("  targetNamespace: front\n", "front-shop", "front"),
        ("  targetNamespace: front\n  releaseName: own\n", "own", "front"),
        ("  storageNamespace: stored\n", "shop", "apps"),
    ],
)
def test_a_release_is_named_as_flux_names_it(cluster: Open, spec: str, release: str, namespace: str) -> None:
    made = cluster(FROM_GIT + spec).deliver()

    found = next(one for one in made.objects if one.kind == "ConfigMap")
    assert (found.key.name, found.key.namespace) == (release, namespace)


def test_a_name_too_long_for_helm_is_cut_and_told_apart_by_a_digest(cluster: Open) -> None:
    owner = cluster(FROM_GIT + f"  releaseName: {'a' * 60}\n").owner()

    # sha256 of sixty times "a"
    assert release_name(owner) == f"{'a' * 40}-11ee391211c6"


def test_definitions_are_installed_unless_the_policy_skips_them(cluster: Open) -> None:
    kinds = [one.kind for one in cluster(FROM_GIT).deliver().objects]
    skipped = [one.kind for one in cluster(FROM_GIT + "  install: {crds: Skip}\n").deliver().objects]

    assert "CustomResourceDefinition" in kinds
    assert "CustomResourceDefinition" not in skipped


def test_values_come_from_config_maps_and_secrets_in_order_and_the_release_wins(cluster: Open) -> None:
    made = cluster(
        FROM_GIT + "  valuesFrom:\n  - {kind: ConfigMap, name: one}\n"
        "  - {kind: Secret, name: two, valuesKey: own}\n"
        "  - {kind: ConfigMap, name: three, valuesKey: big, targetPath: size}\n"
        "  - {kind: ConfigMap, name: none, optional: true}\n  values: {own: true}\n",
        {
            "objects.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one, namespace: apps}\n"
            "data:\n  values.yaml: |\n    color: red\n    kept: 1\n    own: false\n"
            "---\napiVersion: v1\nkind: Secret\nmetadata: {name: two, namespace: apps}\n"
            "data:\n  own: Y29sb3I6IGdyZWVu\n"
            "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: three, namespace: apps}\n"
            "data: {big: '5000000'}\n",
        },
    ).deliver()

    assert made.status is Status.BUILT
    data = printed(made)
    assert data["values"] == '{"color":"green","kept":1,"own":true,"size":5000000}'
    assert data["size"] == "5000000"  # 5e+06 from a values file


MISSING = "  valuesFrom:\n  - {kind: ConfigMap, name: setings}\n"
SETTINGS: Files = {
    "objects.yaml": "apiVersion: v1\nkind: ConfigMap\n"
    "metadata: {name: settings, namespace: apps}\ndata: {a: b}\n"
}


def test_values_of_an_object_that_is_not_there_leave_the_release_incomplete(cluster: Open) -> None:
    made = cluster(FROM_GIT + MISSING, SETTINGS).deliver()

    assert made.violations == ()
    assert (made.status, made.complete) == (Status.UNCHECKED, False)
    assert made.reason == "ConfigMap apps/setings, which gives values, is not known here"
    assert made.objects


def test_an_object_that_is_missing_is_told_once_all_is_rendered(
    write: Callable[[Files], Path], gitlint_ops: Callable[..., Ran], helm: str
) -> None:
    release = HEAD + FROM_GIT + MISSING
    root = write({**chart("chart", PRINTED), "git.yaml": GIT, "release.yaml": release, **SETTINGS})

    ran = gitlint_ops("check", str(root), "--select", "substitute-source-missing", "--format", "json")

    (found,) = json.loads(ran.out)["findings"]
    assert helm
    assert (found["location"]["file"], found["location"]["line"]) == ("release.yaml", 12)
    assert "that HelmRelease apps/shop takes values from" in found["message"]
    assert found["hint"] == "did you mean 'settings'?"


def test_a_key_that_is_missing_is_told(cluster: Open) -> None:
    shop = cluster(FROM_GIT + MISSING.replace("setings", "settings"), SETTINGS)

    (found,) = shop.deliver().violations

    assert found.message == "ConfigMap apps/settings has no key 'values.yaml', which gives values"


SEALED = (
    "apiVersion: v1\nkind: Secret\nmetadata: {name: two, namespace: apps}\nstringData:\n"
    "  values.yaml: ENC[AES256_GCM,data:abc]\nsops: {version: 3.8.1}\n"
)


def test_encrypted_values_are_not_known_and_what_needs_them_is_unchecked(cluster: Open) -> None:
    spec = FROM_GIT + "  valuesFrom: [{kind: Secret, name: two}]\n"
    needs = {"chart/templates/c.yaml": '{{ required "a password" .Values.password }}\n'}

    without, needed = cluster(spec, {"s.yaml": SEALED}), cluster(spec, {"s.yaml": SEALED, **needs})
    failing = needed.deliver()

    assert failing.status is Status.UNCHECKED
    assert failing.violations == ()
    assert "the values in 'values.yaml' of Secret apps/two are not known here" in str(failing.reason)
    assert not without.deliver().complete


def test_a_chart_of_a_chart_repository_is_taken_from_the_folder_of_charts(cluster: Open) -> None:
    files = chart("kept/web", PRINTED)

    held = cluster(FROM_CHARTS.replace("VERSION", "1.x"), files, charts=("kept",)).deliver()
    other = cluster(FROM_CHARTS.replace("VERSION", "2.x"), files, charts=("kept",)).deliver()

    assert held.status is Status.BUILT
    assert other.reason == (
        "the chart web 2.x of https://charts.example is not in the workspace; here are 1.2.0: "
        "`helm pull web --repo https://charts.example --version 2.x -d kept` puts it there"
    )


def test_a_version_that_is_none_is_told_where_it_stands(cluster: Open) -> None:
    shop = cluster(FROM_CHARTS.replace("VERSION", "one.two"))

    (found,) = shop.deliver().violations

    assert (found.rule, shop.line(found)) == ("render-failed", "release.yaml:10")
    assert found.message == "'one.two' is neither a version nor a range of versions"


def test_values_of_a_chart_that_is_not_here_are_still_checked(cluster: Open) -> None:
    values = MISSING.replace("setings", "settings")

    made = cluster(FROM_CHARTS.replace("VERSION", "2.x") + values, SETTINGS).deliver()

    assert {one.rule for one in made.violations} == {"substitute-source-missing", "chart-not-vendored"}


def test_values_files_take_the_place_of_the_chart_s_own(cluster: Open) -> None:
    spec = FROM_GIT.replace("chart: ./chart\n", "chart: ./chart\n      valuesFiles: [./chart/other.yaml]\n")

    assert printed(cluster(spec).deliver())["values"] == '{"color":"black"}'


def test_a_helm_chart_object_says_where_the_chart_is(cluster: Open) -> None:
    held = (
        "apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmChart\nmetadata: {name: web, namespace: apps}\n"
        "spec: {chart: chart, sourceRef: {kind: GitRepository, name: repo}}\n"
    )
    made = cluster("spec:\n  chartRef: {kind: HelmChart, name: web}\n", {"hc.yaml": held}).deliver()

    assert made.status is Status.BUILT


def test_a_chart_of_an_oci_repository_is_a_folder_that_the_configuration_maps(cluster: Open) -> None:
    held = (
        "apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\n"
        "metadata: {name: web, namespace: apps}\n"
        "spec: {url: 'oci://registry.example/charts/web', ref: {tag: 1.0.0}}\n"
    )
    spec = "spec:\n  chartRef: {kind: OCIRepository, name: web}\n"

    mapped = cluster(
        spec, {"o.yaml": held}, artifacts={"oci://registry.example/charts/web": "chart"}
    ).deliver()
    remote = cluster(spec, {"o.yaml": held}).deliver()

    assert mapped.status is Status.BUILT
    assert "`helm pull oci://registry.example/charts/web --version 1.0.0 -d charts`" in str(remote.reason)


def test_post_renderers_patch_what_the_chart_renders_to(cluster: Open) -> None:
    shop = cluster(
        FROM_GIT + "  commonMetadata: {labels: {team: shop}}\n  postRenderers:\n  - kustomize:\n"
        "      patches:\n      - patch: |\n          apiVersion: apps/v1\n          kind: Deployment\n"
        "          metadata: {name: web}\n          spec: {replicas: 4}\n"
        "      images:\n      - {name: nginx, newTag: '1.27'}\n"
    )

    made = shop.deliver()

    (deployment,) = [one for one in made.objects if one.kind == "Deployment"]
    assert made.status is Status.BUILT
    assert deployment.body["spec"]["replicas"] == 4
    assert deployment.body["spec"]["template"]["spec"]["containers"][0]["image"] == "nginx:1.27"
    assert all(one.body["metadata"]["labels"]["team"] == "shop" for one in made.objects)
    assert shop.place(deployment, ("spec", "replicas")) == "release.yaml:19"


def test_a_patch_of_a_post_renderer_that_matches_nothing_is_told(cluster: Open) -> None:
    shop = cluster(
        FROM_GIT + "  postRenderers:\n  - kustomize:\n      patches:\n"
        "      - target: {kind: Deployment, name: wbe}\n        patch: '[]'\n"
    )

    rules = {(one.rule, shop.line(one)) for one in shop.deliver().violations}

    assert ("patch-no-match", "release.yaml:14") in rules


def test_a_chart_that_is_filled_in_by_others_is_unchecked(cluster: Open) -> None:
    made = cluster(FROM_CHARTS.replace("VERSION", "${version}")).deliver()

    assert made.status is Status.UNCHECKED
    assert made.violations == ()


def test_charts_see_the_custom_resources_that_the_cluster_defines(cluster: Open) -> None:
    made = cluster(
        FROM_GIT,
        {
            "crd.yaml": "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"
            "metadata: {name: things.example.com}\nspec: {group: example.com, names: {kind: Thing},"
            " versions: [{name: v1, served: true}, {name: v0, served: false}]}\n",
            "chart/templates/d.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: seen}\ndata:\n"
            '  new: {{ .Capabilities.APIVersions.Has "example.com/v1/Thing" | quote }}\n'
            '  old: {{ .Capabilities.APIVersions.Has "example.com/v0" | quote }}\n',
        },
    ).deliver()

    assert printed(made, "seen") == {"new": "true", "old": "false"}
