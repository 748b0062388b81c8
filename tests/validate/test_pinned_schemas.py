"""Custom resources that no definition in the workspace speaks of, by the schemas shipped with the package."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import pytest

from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.validate.objects import Validator, schema_missing

Judge: TypeAlias = Callable[..., list[str]]
Rendered: TypeAlias = Callable[[str], RenderedObject]

APPLICATION = """
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop}
spec:
  project: default
  source: {repoURL: https://git.example.com/shop.git, path: deploy}
  destination: {namespace: shop, server: https://kubernetes.default.svc}
"""
SUBSTITUTED = """
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: shop}
spec: {interval: 10m, prune: true, path: ./shop, sourceRef: {kind: GitRepository, name: shop}}
"""
DEFINITION = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: applications.argoproj.io}
spec:
  group: argoproj.io
  scope: Namespaced
  names: {kind: Application, plural: applications}
  versions:
  - name: %s
    served: true
    storage: true
    schema:
      openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {ours: {type: string}}}}}
"""


@pytest.mark.parametrize("text", [APPLICATION, SUBSTITUTED])
def test_a_legal_object_of_a_well_known_kind(rendered: Rendered, text: str) -> None:
    validator = Validator()
    assert validator.validate(rendered(text)) == ()
    assert (validator.validated, validator.unvalidated()) == (1, ())


def test_a_fault_says_which_version_of_the_product_it_was_judged_by(judge: Judge) -> None:
    (said,) = judge(APPLICATION.replace("repoURL", "repoUrl"))
    assert said.startswith(
        "spec.source.repoUrl: unknown field `repoUrl` in spec.source of Application (argoproj.io/v1alpha1)"
        " (did you mean `repoURL`? (judged by the schema of argo-cd v"
    )


def test_a_definition_in_the_workspace_goes_before_the_pin(judge: Judge, rendered: Rendered) -> None:
    own = Validator(definitions=[rendered(DEFINITION % "v1alpha1")])
    assert (
        judge(
            "{apiVersion: argoproj.io/v1alpha1, kind: Application, metadata: {name: a}, spec: {ours: a}}", own
        )
        == []
    )
    (said, *_) = judge("{apiVersion: argoproj.io/v1alpha1, kind: Application, spec: {project: a}}", own)
    assert said.startswith("spec.project: unknown field `project`")
    assert "judged by" not in said


def test_a_kind_that_the_workspace_defines_in_other_versions_is_not_served(rendered: Rendered) -> None:
    validator = Validator(definitions=[rendered(DEFINITION % "v2")])
    (told,) = validator.validate(rendered(APPLICATION))
    assert told.rule == "crd-version-not-served"
    assert told.message == "the definition of Application in argoproj.io serves v2, not v1alpha1"
    assert schema_missing(validator.unvalidated()) == ()


def test_pins_judge_the_kinds_that_definitions_in_the_workspace_do_not_speak_of(
    judge: Judge, rendered: Rendered
) -> None:
    validator = Validator(definitions=[rendered(DEFINITION % "v1alpha1")])
    (said,) = judge(SUBSTITUTED.replace("prune: true", "prune: 'yes'"), validator)
    assert said.startswith("spec.prune: spec.prune: expected a boolean (true or false)")


def test_an_unknown_version_of_a_known_kind_is_unvalidated_and_says_which_are_known(
    rendered: Rendered,
) -> None:
    validator = Validator()
    assert validator.validate(rendered(APPLICATION.replace("v1alpha1", "v2"))) == ()
    (missing,) = schema_missing(validator.unvalidated())
    assert missing.hint.startswith("version v2 is not among those with a schema (v1alpha1); ")


def test_known_versions_are_told_most_stable_first(rendered: Rendered) -> None:
    validator = Validator()
    validator.validate(rendered("{apiVersion: helm.toolkit.fluxcd.io/v3, kind: HelmRelease}"))
    (missing,) = schema_missing(validator.unvalidated())
    assert missing.hint.startswith("version v3 is not among those with a schema (v2, v2beta2, v2beta1); ")


@pytest.mark.parametrize("version", ["v1beta1", "v1"])
def test_each_version_of_a_kind_is_judged_by_its_own_schema(judge: Judge, version: str) -> None:
    text = (
        f"{{apiVersion: external-secrets.io/{version}, kind: ExternalSecret, metadata: {{name: a}},"
        " spec: {secretStoreRef: {name: vault}, data: [{secretKey: a, remoteRef: {key: b}}]}}"
    )
    assert judge(text) == []
    wrong = judge(text.replace("{key: b}", "{key: 1}"))
    assert [said.split(":")[0] for said in wrong] == ["spec.data[0].remoteRef.key"]


def test_groups_and_kinds_are_matched_exactly(rendered: Rendered) -> None:
    validator = Validator()
    for text in (
        "{apiVersion: example.argoproj.io/v1alpha1, kind: Application, spec: {zzz: 1}}",
        "{apiVersion: argoproj.io/v1alpha1, kind: application, spec: {zzz: 1}}",
        "{apiVersion: ../argoproj.io/v1alpha1, kind: Application, spec: {zzz: 1}}",
    ):
        assert validator.validate(rendered(text)) == ()
    assert validator.validated == 0


def test_defaults_are_filled_in_before_choices_are_made(judge: Judge) -> None:
    gateway = (
        "{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: a}, spec:"
        " {gatewayClassName: a, listeners: [{name: a, port: 80, protocol: HTTP}], addresses: [{value: %s}]}}"
    )
    assert judge(gateway % "192.0.2.1") == []
    assert judge(gateway % "'2001:db8::1'") == []
    assert [said.split(":")[0] for said in judge(gateway % "a.example.com")] == ["spec.addresses[0]"]


def test_servers_that_decode_their_own_types_require_no_field(judge: Judge) -> None:
    template = (
        "{apiVersion: template.openshift.io/v1, kind: Template, metadata: {name: a},"
        " objects: [{apiVersion: v1, kind: Service, spec: {anything: 1}}]}"
    )
    assert judge(template) == []
    stream = "{apiVersion: image.openshift.io/v1, kind: ImageStream, metadata: {name: a}, spec: {tag: []}}"
    (said,) = judge(stream)
    assert said.startswith("spec.tag: unknown field `tag`")


def test_fields_that_newer_releases_may_have_pass_where_the_pin_has_no_known_release(judge: Judge) -> None:
    dashboard = (
        "{apiVersion: grafana.integreatly.org/v1beta1, kind: GrafanaDashboard, metadata: {name: a},"
        " spec: {instanceSelector: {matchLabels: {a: b}}, newField: 1, %s}}"
    )
    assert judge(dashboard % "url: https://example.com") == []
    assert [said.split(":")[0] for said in judge(dashboard % "url: 1")] == ["spec.url"]
