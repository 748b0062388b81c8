"""Edits by real kubectl and other hands are told with who and when, at the line that Git has."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import yaml

from ..reconcile.live import Cluster
from .comparing import Kubectl, Result
from .made import (
    ARGO,
    CONFIG,
    DEPLOYMENT,
    FLUX,
    applied,
    argo,
    config,
    created,
    flux,
    flux_labels,
    updated,
)

Compare = Callable[..., Result]


def web(name: str) -> dict[str, str]:
    return {"web.yaml": DEPLOYMENT.format(name=name)}


def delivered(live: Cluster, text: str, manager: str) -> None:
    live.live([applied(yaml.safe_load(text), manager)])


def test_an_edited_image_is_told_at_its_line_with_who_when_and_what_follows(
    live: Cluster, kubectl: Kubectl, compare: Compare
) -> None:
    delivered(live, DEPLOYMENT.format(name="edited"), "kustomize-controller")
    kubectl.edit("deployment/edited", "web:1.0", "web:2.0")

    found = compare(flux("hands", web("edited")), *FLUX)

    ((where, message),) = found.told.items()
    assert where == "drift-changed shop/web.yaml:20"
    assert "image is registry.example/web:2.0 in the cluster and registry.example/web:1.0 in Git" in message
    assert "set by kubectl-edit on 20" in message
    hint = found.of("drift-changed")["hint"]
    assert "kustomize-controller sets it back at its next reconciliation (every 10m)" in hint


def test_the_line_is_that_of_the_entry_that_sets_the_field(
    live: Cluster, kubectl: Kubectl, compare: Compare
) -> None:
    shop = {
        **web("overlaid"),
        "kustomization.yaml": "resources: [web.yaml]\nreplicas:\n- name: overlaid\n  count: 4\n",
    }
    body = yaml.safe_load(DEPLOYMENT.format(name="overlaid"))
    body["spec"]["replicas"] = 4
    live.live([applied(body, "argocd-controller")])
    kubectl("scale", "deployment/overlaid", "--replicas=7")

    found = compare(argo("hands", shop), *ARGO)

    assert found.told == {
        "drift-changed shop/kustomization.yaml:4": (
            "spec.replicas is 7 in the cluster and 4 in Git: set by kubectl scale"
        )
    }
    assert "as soon as it sees it (selfHeal)" in found.of("drift-changed")["hint"]


def test_scaling_to_nothing_is_told_although_the_server_keeps_no_name(
    live: Cluster, kubectl: Kubectl, compare: Compare
) -> None:
    delivered(live, DEPLOYMENT.format(name="stopped"), "argocd-controller")
    kubectl("scale", "deployment/stopped", "--replicas=0")

    found = compare(argo("hands", web("stopped")), *ARGO).of("drift-changed")

    assert found["message"].startswith("spec.replicas is 0 in the cluster and 2 in Git: set by scaling")
    assert found["confidence"] == "medium"


def test_replicas_that_an_autoscaler_sets_are_never_drift(
    live: Cluster, kubectl: Kubectl, compare: Compare
) -> None:
    delivered(live, DEPLOYMENT.format(name="scaled"), "argocd-controller")
    kubectl("autoscale", "deployment/scaled", "--min=1", "--max=9", "--cpu-percent=80")
    kubectl("scale", "deployment/scaled", "--replicas=7")

    found = compare(argo("hands", web("scaled")), *ARGO)
    kubectl("delete", "hpa/scaled")

    assert found.told == {}


def test_a_list_without_keys_is_told_as_a_whole_and_an_item_with_a_key_by_its_key(
    live: Cluster, kubectl: Kubectl, compare: Compare
) -> None:
    delivered(live, DEPLOYMENT.format(name="patched"), "kustomize-controller")
    edited = '{"name":"web","args":["serve"],"env":[{"name":"LEVEL","value":"debug"}]}'
    patch = f'{{"spec":{{"template":{{"spec":{{"containers":[{edited}]}}}}}}}}'
    kubectl("patch", "deployment/patched", "-p", patch)

    found = compare(flux("hands", web("patched")), *FLUX)

    assert list(found.told) == ["drift-changed shop/web.yaml:21", "drift-changed shop/web.yaml:24"]
    args, level = found.told.values()
    assert 'containers[name=web].args is ["serve"] in the cluster and ["serve", "--verbose"] in Git' in args
    assert "env[name=LEVEL].value is debug in the cluster and info in Git: set by kubectl-patch" in level


def test_what_was_added_is_told_once_and_that_flux_removes_it(
    live: Cluster, kubectl: Kubectl, compare: Compare
) -> None:
    delivered(live, DEPLOYMENT.format(name="added"), "kustomize-controller")
    kubectl("set", "env", "deployment/added", "DEBUG=1")
    kubectl("annotate", "deployment/added", "example.com/owner=me")

    found = compare(flux("hands", web("added")), *FLUX).of("drift-added")

    assert found["message"].startswith(
        'the cluster has metadata.annotations["example.com/owner"], '
        "spec.template.spec.containers[name=web].env[name=DEBUG], which Git has not: set by kubectl-annotate"
    )
    assert "kustomize-controller removes them at its next reconciliation" in found["hint"]
    assert found["severity"] == "warning"


def test_what_was_added_stays_under_argo_cd(live: Cluster, kubectl: Kubectl, compare: Compare) -> None:
    delivered(live, DEPLOYMENT.format(name="marked"), "argocd-controller")
    patch = '{"spec":{"template":{"metadata":{"annotations":{"example.com/since":"monday"}}}}}'
    kubectl("patch", "deployment/marked", "-p", patch)

    found = compare(argo("hands", web("marked")), *ARGO).of("drift-added")

    assert 'template.metadata.annotations["example.com/since"], which Git has not' in found["message"]
    assert "Argo CD leaves it as long as Git does not set it" in found["hint"]
    assert found["severity"] == "note"


def test_a_restart_is_no_drift_unless_flux_undoes_it(
    live: Cluster, kubectl: Kubectl, compare: Compare
) -> None:
    delivered(live, DEPLOYMENT.format(name="restarted"), "argocd-controller")
    kubectl("rollout", "restart", "deployment/restarted")

    assert compare(argo("hands", web("restarted")), *ARGO).told == {}

    delivered(live, DEPLOYMENT.format(name="rolled"), "kustomize-controller")
    kubectl("rollout", "restart", "deployment/rolled")

    found = compare({**argo("hands", {}), **flux("hands", web("rolled"))}, *FLUX).of("drift-added")
    assert 'annotations["kubectl.kubernetes.io/restartedAt"], which Git has not' in found["message"]
    assert "kustomize-controller removes it at its next reconciliation" in found["hint"]


def test_a_removed_field_is_told_where_a_client_side_apply_left_what_it_sent(
    live: Cluster, kubectl: Kubectl, compare: Compare
) -> None:
    text = CONFIG.format(name="removed")
    live.live([created(yaml.safe_load(text), "argocd-controller")])
    kubectl("patch", "configmap/removed", "--type=merge", "-p", '{"data":{"audit":null}}')

    found = compare(argo("hands", {"config.yaml": text}), *ARGO)

    assert found.told == {
        "drift-changed shop/config.yaml:8": "data.audit (on in Git) is gone in the cluster: it was removed "
        "there after it had been applied"
    }


def test_what_git_is_ahead_with_is_only_planned(live: Cluster, compare: Compare) -> None:
    before = config("ahead", {"colour": "red"}, labels=flux_labels("hands"))
    live.live([applied(before, "kustomize-controller")])

    found = compare(flux("hands", {"config.yaml": CONFIG.format(name="ahead")}), *FLUX)

    assert found.told == {}
    assert found.changes["ConfigMap ahead"] == ["data.audit: nothing -> on", "data.colour: red -> blue"]


def test_an_object_that_the_operator_never_applied_is_nobodys_drift(
    live: Cluster, kubectl: Kubectl, compare: Compare
) -> None:
    kubectl("create", "configmap", "adopted", "--from-literal=colour=red", "--from-literal=more=1")
    live._made.append(config("adopted"))

    found = compare(flux("hands", {"config.yaml": CONFIG.format(name="adopted")}), *FLUX)

    assert found.told == {}
    assert "data.colour: red -> blue" in found.changes["ConfigMap adopted"]


@pytest.mark.parametrize(
    "manager", ["kube-controller-manager", "cert-manager-cainjector", "external-secrets", "my-operator"]
)
def test_what_a_controller_sets_is_no_drift(live: Cluster, compare: Compare, manager: str) -> None:
    text = CONFIG.format(name="controlled")
    delivered(live, text, "argocd-controller")
    live.live([updated(config("controlled", {"colour": "green", "more": "1"}), manager)])

    found = compare(argo("hands", {"config.yaml": text}), *ARGO)

    assert found.told == {}
    assert found.changes["ConfigMap controlled"] == ["data.colour: green -> blue"]


def test_a_program_that_is_not_known_is_told_with_less_confidence(live: Cluster, compare: Compare) -> None:
    text = CONFIG.format(name="scripted")
    delivered(live, text, "argocd-controller")
    live.live([updated(config("scripted", {"colour": "green"}), "nightly.sh")])

    found = compare(argo("hands", {"config.yaml": text}), *ARGO).of("drift-changed")

    assert found["confidence"] == "medium"
    assert "set by 'nightly.sh'" in found["message"]


@pytest.mark.parametrize(
    ("manager", "said"), [("node-fetch", "Lens"), ("Mozilla", "a browser"), ("k9s", "k9s")]
)
def test_hands_with_other_tools_are_named(live: Cluster, compare: Compare, manager: str, said: str) -> None:
    text = CONFIG.format(name="clicked")
    delivered(live, text, "argocd-controller")
    live.live([updated(config("clicked", {"colour": "green"}), manager)])

    assert said in compare(argo("hands", {"config.yaml": text}), *ARGO).of("drift-changed")["message"]


def test_secrets_are_compared_and_never_shown(live: Cluster, kubectl: Kubectl, compare: Compare) -> None:
    text = (
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: token\n  namespace: default\n"
        "stringData:\n  password: from-git-81c2\n  same: unchanged-77aa\n"
    )
    delivered(live, text, "argocd-controller")
    kubectl("patch", "secret/token", "-p", '{"stringData":{"password":"by-hand-93f1"}}')

    found = compare(argo("hands", {"secret.yaml": text}), *ARGO)

    assert list(found.told) == ["drift-changed shop/secret.yaml:7"]
    assert "data.password has another value in the cluster than in Git (hidden)" in found.told.popitem()[1]
    for one in ("by-hand-93f1", "from-git-81c2", "YnktaGFuZC05M2Yx", "ZnJvbS1naXQtODFjMg=="):
        assert one not in found.ran.out + found.ran.err


def test_credentials_in_the_environment_are_not_shown_either(
    live: Cluster, kubectl: Kubectl, compare: Compare
) -> None:
    delivered(live, DEPLOYMENT.format(name="tokens"), "argocd-controller")
    kubectl("set", "env", "deployment/tokens", "API_TOKEN=by-hand-5b77d0")

    found = compare(argo("hands", web("tokens")), *ARGO)

    assert "(hidden)" in found.of("drift-changed")["message"]
    assert "by-hand-5b77d0" not in found.ran.out


def test_a_quantity_in_other_words_is_the_same(live: Cluster, compare: Compare) -> None:
    delivered(live, DEPLOYMENT.format(name="same"), "argocd-controller")

    for options in ((), ("--drift-only",)):
        found = compare(argo("hands", web("same")), *ARGO, *options)
        assert found.told == {}
        assert "Deployment same" not in found.changes


def test_without_a_dry_run_hands_are_told_the_same(live: Cluster, kubectl: Kubectl, compare: Compare) -> None:
    delivered(live, DEPLOYMENT.format(name="read"), "argocd-controller")
    kubectl("set", "image", "deployment/read", "web=registry.example/web:3.0")
    kubectl("set", "env", "deployment/read", "LEVEL=debug")
    before = len(live.requests())

    found = compare(argo("hands", web("read")), *ARGO, "--drift-only")

    assert list(found.told) == ["drift-changed shop/web.yaml:20", "drift-changed shop/web.yaml:24"]
    asked = live.requests()[before:]
    assert asked
    assert [one for one in asked if not one.reads] == []
