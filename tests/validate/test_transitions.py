"""Rules in CEL that compare an object with what it was before."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import yaml

from gitlint_ops.validate.cel_rules import CelRules, rules_of

from ..cli.command_line import check, write

FIXED = "{type: string, x-kubernetes-validations: [{rule: 'self == oldSelf', message: fixed}]}"
CEL = "cel-rule-violation"

DEFINITION = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: shops.example.com}
spec:
  group: example.com
  names: {kind: Shop, plural: shops, singular: shop, listKind: ShopList}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties:
              place:
                type: string
                x-kubernetes-validations:
                - {rule: self == oldSelf, message: a shop does not move}
"""
SHOP = """\
apiVersion: example.com/v1
kind: Shop
metadata: {{name: corner, namespace: shops}}
spec:
  place: {}
"""
POLICY = """\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: still}
spec:
  matchConstraints:
    resourceRules:
    - {apiGroups: [''], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [configmaps]}
  validations: [{expression: 'oldObject == null || object.data.place == oldObject.data.place'}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: still}
spec: {policyName: still, validationActions: [Deny]}
"""


def _told(field: str, old: str | None, new: str) -> list[tuple[Any, ...]]:
    rules = rules_of(yaml.safe_load(f"{{type: object, properties: {{x: {field}}}}}"))
    assert rules is not None
    judge = CelRules()
    faults = judge.faults(_body(new), rules, None if old is None else _body(old))
    assert not judge.unevaluated
    return [(*fault.path[1:], fault.message) for fault in faults]


def _body(x: str) -> dict[str, Any]:
    named = {"apiVersion": "a.b/v1", "kind": "A", "metadata": {"name": "web"}}
    return {**named, **yaml.safe_load(f"{{x: {x}}}")}


def _list(kind: str, items: str, more: str = "") -> str:
    return f"{{type: array, x-kubernetes-list-type: {kind}, items: {items}{more}}}"


def test_a_field_that_must_stay_is_told_where_it_changes() -> None:
    assert _told(FIXED, "a", "b") == [("fixed",)]
    assert _told(FIXED, "a", "a") == []


def test_a_rule_that_compares_does_not_apply_to_what_is_created() -> None:
    assert _told(FIXED, None, "b") == []
    assert _told(FIXED, "null", "b") == []


def test_an_optional_former_value_is_judged_with_and_without_one() -> None:
    rule = "oldSelf.hasValue() ? self >= oldSelf.value() : self == 1"
    told = f"{{rule: '{rule}', optionalOldSelf: true, message: m}}"
    field = f"{{type: integer, x-kubernetes-validations: [{told}]}}"

    assert _told(field, None, "2") == [("m",)]
    assert _told(field, None, "1") == []
    assert _told(field, "3", "2") == [("m",)]
    assert _told(field, "1", "2") == []


def test_a_message_can_name_the_former_value() -> None:
    rule = "{rule: self == oldSelf, messageExpression: \"'was ' + oldSelf\"}"
    assert _told(f"{{type: string, x-kubernetes-validations: [{rule}]}}", "a", "b") == [("was a",)]


def test_items_of_a_map_correspond_by_their_keys() -> None:
    value = "{type: integer, x-kubernetes-validations: [{rule: self >= oldSelf, message: less}]}"
    item = f"{{type: object, properties: {{k: {{type: string}}, v: {value}}}}}"
    field = _list("map", item, ", x-kubernetes-list-map-keys: [k]")

    assert _told(field, "[{k: a, v: 1}, {k: b, v: 5}]", "[{k: b, v: 5}, {k: a, v: 0}, {k: c, v: 0}]") == [
        (1, "v", "less")
    ]


def test_items_of_other_lists_and_parts_of_atomic_maps_never_correspond() -> None:
    assert _told(_list("atomic", FIXED), "[a]", "[b]") == []
    assert _told(_list("set", FIXED), "[a]", "[b]") == []
    field = f"{{type: object, x-kubernetes-map-type: atomic, properties: {{y: {FIXED}}}}}"
    assert _told(field, "{y: a}", "{y: b}") == []


def test_the_order_of_a_set_is_no_change() -> None:
    field = _list(
        "set", "{type: string}", ", x-kubernetes-validations: [{rule: self == oldSelf, message: m}]"
    )

    assert _told(field, "[a, b]", "[b, a]") == []
    assert _told(field, "[a, b]", "[b, c]") == [("m",)]


def _git(root: Path, *arguments: str) -> None:
    who = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    subprocess.run(["git", "-C", str(root), *who, *arguments], check=True, capture_output=True)


def _committed(root: Path, files: dict[str, str]) -> Path:
    write(root, files)
    _git(root, "init", "--quiet")
    _git(root, "add", "--all")
    _git(root, "commit", "--quiet", "-m", "as it was")
    return root


def test_a_staged_change_is_compared_with_the_last_commit(tmp_path: Path) -> None:
    files = {"crd.yaml": DEFINITION, "shop.yaml": SHOP.format("here")}
    root = _committed(tmp_path / "shop", files)
    write(root, {"shop.yaml": SHOP.format("there"), "crd.yaml": f"# changed\n{DEFINITION}"})
    _git(root, "add", "--all")

    assert check(root, "--staged").places(CEL) == ["shop.yaml:5"]
    assert check(root, "--changed-since", "HEAD").places(CEL) == ["shop.yaml:5"]
    assert check(root).places(CEL) == []


def test_a_change_of_an_overlay_is_compared_in_its_own_target(tmp_path: Path) -> None:
    overlay = "resources: [../base]\npatches: [{{target: {{kind: Shop}}, patch: '{}'}}]\n"
    same = '[{"op": "replace", "path": "/spec/place", "value": "here"}]'
    files = {
        "base/kustomization.yaml": "resources: [crd.yaml, shop.yaml]\n",
        "base/crd.yaml": DEFINITION,
        "base/shop.yaml": SHOP.format("here"),
        "dev/kustomization.yaml": overlay.format(same),
        "live/kustomization.yaml": overlay.format(same),
    }
    root = _committed(tmp_path / "shop", files)
    write(root, {"dev/kustomization.yaml": overlay.format(same.replace("here", "there"))})

    ran = check(root, "--changed-since", "HEAD")

    assert ran.of(CEL)["targets"] == ["shop//dev"]


def test_a_new_object_and_the_first_commit_have_nothing_to_be_compared_with(tmp_path: Path) -> None:
    root = write(tmp_path / "shop", {"crd.yaml": DEFINITION, "shop.yaml": SHOP.format("here")})
    _git(root, "init", "--quiet")
    _git(root, "add", "--all")
    assert check(root, "--staged").places(CEL) == []

    _git(root, "commit", "--quiet", "-m", "first")
    write(root, {"other.yaml": SHOP.format("there").replace("corner", "other")})
    _git(root, "add", "--all")
    assert check(root, "--staged").places(CEL) == []


def test_a_commit_is_compared_without_a_checkout(tmp_path: Path) -> None:
    files = {
        "kustomization.yaml": "resources: [crd.yaml, shop.yaml]\n",
        "crd.yaml": DEFINITION,
        "shop.yaml": SHOP.format("here"),
    }
    root = _committed(tmp_path / "shop", files)
    write(root, {"shop.yaml": SHOP.format("there")})
    _git(root, "commit", "--quiet", "--all", "-m", "moved")
    write(root, {"shop.yaml": SHOP.format("here")})
    _git(root, "commit", "--quiet", "--all", "-m", "moved back")
    bare = tmp_path / "bare.git"
    _git(root, "clone", "--quiet", "--bare", str(root), str(bare))

    for folder in (root, bare):
        assert check(folder, "--rev", "HEAD~1", "--changed-since", "HEAD~2").places(CEL) == ["shop.yaml:5"]
        assert check(folder, "--rev", "HEAD", "--changed-since", "HEAD~1").places(CEL) == ["shop.yaml:5"]
        assert check(folder, "--rev", "HEAD", "--changed-since", "HEAD~2").places(CEL) == []
        assert check(folder, "--rev", "HEAD").places(CEL) == []


def test_an_index_of_a_set_counts_its_order() -> None:
    def field(rule: str) -> str:
        more = f", x-kubernetes-validations: [{{rule: '{rule}', message: m}}]"
        return _list("set", "{type: string}", more)

    assert _told(field("self[0] == oldSelf[0]"), "[a, b]", "[b, a]") == [("m",)]
    assert _told(field("self.map(x, x) == oldSelf.map(x, x)"), "[a, b]", "[b, a]") == [("m",)]
    assert _told(field("oldSelf.all(o, o in self)"), "[a, b]", "[b, a]") == []


def test_what_may_count_the_order_or_not_is_left_out() -> None:
    listed = "{type: array, x-kubernetes-list-type: set, items: {type: string}}"
    rule = 'self.a == oldSelf.a && self.a[0] == "b"'
    schema = f"{{type: object, properties: {{a: {listed}}}, x-kubernetes-validations: [{{rule: '{rule}'}}]}}"
    rules = rules_of(yaml.safe_load(f"{{type: object, properties: {{x: {schema}}}}}"))
    assert rules is not None
    judge = CelRules()

    assert judge.faults(_body("{a: [b, a]}"), rules, _body("{a: [a, b]}")) == ()
    assert [one.reason for one in judge.unevaluated] == [
        "it compares lists both with and without their order"
    ]


def test_a_policy_compares_an_update_with_the_object_of_before(tmp_path: Path) -> None:
    settings = "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {}}}\ndata:\n  place: {}\n"
    files = {
        "kustomization.yaml": "resources: [policy.yaml, settings.yaml]\n",
        "policy.yaml": POLICY,
        "settings.yaml": settings.format("web", "here"),
    }
    root = _committed(tmp_path / "shop", files)
    added = {
        "kustomization.yaml": "resources: [policy.yaml, settings.yaml, new.yaml]\n",
        "settings.yaml": settings.format("web", "there"),
        "new.yaml": settings.format("new", "there"),
    }
    write(root, added)
    _git(root, "add", "--all")

    assert check(root, "--staged").places("admission-policy-violation") == ["settings.yaml:5"]
    assert check(root).places("admission-policy-violation") == []
