"""Logging in as a kubeconfig says: certificates, tokens, files of them, and credential plugins.

The official client does that. It takes 0.4 s to load and is an optional dependency, so it is imported by
the functions that need it.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gitlint_ops.model.errors import UsageError
from gitlint_ops.reconcile.api import Identity
from gitlint_ops.reconcile.server.access import Access, NoAccess
from gitlint_ops.reconcile.server.kubeconfig import Context, Named, context_of
from gitlint_ops.reconcile.server.plugin import NOTHING, Surroundings, credentials

if TYPE_CHECKING:
    from kubernetes.config.kube_config import ConfigNode

_EXTRA = "the Kubernetes client is not installed, which logs in as kubeconfigs say"
_REMOVED_PROVIDERS = frozenset({"gcp", "azure"})
_CERTIFICATES = {"client-certificate-data": "clientCertificateData", "client-key-data": "clientKeyData"}


def expect_client() -> None:
    """Raises UsageError where the official client is not installed."""
    try:
        import kubernetes.config  # noqa: F401
    except ImportError as error:
        raise UsageError(_EXTRA, hint="pip install 'gitlint-ops[cluster]'") from error


def logged_in(kubeconfig: str, context: str, within: Surroundings = NOTHING) -> Access:
    """The access that a context gives, with files and plugins as they are now.

    `within` is what a credential plugin gets.

    Raises:
        NoAccess: one of them cannot be had.
    """
    from kubernetes.client import Configuration
    from kubernetes.config import ConfigException
    from kubernetes.config.kube_config import KubeConfigLoader

    read = Configuration()
    try:
        used = context_of(kubeconfig, context)
        if not used.server:
            raise NoAccess(f"the cluster {used.cluster.name!r} of the kubeconfig names no server")
        _expect_known_provider(used.user)
        loader = KubeConfigLoader(_config(used, within), used.name, config_base_path=None)  # type: ignore[no-untyped-call]
        loader.load_and_set(read)  # type: ignore[no-untyped-call]
    except (
        UsageError,
        ConfigException,
        OSError,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
    ) as error:
        raise NoAccess(_line(error)) from error
    tokens: Mapping[str, str] = read.api_key or {}
    # A file of a token mostly ends with a newline.
    authorization = (tokens.get("BearerToken") or tokens.get("authorization") or "").strip()
    if not (authorization.isascii() and authorization.isprintable()):
        raise NoAccess("the token holds characters that no token has")
    return Access(
        url=read.host,
        authority=read.ssl_ca_cert or "",
        authorization=authorization,
        certificate=read.cert_file or "",
        key=read.key_file or "",
        verified=bool(read.verify_ssl),
        tls_name=read.tls_server_name or "",
        proxy=read.proxy or "",
        identity=_identity(used.user),
    )


def _expect_known_provider(user: Named | None) -> None:
    provider = user.body.get("auth-provider") if user else None
    name = provider.get("name") if isinstance(provider, dict) else None
    if name in _REMOVED_PROVIDERS:
        raise NoAccess(
            f"the auth-provider {name} is none any more, as in kubectl 1.26: use its credential plugin (exec)"
        )


def _config(used: Context, within: Surroundings) -> ConfigNode:
    """The kubeconfig of one context only, for the client."""
    from kubernetes.config.kube_config import ConfigNode

    context = {"cluster": used.cluster.name}
    if used.user is not None:
        context["user"] = used.user.name
    held: dict[str, Any] = {
        "current-context": used.name,
        "contexts": [{"name": used.name, "context": context}],
        "clusters": [_node(used.cluster, "cluster")],
        "users": [_node(_with_plugin(used.user, used.cluster, within), "user")] if used.user else [],
    }
    return ConfigNode("kubeconfig", held)  # type: ignore[no-untyped-call]


def _node(named: Named, what: str) -> ConfigNode:
    from kubernetes.config.kube_config import ConfigNode

    return ConfigNode(named.file, {"name": named.name, what: dict(named.body)}, named.file)  # type: ignore[no-untyped-call]


def _with_plugin(user: Named, cluster: Named, within: Surroundings) -> Named:
    """The user with what its credential plugin gives."""
    asked = user.body.get("exec")
    if not isinstance(asked, dict):
        return user
    given = credentials(asked, cluster.body, Path(user.file).resolve().parent, within)
    held = {key: value for key, value in user.body.items() if key != "exec"}
    if given.get("token"):
        held["token"] = given["token"]
    for ours, theirs in _CERTIFICATES.items():
        if given.get(theirs):
            held[ours] = b64encode(str(given[theirs]).encode()).decode()
    return Named(user.name, held, user.file)


def _identity(user: Named | None) -> Identity | None:
    """Who the user wants to be taken for, of which the client does not know."""
    named = user.body.get("as") if user else None
    groups = tuple(map(str, (user.body.get("as-groups") if user else None) or ()))
    if not all(one.isascii() and one.isprintable() for one in (str(named), *groups)):
        raise NoAccess("the user asks to be taken for somebody whose name no header can hold")
    return Identity(str(named), groups) if named else None


def _line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).partition("\n")[0][:300]
