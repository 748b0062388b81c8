"""Which resources an entry of `patches:` changes, and what is said of one that changes none."""

from __future__ import annotations

from typing import Any

import pytest

from gitlint_ops.build.kustomize.merge_schema import MergeSchema
from gitlint_ops.build.kustomize.patches import PatchEntry, PatchFault, apply_patches
from gitlint_ops.build.kustomize.resource import Resource
from gitlint_ops.model.findings import Violation

from .conftest import Texts

BASE = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: {app: web, tier: front}
spec: {replicas: 1}
---
apiVersion: v1
kind: Service
metadata:
  name: web
spec: {type: ClusterIP}
"""
PATCH = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 2\n"


def apply(
    texts: Texts, schema: MergeSchema, *entries: PatchEntry, base: str = BASE, complete: bool = True
) -> tuple[tuple[Resource, ...], tuple[Violation, ...]]:
    return apply_patches(texts.resources(base), entries, schema, complete=complete, written=texts.written)


def fault(texts: Texts, schema: MergeSchema, entry: PatchEntry, base: str = BASE) -> PatchFault:
    with pytest.raises(PatchFault) as raised:
        apply(texts, schema, entry, base=base)
    return raised.value


def test_a_patch_without_a_target_goes_to_the_resource_it_names(texts: Texts, schema: MergeSchema) -> None:
    (deployment, service), violations = apply(texts, schema, texts.patch(PATCH))
    assert deployment.body["spec"] == {"replicas": 2}
    assert service.body["spec"] == {"type": "ClusterIP"}
    assert violations == ()


def test_a_patch_with_a_target_goes_to_all_that_it_selects_whatever_it_names(
    texts: Texts, schema: MergeSchema
) -> None:
    entry = texts.patch(
        "kind: Any\nmetadata: {name: any}\nspec: {patched: true}\n", target={"kind": "Deployment|Service"}
    )
    resources, _ = apply(texts, schema, entry)
    assert [one.body["spec"]["patched"] for one in resources] == [True, True]
    assert [(one.gvk.kind, one.gvk.group, one.name) for one in resources] == [
        ("Deployment", "apps", "web"),
        ("Service", "", "web"),
    ]


def test_a_patch_finds_a_renamed_resource_by_its_first_name(texts: Texts, schema: MergeSchema) -> None:
    web = texts.resources(BASE)[0].remembered()
    renamed = web.with_field(("metadata", "name"), "prod-web", web.blame)  # type: ignore[arg-type]
    resources, _ = apply_patches((renamed,), [texts.patch(PATCH)], schema, complete=True)
    assert resources[0].name == "prod-web"
    assert resources[0].body["spec"] == {"replicas": 2}


def test_a_null_label_deletes_without_a_target_and_is_text_with_one(
    texts: Texts, schema: MergeSchema
) -> None:
    text = PATCH.replace("  name: web\n", "  name: web\n  labels: {tier: null, app: 7}\n")
    plain, _ = apply(texts, schema, texts.patch(text))
    assert plain[0].body["metadata"]["labels"] == {"app": 7}
    targeted, _ = apply(texts, schema, texts.patch(text, target={"kind": "Deployment"}))
    assert targeted[0].body["metadata"]["labels"] == {"app": "7", "tier": "null"}


def test_names_and_kinds_change_only_if_allowed(texts: Texts, schema: MergeSchema) -> None:
    text = PATCH.replace("kind: Deployment", "kind: StatefulSet").replace("name: web", "name: db")
    target = {"kind": "Deployment"}
    kept, _ = apply(texts, schema, texts.patch(text, target=target))
    assert (kept[0].gvk.kind, kept[0].name, kept[0].previous) == ("Deployment", "web", ())
    options = {"allowNameChange": True, "allowKindChange": True}
    changed, _ = apply(texts, schema, texts.patch(text, target=target, options=options))
    assert (changed[0].gvk.kind, changed[0].name) == ("StatefulSet", "db")
    assert (changed[0].org_id.gvk.kind, changed[0].org_id.name) == ("Deployment", "web")


def test_two_resources_given_one_name_are_a_fault(texts: Texts, schema: MergeSchema) -> None:
    base = BASE + "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: db}\n"
    entry = texts.patch(PATCH, target={"kind": "Deployment"}, options={"allowNameChange": True})
    assert "already registered id: Deployment.v1.apps/web.[noNs]" in fault(texts, schema, entry, base).message


def test_a_json_patch_goes_to_all_that_its_target_selects(texts: Texts, schema: MergeSchema) -> None:
    entry = texts.patch("- {op: add, path: /spec/paused, value: true}\n", target={"name": "web"})
    resources, _ = apply(texts, schema, entry)
    assert [one.body["spec"]["paused"] for one in resources] == [True, True]
    assert texts.blame(resources[0], ("spec", "paused")) == ["patch.yaml:1"]


def test_a_rename_by_json_patch_is_remembered(texts: Texts, schema: MergeSchema) -> None:
    text = "- {op: replace, path: /metadata/name, value: api}\n"
    entry = texts.patch(text, target={"kind": "Service"})
    resources, _ = apply(texts, schema, entry)
    assert (resources[1].name, resources[1].org_id.name) == ("api", "web")
    old, _ = apply(texts, schema, texts.patch(text, target={"kind": "Service"}, mode="json6902"))
    assert (old[1].name, old[1].org_id.name) == ("api", "api")


def test_an_operation_that_does_not_apply_is_a_fault_at_its_path(texts: Texts, schema: MergeSchema) -> None:
    text = "- op: test\n  path: /kind\n  value: Service\n- op: remove\n  path: /spec/port\n"
    raised = fault(texts, schema, texts.patch(text, target={"kind": "Service"}))
    assert texts.place(raised.at, raised.path) == "patch.yaml:5"
    assert raised.message.startswith("`remove /spec/port` cannot be applied to Service/web (kustomize: ")


def test_a_json_patch_without_a_target_is_a_fault(texts: Texts, schema: MergeSchema) -> None:
    raised = fault(texts, schema, texts.patch("- {op: remove, path: /spec}\n"))
    assert "must specify a target for JSON patch" in raised.message


def test_two_patches_of_one_entry_with_a_target_are_a_fault(texts: Texts, schema: MergeSchema) -> None:
    raised = fault(texts, schema, texts.patch(f"{PATCH}---\n{PATCH}", target={"kind": "Deployment"}))
    assert "this holds 2" in raised.message


def test_several_patches_of_one_file_are_blamed_on_their_own_lines(texts: Texts, schema: MergeSchema) -> None:
    second = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: NodePort}\n"
    resources, _ = apply(texts, schema, texts.patch(f"{PATCH}---\n{second}"))
    assert texts.blame(resources[1], ("spec", "type")) == ["patch.yaml:11", "base.yaml:12"]


@pytest.mark.parametrize(
    ("old", "new", "message", "hint"),
    [
        ("name: web", "name: wbe", "there is no Deployment 'wbe' to patch", "did you mean 'web'?"),
        (
            "kind: Deployment",
            "kind: StatefulSet",
            "there is no StatefulSet 'web' to patch",
            "did you mean kind: Deployment?",
        ),
        ("apps/v1", "apps/v1beta1", "there is no Deployment 'web' to patch", "as apiVersion: apps/v1"),
        (
            "name: web",
            "name: web\n  namespace: shop",
            "in namespace 'shop' to patch",
            "leave it out of the patch",
        ),
        (
            "name: web",
            "name: unlike",
            "there is no Deployment 'unlike' to patch",
            "the only Deployment here is called 'web'",
        ),
        (
            "kind: Deployment\nmetadata:\n  name: web",
            "kind: Job\nmetadata:\n  name: unlike",
            "there is no Job 'unlike' to patch",
            "there is no Job here at all",
        ),
    ],
)
def test_a_patch_of_nothing_is_a_fault_that_knows_better(
    texts: Texts, schema: MergeSchema, old: str, new: str, message: str, hint: str
) -> None:
    raised = fault(texts, schema, texts.patch(PATCH.replace(old, new)))
    assert message in raised.message
    assert "no matches for Id" in raised.message
    assert hint in raised.hint
    assert bool(raised.hint) is bool(hint)
    assert texts.place(raised.at, raised.path) == "patch.yaml:4"


@pytest.mark.parametrize(
    ("target", "field", "hint"),
    [
        (
            {"group": "apps", "kind": "Service"},
            "group",
            "Service/web would match but for group: apps (its own is empty)",
        ),
        (
            {"kind": "StatefulSet", "name": "web"},
            "kind",
            "the base has Deployment/web; did you mean kind: Deployment?",
        ),
        ({"kind": "Service", "name": "wbe"}, "name", "did you mean 'web' (Service/web)?"),
        ({"kind": "Service", "namespace": "shop"}, "namespace", "would match but for namespace: shop"),
        (
            {"kind": "Service", "labelSelector": "app=web"},
            "labelSelector",
            "Service/web would match but for its labels",
        ),
        ({"kind": "Job", "name": "other"}, "kind", "there is no Job here at all"),
        (
            {"kind": "Service", "name": "instance"},
            "name",
            "the only Service here is called 'web'",
        ),
        ({"name": "instance"}, None, ""),
    ],
)
def test_a_target_that_selects_nothing_is_said_at_the_field_that_keeps_it_apart(
    texts: Texts, schema: MergeSchema, target: dict[str, Any], field: str | None, hint: str
) -> None:
    resources, violations = apply(texts, schema, texts.patch(PATCH, target=target))
    (violation,) = violations
    assert violation.rule == "patch-no-match"
    assert violation.path == ("patches", 0, "target", *([field] if field else []))
    assert hint in violation.hint
    assert bool(violation.hint) is bool(hint)
    assert [one.body for one in resources] == [one.body for one in texts.resources(BASE)]


def test_nothing_is_said_of_matches_where_resources_are_missing(texts: Texts, schema: MergeSchema) -> None:
    entries = [
        texts.patch(PATCH, target={"kind": "Job"}),
        texts.patch(PATCH.replace("name: web", "name: remote")),
    ]
    resources, violations = apply(texts, schema, *entries, complete=False)
    assert len(resources) == 2
    assert violations == ()


def test_nothing_is_said_where_the_resources_are_yet_to_come(texts: Texts, schema: MergeSchema) -> None:
    """Flux's bootstrap fills gotk-components.yaml, which templates of repositories keep empty."""
    _, violations = apply(texts, schema, texts.patch(PATCH, target={"kind": "Deployment"}), base="# later\n")
    assert violations == ()


def test_a_target_that_cannot_be_read_is_a_fault_at_its_field(texts: Texts, schema: MergeSchema) -> None:
    raised = fault(texts, schema, texts.patch(PATCH, target={"name": "web("}))
    assert raised.path == ("patches", 0, "target", "name")


def test_an_empty_patch_changes_nothing(texts: Texts, schema: MergeSchema) -> None:
    entry = PatchEntry({"kind": "Service"}, texts.patch(PATCH).text_document, (), texts.patch(PATCH).at)
    base = texts.resources(BASE)
    resources, _ = apply_patches(base, [entry], schema, complete=True)
    assert all(new is old for new, old in zip(resources, base, strict=True))
