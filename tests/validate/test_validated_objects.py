"""Which objects are judged, by what, and what is said of the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import pytest

from gitlint_ops.model.errors import UsageError
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.validate.objects import Validator, schema_missing

Judge: TypeAlias = Callable[..., list[str]]
Rendered: TypeAlias = Callable[[str], RenderedObject]

POD = """
    apiVersion: v1
    kind: Pod
    metadata: {name: a, creationTimestamp: null}
    spec: {containers: [{name: a, image: a, %s}]}
"""

DEPLOYMENT = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: a}
    spec:
      %s
      selector: {matchLabels: {app: a}}
      template: {metadata: {labels: {app: a}}, spec: {containers: [{name: a, image: a}]}}
"""

ACCEPTED = {
    "null counts as absent": POD % "env: null, ports: null",
    "null as int-or-string, which fits both branches of the published schema": """
        apiVersion: policy/v1
        kind: PodDisruptionBudget
        metadata: {name: a}
        spec: {minAvailable: null, maxUnavailable: 1}
    """,
    "a status that lacks things, as it is dropped": DEPLOYMENT % "replicas: 1"
    + "    status: {conditions: [{type: Available, status: null}]}",
    "a field that only the schema requires": """
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: a}
        spec: {policyTypes: [Ingress]}
    """,
    "a role reference without the group, which has a default": """
        apiVersion: rbac.authorization.k8s.io/v1
        kind: RoleBinding
        metadata: {name: a}
        roleRef: {kind: Role, name: a}
    """,
    "a header without value": POD % "livenessProbe: {httpGet: {port: 80, httpHeaders: [{name: X}]}}",
    "a whole number with a fraction": POD % "ports: [{containerPort: 80.0}]",
    "what SOPS encrypted": """
        apiVersion: v1
        kind: Secret
        metadata: {name: a}
        immutable: ENC[AES256_GCM,data:aa,type:bool]
        sops: {mac: "ENC[AES256_GCM,data:aa]", version: 3.7.3}
    """,
    "what Flux substitutes": DEPLOYMENT % "replicas: '${REPLICAS}'",
}


@pytest.mark.parametrize("release", ["1.25", "1.31", ""])
@pytest.mark.parametrize("text", ACCEPTED.values(), ids=ACCEPTED)
def test_what_the_api_server_accepts_is_accepted(judge: Judge, text: str, release: str) -> None:
    assert judge(text, Validator(release)) == []


@pytest.mark.parametrize(
    "text",
    [
        "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: null}",
        "{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}}",
        "{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {selector: {}, template: null}}",
        "{apiVersion: v1, kind: Service, metadata: {name: a}}",
        "{apiVersion: v1, kind: Secret, metadata: {name: a}, sops: {enabled: true}}",
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, labels: {a: 1}}}",
    ],
)
def test_what_the_api_server_refuses_is_refused(rendered: Rendered, text: str) -> None:
    for release in ("1.25", "1.31", ""):
        assert Validator(release).validate(rendered(text)) != ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "{apiVersion: apps/v1, kind: Deploymnt}",
            "kind: Kubernetes 1.37 has no kind Deploymnt in apps/v1 (did you mean Deployment?)",
        ),
        (
            "{apiVersion: v1, kind: Configmap}",
            "kind: Kubernetes 1.37 has no kind Configmap in v1 (did you mean ConfigMap?)",
        ),
        (
            "{apiVersion: v1, kind: Deployment}",
            "apiVersion: Kubernetes 1.37 has Deployment in apps/v1, not in v1 (write apiVersion: apps/v1)",
        ),
        (
            "{apiVersion: app/v1, kind: Deployment}",
            "apiVersion: Kubernetes 1.37 has Deployment in apps/v1, not in app/v1"
            " (write apiVersion: apps/v1)",
        ),
        ("{kind: Pod}", "kind: required field `apiVersion` is missing"),
    ],
)
def test_a_kind_that_cannot_exist(judge: Judge, text: str, said: str) -> None:
    assert judge(text, Validator("1.37")) == [said]


def test_groups_are_matched_exactly_so_a_custom_deployment_has_no_schema(rendered: Rendered) -> None:
    validator = Validator()
    assert validator.validate(rendered("{apiVersion: apps.example.com/v1, kind: Deployment, zzz: 1}")) == ()
    assert [(kind.name, kind.objects) for kind in validator.unvalidated()] == [
        ("apps.example.com/v1 Deployment", 1)
    ]


def test_a_kind_without_schema_is_told_once_with_its_count_over_all_validators(rendered: Rendered) -> None:
    widget = "{apiVersion: example.com/v1, kind: Widget, metadata: {name: %s}}"
    first = rendered(widget % "a")
    one, other = Validator("1.30"), Validator("1.34")
    for validator, obj in (
        (one, first),
        (one, rendered(widget % "b")),
        (other, rendered(widget % "c")),
    ):
        validator.validate(obj)
    (violation,) = schema_missing([*one.unvalidated(), *other.unvalidated()])
    assert violation.rule == "schema-missing"
    assert (violation.on, violation.path) == (first, ("kind",))
    assert violation.message == "no schema for example.com/v1 Widget: 3 objects were not validated"


@pytest.mark.parametrize(
    "text",
    [
        "{apiVersion: policy/v1beta1, kind: PodSecurityPolicy}",
        "{apiVersion: extensions/v1beta1, kind: Ingress}",
    ],
)
def test_a_removed_api_is_counted_and_left_to_its_own_rule(rendered: Rendered, text: str) -> None:
    validator = Validator()
    assert validator.validate(rendered(text)) == ()
    assert len(validator.unvalidated()) == 1
    assert schema_missing(validator.unvalidated()) == ()


@pytest.mark.parametrize(
    "text",
    [
        "{apiVersion: kustomize.config.k8s.io/v1beta1, kind: Kustomization, zzz: 1}",
        "{apiVersion: builtin, kind: LabelTransformer}",
        "{apiVersion: v1, kind: List, items: []}",
    ],
)
def test_what_no_api_server_reads_is_passed_over(rendered: Rendered, text: str) -> None:
    validator = Validator()
    assert (validator.validate(rendered(text)), validator.unvalidated()) == ((), ())


def test_openshift_kinds_in_v1_are_no_misspellings(rendered: Rendered) -> None:
    assert Validator().validate(rendered("{apiVersion: v1, kind: Template}")) == ()


def test_a_field_of_a_newer_release_says_so(judge: Judge) -> None:
    pod = (
        "{apiVersion: v1, kind: Pod, metadata: {name: a},"
        " spec: {containers: [{name: a, image: a, resizePolicy: []}]}}"
    )
    assert judge(pod) == []
    (said,) = judge(pod, Validator("1.25"))
    assert said.endswith("knows this field, 1.25 does not)")


def test_equal_bodies_of_two_targets_are_judged_once_and_told_for_both(rendered: Rendered) -> None:
    validator = Validator()
    obj = rendered("{apiVersion: v1, kind: ConfigMap, zzz: 1}")
    first, second = validator.validate(obj), validator.validate(obj)
    assert first == second
    assert validator.validated == 2


def test_an_unknown_release_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"no schemas for Kubernetes version '1\.99'") as raised:
        Validator("1.99")
    assert raised.value.hint == "known are 1.25 to 1.37"


@pytest.mark.parametrize(
    ("text", "release"),
    [("1.34", "1.34"), ("v1.34.2", "1.34"), ("1.34.2+k3s1", "1.34"), ("1.34-gke.100", "1.34"), ("", "1.37")],
)
def test_a_release_as_people_write_it(text: str, release: str) -> None:
    assert Validator(text).version == release
