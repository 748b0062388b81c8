"""The access that `reconcile --rbac` prints, on a real API server: it does for the run, and for no more."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from gitlint_ops.syntax.documents import read
from gitlint_ops.syntax.text import Typing

from ...cli.command_line import Files, Ran, deployment, repository, run, write
from ..apiserver import SERVER_FLAGS, Programs, Server, running
from ..client import APPLY, Body, Client
from .live import CONTEXT, Cluster, kubeconfig

SECONDS_TO_SPREAD = 30
READ, CREATED, FORBIDDEN, ABSENT = 200, 201, 403, 404
DENIED = 422
"""By a policy: the API server takes the object for invalid."""
WITH_RBAC = tuple(one.replace("AlwaysAllow", "RBAC") for one in SERVER_FLAGS)
DRY = "dryRun=All&fieldManager=gitlint-ops&force=true"
REAL = "fieldManager=gitlint-ops&force=true"

SHOP_WITHOUT_POLICY = """\
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: Secret
metadata: {name: db}
stringData: {password: hunter2}
"""
SHOP: Files = {
    "kustomization.yaml": "namespace: shop\nresources: [web.yaml, more.yaml]\n",
    "web.yaml": deployment(),
    "more.yaml": f"""\
{SHOP_WITHOUT_POLICY}---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {{name: ours}}
spec:
  matchConstraints: {{resourceRules: []}}
  validations: [{{expression: "true"}}]
""",
}
RIGHTS: Files = {
    "web.yaml": deployment().replace("  name: web", "  name: web\n  namespace: default", 1),
    "settings.yaml": "---\n".join(
        f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: many-{at}, namespace: default}}\n"
        for at in range(10)
    ),
}
NOT_HERE = {
    ("list", "scaledobjects.keda.sh"),  # KEDA does not run there
    ("list", "deployments.apps"),  # of so few, each is asked for by itself
}
ROLE = "/apis/rbac.authorization.k8s.io/v1/clusterroles/gitlint-ops-exact-reconcile"
WEB: Body = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "web", "namespace": "shop"},
    "spec": {
        "selector": {"matchLabels": {"app": "web"}},
        "template": {
            "metadata": {"labels": {"app": "web"}},
            "spec": {"containers": [{"name": "web", "image": "web:1"}]},
        },
    },
}
SECRET = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db", "namespace": "shop"}}
SETTINGS = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "shop"}}
POLICY = {
    "apiVersion": "admissionregistration.k8s.io/v1",
    "kind": "ValidatingAdmissionPolicy",
    "metadata": {"name": "ours"},
}
DEPLOYMENTS = "/apis/apps/v1/namespaces/shop/deployments"
FLUX: Files = {
    "apps.yaml": """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: shop, namespace: tenants}
spec:
  interval: 5m
  path: ./shop
  prune: true
  serviceAccountName: shop-deployer
  sourceRef: {kind: GitRepository, name: fleet}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: fleet, namespace: tenants}
spec: {interval: 5m, url: "https://git.example/fleet", ref: {branch: main}}
""",
    "shop/kustomization.yaml": "namespace: shop\nresources: [web.yaml]\n",
    "shop/web.yaml": deployment(),
}


@dataclass(frozen=True, slots=True)
class Asker:
    """The account, as the server knows it."""

    client: Client
    server: Server

    def status(self, method: str, url: str, body: Body | None = None, content: str = APPLY) -> int:
        return self.client.send(method, url, body, content if body else "application/json")[0]

    def apply(self, body: Body, query: str) -> int:
        return self.status("PATCH", f"{self.client.place(body)}?{query}", body)


@pytest.fixture(scope="module")
def server(programs: Programs) -> Iterator[Server]:
    with running(programs, WITH_RBAC) as started:
        yield started


@pytest.fixture(scope="module")
def root(server: Server) -> Iterator[Client]:
    with Client(server) as speaking:
        speaking.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})
        yield speaking


def granted(root: Client, folder: Path, files: Files, *options: str) -> list[Body]:
    """Apply what the command prints."""
    ran = run("reconcile", "--rbac", *options, write(folder, files))
    assert ran.code == 0, ran.err
    bodies = [one.body for one in read(ran.out.encode(), Typing.KUBECTL).documents]
    for body in bodies:
        status, told = root.send("PATCH", f"{root.place(body)}?{REAL}", body, APPLY)
        assert status in (200, 201), told
    return bodies


@contextmanager
def asker(root: Client, server: Server, name: str) -> Iterator[Asker]:
    """A service account of the namespace gitlint-ops."""
    request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
    url = f"/api/v1/namespaces/gitlint-ops/serviceaccounts/{name}/token"
    status, told = root.send("POST", url, request)
    assert status == 201, told
    own = replace(server, token=told["status"]["token"])
    with Client(own) as speaking:
        yield Asker(speaking, own)


@pytest.fixture(scope="module")
def account(root: Client, server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    granted(root, tmp_path_factory.mktemp("shop"), SHOP)
    with asker(root, server, "gitlint-ops") as found:
        # Roles and policies take a moment until the server goes by them.
        within(lambda: found.apply(WEB, DRY) == CREATED)
        within(lambda: found.apply(SECRET, REAL) == DENIED)
        root.send("DELETE", root.place(SECRET), None)
        yield found


def within(holds: Callable[[], bool]) -> None:
    latest = time.monotonic() + SECONDS_TO_SPREAD
    while not holds():
        assert time.monotonic() < latest
        time.sleep(0.2)


def test_dry_runs_of_what_the_workspace_renders_pass(account: Asker) -> None:
    assert account.apply(WEB, DRY) == CREATED
    assert account.apply(SECRET, DRY) == CREATED
    assert account.status("POST", f"{DEPLOYMENTS}?dryRun=All", WEB, "application/json") == CREATED


def test_no_write_of_the_account_that_is_no_dry_run_is_stored(account: Asker, root: Client) -> None:
    assert account.apply(WEB, REAL) == DENIED
    assert account.status("POST", DEPLOYMENTS, WEB, "application/json") == DENIED
    assert account.apply(SECRET, REAL) == DENIED
    assert root.send("GET", root.place(WEB), None)[0] == ABSENT


def test_an_object_that_lives_there_is_not_changed_either(account: Asker, root: Client) -> None:
    assert root.create(WEB).accepted
    try:
        assert account.apply(WEB, DRY) == READ
        assert account.apply(WEB, REAL) == DENIED
        assert account.status("DELETE", root.place(WEB)) == FORBIDDEN
        assert account.status("PUT", f"{root.place(WEB)}?dryRun=All", WEB, "application/json") == FORBIDDEN
    finally:
        root.send("DELETE", root.place(WEB), None)


def test_what_lives_there_can_be_read_and_nothing_else(account: Asker) -> None:
    assert account.status("GET", DEPLOYMENTS) == READ
    assert account.status("GET", "/apis/autoscaling/v2/horizontalpodautoscalers") == READ
    assert account.status("GET", "/api/v1/namespaces/shop") == READ
    assert account.status("GET", "/api/v1/configmaps") == FORBIDDEN
    assert (
        account.status("GET", "/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers/a") == FORBIDDEN
    )
    assert account.status("GET", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions") == FORBIDDEN
    assert account.apply(SETTINGS, DRY) == FORBIDDEN


def test_policies_cannot_be_guarded_by_a_policy_and_are_only_read(account: Asker, tmp_path: Path) -> None:
    assert account.apply(POLICY, DRY) == FORBIDDEN
    assert account.status("GET", "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies") == READ
    said = run("reconcile", "--rbac", write(tmp_path, SHOP)).out
    assert "# no dry runs of validatingadmissionpolicies.admissionregistration.k8s.io" in said


def test_the_command_can_do_its_work_with_this_access(account: Asker, root: Client, tmp_path: Path) -> None:
    ran = reconciled(account, write(tmp_path / "shop", {**SHOP, "more.yaml": SHOP_WITHOUT_POLICY}), tmp_path)

    assert ran.code == 0, ran.out + ran.err
    (told,) = ran.report["rehearsals"]
    assert told["objects"] == {"accepted": 3}
    assert [one["action"] for one in told["changes"]] == ["create", "create"]
    assert root.send("GET", root.place(WEB), None)[0] == ABSENT


def test_dry_runs_that_the_account_may_not_send_are_said_and_are_no_findings(
    account: Asker, tmp_path: Path
) -> None:
    ran = reconciled(account, write(tmp_path / "shop", SHOP), tmp_path)

    assert ran.code == 3, ran.out + ran.err
    assert not [one for one in ran.findings if one["rule"].startswith("dryrun")]
    (unchecked,) = ran.report["unchecked"]
    assert "we may not" in unchecked["reason"]
    assert "reconcile --rbac" in unchecked["reason"]


def test_it_is_the_policy_that_refuses(root: Client, server: Server, tmp_path: Path) -> None:
    bodies = granted(root, tmp_path, SHOP, "--account", "gitlint-ops/unguarded")
    (binding,) = (one for one in bodies if one["kind"] == "ValidatingAdmissionPolicyBinding")
    assert root.send("DELETE", root.place(binding), None)[0] == READ

    with asker(root, server, "unguarded") as found:
        within(lambda: found.apply(WEB, REAL) in (CREATED, READ))

    root.send("DELETE", root.place(WEB), None)


def test_others_are_not_bound_by_the_policy(account: Asker, root: Client) -> None:
    assert root.create(SETTINGS).accepted


def test_each_kind_of_the_role_is_asked_about_and_nothing_is_refused(
    scratch: Cluster, tmp_path: Path
) -> None:
    granted(scratch.client, tmp_path, RIGHTS, "--account", "gitlint-ops/exact")
    role = scratch.client.send("GET", ROLE, None)[1]
    web = {**WEB, "metadata": {"name": "web", "namespace": "default"}}
    scaled = {**web, "spec": {"replicas": 5}}  # by an autoscaler, or by hand: that is looked up
    scratch.live([{"apply": web, "manager": "gitlint-ops"}, {"update": scaled, "manager": "kubectl-edit"}])
    before = len(scratch.requests())
    try:
        with asker(scratch.client, scratch.server, "exact") as exact:
            within(lambda: exact.apply({**web, "metadata": {**web["metadata"], "name": "b"}}, DRY) == CREATED)
            ran = reconciled(exact, tmp_path, tmp_path / "..")
    finally:
        scratch.clean()

    asked = [one for one in scratch.requests()[before:] if one.user.endswith(":exact")]
    assert ran.code == 0, ran.out + ran.err
    # Roles take a moment until the server goes by them.
    first = next(at for at, one in enumerate(asked) if one.status != FORBIDDEN)
    assert [one.uri for one in asked[first:] if one.status == FORBIDDEN] == []
    used = {(one.verb, one.resource) for one in asked if one.status != FORBIDDEN}
    rights = {
        (verb, f"{resource}.{group}".rstrip("."))
        for rule in role["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
        if verb != "create"  # which a patch of what is not there takes
    }
    assert rights - used == NOT_HERE
    assert {one for one in used if one[1]} - rights == set()


def test_an_account_for_drift_alone_writes_nothing_at_all(
    root: Client, server: Server, tmp_path: Path
) -> None:
    bodies = granted(root, tmp_path, SHOP, "--drift-only", "--account", "gitlint-ops/reader")

    with asker(root, server, "reader") as reader:
        within(lambda: reader.status("GET", DEPLOYMENTS) == READ)
        assert reader.apply(WEB, DRY) == FORBIDDEN
        ran = reconciled(reader, tmp_path, tmp_path / "..", "--drift-only")
        assert ran.code == 0, ran.out + ran.err
        assert ran.report["rehearsals"][0]["objects"] == {"compared": 4}
    verbs = {verb for body in bodies for rule in body.get("rules", ()) for verb in rule["verbs"]}
    assert verbs == {"get", "list"}
    assert not [one for one in bodies if one["kind"].startswith("ValidatingAdmission")]


def test_an_account_asks_as_the_operators_own_and_as_nobody_else(
    root: Client, server: Server, tmp_path: Path
) -> None:
    root.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "tenants"}})
    fleet = repository(tmp_path / "fleet", FLUX)
    fleet("remote", "add", "origin", "https://git.example/fleet")
    granted(root, fleet.folder, {}, "--as-operator", "--account", "gitlint-ops/stand-in")
    with asker(root, server, "stand-in") as stand_in:
        within(lambda: 'tenants:shop-deployer" cannot list' in seen_as(stand_in, "shop-deployer"))

        assert "cannot impersonate" in seen_as(stand_in, "somebody")
        assert "cannot impersonate" in seen_as(stand_in, "shop-deployer", "system:masters")
        assert stand_in.apply(WEB, DRY) == FORBIDDEN


def reconciled(asker: Asker, folder: Path, beside: Path, *options: str) -> Ran:
    file = kubeconfig(asker.server, beside / f"{folder.name}.kubeconfig")
    named = ("--kubeconfig", str(file), "--context", CONTEXT)
    return run("reconcile", folder, *named, "--format", "json", "--fail-on", "error", *options)


def seen_as(asker: Asker, name: str, group: str = "system:serviceaccounts:tenants") -> str:
    """What the server says to a request that is made as a service account of the tenants."""
    connection = asker.server.connection()
    who = {"Impersonate-User": f"system:serviceaccount:tenants:{name}", "Impersonate-Group": group}
    headers = {**asker.server.headers(), **who}
    try:
        connection.request("GET", DEPLOYMENTS, headers=headers)
        return str(json.loads(connection.getresponse().read())["message"])
    finally:
        connection.close()
