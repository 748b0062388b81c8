"""One mistake is told once, and what merely follows from it is not told."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gitlint_ops.validate.objects import Validator

from .conftest import line, object_of

CLAIM = (
    "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: a}, spec: {accessModes: [ReadWriteOnce],"
)
BALANCER = """\
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  type: Loadbalancer
  allocateLoadBalancerNodePorts: false
  loadBalancerClass: example.com/own
  ports: [{port: 80, nodePort: 30080}]
"""

Judge = Callable[..., list[str]]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            f"{CLAIM} resources: {{requests: {{storage: 1 Gi}}}}}}}}",
            'spec.resources.requests.storage: spec.resources.requests.storage: the string "1 Gi" is no '
            'quantity such as 2, "500m" or "1Gi" (write 1Gi, without blanks)',
        ),
        (
            f"{CLAIM} resources: {{requests: {{}}}}}}}}",
            "spec.resources.requests: spec.resources.requests: `resources.requests.storage` is required",
        ),
        (
            BALANCER,
            "spec.type: spec.type: expected one of ClusterIP, NodePort, LoadBalancer, ExternalName; got the "
            'string "Loadbalancer" (did you mean LoadBalancer?)',
        ),
        (
            "{apiVersion: v1, kind: ConfigMap, metadata: web}",
            'metadata: metadata: expected a mapping, got the string "web"',
        ),
    ],
)
def test_what_follows_from_a_wrong_value_is_not_told(text: str, said: str, judge: Judge) -> None:
    assert judge(text) == [said]


def test_independent_mistakes_are_told_together(judge: Judge) -> None:
    found = judge(BALANCER.replace("{port: 80,", "{port: 0,"))

    assert [one.partition(":")[0] for one in found] == ["spec.type", "spec.ports[0].port"]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (
            "apiVersion: V1, kind: configmap",
            "apiVersion: Kubernetes 1.37 has ConfigMap in v1, no configmap in V1 "
            "(write apiVersion: v1 and kind: ConfigMap)",
        ),
        (
            "apiVersion: v1, kind: deployment",
            "apiVersion: Kubernetes 1.37 has Deployment in apps/v1, not in v1 "
            "(write apiVersion: apps/v1 and kind: Deployment)",
        ),
        (
            "apiVersion: v1, kind: ComponentStatus",
            "kind: API servers store no ComponentStatus: it cannot be applied (leave it out)",
        ),
    ],
)
def test_a_kind_in_other_capitals_or_that_is_never_stored(written: str, said: str, judge: Judge) -> None:
    assert judge(f"{{{written}, metadata: {{name: a}}}}", Validator("1.37")) == [said]


@pytest.mark.parametrize(
    ("ports", "said"),
    [
        ("[{port: 80}, {port: 81}]", "ports[1]: ports[1]: of several ports all but one need a `name`"),
        ("[{port: 80}, {name: '', port: 81}]", "ports[1].name: ports[1].name: of several ports"),
        (
            "[{name: a, port: 80}, {name: a, port: 81, protocol: UDP}]",
            "ports[1].name: ports[1].name: duplicate",
        ),
    ],
)
def test_ports_of_an_endpoint_slice_differ_by_name(ports: str, said: str, judge: Judge) -> None:
    (found,) = judge(_slice(ports))

    assert found.startswith(said)


def test_one_port_of_an_endpoint_slice_may_go_without_a_name(judge: Judge) -> None:
    assert judge(_slice("[{port: 80}, {name: a, port: 81}]")) == []


def _slice(ports: str) -> str:
    return (
        "{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: a}, addressType: IPv4, "
        f"ports: {ports}, endpoints: [{{addresses: [10.0.0.1]}}]}}"
    )


@pytest.mark.parametrize(
    ("spec", "places"),
    [
        ("type: NodePort, ports: [{port: 80, nodePort: 8080}]", ["spec.ports[0].nodePort"]),
        ("type: NodePort, ports: [{port: 80, nodePort: 30000}]", []),
        ("type: LoadBalancer, ports: [{port: 80, nodePort: 32768}]", ["spec.ports[0].nodePort"]),
        (
            "type: LoadBalancer, externalTrafficPolicy: Local, healthCheckNodePort: 9000,"
            " ports: [{port: 80}]",
            ["spec.healthCheckNodePort"],
        ),
        ("type: ExternalName, externalName: a.example.com, ports: [{port: 80, nodePort: 77}]", []),
    ],
)
def test_ports_of_nodes_are_those_that_are_handed_out_by_default(
    spec: str, places: list[str], judge: Judge
) -> None:
    found = judge(f"{{apiVersion: v1, kind: Service, metadata: {{name: a}}, spec: {{{spec}}}}}")

    assert [one.partition(":")[0] for one in found] == places
    assert all("--service-node-port-range" in one for one in found)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "{apiVersion: external-secrets.io/v1, kind: SecretStore, metadata: {name: a},"
            " spec: {provider: {aws: {service: SecretsManager, region: a}, fake: {data: []}}}}",
            "spec.provider: it has `aws` and `fake`, but at most 1 field is allowed",
        ),
        (
            "{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: a},"
            " spec: {hosts: [a], http: [{match: [{uri: {prefix: /a, exact: /b}}],"
            " route: [{destination: {host: a}}]}]}}",
            "spec.http[0].match[0].uri: `exact` and `prefix` are both given, but only one of `exact`,"
            " `prefix` or `regex` is allowed",
        ),
        (
            "{apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {name: a},"
            " spec: {secretStoreRef: {name: a, kind: VaultStore}}}",
            "spec.secretStoreRef.kind: expected one of SecretStore, ClusterSecretStore; got the string"
            ' "VaultStore"',
        ),
    ],
)
def test_choices_of_custom_resources_in_plain_words(text: str, said: str, newest: Validator) -> None:
    assert [one.message for one in newest.validate(object_of(text))] == [said]


def test_a_choice_too_many_is_told_at_the_second_field(newest: Validator) -> None:
    text = (
        "{apiVersion: kyverno.io/v2beta1, kind: PolicyException, metadata: {name: a},"
        " spec: {exceptions: [], match: {any: [], all: []}}}"
    )

    (found,) = newest.validate(object_of(text))

    assert line(found).startswith("spec.match.all: spec.match: `any` and `all` must not be given together")
