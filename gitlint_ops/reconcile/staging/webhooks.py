"""What judges objects on the real cluster and runs nowhere near a server of ours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from gitlint_ops.model.structure import value_at
from gitlint_ops.reconcile.outcomes import Entry

_GROUP = "admissionregistration.k8s.io"
_CONFIGURATIONS = frozenset({"ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"})

# Controllers that make their webhooks themselves, by the groups of their policies.
_MAKERS: Mapping[str, str] = {
    "kyverno.io": "Kyverno",
    "policies.kyverno.io": "Kyverno",
    "constraints.gatekeeper.sh": "Gatekeeper",
    "templates.gatekeeper.sh": "Gatekeeper",
    "policies.kubewarden.io": "Kubewarden",
}


def absent_webhooks(entries: Iterable[Entry]) -> list[str]:
    """The admission webhooks that a set configures, and the controllers whose policies it has."""
    return list(dict.fromkeys(name for one in entries for name in _names(one)))


def _names(one: Entry) -> Iterator[str]:
    key = one.object.key
    if key.group in _MAKERS:
        yield f"{_MAKERS[key.group]} (for its policies)"
    if key.group != _GROUP or key.kind not in _CONFIGURATIONS:
        return
    held = value_at(one.object.body, ("webhooks",))
    for webhook in held if isinstance(held, list) else ():
        name = value_at(webhook, ("name",))
        if isinstance(name, str):
            yield name
