"""What an account may not read, or may not grant, is told as not judged, and never as clean or as a fault."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ...cli.command_line import Ran, repository, run
from .live import CONTEXT, Cluster, kubeconfig

PLACE = "blind"
SECONDS_TO_SPREAD = 5
RBAC = "rbac.authorization.k8s.io"
GIT = """\
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: blind, namespace: flux-system}
spec: {interval: 1m, url: "https://git.example/acme/blind", ref: {branch: main}}
"""
FLUX = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: blind, namespace: flux-system}
spec:
  interval: 10m
  prune: true
  path: ./shop
  targetNamespace: blind
  sourceRef: {kind: GitRepository, name: blind}
"""
MARKS = {
    "kustomize.toolkit.fluxcd.io/name": "blind",
    "kustomize.toolkit.fluxcd.io/namespace": "flux-system",
}
SETTINGS = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: blind}\ndata: {a: b}\n"
ROLE = """\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: viewer, namespace: blind}
rules:
- {apiGroups: [""], resources: [pods], verbs: [get]}
"""
BINDING = """\
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: viewers, namespace: blind}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: viewer}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: devs}]
"""
LIVE: Sequence[Mapping[str, Any]] = (
    {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "settings", "namespace": PLACE, "labels": MARKS},
        "data": {"a": "b"},
    },
    {
        "apiVersion": f"{RBAC}/v1",
        "kind": "Role",
        "metadata": {"name": "viewer", "namespace": PLACE, "labels": MARKS},
        "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}],
    },
    {
        "apiVersion": f"{RBAC}/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "viewers", "namespace": PLACE, "labels": MARKS},
        "roleRef": {"apiGroup": RBAC, "kind": "Role", "name": "viewer"},
        "subjects": [{"apiGroup": RBAC, "kind": "Group", "name": "devs"}],
    },
)
WRITING = ("create", "patch")


@pytest.fixture
def place(scratch: Cluster) -> Iterator[Cluster]:
    """The cluster, with what Flux has left there."""
    scratch.live([{"apply": {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": PLACE}}}])
    scratch.live([{"manager": "kustomize-controller", "apply": one} for one in LIVE])
    yield scratch
    scratch.clean()


def account(
    there: Cluster, name: str, folder: Path, may: Mapping[tuple[str, str], Sequence[str]]
) -> Sequence[str]:
    """What leads the command to the cluster as an account that may do no more than is said of kinds."""
    subject = {"kind": "ServiceAccount", "name": name, "namespace": PLACE}
    rules = [
        {"apiGroups": [group], "resources": [plural], "verbs": [*verbs]}
        for (group, plural), verbs in may.items()
    ]
    role = {"apiVersion": f"{RBAC}/v1", "kind": "ClusterRole", "metadata": {"name": name}, "rules": rules}
    reference = {"apiGroup": RBAC, "kind": "ClusterRole", "name": name}
    bound = {**role, "kind": "ClusterRoleBinding", "roleRef": reference, "subjects": [subject]}
    del bound["rules"]
    metadata = {"name": name, "namespace": PLACE}
    made = ({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}, role, bound)
    there.live([{"apply": one} for one in made])
    request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
    url = f"/api/v1/namespaces/{PLACE}/serviceaccounts/{name}/token"
    status, said = there.client.send("POST", url, request)
    assert status == 201, said
    time.sleep(SECONDS_TO_SPREAD)  # until the server goes by the new role
    server = replace(there.server, token=said["status"]["token"])
    return "--kubeconfig", str(kubeconfig(server, folder / f"{name}.kubeconfig")), "--context", CONTEXT


def reconciled(folder: Path, named: Sequence[str], *options: str, role: str = ROLE) -> tuple[Ran, Ran]:
    """The command on a repository that Flux delivers, as JSON and as text."""
    shop = "---\n".join((SETTINGS, role, BINDING))
    made = repository(
        folder / "shop", {"clusters/here/git.yaml": GIT, "clusters/here/a.yaml": FLUX, "shop/a.yaml": shop}
    )
    made("remote", "add", "origin", "https://git.example/acme/blind")
    asked = ("reconcile", folder / "shop", *named, "--no-prune", *options)
    return run(*asked, "--format", "json"), run(*asked)


def of_shop(ran: Ran) -> list[str]:
    """What was not judged of the objects that Flux delivers."""
    return [one["reason"] for one in ran.report["unchecked"] if one["target"].endswith("/blind")]


@pytest.mark.parametrize("options", [("--drift-only",), ()], ids=["drift only", "dry runs"])
def test_an_account_that_may_nothing_proves_nothing(
    options: Sequence[str], place: Cluster, tmp_path: Path
) -> None:
    named = account(place, f"nobody{len(options)}", tmp_path, {})

    ran, text = reconciled(tmp_path, named, *options)

    assert (ran.code, ran.findings) == (3, [])
    (told,) = ran.report["rehearsals"]
    assert told["objects"] == {"unverifiable": 5}
    assert not told["compared"]
    assert len(of_shop(ran)) == (3 if options else 1)
    assert all("--rbac` shows what is needed" in one for one in of_shop(ran))
    assert "the next sync" not in text.out
    assert "Clean" not in text.out


def test_a_kind_that_may_not_be_read_is_not_compared(place: Cluster, tmp_path: Path) -> None:
    may = {
        ("", "configmaps"): ("get", "list"),
        (RBAC, "roles"): ("get", "list"),
        ("kustomize.toolkit.fluxcd.io", "kustomizations"): ("get", "list"),
        ("source.toolkit.fluxcd.io", "gitrepositories"): ("get", "list"),
    }

    ran, text = reconciled(tmp_path, account(place, "half", tmp_path, may), "--drift-only")

    assert ran.code == 3
    (told,) = ran.report["rehearsals"]
    assert told["objects"] == {"compared": 4, "unverifiable": 1}
    (reason,) = of_shop(ran)
    assert reason.startswith("1 object: we may not get rolebindings.rbac.authorization.k8s.io here")
    assert "what it does to 1 object is not known" in text.out
    assert "Clean" not in text.out


def test_a_dry_run_that_passes_says_nothing_of_what_may_not_be_read(place: Cluster, tmp_path: Path) -> None:
    may = {("", "configmaps"): WRITING}

    ran, _ = reconciled(tmp_path, account(place, "writer", tmp_path, may))

    assert (ran.code, ran.findings) == (3, [])
    assert any(one.startswith("1 object: we may not get configmaps here") for one in of_shop(ran))


KINDS = (
    ("", "configmaps"),
    (RBAC, "roles"),
    (RBAC, "rolebindings"),
    ("kustomize.toolkit.fluxcd.io", "kustomizations"),
    ("source.toolkit.fluxcd.io", "gitrepositories"),
)
RIGHTS = dict.fromkeys(KINDS, ("get", "list", *WRITING))


def test_roles_that_stay_as_they_are_need_no_rights_to_grant(place: Cluster, tmp_path: Path) -> None:
    ran, _ = reconciled(tmp_path, account(place, "same", tmp_path, RIGHTS))

    assert ran.findings == []
    assert of_shop(ran) == []
    assert ran.code == 0, ran.report["unchecked"]


def test_what_our_own_account_may_not_grant_is_no_fault_of_the_role(place: Cluster, tmp_path: Path) -> None:
    wider = ROLE.replace("[get]", "[get, delete]")

    ran, _ = reconciled(tmp_path, account(place, "wider", tmp_path, RIGHTS), role=wider)

    assert (ran.code, ran.findings) == (3, [])
    (reason,) = of_shop(ran)
    assert reason.startswith("1 object: we may not grant here what it grants")
