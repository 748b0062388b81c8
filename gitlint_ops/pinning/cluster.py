"""Definitions from a cluster: the one place that opens a connection, and it only ever reads.

The official client does what kubeconfigs ask for (certificates, tokens, credential plugins); it is an
optional dependency, as nothing else needs it.
"""

from __future__ import annotations

import json
from typing import Any

from gitlint_ops.model.errors import UsageError
from gitlint_ops.pinning.found import Gathering, Taken, taken
from gitlint_ops.validate.definitions import API_VERSION, KIND, NoDefinition, definition
from gitlint_ops.validate.pin_lock import PinSource

PAGE = 100
"""Definitions asked for at a time: some are a megabyte each."""

SECONDS = (10, 60)
"""To connect, and to wait for an answer."""

_MOST_PAGES = 200
_EXTRA = "the Kubernetes client is not installed"


def take_from_cluster(kubeconfig: str, context: str, name: str) -> Taken:
    """The definitions of a cluster; "" for `kubeconfig` and `context` is what kubectl would take.

    Raises:
        UsageError: it cannot be asked, or has none.
    """
    try:
        from kubernetes import client, config
        from kubernetes.config import ConfigException
    except ImportError as error:
        raise UsageError(_EXTRA, hint="pip install 'gitlint-ops[cluster]'") from error
    try:
        _, active = config.list_kube_config_contexts(kubeconfig or None)  # type: ignore[no-untyped-call]
        used = context or str(active["name"])
        api = config.new_client_from_config(kubeconfig or None, used, persist_config=False)  # type: ignore[no-untyped-call]
    except (ConfigException, OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"the kubeconfig cannot be used: {_line(error)}", hint=_NAME_ONE) from error
    found = Gathering()
    with api:
        listed = client.ApiextensionsV1Api(api).list_custom_resource_definition
        for body in _bodies(listed, used):
            _add(found, body, used)
    source = PinSource(name or f"cluster {used}", "cluster", found.digest, context=used)
    return taken(source, found, f"the cluster of context {used}")


_NAME_ONE = "name a file with --kubeconfig, and one of its contexts with --context"


def _bodies(listed: Any, context: str) -> list[dict[str, Any]]:
    """The bodies of all definitions, page by page."""
    from kubernetes.client import ApiException
    from urllib3.exceptions import HTTPError

    found: list[dict[str, Any]] = []
    token = ""
    for _ in range(_MOST_PAGES):
        asked = {"limit": PAGE, "_preload_content": False, "_request_timeout": SECONDS}
        try:
            answer = listed(**asked, **({"_continue": token} if token else {}))
            page = json.loads(answer.data)
        except ApiException as error:
            said = f"the cluster of context {context} answers {error.status} {error.reason}"
            hint = "reading customresourcedefinitions (list) must be allowed" if error.status == 403 else ""
            raise UsageError(said, hint=hint) from error
        except (HTTPError, OSError, ValueError) as error:
            said = f"the cluster of context {context} cannot be asked: {_line(error)}"
            raise UsageError(said) from error
        found.extend(one for one in page.get("items") or () if isinstance(one, dict))
        token = (page.get("metadata") or {}).get("continue") or ""
        if not token:
            return found
    raise UsageError(f"the cluster of context {context} has more than {_MOST_PAGES * PAGE:,} definitions")


def _add(found: Gathering, body: dict[str, Any], context: str) -> None:
    named = (body.get("metadata") or {}).get("name")
    try:
        # The items of a list do not repeat what they are.
        found.add(definition({"apiVersion": API_VERSION, "kind": KIND, **body}), f"{context}: {named}")
    except NoDefinition as error:
        found.notes.append(f"{named}: {error}")


def _line(error: Exception) -> str:
    return (str(error) or type(error).__name__).partition("\n")[0][:300]
