"""Versions that are served and will not be for long: Kubernetes' own, Flux' own, and custom ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitlint_ops.model.removed_apis import NEWEST
from gitlint_ops.rules.subjects import Facts

from ..cli.command_line import Files, check, write
from .conftest import Judge

RULE = "api-deprecated"
SCALER = "apiVersion: autoscaling/v2beta2\nkind: HorizontalPodAutoscaler\nmetadata: {name: web}\n"


@pytest.mark.parametrize(
    ("release", "told"),
    [
        ("1.22", []),
        (
            "1.23",
            [
                "hpa.yaml:1: HorizontalPodAutoscaler autoscaling/v2beta2 is deprecated since Kubernetes 1.23 "
                "and removed in 1.26; this is judged for 1.23"
            ],
        ),
        ("1.26", []),
        ("", []),
    ],
)
def test_a_deprecated_api_is_told_until_it_is_removed(release: str, told: list[str], judge: Judge) -> None:
    assert judge(RULE, {"hpa.yaml": SCALER}, Facts(kubernetes=release)) == told


def test_of_a_removal_that_is_far_away_nothing_is_said(judge: Judge) -> None:
    ingress = "apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: {name: web}\n"

    assert judge(RULE, {"web.yaml": ingress}, Facts(kubernetes="1.18")) == []
    assert len(judge(RULE, {"web.yaml": ingress}, Facts(kubernetes="1.19"))) == 1


def test_flux_deprecates_by_its_own_releases(judge: Judge) -> None:
    release = "apiVersion: helm.toolkit.fluxcd.io/v2beta2\nkind: HelmRelease\nmetadata: {name: web}\n"

    (found,) = judge(RULE, {"web.yaml": release}, Facts(flux="2.6"))

    assert found == (
        "web.yaml:1: HelmRelease helm.toolkit.fluxcd.io/v2beta2 is deprecated since Flux 2.3 and removed in "
        "2.8; this is judged for 2.6"
    )


def test_an_end_without_a_known_deprecation_is_told_as_well(judge: Judge) -> None:
    source = "apiVersion: source.toolkit.fluxcd.io/v1beta1\nkind: HelmRepository\nmetadata: {name: web}\n"

    (found,) = judge(RULE, {"web.yaml": source}, Facts(flux="2.6"))

    assert "v1beta1 is deprecated and removed in Flux 2.7; " in found


@pytest.mark.parametrize(("release", "number"), [("1.32", 0), ("1.33", 1), ("", 1)])
def test_what_is_deprecated_without_an_end_is_a_note(release: str, number: int, tmp_path: Path) -> None:
    endpoints = "apiVersion: v1\nkind: Endpoints\nmetadata: {name: web}\nsubsets: []\n"
    folder = write(tmp_path, {"web.yaml": endpoints})

    found = check(folder, "--select", RULE, *(("--kubernetes", release) if release else ())).findings

    assert [(one["severity"], one["location"]["line"], one["hint"]) for one in found] == [
        ("note", 2, "write an EndpointSlice of discovery.k8s.io/v1")
    ] * number


def test_the_next_upgrade_makes_an_error_of_it(tmp_path: Path) -> None:
    folder = write(tmp_path, {"hpa.yaml": SCALER, "gitlint-ops.yaml": "kubernetes: '1.25'\n"})
    rules = ("--select", RULE, "--select", "api-removed")

    assert check(folder, *rules).found() == ["api-deprecated hpa.yaml:1"]
    assert check(folder, *rules, "--kubernetes", "1.26").found() == ["api-removed hpa.yaml:1"]


def definition(*versions: str) -> str:
    listed = "\n".join(
        f"""\
  - name: {one.split()[0]}
    served: true
    storage: {str(one == versions[-1]).lower()}
    {"deprecated: true" if "deprecated" in one else "deprecated: false"}
    {"deprecationWarning: write Coffee instead" if "warning" in one else ""}
    schema: {{openAPIV3Schema: {{type: object, x-kubernetes-preserve-unknown-fields: true}}}}"""
        for one in versions
    )
    return f"""\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {{name: teas.shop.example}}
spec:
  group: shop.example
  names: {{kind: Tea, plural: teas}}
  scope: Namespaced
  versions:
{listed}
"""


TEA: Files = {"tea.yaml": "apiVersion: shop.example/v1beta1\nkind: Tea\nmetadata: {name: green}\n"}


@pytest.mark.parametrize(
    ("versions", "severity", "hint"),
    [
        (["v1beta1 deprecated", "v1"], "warning", "use shop.example/v1"),
        (["v1beta1 deprecated warning", "v1"], "warning", "write Coffee instead; use shop.example/v1"),
        (["v1beta1 deprecated"], "note", "no version of the kind takes its place"),
    ],
)
def test_a_definition_of_the_workspace_deprecates_its_versions(
    tmp_path: Path, versions: list[str], severity: str, hint: str
) -> None:
    found = check(write(tmp_path, {**TEA, "crd.yaml": definition(*versions)}), "--select", RULE).of(RULE)

    assert (found["severity"], found["hint"]) == (severity, hint)
    assert found["message"] == "Tea shop.example/v1beta1 is deprecated by its CustomResourceDefinition"


@pytest.mark.parametrize("versions", [["v1beta1", "v1"], ["v1beta1", "v1 deprecated"]])
def test_other_versions_are_silent(tmp_path: Path, versions: list[str]) -> None:
    ran = check(write(tmp_path, {**TEA, "crd.yaml": definition(*versions)}), "--select", RULE)

    assert ran.places(RULE) == []


def custom(api_version: str, kind: str) -> Files:
    return {"own.yaml": f"apiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: web}}\n"}


def test_shipped_definitions_deprecate_their_versions(tmp_path: Path) -> None:
    files = custom("cilium.io/v2alpha1", "CiliumLoadBalancerIPPool")

    found = check(write(tmp_path, files), "--select", RULE).of(RULE)

    assert found["message"].startswith(
        "CiliumLoadBalancerIPPool cilium.io/v2alpha1 is deprecated as of cilium v"
    )
    assert found["hint"] == "use cilium.io/v2"


@pytest.mark.parametrize(
    ("api_version", "kind"),
    [
        ("kyverno.io/v1", "ClusterPolicy"),  # deprecated, and no other version of the kind is not
        ("cilium.io/v2", "CiliumLoadBalancerIPPool"),
        ("source.toolkit.fluxcd.io/v1beta2", "GitRepository"),  # api-removed knows when
    ],
)
def test_shipped_definitions_are_silent_where_nothing_can_be_done(
    tmp_path: Path, api_version: str, kind: str
) -> None:
    assert check(write(tmp_path, custom(api_version, kind)), "--select", RULE).places(RULE) == []


def test_the_newest_release_is_named_where_nothing_is_configured(judge: Judge) -> None:
    claim = "apiVersion: resource.k8s.io/v1beta1\nkind: ResourceClaim\nmetadata: {name: gpu}\n"

    (found,) = judge(RULE, {"claim.yaml": claim})

    assert found.endswith(f"removed in 1.38; {NEWEST['kubernetes']} is the newest known")
