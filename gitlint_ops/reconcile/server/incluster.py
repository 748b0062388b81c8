"""The API server of the cluster that we run in, as the service account of the pod."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gitlint_ops.reconcile.server.access import Access, NoAccess

FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount"
NAME = "kubernetes.default.svc"  # which every cluster's DNS knows, and every server's certificate bears


def in_cluster(environ: Mapping[str, str], folder: str = FOLDER) -> Access:
    """What a pod is given; the token is read anew each time, as the kubelet renews it.

    Raises:
        NoAccess: this is no pod, or one without a service account.
    """
    held = Path(folder)
    try:
        token = (held / "token").read_text(encoding="ascii").strip()
    except (OSError, ValueError) as error:
        raise NoAccess(
            f"{held / 'token'} cannot be read, which every pod with a service account has"
        ) from error
    if not (token.isascii() and token.isprintable()):
        raise NoAccess(f"{held / 'token'} holds characters that no token has")
    host = environ.get("KUBERNETES_SERVICE_HOST") or NAME
    port = environ.get("KUBERNETES_SERVICE_PORT") or "443"
    within = f"[{host}]" if ":" in host else host
    return Access(f"https://{within}:{port}", str(held / "ca.crt"), f"Bearer {token}")
