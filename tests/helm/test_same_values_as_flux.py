"""The values of releases are composed as Flux composes them, by its own library (tools/oracles/flux)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gitlint_ops.build.helm.flux_values import FluxValues, flux_values
from gitlint_ops.discover.known import KnownObjects
from gitlint_ops.model.blame import Origin, Via
from gitlint_ops.model.delivery import Owner, OwnerKind
from gitlint_ops.model.location import DocumentRef, FileRef
from gitlint_ops.model.objects import RenderedObject, object_key
from gitlint_ops.workspace.sources import Sources

from ..delivery.oracles import ask, find

Release: TypeAlias = tuple[dict[str, Any], list[dict[str, Any]]]

NAMESPACE = "apps"

TEXTS = st.sampled_from(
    (
        *(
            "",
            "1",
            "01",
            "-5",
            "true",
            "NULL",
            "1000000",
            "a,b",
            "a\\,b",
            "{a,b}",
            "{1,true}x",
            "'12'",
            '"x"',
        ),
        *("x=y", "multi\nline", "[0]", "9223372036854775808", "+3", "1.5", "{", "a.b"),
    )
)
PATHS = st.sampled_from(
    [
        "a",
        "a.b",
        "a.b.c",
        "list[0]",
        "list[1].name",
        "list[2]",
        "m\\.k",
        "m.n\\.o",
        "x[0][1]",
        "a[0]",
        "list.x",
    ]
)
SCALARS = st.sampled_from([None, True, 0, 7, 1000000, 1.5, "", "text", "1"])
TREES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["a", "b", "c", "list", "m", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)
VALUES = st.dictionaries(st.sampled_from(["a", "b", "list", "m", "x"]), TREES, max_size=4)


@st.composite
def releases(draw: st.DrawFn) -> Release:
    """A release and the ConfigMaps and Secrets that it takes values from."""
    entries: list[dict[str, Any]] = []
    objects: list[dict[str, Any]] = []
    for number in range(draw(st.integers(0, 3))):
        kind = draw(st.sampled_from(["ConfigMap", "Secret"]))
        entry: dict[str, Any] = {"kind": kind, "name": f"n{number}"}
        if draw(st.booleans()):
            entry |= {"valuesKey": "v", "targetPath": draw(PATHS)}
            text = draw(TEXTS)
            if draw(st.booleans()):
                entry["literal"] = True
        else:
            text = json.dumps(draw(VALUES))
        entries.append(entry)
        held = "data" if kind == "ConfigMap" else "stringData"
        key = entry.get("valuesKey", "values.yaml")
        metadata = {"name": f"n{number}", "namespace": NAMESPACE}
        objects.append({"apiVersion": "v1", "kind": kind, "metadata": metadata, held: {key: text}})
    body = {
        "apiVersion": "helm.toolkit.fluxcd.io/v2",
        "kind": "HelmRelease",
        "metadata": {"name": "shop", "namespace": NAMESPACE},
        "spec": {"valuesFrom": entries, "values": draw(VALUES)},
    }
    return body, objects


def rendered(body: dict[str, Any]) -> RenderedObject:
    blame = Origin(DocumentRef(FileRef("repo", "worktree", "release.yaml")), (), Via.RESOURCE)
    return RenderedObject(object_key(body), body["apiVersion"], body, blame, "")


def composed(body: dict[str, Any], objects: list[dict[str, Any]]) -> FluxValues:
    owner = Owner(OwnerKind.HELM_RELEASE, rendered(body), "repo")
    return flux_values(owner, KnownObjects(map(rendered, objects)), Sources([]))


@pytest.fixture(scope="module")
def program() -> Path:
    found = find("flux")
    if isinstance(found, str):
        pytest.skip(found)
    return found


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(asked=st.lists(releases(), min_size=20, max_size=20))
def test_values_are_those_that_flux_composes(program: Path, asked: list[Release]) -> None:
    questions = [{"mode": "values", "helmRelease": body, "objects": objects} for body, objects in asked]

    for (body, objects), answer in zip(asked, ask(program, questions), strict=True):
        made = composed(body, objects)
        if "error" in answer:
            assert made.violations, answer["error"]
        else:
            assert not made.violations
            assert made.values.body == answer["values"]
