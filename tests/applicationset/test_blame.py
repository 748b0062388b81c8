"""A field of a generated Application leads to the template, and to the parameter that filled it in."""

from __future__ import annotations

from gitlint_ops.model.blame import Origin, Via, at, chain
from gitlint_ops.model.delivery import Cluster
from gitlint_ops.model.location import DocumentRef, FieldPath, FileRef

from .conftest import SET, URL, Generate, Generated

SPEC = """
template:
  metadata: {name: 'web-{{.name}}', labels: {tier: web}}
  spec:
    project: default
    source: {repoURL: https://github.com/acme/shop.git, path: 'apps/{{.name}}', targetRevision: main}
    destination: {name: '{{.name}}', namespace: web}
goTemplate: true
"""


def places(generated: Generated, path: FieldPath) -> list[tuple[str, FieldPath]]:
    [application] = generated.objects
    return [(one.source.file.path, one.source_path) for one in chain(at(application.blame, path))]


def test_what_stands_in_the_template_is_blamed_on_its_field(generate: Generate) -> None:
    found = generate("generators: [{list: {elements: [{name: a}]}}]\n" + SPEC)

    assert places(found, ("spec", "destination", "namespace")) == [
        (SET, ("spec", "template", "spec", "destination", "namespace"))
    ]
    assert places(found, ("metadata", "labels", "tier")) == [
        (SET, ("spec", "template", "metadata", "labels", "tier"))
    ]


def test_a_placeholder_is_blamed_on_the_template_over_the_element(generate: Generate) -> None:
    found = generate("generators: [{list: {elements: [{name: a}]}}]\n" + SPEC)

    assert places(found, ("spec", "source", "path")) == [
        (SET, ("spec", "template", "spec", "source", "path")),
        (SET, ("spec", "generators", 0, "list", "elements", 0, "name")),
    ]


def test_a_parameter_of_a_file_is_blamed_on_the_file(generate: Generate) -> None:
    git = (
        "generators: [{git: {repoURL: https://github.com/acme/shop, revision: HEAD, files: [{path: e/*}]}}]\n"
    )
    found = generate(git + SPEC, {"e/a.yaml": "- {name: a}\n"})

    assert places(found, ("spec", "source", "path"))[1] == ("e/a.yaml", (0, "name"))
    assert found.read == {("shop", "e/a.yaml")}


def test_a_parameter_of_a_cluster_is_blamed_on_the_inventory(generate: Generate) -> None:
    config = DocumentRef(FileRef("shop", "worktree", "gitlint-ops.yaml"))
    entry = Origin(config, ("clusters", 0), Via.APPLICATIONSET)
    cluster = Cluster("a", server="https://a", labels={"env": "x"}, declared=True, origin=entry)
    found = generate(
        "generators: [{clusters: {selector: {matchLabels: {env: x}}}}]\n"
        + SPEC.replace("apps/{{.name}}", 'apps/{{index .metadata.labels "env"}}'),
        clusters=[cluster],
    )

    assert places(found, ("spec", "source", "path"))[1] == (
        "gitlint-ops.yaml",
        ("clusters", 0, "labels", "env"),
    )


def test_a_folder_is_blamed_on_the_pattern_that_took_it(generate: Generate) -> None:
    git = f"generators: [{{git: {{repoURL: {URL}, revision: HEAD, directories: [{{path: e/*}}]}}}}]\n"
    found = generate(git + SPEC.replace("{{.name}}", "{{.path.basename}}"), {"e/a/x.yaml": "a: 1\n"})

    assert places(found, ("metadata", "name"))[1] == (
        SET,
        ("spec", "generators", 0, "git", "directories", 0, "path"),
    )


def test_what_a_patch_sets_is_blamed_on_the_patch(generate: Generate) -> None:
    found = generate(
        "generators: [{list: {elements: [{name: a}]}}]\n" + SPEC + "templatePatch: |\n"
        "  spec: {project: other, destination: {namespace: '{{.name}}'}}\n"
    )

    assert found.objects[0].body["spec"]["destination"] == {"name": "a", "namespace": "a"}
    assert found.objects[0].body["spec"]["project"] == "default"
    assert places(found, ("spec", "destination", "namespace"))[0] == (SET, ("spec", "templatePatch"))
    assert places(found, ("spec", "project")) == [(SET, ("spec", "template", "spec", "project"))]


def test_a_label_whose_key_and_value_are_placeholders_leads_to_both_parameters(generate: Generate) -> None:
    spec = SPEC.replace("{tier: web}", "{'{{.key}}': '{{.name}}'}")
    found = generate("generators: [{list: {elements: [{name: a, key: tier}]}}]\n" + spec)

    assert found.objects[0].body["metadata"]["labels"] == {"tier": "a"}
    assert places(found, ("metadata", "labels", "tier")) == [
        (SET, ("spec", "template", "metadata", "labels", "{{.key}}")),
        (SET, ("spec", "generators", 0, "list", "elements", 0, "name")),
    ]


def test_what_is_all_that_a_file_gives_is_blamed_on_the_file_over_the_template(generate: Generate) -> None:
    git = (
        "generators: [{git: {repoURL: https://github.com/acme/shop, revision: HEAD, files: [{path: e/*}]}}]\n"
    )
    found = generate(
        git + SPEC.replace("namespace: web", "namespace: '{{ .to }}'"), {"e/a.yaml": "{name: a, to: b}\n"}
    )

    assert places(found, ("spec", "destination", "namespace")) == [
        ("e/a.yaml", ("to",)),
        (SET, ("spec", "template", "spec", "destination", "namespace")),
    ]
