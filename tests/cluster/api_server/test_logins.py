"""Every way in which a kubeconfig logs in, and what happens when that is over."""

from __future__ import annotations

import base64
import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gitlint_ops.model.errors import UsageError
from gitlint_ops.reconcile.api import Identity, ServerLost
from gitlint_ops.reconcile.ephemeral.running import Running
from gitlint_ops.reconcile.opening import in_cluster_api, kubeconfig_api, server_address
from gitlint_ops.reconcile.server.access import NoAccess
from gitlint_ops.reconcile.server.http_api import HttpApi
from gitlint_ops.reconcile.server.incluster import in_cluster
from gitlint_ops.reconcile.server.login import logged_in

from .bodies import config_map, served_as
from .forwarding import in_front_of
from .misbehaving import Answered, Request, status

PLUGIN = """#!{python}
import json, pathlib
tokens = pathlib.Path({tokens!r})
left = tokens.read_text().split()
tokens.write_text(" ".join(left[1:] or left))
print(json.dumps({{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",
                  "status": {{"token": left[0]}}}}))
"""


@dataclass(slots=True)
class Gate:
    """A server that lets in who brings the token that is valid now."""

    url: str = ""
    valid: str = ""


@pytest.fixture
def gate(served: Running) -> Iterator[Gate]:
    held = Gate()

    def change(request: Request, ask: Callable[[Request], Answered]) -> Answered:
        if request.headers.get("Authorization") != f"Bearer {held.valid}":
            return status(401, "Unauthorized", "Unauthorized")
        return ask(request)

    with in_front_of(served, change) as server:
        held.url = server.url
        yield held


@pytest.fixture
def token(served: Running) -> str:
    return served.access.authorization.removeprefix("Bearer ")


@pytest.fixture
def cluster(served: Running) -> dict[str, Any]:
    return {"server": served.access.url, "certificate-authority": served.access.authority}


def kubeconfig(file: Path, cluster: Mapping[str, Any], user: Mapping[str, Any], name: str = "prod") -> str:
    held = {
        "clusters": [{"name": name, "cluster": cluster}],
        "users": [{"name": name, "user": user}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "current-context": name,
    }
    file.write_text(json.dumps(held))
    return str(file)


def answers(file: str, context: str = "") -> None:
    """The server lets us in, and answers."""
    with kubeconfig_api(file, context, qps=0, jobs=2, timeout=20) as api:
        assert_answers(api)


def assert_answers(api: HttpApi) -> None:
    assert api.apply(config_map("a"), served_as(api, config_map("a")), manager="tests").accepted


def plugin(folder: Path, *tokens: str) -> dict[str, Any]:
    """A credential plugin that gives one token after the other; the last for ever."""
    (folder / "tokens").write_text(" ".join(tokens))
    program = folder / "plugin"
    program.write_text(PLUGIN.format(python=sys.executable, tokens=str(folder / "tokens")))
    program.chmod(0o755)
    return {
        "exec": {
            "apiVersion": "client.authentication.k8s.io/v1",
            "command": "./plugin",
            "interactiveMode": "Never",
        }
    }


def test_a_token_lets_in(cluster: dict[str, Any], token: str, tmp_path: Path) -> None:
    answers(kubeconfig(tmp_path / "config", cluster, {"token": token}))


def test_data_in_the_file_is_as_good_as_files(
    served: Running, cluster: dict[str, Any], token: str, tmp_path: Path
) -> None:
    data = base64.b64encode(Path(served.access.authority).read_bytes()).decode()
    answers(
        kubeconfig(
            tmp_path / "config",
            {"server": cluster["server"], "certificate-authority-data": data},
            {"token": token},
        )
    )


def test_paths_are_relative_to_the_file(
    served: Running, cluster: dict[str, Any], token: str, tmp_path: Path
) -> None:
    (tmp_path / "ca.crt").write_bytes(Path(served.access.authority).read_bytes())
    (tmp_path / "token").write_text(token + "\n")
    answers(
        kubeconfig(
            tmp_path / "config", {**cluster, "certificate-authority": "ca.crt"}, {"tokenFile": "token"}
        )
    )


def test_a_certificate_lets_in(
    client_certificate: tuple[Path, Path] | None, cluster: dict[str, Any], tmp_path: Path
) -> None:
    if client_certificate is None:
        pytest.skip("there is no openssl to make a certificate with")
    certificate, key = client_certificate
    answers(
        kubeconfig(
            tmp_path / "config", cluster, {"client-certificate": str(certificate), "client-key": str(key)}
        )
    )
    held = (base64.b64encode(one.read_bytes()).decode() for one in client_certificate)
    answers(
        kubeconfig(
            tmp_path / "config",
            cluster,
            dict(zip(("client-certificate-data", "client-key-data"), held, strict=True)),
        )
    )


def test_an_unverified_server_is_only_taken_where_the_user_says_so(
    cluster: dict[str, Any], token: str, tmp_path: Path
) -> None:
    unknown = {"server": cluster["server"]}
    answers(kubeconfig(tmp_path / "config", {**unknown, "insecure-skip-tls-verify": True}, {"token": token}))
    with pytest.raises(UsageError, match=r"https://127.0.0.1:\d+ does not answer \(its certificate is not"):
        answers(kubeconfig(tmp_path / "config", unknown, {"token": token}))


def test_a_server_can_be_known_by_another_name(cluster: dict[str, Any], token: str, tmp_path: Path) -> None:
    answers(
        kubeconfig(
            tmp_path / "config", {**cluster, "tls-server-name": "kubernetes.default.svc"}, {"token": token}
        )
    )
    wrong = {**cluster, "tls-server-name": "example.org"}
    with pytest.raises(UsageError, match="certificate"):
        answers(kubeconfig(tmp_path / "config", wrong, {"token": token}))


def test_a_stale_token_of_a_plugin_is_renewed(cluster: dict[str, Any], token: str, tmp_path: Path) -> None:
    answers(kubeconfig(tmp_path / "config", cluster, plugin(tmp_path, "stale", token)))


def test_a_token_that_expires_in_the_middle_is_renewed(gate: Gate, tmp_path: Path) -> None:
    file = kubeconfig(tmp_path / "config", {"server": gate.url}, plugin(tmp_path, "first", "second"))
    gate.valid = "first"
    with kubeconfig_api(file, "", qps=0, jobs=8, timeout=20) as api:
        assert_answers(api)
        gate.valid = "second"
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _: assert_answers(api), range(50)))

    assert (tmp_path / "tokens").read_text() == "second"


def test_a_token_file_that_was_rotated_is_read_again(
    cluster: dict[str, Any], token: str, tmp_path: Path
) -> None:
    held = tmp_path / "token"
    held.write_text("old")
    file = kubeconfig(tmp_path / "config", cluster, {"tokenFile": str(held)})
    login_then_rotate = logged_in(file, "prod")
    held.write_text(token)

    assert login_then_rotate.authorization == "Bearer old"
    answers(file)


def test_credentials_that_are_over_are_told_as_such(
    cluster: dict[str, Any], token: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=r"^context prod: the credentials for .* are expired or not valid"):
        answers(kubeconfig(tmp_path / "config", cluster, plugin(tmp_path, "stale")))


def test_credentials_that_are_over_in_the_middle_lose_the_server(gate: Gate, tmp_path: Path) -> None:
    file = kubeconfig(tmp_path / "config", {"server": gate.url}, {"token": "first"})
    gate.valid = "first"
    with kubeconfig_api(file, "", qps=0, jobs=2, timeout=20) as api:
        gate.valid = "second"
        for _ in range(2):
            with pytest.raises(ServerLost, match=r"^context prod: the credentials .* expired or not valid"):
                assert_answers(api)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"command": "./missing"}, "No such file"),
        ({"command": "false"}, "exec: process returned 1"),
        ({"command": "echo"}, "exec: failed to decode"),
        ({}, "missing key 'command'"),
    ],
)
def test_a_plugin_that_fails_is_told(
    asked: dict[str, str], said: str, cluster: dict[str, Any], tmp_path: Path
) -> None:
    user = {"exec": {"apiVersion": "client.authentication.k8s.io/v1", **asked}}
    with pytest.raises(UsageError, match=f"context prod cannot be used: .*{re.escape(said)}"):
        answers(kubeconfig(tmp_path / "config", cluster, user))


def test_whoever_the_user_wants_to_be_taken_for_is_asked_as(
    cluster: dict[str, Any], token: str, tmp_path: Path
) -> None:
    file = kubeconfig(tmp_path / "config", cluster, {"token": token, "as": "alice", "as-groups": ["staff"]})

    assert logged_in(file, "prod").identity == Identity("alice", ("staff",))
    with kubeconfig_api(file, "", qps=0, jobs=2, timeout=20) as api:
        refused = api.apply(config_map("a"), served_as(api, config_map("a")), manager="tests")
    assert (refused.status, '"alice"' in refused.message) == (403, True)


def test_of_several_files_the_first_counts(cluster: dict[str, Any], token: str, tmp_path: Path) -> None:
    first = kubeconfig(tmp_path / "first", cluster, {"token": token}, "first")
    second = kubeconfig(tmp_path / "second", {"server": "https://127.0.0.1:9"}, {}, "second")
    both = os.pathsep.join((str(tmp_path / "missing"), first, second))

    answers(both)
    answers(both, "first")
    assert server_address(both, "second") == "https://127.0.0.1:9"
    assert server_address(both, "") == cluster["server"]


@pytest.mark.parametrize(
    ("text", "context", "said"),
    [
        ("{}", "", "the kubeconfig has no current context; its contexts: none"),
        ("a: [", "", "cannot be used"),
        ("[]", "", "is no kubeconfig"),
        ("", "", "no current context"),
        ("contexts: [{name: prod-eu, context: {cluster: a}}]", "prod-eu", "of a cluster that is not in it"),
        ("contexts: [{name: prod-eu, context: {cluster: a}}]", "prod-us", "its contexts: prod-eu"),
        ("contexts: [1, {name: x}, {name: y, context: 1}]", "x", "has no context 'x'"),
        (
            "{contexts: [{name: p, context: {cluster: a}}], clusters: [{name: a, cluster: {x: y}}]}",
            "p",
            "context p cannot be used: the cluster 'a' of the kubeconfig names no server",
        ),
    ],
)
def test_a_kubeconfig_that_cannot_be_used_is_told_plainly(
    text: str, context: str, said: str, tmp_path: Path
) -> None:
    file = tmp_path / "config"
    file.write_text(text)

    with pytest.raises(UsageError, match=re.escape(said)):
        answers(str(file), context)


def test_a_context_that_is_misspelt_is_guessed(cluster: dict[str, Any], tmp_path: Path) -> None:
    file = kubeconfig(tmp_path / "config", cluster, {}, "production")

    with pytest.raises(UsageError) as refused:
        answers(file, "prodution")
    assert refused.value.hint == "did you mean 'production'?"


def test_a_kubeconfig_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=f"there is no kubeconfig {tmp_path}/none"):
        answers(str(tmp_path / "none"))


def test_in_a_cluster_the_service_account_is_used(served: Running, token: str, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(token + "\n")
    (tmp_path / "ca.crt").write_bytes(Path(served.access.authority).read_bytes())
    host, _, port = served.access.url.removeprefix("https://").partition(":")
    environ = {"KUBERNETES_SERVICE_HOST": host, "KUBERNETES_SERVICE_PORT": port}

    access = in_cluster(environ, str(tmp_path))

    assert (access.url, access.authorization) == (served.access.url, f"Bearer {token}")
    assert in_cluster({}, str(tmp_path)).url == "https://kubernetes.default.svc:443"
    ipv6 = {"KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "443"}
    assert in_cluster(ipv6, str(tmp_path)).url == "https://[fd00::1]:443"


def test_outside_of_a_cluster_there_is_no_service_account() -> None:
    with (
        pytest.raises(UsageError, match=r"the cluster of this pod cannot be used: .*token cannot be read"),
        in_cluster_api(qps=0, jobs=1, timeout=5),
    ):
        pass


def test_a_login_that_fails_later_loses_the_server(gate: Gate, tmp_path: Path) -> None:
    file = kubeconfig(tmp_path / "config", {"server": gate.url}, {"token": "first"})
    gate.valid = "first"
    with kubeconfig_api(file, "", qps=0, jobs=2, timeout=20) as api:
        Path(file).unlink()
        gate.valid = "second"
        with pytest.raises(
            ServerLost, match=r"are expired \(401\), and new ones fail: there is no kubeconfig"
        ):
            assert_answers(api)


@pytest.mark.parametrize("token", ["a\nX-Header: b", "ä", "a\0b"])
def test_a_token_that_is_none_is_refused(token: str, tmp_path: Path, cluster: dict[str, Any]) -> None:
    with pytest.raises(NoAccess, match="holds characters that no token has"):
        logged_in(kubeconfig(tmp_path / "config", cluster, {"token": token}), "prod")


def test_what_cannot_be_logged_in_to_is_no_access(tmp_path: Path, cluster: dict[str, Any]) -> None:
    file = kubeconfig(tmp_path / "config", cluster, {"client-certificate": str(tmp_path / "missing")})

    with pytest.raises(NoAccess, match="File does not exist"):
        logged_in(file, "prod")
