"""Every way in which a kubeconfig logs in, and what happens when that is over."""

from __future__ import annotations

import base64
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from gitlint_ops.model.errors import UsageError
from gitlint_ops.reconcile.api import Identity, ServerLost
from gitlint_ops.reconcile.ephemeral.running import Running
from gitlint_ops.reconcile.opening import in_cluster_api, kubeconfig_api
from gitlint_ops.reconcile.server.access import NoAccess
from gitlint_ops.reconcile.server.connection import Connection
from gitlint_ops.reconcile.server.http_api import HttpApi
from gitlint_ops.reconcile.server.incluster import in_cluster
from gitlint_ops.reconcile.server.login import logged_in

from .bodies import config_map, served_as
from .forwarding import in_front_of
from .logins import answers, assert_answers, kubeconfig, plugin
from .misbehaving import Answered, Request, status


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


def test_a_token_lets_in(cluster: dict[str, Any], token: str, tmp_path: Path) -> None:
    answers(kubeconfig(tmp_path / "config", cluster, {"token": token}))


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


def test_a_certificate_that_has_expired_is_told_as_such(
    client_certificate: tuple[Path, Path] | None, cluster: dict[str, Any], tmp_path: Path
) -> None:
    if client_certificate is None:
        pytest.skip("there is no openssl to make a certificate with")
    certificate, key = expired(client_certificate, tmp_path)
    user = {"client-certificate": str(certificate), "client-key": str(key)}

    with pytest.raises(UsageError, match=r"^context prod: the credentials for .* are expired or not valid"):
        answers(kubeconfig(tmp_path / "config", cluster, user))


def expired(authority: tuple[Path, Path], folder: Path) -> tuple[Path, Path]:
    """A certificate that was good until yesterday, and its key."""
    request, certificate, key = (folder / one for one in ("request.pem", "certificate.pem", "key.pem"))
    new = ["req", "-newkey", "rsa:2048", "-nodes", "-subj", "/O=system:masters/CN=late"]
    signed = ["x509", "-req", "-CA", *map(str, (authority[0], "-CAkey", authority[1])), "-set_serial", "7"]
    for made in (
        [*new, "-keyout", str(key), "-out", str(request)],
        [*signed, "-days", "-1", "-in", str(request), "-out", str(certificate)],
    ):
        subprocess.run(["openssl", *made], check=True, capture_output=True)
    return certificate, key


def test_whoever_the_user_wants_to_be_taken_for_is_asked_as(
    cluster: dict[str, Any], token: str, tmp_path: Path
) -> None:
    file = kubeconfig(tmp_path / "config", cluster, {"token": token, "as": "alice", "as-groups": ["staff"]})

    assert logged_in(file, "prod").identity == Identity("alice", ("staff",))
    with kubeconfig_api(file, "", qps=0, jobs=2, timeout=20) as api:
        refused = api.apply(config_map("a"), served_as(api, config_map("a")), manager="tests")
    assert (refused.status, '"alice"' in refused.message) == (403, True)


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


def test_in_a_cluster_a_token_that_the_kubelet_has_renewed_is_read_again(
    served: Running, token: str, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text("old")
    (tmp_path / "ca.crt").write_bytes(Path(served.access.authority).read_bytes())
    host, _, port = served.access.url.removeprefix("https://").partition(":")
    environ = {"KUBERNETES_SERVICE_HOST": host, "KUBERNETES_SERVICE_PORT": port}
    connection = Connection("pod", partial(in_cluster, environ, str(tmp_path)))
    (tmp_path / "token").write_text(token)

    assert_answers(HttpApi(connection))
    connection.close()


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
