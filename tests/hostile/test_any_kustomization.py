"""No value of any field, of any type, is a bug of ours: what is wrong is said."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ..cli.command_line import BUG, check, config_map, deployment, run, write

FIELDS = (
    *("apiVersion", "kind", "metadata", "resources", "bases", "components", "namePrefix", "nameSuffix"),
    *("namespace", "labels", "commonLabels", "commonAnnotations", "images", "replicas", "patches"),
    *(
        "patchesStrategicMerge",
        "patchesJson6902",
        "configMapGenerator",
        "secretGenerator",
        "generatorOptions",
    ),
    *("replacements", "vars", "configurations", "crds", "generators", "transformers", "validators"),
    *("openapi", "buildMetadata", "sortOptions", "helmCharts", "helmGlobals", "helmChartInflationGenerator"),
    "inventory",
)

# Names that mean something at some depth, so that wrong values stand where right ones are looked for.
KEYS = st.sampled_from(
    [
        *(
            "name",
            "newName",
            "newTag",
            "digest",
            "count",
            "pairs",
            "includeSelectors",
            "fields",
            "includeTemplates",
        ),
        *("path", "patch", "target", "kind", "version", "group", "namespace", "labelSelector", "options"),
        *(
            "literals",
            "files",
            "envs",
            "env",
            "behavior",
            "type",
            "disableNameSuffixHash",
            "immutable",
            "labels",
        ),
        *("source", "targets", "select", "reject", "fieldPath", "fieldPaths", "delimiter", "index", "create"),
        *(
            "objref",
            "fieldref",
            "apiVersion",
            "order",
            "legacySortOptions",
            "orderFirst",
            "repo",
            "valuesFile",
        ),
        *("", "a.b/c", "1", "metadata", "annotations", "encoding", "allowNameChange", "sourceValue"),
    ]
)
TEXTS = st.one_of(
    st.sampled_from(
        [
            *(
                "",
                ".",
                "..",
                "app.yaml",
                "missing.yaml",
                "../base",
                "https://example.org/a",
                "github.com/a/b//c",
            ),
            *(
                "metadata.name",
                "spec.template.spec.containers.[name=web].image",
                "spec.replicas",
                "data.*",
                "[",
                "/",
            ),
            *(
                "Deployment",
                "ConfigMap",
                "web",
                "settings",
                "v1",
                "apps/v1",
                "a=b",
                "a=app.yaml",
                "=",
                "a==b",
                "*",
            ),
            *(
                "merge",
                "replace",
                "fifo",
                "legacy",
                "originAnnotations",
                "1",
                "true",
                "null",
                "(",
                "a,b",
                "a in (b)",
            ),
            "- {op: replace, path: /metadata/name, value: 1}",
            "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: 1}",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n$patch: delete",
        ]
    ),
    st.text(max_size=8),
)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), TEXTS, TEXTS
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=8,
)
ENTRIES = st.lists(st.dictionaries(KEYS, VALUES, max_size=4), min_size=1, max_size=2)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as made:
        yield write(
            Path(made),
            {
                "app.yaml": deployment(),
                "base/kustomization.yaml": "resources: [settings.yaml]\n",
                "base/settings.yaml": config_map(),
            },
        )


def no_bug(folder: Path, body: Any) -> None:
    # JSON is YAML; surrogates stay escaped.
    (folder / "kustomization.yaml").write_text(json.dumps(body))
    ran = check(folder)
    assert ran.code != BUG, f"{ran.err}\n{json.dumps(body)}"
    assert "Traceback" not in ran.err
    crashed = [one["message"] for one in ran.report["findings"] if one["rule"] == "rule-crashed"]
    assert crashed == []
    if set(ran.statuses().values()) == {"built"}:
        built = run("build", folder, "--provenance")
        assert built.code == 0, built.err


@pytest.mark.parametrize("field", FIELDS)
@settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow])
@given(value=st.one_of(VALUES, ENTRIES))
def test_any_value_in_a_field_of_a_kustomization_is_built_or_told(
    field: str, value: Any, folder: Path
) -> None:
    no_bug(folder, {"resources": ["app.yaml", "base"], field: value})


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(body=st.dictionaries(st.sampled_from(FIELDS), st.one_of(VALUES, ENTRIES), max_size=6))
def test_any_values_in_several_fields_are_built_or_told(body: dict[str, Any], folder: Path) -> None:
    no_bug(folder, {"resources": ["app.yaml", "base"], **body})


@settings(max_examples=40)
@given(body=VALUES)
def test_any_body_of_a_kustomization_is_built_or_told(body: Any, folder: Path) -> None:
    no_bug(folder, body)


CONFIG_KEYS = st.sampled_from(
    [
        *(
            "kubernetes",
            "repositories",
            "environments",
            "clusters",
            "operators",
            "rules",
            "schemas",
            "baseline",
        ),
        *(
            "fail_on",
            "exclude",
            "path",
            "url",
            "paths",
            "branches",
            "name",
            "labels",
            "argocd",
            "flux",
            "profile",
        ),
        *(
            "select",
            "ignore",
            "severity",
            "params",
            "folders",
            "crds",
            "reason",
            "until",
            "tag-mutable",
            "mutable",
        ),
    ]
)
CONFIGS = st.recursive(
    st.one_of(
        SCALARS, st.sampled_from(["1.34", "2026-01-01", "error", "tag-mutable", "images", "**", "base"])
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(CONFIG_KEYS, inner, max_size=4)),
    max_leaves=10,
)


@settings(max_examples=60)
@given(body=st.one_of(CONFIGS, st.dictionaries(CONFIG_KEYS, CONFIGS, max_size=5)))
def test_any_configuration_is_used_or_refused(body: Any) -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = write(Path(made), {"app.yaml": deployment(), "gitlint-ops.yaml": json.dumps(body)})

        ran = check(folder)

    assert ran.code in (0, 1, 2), ran.err


@settings(max_examples=40)
@given(
    body=st.one_of(
        SCALARS,
        st.lists(SCALARS, max_size=2),
        st.fixed_dictionaries({"version": st.just(1), "findings": VALUES}),
    )
)
def test_any_baseline_is_used_or_refused(body: Any) -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = write(Path(made), {"app.yaml": deployment(), ".gitlint-ops-baseline.json": json.dumps(body)})

        ran = check(folder)

    assert ran.code in (0, 2), ran.err


DELIVERIES = st.fixed_dictionaries(
    {
        "apiVersion": st.sampled_from(
            [
                "argoproj.io/v1alpha1",
                "kustomize.toolkit.fluxcd.io/v1",
                "skaffold/v4beta1",
                "helm.toolkit.fluxcd.io/v2",
                "v1",
            ]
        ),
        "kind": st.sampled_from(
            ["Application", "ApplicationSet", "Kustomization", "Config", "HelmRelease", "List", "Secret"]
        ),
        "metadata": st.one_of(VALUES, st.just({"name": "a"})),
    },
    optional={
        "spec": st.recursive(
            SCALARS,
            lambda inner: st.one_of(
                st.lists(inner, max_size=3),
                st.dictionaries(
                    st.sampled_from(
                        [
                            "source",
                            "sources",
                            "path",
                            "template",
                            "spec",
                            "targetRevision",
                            "values",
                            "sourceRef",
                        ]
                    ),
                    inner,
                    max_size=4,
                ),
            ),
            max_leaves=8,
        ),
        "build": VALUES,
        "items": VALUES,
        "data": VALUES,
        "stringData": VALUES,
    },
)


@settings(max_examples=60)
@given(body=DELIVERIES)
def test_any_delivering_object_is_judged_or_told(body: Any) -> None:
    with tempfile.TemporaryDirectory() as made:
        files = {"production/app.yaml": json.dumps(body), "base/kustomization.yaml": "resources: []\n"}

        ran = check(write(Path(made), files))

    assert ran.code in (0, 1, 3), f"{ran.err}\n{body}"
    assert [one for one in ran.report["findings"] if one["rule"] == "rule-crashed"] == []
