"""Laws of strategic merge that hold for any base and patch."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gitlint_ops.build.kustomize.merge_nodes import MergeFault
from gitlint_ops.build.kustomize.merge_schema import MergeSchema
from gitlint_ops.build.kustomize.resource import Resource
from gitlint_ops.build.kustomize.strategic_merge import merge_resource
from gitlint_ops.model.blame import Origin, Via, at, origin
from gitlint_ops.model.location import DocumentRef, FieldPath, FileRef
from gitlint_ops.model.structure import value_at

BASE = DocumentRef(FileRef("repo", "worktree", "base.yaml"))
PATCH = DocumentRef(FileRef("repo", "worktree", "patch.yaml"))
SCHEMA = MergeSchema.load_default()

names = st.sampled_from("abc")
scalars = st.sampled_from(["x", "1", 1, 2, True, ""])
values = st.recursive(
    scalars | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("pqr"), inner, max_size=3),
    max_leaves=6,
)


def named(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    item = st.fixed_dictionaries({"name": names}, optional=fields)
    return st.lists(item, max_size=3, unique_by=lambda one: one["name"])


containers = named(
    image=scalars,
    env=named(value=scalars),
    command=st.lists(scalars, max_size=2),
    resources=values.filter(lambda one: one is None or isinstance(one, dict)),
    ports=st.lists(
        st.fixed_dictionaries(
            {"containerPort": st.sampled_from([80, 81])},
            optional={"protocol": st.sampled_from(["TCP", "UDP"])},
        ),
        max_size=3,
    ),
)
deployments = st.fixed_dictionaries(
    {
        "apiVersion": st.just("apps/v1"),
        "kind": st.just("Deployment"),
        "metadata": st.fixed_dictionaries(
            {"name": st.just("web")}, optional={"labels": st.dictionaries(names, st.just("v"), max_size=2)}
        ),
        "spec": st.fixed_dictionaries(
            {"template": st.fixed_dictionaries({"spec": st.fixed_dictionaries({"containers": containers})})},
            optional={"replicas": scalars, "strategy": values},
        ),
    }
)


def merged(base: dict[str, Any], patch: dict[str, Any]) -> Resource | None:
    """The result, or the base where the two do not fit."""
    resource = Resource(base, Origin(BASE, (), Via.RESOURCE))
    try:
        return merge_resource(resource, patch, Origin(PATCH, (), Via.PATCH), SCHEMA)
    except MergeFault:
        return resource


@given(deployments, deployments)
def test_neither_the_base_nor_the_patch_is_changed(base: dict[str, Any], patch: dict[str, Any]) -> None:
    before = copy.deepcopy((base, patch))
    merged(base, patch)
    assert (base, patch) == before


@given(deployments)
def test_an_empty_patch_gives_back_the_same_object(base: dict[str, Any]) -> None:
    result = merged(base, {})
    assert result is not None
    if not _has_irregular_ports(base):
        assert result.body is base


@given(deployments, deployments)
def test_a_scalar_is_blamed_on_the_text_that_holds_it(base: dict[str, Any], patch: dict[str, Any]) -> None:
    result = merged(base, patch)
    assert result is not None
    for path, value in _scalars(result.body):
        place = origin(at(result.blame, path))
        held = value_at(base if place.source == BASE else patch, place.source_path, "nothing")
        # A key that kustomize adds to an item stands in the other item of the same port.
        assert held == value or path[-1] == "protocol"


@given(deployments, deployments)
def test_fields_that_the_patch_does_not_name_stay_the_same_objects(
    base: dict[str, Any], patch: dict[str, Any]
) -> None:
    patch["spec"].pop("strategy", None)
    base["spec"].pop("template")
    patch["spec"].pop("template")
    result = merged(base, patch)
    assert result is not None
    held = base["spec"].get("strategy")
    assert result.body["spec"].get("strategy") == held
    if isinstance(held, list | dict) and not _has_null(held):
        assert result.body["spec"]["strategy"] is held


def _has_irregular_ports(base: dict[str, Any]) -> bool:
    ports = [one.get("ports", []) for one in base["spec"]["template"]["spec"]["containers"]]
    return any(
        len({tuple(sorted(port)) for port in each}) > 1 or len({str(port) for port in each}) < len(each)
        for each in ports
    ) or any(len(each) > 1 for each in ports)


def _has_null(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_null, value.values()))
    return (isinstance(value, list) and any(map(_has_null, value))) or value is None


def _scalars(body: Any, path: FieldPath = ()) -> list[tuple[FieldPath, Any]]:
    if isinstance(body, dict):
        return [found for key, value in body.items() for found in _scalars(value, (*path, key))]
    if isinstance(body, list):
        return [found for index, value in enumerate(body) for found in _scalars(value, (*path, index))]
    return [(path, body)]
