"""Whatever people write into an Application, and beside its manifests, a run ends with an answer."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from gitlint_ops.build.argo.globs import argo_glob
from gitlint_ops.build.helm.program import Helm
from gitlint_ops.model.targets import Status

from ..cli.command_line import config_map, deployment, write
from .conftest import FLEET, HEAD, delivered

FIELDS = [
    *("repoURL", "path", "chart", "targetRevision", "ref", "kustomize", "helm", "directory", "plugin"),
    *("images", "replicas", "commonLabels", "patches", "components", "namePrefix", "namespace", "valueFiles"),
    *("valuesObject", "values", "parameters", "fileParameters", "recurse", "include", "exclude", "jsonnet"),
    *("name", "count", "value", "target", "patch", "sources", "source", "ignoreMissingValueFiles"),
]
TEXTS = [
    *(
        "web",
        "chart",
        ".",
        "..",
        "/",
        "",
        "web/web.yaml",
        FLEET,
        "main",
        "v1",
        "$values/a.yaml",
        "$ARGOCD_APP_NAME",
    ),
    *("**", "*.yaml", "{a,", "[", "nginx:1", "a=b@c", "{{x}}", "${X}", "\x00", "é", "a" * 300),
]
SCALARS = st.one_of(
    st.sampled_from(TEXTS), st.none(), st.booleans(), st.integers(-5, 10**20), st.floats(allow_nan=False)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4),
    max_leaves=12,
)
SOURCES = st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=6).map(
    lambda held: {"repoURL": FLEET, "path": "web", **held}
)
SPECS = st.one_of(
    SOURCES.map(lambda one: {"source": one}),
    st.lists(SOURCES, max_size=3).map(lambda several: {"sources": several}),
    st.dictionaries(st.sampled_from(["source", "sources", "sourceHydrator", "destination"]), VALUES),
)
FILES = {
    "web/kustomization.yaml": "resources: [web.yaml]\n",
    "web/web.yaml": deployment(),
    "chart/Chart.yaml": "apiVersion: v2\nname: chart\nversion: 1.0.0\n",
    "plain/a.yaml": config_map("a"),
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("any") / "fleet", FILES)


@settings(max_examples=150)
@given(spec=SPECS)
def test_any_application_has_an_outcome(root: Path, spec: Mapping[str, object]) -> None:
    result = delivered(root, with_spec(spec), Helm()).result

    assert result.status in Status
    assert result.status is Status.BUILT or result.reason


@settings(max_examples=60)
@given(beside=VALUES)
def test_anything_beside_the_manifests_has_an_outcome(root: Path, beside: object) -> None:
    text = yaml.safe_dump(beside, allow_unicode=True)
    write(root, {"web/.argocd-source.yaml": text})
    try:
        result = delivered(root, f"{HEAD}  source: {{repoURL: {FLEET}, path: web}}\n", Helm()).result
    finally:
        (root / "web/.argocd-source.yaml").unlink()

    assert result.status in Status


@settings(max_examples=200)
@given(
    pattern=st.text(alphabet="ab/*?[]{},!\\^-.", max_size=30), path=st.text(alphabet="ab/.-^", max_size=30)
)
def test_any_pattern_has_an_outcome(pattern: str, path: str) -> None:
    found = argo_glob(pattern)

    assert (
        found is None
        or found.match(path) is None
        or any(one in pattern for one in "*?[{\\")
        or pattern == path
    )


def with_spec(spec: Mapping[str, object]) -> str:
    held = yaml.safe_load(HEAD)
    return yaml.safe_dump({**held, "spec": {**held["spec"], **spec}}, allow_unicode=True)
