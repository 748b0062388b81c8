"""What hands changed is told apart from what Git goes on to, whichever way the operator applies."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import yaml

from ..reconcile.live import Cluster
from .comparing import Kubectl, Result
from .made import ARGO, CONFIG, FLUX, applied, argo, config, flux, updated

Compare = Callable[..., Result]

SINGLE = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: single, namespace: default}
data:
  host: good
"""

ROLE = """\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: viewer, namespace: default}
rules:
- apiGroups: [""]
  resources: [pods]
  verbs: [get]
- apiGroups: [apps]
  resources: [deployments]
  verbs: [get, list, watch]
"""

RELEASE = {
    "clusters/production/charts.yaml": (
        "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\n"
        "metadata: {name: fleet, namespace: flux-system}\n"
        "spec: {interval: 1m, url: https://git.example/acme/repo, ref: {branch: main}}\n"
    ),
    "clusters/production/shop.yaml": (
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\n"
        "metadata: {name: shop, namespace: default}\n"
        "spec:\n  interval: 10m\n  driftDetection: {mode: enabled}\n"
        "  chart: {spec: {chart: ./charts/shop, sourceRef: {kind: GitRepository, name: fleet, "
        "namespace: flux-system}}}\n"
    ),
    "charts/shop/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
}


def synced(kubectl: Kubectl, live: Cluster, text: str) -> None:
    """As Argo CD does by default: from its own side."""
    kubectl("apply", "-f", "-", "--field-manager=argocd-controller", given=text)
    live._made.append(yaml.safe_load(text))


def patched(kubectl: Kubectl, kind: str, patch: str, way: str = "merge") -> None:
    kubectl("patch", kind, f"--type={way}", "-p", patch)


def test_a_hand_that_edits_every_key_is_seen_after_a_client_side_apply(
    live: Cluster, kubectl: Kubectl, compare: Compare
) -> None:
    synced(kubectl, live, SINGLE)
    patched(kubectl, "cm/single", '{"data":{"host":"evil"}}')
    entries = kubectl.shown("cm/single")["metadata"]["managedFields"]
    assert entries[0]["fieldsV1"]["f:data"] == {}  # what is left to the operator

    for options in ((), ("--drift-only",)):
        found = compare(argo("hands", {"config.yaml": SINGLE}), *ARGO, *options)

        assert list(found.told) == ["drift-changed shop/config.yaml:5"]
        said = "data.host is evil in the cluster and good in Git: set by kubectl-patch on 20"
        assert found.of("drift-changed")["message"].startswith(said)


def test_a_hand_that_edits_every_key_is_seen_after_helm_too(
    live: Cluster, kubectl: Kubectl, compare: Compare
) -> None:
    text = CONFIG.format(name="charted")
    kubectl("create", "-f", "-", "--field-manager=helm-controller", given=text)
    live._made.append(yaml.safe_load(text))
    patched(kubectl, "cm/charted", '{"data":{"colour":"red","audit":"off"}}')

    found = compare({**RELEASE, "charts/shop/templates/config.yaml": text}, *FLUX)

    assert sorted(found.told.values()) == sorted(
        message for message in found.told.values() if "set by kubectl-patch on 20" in message
    )
    assert len(found.told) == 2, (found.told, found.ran.err)


def test_a_hotfix_that_was_taken_into_git_is_no_drift_of_the_next_change(
    live: Cluster, kubectl: Kubectl, compare: Compare
) -> None:
    synced(kubectl, live, SINGLE)
    patched(kubectl, "cm/single", '{"data":{"host":"fixed"}}')
    synced(kubectl, live, SINGLE.replace("good", "fixed"))

    found = compare(argo("hands", {"config.yaml": SINGLE.replace("good", "next")}), *ARGO)

    assert found.told == {}
    assert found.changes["ConfigMap single"] == ["data.host: fixed -> next"]


def test_what_somebody_else_applied_from_their_side_is_drift_all_the_same(
    live: Cluster, kubectl: Kubectl, compare: Compare
) -> None:
    synced(kubectl, live, SINGLE)
    kubectl("apply", "-f", "-", given=SINGLE.replace("good", "evil"))

    found = compare(argo("hands", {"config.yaml": SINGLE}), *ARGO).of("drift-changed")

    assert (
        "data.host is evil in the cluster and good in Git: set by kubectl-client-side-apply"
        in (found["message"])
    )


def test_of_a_list_that_both_changed_only_what_the_hand_did_is_told(
    live: Cluster, kubectl: Kubectl, compare: Compare
) -> None:
    synced(kubectl, live, ROLE)
    patched(kubectl, "role/viewer", '[{"op":"add","path":"/rules/0/verbs/-","value":"delete"}]', "json")

    found = compare(argo("hands", {"role.yaml": ROLE.replace("[pods]", "[pods, secrets]")}), *ARGO)

    assert list(found.told) == ["drift-changed shop/role.yaml:7"]
    assert "rules[0].verbs was changed in the cluster" not in found.of("drift-changed")["message"]
    assert found.of("drift-changed")["message"].startswith(
        'rules[0].verbs is ["get", "delete"] in the cluster and ["get"] in Git: set by kubectl-patch'
    )
    assert len(found.changes["Role viewer"]) == 2


def test_items_that_a_hand_added_and_removed_are_told_by_what_they_are(
    live: Cluster, kubectl: Kubectl, compare: Compare
) -> None:
    synced(kubectl, live, ROLE)
    rule = '{"apiGroups":["batch"],"resources":["jobs"],"verbs":["create"]}'
    patch = f'[{{"op":"add","path":"/rules/0","value":{rule}}},{{"op":"remove","path":"/rules/2"}}]'
    patched(kubectl, "role/viewer", patch, "json")
    more = '- apiGroups: [""]\n  resources: [secrets]\n  verbs: [get]\n'

    found = compare(argo("hands", {"role.yaml": ROLE + more}), *ARGO).of("drift-changed")

    message = found["message"]
    assert message.startswith(
        'rules was changed in the cluster: added {"verbs": ["create"], "apiGroups": ["ba'
    )
    assert '} and removed {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get", ' in message
    assert "secrets" not in message


def test_a_list_is_told_once_where_hand_and_git_cannot_be_told_apart(
    live: Cluster, kubectl: Kubectl, compare: Compare
) -> None:
    live.live([applied(yaml.safe_load(ROLE), "argocd-controller")])
    patched(kubectl, "role/viewer", '[{"op":"add","path":"/rules/0/verbs/-","value":"delete"}]', "json")

    found = compare(argo("hands", {"role.yaml": ROLE.replace("[pods]", "[pods, secrets]")}), *ARGO)

    message = found.of("drift-changed")["message"]
    assert message.startswith('rules differs, in the cluster only: {"verbs": ["get", "delete"], "apiGroups"')
    assert '; in Git only: {"verbs": ["get"], "apiGroups": [""], "resources": ["pods", "secrets"]}' in message
    assert "deployments" not in message


def test_of_long_texts_only_the_lines_that_differ_are_told(
    live: Cluster, kubectl: Kubectl, compare: Compare
) -> None:
    lines = [f"setting.number.{at} = {at}" for at in range(40)]
    live.live(
        [applied(config("long", {"file": "\n".join(lines), "url": "x" * 200 + "a"}), "argocd-controller")]
    )
    changed = {"data": {"file": "\n".join(["added = 1", *lines[:-1]]), "url": "x" * 200 + "b"}}
    patched(kubectl, "cm/long", yaml.safe_dump(changed))
    text = yaml.safe_dump(config("long", {"file": "\n".join(lines), "url": "x" * 200 + "a"}))

    found = compare(argo("hands", {"config.yaml": text}), *ARGO)

    file, url = sorted(found.told.values())
    assert (
        "data.file differs, in the cluster only: added = 1; in Git only: setting.number.39 = 39: set" in file
    )
    assert "xxxb in the cluster and …xxx" in url


@pytest.mark.parametrize("more", ["", "  suspend: false\n"])
def test_a_whole_mapping_still_belongs_to_who_holds_it(
    live: Cluster, kubectl: Kubectl, compare: Compare, more: str
) -> None:
    """An atomic mapping is written like one that has lost its keys."""
    service = yaml.safe_load(
        "apiVersion: v1\nkind: Service\nmetadata: {name: atomic, namespace: default}\n"
        "spec: {selector: {app: web}, ports: [{port: 80}]}\n"
    )
    live.live([applied(service, "kustomize-controller")])
    service["spec"]["selector"] = {"app": "next"}

    found = compare(flux("hands", {"service.yaml": yaml.safe_dump(service)}, more), *FLUX)

    assert found.told == {}
    patched(kubectl, "svc/atomic", '{"spec":{"selector":{"app":"evil"}}}')
    found = compare(flux("hands", {"service.yaml": yaml.safe_dump(service)}, more), *FLUX)
    assert "spec.selector.app is evil in the cluster and next in Git" in found.of("drift-changed")["message"]


def test_a_key_that_is_new_to_a_secret_is_planned_and_not_shown(
    live: Cluster, kubectl: Kubectl, compare: Compare
) -> None:
    text = "apiVersion: v1\nkind: Secret\nmetadata: {name: keys, namespace: default}\n"
    text += "stringData: {old: abcd1234}\n"
    synced(kubectl, live, text)

    found = compare(argo("hands", {"secret.yaml": text.replace("old:", "new: efgh5678, old:")}), *ARGO)

    assert found.changes["Secret keys"] == ["data.new: nothing -> (hidden)"]
    assert "efgh5678" not in found.ran.out


def test_names_that_stand_for_whoever_it_was_are_explained(live: Cluster, compare: Compare) -> None:
    text = CONFIG.format(name="old")
    live.live([applied(yaml.safe_load(text), "argocd-controller")])
    live.live([updated(config("old", {"colour": "red"}), "ancient-changes")])

    message = compare(argo("hands", {"config.yaml": text}), *ARGO).of("drift-changed")["message"]

    assert "set by somebody long ago, of whom the server has merged the records (ancient-changes)" in message


def test_a_restored_order_is_no_riddle(live: Cluster, kubectl: Kubectl, compare: Compare) -> None:
    live.live([applied(yaml.safe_load(ROLE), "argocd-controller")])
    rules = yaml.safe_load(ROLE)["rules"]
    patched(kubectl, "role/viewer", yaml.safe_dump({"rules": rules[::-1]}))

    message = compare(argo("hands", {"role.yaml": ROLE}), *ARGO).of("drift-changed")["message"]

    assert message.startswith("rules differs, in the order or number of its items: set by kubectl-patch")


def test_lines_that_give_a_secret_a_value_are_not_shown(
    live: Cluster, kubectl: Kubectl, compare: Compare
) -> None:
    lines = "\n".join(f"setting.number.{at} = {at}" for at in range(20))
    here, there = f"{lines}\n- --db-password=drawn-8c1f7ab2\n", f"{lines}\n- --db-password=other-2d9e0c11\n"
    long = '{"padding": "' + "x" * 200 + '", "password": "%s"}'
    data = {"args": here, "json": long % "drawn-8c1f7ab2"}
    live.live([applied(config("lines", data), "argocd-controller")])
    changed = {"args": there, "json": long % "other-2d9e0c11"}
    patched(kubectl, "cm/lines", yaml.safe_dump({"data": changed}))

    found = compare(argo("hands", {"config.yaml": yaml.safe_dump(config("lines", data))}), *ARGO)

    assert len(found.told) == 2
    for one in ("drawn-8c1f7ab2", "other-2d9e0c11"):
        assert one not in found.ran.out
