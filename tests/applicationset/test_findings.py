"""What is wrong with an ApplicationSet is told at the line to edit, and nothing else is."""

from __future__ import annotations

import pytest

from gitlint_ops.model.delivery import Cluster
from gitlint_ops.model.findings import Confidence, Severity

from .conftest import URL, Generate, names, only, told

SPEC = """
template:
  metadata: {name: 'web-{{name}}'}
  spec:
    project: default
    source: {repoURL: https://github.com/acme/shop.git, path: apps/web, targetRevision: main}
    destination: {name: '{{name}}', namespace: web}
"""
GO = "goTemplate: true\n" + SPEC.replace("{{name}}", "{{.name}}")
STRICT = "goTemplateOptions: [missingkey=error]\n" + GO
ONE = "generators: [{list: {elements: [{name: a}]}}]\n"


def cluster(name: str, **labels: str) -> Cluster:
    return Cluster(name, server=f"https://{name}", labels=labels, annotations={"repo": "x"}, declared=True)


def test_a_missing_parameter_is_told_with_the_nearest_one(generate: Generate) -> None:
    found = generate(ONE + SPEC.replace("name: '{{name}}', namespace", "name: '{{nmae}}', namespace"))

    one = only(found, "param-missing")
    assert one.path == ("spec", "template", "spec", "destination", "name")
    assert one.message == (
        "no generator gives the parameter 'nmae' for list element 'a', so '{{nmae}}' stays as it is"
    )
    assert one.hint == "did you mean 'name'?"
    assert found.objects == ()


def test_only_the_applications_that_lack_a_parameter_are_left_out(generate: Generate) -> None:
    listed = "generators: [{list: {elements: [{name: a, env: x}, {name: b}]}}]\n"
    found = generate(listed + SPEC.replace("apps/web", "'apps/{{env}}'"))

    assert "for list element 'b'" in only(found, "param-missing").message
    assert names(found) == ["web-a"]


def test_one_missing_parameter_suppresses_the_whole_set_where_it_is_an_error(generate: Generate) -> None:
    listed = "generators: [{list: {elements: [{name: a, env: x}, {name: b}]}}]\n"
    found = generate(listed + STRICT.replace("apps/web", "'apps/{{.env}}'"))

    assert "so the whole set generates nothing" in only(found, "param-missing").message
    assert found.objects == ()


def test_a_go_template_without_the_option_writes_no_value(generate: Generate) -> None:
    found = generate(ONE + GO.replace("apps/web", "'apps/{{.env}}'"))

    assert "so '<no value>' stands in its place" in only(found, "param-missing").message


def test_templates_for_others_are_left_alone(generate: Generate) -> None:
    helm = 'main, helm: {values: "msg: {{ $labels.pod }} {{ .Values.x }} {{ template \\"a\\" . }}"}'
    found = generate(ONE + SPEC.replace("targetRevision: main", f"targetRevision: {helm}"))

    assert told(found) == []
    assert names(found) == ["web-a"]


def test_a_label_that_another_cluster_has_is_missing(generate: Generate) -> None:
    found = generate(
        "generators: [{clusters: {selector: {matchExpressions: [{key: env, operator: Exists}]}}}]\n"
        + SPEC.replace("apps/web", "'apps/{{metadata.labels.region}}'"),
        clusters=[cluster("a", env="x", region="eu"), cluster("b", env="x")],
    )

    assert "'metadata.labels.region' for cluster 'b'" in only(found, "param-missing").message
    assert names(found) == ["web-a"]


def test_a_label_that_the_inventory_never_names_is_asked_for(generate: Generate) -> None:
    found = generate(
        "generators: [{clusters: {}}]\n" + SPEC.replace("apps/web", "'apps/{{metadata.labels.region}}'"),
        clusters=[cluster("a", env="x")],
    )

    assert "the label 'region' of cluster 'a'" in only(found, "unresolvable-offline").message
    assert "clusters: [{name: a, labels: {region: …}}]" in found.unchecked[0].reason
    assert [rule for rule in (one.rule for one in found.violations) if rule == "param-missing"] == []


def test_a_value_that_hangs_on_an_unknown_label_is_asked_for(generate: Generate) -> None:
    found = generate(
        """
generators:
- merge:
    mergeKeys: [server]
    generators:
    - clusters: {selector: {matchExpressions: [{key: env, operator: Exists}]}}
    - clusters: {selector: {matchLabels: {size: big}}, values: {tag: v1}}
"""
        + SPEC.replace("apps/web", "'apps/{{values.tag}}'"),
        clusters=[cluster("a", env="x")],
    )

    assert "the label 'size' of cluster 'a'" in only(found, "unresolvable-offline").message


def test_clusters_without_an_inventory_are_told_once_for_all_sets(generate: Generate) -> None:
    found = generate("generators: [{clusters: {}}]\n" + SPEC)

    one = only(found, "unresolvable-offline")
    assert one.cause == "inventory of clusters"
    assert one.at_key
    assert "clusters: [{name: prod-eu" in found.unchecked[0].reason
    assert not found.complete


def test_a_service_without_a_fixture_is_told_with_the_stub(generate: Generate) -> None:
    found = generate("generators: [{pullRequest: {github: {owner: acme, repo: shop}}}]\n" + SPEC)

    assert "`fixtures: {web: {pullRequest: [{number: 1" in only(found, "unresolvable-offline").message


def test_the_fixture_of_a_set_is_found_by_its_name(generate: Generate) -> None:
    listed = "generators: [{pullRequest: {github: {owner: acme, repo: shop}}}]\n"
    fixture = {"argocd/web": {"pullRequest": [{"number": 3, "branch": "a/b"}]}}
    found = generate(listed + SPEC.replace("{{name}}", "{{number}}-{{branch_slug}}"), fixtures=fixture)

    assert names(found) == ["web-3-a-b"]
    assert told(found) == []


@pytest.mark.parametrize("text", ["{{ .name }}", "{{ index .path.segments 0 }}", "{{ if true }}x{{ end }}"])
def test_a_go_template_in_a_classic_set_is_told(generate: Generate, text: str) -> None:
    found = generate(ONE + SPEC.replace("web-{{name}}", text))

    assert "but this set has classic ones" in only(found, "template-engine-mismatch").message
    assert found.objects == ()


@pytest.mark.parametrize(
    ("text", "meant"), [("{{name}}", ".name"), ("{{ path }}", ".path.path"), ("{{a.b-c}}", ".a.b-c")]
)
def test_a_classic_placeholder_in_a_go_set_is_told(generate: Generate, text: str, meant: str) -> None:
    found = generate(ONE + GO.replace("web-{{.name}}", text))

    assert only(found, "template-engine-mismatch").hint == f"write '{{{{{meant}}}}}'"


def test_a_pattern_that_matches_nothing_is_told_with_the_folder_that_was_meant(generate: Generate) -> None:
    git = f"generators: [{{git: {{repoURL: {URL}, revision: HEAD, directories: [{{path: clsuters/*}}]}}}}]\n"
    found = generate(git + SPEC.replace("{{name}}", "{{path.basename}}"), {"clusters/eu/a.yaml": "a: 1\n"})

    one = only(found, "generates-nothing")
    assert one.path == ("spec", "generators", 0, "git", "directories", 0, "path")
    assert one.hint == "did you mean 'clusters/*'?"


def test_sets_that_wait_for_clusters_to_come_are_left_alone(generate: Generate) -> None:
    found = generate(
        "generators: [{clusters: {selector: {matchLabels: {enable_x: 'true'}}}}]\n" + SPEC,
        clusters=[cluster("a", env="prod")],
    )

    assert told(found) == []


def test_a_slip_in_a_selector_is_told(generate: Generate) -> None:
    found = generate(
        "generators: [{clusters: {selector: {matchLabels: {enviroment: prod}}}}]\n" + SPEC,
        clusters=[cluster("a", environment="prod")],
    )

    assert only(found, "generates-nothing").hint == "did you mean 'environment'?"


def test_an_element_that_is_no_text_stops_a_classic_set(generate: Generate) -> None:
    found = generate("generators: [{list: {elements: [{name: a, size: 3}]}}]\n" + SPEC)

    one = only(found, "generates-nothing")
    assert one.path == ("spec", "generators", 0, "list", "elements", 0, "size")
    assert "is a number, and classic templates take only text" in one.message


def test_an_unknown_option_stops_the_set(generate: Generate) -> None:
    found = generate(ONE + "goTemplateOptions: [missingKey=error]\n" + GO)

    assert only(found, "generates-nothing").path == ("spec", "goTemplateOptions", 0)


def test_a_file_that_is_no_mapping_stops_the_set_and_is_named(generate: Generate) -> None:
    git = (
        "generators: [{git: {repoURL: https://github.com/acme/shop, revision: HEAD, files: [{path: e/*}]}}]\n"
    )
    found = generate(git + SPEC, {"e/a.yaml": "just text\n"})

    one = only(found, "generates-nothing")
    assert "the file 'e/a.yaml' gives no parameters" in one.message
    assert [note.message for note in one.related] == ["the file that is at fault"]


def test_two_git_generators_of_a_matrix_need_a_prefix(generate: Generate) -> None:
    git = "{git: {repoURL: https://github.com/acme/shop, revision: HEAD, directories: [{path: %s}]}}"
    found = generate(
        f"generators: [{{matrix: {{generators: [{git % 'a/*'}, {git % 'b/*'}]}}}}]\n" + SPEC,
        {"a/x/f": "", "b/y/f": ""},
    )

    one = only(found, "matrix-merge-misuse")
    assert "both generators of a matrix give the parameter 'path'" in one.message
    assert one.hint == "give one of them a `pathParamPrefix`"


def test_a_merge_key_beneath_another_is_none_with_go_templates(generate: Generate) -> None:
    found = generate(
        "generators:\n- merge:\n    mergeKeys: [metadata.labels.env]\n"
        "    generators: [{clusters: {}}, {clusters: {}}]\n" + GO,
        clusters=[cluster("a", env="x"), cluster("b", env="y")],
    )

    one = only(found, "matrix-merge-misuse")
    assert one.path == ("spec", "generators", 0, "merge", "mergeKeys", 0)
    assert one.hint.startswith("with Go templates only parameters at the top can be merge keys")


def test_doubled_names_are_told_once_and_looked_at_once(generate: Generate) -> None:
    found = generate(
        "generators: [{clusters: {}}]\n" + SPEC.replace("web-{{name}}", "web"), clusters=[cluster("a")]
    )

    one = only(found, "generated-name-clash-or-invalid")
    assert one.message.startswith("2 Applications of this set are called 'web', so none of them is applied")
    assert one.confidence is Confidence.MEDIUM
    assert names(found) == ["web"]


def test_a_name_that_the_server_refuses_is_told(generate: Generate) -> None:
    found = generate("generators: [{list: {elements: [{name: Web_1}]}}]\n" + SPEC)

    assert only(found, "generated-name-clash-or-invalid").path == ("spec", "template", "metadata", "name")
    assert found.objects == ()


def test_a_template_of_a_generator_is_the_place_of_what_it_says(generate: Generate) -> None:
    own = "template: {metadata: {name: 'own-{{nme}}'}, spec: {}}"
    listed = f"generators: [{{list: {{elements: [{{name: a}}], {own}}}}}]\n"
    found = generate(listed + SPEC)

    assert only(found, "param-missing").path[:4] == ("spec", "generators", 0, "list")


def test_what_depends_on_the_time_is_not_guessed(generate: Generate) -> None:
    found = generate(ONE + GO.replace("web-{{.name}}", '{{ now | date "2006" }}'))

    assert told(found) == []
    assert "is not evaluated here" in found.unchecked[0].reason


def test_a_repository_that_a_matrix_cannot_name_is_a_missing_parameter(generate: Generate) -> None:
    git = "{git: {repoURL: 'https://x/{{repo}}', revision: HEAD, directories: [{path: a/*}]}}"
    found = generate(
        f"generators: [{{matrix: {{generators: [{{list: {{elements: [{{name: a}}]}}}}, {git}]}}}}]\n" + SPEC
    )

    one = only(found, "param-missing")
    assert one.path[-2:] == ("git", "repoURL")
    assert "so the whole set generates nothing" in one.message


def test_an_annotation_that_names_a_repository_is_asked_for(generate: Generate) -> None:
    git = "{git: {repoURL: '{{metadata.annotations.url}}', revision: HEAD, directories: [{path: a/*}]}}"
    found = generate(
        f"generators: [{{matrix: {{generators: [{{clusters: {{}}}}, {git}]}}}}]\n" + SPEC,
        clusters=[cluster("a")],
    )

    assert "the annotation 'url' of cluster 'a'" in only(found, "unresolvable-offline").message
    assert {one.rule for one in found.violations} == {"unresolvable-offline"}


@pytest.mark.parametrize(
    ("text", "is_told"),
    [
        ("{{pod}}", False),
        ("{{instance}} {{job}}", False),
        ("{{nmae}}", True),
        ("{{values.tag}}", True),
        ("{{name}}", False),
    ],
)
def test_templates_of_others_in_values_are_told_from_slips(
    generate: Generate, text: str, is_told: bool
) -> None:
    helm = f"main, helm: {{values: 'legendFormat: \"{text}\"'}}"
    found = generate(ONE + SPEC.replace("targetRevision: main", f"targetRevision: {helm}"))

    assert bool(told(found, "param-missing")) is is_told
    assert bool(found.objects) is not is_told


def test_a_value_that_no_cluster_has_is_a_warning(generate: Generate) -> None:
    found = generate(
        "generators: [{clusters: {selector: {matchLabels: {env: staging}}}}]\n" + SPEC,
        clusters=[cluster("a", env="prod"), cluster("b", env="dev")],
    )

    one = only(found, "generates-nothing")
    assert one.severity is Severity.WARNING
    assert one.hint == "clusters have dev, prod"


def test_a_switch_that_is_off_everywhere_is_left_alone(generate: Generate) -> None:
    found = generate(
        "generators: [{clusters: {selector: {matchLabels: {enable_x: 'true'}}}}]\n" + SPEC,
        clusters=[cluster("a", enable_x="false")],
    )

    assert told(found) == []


@pytest.mark.parametrize(("method", "is_told"), [("label", True), ("annotation", False)])
def test_names_are_short_where_argo_cd_tracks_by_label(
    generate: Generate, method: str, is_told: bool
) -> None:
    settings = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "argocd-cm", "namespace": "argocd"},
        "data": {"application.resourceTrackingMethod": method},
    }
    found = generate(
        f"generators: [{{list: {{elements: [{{name: {70 * 'a'}}}]}}}}]\n" + SPEC, known=[settings]
    )

    assert ["at most 63 characters" in message for _, message in told(found)] == [True] * is_told


def test_what_a_merge_may_add_is_no_reason_for_nothing(generate: Generate) -> None:
    on, more = (
        f"{{clusters: {{selector: {{matchLabels: {{{one}}}}}}}}}"
        for one in ("enable_x: 'true'", "env: staging")
    )
    found = generate(
        f"generators: [{{merge: {{mergeKeys: [server], generators: [{on}, {more}]}}}}]\n" + SPEC,
        clusters=[cluster("a", env="prod")],
    )

    assert told(found) == []


def test_folders_of_an_artifact_are_taken_from_the_fixture(generate: Generate) -> None:
    oci = "generators: [{oci: {repoURL: 'oci://x/y', revision: v1, directories: [{path: apps/*}]}}]\n"
    spec = GO.replace("{{.name}}", "{{.path.basename}}")
    found = generate(oci + spec, fixtures={"web": {"oci": [{"path": "apps/a"}, {"path": "apps/b"}]}})

    assert names(found) == ["web-a", "web-b"]


def test_a_mapping_that_is_written_as_text_is_told(generate: Generate) -> None:
    git = f"generators: [{{git: {{repoURL: {URL}, revision: HEAD, directories: [{{path: apps/*}}]}}}}]\n"
    spec = GO.replace("{{.name}}", "{{.path.basename}}").replace("apps/web", "'{{.path}}'")
    found = generate(git + spec, {"apps/a/x.yaml": "a: 1\n", "apps/b/x.yaml": "a: 1\n"})

    one = only(found, "template-engine-mismatch")
    assert one.path == ("spec", "template", "spec", "source", "path")
    assert one.hint == "write '{{.path.path}}'"
    assert found.objects == ()


def test_the_path_of_go_templates_in_a_classic_set_is_told(generate: Generate) -> None:
    git = f"generators: [{{git: {{repoURL: {URL}, revision: HEAD, directories: [{{path: apps/*}}]}}}}]\n"
    spec = SPEC.replace("{{name}}", "{{path.basename}}").replace("apps/web", "'{{path.path}}'")

    assert only(generate(git + spec, {"apps/a/x": ""}), "param-missing").hint == "did you mean 'path'?"


@pytest.mark.parametrize(
    "generator",
    [
        "{clusters: {}}",
        "{clusters: {values: {v: '{{.metadata.labels.env}}'}}}",
        "{matrix: {generators: [{clusters: {}}, {list: {elements: [{v: '{{.metadata.labels.env}}'}]}}]}}",
    ],
)
def test_what_is_not_known_of_the_local_cluster_keeps_no_other_from_being_looked_at(
    generate: Generate, generator: str
) -> None:
    spec = STRICT.replace("apps/web", "'apps/{{.metadata.labels.env}}'")
    found = generate(f"generators: [{generator}]\n" + spec, clusters=[cluster("a", env="prod")])

    assert names(found) == ["web-a"]
    told_of_it = only(found, "unresolvable-offline")
    assert "Argo CD's own cluster is not in the inventory" in told_of_it.message
    assert told_of_it.cause == "cluster in-cluster"
