"""What staging came to."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from gitlint_ops.model.objects import ObjectKey
from gitlint_ops.reconcile.api import Answer
from gitlint_ops.reconcile.outcomes import Entry

# Stored for good, these would change how the server itself works: what it serves, whom it asks, how much
# it takes at a time.
_OF_THE_SERVER = frozenset(
    {
        ("apiextensions.k8s.io", "CustomResourceDefinition"),
        ("apiregistration.k8s.io", "APIService"),
        ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"),
        ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"),
        ("flowcontrol.apiserver.k8s.io", "FlowSchema"),
        ("flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration"),
    }
)


class Staged(Struct, frozen=True):
    """What was stored beforehand.

    `assumed` and `absent_webhooks` as in `Rehearsal`. `refused` are kinds, by group and name, that cannot
    be served, and why; `unaccepted` are definitions that were stored and that the server does not serve,
    with its reason, and `unstored` those that it did not even store, with its answer.
    """

    assumed: tuple[tuple[str, str], ...] = ()
    refused: Mapping[tuple[str, str], str] = field(default_factory=dict)
    unaccepted: Mapping[ObjectKey, str] = field(default_factory=dict)
    unstored: Mapping[ObjectKey, Answer] = field(default_factory=dict)
    absent_webhooks: tuple[str, ...] = ()


NOTHING = Staged()


def may_be_stored(one: Entry) -> bool:
    """Whether an object may be stored for good without the server becoming another one."""
    key = one.object.key
    return bool(key.name) and (key.group, key.kind) not in _OF_THE_SERVER
