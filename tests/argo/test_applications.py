"""What an Application renders to, which tool renders it, and where what is wrong with it is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitlint_ops.build.argo.globs import argo_glob
from gitlint_ops.model.targets import Status

from ..cli.command_line import config_map, deployment
from .conftest import FILE, FLEET, HEAD, Deliver, application

CHART = {
    "chart/Chart.yaml": "apiVersion: v2\nname: chart\nversion: 1.0.0\n",
    "chart/values.yaml": "colour: red\nsize: small\n",
    "chart/templates/config.yaml": (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: '{{ .Release.Name }}'}\n"
        "data: {colour: '{{ .Values.colour }}', size: '{{ .Values.size }}'}\n"
    ),
}
WEB = {"web/kustomization.yaml": "resources: [web.yaml]\n", "web/web.yaml": deployment()}


# Which tool


@pytest.mark.parametrize(
    ("files", "names"),
    [
        ({"web/a.yaml": config_map("a")}, ["ConfigMap/a"]),
        ({"web/a.yaml": config_map("a"), "web/kustomization.yml": "resources: []\nnamePrefix: x-\n"}, []),
        ({"web/a.yaml": config_map("a"), "web/Kustomization": "resources: [a.yaml]\n"}, ["ConfigMap/a"]),
        # Of a folder that is both, the name that sorts last counts: kustomization.yaml.
        (
            {
                "web/a.yaml": config_map("a"),
                "web/Chart.yaml": CHART["chart/Chart.yaml"],
                "web/kustomization.yaml": "namePrefix: x-\nresources: [a.yaml]\n",
            },
            ["ConfigMap/x-a"],
        ),
        # What lies deeper does not say what the folder is.
        ({"web/a.yaml": config_map("a"), "web/deep/kustomization.yaml": "resources: []\n"}, ["ConfigMap/a"]),
    ],
)
def test_the_folder_says_which_tool_renders_it(
    deliver: Deliver, files: dict[str, str], names: list[str]
) -> None:
    found = deliver(files, {"path": "web"})

    assert found.names() == names
    assert found.result.status is Status.BUILT


def test_a_tool_that_the_source_names_is_taken_whatever_the_folder_holds(deliver: Deliver) -> None:
    files = {"web/a.yaml": config_map("a"), "web/kustomization.yaml": "resources: []\n"}

    found = deliver(files, {"path": "web", "directory": {"exclude": "kustomization.yaml"}})

    assert found.names() == ["ConfigMap/a"]


def test_two_tools_at_once_are_refused_as_argo_cd_refuses_them(deliver: Deliver) -> None:
    found = deliver(WEB, "{path: web, kustomize: {namePrefix: x-}, directory: {recurse: true}}")

    assert found.told() == [("source-type-conflict", f"{FILE}:14")]
    assert found.result.status is Status.FAILED


def test_a_plugin_is_not_run_and_said_to_be_unchecked(deliver: Deliver) -> None:
    found = deliver(WEB, "{path: web, plugin: {name: cue}}")

    assert found.result.status is Status.UNCHECKED
    assert found.unchecked() == [
        (f"{FILE}:12", "a config management plugin renders it, which is not run here")
    ]


def test_of_a_source_that_is_hydrated_the_dry_one_is_rendered(deliver: Deliver) -> None:
    dry = f"drySource: {{repoURL: {FLEET}, path: web, targetRevision: main}}"
    text = f"{HEAD}  sourceHydrator:\n    {dry}\n    syncSource: {{targetBranch: env/prod, path: web}}\n"

    assert deliver(WEB, text=text).names() == ["Deployment/web"]


# Folders


@pytest.mark.parametrize(
    ("path", "message", "hint"),
    [
        ("wbe", "there is no folder 'wbe'", "did you mean 'web'?"),
        ("/web", "'/web' is an absolute path", "write web"),
        ("web/web.yaml", "'web/web.yaml' is a file and no folder", "name its folder 'web'"),
        ("Web", "there is no folder 'Web'", "did you mean 'web'?"),
        ("../web", "'../web'", ""),
    ],
)
def test_a_path_that_is_no_folder_is_told_with_what_was_meant(
    deliver: Deliver, path: str, message: str, hint: str
) -> None:
    found = deliver(WEB, {"path": path})

    assert found.told() == [("source-path-missing", f"{FILE}:10")]
    assert message in found.messages()
    assert hint in found.messages()


def test_an_application_of_the_whole_repository_takes_its_files(deliver: Deliver) -> None:
    found = deliver({"a.yaml": config_map("a"), "deep/b.yaml": config_map("b")}, {"path": "."})

    assert found.names() == ["ConfigMap/a"]
    assert (found.result.target.repo, found.result.target.path) == ("fleet", "")


def test_a_source_that_something_fills_in_later_is_not_guessed(deliver: Deliver) -> None:
    found = deliver(WEB, {"path": "{{path}}"})

    assert found.result.status is Status.UNCHECKED
    assert not found.told()


def test_a_repository_that_is_not_here_is_told_at_its_address(deliver: Deliver) -> None:
    found = deliver(WEB, {"repoURL": "https://git.example/acme/other", "path": "web"})

    ((place, reason),) = found.unchecked()
    assert place == f"{FILE}:8"
    assert "https://git.example/acme/other" in reason


def test_a_ref_of_a_folder_without_git_is_told_at_the_ref(deliver: Deliver) -> None:
    found = deliver(WEB, {"path": "web", "targetRevision": "v1"})

    ((place, reason),) = found.unchecked()
    assert place == f"{FILE}:9"
    assert "'v1' of it is not known here" in reason


def test_a_source_without_a_repository_is_said_to_be_that(deliver: Deliver) -> None:
    found = deliver(WEB, {"repoURL": "", "path": "web"})

    assert [reason for _, reason in found.unchecked()] == ["the source names no repository (repoURL)"]


# Directories

MANIFESTS = {
    "web/a.yaml": config_map("a"),
    "web/b.yml": config_map("b"),
    "web/c.json": '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}}',
    "web/d.txt": config_map("d"),
    "web/deep/e.yaml": config_map("e"),
    "web/deep/er/f.yaml": config_map("f"),
}


@pytest.mark.parametrize(
    ("directory", "names"),
    [
        ("{}", "abc"),
        ("{recurse: true}", "abcef"),
        ("{recurse: true, include: 'deep/*'}", "ef"),
        ("{recurse: true, exclude: 'deep/*'}", "abc"),
        ("{recurse: true, include: '*.yaml', exclude: '{a,deep/e}.yaml'}", "f"),
        ("{include: '{a.yaml,c.json}'}", "ac"),
        ("{include: '[ab].*'}", "ab"),
        ("{include: '[!a].y?ml'}", ""),
        ("{include: '{a'}", ""),
        ("{disableExtensionFilter: true, include: '?.txt'}", "d"),
    ],
)
def test_a_directory_gives_the_files_that_its_patterns_let_through(
    deliver: Deliver, directory: str, names: str
) -> None:
    found = deliver(MANIFESTS, f"{{path: web, directory: {directory}}}")

    assert found.names() == [f"ConfigMap/{one}" for one in names]
    assert not found.told()


def test_before_3_6_no_setting_takes_files_of_another_ending(deliver: Deliver) -> None:
    source = "{path: web, directory: {disableExtensionFilter: true}}"

    assert deliver(MANIFESTS, source, version="3.5").names() == [f"ConfigMap/{one}" for one in "abc"]


def test_a_file_that_is_marked_is_passed_over(deliver: Deliver) -> None:
    marked = "# +argocd:skip-file-rendering\n" + config_map("b")

    assert deliver({"web/a.yaml": config_map("a"), "web/b.yaml": marked}, {"path": "web"}).names() == [
        "ConfigMap/a"
    ]


def test_a_file_of_values_beside_manifests_is_passed_over(deliver: Deliver) -> None:
    found = deliver({"web/a.yaml": config_map("a"), "web/values.yaml": "colour: red\n"}, {"path": "web"})

    assert found.names() == ["ConfigMap/a"]
    assert found.result.status is Status.BUILT


def test_a_manifest_that_cannot_be_read_stops_the_whole_source(deliver: Deliver) -> None:
    found = deliver(
        {"web/a.yaml": config_map("a"), "web/b.yaml": config_map("b") + "  x: [\n"}, {"path": "web"}
    )

    assert found.result.status is Status.FAILED
    assert found.told() == [("build-failed", f"{FILE}:10")]
    assert "web/b.yaml" in found.messages()


@pytest.mark.parametrize("text", ['{"title": "dashboard"}', "[]", "", "a: b", '{"kind": NaN}'])
def test_a_json_that_is_no_object_with_a_kind_stops_the_whole_source(deliver: Deliver, text: str) -> None:
    found = deliver({"web/a.yaml": config_map("a"), "web/board.json": text}, {"path": "web"})

    assert found.result.status is Status.FAILED
    assert "web/board.json is not one JSON object with a kind" in found.messages()


def test_jsonnet_is_not_evaluated_and_the_rest_is_rendered(deliver: Deliver) -> None:
    found = deliver({"web/a.yaml": config_map("a"), "web/b.jsonnet": "{}"}, {"path": "web"})

    assert found.names() == ["ConfigMap/a"]
    assert found.unchecked() == [(f"{FILE}:10", "web/b.jsonnet: jsonnet is not evaluated here")]
    assert not found.result.complete


@pytest.mark.parametrize("pattern", ["*" * 4 + "a" * 600, "*a" * 40, "{" * 300, "[", "\\"])
def test_a_pattern_that_would_take_for_ever_matches_nothing(pattern: str) -> None:
    found = argo_glob(pattern)

    assert found is None or not found.match("a" * 40)


# Overrides of kustomize

REPLICAS = '[{"op": "replace", "path": "/spec/replicas", "value": 9}]'


@pytest.mark.parametrize(
    ("overrides", "path", "value", "place"),
    [
        ("namePrefix: x-", ("metadata", "name"), "x-web", 12),
        ("nameSuffix: -x", ("metadata", "name"), "web-x", 12),
        ("namespace: team", ("metadata", "namespace"), "team", 12),
        ("images: ['registry.example/web:2']", ("spec", "template", "spec", "containers", 0, "image"),
         "registry.example/web:2", 13),
        ("replicas: [{name: web, count: 7}]", ("spec", "replicas"), 7, 14),
        ("commonLabels: {team: a}", ("spec", "selector", "matchLabels", "team"), "a", 12),
        ("commonLabels: {team: a}\n  labelWithoutSelector: true", ("metadata", "labels", "team"), "a", 12),
        ("commonAnnotations: {team: a}", ("metadata", "annotations", "team"), "a", 13),
        (f"patches: [{{patch: '{REPLICAS}', target: {{kind: Deployment}}}}]",
         ("spec", "replicas"), 9, 13),
    ],
)  # fmt: skip
def test_what_the_source_overrides_is_blamed_on_the_application(
    deliver: Deliver, overrides: str, path: tuple[str | int, ...], value: object, place: int
) -> None:
    found = deliver(WEB, f"path: web\nkustomize:\n  {overrides}\n")

    held = found.body("Deployment")
    for key in path:
        held = held[key]  # type: ignore[index]
    assert held == value
    assert found.blame("Deployment", *path)[0] == f"{FILE}:{place}"


def test_what_the_application_names_without_need_is_told_there(deliver: Deliver) -> None:
    found = deliver(WEB, "{path: web, kustomize: {images: ['nginx:1']}}")

    assert found.told() == [("images-no-match", f"{FILE}:13")]


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ("{images: [nginx]}", "'nginx' sets nothing"),
        ("{images: [{name: nginx}]}", "an image is a text"),
        ("{replicas: [{name: web, count: many}]}", "a whole number"),
        ("{commonLabels: {app: x}}", "forceCommonLabels: true"),
        ("{commonAnnotations: {by: x}}", "forceCommonAnnotations: true"),
        ("{commonLabels: {a: x}, labelIncludeTemplates: true}", "labelWithoutSelector"),
        ("{components: [../gone]}", "gone"),
    ],
)
def test_what_kustomize_would_refuse_is_told(deliver: Deliver, overrides: str, message: str) -> None:
    own = "resources: [web.yaml]\ncommonLabels: {app: web}\ncommonAnnotations: {by: me}\n"

    found = deliver({**WEB, "web/kustomization.yaml": own}, f"{{path: web, kustomize: {overrides}}}")

    assert found.result.status is Status.FAILED
    assert message in found.messages()
    assert {place.partition(":")[0] for _, place in found.told()} == {FILE}


def test_overrides_without_a_kustomization_are_told(deliver: Deliver) -> None:
    found = deliver({"web/a.yaml": config_map("a")}, "{path: web, kustomize: {namePrefix: x-}}")

    assert found.result.status is Status.FAILED
    assert "no kustomization file" in found.messages()


COMPONENT = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"


@pytest.mark.parametrize(("version", "labels"), [("", "ab"), ("3.5", "ab"), ("3.6.1", "a")])
def test_components_that_are_missing_are_passed_over_if_they_may_be(
    deliver: Deliver, version: str, labels: str
) -> None:
    parts = {f"{one}/kustomization.yaml": f"{COMPONENT}commonAnnotations: {{{one}: x}}\n" for one in "ab"}
    source = "{path: web, kustomize: {components: [../gone, ../a, ../b], ignoreMissingComponents: true}}"

    found = deliver({**WEB, **parts}, source, version=version)

    assert sorted(found.body("Deployment")["metadata"]["annotations"]) == list(labels)


# What stands beside the manifests


def test_a_file_beside_the_manifests_overrides_the_application_and_is_blamed(deliver: Deliver) -> None:
    files = {
        **WEB,
        "web/.argocd-source.yaml": "kustomize: {namePrefix: all-, images: ['registry.example/web:1']}\n",
        "web/.argocd-source-web.yaml": "kustomize:\n  images: ['registry.example/web:2']\n",
        "web/.argocd-source-other.yaml": "kustomize: {nameSuffix: -no}\n",
    }

    found = deliver(files, "{path: web, kustomize: {nameSuffix: -own}}")

    assert found.names() == ["Deployment/all-web-own"]
    image = ("spec", "template", "spec", "containers", 0, "image")
    assert found.blame("Deployment", *image)[0] == "web/.argocd-source-web.yaml:2"
    assert found.blame("Deployment", "metadata", "name")[0] == f"{FILE}:12"


def test_null_in_such_a_file_removes_what_the_application_says(deliver: Deliver) -> None:
    files = {**WEB, "web/.argocd-source.yaml": "kustomize: {namePrefix: null}\n"}

    assert deliver(files, "{path: web, kustomize: {namePrefix: x-}}").names() == ["Deployment/web"]


def test_such_a_file_cannot_change_where_the_source_lies(deliver: Deliver) -> None:
    files = {**WEB, "web/.argocd-source.yaml": "path: other\nrepoURL: https://evil.example/x\n"}

    assert deliver(files, {"path": "web"}).names() == ["Deployment/web"]


def test_such_a_file_that_is_no_mapping_is_told(deliver: Deliver) -> None:
    found = deliver({**WEB, "web/.argocd-source.yaml": "- a\n"}, {"path": "web"})

    assert found.result.status is Status.FAILED
    assert "web/.argocd-source.yaml" in found.messages()


# Charts


def test_values_come_in_the_order_in_which_argo_cd_gives_them(deliver: Deliver, helm: str) -> None:
    files = {**CHART, "chart/more.yaml": "colour: green\nsize: large\n"}
    source = """
      path: chart
      helm:
        releaseName: shop
        valueFiles: [more.yaml]
        valuesObject: {colour: blue}
        values: "colour: never"
        parameters: [{name: size, value: $ARGOCD_APP_NAME}]
    """

    found = deliver(files, source, helm=helm)

    assert found.names() == ["ConfigMap/shop"]
    assert found.body("ConfigMap")["data"] == {"colour": "blue", "size": "web"}


@pytest.mark.parametrize(
    ("entry", "colour"),
    [
        ("$values/web/own.yaml", "own"),
        ("$values/$ARGOCD_APP_NAME/own.yaml", "own"),
        ("/web/own.yaml", "own"),
        ("../web/own.yaml", "own"),
        ("$values/web/*.yaml", "own"),
        ("/**/own.yaml", "own"),
    ],
)
def test_values_are_found_beside_the_chart_and_in_other_sources(
    deliver: Deliver, helm: str, entry: str, colour: str
) -> None:
    files = {**CHART, "web/own.yaml": f"colour: {colour}\n"}

    found = deliver(files, {"path": "chart", "helm": {"valueFiles": [entry]}}, {"ref": "values"}, helm=helm)

    assert found.body("ConfigMap")["data"]["colour"] == colour
    assert "web/own.yaml" in found.result.inputs


@pytest.mark.parametrize(
    ("entry", "message", "hint"),
    [
        ("gone.yaml", "there is no values file 'gone.yaml' (looked for as chart/gone.yaml)", ""),
        ("$values/web/onw.yaml", "there is no values file", "did you mean 'web/own.yaml'?"),
        ("$vlaues/web/own.yaml", "no source of this Application has the ref 'vlaues'", "'$values'"),
        ("../../../etc/passwd", "'../../../etc/passwd'", ""),
        ("/web/*.yml", "the pattern '/web/*.yml' matches no file", ""),
        ("ftp://x.example/a.yaml", "a scheme that Argo CD does not allow: ftp", ""),
    ],
)
def test_a_values_file_that_is_not_there_is_told_at_its_entry(
    deliver: Deliver, helm: str, entry: str, message: str, hint: str
) -> None:
    files = {**CHART, "web/own.yaml": "colour: own\n"}
    source = {"path": "chart", "helm": {"valueFiles": [entry]}}

    found = deliver(files, source, {"ref": "values"}, helm=helm)

    assert found.told() == [("values-ref-broken", f"{FILE}:13")]
    assert message in found.messages()
    assert hint in found.messages()


def test_missing_values_are_passed_over_if_they_may_be(deliver: Deliver, helm: str) -> None:
    source = {
        "path": "chart",
        "helm": {"valueFiles": ["gone.yaml", "*.json"], "ignoreMissingValueFiles": True},
    }

    found = deliver(CHART, source, helm=helm)

    assert found.result.status is Status.BUILT
    assert found.body("ConfigMap")["data"]["colour"] == "red"


def test_a_file_of_a_parameter_must_be_there_whatever_may_be_missing(deliver: Deliver, helm: str) -> None:
    parameter = {"name": "colour", "path": "gone.txt"}
    source = {"path": "chart", "helm": {"fileParameters": [parameter], "ignoreMissingValueFiles": True}}

    found = deliver(CHART, source, helm=helm)

    assert [rule for rule, _ in found.told()] == ["values-ref-broken"]
    assert found.result.status is Status.FAILED


def test_a_file_of_a_parameter_that_git_does_not_hold_is_unchecked(deliver: Deliver, helm: str) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 1\n"
    source = {"path": "chart", "helm": {"fileParameters": [{"name": "colour", "path": "big.txt"}]}}

    found = deliver({**CHART, "chart/big.txt": pointer}, source, helm=helm)

    assert "Git LFS" in found.unchecked()[0][1]


@pytest.mark.parametrize(
    ("refs", "message"),
    [
        (["$values"], "write values: the $ stands only in the values file"),
        (["my values"], "has other characters"),
        (["values", "values"], "another source has the ref 'values' as well"),
    ],
)
def test_names_of_sources_that_argo_cd_refuses_are_told(
    deliver: Deliver, helm: str, refs: list[str], message: str
) -> None:
    found = deliver(CHART, {"path": "chart"}, *({"ref": one} for one in refs), helm=helm)

    assert [rule for rule, _ in found.told()] == ["values-ref-broken"]
    assert message in found.messages()


def test_values_of_a_repository_that_is_not_here_leave_the_chart_partly_unchecked(
    deliver: Deliver, helm: str
) -> None:
    elsewhere = {"repoURL": "https://git.example/acme/values", "ref": "values"}
    source = {"path": "chart", "helm": {"valueFiles": ["$values/a.yaml"]}}

    found = deliver(CHART, source, elsewhere, helm=helm)

    assert found.told() == []
    assert any("https://git.example/acme/values" in reason for _, reason in found.unchecked())
    assert not found.result.complete


def test_a_chart_that_is_not_here_is_unchecked_with_what_brings_it(deliver: Deliver, helm: str) -> None:
    source = {"repoURL": "https://charts.example", "chart": "web", "targetRevision": "1.2.3", "path": ""}

    found = deliver(CHART, source, helm=helm)

    assert found.result.status is Status.UNCHECKED
    ((_, reason),) = found.unchecked()
    assert "web" in reason
    assert "1.2.3" in reason


@pytest.mark.parametrize(("skip", "names"), [(False, ["CustomResourceDefinition/x"]), (True, [])])
def test_definitions_of_a_chart_are_left_out_where_the_source_says_so(
    deliver: Deliver, helm: str, skip: bool, names: list[str]
) -> None:
    crd = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: x}\n"
    source = {"path": "chart", "helm": {"skipCrds": skip}}

    found = deliver({**CHART, "chart/crds/x.yaml": crd}, source, helm=helm)

    assert [one for one in found.names() if "Custom" in one] == names


# Several sources


def test_of_two_objects_of_one_name_the_later_source_counts(deliver: Deliver) -> None:
    files = {"a/a.yaml": config_map("same", at="first"), "b/b.yaml": config_map("same", at="second")}

    found = deliver(files, {"path": "a"}, {"path": "b"})

    assert found.body("ConfigMap")["data"] == {"at": "second"}
    assert found.result.inputs == {"a/a.yaml", "b/b.yaml"}


def test_a_source_with_a_ref_and_a_path_is_rendered_too(deliver: Deliver) -> None:
    found = deliver(
        {"a/a.yaml": config_map("a"), "b/b.yaml": config_map("b")}, {"path": "a", "ref": "x"}, {"path": "b"}
    )

    assert found.names() == ["ConfigMap/a", "ConfigMap/b"]


def test_one_source_that_fails_does_not_hide_the_others(deliver: Deliver) -> None:
    found = deliver({"a/a.yaml": config_map("a")}, {"path": "gone"}, {"path": "a"})

    assert found.names() == ["ConfigMap/a"]
    assert found.result.status is Status.FAILED


@pytest.mark.parametrize(
    "text",
    [
        HEAD,
        HEAD + "  source: 1\n",
        HEAD + "  sources: {a: 1}\n",
        HEAD + "  sources: [1, null, {}]\n",
        HEAD + f"  source: {{repoURL: [{FLEET}], path: {{a: 1}}, kustomize: [], helm: 3, directory: x}}\n",
        application(
            {"path": "web", "kustomize": {"images": {"a": 1}, "commonLabels": [1], "patches": ["x"]}}
        ),
        application(
            {"path": "chart", "helm": {"valueFiles": [1, {}], "parameters": [1, {"name": 2}], "values": 3}}
        ),
    ],
)
def test_nothing_that_people_write_there_stops_the_run(deliver: Deliver, text: str, helm: str) -> None:
    deliver({**WEB, **CHART}, text=text, helm=helm)


def test_a_variable_of_the_build_is_filled_in_as_argo_cd_does(deliver: Deliver, tmp_path: Path) -> None:
    overrides = """
      path: web
      kustomize:
        commonAnnotationsEnvsubst: true
        commonAnnotations:
          a: $ARGOCD_APP_NAME/${ARGOCD_APP_NAMESPACE}
          b: $ARGOCD_APP_SOURCE_PATH@$ARGOCD_APP_SOURCE_TARGET_REVISION
          c: x$NONE-${NONE}$$
          d: $ARGOCD_APP_PROJECT_NAME of $ARGOCD_APP_SOURCE_REPO_URL
          e: $ARGOCD_APP_REVISION_SHORT
    """

    found = deliver(WEB, overrides).body("Deployment")["metadata"]["annotations"]

    assert found == {
        "a": "web/shop",
        "b": "web@main",
        "c": "x-$",
        "d": f"default of {FLEET}",
        "e": "0000000",
    }
