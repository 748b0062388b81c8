"""Credential plugins give what lets in, or say why not, and never outlive us."""

from __future__ import annotations

import json
import re
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from gitlint_ops.model.errors import UsageError
from gitlint_ops.reconcile.server.access import NoAccess
from gitlint_ops.reconcile.server.login import logged_in
from gitlint_ops.reconcile.server.plugin import Surroundings

from .logins import answers, kubeconfig, plugin


def test_a_stale_token_of_a_plugin_is_renewed(cluster: dict[str, Any], token: str, tmp_path: Path) -> None:
    answers(kubeconfig(tmp_path / "config", cluster, plugin(tmp_path, "stale", token)))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"command": "./missing"}, "plugin ./missing cannot be run: No such file or directory"),
        ({"command": "no-such", "installHint": "get it there"}, "No such file or directory; get it there"),
        ({"command": "false"}, "plugin false ends with 1"),
        ({"command": "sh", "args": ["-c", "echo a; echo b >&2; echo log in >&2; exit 3"]}, "3: log in"),
        ({"command": "echo"}, "plugin echo prints no ExecCredential"),
        ({"command": "echo", "args": ["[]"]}, "prints no ExecCredential"),
        ({"command": "echo", "args": ['{"kind": "ExecCredential"}']}, "neither a token nor a certificate"),
        (
            {"command": "echo", "args": ['{"kind": "ExecCredential", "status": {"token": ""}}']},
            "neither a token nor a certificate",
        ),
        ({"command": "yes"}, "plugin yes prints more than a megabyte"),
        ({"command": "cat", "interactiveMode": "Always"}, "cat asks somebody at a terminal"),
        ({"command": "cat"}, "plugin cat prints no ExecCredential"),
        ({"command": "a\0b"}, "cannot be run: embedded null byte"),
        ({"command": ["a"]}, "the credential plugin of the user has no command"),
        ({"x": 1}, "the credential plugin of the user has no command"),
    ],
)
def test_a_plugin_that_fails_is_told(
    asked: dict[str, Any], said: str, cluster: dict[str, Any], tmp_path: Path
) -> None:
    user = {"exec": {"apiVersion": "client.authentication.k8s.io/v1", **asked}}
    with pytest.raises(UsageError, match=f"context prod cannot be used: .*{re.escape(said)}"):
        answers(kubeconfig(tmp_path / "config", cluster, user))


@pytest.mark.parametrize("script", ["sleep 1000", "sleep 1000 & echo started", "exec >&- 2>&-; sleep 1000"])
def test_a_plugin_that_takes_for_ever_is_ended_with_all_that_it_started(
    script: str, cluster: dict[str, Any], tmp_path: Path
) -> None:
    noted = tmp_path / "pid"
    asked = {"command": "sh", "args": ["-c", f"echo $$ > {noted}; {script}"]}
    file = kubeconfig(tmp_path / "config", cluster, {"exec": asked})

    started = time.monotonic()
    with pytest.raises(NoAccess, match=r"given nothing within 1 seconds|does not end"):
        logged_in(file, "prod", Surroundings(seconds=1))

    assert time.monotonic() - started < 10
    latest = time.monotonic() + 5
    while alive(int(noted.read_text())) and time.monotonic() < latest:
        time.sleep(0.05)  # what is killed takes a moment to be gone
    assert alive(int(noted.read_text())) == []


def alive(group: int) -> list[str]:
    """The processes of a group that still do something, by their names."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            name, _, rest = (process / "stat").read_text().rpartition(")")
            state, _, of_group = rest.split()[:3]
            if int(of_group) == group and state != "Z":  # dead, and not yet asked for by its new parent
                found.append(name)
    return found


def test_a_plugin_is_told_of_the_cluster_where_it_asks_for_that(
    cluster: dict[str, Any], token: str, tmp_path: Path
) -> None:
    given = json.dumps({"kind": "ExecCredential", "status": {"token": token}})
    noting = f'echo "$KUBERNETES_EXEC_INFO" > {tmp_path}/told; echo "$OURS $THEIRS" >> {tmp_path}/told'
    extension = {"name": "client.authentication.k8s.io/exec", "extension": {"audience": "us"}}
    asked = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": "sh",
        "args": ["-c", f"{noting}; echo '{given}'"],
        "env": [{"name": "THEIRS", "value": "2"}],
        "provideClusterInfo": True,
    }
    file = kubeconfig(tmp_path / "config", {**cluster, "extensions": [extension]}, {"exec": asked})

    access = logged_in(file, "prod", Surroundings({"OURS": "1"}))

    told, variables = (tmp_path / "told").read_text().splitlines()
    assert access.authorization == f"Bearer {token}"
    assert variables == "1 2"
    assert json.loads(told) == {
        "apiVersion": "client.authentication.k8s.io/v1",
        "kind": "ExecCredential",
        "spec": {"interactive": False, "cluster": {**cluster, "config": {"audience": "us"}}},
    }


def test_a_plugin_may_give_a_certificate(
    client_certificate: tuple[Path, Path] | None, cluster: dict[str, Any], tmp_path: Path
) -> None:
    if client_certificate is None:
        pytest.skip("there is no openssl to make a certificate with")
    certificate, key = (one.read_text() for one in client_certificate)
    given = {"clientCertificateData": certificate, "clientKeyData": key}
    (tmp_path / "given").write_text(json.dumps({"kind": "ExecCredential", "status": given}))

    asked = {"command": "cat", "args": [str(tmp_path / "given")]}
    answers(kubeconfig(tmp_path / "config", cluster, {"exec": asked}))
