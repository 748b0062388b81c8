"""What keeps generators from taking clusters, and merges from taking overrides, is told."""

from __future__ import annotations

import pytest

from gitlint_ops.model.delivery import Cluster
from gitlint_ops.model.findings import Confidence, Severity

from .conftest import Generate, names, only, told

SPEC = """
template:
  metadata: {name: 'web-{{name}}'}
  spec:
    project: default
    source: {repoURL: https://github.com/acme/shop.git, path: apps/web, targetRevision: main}
    destination: {name: '{{name}}', namespace: web}
"""
GO = "goTemplate: true\n" + SPEC.replace("{{name}}", "{{.name}}")


def cluster(name: str, **labels: str) -> Cluster:
    return Cluster(name, server=f"https://{name}", labels=labels, declared=True)


def selected(*labels: str) -> str:
    return "generators:\n" + "".join(
        f"- clusters: {{selector: {{matchLabels: {{{one}}}}}}}\n" for one in labels
    )


@pytest.mark.parametrize(
    ("wanted", "held"), [("enable", "enabled"), ("True", "true"), ("prodution", "production")]
)
def test_a_slip_in_a_value_is_told_of_switches_too(generate: Generate, wanted: str, held: str) -> None:
    found = generate(selected(f"addons: '{wanted}'") + SPEC, clusters=[cluster("a", addons=held)])

    one = only(found, "generates-nothing")
    assert one.path[-1] == "addons"
    assert one.severity is None
    assert one.hint == f"did you mean '{held}'?"


@pytest.mark.parametrize(
    ("wanted", "held", "is_told"),
    [
        ("true", "enabled", True),
        ("true", "disabled", False),
        ("enabled", "false", False),
        ("gold", "true", True),
        ("true", "v2", False),
    ],
)
def test_switches_of_another_kind_are_told_and_those_that_are_off_are_not(
    generate: Generate, wanted: str, held: str, is_told: bool
) -> None:
    found = generate(selected(f"addons: '{wanted}'") + SPEC, clusters=[cluster("a", addons=held)])

    assert [one.severity for one in found.violations] == [Severity.WARNING] * is_told


def test_a_slip_is_told_although_another_generator_yields_something(generate: Generate) -> None:
    found = generate(
        selected("env: staging", "env: prodution") + SPEC,
        clusters=[cluster("a", env="staging"), cluster("b", env="production")],
    )

    one = only(found, "generates-nothing")
    assert one.path[:3] == ("spec", "generators", 1)
    assert one.message.endswith("so this generator yields nothing")
    assert names(found) == ["web-a"]


def test_labels_that_no_cluster_has_together_are_told(generate: Generate) -> None:
    found = generate(
        selected("env: prod, region: eu") + SPEC,
        clusters=[cluster("a", env="prod", region="us"), cluster("b", env="dev", region="eu")],
    )

    one = only(found, "generates-nothing")
    assert one.path == ("spec", "generators", 0, "clusters", "selector")
    assert one.severity is Severity.WARNING
    assert one.hint == "cluster 'a' has all but 'region'"


def test_a_switch_that_is_off_where_it_is_looked_for_is_left_alone(generate: Generate) -> None:
    found = generate(
        selected("env: prod, enable_x: 'true'") + SPEC,
        clusters=[cluster("a", env="prod"), cluster("b", env="dev", enable_x="true")],
    )

    assert told(found) == []


def test_exclusions_may_leave_no_cluster(generate: Generate) -> None:
    excluding = "{matchLabels: {env: prod}, matchExpressions: [{key: env, operator: NotIn, values: [prod]}]}"
    found = generate(
        f"generators: [{{clusters: {{selector: {excluding}}}}}]\n" + SPEC, clusters=[cluster("a", env="prod")]
    )

    assert told(found) == []


def test_a_label_of_which_the_inventory_says_nothing_is_asked_for(generate: Generate) -> None:
    found = generate(selected("tier: gold") + SPEC, clusters=[cluster("a", env="prod")])

    one = only(found, "unresolvable-offline")
    assert "does not say which clusters have the label 'tier'" in one.message
    assert one.cause == "label tier"
    assert len(found.unchecked) == 1


def test_an_inventory_without_labels_is_told_once(generate: Generate) -> None:
    found = generate(selected("enable_x: 'true'", "tier: gold") + SPEC, clusters=[cluster("a")])

    assert {one.cause for one in found.violations} == {"labels of clusters"}


def test_clusters_that_secrets_describe_have_no_more_labels_than_these(generate: Generate) -> None:
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": "a",
            "namespace": "argocd",
            "labels": {"argocd.argoproj.io/secret-type": "cluster", "env": "prod"},
        },
        "stringData": {"name": "a", "server": "https://a"},
    }
    found = generate(selected("tier: gold") + SPEC, known=[secret])

    assert found.unchecked == ()


@pytest.mark.parametrize("label", ["envv", "regoin"])
def test_a_slip_in_a_label_that_a_template_names_is_told(generate: Generate, label: str) -> None:
    found = generate(
        "generators: [{clusters: {}}]\n" + GO.replace("apps/web", f"'apps/{{{{.metadata.labels.{label}}}}}'"),
        clusters=[Cluster("a", server="", labels={"env": "prod", "region": "eu"}, declared=True)],
    )

    assert only(found, "param-missing").hint.startswith("did you mean '.metadata.labels.")


def merged(base: str, *elements: str, keys: str = "name") -> str:
    return (
        f"generators: [{{merge: {{mergeKeys: [{keys}], generators: [{base}, "
        f"{{list: {{elements: [{', '.join(elements)}]}}}}]}}}}]\n"
    )


STAGES = "{list: {elements: [{name: staging}, {name: production}]}}"


@pytest.mark.parametrize("spec", [SPEC, GO])
@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("prod", "did you mean 'production'?"),
        ("stagign", "did you mean 'staging'?"),
        ("dev", "it gives production, staging"),
    ],
)
def test_an_override_that_matches_nothing_is_told(
    generate: Generate, spec: str, name: str, hint: str
) -> None:
    found = generate(merged(STAGES, "{name: staging, size: big}", f"{{name: {name}, size: big}}") + spec)

    one = only(found, "matrix-merge-misuse")
    assert one.path[-4:] == ("list", "elements", 1, "name")
    assert one.severity is Severity.WARNING
    assert one.hint == hint
    assert names(found) == ["web-production", "web-staging"]


def test_an_override_without_the_key_is_told(generate: Generate) -> None:
    found = generate(merged(STAGES, "{name: staging, size: big}", "{size: big}") + GO)

    assert "this element gives no 'name' to merge by" in only(found, "matrix-merge-misuse").message


def test_an_override_for_a_cluster_that_is_not_selected_now_is_left_alone(generate: Generate) -> None:
    base = "{clusters: {selector: {matchLabels: {enable_x: 'true'}}}}"
    clusters = [cluster("a", enable_x="true"), cluster("b")]
    found = generate(merged(base, "{name: b, size: big}") + GO, clusters=clusters)

    assert told(found) == []


def test_an_override_for_a_cluster_that_nobody_knows_is_told(generate: Generate) -> None:
    found = generate(merged("{clusters: {}}", "{name: c-eu, size: big}") + GO, clusters=[cluster("c-us")])

    one = only(found, "matrix-merge-misuse")
    assert one.confidence is Confidence.MEDIUM


def test_an_override_that_one_turn_of_a_matrix_takes_up_is_left_alone(generate: Generate) -> None:
    base = "{list: {elements: [{name: '{{.of}}'}]}}"
    inner = merged(base, "{name: a, size: big}", "{name: b, size: big}", "{name: c}").split("[", 1)[1][:-2]
    first = "{list: {elements: [{of: a}, {of: b}]}}"
    found = generate(f"generators: [{{matrix: {{generators: [{first}, {inner}]}}}}]\n" + GO)

    assert only(found, "matrix-merge-misuse").path[-3:] == ("elements", 2, "name")
    assert names(found) == ["web-a", "web-b"]


def test_an_override_of_what_a_service_answers_is_left_alone(generate: Generate) -> None:
    base = "{plugin: {configMapRef: {name: x}}}"
    found = generate(merged(base, "{name: b}") + GO, fixtures={"web": {"plugin": [{"name": "a"}]}})

    assert told(found) == []


def test_a_key_may_be_a_mapping(generate: Generate) -> None:
    base = "{clusters: {}}"
    found = generate(merged(base, "{name: {a: b}, size: big}") + GO, clusters=[cluster("a")])

    assert only(found, "matrix-merge-misuse").path[-1] == "name"


def test_many_overrides_of_many_sets_are_bounded(generate: Generate) -> None:
    base = ", ".join(f"{{name: production-{one}}}" for one in range(3000))
    elements = [f"{{name: prodution-{one}x}}" for one in range(3000)]
    found = generate(merged(f"{{list: {{elements: [{base}]}}}}", *elements) + GO)

    assert len(told(found, "matrix-merge-misuse")) == 20
