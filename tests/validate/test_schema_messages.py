"""What a person reads when an object is not what the API server takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import pytest

from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.validate.objects import Validator

Judge: TypeAlias = Callable[..., list[str]]
Rendered: TypeAlias = Callable[[str], RenderedObject]

DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  %s
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "web:1"}]}
"""

POD = "{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {containers: [{name: web, image: web, %s}]}}"


def test_a_legal_object_has_no_violation(judge: Judge) -> None:
    assert judge(DEPLOYMENT % "replicas: 3") == []


def test_a_misspelt_field_is_named_at_its_key(rendered: Rendered, newest: Validator) -> None:
    (violation,) = newest.validate(rendered(DEPLOYMENT % "replica: 3"))
    assert (violation.rule, violation.path, violation.at_key) == ("unknown-field", ("spec", "replica"), True)
    assert violation.message == "unknown field `replica` in spec of Deployment (apps/v1)"
    assert violation.hint == "did you mean `replicas`?"


def test_a_field_in_the_wrong_case_is_a_misspelling(judge: Judge) -> None:
    assert judge(DEPLOYMENT % "minreadyseconds: 3")[0].endswith("(did you mean `minReadySeconds`?)")


def test_a_field_indented_too_little_is_sent_down(judge: Judge) -> None:
    assert judge(DEPLOYMENT % "serviceAccountName: web") == [
        "spec.serviceAccountName: unknown field `serviceAccountName` in spec of Deployment (apps/v1)"
        " (it belongs under spec.template.spec)"
    ]


def test_a_field_indented_too_far_is_sent_up(judge: Judge) -> None:
    assert judge(POD % "securityContext: {ports: [{containerPort: 80}]}") == [
        "spec.containers[0].securityContext.ports: unknown field `ports`"
        " in spec.containers[0].securityContext of Pod (v1) (it belongs under spec.containers[])"
    ]


def test_a_field_that_belongs_to_list_items_is_sent_there(judge: Judge) -> None:
    (said,) = judge(DEPLOYMENT % "image: web")
    assert said.endswith("(it belongs under spec.template.spec.containers[])")


def test_a_field_at_the_root_that_belongs_under_spec(judge: Judge) -> None:
    service = (
        "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: [{port: 80}]}, selector: {a: b}}"
    )
    assert judge(service) == ["selector: unknown field `selector` in Service (v1) (it belongs under spec)"]


def test_a_label_beside_labels(judge: Judge) -> None:
    said = judge("{apiVersion: v1, kind: ConfigMap, metadata: {name: a, app.kubernetes.io/name: a}}")
    assert said == [
        'metadata["app.kubernetes.io/name"]: unknown field `app.kubernetes.io/name` in metadata of'
        " ConfigMap (v1) (it belongs under labels or annotations)"
    ]


def test_a_field_like_nothing_gets_the_list_of_what_is_allowed(judge: Judge) -> None:
    (said,) = judge("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, zzz: 1}")
    assert said.endswith("(allowed here: apiVersion, binaryData, data, immutable, kind, metadata)")


def test_a_misspelt_required_field_is_one_fault(judge: Judge) -> None:
    pod = "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {container: [{name: a}]}}"
    assert judge(pod) == [
        "spec.container: unknown field `container` in spec of Pod (v1) (did you mean `containers`?)"
    ]


def test_a_required_field_under_half_of_its_name_is_one_fault(judge: Judge) -> None:
    (said,) = judge(POD % "volumeDevices: [], volumeMounts: [{name: '${VOLUME}', path: /data}]")
    assert said.startswith("spec.containers[0].volumeMounts[0].path:")
    assert said.endswith("(did you mean `mountPath`?)")


def test_missing_fields_are_told_together_at_their_parent(rendered: Rendered) -> None:
    (violation,) = Validator().validate(
        rendered("{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {replicas: 1}}")
    )
    assert (violation.rule, violation.path, violation.at_key) == ("schema-violation", ("spec",), True)
    assert violation.message == (
        "required fields `selector`, `template` are missing in spec of Deployment (apps/v1)"
    )


def test_a_missing_spec_is_told_at_the_kind(rendered: Rendered) -> None:
    (violation,) = Validator().validate(rendered("{apiVersion: apps/v1, kind: Deployment}"))
    assert (violation.path, violation.at_key) == (("kind",), True)
    assert violation.message == "required field `spec` is missing in Deployment (apps/v1)"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ('replicas: "3"', 'spec.replicas: expected an integer, got the string "3" (write it without quotes)'),
        ("replicas: {}", "spec.replicas: expected an integer, got an empty mapping"),
        ("replicas: 1.5", "spec.replicas: expected an integer, got the number 1.5"),
        ("replicas: 3000000000", "spec.replicas: the number 3000000000 does not fit a 32-bit integer"),
        (
            'paused: "no"',
            'spec.paused: expected a boolean (true or false), got the string "no"'
            " (write true or false without quotes)",
        ),
        (
            "strategy: {rollingUpdate: {maxSurge: [1]}}",
            "spec.strategy.rollingUpdate.maxSurge: expected an integer or a string, got a list of 1",
        ),
        (
            "strategy: [{type: Recreate}]",
            "spec.strategy: expected a mapping, got a list of 1 (leave out the `- `)",
        ),
    ],
)
def test_a_wrong_value(judge: Judge, fields: str, said: str) -> None:
    (told,) = judge(DEPLOYMENT % fields)
    path, _, message = said.partition(": ")
    assert told == f"{path}: {path}: {message}"


@pytest.mark.parametrize(
    ("fields", "end"),
    [
        ("env: {A: b}", ".env: expected a list, got a mapping (begin each item with `- `)"),
        ("env: [{name: A, value: 8080}]", "expected a string, got the number 8080 (put it in quotes)"),
        ("env: [{name: A, value: true}]", "expected a string, got the boolean true (put it in quotes)"),
        (
            "resources: {limits: {cpu: {}}}",
            'expected a quantity such as 2, "500m" or "1Gi", got an empty mapping',
        ),
        ("ports: [{containerPort: null}]", "it is empty (null), but an integer is required"),
        (
            "livenessProbe: {tcpSocket: {port: null}}",
            "it is empty (null), but an integer or a string is required",
        ),
    ],
)
def test_a_wrong_value_in_a_container(judge: Judge, fields: str, end: str) -> None:
    (told,) = judge(POD % fields)
    assert told.endswith(end)


def test_values_of_a_secret_are_never_shown(judge: Judge) -> None:
    said = judge("{apiVersion: v1, kind: Secret, metadata: {name: a}, stringData: {pin: 987654}}")
    assert said == ["stringData.pin: stringData.pin: expected a string, got a number (put it in quotes)"]


def test_values_under_telling_names_are_never_shown(judge: Judge) -> None:
    (told,) = judge(POD % "env: [{name: DB_PASSWORD, value: 987654}]")
    assert "987654" not in told


def test_long_values_are_cut(judge: Judge) -> None:
    (told,) = judge(DEPLOYMENT % f"replicas: {'x' * 5000}")
    assert len(told) < 150


def test_the_number_of_faults_of_one_object_is_bounded(judge: Judge) -> None:
    fields = ", ".join(f"f{i}: 1" for i in range(5000))
    assert len(judge(f"{{apiVersion: v1, kind: ConfigMap, {fields}}}")) == 25


@pytest.mark.parametrize("key", ["8", "08", "+8", "8080", "0", "00"])
def test_a_key_that_looks_like_a_number_stays_as_written(
    rendered: Rendered, newest: Validator, key: str
) -> None:
    (violation,) = newest.validate(
        rendered(f"{{apiVersion: v1, kind: ConfigMap, metadata: {{name: a}}, data: {{'{key}': 1}}}}")
    )
    assert violation.path == ("data", key)
