"""Charts render to the bytes that `kustomize build --enable-helm` gives with the same helm."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from .charts import Files, chart

KUSTOMIZATION = "kustomization.yaml"


def entry(fields: str = "", rest: str = "") -> Files:
    """A kustomization with the chart, more fields of its entry, and more fields of the file."""
    lines = "".join(f"  {line}\n" for line in fields.splitlines())
    return {KUSTOMIZATION: f"helmCharts:\n- name: web\n{lines}{rest}", **chart("charts/web")}


INLINE = (
    "valuesInline:\n  replicas: 3\n  image: {tag: '1.26'}\n  hosts: [b.example]\n  labels: {team: shop}\n"
    "  extra: null\n  big: 12345678901234567890\n  ratio: 1.50\n  on: yes\n"
)
OVERLAY = "resources: [../base]\nnamespace: prod\nnamePrefix: my-\ncommonLabels: {env: prod}\n"

CASES: dict[str, Files] = {
    "as it is": entry(),
    "release and namespace": entry("releaseName: shop\nnamespace: front\n"),
    "the kustomization's namespace": entry("releaseName: shop\n", "namespace: front\n"),
    "name template": entry("nameTemplate: 'n-{{ \"X\" | lower }}'\n"),
    "crds, no hooks": entry("includeCRDs: true\nskipHooks: true\n"),
    "no tests": entry("skipTests: true\n"),
    "capabilities": entry("kubeVersion: v1.29.1\napiVersions: [example.com/v1, other.example/v2]\n"),
    "debug and devel": entry("debug: true\ndevel: true\n"),
    "values inline, over the chart's": entry(INLINE),
    "values inline, under the chart's": entry(f"{INLINE}valuesMerge: merge\n"),
    "values inline, in place of the chart's": entry(
        "valuesMerge: replace\nvaluesInline: {db: {enabled: false}}\n"
    ),
    "values files": {
        **entry("valuesFile: own.yaml\nadditionalValuesFiles: [more/a.yaml, more/b.yaml]\n"),
        "own.yaml": "replicas: 5\nhosts: []\n",
        "more/a.yaml": "replicas: 6\nimage: {tag: a}\n",
        "more/b.yaml": "image: {tag: b}\n",
    },
    "values files and inline": {
        **entry("valuesFile: own.yaml\nadditionalValuesFiles: [more.yaml]\nvaluesInline: {replicas: 7}\n"),
        "own.yaml": "replicas: 5\nimage: {tag: x}\n",
        "more.yaml": "image: {tag: y}\n",
    },
    "two charts": {
        KUSTOMIZATION: "helmCharts:\n- {name: web, releaseName: a}\n"
        "- {name: lone, releaseName: b, valuesInline: {n: 1}}\n",
        **chart("charts/web"),
        "charts/lone/Chart.yaml": "apiVersion: v2\nname: renamed\nversion: 1.0.0\n",
        "charts/lone/values.yaml": "{}\n",
        "charts/lone/templates/list.yaml": "apiVersion: v1\nkind: List\nitems:\n"
        "{{- range until 2 }}\n- apiVersion: v1\n  kind: Secret\n  metadata: {name: s{{ . }}}\n{{- end }}\n",
    },
    "another home": {
        KUSTOMIZATION: "helmGlobals: {chartHome: deps}\nhelmCharts:\n- name: web\n",
        **chart("deps/web"),
    },
    "a folder with the version": {
        KUSTOMIZATION: "helmCharts:\n- {name: web, version: 0.1.0, repo: https://charts.example}\n",
        **chart("charts/web-0.1.0/web"),
    },
    "a chart above, with values here": {
        KUSTOMIZATION: "helmGlobals: {chartHome: ../charts}\n"
        "helmCharts:\n- {name: web, valuesFile: v.yaml}\n",
        "v.yaml": "replicas: 9\nhosts: []\nimage: {}\n",
        **chart("../charts/web"),
    },
    "the deprecated field": {
        KUSTOMIZATION: "helmChartInflationGenerator:\n- chartName: web\n  chartHome: deps\n"
        "  releaseName: old\n  valuesLocal: {replicas: 4}\n  releaseNamespace: unread\n",
        **chart("deps/web"),
    },
    "a generator's configuration": {
        KUSTOMIZATION: "namespace: unread\ngenerators: [chart.yaml]\n",
        "chart.yaml": "apiVersion: builtin\nkind: HelmChartInflationGenerator\nmetadata: {name: web}\n"
        "name: web\nreleaseName: made\nchartHome: deps\nvaluesInline: {replicas: 2}\nincludeCRDs: true\n",
        **chart("deps/web"),
    },
    "patched, labelled, renamed": entry(
        "releaseName: shop\n",
        "namePrefix: x-\ncommonLabels: {a: b}\nimages: [{name: nginx, newTag: '2'}]\n"
        "replicas: [{name: shop-web, count: 8}]\n"
        "patches:\n- patch: |\n    apiVersion: v1\n    kind: Service\n    metadata: {name: shop-web}\n"
        "    spec: {type: NodePort}\n",
    ),
    "beside other resources, in a namespace": {
        **entry("releaseName: shop\n", "namespace: front\nresources: [pod.yaml]\n"),
        "pod.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n",
    },
    "where everything came from": entry(
        "releaseName: shop\n", "namePrefix: x-\nbuildMetadata: [originAnnotations, transformerAnnotations]\n"
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_output_is_the_same(name: str, write, helm, kustomize, gitlint_ops) -> None:
    root = write({f"app/{path}": text for path, text in CASES[name].items()})

    ours = gitlint_ops("build", str(root / "app"))

    assert ours.err == ""
    assert ours.out == kustomize(root / "app")


def test_a_base_takes_the_namespace_of_each_overlay(write, kustomize, gitlint_ops) -> None:
    root = write(
        {
            **{f"base/{path}": text for path, text in entry("releaseName: shop\n").items()},
            "prod/kustomization.yaml": OVERLAY,
            "test/kustomization.yaml": OVERLAY.replace("prod", "test"),
            "own/kustomization.yaml": "resources: [../prod]\nnamespace: own\n",
            "parts/kustomization.yaml": "components: [one]\nnamespace: parts\n",
            "parts/one/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"
            "helmCharts:\n- name: web\n",
            **chart("parts/one/charts/web"),
        }
    )

    for folder in ("prod", "test", "own", "parts", "base"):
        assert gitlint_ops("build", str(root / folder)).out == kustomize(root / folder)


def test_all_of_them_at_once_are_as_each_alone(write, helm, builder: Callable[[Path], object]) -> None:
    """What overlays share is built once, but not what their namespaces make of a chart."""
    overlays = {f"{name}/kustomization.yaml": OVERLAY.replace("prod", name) for name in ("one", "two")}
    root = write({**{f"base/{path}": text for path, text in entry().items()}, **overlays})
    build = builder(root)

    namespaces = {
        folder: {one.key.namespace for one in build(folder).objects if one.kind == "Service"}
        for folder in ("one", "two", "base")
    }

    assert namespaces == {"one": {"one", ""}, "two": {"two", ""}, "base": {"default", ""}}


# What is wrong, and the words that kustomize and we have in common for it.
WRONG: dict[str, tuple[Files, str]] = {
    "no chart": ({KUSTOMIZATION: "helmCharts:\n- name: web\n"}, "no repo specified for pull, no chart found"),
    "no name": ({KUSTOMIZATION: "helmCharts:\n- releaseName: a\n"}, "chart name cannot be empty"),
    "valuesMerge": (entry("valuesMerge: mix\n"), "valuesMerge must be one of"),
    "release name": (entry("releaseName: Not_One\n"), "invalid release name"),
    "version of the cluster": (entry("kubeVersion: new\n"), "invalid kube version"),
    "no object": (
        {**entry(), "charts/web/templates/odd.yaml": "a: 1\n"},
        "missing",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_kustomize_refuses_is_refused_with_its_words(
    name: str, write, helm, kustomize, gitlint_ops
) -> None:
    files, words = WRONG[name]
    root = write(files)

    ran = gitlint_ops("build", str(root))

    assert ran.code == 1
    assert words.lower() in ran.err.lower()
    with pytest.raises(AssertionError, match=f"(?i){words}"):
        kustomize(root)


@pytest.mark.parametrize("text", ["", "# nothing but a comment\n"])
def test_an_empty_values_file_takes_no_inline_values(text: str, write, helm, kustomize, gitlint_ops) -> None:
    root = write({**entry("valuesInline: {replicas: 2}\n"), "charts/web/values.yaml": text})

    ran = gitlint_ops("build", str(root))

    assert "could not parse values file into rnode: EOF" in ran.err
    with pytest.raises(AssertionError, match="EOF"):
        kustomize(root)


def test_a_chart_without_a_values_file_is_refused(write, helm, kustomize, gitlint_ops) -> None:
    files = {path: text for path, text in entry().items() if path != "charts/web/values.yaml"}
    root = write(files)

    assert "charts/web/values.yaml does not exist" in gitlint_ops("build", str(root)).err
    with pytest.raises(AssertionError, match=r"values\.yaml"):
        kustomize(root)
