"""What strategic merge makes of fields, lists and directives, and whom it blames."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gitlint_ops.build.kustomize.merge_nodes import MergeFault
from gitlint_ops.build.kustomize.merge_schema import MergeSchema
from gitlint_ops.build.kustomize.patches import PatchFault, apply_patches
from gitlint_ops.build.kustomize.strategic_merge import merge_resource
from gitlint_ops.model.blame import Origin, Via, at
from gitlint_ops.model.location import DocumentRef, FileRef

from .conftest import Texts

Merge = Callable[[str, str], Any]

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 1
  template:
    spec:
      containers:
      - name: web
        image: web:1
        env:
        - name: A
          value: "1"
        - name: B
          value: two
      - name: proxy
        image: proxy:1
"""
HEAD = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n"


def patch(spec: str) -> str:
    return HEAD + spec


def containers(body: Any) -> Any:
    return body["spec"]["template"]["spec"]["containers"]


def test_items_of_the_patch_come_first_and_join_those_of_the_same_name(merged: Merge) -> None:
    body = merged(
        DEPLOYMENT,
        patch("""\
spec:
  template:
    spec:
      containers:
      - name: new
        image: new:1
      - name: proxy
        image: proxy:2
"""),
    )
    assert [(one["name"], one["image"]) for one in containers(body)] == [
        ("new", "new:1"),
        ("proxy", "proxy:2"),
        ("web", "web:1"),
    ]


def test_a_null_deletes_a_field(merged: Merge) -> None:
    assert "replicas" not in merged(DEPLOYMENT, patch("spec:\n  replicas: null\n"))["spec"]


def test_a_null_of_the_base_stays_if_it_is_written_out(merged: Merge) -> None:
    base = patch("spec:\n  written: null\n  tilde: ~\n  blank:\n")
    assert merged(base, patch("spec:\n  replicas: 2\n"))["spec"] == {
        "written": None,
        "tilde": None,
        "replicas": 2,
    }


def test_a_number_over_a_quoted_string_becomes_a_string(merged: Merge) -> None:
    base = patch('spec:\n  quoted: "web"\n  plain: web\n  number: 1\n')
    body = merged(base, patch("spec:\n  quoted: 0x10\n  plain: 2\n  number: 3\n"))
    assert body["spec"] == {"quoted": "0x10", "plain": 2, "number": 3}


def test_patch_delete_removes_an_item(merged: Merge) -> None:
    body = merged(
        DEPLOYMENT,
        patch("spec: {template: {spec: {containers: [{name: proxy, $patch: delete}]}}}\n"),
    )
    assert [one["name"] for one in containers(body)] == ["web"]


def test_patch_replace_in_a_mapping_drops_the_rest_of_it(merged: Merge) -> None:
    body = merged(DEPLOYMENT, patch("spec:\n  $patch: replace\n  paused: true\n"))
    assert body["spec"] == {"paused": True}


def test_patch_replace_on_an_item_of_a_list_changes_nothing(merged: Merge) -> None:
    # Surprising, and so in kustomize: the item of the base takes its place again.
    body = merged(
        DEPLOYMENT,
        patch("spec: {template: {spec: {containers: [{name: proxy, image: x, $patch: replace}]}}}\n"),
    )
    assert containers(body)[0] == {"name": "proxy", "image": "proxy:1"}


def test_patch_delete_at_the_top_removes_the_resource(merged: Merge) -> None:
    assert merged(DEPLOYMENT, HEAD + "$patch: delete\n") is None


def test_a_port_without_protocol_loses_against_one_with_it(merged: Merge) -> None:
    # kustomize takes both for the same port, and then only finds the one that names all keys.
    head = "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  ports:\n"
    body = merged(
        head + "  - {port: 80, protocol: TCP, targetPort: 1}\n", head + "  - {port: 80, targetPort: 2}\n"
    )
    assert body["spec"]["ports"] == [{"port": 80, "protocol": "TCP", "targetPort": 1}]


def test_lists_of_custom_resources_are_replaced_whole(merged: Merge) -> None:
    head = "apiVersion: example.com/v1\nkind: Widget\nmetadata:\n  name: web\nspec:\n  parts:\n"
    body = merged(head + "  - {name: a, size: 1}\n", head + "  - {name: b}\n")
    assert body["spec"]["parts"] == [{"name": "b"}]


def test_an_unknown_directive_is_a_fault_at_its_line(texts: Texts, schema: MergeSchema) -> None:
    entry = texts.patch(patch("spec:\n  replicas: 2\n  $patch: reorder\n"))
    with pytest.raises(PatchFault) as raised:
        apply_patches(texts.resources(DEPLOYMENT), [entry], schema, complete=True)
    assert texts.place(raised.value.at, raised.value.path) == "patch.yaml:7"
    assert raised.value.message == (
        "this patch does not fit Deployment/web (kustomize: unknown patch strategy 'reorder')"
    )


def test_a_mapping_over_a_list_is_a_fault_at_its_line(texts: Texts, schema: MergeSchema) -> None:
    entry = texts.patch(patch("spec:\n  template:\n    spec:\n      containers:\n        name: web\n"))
    with pytest.raises(PatchFault) as raised:
        apply_patches(texts.resources(DEPLOYMENT), [entry], schema, complete=True)
    assert texts.place(raised.value.at, raised.value.path) == "patch.yaml:9"


def test_a_field_that_a_patch_sets_is_blamed_on_the_patch_over_the_base(
    texts: Texts, schema: MergeSchema
) -> None:
    resources, _ = apply_patches(
        texts.resources(DEPLOYMENT),
        [texts.patch(patch("spec:\n  replicas: 2\n  paused: true\n"))],
        schema,
        complete=True,
    )
    assert texts.blame(resources[0], ("spec", "replicas")) == ["patch.yaml:6", "base.yaml:6"]
    assert texts.blame(resources[0], ("spec", "paused")) == ["patch.yaml:7"]
    assert texts.blame(resources[0], ("metadata", "name")) == ["base.yaml:4"]


def test_items_of_a_merged_list_keep_their_own_blame(texts: Texts, schema: MergeSchema) -> None:
    entry = texts.patch(
        patch("""\
spec:
  template:
    spec:
      containers:
      - name: new
        image: new:1
      - name: web
        env:
        - name: B
          value: three
""")
    )
    resources, _ = apply_patches(texts.resources(DEPLOYMENT), [entry], schema, complete=True)
    at_containers = ("spec", "template", "spec", "containers")

    def blame(*keys: str | int) -> list[str]:
        return texts.blame(resources[0], (*at_containers, *keys))

    assert [one["name"] for one in containers(resources[0].body)] == ["new", "web", "proxy"]
    assert blame(0, "image") == ["patch.yaml:10"]
    assert blame(1, "image") == ["base.yaml:11"]
    assert blame(1, "env", 0, "value") == ["patch.yaml:14", "base.yaml:16"]
    assert blame(1, "env", 1, "value") == ["base.yaml:14"]
    assert blame(2, "image") == ["base.yaml:18"]


def test_what_a_patch_does_not_touch_is_shared_with_the_base(texts: Texts, schema: MergeSchema) -> None:
    base = texts.resources(DEPLOYMENT)
    entry = texts.patch(patch("spec: {template: {spec: {containers: [{name: proxy, image: x}]}}}\n"))
    patched, _ = apply_patches(base, [entry], schema, complete=True)
    assert patched[0].body["metadata"] is base[0].body["metadata"]
    assert containers(patched[0].body)[1] is containers(base[0].body)[0]


def test_a_list_too_long_to_be_compared_item_by_item_is_a_fault(schema: MergeSchema, texts: Texts) -> None:
    ports = ", ".join(["{port: 1}", "{port: 1, protocol: TCP}"] * 1000)
    base = f"apiVersion: v1\nkind: Service\nmetadata: {{name: web}}\nspec: {{ports: [{ports}]}}\n"
    resource = texts.resources(base)[0]
    origin = Origin(DocumentRef(FileRef("repo", "worktree", "patch.yaml")), (), Via.PATCH)
    with pytest.raises(MergeFault, match="more than 1000 items"):
        merge_resource(resource, {"spec": {"ports": []}}, origin, schema)
    assert at(resource.blame, ("spec",))
