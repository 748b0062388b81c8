from __future__ import annotations

import pytest

from gitlint_ops.discover.kustomize import KustomizeDir, Reference, is_remote

from .conftest import Discover


def named(directory: KustomizeDir) -> list[tuple[Reference, str]]:
    return [(one.use, one.path) for one in directory.references]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("resources: [a.yaml]", (Reference.RESOURCE, "app/a.yaml")),
        ("resources: [./a.yaml]", (Reference.RESOURCE, "app/a.yaml")),
        ("resources: [../base/]", (Reference.RESOURCE, "base")),
        ("bases: [../base]", (Reference.RESOURCE, "base")),
        ("components: [../parts/tls]", (Reference.COMPONENT, "parts/tls")),
        ("patchesStrategicMerge: [a.yaml]", (Reference.PATCH, "app/a.yaml")),
        ("patches: [{path: a.yaml}]", (Reference.PATCH, "app/a.yaml")),
        ("patchesJson6902: [{path: a.yaml, target: {kind: Pod}}]", (Reference.PATCH, "app/a.yaml")),
        ("replacements: [{path: a.yaml}]", (Reference.SETTING, "app/a.yaml")),
        ("configurations: [a.yaml]", (Reference.SETTING, "app/a.yaml")),
        ("crds: [a.yaml]", (Reference.SETTING, "app/a.yaml")),
        ("transformers: [a.yaml]", (Reference.PLUGIN, "app/a.yaml")),
        ("generators: [a.yaml]", (Reference.PLUGIN, "app/a.yaml")),
        ("validators: [a.yaml]", (Reference.PLUGIN, "app/a.yaml")),
        ("helmCharts: [{valuesFile: a.yaml}]", (Reference.SETTING, "app/a.yaml")),
        ("helmCharts: [{name: a}]", (Reference.SETTING, "app/charts/a")),
        ("openapi: {path: a.json}", (Reference.SETTING, "app/a.json")),
        ("configMapGenerator: [{files: [a.ini]}]", (Reference.DATA, "app/a.ini")),
        ("configMapGenerator: [{files: [key.ini=conf/a.ini]}]", (Reference.DATA, "app/conf/a.ini")),
        ("configMapGenerator: [{envs: [a.env]}]", (Reference.DATA, "app/a.env")),
        ("configMapGenerator: [{env: a.env}]", (Reference.DATA, "app/a.env")),
        ("secretGenerator: [{files: [a.key]}]", (Reference.DATA, "app/a.key")),
        ("secretGenerator: [{envs: [a.env]}]", (Reference.DATA, "app/a.env")),
    ],
)
def test_a_path_is_read_from_every_field_that_names_one(
    text: str, expected: tuple[Reference, str], discover: Discover
) -> None:
    assert named(discover({"app/kustomization.yaml": text})["app"]) == [expected]


def test_helm_charts_name_all_their_values_files(discover: Discover) -> None:
    text = "helmCharts: [{name: a, valuesFile: a.yaml, additionalValuesFiles: [b.yaml]}]"

    assert [one.path for one in discover({"app/kustomization.yaml": text})["app"].references] == [
        "app/a.yaml",
        "app/charts/a",
        "app/b.yaml",
    ]


def test_a_chart_lies_where_kustomize_looks_for_it(discover: Discover) -> None:
    text = (
        "helmGlobals: {chartHome: ../helm}\nhelmCharts:\n- {name: a}\n"
        "- {name: b, version: 1.2.3, repo: https://charts.example}\n"
    )

    assert [one.path for one in discover({"app/kustomization.yaml": text})["app"].references] == [
        "helm/a",
        "helm/b-1.2.3/b",
    ]


@pytest.mark.parametrize("field", ["Resources", "RESOURCES", "resources"])
def test_a_field_name_is_read_without_regard_to_case(field: str, discover: Discover) -> None:
    found = discover({"kustomization.yaml": f"{field}: [a.yaml]"})

    assert named(found[""]) == [(Reference.RESOURCE, "a.yaml")]


@pytest.mark.parametrize("field", ["ConfigMapGenerator", "configmapgenerator"])
def test_a_generator_s_name_is_read_without_regard_to_case(field: str, discover: Discover) -> None:
    found = discover({"kustomization.yaml": f"{field}: [{{files: [a.ini]}}]"})

    assert named(found[""]) == [(Reference.DATA, "a.ini")]


def test_a_reference_says_at_which_entry_it_stands(discover: Discover) -> None:
    text = "resources: [a.yaml, b.yaml]\nconfigMapGenerator:\n- files: [x=c.ini]\n  envs: [d.env]\n"

    found = discover({"kustomization.yaml": text})[""].references

    assert [one.at for one in found] == [
        ("resources", 0),
        ("resources", 1),
        ("configMapGenerator", 0, "files", 0),
        ("configMapGenerator", 0, "envs", 0),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "https://github.com/acme/shop//base?ref=v1",
        "http://example.org/a.yaml",
        "ssh://git@example.org/acme/shop",
        "git@github.com:acme/shop.git",
        "org-1234@github.com:acme/shop",
        "github.com/acme/shop//base",
        "github.com:acme/shop",
        "git::https://example.org/shop",
        "file:///srv/git/shop",
        "HTTPS://example.org/a.yaml",
    ],
)
def test_a_remote_reference_is_never_taken_for_a_local_path(text: str, discover: Discover) -> None:
    assert is_remote(text)
    assert named(discover({"app/kustomization.yaml": f"resources: ['{text}']"})["app"]) == [
        (Reference.RESOURCE, "")
    ]


@pytest.mark.parametrize(
    "text", ["base", "../github.com/x", "a:b", "my.github.com", "httpd/base", "git/base", "file"]
)
def test_a_path_that_only_looks_like_a_url_stays_a_path(text: str) -> None:
    assert not is_remote(text)


@pytest.mark.parametrize("text", ["../../etc", "/etc/passwd", "../.."])
def test_a_path_out_of_the_repository_leads_nowhere(text: str, discover: Discover) -> None:
    assert named(discover({"app/kustomization.yaml": f"resources: ['{text}']"})["app"]) == [
        (Reference.RESOURCE, "")
    ]


def test_an_inline_patch_is_no_path(discover: Discover) -> None:
    text = (
        "patches:\n- patch: |-\n    kind: Pod\npatchesStrategicMerge:\n- |-\n  kind: Pod\n"
        "  metadata: {name: a}\n"
    )

    assert discover({"kustomization.yaml": text})[""].references == ()


def test_files_that_a_plugin_s_configuration_names_are_in_use(discover: Discover) -> None:
    found = discover(
        {
            "kustomization.yaml": "generators: [secrets.yaml]",
            "secrets.yaml": "kind: ksops\nfiles: [./login.enc.yaml, gone.yaml]\n",
            "login.enc.yaml": "kind: Secret",
        }
    )

    assert named(found[""]) == [(Reference.PLUGIN, "secrets.yaml"), (Reference.DATA, "login.enc.yaml")]


@pytest.mark.parametrize("name", ["kustomization.yaml", "kustomization.yml", "Kustomization"])
def test_a_folder_with_a_kustomization_file_of_any_name_is_found(name: str, discover: Discover) -> None:
    assert list(discover({f"app/{name}": "resources: []", "other/kustomize.yaml": "resources: []"})) == [
        "app"
    ]


def test_a_component_is_told_from_a_kustomization(discover: Discover) -> None:
    found = discover(
        {"a/kustomization.yaml": "kind: Component", "b/kustomization.yaml": "kind: Kustomization"}
    )

    assert {path: one.component for path, one in found.items()} == {"a": True, "b": False}


@pytest.mark.parametrize("text", ["", "[]", "text", "resources: [", "# nothing\n", "---\n---\n"])
def test_a_kustomization_without_a_mapping_is_found_as_unreadable(text: str, discover: Discover) -> None:
    directory = discover({"app/kustomization.yaml": text})["app"]

    assert not directory.readable
    assert directory.references == ()


@pytest.mark.parametrize(
    "text",
    ["resources: 1", "resources: {a: b}", "resources: [1, null, [], {}]", "patches: [1]", "openapi: []"],
)
def test_a_field_of_the_wrong_type_names_nothing(text: str, discover: Discover) -> None:
    assert discover({"kustomization.yaml": text})[""].references == ()
