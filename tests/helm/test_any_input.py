"""Whatever stands in a release or a chart, building it says what is wrong and never fails itself."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gitlint_ops.build.helm.folders import build_chart_folder, chart_targets
from gitlint_ops.build.helm.locks import lock_violations
from gitlint_ops.build.helm.program import Helm
from gitlint_ops.build.helm.release import build_helm_release
from gitlint_ops.build.helm.unused_values import unused_values
from gitlint_ops.build.helm.values_blame import blamed_on_values
from gitlint_ops.build.site import DeliverySettings, Site
from gitlint_ops.discover.known import KnownObjects
from gitlint_ops.discover.survey import Extent, survey
from gitlint_ops.model.blame import Origin, Via
from gitlint_ops.model.delivery import Owner, OwnerKind
from gitlint_ops.model.location import DocumentRef, FieldPath
from gitlint_ops.model.objects import RenderedObject, object_key
from gitlint_ops.model.structure import with_value
from gitlint_ops.model.targets import BuildTarget, TargetKind
from gitlint_ops.workspace.open import open_tree, open_workspace
from gitlint_ops.workspace.sources import Sources

RELEASE: dict[str, Any] = {
    "apiVersion": "helm.toolkit.fluxcd.io/v2",
    "kind": "HelmRelease",
    "metadata": {"name": "shop", "namespace": "apps"},
    "spec": {
        "chart": {
            "spec": {
                "chart": "chart",
                "version": "1.x",
                "valuesFiles": ["chart/values.yaml"],
                "sourceRef": {"kind": "GitRepository", "name": "repo", "namespace": "apps"},
            }
        },
        "releaseName": "web",
        "targetNamespace": "front",
        "install": {"crds": "Skip"},
        "test": {"enable": True},
        "commonMetadata": {"labels": {"a": "b"}, "annotations": {"c": "d"}},
        "values": {"a": {"b": [1, {"c": None}]}},
        "valuesFrom": [
            {"kind": "ConfigMap", "name": "one", "valuesKey": "v", "targetPath": "a.b[0]", "optional": True},
            {"kind": "Secret", "name": "two"},
        ],
        "postRenderers": [
            {"kustomize": {"patches": [{"patch": "[]", "target": {"kind": "A"}}], "images": [{"name": "x"}]}}
        ],
    },
}
OBJECTS: list[dict[str, Any]] = [
    {
        "apiVersion": "source.toolkit.fluxcd.io/v1",
        "kind": "GitRepository",
        "metadata": {"name": "repo", "namespace": "apps"},
        "spec": {"url": "https://git.example/repo", "ref": {"branch": "main"}},
    },
    {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "one", "namespace": "apps"},
        "data": {"v": "5"},
    },
    {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "two", "namespace": "apps"},
        "data": {"values.yaml": "YTogMQ=="},
    },
    {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "a.b"},
        "spec": {"group": "b", "names": {"kind": "A"}, "versions": [{"name": "v1"}]},
    },
]
CHART: dict[str, Any] = {
    "apiVersion": "v2",
    "name": "web",
    "version": "1.0.0",
    "type": "application",
    "dependencies": [
        {
            "name": "db",
            "version": "^1",
            "repository": "file://../db",
            "alias": "store",
            "condition": "store.on,x",
            "tags": ["a"],
            "import-values": [{"child": "a", "parent": "b"}, "data"],
        }
    ],
}
LOCK: dict[str, Any] = {
    "dependencies": [{"name": "db", "version": "1.0.0", "repository": "file://../db"}],
    "digest": "sha256:0",
}
JUNK = st.sampled_from(
    [
        None,
        True,
        0,
        -1.5,
        "",
        "text",
        "../..",
        "/",
        "a: b",
        "{{",
        "\0",
        [],
        [[]],
        [None],
        {},
        {"": None},
        {"a": []},
    ]
)


def paths(body: Any, at: FieldPath = ()) -> Iterator[FieldPath]:
    members = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for key, value in members:
        yield (*at, key)
        yield from paths(value, (*at, key))


def broken(data: st.DataObject, body: Any) -> Any:
    """The body with junk in one or two places."""
    for _ in range(data.draw(st.integers(1, 2))):
        at = data.draw(st.sampled_from(list(paths(body)) or [()]))
        body = with_value(copy.deepcopy(body), at, data.draw(JUNK)) if at else body
    return body


def write(root: Path, chart: Any, lock: Any) -> Sources:
    for path, body in {
        "release.yaml": RELEASE,
        "chart/Chart.yaml": chart,
        "chart/Chart.lock": lock,
        "chart/values.yaml": {"a": {"b": []}},
        "db/Chart.yaml": {"apiVersion": "v2", "name": "db", "version": "1.0.0"},
    }.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(json.dumps(body))
    (root / "chart/templates").mkdir(exist_ok=True)
    (root / "chart/templates/a.yaml").write_text("kind: A\nmetadata: {name: {{ .Values.a }}}\n")
    return Sources([open_tree(open_workspace([str(root)], cwd=str(root)).repositories[0])])


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_release_of_any_shape_is_built(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    sources = write(tmp_path_factory.mktemp("repo"), CHART, LOCK)
    site = Site(sources, Helm(), DeliverySettings(charts=("kept",)))
    (tree,) = sources.trees
    document = DocumentRef(tree.ref("release.yaml"))
    objects = [broken(data, one) if data.draw(st.booleans()) else one for one in OBJECTS]

    def rendered(body: Any) -> RenderedObject:
        return RenderedObject(object_key(body), "", body, Origin(document, (), Via.RESOURCE), "t")

    body = broken(data, RELEASE)
    owner = Owner(OwnerKind.HELM_RELEASE, rendered(body), tree.name)
    known = KnownObjects(rendered(one) for one in objects if isinstance(one, dict))

    made = build_helm_release(owner, BuildTarget(tree.name, "", TargetKind.HELM_RELEASE), known, site)

    list(unused_values(site.renderings, sources))
    blamed_on_values(made.violations, site.renderings, site.charts)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_chart_of_any_shape_is_judged(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    chart = data.draw(st.one_of(JUNK, st.just(CHART).map(lambda one: broken(data, one))))
    sources = write(tmp_path_factory.mktemp("repo"), chart, broken(data, LOCK))
    site = Site(sources, Helm())
    (tree,) = sources.trees

    for target in chart_targets(tree, ()):
        build_chart_folder(target, site)
    list(lock_violations(survey(sources, tree, Extent()), tree, sources))
    list(unused_values(site.renderings, sources))
