"""Kubeconfigs of all sorts are read as kubectl reads them, and what is wrong with one is told."""

from __future__ import annotations

import base64
import os
import re
from pathlib import Path
from typing import Any

import pytest

from gitlint_ops.model.errors import UsageError
from gitlint_ops.reconcile.ephemeral.running import Running
from gitlint_ops.reconcile.opening import server_address

from .logins import answers, kubeconfig

BOMB = "a0: &a0 [x]\n" + "".join(
    f"a{at}: &a{at} [{', '.join([f'*a{at - 1}'] * 10)}]\n" for at in range(1, 30)
)


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
        (
            "contexts: [{name: prod-eu, context: {cluster: a}}]",
            "prod-eu",
            "/config: context 'prod-eu' is of the cluster 'a', which is not there",
        ),
        (
            "{contexts: [{name: p, context: {cluster: a, user: me}}], clusters: [{name: a, cluster: {}}]}",
            "p",
            "/config: context 'p' is of the user 'me', which is not there",
        ),
        ("contexts: [{name: p, context: {}}]", "p", "/config: context 'p' names no cluster"),
        ("contexts:\n- name: [\n- x: y", "", "/config:3 cannot be used: "),
        ("a: b: c", "", "/config:1 cannot be used: "),
        ("\0\1\2", "", "/config:1 cannot be used: "),
        (BOMB, "", "/config:7 cannot be used: the document grows past"),
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


@pytest.mark.parametrize(
    ("server", "said"),
    [
        ("not a url", "invalid character"),
        ("https://", "No host specified"),
        ("https://[::1", "Invalid IPv6 URL"),
        ("ftp://x", "Not supported URL scheme ftp"),
        ("https://host:99999", "Failed to parse"),
        (5, "/config: server of the cluster 'prod' is no text; put it in quotes"),
        ({"a": 1}, "/config: server of the cluster 'prod' is no text"),
    ],
)
def test_an_address_that_is_none_is_told(server: object, said: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=re.escape(said)):
        answers(kubeconfig(tmp_path / "config", {"server": server}, {}))


@pytest.mark.parametrize(
    ("user", "said"),
    [
        ({"token": 5}, "/config: token of the user 'prod' is no text"),
        ({"username": 5}, "username of the user 'prod' is no text"),
        ({"exec": "aws"}, "exec of the user 'prod' is no mapping"),
        ({"auth-provider": 5}, "auth-provider of the user 'prod' is no mapping"),
        ({"auth-provider": {"name": "gcp"}}, "the auth-provider gcp is none any more"),
        ({"as": "a", "as-groups": 5}, "as-groups of the user 'prod' is no list"),
        ({"as": "a\nX-Header: b"}, "whose name no header can hold"),
        ({"tokenFile": "/"}, "Is a directory"),
        (
            {"client-certificate-data": "YQ==", "client-key-data": "YQ=="},
            "certificate and key cannot be read",
        ),
    ],
)
def test_a_user_that_is_none_is_told(
    user: dict[str, Any], said: str, cluster: dict[str, Any], tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=re.escape(said)):
        answers(kubeconfig(tmp_path / "config", cluster, user))


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("proxy-url", 5, "proxy-url of the cluster 'prod' is no text"),
        ("proxy-url", "http://[::1", "Invalid IPv6 URL"),
        ("insecure-skip-tls-verify", "yes", "insecure-skip-tls-verify of the cluster 'prod' is neither true"),
        ("certificate-authority", "missing.crt", "File does not exist"),
        ("certificate-authority-data", "YQ==", "the certificate authority cannot be read"),
        ("tls-server-name", 5, "tls-server-name of the cluster 'prod' is no text"),
    ],
)
def test_a_cluster_that_is_none_is_told(
    field: str, value: object, said: str, cluster: dict[str, Any], tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=re.escape(said)):
        answers(kubeconfig(tmp_path / "config", {**cluster, field: value}, {}))


def test_a_context_that_is_misspelt_is_guessed(cluster: dict[str, Any], tmp_path: Path) -> None:
    file = kubeconfig(tmp_path / "config", cluster, {}, "production")

    with pytest.raises(UsageError) as refused:
        answers(file, "prodution")
    assert refused.value.hint == "did you mean 'production'?"


def test_a_kubeconfig_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=f"there is no kubeconfig {tmp_path}/none"):
        answers(str(tmp_path / "none"))


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
