"""An account that has what `reconcile --rbac` prints, and nothing else, finds what an administrator finds."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from gitlint_ops.syntax.documents import read
from gitlint_ops.syntax.text import Typing

from ...cli.command_line import Ran, run
from ..client import APPLY
from .live import CONTEXT, Cluster, arguments, kubeconfig
from .rehearsed import told
from .scenario import Scenario, scenarios

TRIED = frozenset(
    {
        "cel-of-a-crd",
        "conflict-with-an-autoscaler",
        "correct-autoscaler-owns-the-replicas",
        "correct-flux-is-in-sync",
        "drift-image",
        "drift-object-deleted-under-flux",
        "drift-secret",
        "immutable-selector",
        "prune-by-inventory",
        "prune-by-tracking-id",
        "schema-unknown-field",
    }
)
CHOSEN = [one for one in scenarios() if one.name in TRIED]
NAMESPACE = "just-enough"
SECONDS_TO_SPREAD = 5


def granted(production: Cluster, root: Path, account: str, options: Sequence[str]) -> str:
    """The token of an account of its own, which has what is printed for a workspace."""
    client = production.client
    ran = run("reconcile", "--rbac", "--account", f"{NAMESPACE}/{account}", *options, root)
    assert ran.code == 0, ran.err
    for one in read(ran.out.encode(), Typing.KUBECTL).documents:
        status, said = client.send(
            "PATCH", f"{client.place(one.body)}?fieldManager=x&force=true", one.body, APPLY
        )
        assert status in (200, 201), said
    request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
    place = f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts/{account}/token"
    status, said = client.send("POST", place, request)
    assert status == 201, said
    return str(said["status"]["token"])


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("options", [(), ("--drift-only",)], ids=["all", "drift only"])
def test_it_is_told_what_an_administrator_is_told(
    options: Sequence[str], production: Cluster, tmp_path: Path
) -> None:
    accounts = {one.name: account(production, one, tmp_path, options) for one in CHOSEN}
    time.sleep(SECONDS_TO_SPREAD)  # until the server goes by the new roles

    for one in CHOSEN:
        ours = said(one, tmp_path, accounts[one.name], options)
        theirs = said(one, tmp_path, arguments(production), options)
        assert told(ours) == told(theirs), one.name
        assert ours.code == theirs.code, (one.name, ours.report["unchecked"])
    assert accounts.keys() == TRIED


def account(
    production: Cluster, one: Scenario, folder: Path, options: Sequence[str]
) -> tuple[str, str, str, str]:
    """What leads the command to the cluster as the account of a scenario."""
    (folder / one.name).mkdir()
    root = one.copied(folder / one.name)
    name = f"{one.name}{''.join(options)}"
    token = granted(production, root, name, (*one.options, *options))
    file = kubeconfig(replace(production.server, token=token), folder / f"{name}.kubeconfig")
    return "--kubeconfig", str(file), "--context", CONTEXT


def said(one: Scenario, folder: Path, server: Sequence[str], options: Sequence[str]) -> Ran:
    root = folder / one.name / "repo"
    return run("reconcile", root, "--format", "json", *server, *one.options, *options)
